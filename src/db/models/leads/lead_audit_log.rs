//! The audit log of leads: append-only.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::models::IN_LIST;
use crate::db::schema::lead_audit_log;
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::AuditAction;
use crate::domain::timestamp::Timestamp;

/// One entry to write.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = lead_audit_log, treat_none_as_default_value = false)]
pub struct NewAuditEntry {
    pub organization_id: i32,
    pub lead_id: i64,
    pub action: AuditAction,
    pub field_name: Option<String>,
    pub old_value: Option<String>,
    pub new_value: Option<String>,
    pub changed_by: Option<i64>,
    pub actor: String,
    pub ip_address: Option<String>,
    pub import_id: Option<i64>,
    pub changed_at: Timestamp,
}

/// One entry as it is read.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = lead_audit_log)]
pub struct AuditEntry {
    #[serde(skip)]
    pub lead_id: i64,
    pub changed_at: Timestamp,
    pub action: AuditAction,
    pub field_name: Option<String>,
    pub old_value: Option<String>,
    pub new_value: Option<String>,
    pub actor: String,
    pub changed_by: Option<i64>,
    /// `lead history` tells it.
    #[serde(skip)]
    pub ip_address: Option<String>,
    pub import_id: Option<i64>,
}

/// Appends entries.
///
/// # Errors
/// The database refuses.
pub fn append(conn: &mut Db, entries: &[NewAuditEntry]) -> Result<(), DbError> {
    for entry in entries {
        diesel::insert_into(lead_audit_log::table).values(entry).execute(conn)?;
    }
    Ok(())
}

/// The latest entries of a lead, the newest first.
///
/// # Errors
/// The database cannot be read.
pub fn latest(conn: &mut Db, org: OrgId, lead: i64, limit: i64) -> Result<Vec<AuditEntry>, DbError> {
    Ok(lead_audit_log::table
        .filter(lead_audit_log::organization_id.eq(org.0).and(lead_audit_log::lead_id.eq(lead)))
        .order(lead_audit_log::id.desc())
        .limit(limit)
        .select(AuditEntry::as_select())
        .load(conn)?)
}

/// The number of the last entry of a lead; 0 when there is none.
///
/// # Errors
/// The database cannot be read.
pub fn last_id(conn: &mut Db, org: OrgId, lead: i64) -> Result<i64, DbError> {
    let of_lead = lead_audit_log::organization_id.eq(org.0).and(lead_audit_log::lead_id.eq(lead));
    let last = lead_audit_log::table.filter(of_lead).order(lead_audit_log::id.desc()).select(lead_audit_log::id);
    Ok(last.first(conn).optional()?.unwrap_or_default())
}

/// The entries of a lead after the one with this number, in the order in which they were written.
///
/// # Errors
/// The database cannot be read.
pub fn after(conn: &mut Db, org: OrgId, lead: i64, id: i64) -> Result<Vec<AuditEntry>, DbError> {
    Ok(lead_audit_log::table
        .filter(lead_audit_log::organization_id.eq(org.0).and(lead_audit_log::lead_id.eq(lead)))
        .filter(lead_audit_log::id.gt(id))
        .order(lead_audit_log::id)
        .select(AuditEntry::as_select())
        .load(conn)?)
}

/// All entries of these leads in the order in which they were written.
///
/// # Errors
/// The database cannot be read.
pub fn of_leads(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<Vec<AuditEntry>, DbError> {
    type Row = (i64, AuditEntry);
    let mut rows: Vec<Row> = Vec::new();
    for ids in leads.chunks(IN_LIST) {
        rows.extend(
            lead_audit_log::table
                .filter(lead_audit_log::organization_id.eq(org.0))
                .filter(lead_audit_log::lead_id.eq_any(ids.to_vec()))
                .select((lead_audit_log::id, AuditEntry::as_select()))
                .load::<Row>(conn)?,
        );
    }
    rows.sort_unstable_by_key(|(id, _)| *id);
    Ok(rows.into_iter().map(|(_, entry)| entry).collect())
}

/// The fields of which the logs of these leads tell, with their old and new values, in no order.
///
/// # Errors
/// The database cannot be read.
pub fn values_of_leads(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<Vec<Values>, DbError> {
    let mut values = Vec::new();
    for ids in leads.chunks(IN_LIST) {
        let some = lead_audit_log::table
            .filter(lead_audit_log::organization_id.eq(org.0))
            .filter(lead_audit_log::lead_id.eq_any(ids.to_vec()))
            .select((lead_audit_log::field_name, lead_audit_log::old_value, lead_audit_log::new_value));
        values.extend(some.load::<Values>(conn)?);
    }
    Ok(values)
}

/// A field with its old and its new value.
pub type Values = (Option<String>, Option<String>, Option<String>);
