//! PostgreSQL: new leads by COPY into a temporary table (row-level security forbids COPY into the table itself) and
//! one `INSERT … SELECT`; changed leads likewise and one `UPDATE … FROM`; everything else from arrays, one statement a table.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text};

use super::postgres_copy::CopyText as _;
use super::{LeadChanges, Shift, Written, postgres_logs, release_keys, shift_leads};
use crate::db::lead_fields::{FIELDS, LATER_COLUMNS, NEW_COLUMNS, if_new, lead_fields};
use crate::db::models::leads::Lead;
use crate::db::schema::leads;
use crate::db::types::UtcTimestamp;
use crate::db::{DbError, Stamp};

/// So many bytes of lines are sent together.
const SENT_TOGETHER: usize = 64 * 1024;

/// From how many changed leads on they are written together.
const WORTH_STAGING: usize = 16;

diesel::table! {
    use diesel::sql_types::BigInt;
    /// The temporary table that COPY fills.
    lead_staging (id) {
        id -> BigInt,
    }
}

pub(super) fn write(conn: &mut PgConnection, changes: &LeadChanges, stamp: &Stamp) -> Result<Written, DbError> {
    conn.batch_execute("SAVEPOINT batch")?;
    release_keys!(conn, changes, stamp);
    if !changes.created.is_empty() && !create(conn, changes, stamp)? {
        conn.batch_execute("ROLLBACK TO SAVEPOINT batch")?;
        return Ok(Written::LostRace);
    }
    if !update(conn, changes)? {
        conn.batch_execute("ROLLBACK TO SAVEPOINT batch")?;
        return Ok(Written::LostRace);
    }
    shift_leads!(conn, changes, stamp);
    postgres_logs::append_audit(conn, changes, stamp)?;
    postgres_logs::append_history(conn, changes, stamp)?;
    add_tags(conn, changes, stamp)?;
    let phones = changes.phones.iter().map(|row| (row.lead_id, row.phone_number.as_str(), row.kind.as_str()));
    add_further(conn, "lead_phones", "phone_number", phones, stamp)?;
    let emails = changes.emails.iter().map(|row| (row.lead_id, row.email.as_str(), row.kind.as_str()));
    add_further(conn, "lead_emails", "email", emails, stamp)?;
    add_notes(conn, changes, stamp)?;
    postgres_logs::add_assignments(conn, changes, stamp)?;
    remove_parts(conn, "lead_tags", "tag", &changes.removed.tags, stamp)?;
    remove_parts(conn, "lead_phones", "phone_number", &changes.removed.phones, stamp)?;
    remove_parts(conn, "lead_emails", "email", &changes.removed.emails, stamp)?;
    remove_parts(conn, "lead_notes", "body", &changes.removed.notes, stamp)?;
    conn.batch_execute("RELEASE SAVEPOINT batch")?;
    Ok(Written::All)
}

/// Inserts the new leads with their logs; false when another program took one of their keys.
fn create(conn: &mut PgConnection, changes: &LeadChanges, stamp: &Stamp) -> Result<bool, DbError> {
    stage(conn, NewLeads, &changes.created, copy_new)?;
    // A temporary table just filled is read in the order of its lines, so nothing is sorted.
    // Not ON CONFLICT DO NOTHING: it looks every key up before it inserts, and a lost race undoes the batch anyway.
    let inserted =
        diesel::sql_query(format!("INSERT INTO leads ({NEW_COLUMNS}) SELECT {NEW_COLUMNS} FROM lead_staging"))
            .execute(conn)
            .map_err(DbError::from);
    match inserted {
        Ok(_) => {}
        Err(e) if e.is_unique_violation() => return Ok(false),
        Err(e) => return Err(e),
    }
    diesel::sql_query(
        "INSERT INTO lead_audit_log (organization_id, lead_id, action, changed_by, actor, ip_address, import_id, changed_at)
         SELECT organization_id, id, 'create', $1, $2, $3, import_id, $4 FROM lead_staging",
    )
    .bind::<Nullable<BigInt>, _>(stamp.changed_by)
    .bind::<Text, _>(&stamp.actor)
    .bind::<Nullable<Text>, _>(&stamp.ip_address)
    .bind::<UtcTimestamp, _>(stamp.now)
    .execute(conn)?;
    diesel::sql_query(
        "INSERT INTO lead_status_history
             (organization_id, lead_id, to_status, trigger_type, changed_by, import_id, changed_at, recorded_at)
         SELECT organization_id, id, status, $1, $2, import_id, status_changed_at, $3 FROM lead_staging
         WHERE status <> 'dnc' AND NOT EXISTS (SELECT 1 FROM unnest($4) AS e (id) WHERE e.id = lead_staging.id)",
    )
    .bind::<Text, _>(stamp.trigger.as_str())
    .bind::<Nullable<BigInt>, _>(stamp.changed_by)
    .bind::<UtcTimestamp, _>(stamp.now)
    .bind::<Array<BigInt>, _>(&changes.explained)
    .execute(conn)?;
    Ok(true)
}

/// Updates the changed leads; false when another program took one of their keys.
fn update(conn: &mut PgConnection, changes: &LeadChanges) -> Result<bool, DbError> {
    let updated = match changes.updated.len() {
        0 => return Ok(true),
        1..WORTH_STAGING => changes.updated.iter().try_for_each(|lead| {
            let row = leads::table.filter(leads::organization_id.eq(lead.organization_id).and(leads::id.eq(lead.id)));
            diesel::update(row).set(lead).execute(conn).map(|_| ())
        }),
        _ => {
            stage(conn, ChangedLeads, &changes.updated, |line, lead| {
                copy_new(line, lead);
                copy_later(line, lead);
            })?;
            let columns = FIELDS.iter().filter(|field| field.is_changing).map(|field| field.name);
            let set: Vec<String> = columns.map(|name| format!("{name} = s.{name}")).collect();
            diesel::sql_query(format!(
                "UPDATE leads SET {} FROM lead_staging s
                 WHERE leads.organization_id = s.organization_id AND leads.id = s.id",
                set.join(", ")
            ))
            .execute(conn)
            .map(|_| ())
        }
    };
    match updated.map_err(DbError::from) {
        Ok(()) => Ok(true),
        Err(e) if e.is_unique_violation() => Ok(false),
        Err(e) => Err(e),
    }
}

/// Fills the temporary table with a line of COPY's text format for each lead. The lines are sent as they are made, so
/// that the server reads some while others are made.
fn stage<T>(
    conn: &mut PgConnection,
    target: T,
    leads: &[Lead],
    line: impl Fn(&mut String, &Lead),
) -> Result<(), DbError>
where
    T: diesel::pg::CopyTarget<Table = lead_staging::table, SqlType = BigInt>,
{
    conn.batch_execute(&format!(
        "CREATE TEMPORARY TABLE IF NOT EXISTS lead_staging ON COMMIT DROP AS
             SELECT {NEW_COLUMNS}, {LATER_COLUMNS} FROM leads WITH NO DATA;
         TRUNCATE lead_staging"
    ))?;
    diesel::copy_from(lead_staging::table)
        .from_raw_data(target, |out| -> QueryResult<()> {
            let mut lines = String::with_capacity(2 * SENT_TOGETHER);
            let last = leads.len().saturating_sub(1);
            for (place, lead) in leads.iter().enumerate() {
                line(&mut lines, lead);
                // In place of the tab behind the last value.
                lines.pop();
                lines.push('\n');
                if lines.len() > SENT_TOGETHER || place == last {
                    let sent = out.write_all(lines.as_bytes());
                    sent.map_err(|e| diesel::result::Error::SerializationError(e.into()))?;
                    lines.clear();
                }
            }
            Ok(())
        })
        .execute(conn)?;
    Ok(())
}

/// The columns of new leads.
struct NewLeads;
/// The columns of changed leads.
struct ChangedLeads;

impl diesel::pg::CopyTarget for NewLeads {
    type Table = lead_staging::table;
    type SqlType = BigInt;
    fn walk_target(mut pass: diesel::query_builder::AstPass<'_, '_, diesel::pg::Pg>) -> QueryResult<()> {
        pass.push_sql(&format!("lead_staging ({NEW_COLUMNS})"));
        Ok(())
    }
}

impl diesel::pg::CopyTarget for ChangedLeads {
    type Table = lead_staging::table;
    type SqlType = BigInt;
    fn walk_target(mut pass: diesel::query_builder::AstPass<'_, '_, diesel::pg::Pg>) -> QueryResult<()> {
        pass.push_sql(&format!("lead_staging ({NEW_COLUMNS}, {LATER_COLUMNS})"));
        Ok(())
    }
}

macro_rules! copy_leads {
    ($($(#[$meta:meta])* $name:ident: $type:ty, $written:ident $(, $word:ident $given:tt)*;)+) => {
        /// The line of a new lead, in the order of [`NEW_COLUMNS`], with a tab behind each value.
        fn copy_new(out: &mut String, lead: &Lead) {
            $(if_new!($written { lead.$name.copy(out); out.push('\t'); } {});)+
        }

        /// What follows in the line of a changed lead, in the order of [`LATER_COLUMNS`].
        fn copy_later(out: &mut String, lead: &Lead) {
            $(if_new!($written {} { lead.$name.copy(out); out.push('\t'); });)+
        }
    };
}
lead_fields!(copy_leads);

fn add_tags(conn: &mut PgConnection, changes: &LeadChanges, stamp: &Stamp) -> Result<(), DbError> {
    let rows = &changes.tags;
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "INSERT INTO lead_tags (organization_id, lead_id, tag, created_at)
         SELECT $1, r.lead_id, r.tag, $2 FROM unnest($3::bigint[], $4::text[]) AS r (lead_id, tag)
         ON CONFLICT DO NOTHING",
    )
    .bind::<Integer, _>(stamp.org.0)
    .bind::<UtcTimestamp, _>(stamp.now)
    .bind::<Array<BigInt>, _>(rows.iter().map(|r| r.lead_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|r| r.tag.as_str()).collect::<Vec<_>>())
    .execute(conn)?;
    Ok(())
}

/// Adds further phones or emails, whose `column` holds them: each row by its lead, its value and its kind.
fn add_further<'a>(
    conn: &mut PgConnection,
    table: &'static str,
    column: &'static str,
    rows: impl ExactSizeIterator<Item = (i64, &'a str, &'a str)>,
    stamp: &Stamp,
) -> Result<(), DbError> {
    if rows.len() == 0 {
        return Ok(());
    }
    let (mut leads, mut values, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
    for (lead, value, kind) in rows {
        leads.push(lead);
        values.push(value);
        kinds.push(kind);
    }
    diesel::sql_query(format!(
        "INSERT INTO {table} (organization_id, lead_id, {column}, kind, created_at)
         SELECT $1, r.lead_id, r.value, r.kind, $2
         FROM unnest($3::bigint[], $4::text[], $5::text[]) WITH ORDINALITY AS r (lead_id, value, kind, place)
         ORDER BY place ON CONFLICT DO NOTHING"
    ))
    .bind::<Integer, _>(stamp.org.0)
    .bind::<UtcTimestamp, _>(stamp.now)
    .bind::<Array<BigInt>, _>(leads)
    .bind::<Array<Text>, _>(values)
    .bind::<Array<Text>, _>(kinds)
    .execute(conn)?;
    Ok(())
}

fn add_notes(conn: &mut PgConnection, changes: &LeadChanges, stamp: &Stamp) -> Result<(), DbError> {
    let rows = &changes.notes;
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "INSERT INTO lead_notes (organization_id, lead_id, body, author_id, created_at)
         SELECT $1, r.lead_id, r.body, r.author_id, r.created_at
         FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::timestamptz[]) WITH ORDINALITY
              AS r (lead_id, body, author_id, created_at, place) ORDER BY place",
    )
    .bind::<Integer, _>(stamp.org.0)
    .bind::<Array<BigInt>, _>(rows.iter().map(|r| r.lead_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|r| r.body.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<BigInt>>, _>(rows.iter().map(|r| r.author_id).collect::<Vec<_>>())
    .bind::<Array<UtcTimestamp>, _>(rows.iter().map(|r| r.created_at).collect::<Vec<_>>())
    .execute(conn)?;
    Ok(())
}

/// Deletes the parts of leads whose `column` holds these texts.
fn remove_parts(
    conn: &mut PgConnection,
    table: &'static str,
    column: &'static str,
    parts: &[(i64, String)],
    stamp: &Stamp,
) -> Result<(), DbError> {
    if parts.is_empty() {
        return Ok(());
    }
    diesel::sql_query(format!(
        "DELETE FROM {table} p USING unnest($1::bigint[], $2::text[]) AS r (lead_id, part)
         WHERE p.organization_id = $3 AND p.lead_id = r.lead_id AND p.{column} = r.part"
    ))
    .bind::<Array<BigInt>, _>(parts.iter().map(|(lead, _)| *lead).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(parts.iter().map(|(_, part)| part.as_str()).collect::<Vec<_>>())
    .bind::<Integer, _>(stamp.org.0)
    .execute(conn)?;
    Ok(())
}
