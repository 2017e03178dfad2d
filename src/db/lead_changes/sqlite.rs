//! SQLite: single-row inserts through statements prepared once, and the logs of new leads by `INSERT … SELECT`.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::{LeadChanges, Shift, release_keys, shift_leads};
use crate::db::lead_fields::{NEW_COLUMNS, if_changing, if_new, lead_fields};
use crate::db::models::leads::Lead;
use crate::db::models::leads::lead_audit_log::NewAuditEntry;
use crate::db::models::leads::lead_status_history::NewStatusChange;
use crate::db::schema::{
    lead_assignments, lead_audit_log, lead_emails, lead_notes, lead_phones, lead_status_history, lead_tags, leads,
};
use crate::db::types::UtcTimestamp;
use crate::db::{DbError, Stamp};

/// The UPDATE of a whole lead, prepared once and kept: Diesel would prepare its own anew for each lead, because the text
/// of an UPDATE may differ each time.
struct UpdateLead<'a>(&'a Lead);

/// A new lead: the columns that one can have a value in.
struct InsertLead<'a>(&'a Lead);

macro_rules! walk_leads {
    ($($(#[$meta:meta])* $name:ident: $type:ty, $written:ident $(, $word:ident $given:tt)*;)+) => {
        impl QueryFragment<Sqlite> for UpdateLead<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                out.push_sql("UPDATE leads SET ");
                let mut separator = "";
                $(if_changing!($written {
                    out.push_sql(separator);
                    out.push_sql(concat!(stringify!($name), " = "));
                    out.push_bind_param::<<leads::$name as Expression>::SqlType, _>(&self.0.$name)?;
                    separator = ", ";
                } {});)+
                out.push_sql(" WHERE organization_id = ");
                out.push_bind_param::<Integer, _>(&self.0.organization_id)?;
                out.push_sql(" AND id = ");
                out.push_bind_param::<BigInt, _>(&self.0.id)
            }
        }

        impl QueryFragment<Sqlite> for InsertLead<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                out.push_sql("INSERT INTO leads (");
                out.push_sql(NEW_COLUMNS);
                out.push_sql(") VALUES (");
                let mut separator = "";
                $(if_new!($written {
                    out.push_sql(separator);
                    out.push_bind_param::<<leads::$name as Expression>::SqlType, _>(&self.0.$name)?;
                    separator = ", ";
                } {});)+
                out.push_sql(")");
                Ok(())
            }
        }
    };
}
lead_fields!(walk_leads);

impl QueryId for UpdateLead<'_> {
    type QueryId = UpdateLead<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<SqliteConnection> for UpdateLead<'_> {}

impl QueryId for InsertLead<'_> {
    type QueryId = InsertLead<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<SqliteConnection> for InsertLead<'_> {}

/// The INSERT of one row of a table, its columns walked in one go: this is what large writes spend their time on.
macro_rules! insert_row {
    ($name:ident, $row:ident, $table:ident: $first:ident, $($column:ident),+ $(,)?) => {
        struct $name<'a>(&'a $row);

        impl QueryFragment<Sqlite> for $name<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
                out.push_sql(concat!(
                    "INSERT INTO ", stringify!($table), " (",
                    stringify!($first), $(", ", stringify!($column)),+, ") VALUES ("
                ));
                out.push_bind_param::<<$table::$first as Expression>::SqlType, _>(&self.0.$first)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<<$table::$column as Expression>::SqlType, _>(&self.0.$column)?;
                )+
                out.push_sql(")");
                Ok(())
            }
        }

        impl QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl RunQueryDsl<SqliteConnection> for $name<'_> {}
    };
}

insert_row! {
    InsertAudit, NewAuditEntry, lead_audit_log:
    organization_id, lead_id, action, field_name, old_value, new_value, changed_by, actor, ip_address, import_id,
    changed_at,
}

insert_row! {
    InsertStatusChange, NewStatusChange, lead_status_history:
    organization_id, lead_id, from_status, to_status, trigger_type, reason, changed_by, import_id, changed_at,
    recorded_at,
}

pub(super) fn write(conn: &mut SqliteConnection, changes: &LeadChanges, stamp: &Stamp) -> Result<(), DbError> {
    release_keys!(conn, changes, stamp);
    for lead in &changes.created {
        InsertLead(lead).execute(conn)?;
    }
    if let (Some(first), Some(last)) = (changes.created.first(), changes.created.last()) {
        log_created(conn, changes, stamp, first.id, last.id)?;
    }
    for lead in &changes.updated {
        UpdateLead(lead).execute(conn)?;
    }
    shift_leads!(conn, changes, stamp);
    for entry in &changes.audit {
        InsertAudit(entry).execute(conn)?;
    }
    for change in &changes.history {
        InsertStatusChange(change).execute(conn)?;
    }
    for tag in &changes.tags {
        diesel::insert_into(lead_tags::table).values(tag).execute(conn)?;
    }
    for phone in &changes.phones {
        diesel::insert_into(lead_phones::table).values(phone).execute(conn)?;
    }
    for email in &changes.emails {
        diesel::insert_into(lead_emails::table).values(email).execute(conn)?;
    }
    for note in &changes.notes {
        diesel::insert_into(lead_notes::table).values(note).execute(conn)?;
    }
    for assignment in &changes.assignments {
        diesel::insert_into(lead_assignments::table).values(assignment).execute(conn)?;
    }
    for (lead, tag) in &changes.removed.tags {
        let of_lead = lead_tags::organization_id.eq(stamp.org.0).and(lead_tags::lead_id.eq(lead));
        diesel::delete(lead_tags::table.filter(of_lead.and(lead_tags::tag.eq(tag)))).execute(conn)?;
    }
    for (lead, number) in &changes.removed.phones {
        let of_lead = lead_phones::organization_id.eq(stamp.org.0).and(lead_phones::lead_id.eq(lead));
        diesel::delete(lead_phones::table.filter(of_lead.and(lead_phones::phone_number.eq(number)))).execute(conn)?;
    }
    for (lead, email) in &changes.removed.emails {
        let of_lead = lead_emails::organization_id.eq(stamp.org.0).and(lead_emails::lead_id.eq(lead));
        diesel::delete(lead_emails::table.filter(of_lead.and(lead_emails::email.eq(email)))).execute(conn)?;
    }
    for (lead, body) in &changes.removed.notes {
        let of_lead = lead_notes::organization_id.eq(stamp.org.0).and(lead_notes::lead_id.eq(lead));
        diesel::delete(lead_notes::table.filter(of_lead.and(lead_notes::body.eq(body)))).execute(conn)?;
    }
    Ok(())
}

/// Takes away the indexes that an import of `expected` leads does not read, when building them anew afterwards costs
/// less than keeping them: when there are few leads yet. Returns the statements that build them: none when the
/// indexes stay.
pub(super) fn defer_indexes(conn: &mut SqliteConnection, expected: usize) -> Result<Vec<String>, DbError> {
    #[derive(QueryableByName)]
    struct Index {
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        sql: String,
    }
    let few = i64::try_from(expected / FEW).unwrap_or(i64::MAX);
    let beyond: Option<i64> = leads::table.select(leads::id).order(leads::id).offset(few).first(conn).optional()?;
    if beyond.is_some() {
        return Ok(Vec::new());
    }
    let indexes: Vec<Index> = diesel::sql_query(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
         AND name IN ('leads_live_phone', 'leads_live_external_id', 'leads_live_email', 'lead_tags_tag',
                      'leads_live_status', 'leads_live_created', 'leads_open_score') ORDER BY name",
    )
    .load(conn)?;
    for index in &indexes {
        diesel::sql_query(format!("DROP INDEX {}", index.name)).execute(conn)?;
    }
    Ok(indexes.into_iter().map(|index| index.sql).collect())
}

/// An index is built anew when the leads before an import are fewer than this part of those in it.
const FEW: usize = 4;

fn log_created(
    conn: &mut SqliteConnection,
    changes: &LeadChanges,
    stamp: &Stamp,
    first: i64,
    last: i64,
) -> Result<(), DbError> {
    diesel::sql_query(
        "INSERT INTO lead_audit_log (organization_id, lead_id, action, changed_by, actor, ip_address, import_id, changed_at)
         SELECT organization_id, id, 'create', ?, ?, ?, import_id, ? FROM leads
         WHERE organization_id = ? AND id BETWEEN ? AND ? ORDER BY id",
    )
    .bind::<Nullable<BigInt>, _>(stamp.changed_by)
    .bind::<Text, _>(&stamp.actor)
    .bind::<Nullable<Text>, _>(&stamp.ip_address)
    .bind::<UtcTimestamp, _>(stamp.now)
    .bind::<Integer, _>(stamp.org.0)
    .bind::<BigInt, _>(first)
    .bind::<BigInt, _>(last)
    .execute(conn)?;
    diesel::sql_query(
        "INSERT INTO lead_status_history
             (organization_id, lead_id, to_status, trigger_type, changed_by, import_id, changed_at, recorded_at)
         SELECT organization_id, id, status, ?, ?, import_id, status_changed_at, ? FROM leads
         WHERE organization_id = ? AND id BETWEEN ? AND ? AND status <> 'dnc'
         AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY id",
    )
    .bind::<Text, _>(stamp.trigger.as_str())
    .bind::<Nullable<BigInt>, _>(stamp.changed_by)
    .bind::<UtcTimestamp, _>(stamp.now)
    .bind::<Integer, _>(stamp.org.0)
    .bind::<BigInt, _>(first)
    .bind::<BigInt, _>(last)
    .bind::<Text, _>(serde_json::json!(changes.explained).to_string())
    .execute(conn)?;
    Ok(())
}
