//! The status history of many leads, read row after row for reports.

use diesel::QueryableByName;
use diesel::deserialize::{self, FromSql};
use diesel::pg::Pg;
use diesel::row::{Field, NamedRow, Row};
use diesel::sql_types::{BigInt, Integer};
use diesel::sqlite::Sqlite;

use crate::db::types::UtcTimestamp;
use crate::db::{Db, DbError, OrgId, Statement};
use crate::domain::imports::kind::ImportStatus;
use crate::domain::leads::status::{Status, Trigger};
use crate::domain::timestamp::Timestamp;

/// A lead's entry into a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusRow {
    /// Later rows of one time have greater ids.
    pub id: i64,
    pub lead: i64,
    pub status: Status,
    pub at: Timestamp,
    /// Whether the lead only got back what it had before its number was on the do-not-call list.
    pub puts_back: bool,
}

/// Which rows count in reports: what an undo wrote puts back what was, what an undone import wrote never was, and what a
/// merge wrote the rows of the absorbed lead tell themselves.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    org: OrgId,
    any_undone: bool,
}

/// What a row `h` is that puts back the status that the lead had before its number was listed: it ends the time in `dnc`, and
/// is no entry into a status.
const PUTS_BACK: &str = "(h.trigger_type = 'dnc' AND h.to_status <> 'dnc')";

/// What writes rows that do not count.
const UNCOUNTED: [Trigger; 2] = [Trigger::Undo, Trigger::Merge];

impl Counted {
    /// The rows of an organization that count.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of(conn: &mut Db, org: OrgId) -> Result<Counted, DbError> {
        let undone = Statement::new("SELECT 1 FROM imports WHERE organization_id = ")
            .org(org)
            .sql(" AND status = ")
            .text(ImportStatus::Undone.as_str())
            .sql(" LIMIT 1");
        Ok(Counted { org, any_undone: !undone.rows(conn)?.is_empty() })
    }

    /// The condition on a row `h` of the history that it counts as an entry into its status.
    pub fn is_entry(self) -> Statement {
        self.condition().sql(" AND NOT ").sql(PUTS_BACK)
    }

    /// The condition on a row `h` of the history that it tells where the lead was.
    pub fn condition(self) -> Statement {
        let condition =
            UNCOUNTED.iter().fold(Statement::new("h.organization_id = ").org(self.org), |condition, trigger| {
                condition.sql(" AND h.trigger_type <> ").text(trigger.as_str())
            });
        match self.any_undone {
            false => condition,
            true => condition
                .sql(" AND (h.import_id IS NULL OR h.import_id NOT IN (SELECT i.id FROM imports i WHERE i.organization_id = ")
                .org(self.org)
                .sql(" AND i.status = ")
                .text(ImportStatus::Undone.as_str())
                .sql("))"),
        }
    }
}

/// Selects the columns of a row.
fn columns() -> Statement {
    Statement::new("SELECT h.id, h.lead_id, h.changed_at, h.to_status, CAST(").sql(PUTS_BACK).sql(" AS integer)")
}

/// Reads the counted rows for which a condition on `h` holds, about so many, in no order.
///
/// # Errors
/// The database cannot be read.
pub fn each(
    conn: &mut Db,
    counted: Counted,
    condition: Statement,
    rows: i64,
    mut take: impl FnMut(StatusRow),
) -> Result<(), DbError> {
    columns().sql(" FROM lead_status_history h WHERE ").then(counted.condition()).then(condition).each_of_about(
        conn,
        rows,
        |row: StatusRow| -> Result<(), DbError> {
            take(row);
            Ok(())
        },
    )
}

/// Reads the counted rows of these leads, in no order.
///
/// # Errors
/// The database cannot be read.
pub fn each_of(conn: &mut Db, counted: Counted, leads: &[i64], mut take: impl FnMut(StatusRow)) -> Result<(), DbError> {
    for some in leads.chunks(crate::db::models::IN_LIST) {
        let ids = some.iter().map(|id| Statement::default().number(*id));
        let among = columns()
            .sql(" FROM lead_status_history h WHERE ")
            .then(counted.condition())
            .sql(" AND h.lead_id IN (")
            .joined(ids, ", ")
            .sql(")");
        // Before the server has statistics it would go through the whole history for a list of leads.
        let text: Vec<String> = some.iter().map(i64::to_string).collect();
        let each = columns()
            .sql(" FROM unnest(")
            .text(format!("{{{}}}", text.join(",")))
            .sql("::text::bigint[]) AS wanted (id) CROSS JOIN LATERAL (SELECT * FROM lead_status_history h WHERE h.lead_id = wanted.id AND ")
            .then(counted.condition())
            .sql(" OFFSET 0) h");
        Statement::default().either_of(among, each).each_of_about(
            conn,
            0,
            |row: StatusRow| -> Result<(), DbError> {
                take(row);
                Ok(())
            },
        )?;
    }
    Ok(())
}

/// At most how many rows the history of an organization has: the ids of rows count up.
///
/// # Errors
/// The database cannot be read.
pub fn about_all(conn: &mut Db, org: OrgId) -> Result<i64, DbError> {
    let rows =
        Statement::new("SELECT max(id) FROM lead_status_history WHERE organization_id = ").org(org).rows(conn)?;
    Ok(rows.first().and_then(|row| row.at(0).number()).unwrap_or_default())
}

fn status(word: &str) -> deserialize::Result<Status> {
    Status::from_word(word).ok_or_else(|| format!("`{word}` is no status").into())
}

impl QueryableByName<Sqlite> for StatusRow {
    fn build<'a>(row: &impl NamedRow<'a, Sqlite>) -> deserialize::Result<Self> {
        let number = |place: usize| -> deserialize::Result<i64> {
            let field = Row::get(row, place).ok_or("a row is too short")?;
            Ok(field.value().ok_or("a value is missing")?.read_long())
        };
        let word = Row::get(row, 3).ok_or("a row is too short")?;
        Ok(StatusRow {
            id: number(0)?,
            lead: number(1)?,
            at: Timestamp::from_micros(number(2)?),
            status: status(word.value().ok_or("a value is missing")?.read_text())?,
            puts_back: number(4)? != 0,
        })
    }
}

impl QueryableByName<Pg> for StatusRow {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        let number = |place: usize| -> deserialize::Result<i64> {
            let field = Row::get(row, place).ok_or("a row is too short")?;
            <i64 as FromSql<BigInt, Pg>>::from_nullable_sql(field.value())
        };
        let time = Row::get(row, 2).ok_or("a row is too short")?;
        let word = Row::get(row, 3).ok_or("a row is too short")?;
        let back = Row::get(row, 4).ok_or("a row is too short")?;
        Ok(StatusRow {
            id: number(0)?,
            lead: number(1)?,
            at: <Timestamp as FromSql<UtcTimestamp, Pg>>::from_nullable_sql(time.value())?,
            status: status(std::str::from_utf8(word.value().ok_or("a value is missing")?.as_bytes())?)?,
            puts_back: <i32 as FromSql<Integer, Pg>>::from_nullable_sql(back.value())? != 0,
        })
    }
}
