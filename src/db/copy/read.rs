//! Reading the rows of a table of either engine, one after the other.

use diesel::connection::DefaultLoadingMode;
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::pg::{Pg, PgRowByRowLoadingMode};
use diesel::prelude::*;
use diesel::row::{Field, NamedRow};
use diesel::sql_types::{BigInt, Integer, SmallInt};
use diesel::sqlite::{Sqlite, SqliteType};

use super::error::{self, CopyError};
use super::scope::Scope;
use super::shape::Shape;
use crate::db::catalogue::Tenant;
use crate::db::statement::{oid, quoted};
use crate::db::types::{CalendarDate, CivilDate, UtcTimestamp};
use crate::db::{Db, OrgId, act_for};
use crate::domain::canonical::value::Value;
use crate::domain::timestamp::Timestamp;

/// A database that is read.
pub(super) struct Reader<'a> {
    pub conn: &'a mut Db,
    pub name: &'a str,
    pub shapes: &'a [Shape],
    pub scope: &'a Scope,
}

/// Hands over each row of a table that the scope has.
///
/// # Errors
/// Those of `take`, or the database cannot be read.
pub(super) fn each_row(
    reader: &mut Reader<'_>,
    shape: &Shape,
    mut take: impl FnMut(Vec<Value>) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    let select = format!("SELECT {} FROM {}", shape.column_list(), quoted(shape.name));
    let shared = reader.scope.shared.get(shape.name);
    match (shape.tenant, shared, reader.scope.organizations.as_slice()) {
        (Tenant::Organization, _, [_, ..]) => {
            for org in &reader.scope.organizations {
                act_for(reader.conn, *org)?;
                let OrgId(id) = org;
                // On SQLite as a sum: an index by organization would find the rows in another order than they lie in.
                let column =
                    if matches!(reader.conn, Db::Sqlite(_)) { "organization_id + 0" } else { "organization_id" };
                each_of(reader, &format!("{select} WHERE {column} = {id}"), &mut take)?;
            }
            Ok(())
        }
        (Tenant::Everyone, Some(condition), _) => {
            if let Some(org) = reader.scope.organizations.first() {
                act_for(reader.conn, *org)?;
            }
            each_of(reader, &format!("{select} WHERE {condition}"), &mut take)
        }
        (Tenant::Everyone, None, _) | (Tenant::Organization, _, []) => each_of(reader, &select, &mut take),
    }
}

fn each_of(
    reader: &mut Reader<'_>,
    sql: &str,
    take: &mut impl FnMut(Vec<Value>) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    let name = reader.name;
    let failed = |e: diesel::result::Error| error::of(name, e.into());
    match reader.conn {
        Db::Sqlite(conn) => {
            let rows = diesel::sql_query(sql).load_iter::<Row, DefaultLoadingMode>(conn).map_err(failed)?;
            rows.map(|row| row.map_err(failed)).try_for_each(|row| take(row?.0))
        }
        Db::Postgres(conn) => {
            let rows = diesel::sql_query(sql).load_iter::<Row, PgRowByRowLoadingMode>(conn).map_err(failed)?;
            rows.map(|row| row.map_err(failed)).try_for_each(|row| take(row?.0))
        }
    }
}

/// The values of a row, in the order of the statement.
struct Row(Vec<Value>);

impl QueryableByName<Sqlite> for Row {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let value = |place: usize| -> deserialize::Result<Value> {
            let field = diesel::row::Row::get(row, place).ok_or("a row is too short")?;
            let Some(mut value) = field.value() else { return Ok(Value::Null) };
            Ok(match value.value_type() {
                None => Value::Null,
                Some(SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long) => {
                    Value::Integer(value.read_long())
                }
                Some(SqliteType::Binary) => Value::Bytes(value.read_blob().to_vec()),
                Some(SqliteType::Text) => text(value.read_text().to_owned(), |text| {
                    // What is no text was read as one with this sign in its place.
                    text.contains('\u{fffd}').then(|| value.read_blob().to_vec())
                }),
                Some(SqliteType::Float | SqliteType::Double) => return Err("a number is no whole one".into()),
            })
        };
        (0..row.field_count()).map(value).collect::<deserialize::Result<_>>().map(Row)
    }
}

fn text(read: String, bytes: impl FnOnce(&str) -> Option<Vec<u8>>) -> Value {
    match bytes(&read) {
        Some(bytes) if bytes != read.as_bytes() => Value::NotText(bytes),
        _ => Value::Text(read),
    }
}

impl QueryableByName<Pg> for Row {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        let value = |place: usize| -> deserialize::Result<Value> {
            let field = diesel::row::Row::get(row, place).ok_or("a row is too short")?;
            let Some(value) = field.value() else { return Ok(Value::Null) };
            let text = |bytes: &[u8]| -> deserialize::Result<Value> {
                Ok(Value::Text(std::str::from_utf8(bytes)?.to_owned()))
            };
            Ok(match value.get_oid().get() {
                oid::BOOL => Value::Integer(value.as_bytes().first().copied().unwrap_or_default().into()),
                oid::INT2 => Value::Integer(<i16 as FromSql<SmallInt, Pg>>::from_sql(value)?.into()),
                oid::INT4 => Value::Integer(<i32 as FromSql<Integer, Pg>>::from_sql(value)?.into()),
                oid::INT8 => Value::Integer(<i64 as FromSql<BigInt, Pg>>::from_sql(value)?),
                // That of an infinite time lies beyond every other one, and is refused as such.
                oid::TIMESTAMPTZ => {
                    Value::Integer(<Timestamp as FromSql<UtcTimestamp, Pg>>::from_sql(value)?.as_micros())
                }
                oid::DATE => Value::Text(<CivilDate as FromSql<CalendarDate, Pg>>::from_sql(value)?.0.to_string()),
                oid::UUID | oid::BYTEA => Value::Bytes(value.as_bytes().to_vec()),
                // The binary form of jsonb is a version byte, then the text.
                oid::JSONB => text(value.as_bytes().get(1..).unwrap_or_default())?,
                _ => text(value.as_bytes())?,
            })
        };
        (0..row.field_count()).map(value).collect::<deserialize::Result<_>>().map(Row)
    }
}
