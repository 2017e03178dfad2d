//! Taking back leads that nobody worked.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::json;

use super::PoolError;
use super::giving::{Parts, hand_over};
use super::standing::email;
use super::told::{TakenBack, TakenFrom};
use crate::db::lead_changes::{self, LeadChanges};
use crate::db::models::access::users;
use crate::db::models::lead_work::pools::assignment_pools::{self, Pool};
use crate::db::models::lead_work::pools::pool_run_leads;
use crate::db::models::lead_work::pools::pool_runs::{self, NewRun};
use crate::db::models::lead_work::pools::untouched::{Untouched, untouched_since};
use crate::db::models::leads::{OnLocked, states_for_change};
use crate::db::types::Json;
use crate::db::{Db, DbError, Stamp};
use crate::domain::lead_work::pools::RunKind;
use crate::domain::lead_work::pools::context::{context, read};
use crate::domain::leads::assignment::Strategy;
use crate::domain::timestamp::Timestamp;
use crate::ops::dnc::remove::expire;

/// Leads that are taken back together.
const BATCH: usize = 5000;

/// What was taken back.
#[derive(Debug)]
pub struct Reclaimed {
    pub pools: Vec<TakenBack>,
    /// Leads that nobody worked, of pools that were not asked for, or that are deleted.
    pub of_others: usize,
}

/// Takes back the leads that these pools gave to their owners up to a time and that nobody worked since, inside the caller's
/// transaction, which holds [`crate::db::Lock::Distributing`]. A pool that has none writes nothing.
///
/// # Errors
/// A pool is gone; those of `step`; or the database refuses. Then the transaction must be rolled back.
pub fn reclaim(
    conn: &mut Db,
    pools: &[Pool],
    given_until: Timestamp,
    stamp: &Stamp,
    step: &mut dyn FnMut(usize, usize) -> Result<(), DbError>,
) -> Result<Reclaimed, PoolError> {
    expire(conn, OnLocked::Wait, stamp)?;
    let mut found = Found::read(conn, pools, given_until, stamp)?;
    let mut ids: Vec<i64> = found.by_pool.values().flatten().map(|lead| lead.lead).collect();
    ids.sort_unstable();
    // Leads first, then pools, as all who hold both. Somebody may have worked one meanwhile.
    states_for_change(conn, stamp.org, &ids)?;
    let held = assignment_pools::hold_all(conn, stamp.org)?;
    if pools.iter().any(|pool| held.iter().all(|one| one.id != pool.id)) {
        return Err(PoolError::Gone);
    }
    if matches!(conn, Db::Postgres(_)) {
        let ids: HashSet<i64> = ids.into_iter().collect();
        found = Found::read(conn, pools, given_until, stamp)?;
        found.by_pool.values_mut().for_each(|leads| leads.retain(|lead| ids.contains(&lead.lead)));
    }
    let mut told = Vec::with_capacity(pools.len());
    let total = found.by_pool.values().map(Vec::len).sum();
    let mut done = 0;
    for pool in pools {
        let leads = found.by_pool.remove(&pool.id).unwrap_or_default();
        told.push(take_back(conn, pool, &leads, stamp, &mut |some| step(done + some, total))?);
        done += leads.len();
    }
    Ok(Reclaimed { pools: told, of_others: found.of_others })
}

/// The leads that nobody worked.
struct Found {
    /// Those of the pools that were asked for, by their ids.
    by_pool: HashMap<i64, Vec<Untouched>>,
    /// How many others there are.
    of_others: usize,
}

impl Found {
    fn read(conn: &mut Db, pools: &[Pool], given_until: Timestamp, stamp: &Stamp) -> Result<Found, DbError> {
        let mut by_run: BTreeMap<i64, Vec<Untouched>> = BTreeMap::new();
        for lead in untouched_since(conn, stamp.org, given_until)? {
            if let Some(said) = read(&lead.context) {
                by_run.entry(said.run).or_default().push(lead);
            }
        }
        let runs: Vec<i64> = by_run.keys().copied().collect();
        let mut found = Found { by_pool: HashMap::new(), of_others: 0 };
        for (run, pool) in pool_runs::pools_of(conn, stamp.org, &runs)? {
            let leads = by_run.remove(&run).unwrap_or_default();
            match pools.iter().any(|one| one.id == pool) {
                true => found.by_pool.entry(pool).or_default().extend(leads),
                false => found.of_others += leads.len(),
            }
        }
        found.by_pool.values_mut().for_each(|leads| leads.sort_unstable_by_key(|lead| lead.lead));
        Ok(found)
    }
}

fn take_back(
    conn: &mut Db,
    pool: &Pool,
    leads: &[Untouched],
    stamp: &Stamp,
    step: &mut dyn FnMut(usize) -> Result<(), DbError>,
) -> Result<TakenBack, PoolError> {
    let count = i64::try_from(leads.len()).unwrap_or(i64::MAX);
    let mut told = TakenBack {
        run: None,
        pool: pool.name.clone(),
        undoes_run: None,
        leads: count,
        changed: count,
        left: 0,
        members: Vec::new(),
        reasons: Vec::new(),
    };
    if leads.is_empty() {
        return Ok(told);
    }
    let run = pool_runs::reserve_id(conn)?;
    let text = context(&pool.name, run, Strategy::Reclaim.as_str(), None, &[]);
    let mut parts = Parts::default();
    for (place, batch) in leads.chunks(BATCH).enumerate() {
        step(place * BATCH)?;
        let mut changes = LeadChanges::default();
        for lead in batch {
            parts.add(lead.owner, None, lead.lead);
            hand_over(&mut changes, lead.lead, (Some(lead.owner), None), (Strategy::Reclaim, &text), stamp);
        }
        lead_changes::write(conn, &changes, stamp)?;
    }
    let users = users::all(conn, stamp.org)?;
    told.run = Some(run);
    told.members = parts
        .each()
        .map(|done| {
            let user_id = done.user.unwrap_or_default();
            TakenFrom { user_id, user: email(&users, user_id), leads: done.count() }
        })
        .collect();
    if !told.reconciles() {
        return Err(PoolError::DoesNotReconcile);
    }
    let member = |member: &TakenFrom| json!({ "user_id": member.user_id, "leads": member.leads });
    let new = NewRun {
        id: run,
        organization_id: stamp.org.0,
        pool_id: pool.id,
        kind: RunKind::Reclaim,
        strategy: pool.strategy,
        options: Json::default(),
        import_id: None,
        undoes_run_id: None,
        lead_count: told.leads,
        changed_count: told.changed,
        left_count: told.left,
        members: Json(told.members.iter().map(member).collect()),
        run_by: stamp.changed_by,
        actor: &stamp.actor,
        run_at: stamp.now,
    };
    pool_runs::insert(conn, &new)?;
    pool_run_leads::insert(conn, stamp.org, parts.recorded(run))?;
    Ok(told)
}
