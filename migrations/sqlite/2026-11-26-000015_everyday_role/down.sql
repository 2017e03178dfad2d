-- PostgreSQL only: SQLite has no roles and no search path, and its triggers name tables of their own file.
SELECT 1;
