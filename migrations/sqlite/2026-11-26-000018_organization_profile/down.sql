DROP VIEW user_productivity;
DROP VIEW lead_summary;
DROP TRIGGER users_touch;
DROP INDEX users_username;
ALTER TABLE users DROP COLUMN last_seen_at;
ALTER TABLE users DROP COLUMN is_verified;
ALTER TABLE users DROP COLUMN avatar_url;
ALTER TABLE users DROP COLUMN preferences;
ALTER TABLE users DROP COLUMN username;
ALTER TABLE organizations DROP COLUMN subscription_tier;
ALTER TABLE organizations DROP COLUMN billing_email;
ALTER TABLE organizations DROP COLUMN size;
ALTER TABLE organizations DROP COLUMN industry;
ALTER TABLE organizations DROP COLUMN website;
ALTER TABLE organizations DROP COLUMN description;
CREATE TRIGGER users_touch AFTER UPDATE ON users FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at
BEGIN
    UPDATE users SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;

CREATE VIEW lead_summary AS
SELECT l.organization_id, l.id AS lead_id, lower(substr(hex(l.uid), 1, 8) || '-' || substr(hex(l.uid), 9, 4) || '-' || substr(hex(l.uid), 13, 4) || '-' || substr(hex(l.uid), 17, 4) || '-' || substr(hex(l.uid), 21)) AS uid, l.first_name, l.last_name, l.phone_number, l.phone_extension,
    l.email, l.company, l.status, strftime('%Y-%m-%dT%H:%M:%fZ', l.status_changed_at / 1000000.0, 'unixepoch') AS status_changed_at, l.lead_score, l.temperature, l.source,
    l.campaign, l.value_cents, l.currency, l.consent_status, (l.email_opted_out_at IS NOT NULL) AS opted_out_of_email,
    u.email AS owner_email,
    -- Not by an ORDER BY of the aggregate: programs with a SQLite before 3.44 could not open the file at all.
    (SELECT group_concat(tag, ', ') FROM (SELECT t.tag FROM lead_tags t
        WHERE t.organization_id = l.organization_id AND t.lead_id = l.id ORDER BY t.tag)) AS tags,
    (SELECT count(*) FROM lead_notes n WHERE n.organization_id = l.organization_id AND n.lead_id = l.id) AS note_count,
    -- By its first number or a further one, in the spelling of the list or another: each apart, so that PostgreSQL may hash it.
    (EXISTS (SELECT 1 FROM dnc_list d WHERE d.organization_id = l.organization_id AND d.phone_number = l.phone_number
            AND d.removed_at IS NULL AND (d.expires_at IS NULL OR d.expires_at > CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)))
        OR EXISTS (SELECT 1 FROM dnc_spellings s CROSS JOIN dnc_list d
            WHERE s.organization_id = l.organization_id AND s.phone_number = l.phone_number
            AND d.organization_id = s.organization_id AND d.id = s.dnc_id AND d.removed_at IS NULL AND (d.expires_at IS NULL OR d.expires_at > CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)))
        OR EXISTS (SELECT 1 FROM lead_phones p CROSS JOIN dnc_list d WHERE p.organization_id = l.organization_id AND p.lead_id = l.id
            AND d.organization_id = p.organization_id AND d.phone_number = p.phone_number AND d.removed_at IS NULL AND (d.expires_at IS NULL OR d.expires_at > CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)))
        OR EXISTS (SELECT 1 FROM lead_phones p CROSS JOIN dnc_spellings s CROSS JOIN dnc_list d
            WHERE p.organization_id = l.organization_id AND p.lead_id = l.id
            AND s.organization_id = p.organization_id AND s.phone_number = p.phone_number
            AND d.organization_id = s.organization_id AND d.id = s.dnc_id AND d.removed_at IS NULL AND (d.expires_at IS NULL OR d.expires_at > CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)))) AS on_dnc_list,
    -- A survivor of merges is as old as the oldest lead that it absorbed.
    strftime('%Y-%m-%dT%H:%M:%fZ', min(l.created_at, coalesce(m.created_at, l.created_at)) / 1000000.0, 'unixepoch') AS created_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', l.last_contacted_at / 1000000.0, 'unixepoch') AS last_contacted_at, strftime('%Y-%m-%dT%H:%M:%fZ', l.updated_at / 1000000.0, 'unixepoch') AS updated_at
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

CREATE VIEW user_productivity AS
SELECT u.organization_id, u.id AS user_id, u.email, u.role, u.is_active AS is_active,
    coalesce(l.owned, 0) AS owned_leads, coalesce(l.recruited, 0) AS recruited_leads,
    (SELECT count(*) FROM lead_assignments a WHERE a.organization_id = u.organization_id AND a.to_user_id = u.id) AS assignments,
    coalesce(h.moves, 0) AS status_moves,
    -- A merge copies notes, so those of deleted leads do not count.
    (SELECT count(*) FROM lead_notes n JOIN leads k ON k.organization_id = n.organization_id AND k.id = n.lead_id
        WHERE n.organization_id = u.organization_id AND n.author_id = u.id AND k.deleted_at IS NULL) AS notes,
    strftime('%Y-%m-%dT%H:%M:%fZ', h.last_move / 1000000.0, 'unixepoch') AS last_move_at
FROM users u
LEFT JOIN (
    SELECT organization_id, owner_id, count(*) AS owned, count(*) FILTER (WHERE status = 'recruited') AS recruited
    FROM leads WHERE deleted_at IS NULL AND owner_id IS NOT NULL GROUP BY organization_id, owner_id
) l ON l.organization_id = u.organization_id AND l.owner_id = u.id
LEFT JOIN (
    SELECT organization_id, changed_by, count(*) AS moves, max(changed_at) AS last_move
    FROM lead_status_history WHERE trigger_type = 'manual' AND from_status IS NOT NULL AND changed_by IS NOT NULL
    GROUP BY organization_id, changed_by
) h ON h.organization_id = u.organization_id AND h.changed_by = u.id;
