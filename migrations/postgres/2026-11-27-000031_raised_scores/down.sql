DROP INDEX lead_score_history_risen;
CREATE INDEX lead_score_history_risen ON lead_score_history (organization_id, calculated_at)
    WHERE score >= old_score + 10;
