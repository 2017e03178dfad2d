//! Recorded answers to "may we contact this number?": append-only.

use diesel::prelude::*;

use crate::db::schema::dnc_checks;
use crate::db::types::Json;
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::{Channel, Verdict};
use crate::domain::timestamp::Timestamp;

/// One answer to record.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = dnc_checks, treat_none_as_default_value = false)]
pub struct NewDncCheck {
    pub organization_id: i32,
    pub input: String,
    pub phone_number: Option<String>,
    pub channel: Option<Channel>,
    pub verdict: Verdict,
    pub reasons: Json,
    pub lists_checked: Json,
    pub checked_by: Option<i64>,
    pub actor: String,
    pub checked_at: Timestamp,
}

/// A row of `dnc_checks`.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = dnc_checks)]
pub struct DncCheck {
    pub channel: Option<Channel>,
    pub verdict: Verdict,
    pub reasons: Json,
    pub lists_checked: Json,
    pub actor: String,
    pub checked_at: Timestamp,
}

/// Rows that one INSERT takes: far below the limit of bind parameters on both engines.
const TOGETHER: usize = 500;

/// Appends answers.
///
/// # Errors
/// The database refuses.
pub fn append(conn: &mut Db, checks: &[NewDncCheck]) -> Result<(), DbError> {
    for some in checks.chunks(TOGETHER) {
        match conn {
            Db::Sqlite(sqlite) => {
                for check in some {
                    diesel::insert_into(dnc_checks::table).values(check).execute(sqlite)?;
                }
            }
            Db::Postgres(pg) => drop(diesel::insert_into(dnc_checks::table).values(some).execute(pg)?),
        }
    }
    Ok(())
}

/// The recorded answers about a number, in the order in which they were given.
///
/// # Errors
/// The database cannot be read.
pub fn of_number(conn: &mut Db, org: OrgId, number: &str) -> Result<Vec<DncCheck>, DbError> {
    Ok(dnc_checks::table
        .filter(dnc_checks::organization_id.eq(org.0).and(dnc_checks::phone_number.eq(number)))
        .order(dnc_checks::id)
        .select(DncCheck::as_select())
        .load(conn)?)
}
