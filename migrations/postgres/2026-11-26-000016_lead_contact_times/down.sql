DROP INDEX leads_live_next_contact;
ALTER TABLE leads DROP COLUMN next_contact_at;
ALTER TABLE leads DROP COLUMN last_engagement_at;
ALTER TABLE leads DROP COLUMN last_attempted_at;
ALTER TABLE leads DROP COLUMN first_attempted_at;
