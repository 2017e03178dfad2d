//! The entries of the two audit logs, read backwards page by page.

use std::collections::HashMap;

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text};
use serde::Serialize;

use crate::db::catalogue::{Table, Tenant};
use crate::db::types::UtcTimestamp;
use crate::db::{Db, DbError, OrgId, Statement};
use crate::domain::audit::AuditAction;
use crate::domain::audit::entity::Entity;
use crate::domain::timestamp::Timestamp;

/// Which log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Log {
    /// `lead_audit_log`
    Leads,
    /// `audit_log`
    Others,
}

/// One entry of either log.
#[derive(Debug, Clone, QueryableByName, Serialize)]
pub struct Entry {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = UtcTimestamp)]
    pub changed_at: Timestamp,
    #[diesel(sql_type = Text)]
    pub entity: Entity,
    #[diesel(sql_type = BigInt)]
    pub entity_id: i64,
    #[diesel(sql_type = Text)]
    pub action: AuditAction,
    #[diesel(sql_type = Nullable<Text>)]
    pub field_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub old_value: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub new_value: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub changed_by: Option<i64>,
    #[diesel(sql_type = Text)]
    pub actor: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub ip_address: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub import_id: Option<i64>,
}

/// Who made a change.
#[derive(Debug, Clone)]
pub enum Who {
    User(i64),
    /// Somebody of this name who is no user: `root@host`.
    Actor(String),
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    pub entity: Option<Entity>,
    /// Of the entity.
    pub entity_id: Option<i64>,
    pub action: Option<AuditAction>,
    pub who: Option<Who>,
    pub since: Option<Timestamp>,
    /// The end, which does not belong to it.
    pub until: Option<Timestamp>,
}

impl EntryFilter {
    /// Whether a log can have what is wanted.
    pub fn is_in(&self, log: Log) -> bool {
        self.entity.is_none_or(|entity| (entity == Entity::Lead) == (log == Log::Leads))
    }
}

/// The latest entries of a log before the one with the id `before`, at most `most`, the latest first.
///
/// # Errors
/// The database cannot be read.
pub fn page(
    conn: &mut Db,
    org: OrgId,
    log: Log,
    filter: &EntryFilter,
    before: Option<i64>,
    most: i64,
) -> Result<Vec<Entry>, DbError> {
    let begin = Statement::new(match log {
        Log::Leads => "SELECT 'lead' AS entity, lead_id AS entity_id",
        Log::Others => "SELECT entity, entity_id",
    });
    let columns =
        ", id, action, field_name, old_value, new_value, changed_by, actor, ip_address, import_id, changed_at";
    let from = match log {
        Log::Leads => " FROM lead_audit_log WHERE ",
        Log::Others => " FROM audit_log WHERE ",
    };
    let mut wanted = begin.sql(columns).sql(from).either(organization(filter), "organization_id = ").org(org);
    if let Some(id) = filter.entity_id {
        wanted = wanted.sql(if log == Log::Leads { " AND lead_id = " } else { " AND entity_id = " }).number(id);
    }
    if let Some(entity) = filter.entity.filter(|_| log == Log::Others) {
        wanted = wanted.sql(" AND entity = ").text(entity.as_str());
    }
    if let Some(action) = filter.action {
        wanted = wanted.sql(" AND action = ").text(action.as_str());
    }
    wanted = match &filter.who {
        None => wanted,
        Some(Who::User(user)) => wanted.sql(" AND changed_by = ").number(*user),
        Some(Who::Actor(name)) => wanted.sql(" AND changed_by IS NULL AND actor = ").text(name),
    };
    if let Some(since) = filter.since {
        wanted = wanted.sql(" AND changed_at >= ").time(since);
    }
    if let Some(until) = filter.until {
        wanted = wanted.sql(" AND changed_at < ").time(until);
    }
    if let Some(before) = before {
        wanted = wanted.sql(" AND id < ").number(before);
    }
    let mut entries = Vec::new();
    wanted.sql(" ORDER BY id DESC LIMIT ").number(most).each_of_about(conn, most, |entry| -> Result<(), DbError> {
        entries.push(entry);
        Ok(())
    })?;
    Ok(entries)
}

/// How SQLite is to find the organization's entries: those of one thing by the index of things. Otherwise the plus keeps it
/// from gathering all of them by an index and sorting them, where it need only go backwards through the table.
fn organization(filter: &EntryFilter) -> &'static str {
    match filter.entity_id {
        Some(_) => "organization_id = ",
        None => "+organization_id = ",
    }
}

/// What people call the rows of a table, by their ids.
///
/// # Errors
/// The database cannot be read.
pub fn labels(
    conn: &mut Db,
    org: OrgId,
    table: &'static Table,
    label: &'static str,
) -> Result<HashMap<i64, String>, DbError> {
    let rows = Statement::new("SELECT id, ").sql(label).sql(" FROM ").sql(table.name);
    let rows = match table.tenant {
        Tenant::Organization => rows.sql(" WHERE organization_id = ").org(org),
        Tenant::Everyone if table.name == "organizations" => rows.sql(" WHERE id = ").org(org),
        Tenant::Everyone => rows,
    };
    let rows = rows.rows(conn)?;
    Ok(rows.iter().filter_map(|row| Some((row.at(0).number()?, row.at(1).text()?.to_owned()))).collect())
}
