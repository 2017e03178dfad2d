DROP INDEX lead_phones_number;
DROP INDEX leads_live_contacted;
DROP INDEX leads_live_owner;
DROP INDEX leads_live_created;
DROP INDEX leads_live_status;
DROP TABLE lead_assignments;
DROP TABLE segments;
