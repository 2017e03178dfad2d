-- The funnel of the leads created from SINCE up to UNTIL, by hand: PostgreSQL.
WITH entered AS MATERIALIZED (
    SELECT l.id, l.status,
        min(h.changed_at) FILTER (WHERE h.to_status = 'new') AS e1,
        min(h.changed_at) FILTER (WHERE h.to_status = 'contacted') AS e2,
        min(h.changed_at) FILTER (WHERE h.to_status = 'qualified') AS e3,
        min(h.changed_at) FILTER (WHERE h.to_status = 'nurturing') AS e4,
        min(h.changed_at) FILTER (WHERE h.to_status = 'hot') AS e5,
        min(h.changed_at) FILTER (WHERE h.to_status = 'recruited') AS e6
    FROM leads l LEFT JOIN lead_status_history h ON h.lead_id = l.id AND h.trigger_type <> 'undo'
        AND (h.import_id IS NULL OR h.import_id NOT IN (SELECT id FROM imports WHERE status = 'undone'))
    WHERE l.organization_id = 1 AND l.deleted_at IS NULL AND l.created_at >= 'SINCE' AND l.created_at < 'UNTIL'
    GROUP BY l.id
), furthest AS MATERIALIZED (
    SELECT *, CASE WHEN e6 IS NOT NULL THEN 6 WHEN e5 IS NOT NULL THEN 5 WHEN e4 IS NOT NULL THEN 4
        WHEN e3 IS NOT NULL THEN 3 WHEN e2 IS NOT NULL THEN 2 ELSE 1 END AS f
    FROM entered
), waits (stage, seconds) AS (
    SELECT 2, floor(extract(epoch FROM e2 - e1)) FROM furthest WHERE e2 >= e1 UNION ALL
    SELECT 3, floor(extract(epoch FROM e3 - e2)) FROM furthest WHERE e3 >= e2 UNION ALL
    SELECT 4, floor(extract(epoch FROM e4 - e3)) FROM furthest WHERE e4 >= e3 UNION ALL
    SELECT 5, floor(extract(epoch FROM e5 - e4)) FROM furthest WHERE e5 >= e4 UNION ALL
    SELECT 6, floor(extract(epoch FROM e6 - e5)) FROM furthest WHERE e6 >= e5
), ranks AS (
    SELECT stage, percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds) AS median,
        percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds) AS p90
    FROM waits GROUP BY stage
), stages (stage, name) AS (
    VALUES (1, 'new'), (2, 'contacted'), (3, 'qualified'), (4, 'nurturing'), (5, 'hot'), (6, 'recruited')
), counts AS (
    SELECT f, count(*) AS leads, count(*) FILTER (WHERE status = 'cold') AS cold,
        count(*) FILTER (WHERE status = 'dnc') AS dnc,
        count(e1) AS n1, count(e2) AS n2, count(e3) AS n3, count(e4) AS n4,
        count(e5) AS n5, count(e6) AS n6
    FROM furthest GROUP BY f
)
SELECT s.name, coalesce(sum(CASE WHEN c.f >= s.stage THEN c.leads END), 0) AS reached,
    coalesce(sum(CASE WHEN c.f > s.stage THEN c.leads END), 0) AS advanced,
    coalesce(sum(CASE WHEN c.f = s.stage THEN c.cold END), 0) AS exited_cold,
    coalesce(sum(CASE WHEN c.f = s.stage THEN c.dnc END), 0) AS exited_dnc,
    coalesce(sum(CASE WHEN c.f = s.stage THEN c.leads - c.cold - c.dnc END), 0) AS here_now,
    coalesce(sum(CASE WHEN c.f >= s.stage THEN c.leads END), 0) - coalesce(sum(CASE s.stage WHEN 1 THEN n1 WHEN 2 THEN n2
        WHEN 3 THEN n3 WHEN 4 THEN n4 WHEN 5 THEN n5 ELSE n6 END), 0) AS skipped,
    r.median, r.p90
FROM stages s CROSS JOIN counts c LEFT JOIN ranks r ON r.stage = s.stage
GROUP BY s.stage, s.name, r.median, r.p90 ORDER BY s.stage;
