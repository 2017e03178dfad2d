DROP INDEX lead_score_history_risen;
DROP INDEX leads_live_engaged;
DROP INDEX leads_open_score;
DROP TABLE lead_recommendations;
DROP TABLE tasks;
