//! Filling an embedded database.
//!
//! Triggers and indexes are taken away and made again, all in the transaction of the copy: whoever is killed leaves the file as it
//! was. Foreign keys are looked at when all rows are there, so that tables may refer to each other in a circle.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Text};
use diesel::sqlite::Sqlite;

use super::error::{self, CopyError};
use super::read::Reader;
use super::shape::Shape;
use super::{Copied, Filled, Observer, compared, transfer};
use crate::db::backup::verify::{Orphan, orphans};
use crate::db::catalogue::table;
use crate::db::statement::quoted;
use crate::db::{Db, DbError};
use crate::domain::canonical::json;
use crate::domain::canonical::kind::{Kind, Stored};
use crate::domain::canonical::value::Value;

/// Copies all that the reader has, inside the caller's transaction.
///
/// # Errors
/// The target is not empty or refuses a row, or either database fails.
pub(super) fn fill(
    reader: &mut Reader<'_>,
    target: &mut Db,
    target_name: &str,
    observer: &mut dyn Observer,
) -> Result<Vec<Copied>, CopyError> {
    let Db::Sqlite(conn) = target else { return Err(CopyError::Schema("the target is no embedded database".into())) };
    let is_of_postgres = matches!(reader.conn, Db::Postgres(_));
    expect_empty(conn, reader.shapes, target_name)?;
    let taken_away = take_away(conn)?;
    let mut filled = Filled::new();
    let shapes = reader.shapes;
    for shape in shapes {
        let insert = Insert::into(shape);
        transfer(reader, shape, &mut filled, observer, |mut row| {
            if is_of_postgres {
                as_stored(shape, &mut row)?;
            }
            let values = InsertRow { insert: &insert, values: &row };
            values.execute(conn).map_err(|e| refused(shape, &row, target_name, e))?;
            Ok(())
        })?;
    }
    for sql in taken_away {
        conn.batch_execute(&sql)?;
    }
    expect_parents(conn)?;
    compared(reader, target, target_name, &filled, observer)
}

fn expect_empty(conn: &mut SqliteConnection, shapes: &[Shape], name: &str) -> Result<(), CopyError> {
    for shape in shapes {
        let sql = format!("SELECT 1 AS number FROM {} LIMIT 1", quoted(shape.name));
        if !diesel::sql_query(sql).load::<Number>(conn)?.is_empty() {
            return Err(CopyError::NotEmpty { location: name.to_owned(), table: shape.name });
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    #[expect(dead_code, reason = "only that there is one counts")]
    number: i64,
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

/// Takes away the triggers and the indexes of the tables of the catalogue, and returns the statements that make them again: an index
/// that is made of all rows costs less than one that is kept, and no trigger is to refuse or to write a row.
fn take_away(conn: &mut SqliteConnection) -> Result<Vec<String>, CopyError> {
    let made: Vec<Made> = diesel::sql_query(
        "SELECT type AS kind, name, tbl_name AS table_name, sql FROM sqlite_schema
         WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY rowid",
    )
    .load(conn)?;
    let made: Vec<Made> = made.into_iter().filter(|it| table(&it.table_name).is_some()).collect();
    for Made { kind, name, .. } in &made {
        conn.batch_execute(&format!("DROP {kind} {}", quoted(name)))?;
    }
    Ok(made.into_iter().map(|made| made.sql).collect())
}

/// Writes JSON as crmctl does, where it comes in the form of PostgreSQL.
fn as_stored(shape: &Shape, row: &mut [Value]) -> Result<(), CopyError> {
    for (column, value) in shape.columns.iter().zip(row) {
        if let (Kind::Json, Value::Text(text)) = (column.kind, &*value) {
            let compact = json::compact(text).map_err(|e| CopyError::Schema(format!("{}: {e}", column.name)))?;
            *value = Value::Text(compact);
        }
    }
    Ok(())
}

fn refused(shape: &Shape, row: &[Value], name: &str, error: diesel::result::Error) -> CopyError {
    match DbError::from(error) {
        DbError::Query(e) => CopyError::Refused { row: shape.row_name(row), reason: e.to_string() },
        other => error::of(name, other),
    }
}

/// Refuses rows that refer to a row which is not there.
fn expect_parents(conn: &mut SqliteConnection) -> Result<(), CopyError> {
    let Some(Orphan { table, row_id, parent, columns }) = orphans(conn)?.into_iter().next() else { return Ok(()) };
    let id = row_id.map(|id| format!(", row id {id}")).unwrap_or_default();
    let reason = format!("by {columns} it refers to a row of {parent} that is not there");
    Err(CopyError::Refused { row: format!("{table}{id}"), reason })
}

/// The INSERT of rows of a table, prepared once and kept.
struct Insert {
    sql: String,
    stored: Vec<Stored>,
}

impl Insert {
    fn into(shape: &Shape) -> Insert {
        Insert {
            sql: format!("INSERT INTO {} ({}) VALUES (", quoted(shape.name), shape.column_list()),
            stored: shape.columns.iter().map(|column| column.kind.stored()).collect(),
        }
    }
}

struct InsertRow<'a> {
    insert: &'a Insert,
    values: &'a [Value],
}

impl QueryFragment<Sqlite> for InsertRow<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(&self.insert.sql);
        for (place, (value, stored)) in self.values.iter().zip(&self.insert.stored).enumerate() {
            if place > 0 {
                out.push_sql(", ");
            }
            // By the column and not by the value, so that the statement is the same for each row.
            match stored {
                Stored::Integer => out.push_bind_param::<BigInt, _>(value)?,
                Stored::Text => out.push_bind_param::<Text, _>(value)?,
                Stored::Bytes => out.push_bind_param::<Binary, _>(value)?,
            }
        }
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for InsertRow<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<SqliteConnection> for InsertRow<'_> {}

macro_rules! stored_as {
    ($($sql:ty),+) => { $(
        impl ToSql<$sql, Sqlite> for Value {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                match self {
                    Value::Null => return Ok(IsNull::Yes),
                    Value::Integer(number) => out.set_value(*number),
                    Value::Text(text) => out.set_value(text.as_str()),
                    Value::Bytes(bytes) | Value::NotText(bytes) => out.set_value(bytes.as_slice()),
                }
                Ok(IsNull::No)
            }
        }
    )+ };
}
stored_as!(BigInt, Text, Binary);
