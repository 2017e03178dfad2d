-- The funnel of the leads created from ?1 up to ?2, by hand: SQLite.
WITH entered AS MATERIALIZED (
    SELECT l.id, l.status,
        min(CASE WHEN h.to_status = 'new' THEN h.changed_at END) AS e1,
        min(CASE WHEN h.to_status = 'contacted' THEN h.changed_at END) AS e2,
        min(CASE WHEN h.to_status = 'qualified' THEN h.changed_at END) AS e3,
        min(CASE WHEN h.to_status = 'nurturing' THEN h.changed_at END) AS e4,
        min(CASE WHEN h.to_status = 'hot' THEN h.changed_at END) AS e5,
        min(CASE WHEN h.to_status = 'recruited' THEN h.changed_at END) AS e6
    FROM leads l LEFT JOIN lead_status_history h ON h.lead_id = l.id AND h.trigger_type <> 'undo'
        AND (h.import_id IS NULL OR h.import_id NOT IN (SELECT id FROM imports WHERE status = 'undone'))
    WHERE l.organization_id = 1 AND l.deleted_at IS NULL AND l.created_at >= ?1 AND l.created_at < ?2
    GROUP BY l.id
), furthest AS MATERIALIZED (
    SELECT *, CASE WHEN e6 IS NOT NULL THEN 6 WHEN e5 IS NOT NULL THEN 5 WHEN e4 IS NOT NULL THEN 4
        WHEN e3 IS NOT NULL THEN 3 WHEN e2 IS NOT NULL THEN 2 ELSE 1 END AS f
    FROM entered
), waits (stage, seconds) AS (
    SELECT 2, (e2 - e1) / 1000000 FROM furthest WHERE e2 >= e1 UNION ALL
    SELECT 3, (e3 - e2) / 1000000 FROM furthest WHERE e3 >= e2 UNION ALL
    SELECT 4, (e4 - e3) / 1000000 FROM furthest WHERE e4 >= e3 UNION ALL
    SELECT 5, (e5 - e4) / 1000000 FROM furthest WHERE e5 >= e4 UNION ALL
    SELECT 6, (e6 - e5) / 1000000 FROM furthest WHERE e6 >= e5
), ranked AS (
    SELECT stage, seconds, row_number() OVER (PARTITION BY stage ORDER BY seconds) AS place,
        count(*) OVER (PARTITION BY stage) AS n
    FROM waits
), ranks AS (
    SELECT stage, max(CASE WHEN place = (n + 1) / 2 THEN seconds END) AS median,
        max(CASE WHEN place = (n * 9 + 9) / 10 THEN seconds END) AS p90
    FROM ranked GROUP BY stage
), stages (stage, name) AS (
    VALUES (1, 'new'), (2, 'contacted'), (3, 'qualified'), (4, 'nurturing'), (5, 'hot'), (6, 'recruited')
), counts AS (
    SELECT f, count(*) AS leads, sum(status = 'cold') AS cold, sum(status = 'dnc') AS dnc,
        sum(e1 IS NOT NULL) AS n1, sum(e2 IS NOT NULL) AS n2, sum(e3 IS NOT NULL) AS n3, sum(e4 IS NOT NULL) AS n4,
        sum(e5 IS NOT NULL) AS n5, sum(e6 IS NOT NULL) AS n6
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
GROUP BY s.stage ORDER BY s.stage;
