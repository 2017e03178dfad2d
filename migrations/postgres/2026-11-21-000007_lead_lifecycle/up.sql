-- The leads that were merged into one.
CREATE INDEX leads_merged_into ON leads (organization_id, merged_into_id) WHERE merged_into_id IS NOT NULL;
-- A merged lead's external id identifies its survivor. (Its phone is found by leads_deleted_phone.)
CREATE INDEX leads_merged_external_id ON leads (organization_id, external_source, external_id)
    WHERE merged_into_id IS NOT NULL AND external_id IS NOT NULL;
-- Deleted leads with an email: to show them, and for the opt-outs of their people.
CREATE INDEX leads_deleted_email ON leads (organization_id, email) WHERE deleted_at IS NOT NULL AND email IS NOT NULL;
