-- Further email addresses of leads.
CREATE TABLE lead_emails (
    id INTEGER PRIMARY KEY,
    organization_id INTEGER NOT NULL,
    lead_id INTEGER NOT NULL,
    email TEXT NOT NULL CHECK (length(email) BETWEEN 1 AND 254 AND instr(email, char(0)) = 0),
    kind TEXT NOT NULL DEFAULT 'other' CHECK (length(kind) <= 40 AND instr(kind, char(0)) = 0),
    created_at INTEGER NOT NULL DEFAULT (CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)),
    UNIQUE (organization_id, lead_id, email),
    FOREIGN KEY (organization_id, lead_id) REFERENCES leads (organization_id, id)
) STRICT;
-- Leads by further addresses: who is named by one, and the opt-outs of its people.
CREATE INDEX lead_emails_email ON lead_emails (organization_id, email, lead_id);
