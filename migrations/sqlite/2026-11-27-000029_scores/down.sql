DROP TABLE lead_score_history;
DROP TABLE score_models;
DROP TRIGGER leads_touch;
ALTER TABLE leads DROP COLUMN win_probability;
CREATE TRIGGER leads_touch AFTER UPDATE ON leads FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE leads SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;
