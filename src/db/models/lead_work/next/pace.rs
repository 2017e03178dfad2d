//! What the logs tell of the pace of work: how long won leads took, whose score rose, and who works which territories.

use std::collections::HashMap;

use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::timestamp::Timestamp;

/// Of so many won leads the pace is taken: those that came last.
const WON: i64 = 1000;

/// The last contact and the win of the newest leads that are won.
///
/// # Errors
/// The database cannot be read.
pub fn of_won(conn: &mut Db, org: OrgId) -> Result<Vec<(Timestamp, Timestamp)>, DbError> {
    let statement = Statement::new(
        "SELECT l.last_contacted_at, l.status_changed_at FROM (
             SELECT DISTINCT h.lead_id FROM lead_status_history h WHERE h.to_status = 'recruited' AND h.organization_id = ",
    )
    .org(org)
    .sql(" ORDER BY h.lead_id DESC LIMIT ")
    .number(WON)
    .sql(
        ") w JOIN leads l ON l.id = w.lead_id WHERE l.status = 'recruited' AND l.deleted_at IS NULL
             AND l.last_contacted_at IS NOT NULL AND l.organization_id = ",
    )
    .org(org);
    let time = |row: &Cells, place| row.at(place).number().map(Timestamp::from_micros);
    Ok(statement.rows(conn)?.iter().filter_map(|row| time(row, 0).zip(time(row, 1))).collect())
}

/// Leads whose score a run raised by ten or more since then, with the largest rise of each.
///
/// # Errors
/// The database cannot be read.
pub fn risen(conn: &mut Db, org: OrgId, since: Timestamp, now: Timestamp) -> Result<HashMap<i64, i16>, DbError> {
    let statement = Statement::new(
        "SELECT h.lead_id, max(h.score - h.old_score) FROM lead_score_history h
         WHERE h.score >= h.old_score + 10 AND h.organization_id = ",
    )
    .org(org)
    .sql(" AND h.calculated_at > ")
    .time(since)
    .sql(" AND h.calculated_at <= ")
    .time(now)
    .sql(" GROUP BY h.lead_id");
    let mut found = HashMap::new();
    statement.each_row(conn, |row| -> Result<(), DbError> {
        let rise = row.at(1).number().and_then(|rise| i16::try_from(rise).ok());
        found.extend(row.at(0).number().zip(rise));
        Ok(())
    })?;
    Ok(found)
}

/// The territories in use that a user works.
///
/// # Errors
/// The database cannot be read.
pub fn territories_of(conn: &mut Db, org: OrgId, user: i64) -> Result<Vec<i64>, DbError> {
    let statement = Statement::new(
        "SELECT m.territory_id FROM territory_members m
         JOIN territories t ON t.organization_id = m.organization_id AND t.id = m.territory_id
         WHERE t.is_active AND t.deleted_at IS NULL AND m.organization_id = ",
    )
    .org(org)
    .sql(" AND m.user_id = ")
    .number(user)
    .sql(" ORDER BY m.territory_id");
    Ok(statement.rows(conn)?.iter().filter_map(|row| row.at(0).number()).collect())
}
