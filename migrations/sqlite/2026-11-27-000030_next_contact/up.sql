-- What somebody is to do about a lead, and until when. It goes with its lead when the person is erased.
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    uid BLOB NOT NULL DEFAULT (CAST(randomblob(6) || x'4A' || randomblob(1) || x'A5' || randomblob(7) AS BLOB)) CHECK (length(uid) = 16),
    -- A merge leaves it: the tasks of a lead are also those of the leads that were merged into it.
    lead_id INTEGER NOT NULL,
    owner_id INTEGER,
    kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 40 AND instr(kind, char(0)) = 0),
    due_at INTEGER NOT NULL,
    note TEXT CHECK (length(note) <= 2000 AND instr(note, char(0)) = 0),
    -- What made it: a person, a step of a sequence, a recommendation.
    origin TEXT NOT NULL CHECK (length(origin) BETWEEN 1 AND 40 AND instr(origin, char(0)) = 0),
    done_at INTEGER,
    done_by INTEGER,
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    UNIQUE (organization_id, uid),
    CHECK (done_by IS NULL OR done_at IS NOT NULL),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id),
    FOREIGN KEY (organization_id, owner_id) REFERENCES users (organization_id, id),
    FOREIGN KEY (organization_id, done_by) REFERENCES users (organization_id, id)
) STRICT;
-- Open tasks by their time: `task list`, and those that `lead next` counts.
CREATE INDEX tasks_open ON tasks (organization_id, due_at)
    WHERE done_at IS NULL;
-- The tasks of a lead.
CREATE INDEX tasks_lead ON tasks (organization_id, lead_id);

-- What became of recommendations to contact a lead, and those that are compared with each other. Until expires_at the lead is not
-- recommended again; of several rows the last one counts.
CREATE TABLE lead_recommendations (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    -- For whom the lead was recommended.
    user_id INTEGER,
    action TEXT NOT NULL CHECK (length(action) BETWEEN 1 AND 40 AND instr(action, char(0)) = 0),
    priority TEXT NOT NULL CHECK (length(priority) BETWEEN 1 AND 40 AND instr(priority, char(0)) = 0),
    points INTEGER NOT NULL CHECK (points >= 0),
    -- The parts of the sum, each with its points and its reason.
    reasons TEXT CHECK (json_valid(reasons) AND instr(reasons, char(0)) = 0),
    -- Shown to somebody, or held out, while both are compared.
    arm TEXT CHECK (length(arm) <= 40 AND instr(arm, char(0)) = 0),
    outcome TEXT CHECK (length(outcome) <= 40 AND instr(outcome, char(0)) = 0),
    outcome_at INTEGER,
    -- Why somebody dismissed it.
    note TEXT CHECK (length(note) <= 2000 AND instr(note, char(0)) = 0),
    expires_at INTEGER NOT NULL,
    actor TEXT NOT NULL CHECK (length(actor) <= 400 AND instr(actor, char(0)) = 0),
    recommended_at INTEGER NOT NULL,
    CHECK ((outcome IS NULL) = (outcome_at IS NULL)),
    CHECK ((arm IS NULL) <> (outcome IS NULL)),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id),
    FOREIGN KEY (organization_id, user_id) REFERENCES users (organization_id, id)
) STRICT;
-- What became of the recommendations of a lead.
CREATE INDEX lead_recommendations_lead ON lead_recommendations (organization_id, lead_id, id);
-- Nothing changes but the texts of rows that an erasure names.
CREATE TRIGGER lead_recommendations_no_update BEFORE UPDATE ON lead_recommendations
WHEN NEW.id IS NOT OLD.id
    OR NEW.organization_id IS NOT OLD.organization_id
    OR NEW.lead_id IS NOT OLD.lead_id
    OR NEW.user_id IS NOT OLD.user_id
    OR NEW.action IS NOT OLD.action
    OR NEW.priority IS NOT OLD.priority
    OR NEW.points IS NOT OLD.points
    OR NEW.arm IS NOT OLD.arm
    OR NEW.outcome IS NOT OLD.outcome
    OR NEW.outcome_at IS NOT OLD.outcome_at
    OR NEW.expires_at IS NOT OLD.expires_at
    OR NEW.actor IS NOT OLD.actor
    OR NEW.recommended_at IS NOT OLD.recommended_at
    OR NOT EXISTS (SELECT 1 FROM erased_rows e
                   WHERE e.organization_id = OLD.organization_id AND e.table_name = 'lead_recommendations' AND e.row_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'lead_recommendations is append-only'); END;
CREATE TRIGGER lead_recommendations_no_delete BEFORE DELETE ON lead_recommendations
BEGIN SELECT RAISE(ABORT, 'lead_recommendations is append-only'); END;
-- INSERT OR REPLACE removes the old row without firing a delete trigger. No id is negative; NEW.id is where the engine
-- chooses it, and then nothing need be looked up.
CREATE TRIGGER lead_recommendations_no_replace BEFORE INSERT ON lead_recommendations
WHEN NEW.id >= 0 AND EXISTS (SELECT 1 FROM lead_recommendations WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'lead_recommendations is append-only'); END;

-- `lead next --all` walks through open leads by falling score.
CREATE INDEX leads_open_score ON leads (organization_id, lead_score DESC)
    WHERE deleted_at IS NULL AND status <> 'recruited' AND status <> 'cold';
-- Leads that did something themselves of late, for `lead next`.
CREATE INDEX leads_live_engaged ON leads (organization_id, last_engagement_at)
    WHERE deleted_at IS NULL AND last_engagement_at IS NOT NULL;
-- Scores that rose by ten or more, for `lead next`.
CREATE INDEX lead_score_history_risen ON lead_score_history (organization_id, calculated_at)
    WHERE score >= old_score + 10;
