DROP FUNCTION is_on_dnc_list(text, text, text);
DROP FUNCTION is_on_dnc_list(text, integer, text);
DROP TABLE dnc_checks;
DROP TABLE dnc_requests;
DROP TABLE dnc_list;
DROP FUNCTION refuse_second_decision();
