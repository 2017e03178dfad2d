//! Column types that both engines store in their own way, and the vocabularies as text.

use diesel::backend::Backend;
use diesel::deserialize::FromSqlRow;
use diesel::deserialize::{self, FromSql};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, HasSqlType, SmallInt, SqlType, Text};
use diesel::sqlite::Sqlite;
use std::io::Write;

use super::MultiBackend;
use crate::domain::access::role::Role;
use crate::domain::audit::AuditAction;
use crate::domain::audit::entity::Entity;
use crate::domain::dnc::opt_out_text::OptOutClass;
use crate::domain::dnc::registry::{LoadMode, RegistryKind, RevisionState};
use crate::domain::dnc::{Channel, Decision, DncOrigin, DncScope, DncSource, RemovalKind, Verdict};
use crate::domain::imports::kind::{ImportKind, ImportStatus};
use crate::domain::lead_work::next::priority::Priority;
use crate::domain::lead_work::next::{Arm, ContactChannel, Outcome, TaskKind, TaskOrigin};
use crate::domain::lead_work::pools::{PoolStrategy, RunKind, RunReason};
use crate::domain::lead_work::scores::kind::ModelKind;
use crate::domain::lead_work::scores::probability::Probability;
use crate::domain::lead_work::territories::{MemberRole, Placing};
use crate::domain::leads::assignment::Strategy;
use crate::domain::leads::consent::{Consent, Temperature};
use crate::domain::leads::status::{Status, Trigger};
use crate::domain::timestamp::Timestamp;

/// `uuid` on PostgreSQL, BLOB(16) on SQLite.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951), sqlite_type(name = "Binary"))]
pub struct Uuid;

/// `timestamptz` on PostgreSQL, INTEGER microseconds since 1970 on SQLite.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185), sqlite_type(name = "Long"))]
pub struct UtcTimestamp;

/// `jsonb` on PostgreSQL, TEXT on SQLite.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807), sqlite_type(name = "Text"))]
pub struct Jsonb;

/// `date` on PostgreSQL, TEXT `YYYY-MM-DD` on SQLite.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 1082, array_oid = 1182), sqlite_type(name = "Text"))]
pub struct CalendarDate;

/// The types of columns under the names that PostgreSQL gives them: what `schema.rs` is written in.
pub mod columns {
    pub use super::{CalendarDate as Date, Jsonb, UtcTimestamp as Timestamptz, Uuid};
    pub use diesel::sql_types::{Bool, Bytea, Int2, Int4, Int8, Nullable, Text};
}

// `table!` lets columns with these names of types be added to. Nothing here does so in SQL.
macro_rules! moved_by_intervals {
    ($($sql:ident),+) => { $(
        impl diesel::sql_types::ops::Add for $sql {
            type Rhs = diesel::sql_types::Interval;
            type Output = $sql;
        }
        impl diesel::sql_types::ops::Sub for $sql {
            type Rhs = diesel::sql_types::Interval;
            type Output = $sql;
        }
    )+ };
}
moved_by_intervals!(UtcTimestamp, CalendarDate);

/// A UUID version 7: the global identity of a thing that people name or link to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, FromSqlRow, serde::Serialize)]
#[serde(transparent)]
pub struct Uid(pub uuid::Uuid);

impl Uid {
    /// A new identity, later than every one this process made before.
    pub fn new() -> Uid {
        Uid(match std::time::SystemTime::now() < std::time::UNIX_EPOCH {
            // Such an id has no time before 1970; the library panics.
            true => uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, 0, 0)),
            false => uuid::Uuid::now_v7(),
        })
    }
}

impl Default for Uid {
    fn default() -> Self {
        Uid::new()
    }
}

/// A JSON value with sorted keys.
#[derive(Debug, Clone, PartialEq, Eq, FromSqlRow, serde::Serialize)]
#[serde(transparent)]
pub struct Json(pub serde_json::Value);

impl Default for Json {
    /// The empty object.
    fn default() -> Self {
        Json(serde_json::Value::Object(serde_json::Map::new()))
    }
}

/// A calendar date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromSqlRow, serde::Serialize)]
#[serde(transparent)]
pub struct CivilDate(pub jiff::civil::Date);

/// Microseconds from 1970-01-01 to 2000-01-01, the epoch of PostgreSQL.
const PG_EPOCH_MICROS: i64 = 946_684_800_000_000;
const PG_EPOCH: jiff::civil::Date = jiff::civil::date(2000, 1, 1);

impl ToSql<Uuid, Pg> for Uid {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl ToSql<Uuid, Sqlite> for Uid {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(&self.0.as_bytes()[..]);
        Ok(IsNull::No)
    }
}

impl FromSql<Uuid, Pg> for Uid {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Uid(uuid::Uuid::from_slice(bytes.as_bytes())?))
    }
}

impl FromSql<Uuid, Sqlite> for Uid {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Uid(uuid::Uuid::from_slice(&<Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?)?))
    }
}

impl ToSql<UtcTimestamp, Pg> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&(self.as_micros() - PG_EPOCH_MICROS).to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl ToSql<UtcTimestamp, Sqlite> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.as_micros());
        Ok(IsNull::No)
    }
}

impl FromSql<UtcTimestamp, Pg> for Timestamp {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let micros = i64::from_be_bytes(bytes.as_bytes().try_into()?);
        Ok(Timestamp::from_micros(micros.saturating_add(PG_EPOCH_MICROS)))
    }
}

impl FromSql<UtcTimestamp, Sqlite> for Timestamp {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <i64 as FromSql<BigInt, Sqlite>>::from_sql(value).map(Timestamp::from_micros)
    }
}

impl ToSql<Jsonb, Pg> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        // The binary form of jsonb is a version byte, then the text.
        out.write_all(&[1])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}

impl ToSql<Jsonb, Sqlite> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}

impl FromSql<Jsonb, Pg> for Json {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        match bytes.as_bytes() {
            [1, text @ ..] => Ok(Json(serde_json::from_slice(text)?)),
            _ => Err("unknown version of the jsonb format".into()),
        }
    }
}

impl FromSql<Jsonb, Sqlite> for Json {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Json(serde_json::from_str(&<String as FromSql<Text, Sqlite>>::from_sql(value)?)?))
    }
}

impl ToSql<CalendarDate, Pg> for CivilDate {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let days = PG_EPOCH.until(self.0)?.get_days();
        out.write_all(&days.to_be_bytes())?;
        Ok(IsNull::No)
    }
}

impl ToSql<CalendarDate, Sqlite> for CivilDate {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<CalendarDate, Pg> for CivilDate {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let days = i32::from_be_bytes(bytes.as_bytes().try_into()?);
        Ok(CivilDate(PG_EPOCH.checked_add(jiff::Span::new().try_days(days)?)?))
    }
}

impl FromSql<CalendarDate, Sqlite> for CivilDate {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(CivilDate(<String as FromSql<Text, Sqlite>>::from_sql(value)?.parse()?))
    }
}

/// Makes a value type usable in queries on the connection that is either engine.
macro_rules! on_both_engines {
    ($($sql:ident => $value:ty),+ $(,)?) => { $(
        impl HasSqlType<$sql> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                Self::lookup_sql_type::<$sql>(lookup)
            }
        }

        impl ToSql<$sql, MultiBackend> for $value {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value(($sql, self));
                Ok(IsNull::No)
            }
        }

        impl FromSql<$sql, MultiBackend> for $value {
            fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                value.from_sql::<Self, $sql>()
            }
        }

        expressions!($sql => $value);
    )+ };
}

/// Lets a value, an optional value and references to both stand where a column's value is expected.
macro_rules! expressions {
    ($sql:ident => $value:ty) => {
        expressions!(@one $sql, $value);
        expressions!(@one diesel::sql_types::Nullable<$sql>, $value);
        impl<DB> ToSql<diesel::sql_types::Nullable<$sql>, DB> for $value
        where
            DB: Backend,
            $value: ToSql<$sql, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                ToSql::<$sql, DB>::to_sql(self, out)
            }
        }
    };
    (@one $sql:ty, $value:ty) => {
        impl AsExpression<$sql> for $value {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<'expr> AsExpression<$sql> for &'expr $value {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
    };
}

on_both_engines! {
    Uuid => Uid,
    UtcTimestamp => Timestamp,
    Jsonb => Json,
    CalendarDate => CivilDate,
}

// `Timestamp` belongs to the domain, which knows nothing of databases, so its row form is written out here.
impl<DB> diesel::deserialize::Queryable<UtcTimestamp, DB> for Timestamp
where
    DB: Backend,
    Timestamp: FromSql<UtcTimestamp, DB>,
{
    type Row = Self;
    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

impl<DB> ToSql<SmallInt, DB> for Probability
where
    DB: Backend,
    i16: ToSql<SmallInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB> FromSql<SmallInt, DB> for Probability
where
    DB: Backend,
    i16: FromSql<SmallInt, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i16::from_sql(value).map(Probability)
    }
}

impl<DB> diesel::deserialize::Queryable<SmallInt, DB> for Probability
where
    DB: Backend,
    Probability: FromSql<SmallInt, DB>,
{
    type Row = Self;
    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

expressions!(SmallInt => Probability);

/// Stores a vocabulary of the domain as its words.
macro_rules! text_vocabularies {
    ($($value:ty),+ $(,)?) => { $(
        impl<DB> ToSql<Text, DB> for $value
        where
            DB: Backend,
            str: ToSql<Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.as_str().to_sql(out)
            }
        }

        impl<DB> FromSql<Text, DB> for $value
        where
            DB: Backend,
            String: FromSql<Text, DB>,
        {
            fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let word = String::from_sql(value)?;
                <$value>::from_word(&word).ok_or_else(|| format!("`{word}` is not a known value").into())
            }
        }

        impl<DB> diesel::deserialize::Queryable<Text, DB> for $value
        where
            DB: Backend,
            $value: FromSql<Text, DB>,
        {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }

        expressions!(Text => $value);
    )+ };
}

text_vocabularies!(
    ModelKind,
    Strategy,
    Status,
    Trigger,
    Consent,
    Temperature,
    Role,
    DncSource,
    DncOrigin,
    DncScope,
    Channel,
    Verdict,
    Decision,
    RemovalKind,
    OptOutClass,
    ImportKind,
    ImportStatus,
    AuditAction,
    Entity,
    RegistryKind,
    LoadMode,
    RevisionState,
    Placing,
    MemberRole,
    Arm,
    ContactChannel,
    Outcome,
    Priority,
    TaskKind,
    TaskOrigin,
    PoolStrategy,
    RunKind,
    RunReason
);
