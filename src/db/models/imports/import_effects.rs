//! What an import did to leads, as the logs tell it, and what others did to them since.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use crate::db::Stamp;
use crate::db::models::IN_LIST;
use crate::db::schema::{lead_audit_log, lead_status_history, leads};
use crate::db::types::UtcTimestamp;
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::AuditAction;
use crate::domain::imports::kind::{ImportKind, ImportStatus};
use crate::domain::leads::status::Trigger;
use crate::domain::timestamp::Timestamp;

/// A live lead that an import made, and its version now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    pub id: i64,
    pub version: i32,
}

/// The live leads that an import made, by id.
///
/// # Errors
/// The database cannot be read.
pub fn live_made(conn: &mut Db, org: OrgId, import: i64) -> Result<Vec<Made>, DbError> {
    let rows = leads::table
        .filter(leads::organization_id.eq(org.0).and(leads::import_id.eq(import)).and(leads::deleted_at.is_null()))
        .order(leads::id)
        .select((leads::id, leads::version));
    let mut made = Vec::new();
    for row in rows.load_iter::<(i64, i32), diesel::connection::DefaultLoadingMode>(conn)? {
        let (id, version) = row?;
        made.push(Made { id, version });
    }
    Ok(made)
}

/// The leads that an import made and that are deleted now, by id, with the lead that each was merged into.
///
/// # Errors
/// The database cannot be read.
pub fn deleted_made(conn: &mut Db, org: OrgId, import: i64) -> Result<Vec<(i64, Option<i64>)>, DbError> {
    Ok(leads::table
        .filter(leads::organization_id.eq(org.0).and(leads::import_id.eq(import)).and(leads::deleted_at.is_not_null()))
        .order(leads::id)
        .select((leads::id, leads::merged_into_id))
        .load(conn)?)
}

/// The leads that an import changed but did not make, by id.
///
/// # Errors
/// The database cannot be read.
pub fn changed(conn: &mut Db, org: OrgId, import: i64) -> Result<Vec<i64>, DbError> {
    Ok(lead_audit_log::table
        .inner_join(leads::table.on(leads::id.eq(lead_audit_log::lead_id)))
        .filter(lead_audit_log::organization_id.eq(org.0).and(lead_audit_log::import_id.eq(import)))
        .filter(leads::organization_id.eq(org.0).and(leads::import_id.is_null().or(leads::import_id.ne(import))))
        .order(lead_audit_log::lead_id)
        .select(lead_audit_log::lead_id)
        .distinct()
        .load(conn)?)
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, QueryableByName)]
pub struct Logged {
    #[diesel(sql_type = BigInt)]
    pub lead_id: i64,
    #[diesel(sql_type = Text)]
    pub action: AuditAction,
    #[diesel(sql_type = Nullable<Text>)]
    pub field_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub old_value: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub new_value: Option<String>,
}

/// What an import wrote about these leads, in its order.
///
/// # Errors
/// The database cannot be read.
pub fn entries_of(conn: &mut Db, org: OrgId, import: i64, leads: &[i64]) -> Result<HashMap<i64, Vec<Logged>>, DbError> {
    let mut entries: HashMap<i64, Vec<Logged>> = HashMap::new();
    for ids in leads.chunks(IN_LIST) {
        let rows: Vec<Logged> = lead_audit_log::table
            .filter(lead_audit_log::organization_id.eq(org.0).and(lead_audit_log::import_id.eq(import)))
            .filter(lead_audit_log::lead_id.eq_any(ids.to_vec()))
            .order(lead_audit_log::id)
            .select((
                lead_audit_log::lead_id,
                lead_audit_log::action,
                lead_audit_log::field_name,
                lead_audit_log::old_value,
                lead_audit_log::new_value,
            ))
            .load(conn)?;
        rows.into_iter().for_each(|row| entries.entry(row.lead_id).or_default().push(row));
    }
    Ok(entries)
}

/// What was written about the leads of an import after the import wrote about them, by others: people and later
/// imports, but not by imports that are undone, nor by their undo.
///
/// # Errors
/// The database cannot be read.
pub fn edits_since(conn: &mut Db, org: OrgId, import: i64) -> Result<HashMap<i64, Vec<Logged>>, DbError> {
    let first: Option<i64> = lead_audit_log::table
        .filter(lead_audit_log::organization_id.eq(org.0).and(lead_audit_log::import_id.eq(import)))
        .select(diesel::dsl::min(lead_audit_log::id))
        .first(conn)?;
    let Some(first) = first else { return Ok(HashMap::new()) };
    let rows: Vec<Logged> = diesel::sql_query(
        "SELECT a.lead_id, a.action, a.field_name, a.old_value, a.new_value
         FROM lead_audit_log a
         WHERE a.organization_id = $1 AND a.id > $2
           AND (a.import_id IS NULL OR a.import_id NOT IN
                (SELECT i.id FROM imports i
                 WHERE i.organization_id = $1 AND (i.id = $3 OR i.status = $4 OR i.kind = $5)))
           AND EXISTS (SELECT 1 FROM lead_audit_log t
                       WHERE t.organization_id = $1 AND t.lead_id = a.lead_id AND t.import_id = $3 AND t.id < a.id)
           AND a.action <> $6
         ORDER BY a.id",
    )
    .bind::<Integer, _>(org.0)
    .bind::<BigInt, _>(first)
    .bind::<BigInt, _>(import)
    .bind::<Text, _>(ImportStatus::Undone)
    .bind::<Text, _>(ImportKind::Undo)
    // It took somebody else out of a lead's texts, and out of the log's alike.
    .bind::<Text, _>(AuditAction::Redact)
    .load(conn)?;
    let mut edits: HashMap<i64, Vec<Logged>> = HashMap::new();
    rows.into_iter().for_each(|row| edits.entry(row.lead_id).or_default().push(row));
    Ok(edits)
}

/// Since when each of these leads had the status that it had before an import; leaves out imports that are undone.
///
/// # Errors
/// The database cannot be read.
pub fn status_since(conn: &mut Db, org: OrgId, import: i64, leads: &[i64]) -> Result<HashMap<i64, Timestamp>, DbError> {
    use crate::db::schema::imports;
    type Row = (i64, Option<i64>, Timestamp, Option<ImportStatus>, Trigger);
    let mut since = HashMap::new();
    for ids in leads.chunks(IN_LIST) {
        let rows: Vec<Row> =
            lead_status_history::table
                .left_join(imports::table.on(
                    imports::id.nullable().eq(lead_status_history::import_id).and(imports::organization_id.eq(org.0)),
                ))
                .filter(lead_status_history::organization_id.eq(org.0))
                .filter(lead_status_history::lead_id.eq_any(ids.to_vec()))
                .order(lead_status_history::id)
                .select((
                    lead_status_history::lead_id,
                    lead_status_history::import_id,
                    lead_status_history::changed_at,
                    imports::status.nullable(),
                    lead_status_history::trigger_type,
                ))
                .load(conn)?;
        let mut reached = std::collections::HashSet::new();
        for (lead, by, changed_at, import_status, trigger) in rows {
            if by == Some(import) {
                reached.insert(lead);
            } else if !reached.contains(&lead)
                && import_status != Some(ImportStatus::Undone)
                && trigger != Trigger::Undo
            {
                // What was written later may be of an earlier time: events of another system.
                let latest = since.entry(lead).or_insert(changed_at);
                *latest = changed_at.max(*latest);
            }
        }
    }
    Ok(since)
}

/// Deletes the live leads that an import made with ids from `first` to `last`, all of one version and without a gap,
/// and writes it down. Returns how many they were.
///
/// # Errors
/// The database refuses.
pub fn delete_made(
    conn: &mut Db,
    import: i64,
    (first, last): (i64, i64),
    version: i32,
    stamp: &Stamp,
) -> Result<usize, DbError> {
    let range = leads::table
        .filter(leads::organization_id.eq(stamp.org.0).and(leads::import_id.eq(import)))
        .filter(leads::id.between(first, last).and(leads::deleted_at.is_null()).and(leads::version.eq(version)));
    let deleted = diesel::update(range)
        .set((leads::deleted_at.eq(stamp.now), leads::updated_at.eq(stamp.now), leads::version.eq(leads::version + 1)))
        .execute(conn)?;
    // Not by `deleted_at`: PostgreSQL would go through the index of all deleted leads, once for each range.
    diesel::sql_query(
        "INSERT INTO lead_audit_log
             (organization_id, lead_id, action, changed_by, actor, ip_address, import_id, changed_at)
         SELECT organization_id, id, 'delete', $1, $2, $3, $4, $5 FROM leads
         WHERE organization_id = $6 AND import_id = $7 AND id BETWEEN $8 AND $9 AND version = $10 ORDER BY id",
    )
    .bind::<Nullable<BigInt>, _>(stamp.changed_by)
    .bind::<Text, _>(&stamp.actor)
    .bind::<Nullable<Text>, _>(&stamp.ip_address)
    .bind::<Nullable<BigInt>, _>(stamp.import_id)
    .bind::<UtcTimestamp, _>(stamp.now)
    .bind::<Integer, _>(stamp.org.0)
    .bind::<BigInt, _>(import)
    .bind::<BigInt, _>(first)
    .bind::<BigInt, _>(last)
    .bind::<Integer, _>(version + 1)
    .execute(conn)?;
    Ok(deleted)
}
