DROP TABLE lead_status_history;
DROP TABLE lead_audit_log;
DROP TABLE lead_notes;
DROP TABLE lead_tags;
DROP TABLE lead_phones;
DROP TABLE leads;
