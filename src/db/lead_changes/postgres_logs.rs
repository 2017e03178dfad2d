//! PostgreSQL: the rows of the append-only logs, from arrays, one statement a table.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text};

use super::LeadChanges;
use crate::db::types::UtcTimestamp;
use crate::db::{DbError, Stamp};

pub(super) fn append_audit(conn: &mut PgConnection, changes: &LeadChanges, stamp: &Stamp) -> Result<(), DbError> {
    let rows = &changes.audit;
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "INSERT INTO lead_audit_log (organization_id, lead_id, action, field_name, old_value, new_value,
                                     changed_by, actor, ip_address, import_id, changed_at)
         SELECT $1, r.lead_id, r.action, r.field_name, r.old_value, r.new_value, $2, $3, $4, $5, $6
         FROM unnest($7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[])
              WITH ORDINALITY AS r (lead_id, action, field_name, old_value, new_value, place) ORDER BY place",
    )
    .bind::<Integer, _>(stamp.org.0)
    .bind::<Nullable<BigInt>, _>(stamp.changed_by)
    .bind::<Text, _>(&stamp.actor)
    .bind::<Nullable<Text>, _>(&stamp.ip_address)
    .bind::<Nullable<BigInt>, _>(stamp.import_id)
    .bind::<UtcTimestamp, _>(stamp.now)
    .bind::<Array<BigInt>, _>(rows.iter().map(|r| r.lead_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|r| r.action.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|r| r.field_name.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|r| r.old_value.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|r| r.new_value.as_deref()).collect::<Vec<_>>())
    .execute(conn)?;
    Ok(())
}

pub(super) fn append_history(conn: &mut PgConnection, changes: &LeadChanges, stamp: &Stamp) -> Result<(), DbError> {
    let rows = &changes.history;
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "INSERT INTO lead_status_history (organization_id, lead_id, from_status, to_status, trigger_type, reason,
                                          changed_by, import_id, changed_at, recorded_at)
         SELECT $1, r.lead_id, r.from_status, r.to_status, r.trigger_type, r.reason, r.changed_by, $2,
                timestamptz 'epoch' + r.changed_at * interval '1 microsecond', $3
         FROM unnest($4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[])
              WITH ORDINALITY AS r (lead_id, from_status, to_status, trigger_type, reason, changed_by, changed_at, place)
         ORDER BY place",
    )
    .bind::<Integer, _>(stamp.org.0)
    .bind::<Nullable<BigInt>, _>(stamp.import_id)
    .bind::<UtcTimestamp, _>(stamp.now)
    .bind::<Array<BigInt>, _>(rows.iter().map(|r| r.lead_id).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|r| r.from_status.map(|s| s.as_str())).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|r| r.to_status.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|r| r.trigger_type.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|r| r.reason.as_deref()).collect::<Vec<_>>())
    // Of an event of another system not whoever imports it.
    .bind::<Array<Nullable<BigInt>>, _>(rows.iter().map(|r| r.changed_by).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(rows.iter().map(|r| r.changed_at.as_micros()).collect::<Vec<_>>())
    .execute(conn)?;
    Ok(())
}

pub(super) fn add_assignments(conn: &mut PgConnection, changes: &LeadChanges, stamp: &Stamp) -> Result<(), DbError> {
    let rows = &changes.assignments;
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "INSERT INTO lead_assignments (organization_id, lead_id, from_user_id, to_user_id, strategy, context,
                                       assigned_by, actor, assigned_at)
         SELECT $1, r.lead_id, r.from_user_id, r.to_user_id, r.strategy, r.context, $2, $3, $4
         FROM unnest($5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[])
              WITH ORDINALITY AS r (lead_id, from_user_id, to_user_id, strategy, context, place) ORDER BY place",
    )
    .bind::<Integer, _>(stamp.org.0)
    .bind::<Nullable<BigInt>, _>(stamp.changed_by)
    .bind::<Text, _>(&stamp.actor)
    .bind::<UtcTimestamp, _>(stamp.now)
    .bind::<Array<BigInt>, _>(rows.iter().map(|r| r.lead_id).collect::<Vec<_>>())
    .bind::<Array<Nullable<BigInt>>, _>(rows.iter().map(|r| r.from_user_id).collect::<Vec<_>>())
    .bind::<Array<Nullable<BigInt>>, _>(rows.iter().map(|r| r.to_user_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|r| r.strategy.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|r| r.context.as_deref()).collect::<Vec<_>>())
    .execute(conn)?;
    Ok(())
}
