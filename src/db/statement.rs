//! SQL that is put together while the program runs: pieces that stand in the source, and bound values. No value ever
//! becomes SQL text.

use diesel::backend::Backend;
use diesel::connection::DefaultLoadingMode;
use diesel::deserialize::{self, QueryableByName};
use diesel::pg::{Pg, PgConnection, PgRowByRowLoadingMode};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::row::{Field, NamedRow};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Double, HasSqlType, Integer, SmallInt, Text, Untyped};
use diesel::sqlite::{Sqlite, SqliteConnection, SqliteType};

use super::types::{CalendarDate, CivilDate, UtcTimestamp};
use super::{Db, DbError, OrgId};
use crate::domain::timestamp::Timestamp;

/// How many values the parts of a statement may bind that come from filters people wrote: they stand in it up to three times, and a
/// statement of SQLite takes 32,766, one of PostgreSQL 65,535.
pub const MOST_VALUES: usize = 20_000;

/// So many rows may be held at once: some tens of megabytes.
const HELD: i64 = 500_000;

/// A name in the schema, or of a role, as SQL has it on both engines.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A statement for either engine.
#[derive(Debug, Clone, Default)]
pub struct Statement {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone)]
enum Piece {
    Sql(&'static str),
    /// What the engines write differently.
    Either {
        sqlite: &'static str,
        postgres: &'static str,
    },
    /// The same with bound values.
    EitherOf {
        sqlite: Statement,
        postgres: Statement,
    },
    Text(String),
    Number(i64),
    Decimal(f64),
    Time(Timestamp),
    Org(i32),
}

impl Statement {
    pub fn new(sql: &'static str) -> Statement {
        Statement::default().sql(sql)
    }

    pub fn sql(mut self, sql: &'static str) -> Statement {
        self.pieces.push(Piece::Sql(sql));
        self
    }

    /// Adds what SQLite and PostgreSQL write differently.
    pub fn either(mut self, sqlite: &'static str, postgres: &'static str) -> Statement {
        self.pieces.push(Piece::Either { sqlite, postgres });
        self
    }

    /// Adds what SQLite and PostgreSQL write differently, with bound values.
    pub fn either_of(mut self, sqlite: Statement, postgres: Statement) -> Statement {
        self.pieces.push(Piece::EitherOf { sqlite, postgres });
        self
    }

    pub fn text(mut self, value: impl Into<String>) -> Statement {
        self.pieces.push(Piece::Text(value.into()));
        self
    }

    pub fn number(mut self, value: i64) -> Statement {
        self.pieces.push(Piece::Number(value));
        self
    }

    /// Adds a number, or NULL.
    pub fn maybe_number(self, value: Option<i64>) -> Statement {
        match value {
            Some(value) => self.number(value),
            None => self.sql("NULL"),
        }
    }

    /// Adds a text, or NULL.
    pub fn maybe_text(self, value: Option<impl Into<String>>) -> Statement {
        match value {
            Some(value) => self.text(value),
            None => self.sql("NULL"),
        }
    }

    pub fn decimal(mut self, value: f64) -> Statement {
        self.pieces.push(Piece::Decimal(value));
        self
    }

    pub fn time(mut self, value: Timestamp) -> Statement {
        self.pieces.push(Piece::Time(value));
        self
    }

    pub fn date(self, value: jiff::civil::Date) -> Statement {
        self.either("", "CAST(").text(value.to_string()).either("", " AS date)")
    }

    pub fn org(mut self, value: OrgId) -> Statement {
        self.pieces.push(Piece::Org(value.0));
        self
    }

    pub fn then(mut self, other: Statement) -> Statement {
        self.pieces.extend(other.pieces);
        self
    }

    /// Adds statements with `separator` between them.
    pub fn joined(mut self, others: impl IntoIterator<Item = Statement>, separator: &'static str) -> Statement {
        for (place, other) in others.into_iter().enumerate() {
            if place > 0 {
                self = self.sql(separator);
            }
            self = self.then(other);
        }
        self
    }

    /// How many values are bound, on the engine where they are more.
    pub fn bound(&self) -> usize {
        let of_piece = |piece: &Piece| match piece {
            Piece::Sql(_) | Piece::Either { .. } => 0,
            Piece::EitherOf { sqlite, postgres } => sqlite.bound().max(postgres.bound()),
            Piece::Text(_) | Piece::Number(_) | Piece::Decimal(_) | Piece::Time(_) | Piece::Org(_) => 1,
        };
        self.pieces.iter().map(of_piece).sum()
    }

    /// The SQL as it is sent, with a mark for each bound value.
    ///
    /// # Errors
    /// Diesel cannot write it.
    pub fn to_sql_text(&self, conn: &Db) -> Result<String, DbError> {
        use diesel::query_builder::QueryBuilder;
        match conn {
            Db::Sqlite(_) => {
                let mut out = diesel::sqlite::query_builder::SqliteQueryBuilder::new();
                QueryFragment::<Sqlite>::to_sql(self, &mut out, &Sqlite)?;
                Ok(out.finish())
            }
            Db::Postgres(_) => {
                let mut out = diesel::pg::PgQueryBuilder::default();
                QueryFragment::<Pg>::to_sql(self, &mut out, &Pg)?;
                Ok(out.finish())
            }
        }
    }

    /// Runs a statement that gives no rows.
    ///
    /// # Errors
    /// The database refuses.
    pub fn run(self, conn: &mut Db) -> Result<(), DbError> {
        match conn {
            Db::Sqlite(sqlite) => drop(self.execute(sqlite)?),
            Db::Postgres(pg) => drop(self.execute(pg)?),
        }
        Ok(())
    }

    /// Reads all rows at once: for few of them.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn rows(self, conn: &mut Db) -> Result<Vec<Cells>, DbError> {
        match conn {
            Db::Sqlite(sqlite) => Ok(self.load(sqlite)?),
            Db::Postgres(pg) => Ok(self.load(pg)?),
        }
    }

    /// Reads row after row without holding them all.
    ///
    /// # Errors
    /// Those of `take`, or the database cannot be read.
    pub fn each_row<E: From<DbError>>(self, conn: &mut Db, take: impl FnMut(Cells) -> Result<(), E>) -> Result<(), E> {
        self.each(conn, take)
    }

    /// Reads row after row, each as a type of its own.
    ///
    /// # Errors
    /// Those of `take`, or the database cannot be read.
    pub fn each<T, E>(self, conn: &mut Db, take: impl FnMut(T) -> Result<(), E>) -> Result<(), E>
    where
        T: QueryableByName<Sqlite> + QueryableByName<Pg> + 'static,
        E: From<DbError>,
    {
        self.each_of_about(conn, i64::MAX, take)
    }

    /// The same, where it is known about how many rows there are: of few, PostgreSQL's library takes less time to hold all
    /// of them than to hand over one after the other.
    ///
    /// # Errors
    /// Those of `take`, or the database cannot be read.
    pub fn each_of_about<T, E>(
        self,
        conn: &mut Db,
        rows: i64,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E>
    where
        T: QueryableByName<Sqlite> + QueryableByName<Pg> + 'static,
        E: From<DbError>,
    {
        match conn {
            Db::Sqlite(sqlite) => {
                let rows = self.load_iter::<T, DefaultLoadingMode>(sqlite).map_err(DbError::from)?;
                rows.map(|row| row.map_err(|e| E::from(DbError::from(e)))).try_for_each(|row| take(row?))
            }
            Db::Postgres(pg) if rows <= HELD => {
                let rows = self.load_iter::<T, DefaultLoadingMode>(pg).map_err(DbError::from)?;
                rows.map(|row| row.map_err(|e| E::from(DbError::from(e)))).try_for_each(|row| take(row?))
            }
            Db::Postgres(pg) => {
                let rows = self.load_iter::<T, PgRowByRowLoadingMode>(pg).map_err(DbError::from)?;
                rows.map(|row| row.map_err(|e| E::from(DbError::from(e)))).try_for_each(|row| take(row?))
            }
        }
    }

    fn walk<'b, DB>(&'b self, mut out: AstPass<'_, 'b, DB>, is_sqlite: bool) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<UtcTimestamp>,
        String: ToSql<Text, DB>,
        i64: ToSql<BigInt, DB>,
        f64: ToSql<Double, DB>,
        i32: ToSql<Integer, DB>,
        Timestamp: ToSql<UtcTimestamp, DB>,
    {
        out.unsafe_to_cache_prepared();
        for piece in &self.pieces {
            match piece {
                Piece::Sql(sql) => out.push_sql(sql),
                Piece::Either { sqlite, .. } if is_sqlite => out.push_sql(sqlite),
                Piece::Either { postgres, .. } => out.push_sql(postgres),
                Piece::EitherOf { sqlite, .. } if is_sqlite => sqlite.walk(out.reborrow(), is_sqlite)?,
                Piece::EitherOf { postgres, .. } => postgres.walk(out.reborrow(), is_sqlite)?,
                Piece::Text(value) => out.push_bind_param::<Text, _>(value)?,
                Piece::Number(value) => out.push_bind_param::<BigInt, _>(value)?,
                Piece::Decimal(value) => out.push_bind_param::<Double, _>(value)?,
                Piece::Time(value) => out.push_bind_param::<UtcTimestamp, _>(value)?,
                Piece::Org(value) => out.push_bind_param::<Integer, _>(value)?,
            }
        }
        Ok(())
    }
}

impl QueryFragment<Sqlite> for Statement {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.walk(out, true)
    }
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.walk(out, false)
    }
}

impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl RunQueryDsl<SqliteConnection> for Statement {}
impl RunQueryDsl<PgConnection> for Statement {}

/// A value as the database gives it: times are microseconds since 1970, flags 0 or 1, JSON and UUIDs text.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Empty,
    Number(i64),
    Text(String),
}

impl Cell {
    pub fn text(&self) -> Option<&str> {
        match self {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn number(&self) -> Option<i64> {
        match self {
            Cell::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// The cells of a row, in the order of the statement.
#[derive(Debug, Clone)]
pub struct Cells(pub Vec<Cell>);

impl Cells {
    /// The cell at a place; an empty one where there is none.
    pub fn at(&self, place: usize) -> &Cell {
        self.0.get(place).unwrap_or(&Cell::Empty)
    }
}

impl QueryableByName<Sqlite> for Cells {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let cell = |place: usize| -> deserialize::Result<Cell> {
            let field = diesel::row::Row::get(row, place).ok_or("a row is too short")?;
            let Some(mut value) = field.value() else { return Ok(Cell::Empty) };
            Ok(match value.value_type() {
                None => Cell::Empty,
                Some(SqliteType::SmallInt | SqliteType::Integer | SqliteType::Long) => Cell::Number(value.read_long()),
                Some(SqliteType::Binary) => Cell::Text(uuid::Uuid::from_slice(value.read_blob())?.to_string()),
                Some(_) => Cell::Text(value.read_text().to_owned()),
            })
        };
        (0..row.field_count()).map(cell).collect::<deserialize::Result<_>>().map(Cells)
    }
}

/// Object ids of PostgreSQL's built-in types (`pg_type.dat`).
pub(in crate::db) mod oid {
    pub const BOOL: u32 = 16;
    pub const BYTEA: u32 = 17;
    pub const INT8: u32 = 20;
    pub const INT2: u32 = 21;
    pub const INT4: u32 = 23;
    pub const DATE: u32 = 1082;
    pub const TIMESTAMPTZ: u32 = 1184;
    pub const UUID: u32 = 2950;
    pub const JSONB: u32 = 3802;
}

impl QueryableByName<Pg> for Cells {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        use diesel::deserialize::FromSql;
        let cell = |place: usize| -> deserialize::Result<Cell> {
            let field = diesel::row::Row::get(row, place).ok_or("a row is too short")?;
            let Some(value) = field.value() else { return Ok(Cell::Empty) };
            Ok(match value.get_oid().get() {
                oid::BOOL => Cell::Number(value.as_bytes().first().copied().unwrap_or_default().into()),
                oid::INT2 => Cell::Number(<i16 as FromSql<SmallInt, Pg>>::from_sql(value)?.into()),
                oid::INT4 => Cell::Number(<i32 as FromSql<Integer, Pg>>::from_sql(value)?.into()),
                oid::INT8 => Cell::Number(<i64 as FromSql<BigInt, Pg>>::from_sql(value)?),
                oid::TIMESTAMPTZ => {
                    Cell::Number(<Timestamp as FromSql<UtcTimestamp, Pg>>::from_sql(value)?.as_micros())
                }
                oid::DATE => Cell::Text(<CivilDate as FromSql<CalendarDate, Pg>>::from_sql(value)?.0.to_string()),
                oid::UUID => Cell::Text(uuid::Uuid::from_slice(value.as_bytes())?.to_string()),
                // The binary form of jsonb is a version byte, then the text.
                oid::JSONB => {
                    Cell::Text(std::str::from_utf8(value.as_bytes().get(1..).unwrap_or_default())?.to_owned())
                }
                _ => Cell::Text(std::str::from_utf8(value.as_bytes())?.to_owned()),
            })
        };
        (0..row.field_count()).map(cell).collect::<deserialize::Result<_>>().map(Cells)
    }
}
