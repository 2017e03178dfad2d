-- Searches look at job titles, tags and notes, too: the next one of each organization makes its index anew.
ALTER TABLE lead_search_state NO FORCE ROW LEVEL SECURITY;
ALTER TABLE lead_search NO FORCE ROW LEVEL SECURITY;
DELETE FROM lead_search_state;
DELETE FROM lead_search;
ALTER TABLE lead_search_state FORCE ROW LEVEL SECURITY;
ALTER TABLE lead_search FORCE ROW LEVEL SECURITY;
