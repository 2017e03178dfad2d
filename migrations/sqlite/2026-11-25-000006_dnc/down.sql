DROP TABLE dnc_checks;
DROP TABLE dnc_requests;
DROP TABLE dnc_list;
