-- What a person would write for `crmctl roi`: source, leads, recruited, cost, value, in the organization's currency.
WITH rates AS (
    SELECT currency, period, rate::numeric AS rate FROM exchange_rates WHERE organization_id = 1 AND base_currency = 'USD'
), recruited AS (
    SELECT lead_id, min(changed_at) AS at FROM lead_status_history
    WHERE organization_id = 1 AND to_status = 'recruited' AND trigger_type <> 'undo' GROUP BY lead_id
), cohort AS (
    SELECT l.source, count(*) AS leads, count(r.at) AS recruited,
        sum(CASE WHEN r.at IS NULL THEN 0 WHEN l.currency = 'USD' THEN l.value_cents
                 ELSE round(l.value_cents * x.rate) END) AS value
    FROM leads l LEFT JOIN recruited r ON r.lead_id = l.id
    LEFT JOIN rates x ON x.currency = l.currency AND x.period = to_char(r.at, 'YYYY-MM')
    WHERE l.organization_id = 1 AND l.deleted_at IS NULL AND l.created_at >= 'SINCE' AND l.created_at < 'UNTIL'
    GROUP BY l.source
), costs AS (
    SELECT c.source, sum(CASE WHEN c.currency = 'USD' THEN c.cost_cents ELSE round(c.cost_cents * x.rate) END) AS cost
    FROM lead_source_costs c LEFT JOIN rates x ON x.currency = c.currency AND x.period = c.period
    WHERE c.organization_id = 1 AND c.deleted_at IS NULL AND c.period >= left('SINCE', 7) AND c.period < left('UNTIL', 7)
    GROUP BY c.source
)
SELECT coalesce(h.source, c.source) AS source, coalesce(h.leads, 0), coalesce(h.recruited, 0),
    coalesce(c.cost, 0)::bigint, coalesce(h.value, 0)::bigint
FROM cohort h FULL JOIN costs c ON c.source = h.source ORDER BY 1;
