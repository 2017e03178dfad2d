-- Entries that were closed of late, which an import looks at before it ends.
CREATE INDEX dnc_list_removed ON dnc_list (organization_id, removed_at)
    WHERE removed_at IS NOT NULL;
