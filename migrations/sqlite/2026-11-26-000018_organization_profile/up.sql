-- What an organization is.
ALTER TABLE organizations ADD COLUMN description TEXT CHECK (length(description) <= 2000 AND instr(description, char(0)) = 0);
ALTER TABLE organizations ADD COLUMN website TEXT CHECK (length(website) <= 500 AND instr(website, char(0)) = 0);
ALTER TABLE organizations ADD COLUMN industry TEXT CHECK (length(industry) <= 100 AND instr(industry, char(0)) = 0);
ALTER TABLE organizations ADD COLUMN size TEXT CHECK (length(size) <= 50 AND instr(size, char(0)) = 0);
ALTER TABLE organizations ADD COLUMN billing_email TEXT CHECK (length(billing_email) <= 254 AND instr(billing_email, char(0)) = 0);
-- What it pays for: a word that grows with the price list.
ALTER TABLE organizations ADD COLUMN subscription_tier TEXT NOT NULL DEFAULT 'free' CHECK (length(subscription_tier) BETWEEN 1 AND 50 AND instr(subscription_tier, char(0)) = 0 AND subscription_tier = lower(subscription_tier));

-- Another name of a user, never to be taken for an email.
ALTER TABLE users ADD COLUMN username TEXT CHECK (length(username) BETWEEN 2 AND 50 AND instr(username, char(0)) = 0 AND username = lower(username) AND username NOT LIKE '%@%');
ALTER TABLE users ADD COLUMN preferences TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(preferences) AND instr(preferences, char(0)) = 0);
ALTER TABLE users ADD COLUMN avatar_url TEXT CHECK (length(avatar_url) <= 500 AND instr(avatar_url, char(0)) = 0);
ALTER TABLE users ADD COLUMN is_verified INTEGER NOT NULL DEFAULT 0 CHECK (is_verified = 0 OR is_verified = 1);
-- When the user last wrote anything, to the minute. It is no change of the row.
ALTER TABLE users ADD COLUMN last_seen_at INTEGER;
-- Nobody shares a name, and each is found by it.
CREATE UNIQUE INDEX users_username ON users (organization_id, username);
DROP TRIGGER users_touch;
CREATE TRIGGER users_touch AFTER UPDATE ON users FOR EACH ROW WHEN NEW.updated_at = OLD.updated_at AND NEW.last_seen_at IS OLD.last_seen_at
BEGIN
    UPDATE users SET updated_at = CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER) WHERE id = NEW.id;
END;

-- For other tools: what is new stands behind what they know.
DROP VIEW user_productivity;
DROP VIEW lead_summary;
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
    strftime('%Y-%m-%dT%H:%M:%fZ', l.last_contacted_at / 1000000.0, 'unixepoch') AS last_contacted_at, strftime('%Y-%m-%dT%H:%M:%fZ', l.updated_at / 1000000.0, 'unixepoch') AS updated_at,
    o.name AS organization_name, o.subscription_tier, nullif(trim(coalesce(u.first_name, '') || ' ' || coalesce(u.last_name, '')), '') AS owner_name
FROM leads l
JOIN organizations o ON o.id = l.organization_id
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

-- One row for each user: what they own, and what they did.
CREATE VIEW user_productivity AS
SELECT u.organization_id, u.id AS user_id, u.email, u.role, u.is_active AS is_active,
    coalesce(l.owned, 0) AS owned_leads, coalesce(l.recruited, 0) AS recruited_leads,
    (SELECT count(*) FROM lead_assignments a WHERE a.organization_id = u.organization_id AND a.to_user_id = u.id) AS assignments,
    coalesce(h.moves, 0) AS status_moves,
    -- A merge copies notes, so those of deleted leads do not count.
    (SELECT count(*) FROM lead_notes n JOIN leads k ON k.organization_id = n.organization_id AND k.id = n.lead_id
        WHERE n.organization_id = u.organization_id AND n.author_id = u.id AND k.deleted_at IS NULL) AS notes,
    strftime('%Y-%m-%dT%H:%M:%fZ', h.last_move / 1000000.0, 'unixepoch') AS last_move_at,
    u.username, nullif(trim(coalesce(u.first_name, '') || ' ' || coalesce(u.last_name, '')), '') AS user_name, o.name AS organization_name, l.average_score
FROM users u
JOIN organizations o ON o.id = u.organization_id
LEFT JOIN (
    SELECT organization_id, owner_id, count(*) AS owned, count(*) FILTER (WHERE status = 'recruited') AS recruited,
        avg(lead_score) AS average_score
    FROM leads WHERE deleted_at IS NULL AND owner_id IS NOT NULL GROUP BY organization_id, owner_id
) l ON l.organization_id = u.organization_id AND l.owner_id = u.id
LEFT JOIN (
    SELECT organization_id, changed_by, count(*) AS moves, max(changed_at) AS last_move
    FROM lead_status_history WHERE trigger_type = 'manual' AND from_status IS NOT NULL AND changed_by IS NOT NULL
    GROUP BY organization_id, changed_by
) h ON h.organization_id = u.organization_id AND h.changed_by = u.id;
