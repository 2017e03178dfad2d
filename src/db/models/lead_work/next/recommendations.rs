//! What became of recommendations, and those that are compared with each other.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use crate::db::models::IN_LIST;
use crate::db::models::leads::lead_merges;
use crate::db::schema::lead_recommendations;
use crate::db::types::Json;
use crate::db::{Db, DbError, OrgId, Statement};
use crate::domain::lead_work::next::priority::Priority;
use crate::domain::lead_work::next::{Arm, ContactChannel, Outcome};
use crate::domain::timestamp::Timestamp;

/// One row to write.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = lead_recommendations, treat_none_as_default_value = false)]
pub struct NewRecommendation {
    pub organization_id: i32,
    pub lead_id: i64,
    pub user_id: Option<i64>,
    #[diesel(column_name = action)]
    pub channel: ContactChannel,
    pub priority: Priority,
    pub points: i32,
    pub reasons: Option<Json>,
    pub arm: Option<Arm>,
    pub outcome: Option<Outcome>,
    pub outcome_at: Option<Timestamp>,
    pub note: Option<String>,
    pub expires_at: Timestamp,
    pub actor: String,
    pub recommended_at: Timestamp,
}

/// One row as it is read.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = lead_recommendations)]
pub struct Recommendation {
    pub user_id: Option<i64>,
    #[diesel(column_name = action)]
    pub channel: ContactChannel,
    pub priority: Priority,
    pub points: i32,
    pub reasons: Option<Json>,
    pub arm: Option<Arm>,
    pub outcome: Option<Outcome>,
    pub note: Option<String>,
    pub expires_at: Timestamp,
    pub actor: String,
    pub recommended_at: Timestamp,
}

/// What was said of a lead, in the order in which it was.
///
/// # Errors
/// The database cannot be read.
pub fn of_lead(conn: &mut Db, org: OrgId, lead: i64) -> Result<Vec<Recommendation>, DbError> {
    Ok(lead_recommendations::table
        .filter(lead_recommendations::organization_id.eq(org.0).and(lead_recommendations::lead_id.eq(lead)))
        .order(lead_recommendations::id)
        .select(Recommendation::as_select())
        .load(conn)?)
}

/// The rows with these ids, by id.
///
/// # Errors
/// The database cannot be read.
pub fn by_ids(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<HashMap<i64, Recommendation>, DbError> {
    let mut found = HashMap::new();
    for some in ids.chunks(IN_LIST) {
        let rows: Vec<(i64, Recommendation)> = lead_recommendations::table
            .filter(lead_recommendations::organization_id.eq(org.0))
            .filter(lead_recommendations::id.eq_any(some.to_vec()))
            .select((lead_recommendations::id, Recommendation::as_select()))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// The leads of which something was said that counts for longer than `now`.
///
/// # Errors
/// The database cannot be read.
pub fn put_off(conn: &mut Db, org: OrgId, now: Timestamp) -> Result<Vec<i64>, DbError> {
    Ok(lead_recommendations::table
        .filter(lead_recommendations::organization_id.eq(org.0))
        .filter(lead_recommendations::outcome.is_not_null().and(lead_recommendations::expires_at.gt(now)))
        .select(lead_recommendations::lead_id)
        .distinct()
        .load(conn)?)
}

/// Rows that one INSERT takes: far below the limit of bind parameters.
const TOGETHER: usize = 500;

/// Writes rows.
///
/// # Errors
/// The database refuses.
pub fn insert(conn: &mut Db, rows: &[NewRecommendation]) -> Result<(), DbError> {
    for some in rows.chunks(TOGETHER) {
        match conn {
            Db::Sqlite(sqlite) => {
                for row in some {
                    diesel::insert_into(lead_recommendations::table).values(row).execute(sqlite)?;
                }
            }
            Db::Postgres(pg) => drop(diesel::insert_into(lead_recommendations::table).values(some).execute(pg)?),
        }
    }
    Ok(())
}

/// What was said of a lead and still counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    pub outcome: Option<Outcome>,
    /// The row that says the outcome.
    pub said: Option<i64>,
    pub arm: Option<Arm>,
}

/// Its id, its lead, the outcome, the group, and until when it counts.
type SaidRow = (i64, i64, Option<Outcome>, Option<Arm>, Timestamp);

/// What still counts at `now` of what was said of these leads and of those that were merged into them: of several outcomes the last one.
///
/// # Errors
/// The database cannot be read.
pub fn standing(conn: &mut Db, org: OrgId, leads: &[i64], now: Timestamp) -> Result<HashMap<i64, Standing>, DbError> {
    let mut found: HashMap<i64, Standing> = HashMap::new();
    for some in leads.chunks(IN_LIST / 2) {
        let absorbed = lead_merges::absorbed_by_any(conn, org, some)?;
        let ids: Vec<i64> = some.iter().copied().chain(absorbed.keys().copied()).collect();
        let rows: Vec<SaidRow> = lead_recommendations::table
            .filter(lead_recommendations::organization_id.eq(org.0))
            .filter(lead_recommendations::lead_id.eq_any(ids))
            .order(lead_recommendations::id)
            .select((
                lead_recommendations::id,
                lead_recommendations::lead_id,
                lead_recommendations::outcome,
                lead_recommendations::arm,
                lead_recommendations::expires_at,
            ))
            .load(conn)?;
        for (row, lead, outcome, arm, expires_at) in rows {
            let standing = found.entry(absorbed.get(&lead).copied().unwrap_or(lead)).or_default();
            let counts = expires_at > now;
            match outcome {
                Some(_) => (standing.outcome, standing.said) = (outcome.filter(|_| counts), counts.then_some(row)),
                // The first group counts while it lasts.
                None if counts => standing.arm = standing.arm.or(arm),
                None => {}
            }
        }
    }
    Ok(found)
}

/// How often each outcome was written down, since then.
///
/// # Errors
/// The database cannot be read.
pub fn outcomes(conn: &mut Db, org: OrgId, since: Timestamp) -> Result<Vec<(Outcome, i64, i64)>, DbError> {
    let statement = Statement::new(
        "SELECT r.outcome, count(*), count(DISTINCT r.lead_id) FROM lead_recommendations r
         WHERE r.outcome IS NOT NULL AND r.organization_id = ",
    )
    .org(org)
    .sql(" AND r.recommended_at >= ")
    .time(since)
    .sql(" GROUP BY r.outcome");
    let rows = statement.rows(conn)?;
    let row = |row: &crate::db::Cells| {
        Some((Outcome::from_word(row.at(0).text()?)?, row.at(1).number()?, row.at(2).number()?))
    };
    Ok(rows.iter().filter_map(row).collect())
}

/// What became of the leads of a group. Each lead counts once: in the group in which it was first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Followed {
    /// How often leads were put into the group.
    pub recommendations: i64,
    pub leads: i64,
    /// Those whose days are over.
    pub finished: i64,
    /// Those of the finished that reached `qualified`, `nurturing`, `hot` or `recruited` within their days.
    pub advanced: i64,
    /// Those of the finished that were recruited within their days.
    pub won: i64,
}

/// What became of the leads of a group that were recommended, or would have been, since then: of those whose days are over.
///
/// # Errors
/// The database cannot be read.
pub fn followed(conn: &mut Db, org: OrgId, arm: Arm, since: Timestamp, now: Timestamp) -> Result<Followed, DbError> {
    let finished = || Statement::new("CASE WHEN r.expires_at <= ").time(now);
    let reached = |statuses: &'static str| {
        Statement::new("count(")
            .then(finished())
            .sql(
                " AND EXISTS (SELECT 1 FROM lead_status_history h WHERE h.lead_id = r.lead_id
                 AND h.trigger_type <> 'undo' AND h.trigger_type <> 'merge' AND h.organization_id = ",
            )
            .org(org)
            .sql(" AND h.changed_at > r.recommended_at AND h.changed_at <= r.expires_at AND h.to_status IN ")
            .sql(statuses)
            .sql(") THEN 1 END)")
    };
    let first = Statement::new("SELECT count(*), count(")
        .then(finished())
        .sql(" THEN 1 END), ")
        .then(reached("('qualified', 'nurturing', 'hot', 'recruited')"))
        .sql(", ")
        .then(reached("('recruited')"))
        .sql(" FROM lead_recommendations r WHERE r.organization_id = ")
        .org(org)
        .sql(" AND r.arm = ")
        .text(arm.as_str())
        .sql(
            " AND r.id = (SELECT min(f.id) FROM lead_recommendations f WHERE f.lead_id = r.lead_id AND f.arm IS NOT NULL
                 AND f.organization_id = ",
        )
        .org(org)
        .sql(" AND f.recommended_at >= ")
        .time(since)
        .sql(")");
    let all = Statement::new("SELECT count(*) FROM lead_recommendations r WHERE r.organization_id = ")
        .org(org)
        .sql(" AND r.arm = ")
        .text(arm.as_str())
        .sql(" AND r.recommended_at >= ")
        .time(since);
    let (all, rows) = (all.rows(conn)?, first.rows(conn)?);
    let number =
        |rows: &[crate::db::Cells], place| rows.first().and_then(|row| row.at(place).number()).unwrap_or_default();
    let at = |place| number(&rows, place);
    Ok(Followed { recommendations: number(&all, 0), leads: at(0), finished: at(1), advanced: at(2), won: at(3) })
}
