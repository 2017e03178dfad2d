DROP VIEW user_productivity;
DROP VIEW organization_metrics;
DROP VIEW lead_summary;
CREATE OR REPLACE FUNCTION refuse_second_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    deciding CONSTANT text[] := ARRAY['decision', 'decision_reason', 'decided_by', 'decided_actor', 'decided_at', 'dnc_id'];
BEGIN
    IF OLD.decision IS NOT NULL OR NEW.decision IS NULL OR to_jsonb(NEW) - deciding IS DISTINCT FROM to_jsonb(OLD) - deciding THEN
        RAISE EXCEPTION '% is append-only, and a request is decided once', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER lead_audit_log_no_update ON lead_audit_log;
DROP TRIGGER lead_audit_log_append_only ON lead_audit_log;
CREATE TRIGGER lead_audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON lead_audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP TRIGGER lead_status_history_no_update ON lead_status_history;
DROP TRIGGER lead_status_history_append_only ON lead_status_history;
CREATE TRIGGER lead_status_history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON lead_status_history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP TRIGGER lead_assignments_no_update ON lead_assignments;
DROP TRIGGER lead_assignments_append_only ON lead_assignments;
CREATE TRIGGER lead_assignments_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON lead_assignments
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP TRIGGER dnc_checks_no_update ON dnc_checks;
DROP TRIGGER dnc_checks_append_only ON dnc_checks;
CREATE TRIGGER dnc_checks_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dnc_checks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP FUNCTION refuse_change_but_erasure();
DROP TABLE erased_rows;
DROP TABLE erasure_keys;
DROP TABLE erasure_hashes;
DROP TABLE erasures;
DROP TABLE lead_search_state;
DROP TABLE lead_search;
DROP INDEX leads_deleted_email;
DROP INDEX leads_merged_external_id;
DROP INDEX leads_merged_into;
