//! Filling a database of PostgreSQL, by COPY.
//!
//! Row-level security, under which there is no COPY, is lifted from the schema's owner, and triggers of INSERT are put aside, in
//! the transaction of the copy: whoever is killed leaves the database as it was. Nobody else sees the tables meanwhile.

mod binary;
mod target;

use std::cell::RefCell;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::{Bool, Text};

use super::error::{self, CopyError};
use super::read::Reader;
use super::shape::Shape;
use super::{Copied, Filled, Observer, compared, transfer};
use crate::db::statement::quoted;
use crate::db::{Db, DbError};

/// How long the locks of others are waited for.
const PATIENCE: &str = "SET LOCAL lock_timeout = '10s'";

/// Copies all that the reader has, inside the caller's transaction.
///
/// # Errors
/// The role does not own the target, or that is not empty or refuses a row, or either database fails.
pub(super) fn fill(
    reader: &mut Reader<'_>,
    target: &mut Db,
    target_name: &str,
    observer: &mut dyn Observer,
) -> Result<Vec<Copied>, CopyError> {
    let Db::Postgres(conn) = target else { return Err(CopyError::Schema("the target is no PostgreSQL".into())) };
    expect_owner(conn)?;
    let used = used_numbers(reader)?;
    let names: Vec<String> = reader.shapes.iter().map(|shape| quoted(shape.name)).collect();
    let lock = format!("{PATIENCE}; LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", names.join(", "));
    conn.batch_execute(&lock).map_err(|e| in_use(target_name, e))?;
    let guards = Guards::of(conn, reader.shapes)?;
    conn.batch_execute(&guards.lift())?;
    expect_empty(conn, reader.shapes, target_name)?;
    let mut filled = Filled::new();
    for shape in reader.shapes {
        copy_table(reader, conn, shape, &mut filled, observer)?;
    }
    conn.batch_execute("SET CONSTRAINTS ALL IMMEDIATE").map_err(|e| refused("a row", e))?;
    number_on(conn, reader.shapes, &filled, &used)?;
    // Else the server would plan without knowing of the rows until it looks by itself.
    conn.batch_execute(&format!("ANALYZE {}", names.join(", ")))?;
    let copied = compared(reader, target, target_name, &filled, observer)?;
    if let Db::Postgres(conn) = target {
        conn.batch_execute(&guards.put_back())?;
    }
    Ok(copied)
}

fn copy_table(
    reader: &mut Reader<'_>,
    conn: &mut PgConnection,
    shape: &Shape,
    filled: &mut Filled,
    observer: &mut dyn Observer,
) -> Result<(), CopyError> {
    // Diesel's callback may be called more than once as far as its type goes, and the server repeats of an error only the words.
    let work = RefCell::new((reader, filled, observer));
    let failure = RefCell::new(None);
    let sent = target::copy_into(conn, shape, |out| {
        let (reader, filled, observer) = &mut *work.borrow_mut();
        let mut sender = binary::Sender::new(out, shape)?;
        let sent = transfer(reader, shape, filled, *observer, |row| sender.row(&row)).and_then(|()| sender.end());
        sent.map_err(|error| match error {
            // The server has said more of a connection that is broken.
            CopyError::Db(DbError::Query(DieselError::SerializationError(_))) => error,
            error => {
                failure.replace(Some(error));
                DieselError::RollbackTransaction.into()
            }
        })
    });
    sent.map_err(|error| match (failure.take(), error) {
        (Some(failure), _) => failure,
        (None, CopyError::Db(DbError::Query(e))) => refused(shape.name, e),
        (None, other) => other,
    })
}

/// What the server said of a row, which it knows better than the place in the copy tells.
fn refused(row: &str, e: DieselError) -> CopyError {
    let DieselError::DatabaseError(_, info) = &e else { return e.into() };
    let table = info.table_name().unwrap_or(row).to_owned();
    let reason = [Some(info.message()), info.details()].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let reason = reason.chars().take(error::LONGEST_REASON).collect();
    CopyError::Refused { row: format!("a row of {table}"), reason }
}

/// What is said of a target whose tables others have locked for too long.
fn in_use(name: &str, error: DieselError) -> CopyError {
    match &error {
        DieselError::DatabaseError(_, info) if info.message().contains("lock timeout") => {
            CopyError::InUse(name.to_owned())
        }
        _ => error.into(),
    }
}

/// Refuses a role that may not alter the tables.
fn expect_owner(conn: &mut PgConnection) -> Result<(), CopyError> {
    #[derive(QueryableByName)]
    struct Owner {
        #[diesel(sql_type = Text)]
        role: String,
        #[diesel(sql_type = Text)]
        owner: String,
        #[diesel(sql_type = Bool)]
        is_ours: bool,
    }
    let owners: Vec<Owner> = diesel::sql_query(
        "SELECT DISTINCT current_user::text AS role, pg_get_userbyid(relowner)::text AS owner,
                pg_has_role(relowner, 'USAGE') AS is_ours
         FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
    )
    .load(conn)?;
    match owners.into_iter().find(|owner| !owner.is_ours) {
        None => Ok(()),
        Some(Owner { role, owner, .. }) => Err(CopyError::NotOwner { role, owner }),
    }
}

fn expect_empty(conn: &mut PgConnection, shapes: &[Shape], name: &str) -> Result<(), CopyError> {
    for shape in shapes {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {}) AS is_there", quoted(shape.name));
        if diesel::sql_query(sql).get_result::<Answer>(conn)?.is_there {
            return Err(CopyError::NotEmpty { location: name.to_owned(), table: shape.name });
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    is_there: bool,
}

/// What stands in the way of rows that are older than the table: each statement that lifts it, and the one that puts it back.
struct Guards(Vec<(String, String)>);

#[derive(QueryableByName)]
struct Guard {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    lift: String,
    #[diesel(sql_type = Text)]
    put_back: String,
    /// The table to which a foreign key refers; empty for anything else.
    #[diesel(sql_type = Text)]
    parent: String,
}

impl Guards {
    fn of(conn: &mut PgConnection, shapes: &[Shape]) -> Result<Guards, CopyError> {
        // `tgtype & 4` is a trigger of INSERT; one that is internal is of a foreign key and stays.
        let found: Vec<Guard> = diesel::sql_query(
            "SELECT c.relname::text AS table_name, 'NO FORCE ROW LEVEL SECURITY' AS lift, 'FORCE ROW LEVEL SECURITY' AS put_back,
                    '' AS parent
             FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relforcerowsecurity
             UNION ALL
             SELECT c.relname::text, format('DISABLE TRIGGER %I', t.tgname),
                    format('ENABLE %s TRIGGER %I', CASE t.tgenabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END, t.tgname), ''
             FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
             WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal AND t.tgtype & 4 <> 0 AND t.tgenabled <> 'D'
             UNION ALL
             SELECT c.relname::text, format('ALTER CONSTRAINT %I DEFERRABLE INITIALLY DEFERRED', k.conname),
                    format('ALTER CONSTRAINT %I NOT DEFERRABLE', k.conname), k.confrelid::regclass::text
             FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
             WHERE c.relnamespace = 'public'::regnamespace AND k.contype = 'f' AND NOT k.condeferrable
             ORDER BY 1, 2",
        )
        .load(conn)?;
        let place = |name: &str| shapes.iter().position(|shape| shape.name == name);
        let stands = |guard: &Guard| match guard.parent.as_str() {
            "" => place(&guard.table_name).is_some(),
            // A foreign key stands in the way only if it refers to a table that is filled later.
            parent => place(parent) > place(&guard.table_name),
        };
        let statements = found.iter().filter(|guard| stands(guard)).map(|guard| {
            let alter = format!("ALTER TABLE {}", quoted(&guard.table_name));
            (format!("{alter} {};", guard.lift), format!("{alter} {};", guard.put_back))
        });
        Ok(Guards(statements.collect()))
    }

    fn lift(&self) -> String {
        self.0.iter().map(|(lift, _)| lift.as_str()).collect()
    }

    fn put_back(&self) -> String {
        self.0.iter().map(|(_, put_back)| put_back.as_str()).collect()
    }
}

/// The last number that the source has given in each table, where it counts them: rows with it may be gone, and it must not come again.
fn used_numbers(reader: &mut Reader<'_>) -> Result<Vec<Option<i64>>, CopyError> {
    #[derive(QueryableByName)]
    struct Used {
        #[diesel(sql_type = Text)]
        table_name: String,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        last: i64,
    }
    let Db::Postgres(conn) = &mut *reader.conn else { return Ok(vec![None; reader.shapes.len()]) };
    let used: Vec<Used> = diesel::sql_query(
        "SELECT d.refobjid::regclass::text AS table_name, s.last_value AS last
         FROM pg_sequences s
         JOIN pg_class c ON c.relname = s.sequencename AND c.relnamespace = 'public'::regnamespace
         JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
         WHERE s.schemaname = 'public' AND s.last_value IS NOT NULL",
    )
    .load(conn)?;
    let of = |shape: &Shape| used.iter().find(|used| used.table_name == shape.name).map(|used| used.last);
    Ok(reader.shapes.iter().map(of).collect())
}

/// Lets the engine go on behind the numbers that were copied.
fn number_on(
    conn: &mut PgConnection,
    shapes: &[Shape],
    filled: &Filled,
    used: &[Option<i64>],
) -> Result<(), CopyError> {
    for (shape, (highest, used)) in shapes.iter().zip(filled.highest.iter().zip(used)) {
        let column = shape.serial.and_then(|place| shape.columns.get(place));
        let (Some(column), Some(last)) = (column, *highest.max(used)) else { continue };
        if last > 0 {
            diesel::sql_query("SELECT setval(pg_get_serial_sequence($1, $2), $3)")
                .bind::<Text, _>(format!("public.{}", quoted(shape.name)))
                .bind::<Text, _>(&column.name)
                .bind::<diesel::sql_types::BigInt, _>(last)
                .execute(conn)?;
        }
    }
    Ok(())
}
