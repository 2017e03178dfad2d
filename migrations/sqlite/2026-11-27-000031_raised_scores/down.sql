PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'area_codes TEXT CHECK (area_codes IS NULL OR json_valid(area_codes)', 'area_codes TEXT CHECK (json_valid(area_codes)')
WHERE type = 'table' AND name = 'dnc_registry_revisions';
UPDATE sqlite_schema SET sql = replace(sql, 'filter TEXT CHECK (filter IS NULL OR json_valid(filter)', 'filter TEXT CHECK (json_valid(filter)')
WHERE type = 'table' AND name = 'assignment_pools';
UPDATE sqlite_schema SET sql = replace(sql, 'skills TEXT CHECK (skills IS NULL OR json_valid(skills)', 'skills TEXT CHECK (json_valid(skills)')
WHERE type = 'table' AND name IN ('assignment_pools', 'assignment_pool_members');
UPDATE sqlite_schema SET sql = replace(sql, 'factors TEXT CHECK (factors IS NULL OR json_valid(factors)', 'factors TEXT CHECK (json_valid(factors)')
WHERE type = 'table' AND name = 'lead_score_history';
UPDATE sqlite_schema SET sql = replace(sql, 'inputs TEXT CHECK (inputs IS NULL OR json_valid(inputs)', 'inputs TEXT CHECK (json_valid(inputs)')
WHERE type = 'table' AND name = 'lead_score_history';
UPDATE sqlite_schema SET sql = replace(sql, 'reasons TEXT CHECK (reasons IS NULL OR json_valid(reasons)', 'reasons TEXT CHECK (json_valid(reasons)')
WHERE type = 'table' AND name = 'lead_recommendations';
PRAGMA writable_schema = RESET;
DROP INDEX lead_score_history_risen;
CREATE INDEX lead_score_history_risen ON lead_score_history (organization_id, calculated_at)
    WHERE score >= old_score + 10;
