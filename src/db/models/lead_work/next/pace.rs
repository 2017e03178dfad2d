//! What the logs tell of the pace of work: how long won leads took, whose score rose, and who works which territories.

use std::collections::{HashMap, HashSet};

use super::Window;
use crate::db::models::IN_LIST;
use crate::db::models::lead_work::territories;
use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::timestamp::Timestamp;

/// Of so many won leads the pace is taken: those that were made last.
const WON: i64 = 1000;

/// The last contact and the win of the newest leads that are won.
///
/// # Errors
/// The database cannot be read.
pub fn of_won(conn: &mut Db, org: OrgId) -> Result<Vec<(Timestamp, Timestamp)>, DbError> {
    let time = |row: &Cells, place| row.at(place).number().map(Timestamp::from_micros);
    Ok(won_rows(org).rows(conn)?.iter().filter_map(|row| time(row, 0).zip(time(row, 1))).collect())
}

/// The statement of [`of_won`].
pub fn won_rows(org: OrgId) -> Statement {
    Statement::new(
        "SELECT l.last_contacted_at, l.status_changed_at FROM (
             SELECT DISTINCT h.lead_id FROM lead_status_history h WHERE h.to_status = 'recruited' AND h.organization_id = ",
    )
    .org(org)
    .sql(" ORDER BY h.lead_id DESC LIMIT ")
    .number(WON)
    // SQLite would begin with all leads that were ever contacted.
    .either(") w CROSS JOIN", ") w JOIN")
    .sql(
        " leads l ON l.id = w.lead_id WHERE l.status = 'recruited' AND l.deleted_at IS NULL
             AND l.last_contacted_at IS NOT NULL AND l.organization_id = ",
    )
    .org(org)
}

/// Leads whose score a run raised within a time, the latest first, at most so many rows; with it whether there are further ones.
///
/// # Errors
/// The database cannot be read.
pub fn raised(conn: &mut Db, org: OrgId, window: &Window) -> Result<(Vec<i64>, bool), DbError> {
    let rows = raised_rows(org, window).sql(" LIMIT ").number(window.most).rows(conn)?;
    let is_cut = rows.len() as i64 >= window.most;
    let mut leads: Vec<i64> = rows.iter().filter_map(|row| row.at(0).number()).collect();
    leads.sort_unstable();
    leads.dedup();
    Ok((leads, is_cut))
}

/// The statement of [`raised`].
pub fn raised_rows(org: OrgId, window: &Window) -> Statement {
    Statement::new("SELECT h.lead_id FROM lead_score_history h WHERE h.score > h.old_score AND h.organization_id = ")
        .org(org)
        .sql(" AND h.calculated_at > ")
        .time(window.since)
        .sql(" AND h.calculated_at <= ")
        .time(window.now)
        .sql(" ORDER BY h.calculated_at DESC")
}

/// What these leads had as their score when a time began, of those that had one and whose score a run raised since.
///
/// # Errors
/// The database cannot be read.
pub fn scores_before(
    conn: &mut Db,
    org: OrgId,
    leads: &[i64],
    since: Timestamp,
    now: Timestamp,
) -> Result<HashMap<i64, i16>, DbError> {
    let mut found: HashMap<i64, Before> = HashMap::new();
    for some in leads.chunks(IN_LIST) {
        let statement = Statement::new(
            "SELECT h.lead_id, h.old_score, h.score FROM lead_score_history h WHERE h.score IS NOT NULL AND h.organization_id = ",
        )
        .org(org)
        .sql(" AND h.lead_id IN (")
        .then(Statement::default().joined(some.iter().map(|id| Statement::default().number(*id)), ", "))
        .sql(") AND h.calculated_at > ")
        .time(since)
        .sql(" AND h.calculated_at <= ")
        .time(now)
        .sql(" ORDER BY h.calculated_at, h.id");
        statement.each_row(conn, |row| -> Result<(), DbError> {
            let score = |place| row.at(place).number().and_then(|score| i16::try_from(score).ok());
            let (old, new) = (score(1), score(2));
            if let Some(lead) = row.at(0).number() {
                let before = found.entry(lead).or_insert(Before { score: old, is_raised: false });
                before.is_raised |= old.zip(new).is_some_and(|(old, new)| new > old);
            }
            Ok(())
        })?;
    }
    Ok(found.into_iter().filter_map(|(lead, it)| Some((lead, it.score.filter(|_| it.is_raised)?))).collect())
}

/// The score before the first run of a time, and whether a run raised it since.
struct Before {
    score: Option<i16>,
    is_raised: bool,
}

/// The territories that a user works: those of which they are a member, and all that lie inside them, as far as they are in use.
///
/// # Errors
/// The database cannot be read.
pub fn territories_of(conn: &mut Db, org: OrgId, user: i64) -> Result<Vec<i64>, DbError> {
    let statement =
        Statement::new("SELECT m.territory_id FROM territory_members m WHERE m.organization_id = ").org(org);
    let rows = statement.sql(" AND m.user_id = ").number(user).rows(conn)?;
    let of_user: HashSet<i64> = rows.iter().filter_map(|row| row.at(0).number()).collect();
    if of_user.is_empty() {
        return Ok(Vec::new());
    }
    let all = territories::all(conn, org)?;
    let tree = territories::tree(&all);
    let is_theirs = |id: i64| of_user.contains(&id) || tree.around(id).iter().any(|around| of_user.contains(around));
    let mut found: Vec<i64> = all.iter().filter(|one| one.is_active && is_theirs(one.id)).map(|one| one.id).collect();
    found.sort_unstable();
    Ok(found)
}
