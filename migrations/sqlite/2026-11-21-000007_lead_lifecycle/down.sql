DROP VIEW user_productivity;
DROP VIEW organization_metrics;
DROP VIEW lead_summary;
DROP TRIGGER lead_audit_log_no_update;
CREATE TRIGGER lead_audit_log_no_update BEFORE UPDATE ON lead_audit_log
BEGIN SELECT RAISE(ABORT, 'lead_audit_log is append-only'); END;
DROP TRIGGER lead_status_history_no_update;
CREATE TRIGGER lead_status_history_no_update BEFORE UPDATE ON lead_status_history
BEGIN SELECT RAISE(ABORT, 'lead_status_history is append-only'); END;
DROP TRIGGER lead_assignments_no_update;
CREATE TRIGGER lead_assignments_no_update BEFORE UPDATE ON lead_assignments
BEGIN SELECT RAISE(ABORT, 'lead_assignments is append-only'); END;
DROP TRIGGER dnc_checks_no_update;
CREATE TRIGGER dnc_checks_no_update BEFORE UPDATE ON dnc_checks
BEGIN SELECT RAISE(ABORT, 'dnc_checks is append-only'); END;
DROP TRIGGER dnc_requests_decided_once;
CREATE TRIGGER dnc_requests_decided_once BEFORE UPDATE ON dnc_requests
WHEN OLD.decision IS NOT NULL OR NEW.decision IS NULL OR NEW.id <> OLD.id
    OR NEW.organization_id <> OLD.organization_id OR NEW.phone_number <> OLD.phone_number
    OR NEW.source <> OLD.source OR NEW.scope <> OLD.scope OR NEW.reason IS NOT OLD.reason
    OR NEW.text IS NOT OLD.text OR NEW.class IS NOT OLD.class OR NEW.expires_at IS NOT OLD.expires_at
    OR NEW.received_at <> OLD.received_at OR NEW.due_at <> OLD.due_at OR NEW.recorded_by IS NOT OLD.recorded_by
    OR NEW.actor <> OLD.actor OR NEW.recorded_at <> OLD.recorded_at OR NEW.import_id IS NOT OLD.import_id
BEGIN SELECT RAISE(ABORT, 'dnc_requests is append-only, and a request is decided once'); END;
DROP TABLE erased_rows;
DROP TABLE erasure_keys;
DROP TABLE erasure_hashes;
DROP TABLE erasures;
DROP TABLE lead_search_state;
DROP TABLE lead_search;
DROP INDEX leads_deleted_email;
DROP INDEX leads_merged_external_id;
DROP INDEX leads_merged_into;
