DROP VIEW organization_metrics;
DROP VIEW lead_summary;

-- For other tools: times are timestamptz, and row-level security holds for whoever asks.
-- One row for each live lead; on the list when one of its numbers is, in whatever spelling. The merges are followed inside the derived
-- table: outside it PostgreSQL takes them for many rows and reads every lead.
CREATE VIEW lead_summary WITH (security_invoker = true) AS
SELECT l.organization_id, l.id AS lead_id, l.uid::text AS uid, l.first_name, l.last_name, l.phone_number, l.phone_extension,
    l.email, l.company, l.status, l.status_changed_at AS status_changed_at, l.lead_score, l.temperature, l.source,
    l.campaign, l.value_cents, l.currency, l.consent_status, (l.email_opted_out_at IS NOT NULL) AS opted_out_of_email,
    u.email AS owner_email,
    (SELECT string_agg(t.tag, ', ' ORDER BY t.tag COLLATE "C") FROM lead_tags t
        WHERE t.organization_id = l.organization_id AND t.lead_id = l.id) AS tags,
    (SELECT count(*) FROM lead_notes n WHERE n.organization_id = l.organization_id AND n.lead_id = l.id) AS note_count,
    -- By its first number or a further one, in the spelling of the list or another: each apart, so that PostgreSQL may hash it.
    (EXISTS (SELECT 1 FROM dnc_list d WHERE d.organization_id = l.organization_id AND d.phone_number = l.phone_number
            AND d.removed_at IS NULL AND (d.expires_at IS NULL OR d.expires_at > now()))
        OR EXISTS (SELECT 1 FROM dnc_spellings s CROSS JOIN dnc_list d
            WHERE s.organization_id = l.organization_id AND s.phone_number = l.phone_number
            AND d.organization_id = s.organization_id AND d.id = s.dnc_id AND d.removed_at IS NULL AND (d.expires_at IS NULL OR d.expires_at > now()))
        OR EXISTS (SELECT 1 FROM lead_phones p CROSS JOIN dnc_list d WHERE p.organization_id = l.organization_id AND p.lead_id = l.id
            AND d.organization_id = p.organization_id AND d.phone_number = p.phone_number AND d.removed_at IS NULL AND (d.expires_at IS NULL OR d.expires_at > now()))
        OR EXISTS (SELECT 1 FROM lead_phones p CROSS JOIN dnc_spellings s CROSS JOIN dnc_list d
            WHERE p.organization_id = l.organization_id AND p.lead_id = l.id
            AND s.organization_id = p.organization_id AND s.phone_number = p.phone_number
            AND d.organization_id = s.organization_id AND d.id = s.dnc_id AND d.removed_at IS NULL AND (d.expires_at IS NULL OR d.expires_at > now()))) AS on_dnc_list,
    -- A survivor of merges is as old as the oldest lead that it absorbed.
    least(l.created_at, m.created_at) AS created_at,
    l.last_contacted_at AS last_contacted_at, l.updated_at AS updated_at
FROM leads l
LEFT JOIN users u ON u.organization_id = l.organization_id AND u.id = l.owner_id
LEFT JOIN (
    WITH RECURSIVE absorbed (organization_id, survivor, created_at) AS (
        SELECT organization_id, merged_into_id, created_at FROM leads WHERE merged_into_id IS NOT NULL
        UNION ALL
        SELECT a.organization_id, l.merged_into_id, a.created_at FROM absorbed a
        JOIN leads l ON l.organization_id = a.organization_id AND l.id = a.survivor
        WHERE l.merged_into_id IS NOT NULL
    )
    SELECT organization_id, survivor, min(created_at) AS created_at FROM absorbed GROUP BY organization_id, survivor
) m ON m.organization_id = l.organization_id AND m.survivor = l.id
WHERE l.deleted_at IS NULL;

-- One row for each organization. Ratios are of sums; nothing where there is nothing to divide by.
CREATE VIEW organization_metrics WITH (security_invoker = true) AS
SELECT o.id AS organization_id, o.slug, o.name, coalesce(l.leads, 0) AS leads,
    coalesce(l.new_leads, 0) AS new_leads, coalesce(l.contacted_leads, 0) AS contacted_leads, coalesce(l.qualified_leads, 0) AS qualified_leads, coalesce(l.nurturing_leads, 0) AS nurturing_leads, coalesce(l.hot_leads, 0) AS hot_leads, coalesce(l.cold_leads, 0) AS cold_leads, coalesce(l.recruited_leads, 0) AS recruited_leads, coalesce(l.dnc_leads, 0) AS dnc_leads,
    coalesce(l.owned_leads, 0) AS owned_leads, coalesce(l.deleted_leads, 0) AS deleted_leads,
    l.recruited_leads * 1.0 / nullif(l.leads, 0) AS conversion, l.average_score,
    (SELECT count(*) FROM users u WHERE u.organization_id = o.id AND u.is_active) AS active_users,
    (SELECT count(*) FROM dnc_list d WHERE d.organization_id = o.id AND d.removed_at IS NULL
        AND (d.expires_at IS NULL OR d.expires_at > now())) AS dnc_numbers,
    (SELECT max(i.finished_at) FROM imports i
        WHERE i.organization_id = o.id AND i.kind <> 'undo') AS last_import_at
FROM organizations o LEFT JOIN (
    SELECT organization_id, count(*) FILTER (WHERE deleted_at IS NULL) AS leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'new') AS new_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'contacted') AS contacted_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'qualified') AS qualified_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'nurturing') AS nurturing_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'hot') AS hot_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'cold') AS cold_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'recruited') AS recruited_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND status = 'dnc') AS dnc_leads,
        count(*) FILTER (WHERE deleted_at IS NULL AND owner_id IS NOT NULL) AS owned_leads,
        count(*) FILTER (WHERE deleted_at IS NOT NULL AND merged_into_id IS NULL) AS deleted_leads,
        (avg(lead_score) FILTER (WHERE deleted_at IS NULL))::double precision AS average_score
    FROM leads GROUP BY organization_id
) l ON l.organization_id = o.id
-- Row-level security hides what others have, which would leave rows of zeros.
WHERE NOT row_security_active('leads'::regclass::oid)
    OR o.id = (SELECT nullif(current_setting('app.current_org_id', true), '')::integer);
