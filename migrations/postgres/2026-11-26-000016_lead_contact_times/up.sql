-- When people tried to reach a lead, when it last did something itself, and when it is to be contacted next. Of a first and a
-- last time no order is asked here: an undo takes one back without the other.
ALTER TABLE leads ADD COLUMN first_attempted_at timestamptz;
ALTER TABLE leads ADD COLUMN last_attempted_at timestamptz;
ALTER TABLE leads ADD COLUMN last_engagement_at timestamptz;
ALTER TABLE leads ADD COLUMN next_contact_at timestamptz;
-- Whom to contact next.
CREATE INDEX leads_live_next_contact ON leads (organization_id, next_contact_at)
    WHERE deleted_at IS NULL AND next_contact_at IS NOT NULL;
