DROP TABLE lead_search_state;
DROP TABLE lead_search;
DROP INDEX leads_deleted_email;
DROP INDEX leads_merged_external_id;
DROP INDEX leads_merged_into;
