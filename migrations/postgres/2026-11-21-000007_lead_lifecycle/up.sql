-- The leads that were merged into one.
CREATE INDEX leads_merged_into ON leads (organization_id, merged_into_id) WHERE merged_into_id IS NOT NULL;
-- A merged lead's external id identifies its survivor. (Its phone is found by leads_deleted_phone.)
CREATE INDEX leads_merged_external_id ON leads (organization_id, external_source, external_id)
    WHERE merged_into_id IS NOT NULL AND external_id IS NOT NULL;
-- Deleted leads with an email: to show them, and for the opt-outs of their people.
CREATE INDEX leads_deleted_email ON leads (organization_id, email) WHERE deleted_at IS NOT NULL AND email IS NOT NULL;

-- The index of `lead search`: for each trigram of names, companies, emails and numbers a bitmap (Roaring) of the leads that
-- have it, in blocks of 65,536 ids. Under trigram 0 stand the live leads. It is brought up to date when somebody searches.
-- (Not pg_trgm: row-level security lets an index answer only what is leakproof, and LIKE is not.)
CREATE TABLE lead_search (
    organization_id integer NOT NULL REFERENCES organizations (id),
    trigram bigint NOT NULL CHECK (trigram >= 0),
    block bigint NOT NULL CHECK (block >= 0),
    leads bytea NOT NULL,
    PRIMARY KEY (organization_id, trigram, block)
);
ALTER TABLE lead_search ENABLE ROW LEVEL SECURITY;
ALTER TABLE lead_search FORCE ROW LEVEL SECURITY;
CREATE POLICY lead_search_organization ON lead_search
    USING (organization_id = (SELECT nullif(current_setting('app.current_org_id', true), '')::integer));
-- Up to which audit entry the index has seen the organization's leads.
CREATE TABLE lead_search_state (
    organization_id integer PRIMARY KEY REFERENCES organizations (id),
    last_audit_id bigint NOT NULL CHECK (last_audit_id >= 0)
);
ALTER TABLE lead_search_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE lead_search_state FORCE ROW LEVEL SECURITY;
CREATE POLICY lead_search_state_organization ON lead_search_state
    USING (organization_id = (SELECT nullif(current_setting('app.current_org_id', true), '')::integer));
