//! PostgreSQL: new leads by COPY into a temporary table (row-level security forbids COPY into the table itself) and
//! one `INSERT … SELECT`; changed leads likewise and one `UPDATE … FROM`; everything else from arrays, one statement a table.

use std::fmt::Write as _;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text};

use super::{LeadChanges, Shift, Written, postgres_logs, release_keys, shift_leads};
use crate::db::models::leads::Lead;
use crate::db::schema::leads;
use crate::db::types::{Json, UtcTimestamp};
use crate::db::{DbError, Stamp};
use crate::domain::timestamp::Timestamp;

/// The columns that a new lead can have a value in, in the order of [`copy_line`].
const COLUMNS: &str = "id, organization_id, uid, owner_id, first_name, last_name, phone_number, phone_extension, email, \
    company, job_title, website, linkedin_url, status, status_changed_at, lead_score, temperature, source, \
    source_metadata, campaign, value_cents, currency, consent_status, consent_at, email_opted_out_at, city, state, postal_code, country, timezone, custom_fields, \
    external_source, external_id, import_id, created_at, updated_at";

/// The other columns, in the order of [`copy_more`]: a changed lead may have values in them, too.
const MORE_COLUMNS: &str = "lead_score_factors, first_contacted_at, last_contacted_at, \
    expected_close_date, merged_into_id, deleted_at, version";

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
    add_phones(conn, changes, stamp)?;
    add_notes(conn, changes, stamp)?;
    add_dnc(conn, changes, stamp)?;
    postgres_logs::add_assignments(conn, changes, stamp)?;
    remove_parts(conn, "lead_tags", "tag", &changes.removed.tags, stamp)?;
    remove_parts(conn, "lead_phones", "phone_number", &changes.removed.phones, stamp)?;
    remove_parts(conn, "lead_notes", "body", &changes.removed.notes, stamp)?;
    conn.batch_execute("RELEASE SAVEPOINT batch")?;
    Ok(Written::All)
}

/// Inserts the new leads with their logs; false when another program took one of their keys.
fn create(conn: &mut PgConnection, changes: &LeadChanges, stamp: &Stamp) -> Result<bool, DbError> {
    stage(conn, NewLeads, &changes.created, copy_line)?;
    // A temporary table just filled is read in the order of its lines, so nothing is sorted.
    // Not ON CONFLICT DO NOTHING: it looks every key up before it inserts, and a lost race undoes the batch anyway.
    let inserted = diesel::sql_query(format!("INSERT INTO leads ({COLUMNS}) SELECT {COLUMNS} FROM lead_staging"))
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
         WHERE status <> 'dnc'",
    )
    .bind::<Text, _>(stamp.trigger.as_str())
    .bind::<Nullable<BigInt>, _>(stamp.changed_by)
    .bind::<UtcTimestamp, _>(stamp.now)
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
                copy_line(line, lead)?;
                line.push('\t');
                copy_more(line, lead)
            })?;
            let columns = COLUMNS.split(", ").chain(MORE_COLUMNS.split(", "));
            let columns = columns.map(str::trim).filter(|name| !matches!(*name, "id" | "organization_id"));
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
    line: impl Fn(&mut String, &Lead) -> QueryResult<()>,
) -> Result<(), DbError>
where
    T: diesel::pg::CopyTarget<Table = lead_staging::table, SqlType = BigInt>,
{
    conn.batch_execute(&format!(
        "CREATE TEMPORARY TABLE IF NOT EXISTS lead_staging ON COMMIT DROP AS
             SELECT {COLUMNS}, {MORE_COLUMNS} FROM leads WITH NO DATA;
         TRUNCATE lead_staging"
    ))?;
    diesel::copy_from(lead_staging::table)
        .from_raw_data(target, |out| -> QueryResult<()> {
            let mut lines = String::with_capacity(2 * SENT_TOGETHER);
            let last = leads.len().saturating_sub(1);
            for (place, lead) in leads.iter().enumerate() {
                line(&mut lines, lead)?;
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
        pass.push_sql(&format!("lead_staging ({COLUMNS})"));
        Ok(())
    }
}

impl diesel::pg::CopyTarget for ChangedLeads {
    type Table = lead_staging::table;
    type SqlType = BigInt;
    fn walk_target(mut pass: diesel::query_builder::AstPass<'_, '_, diesel::pg::Pg>) -> QueryResult<()> {
        pass.push_sql(&format!("lead_staging ({COLUMNS}, {MORE_COLUMNS})"));
        Ok(())
    }
}

/// One line of COPY's text format (PostgreSQL manual, "COPY", file formats), without its end.
fn copy_line(out: &mut String, lead: &Lead) -> QueryResult<()> {
    macro_rules! put {
        ($value:expr) => {
            let _ = write!(out, "{}\t", $value);
        };
    }
    let number = |out: &mut String, value: Option<i64>| copy_shown(out, value);
    let time = |out: &mut String, value: Option<Timestamp>| copy_shown(out, value);
    put!(lead.id);
    put!(lead.organization_id);
    put!(lead.uid.0);
    number(out, lead.owner_id);
    for value in [&lead.first_name, &lead.last_name, &lead.phone_number] {
        copy_text(out, value.as_deref());
    }
    copy_text(out, Some(&lead.phone_extension));
    for value in [&lead.email, &lead.company, &lead.job_title, &lead.website, &lead.linkedin_url] {
        copy_text(out, value.as_deref());
    }
    put!(lead.status);
    put!(lead.status_changed_at);
    number(out, lead.lead_score.map(i64::from));
    copy_text(out, lead.temperature.map(|t| t.as_str()));
    copy_text(out, lead.source.as_deref());
    copy_json(out, lead.source_metadata.as_ref())?;
    copy_text(out, lead.campaign.as_deref());
    number(out, lead.value_cents);
    copy_text(out, lead.currency.as_deref());
    put!(lead.consent_status);
    time(out, lead.consent_at);
    time(out, lead.email_opted_out_at);
    for value in [&lead.city, &lead.state, &lead.postal_code, &lead.country, &lead.timezone] {
        copy_text(out, value.as_deref());
    }
    copy_json(out, Some(&lead.custom_fields))?;
    copy_text(out, lead.external_source.as_deref());
    copy_text(out, lead.external_id.as_deref());
    number(out, lead.import_id);
    put!(lead.created_at);
    let _ = write!(out, "{}", lead.updated_at);
    Ok(())
}

/// What follows in the line of a changed lead.
fn copy_more(out: &mut String, lead: &Lead) -> QueryResult<()> {
    copy_json(out, lead.lead_score_factors.as_ref())?;
    copy_shown(out, lead.first_contacted_at);
    copy_shown(out, lead.last_contacted_at);
    copy_shown(out, lead.expected_close_date.map(|date| date.0));
    copy_shown(out, lead.merged_into_id);
    copy_shown(out, lead.deleted_at);
    let _ = write!(out, "{}", lead.version);
    Ok(())
}

fn copy_shown(out: &mut String, value: Option<impl std::fmt::Display>) {
    match value {
        Some(value) => drop(write!(out, "{value}\t")),
        None => out.push_str("\\N\t"),
    }
}

fn copy_json(out: &mut String, value: Option<&Json>) -> QueryResult<()> {
    let text = value.map(serde_json::to_string).transpose();
    copy_text(out, text.map_err(|e| diesel::result::Error::SerializationError(e.into()))?.as_deref());
    Ok(())
}

fn copy_text(out: &mut String, value: Option<&str>) {
    let Some(text) = value else {
        out.push_str("\\N\t");
        return;
    };
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('\t');
}

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

fn add_phones(conn: &mut PgConnection, changes: &LeadChanges, stamp: &Stamp) -> Result<(), DbError> {
    let rows = &changes.phones;
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "INSERT INTO lead_phones (organization_id, lead_id, phone_number, kind, created_at)
         SELECT $1, r.lead_id, r.phone_number, r.kind, $2
         FROM unnest($3::bigint[], $4::text[], $5::text[]) WITH ORDINALITY AS r (lead_id, phone_number, kind, place)
         ORDER BY place ON CONFLICT DO NOTHING",
    )
    .bind::<Integer, _>(stamp.org.0)
    .bind::<UtcTimestamp, _>(stamp.now)
    .bind::<Array<BigInt>, _>(rows.iter().map(|r| r.lead_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|r| r.phone_number.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|r| r.kind.as_str()).collect::<Vec<_>>())
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

fn add_dnc(conn: &mut PgConnection, changes: &LeadChanges, stamp: &Stamp) -> Result<(), DbError> {
    let rows = &changes.dnc;
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "INSERT INTO dnc_list (organization_id, phone_number, reason, source, scope, evidence,
                               added_by, added_at, updated_at, import_id, added_actor, expires_at)
         SELECT $1, r.phone_number, r.reason, r.source, r.scope, r.evidence, $2, $3, $3, $4, $5, r.expires_at
         FROM unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::timestamptz[])
              WITH ORDINALITY AS r (phone_number, reason, source, scope, evidence, expires_at, place) ORDER BY place
         ON CONFLICT DO NOTHING",
    )
    .bind::<Integer, _>(stamp.org.0)
    .bind::<Nullable<BigInt>, _>(stamp.changed_by)
    .bind::<UtcTimestamp, _>(stamp.now)
    .bind::<Nullable<BigInt>, _>(stamp.import_id)
    .bind::<Text, _>(&stamp.actor)
    .bind::<Array<Text>, _>(rows.iter().map(|r| r.phone_number.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|r| r.reason.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|r| r.source.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|r| r.scope.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|r| r.evidence.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<UtcTimestamp>>, _>(rows.iter().map(|r| r.expires_at).collect::<Vec<_>>())
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
