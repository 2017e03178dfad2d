//! Why leads have no owner: what the latest runs say of those that they left.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::standing::{email, members_now, skipped_told, territory_name, words};
use super::told::{LeftTold, SkippedTold, StaysTold, stay};
use crate::db::models::access::users::{self, User};
use crate::db::models::lead_work::pools::assignment_pool_members::PoolMember;
use crate::db::models::lead_work::pools::assignment_pools::Pool;
use crate::db::models::lead_work::pools::pool_run_leads::{self, Part};
use crate::db::models::lead_work::pools::pool_runs::Run;
use crate::db::models::lead_work::pools::{assignment_pools, pool_runs};
use crate::db::models::lead_work::territories;
use crate::db::{Db, DbError, OrgId, Stamp};
use crate::domain::lead_work::pools::context::recorded_territory;
use crate::domain::lead_work::pools::desk::Member;
use crate::domain::lead_work::pools::{PoolStrategy, RunKind, RunReason, SkipReason};
use crate::domain::timestamp::Timestamp;

/// Why the run of a pool that looked at a lead last did not give it to anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOver {
    pub pool: String,
    pub run: i64,
    pub run_at: Timestamp,
    pub reason: RunReason,
    pub skipped: Vec<SkippedTold>,
}

/// Why each pool did not give this lead to anybody when it looked at it last; pools whose latest run did not look at it are left out.
///
/// # Errors
/// The database cannot be read.
pub fn of_lead(conn: &mut Db, org: OrgId, lead: i64) -> Result<Vec<LeftOver>, DbError> {
    let pools = assignment_pools::all(conn, org)?;
    if pools.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = pools.iter().map(|pool| pool.id).collect();
    let (mut found, mut users) = (Vec::new(), None);
    let mut told: Vec<i64> = Vec::new();
    for run in pool_runs::latest_for(conn, org, &ids, lead)? {
        if told.contains(&run.pool_id) {
            continue;
        }
        let parts = pool_run_leads::left_by(conn, org, run.id)?;
        let left = parts.into_iter().find(|part| part.leads.contains(lead.unsigned_abs()));
        let Some(Part { reason: Some(reason), skipped, .. }) = left else { continue };
        told.push(run.pool_id);
        let users = match &mut users {
            Some(users) => users,
            None => users.insert(users::all(conn, org)?),
        };
        let pool = pools.iter().find(|pool| pool.id == run.pool_id).map(|pool| pool.name.clone());
        found.push(LeftOver {
            pool: pool.unwrap_or_default(),
            run: run.id,
            run_at: run.run_at,
            reason,
            skipped: skipped.map(|skipped| skipped_told(&skipped.0, users)).unwrap_or_default(),
        });
    }
    Ok(found)
}

/// Why a run did not do with leads what it was to do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Reasons {
    /// Leads that nobody got.
    Left(Vec<LeftTold>),
    /// Leads that an undo left with their owners, or without one.
    Stay(Vec<StaysTold>),
}

/// Why a run left leads, with how many there were.
///
/// # Errors
/// The database cannot be read.
pub fn of_run(conn: &mut Db, org: OrgId, run: &Run, users: &[User]) -> Result<Reasons, DbError> {
    if run.kind == RunKind::Undo {
        let mut reasons = Vec::new();
        for part in pool_run_leads::moved_by(conn, org, run.id)? {
            if let Some(reason) = part.reason {
                stay(&mut reasons, reason, &part.leads);
            }
        }
        return Ok(Reasons::Stay(reasons));
    }
    let territories = match run.strategy {
        PoolStrategy::Territory => territories::all(conn, org)?,
        _ => Vec::new(),
    };
    let left = pool_run_leads::left_by(conn, org, run.id)?.into_iter().filter_map(|part| {
        let territory = part.skipped.as_ref().and_then(|skipped| recorded_territory(&skipped.0));
        Some(LeftTold {
            reason: part.reason?,
            territory: territory.map(|id| territory_name(&territories, id)),
            leads: i64::try_from(part.leads.len()).unwrap_or(i64::MAX),
            skipped: part.skipped.map(|skipped| skipped_told(&skipped.0, users)).unwrap_or_default(),
        })
    });
    Ok(Reasons::Left(left.collect()))
}

/// A member of a pool, with what they hold now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberNow {
    pub id: i64,
    pub user_id: i64,
    pub user: String,
    pub weight: i32,
    pub open: i64,
    pub capacity: Option<i32>,
    /// How many leads the pool has given today.
    pub today: i64,
    pub daily_limit: Option<i32>,
    pub skills: Vec<String>,
    pub is_active: bool,
    /// Why the next lead would not go there, whatever it is.
    pub passed_over: Option<SkipReason>,
    pub current_weight: i64,
    pub version: i32,
}

/// The members of a pool in the order in which they joined, with what they hold now.
///
/// # Errors
/// The database cannot be read.
pub fn members(conn: &mut Db, pool: &Pool, stamp: &Stamp, zone: &TimeZone) -> Result<Vec<MemberNow>, DbError> {
    let users = users::all(conn, stamp.org)?;
    let now = members_now(conn, pool, &users, stamp, zone)?;
    let member = |(row, held, passed_over): (PoolMember, Member, Option<SkipReason>)| MemberNow {
        id: row.id,
        user_id: row.user_id,
        user: email(&users, row.user_id),
        weight: row.weight,
        open: held.open,
        capacity: row.capacity,
        today: held.today,
        daily_limit: row.daily_limit,
        skills: words(row.skills.as_ref()),
        is_active: row.is_active,
        passed_over,
        current_weight: row.current_weight,
        version: row.version,
    };
    Ok(now.into_iter().map(member).collect())
}
