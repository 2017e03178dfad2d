DROP TABLE lead_emails;
