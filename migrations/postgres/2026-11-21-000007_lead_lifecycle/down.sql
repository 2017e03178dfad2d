DROP INDEX leads_deleted_email;
DROP INDEX leads_merged_external_id;
DROP INDEX leads_merged_into;
