-- How likely a lead is to be won, in ten-thousandths. Scores are computed: what a run of a model writes is no change of the lead.
ALTER TABLE leads ADD COLUMN win_probability INTEGER CHECK (win_probability BETWEEN 0 AND 10000);
DROP TRIGGER leads_touch;
CREATE TRIGGER leads_touch AFTER UPDATE ON leads FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at AND NEW.lead_score_factors IS OLD.lead_score_factors AND NEW.win_probability IS OLD.win_probability
BEGIN
    UPDATE leads SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;

-- How leads are scored, under a name. Each row is a version of a model; old ones stay for the scores that they gave.
CREATE TABLE score_models (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL REFERENCES organizations (id),
    uid BLOB NOT NULL DEFAULT (CAST(randomblob(6) || x'4A' || randomblob(1) || x'A5' || randomblob(7) AS BLOB)) CHECK (length(uid) = 16),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100 AND instr(name, char(0)) = 0),
    revision INTEGER NOT NULL CHECK (revision >= 1),
    kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 40 AND instr(kind, char(0)) = 0),
    definition TEXT NOT NULL CHECK (json_valid(definition) AND instr(definition, char(0)) = 0),
    is_active INTEGER NOT NULL CHECK (is_active = 0 OR is_active = 1),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    updated_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (organization_id, id),
    UNIQUE (organization_id, uid),
    UNIQUE (organization_id, name, revision)
) STRICT;
-- The model in use: one that scores by rules, and one that has learned.
CREATE UNIQUE INDEX score_models_active ON score_models (organization_id, kind) WHERE is_active;
CREATE TRIGGER score_models_touch AFTER UPDATE ON score_models FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE score_models SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;

-- Each score that a run of a model changed. A run of a learned model that gives no score leaves score NULL.
CREATE TABLE lead_score_history (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    model_id INTEGER NOT NULL,
    -- What the lead had before, also when it was imported or set by hand.
    old_score INTEGER CHECK (old_score BETWEEN 0 AND 100),
    score INTEGER CHECK (score BETWEEN 0 AND 100),
    win_probability INTEGER CHECK (win_probability BETWEEN 0 AND 10000),
    factors TEXT CHECK (json_valid(factors) AND instr(factors, char(0)) = 0),
    -- What the model read of the lead, so that the score can be computed again.
    inputs TEXT CHECK (json_valid(inputs) AND instr(inputs, char(0)) = 0),
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    calculated_at INTEGER NOT NULL,
    CHECK (score IS NOT NULL OR win_probability IS NOT NULL),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id),
    FOREIGN KEY (organization_id, model_id) REFERENCES score_models (organization_id, id)
) STRICT;
-- The scores of a lead.
CREATE INDEX lead_score_history_lead ON lead_score_history (lead_id);
-- Nothing changes but the texts of rows that an erasure names.
CREATE TRIGGER lead_score_history_no_update BEFORE UPDATE ON lead_score_history
WHEN NEW.id IS NOT OLD.id
    OR NEW.organization_id IS NOT OLD.organization_id
    OR NEW.lead_id IS NOT OLD.lead_id
    OR NEW.model_id IS NOT OLD.model_id
    OR NEW.old_score IS NOT OLD.old_score
    OR NEW.score IS NOT OLD.score
    OR NEW.win_probability IS NOT OLD.win_probability
    OR NEW.actor IS NOT OLD.actor
    OR NEW.calculated_at IS NOT OLD.calculated_at
    OR NOT EXISTS (SELECT 1 FROM erased_rows e
                   WHERE e.organization_id = OLD.organization_id AND e.table_name = 'lead_score_history' AND e.row_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'lead_score_history is append-only'); END;
CREATE TRIGGER lead_score_history_no_delete BEFORE DELETE ON lead_score_history
BEGIN SELECT RAISE(ABORT, 'lead_score_history is append-only'); END;
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative; NEW.id is where the engine
-- chooses it, and then nothing need be looked up.
CREATE TRIGGER lead_score_history_no_replace BEFORE INSERT ON lead_score_history
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM lead_score_history WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'lead_score_history is append-only'); END;
