//! The members of a pool as they stand now.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::distribute::How;
use super::told::SkippedTold;
use crate::db::models::access::users::User;
use crate::db::models::lead_work::pools::assignment_pool_members::{self, PoolMember};
use crate::db::models::lead_work::pools::assignment_pools::Pool;
use crate::db::models::lead_work::pools::{holding, pool_run_leads, pool_runs};
use crate::db::models::lead_work::territories::Territory;
use crate::db::types::Json;
use crate::db::{Db, DbError, Stamp};
use crate::domain::access::role::Role;
use crate::domain::lead_work::pools::context::recorded;
use crate::domain::lead_work::pools::conversion::standardised;
use crate::domain::lead_work::pools::desk::{Desk, Elsewhere, Habits, Member, Standing};
use crate::domain::lead_work::pools::{PoolStrategy, SkipReason};
use crate::domain::time::month::begin_of;
use crate::domain::timestamp::Timestamp;

/// Who was passed over, by emails.
pub(super) fn skipped_by_email(skipped: &[(SkipReason, i64)], users: &[User]) -> Vec<SkippedTold> {
    skipped_told(&recorded(skipped, None), users)
}

/// The names of territories: the ids of those that are gone.
pub(super) fn territory_name(territories: &[Territory], id: i64) -> String {
    let found = territories.iter().find(|territory| territory.id == id);
    found.map_or_else(|| id.to_string(), |territory| territory.name.clone())
}

/// Who was passed over, as it is recorded, by emails.
pub(super) fn skipped_told(skipped: &Value, users: &[User]) -> Vec<SkippedTold> {
    let told = |group: &Value| {
        let ids = group.get("users")?.as_array()?.iter().filter_map(Value::as_i64);
        let reason = SkipReason::from_word(group.get("reason")?.as_str()?)?;
        Some(SkippedTold { reason, users: ids.map(|id| email(users, id)).collect() })
    };
    skipped.as_array().into_iter().flatten().filter_map(told).collect()
}

/// What a user is called.
pub(super) fn email(users: &[User], id: i64) -> String {
    users.iter().find(|user| user.id == id).map_or_else(|| id.to_string(), |user| user.email.clone())
}

/// The texts of a JSON list.
pub fn words(list: Option<&Json>) -> Vec<String> {
    let items = list.and_then(|list| list.0.as_array()).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The members of a pool with what they hold now.
pub(super) fn desk(
    conn: &mut Db,
    pool: &Pool,
    members: &[PoolMember],
    users: &[User],
    how: How,
    stamp: &Stamp,
    zone: &TimeZone,
) -> Result<Desk, DbError> {
    let org = stamp.org;
    let capacities = assignment_pool_members::smallest_capacities(conn, org)?;
    let mut ids: Vec<i64> = members.iter().map(|member| member.user_id).chain(capacities.keys().copied()).collect();
    ids.sort_unstable();
    ids.dedup();
    let open = holding::open_leads(conn, org, &ids)?;
    let today = given_today(conn, pool, stamp, zone)?;
    let mut territories = match pool.strategy {
        PoolStrategy::Territory => holding::territories(conn, org)?,
        _ => HashMap::new(),
    };
    let conversions = match pool.strategy {
        PoolStrategy::Score => standardised(&holding::closed_leads(conn, org)?),
        _ => HashMap::new(),
    };
    let member = |member: &PoolMember| Member {
        user: member.user_id,
        weight: member.weight.into(),
        current: member.current_weight,
        capacity: capacities.get(&member.user_id).copied().or(member.capacity.map(i64::from)),
        daily_limit: member.daily_limit.map(i64::from),
        open: open.get(&member.user_id).copied().unwrap_or(0),
        today: today.get(&member.user_id).copied().unwrap_or(0),
        is_active: member.is_active,
        skills: words(member.skills.as_ref()),
        territories: territories.remove(&member.user_id).unwrap_or_default(),
        conversion: conversions.get(&member.user_id).copied(),
        given: 0,
    };
    let is_member = |user: i64| members.iter().any(|member| member.user_id == user);
    let others = capacities.iter().filter(|(user, _)| !is_member(**user));
    let held = |user: i64| open.get(&user).copied().unwrap_or(0);
    let elsewhere =
        others.map(|(user, capacity)| (*user, Elsewhere { open: held(*user), capacity: *capacity })).collect();
    let members = members.iter().map(member).collect();
    let standings = users.iter().map(|user| (user.id, standing(user, stamp.now))).collect();
    let habits = Habits { skills: words(pool.skills.as_ref()), not_back: how.not_back };
    Ok(Desk::new(pool.strategy, members, pool.cursor, habits, standings).heeding(elsewhere))
}

/// Why a user gets no leads; None when they may.
pub(super) fn standing(user: &User, now: Timestamp) -> Standing {
    match user {
        _ if !user.is_active => Some(SkipReason::Inactive),
        _ if user.role == Role::Viewer => Some(SkipReason::Viewer),
        _ if user.is_absent(now) => Some(SkipReason::Absent),
        _ => None,
    }
}

/// How many leads a pool has given to each user on the organization's day, less those that were given back by an undo.
fn given_today(conn: &mut Db, pool: &Pool, stamp: &Stamp, zone: &TimeZone) -> Result<HashMap<i64, i64>, DbError> {
    let org = stamp.org;
    let midnight = begin_of(stamp.now.to_jiff().to_zoned(zone.clone()).date(), zone);
    let runs = pool_runs::distributions_since(conn, org, pool.id, midnight)?;
    let undoings = pool_runs::undoings_of(conn, org, &runs)?;
    let mut today: HashMap<i64, i64> = HashMap::new();
    for (user, leads) in pool_run_leads::given_by_user(conn, org, &runs)? {
        *today.entry(user).or_default() += leads;
    }
    for (user, leads) in pool_run_leads::taken_by_user(conn, org, &undoings)? {
        *today.entry(user).or_default() -= leads;
    }
    Ok(today)
}

/// The members of a pool, with what they hold now and why one would be passed over.
///
/// # Errors
/// The database cannot be read.
pub(super) fn members_now(
    conn: &mut Db,
    pool: &Pool,
    users: &[User],
    stamp: &Stamp,
    zone: &TimeZone,
) -> Result<Vec<(PoolMember, Member, Option<SkipReason>)>, DbError> {
    let members = assignment_pool_members::of_pool(conn, stamp.org, pool.id)?;
    let desk = desk(conn, pool, &members, users, How::default(), stamp, zone)?;
    let reasons: Vec<Option<SkipReason>> = desk.members.iter().map(|member| desk.barred(member)).collect();
    Ok(members.into_iter().zip(desk.members).zip(reasons).map(|((row, held), why)| (row, held, why)).collect())
}
