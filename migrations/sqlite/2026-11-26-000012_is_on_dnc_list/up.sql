-- PostgreSQL only: a program that reads an embedded database asks crmctl.
SELECT 1;
