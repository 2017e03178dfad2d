DROP TABLE lead_score_history;
DROP TABLE score_models;
DROP TRIGGER leads_touch ON leads;
ALTER TABLE leads DROP COLUMN win_probability;
CREATE TRIGGER leads_touch BEFORE UPDATE ON leads FOR EACH ROW
    WHEN (NEW.updated_at = OLD.updated_at) EXECUTE FUNCTION touch_updated_at();
