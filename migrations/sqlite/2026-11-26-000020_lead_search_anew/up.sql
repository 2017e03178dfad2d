-- Searches look at job titles, tags and notes, too: the next one of each organization makes its index anew.
DELETE FROM lead_search_state;
DELETE FROM lead_search;
