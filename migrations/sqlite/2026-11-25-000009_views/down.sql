DROP VIEW user_productivity;
DROP VIEW organization_metrics;
DROP VIEW lead_summary;
