//! Distributing leads without an owner among the members of pools, in one transaction.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;
use serde_json::json;

use super::PoolError;
use super::giving::{Parts, hand_over};
use super::standing::{desk, email, skipped_by_email, territory_name};
use super::told::{Distributed, LeftTold, MemberTold, spread};
use crate::db::lead_changes::{self, LeadChanges};
use crate::db::models::access::users::{self, User};
use crate::db::models::lead_work::pools::assignment_pool_members::{self, PoolMember};
use crate::db::models::lead_work::pools::assignment_pools::{self, Pool};
use crate::db::models::lead_work::pools::pool_runs::{self, NewRun};
use crate::db::models::lead_work::pools::waiting::{self, WaitingLead};
use crate::db::models::lead_work::pools::{earlier, holding, pool_run_leads};
use crate::db::models::lead_work::territories::{self, Territory};
use crate::db::models::leads::{OnLocked, lead_tags};
use crate::db::types::Json;
use crate::db::{Db, DbError, Stamp, Statement};
use crate::domain::lead_work::pools::context::context;
use crate::domain::lead_work::pools::desk::{Decision, Desk, Waiting, Why};
use crate::domain::lead_work::pools::earlier::EarlierLeads;
use crate::domain::lead_work::pools::{LeadOrder, PoolStrategy, RunKind, RunReason, SkipReason};
use crate::domain::leads::assignment::Strategy;
use crate::ops::dnc::remove::expire;

/// A pool, and which leads it is asked to distribute.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub pool: Pool,
    /// Its filter, as a condition on `leads`.
    pub condition: Option<Statement>,
    pub order: LeadOrder,
}

/// How leads are distributed.
#[derive(Debug, Clone, Copy, Default)]
pub struct How {
    /// Nobody gets back what was theirs last.
    pub not_back: bool,
    /// Owners of earlier leads of the same person do not come first.
    pub ignore_account: bool,
    /// Only leads that this import made, which the transaction itself has written.
    pub import: Option<i64>,
}

/// What was distributed.
#[derive(Debug)]
pub struct Outcome {
    pub runs: Vec<Distributed>,
    /// Leads that no pool gave to anybody: what one leaves another one may give.
    pub left: usize,
}

/// Leads that are given together.
const BATCH: usize = 5000;

/// Distributes the open leads without an owner that each pool takes, pool after pool; `step` hears how many of how many leads are
/// done, and can stop it. The caller holds [`crate::db::Lock::Distributing`], or that of imports and has made the leads itself.
///
/// # Errors
/// A pool has no members, was changed meanwhile or is gone; those of `step`; or the database refuses. Then the transaction must be
/// rolled back.
pub fn distribute(
    conn: &mut Db,
    wanted: &[Wanted],
    how: How,
    stamp: &Stamp,
    zone: &TimeZone,
    step: &mut dyn FnMut(usize, usize) -> Result<(), DbError>,
) -> Result<Outcome, PoolError> {
    if how.import.is_none() {
        expire(conn, OnLocked::Wait, stamp)?;
    }
    let mut lists = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        lists.push(waiting::waiting(conn, stamp.org, wanted.condition.as_ref(), how.import, wanted.order)?);
    }
    let mut ids: Vec<i64> = lists.iter().flatten().map(|lead| lead.id).collect();
    ids.sort_unstable();
    ids.dedup();
    // Leads first, then pools: an import that distributes what it made holds its leads, too, when it comes to the pools.
    let mut free = waiting::hold(conn, stamp.org, &ids)?;
    let pools = assignment_pools::hold_all(conn, stamp.org)?;
    let users = users::all(conn, stamp.org)?;
    let (total, mut done) = (ids.len(), 0);
    let mut told = Vec::with_capacity(wanted.len());
    for (wanted, mut leads) in wanted.iter().zip(lists) {
        let pool = pools.iter().find(|pool| pool.id == wanted.pool.id).ok_or(PoolError::Gone)?;
        if pool.version != wanted.pool.version {
            return Err(PoolError::Changed { name: pool.name.clone() });
        }
        if how.import.is_none() && matches!(conn, Db::Postgres(_)) {
            // What others changed until the leads were held may have taken some from the pool.
            leads = waiting::waiting(conn, stamp.org, wanted.condition.as_ref(), None, wanted.order)?;
        }
        leads.retain(|lead| free.contains(&lead.id));
        let mut run = Run::begin(conn, (pool, wanted.order), &users, how, (stamp, zone), &leads)?;
        for batch in leads.chunks(BATCH) {
            step(done, total)?;
            run.give(conn, batch, &mut free)?;
            done += batch.len();
        }
        told.push(run.finish(conn, leads.len())?);
    }
    Ok(Outcome { runs: told, left: free.len() })
}

/// A distribution under way.
struct Run<'a> {
    /// None when there is nothing to distribute, of which nothing is recorded.
    id: Option<i64>,
    pool: &'a Pool,
    order: LeadOrder,
    users: &'a [User],
    /// Those of the organization, where the strategy asks.
    territories: Vec<Territory>,
    members: Vec<PoolMember>,
    desk: Desk,
    /// What each member held when it began, and whether they might get leads.
    before: Vec<(i64, bool)>,
    /// Earlier leads of the same people, as they were owned when it began.
    earlier: EarlierLeads,
    how: How,
    stamp: &'a Stamp,
    parts: Parts,
    told: Told,
    /// The latest context: one lead after the other has the same.
    latest: Option<(Decision, String)>,
}

/// How many leads went where.
#[derive(Default)]
struct Told {
    changed: i64,
    to_earlier_owners: i64,
    consent_denied: i64,
}

impl<'a> Run<'a> {
    fn begin(
        conn: &mut Db,
        (pool, order): (&'a Pool, LeadOrder),
        users: &'a [User],
        how: How,
        (stamp, zone): (&'a Stamp, &TimeZone),
        leads: &[WaitingLead],
    ) -> Result<Run<'a>, PoolError> {
        let members = assignment_pool_members::of_pool(conn, stamp.org, pool.id)?;
        if members.is_empty() {
            return Err(PoolError::Empty(pool.name.clone()));
        }
        let desk = desk(conn, pool, &members, users, how, stamp, zone)?;
        let may_get = |reason: Option<SkipReason>| {
            !matches!(reason, Some(SkipReason::Inactive | SkipReason::Absent | SkipReason::Viewer))
        };
        let before = desk.members.iter().map(|member| (member.open, may_get(desk.barred(member)))).collect();
        let earlier = match how.ignore_account {
            true => EarlierLeads::default(),
            false => {
                let ids: Vec<i64> = leads.iter().map(|lead| lead.id).collect();
                earlier::earlier_with_owners(conn, stamp.org, &ids)?
            }
        };
        let id = if leads.is_empty() { None } else { Some(pool_runs::reserve_id(conn)?) };
        let territories = match desk.strategy {
            PoolStrategy::Territory => territories::all(conn, stamp.org)?,
            _ => Vec::new(),
        };
        let (parts, told) = (Parts::default(), Told::default());
        Ok(Run {
            id,
            pool,
            order,
            users,
            territories,
            members,
            desk,
            before,
            earlier,
            how,
            stamp,
            parts,
            told,
            latest: None,
        })
    }

    /// Gives a batch of leads, and takes those that were given out of the free ones.
    fn give(&mut self, conn: &mut Db, leads: &[WaitingLead], free: &mut HashSet<i64>) -> Result<(), PoolError> {
        let org = self.stamp.org;
        let ids: Vec<i64> = leads.iter().map(|lead| lead.id).collect();
        let tags = match self.desk.strategy {
            PoolStrategy::Skill => lead_tags::of_leads(conn, org, &ids)?,
            _ => HashMap::new(),
        };
        let previous = match self.how.not_back {
            true => waiting::previous_owners(conn, org, &ids)?,
            false => HashMap::new(),
        };
        let mut changes = LeadChanges::default();
        for lead in leads {
            let earlier = self.earlier.of(lead.id);
            let decision = self.desk.decide(Waiting {
                id: lead.id,
                territory: lead.territory,
                tags: tags.get(&lead.id).map(Vec::as_slice).unwrap_or_default(),
                previous_owner: previous.get(&lead.id).copied(),
                earlier: &earlier,
            });
            self.take(lead, decision, &mut changes, free);
        }
        lead_changes::write(conn, &changes, self.stamp)?;
        Ok(())
    }

    /// Counts a decision, and puts it among the changes.
    fn take(&mut self, lead: &WaitingLead, decision: Decision, changes: &mut LeadChanges, free: &mut HashSet<i64>) {
        let (strategy, reason) = match decision.why {
            Why::Strategy => (self.desk.strategy.logged(), None),
            Why::Earlier(_) => (Strategy::EarlierLead, Some(RunReason::EarlierLead)),
            Why::Nobody(reason) => {
                let territory = lead.territory.filter(|_| self.desk.strategy == PoolStrategy::Territory);
                return self.parts.leave(reason, territory, decision.skipped, lead.id);
            }
        };
        let Some(user) = decision.to else { return };
        self.parts.add(user, reason, lead.id);
        free.remove(&lead.id);
        self.told.changed += 1;
        self.told.to_earlier_owners += i64::from(reason.is_some());
        self.told.consent_denied += i64::from(lead.is_denied);
        let text = self.context(decision, strategy);
        hand_over(changes, lead.id, (None, Some(user)), (strategy, &text), self.stamp);
    }

    fn context(&mut self, decision: Decision, strategy: Strategy) -> String {
        if let Some((latest, text)) = &self.latest
            && (latest.why, &latest.skipped) == (decision.why, &decision.skipped)
        {
            return text.clone();
        }
        let lead = match decision.why {
            Why::Earlier(lead) => Some(lead),
            Why::Strategy | Why::Nobody(_) => None,
        };
        let text = context(&self.pool.name, self.id.unwrap_or_default(), strategy.as_str(), lead, &decision.skipped);
        self.latest = Some((decision, text.clone()));
        text
    }

    /// Keeps where the rotation stands, records the run, and tells what it did.
    fn finish(self, conn: &mut Db, leads: usize) -> Result<Distributed, PoolError> {
        let org = self.stamp.org;
        if self.desk.cursor != self.pool.cursor {
            assignment_pools::keep_cursor(conn, org, self.pool.id, self.desk.cursor)?;
        }
        for (member, stands) in self.members.iter().zip(&self.desk.members) {
            if member.current_weight != stands.current {
                assignment_pool_members::keep_place(conn, org, member.id, stands.current)?;
            }
        }
        let told = self.told(conn, i64::try_from(leads).unwrap_or(i64::MAX))?;
        if !told.reconciles() {
            return Err(PoolError::DoesNotReconcile);
        }
        let Some(id) = self.id else { return Ok(told) };
        let options = json!({
            "order": self.order,
            "not_back": self.how.not_back,
            "ignore_account": self.how.ignore_account,
        });
        let run = NewRun {
            id,
            organization_id: org.0,
            pool_id: self.pool.id,
            kind: told.kind,
            strategy: told.strategy,
            options: Json(options),
            import_id: self.how.import,
            undoes_run_id: None,
            lead_count: told.leads,
            changed_count: told.changed,
            left_count: told.left,
            members: Json(told.kept_members()),
            run_by: self.stamp.changed_by,
            actor: &self.stamp.actor,
            run_at: self.stamp.now,
        };
        pool_runs::insert(conn, &run)?;
        pool_run_leads::insert(conn, org, self.parts.recorded(id))?;
        Ok(told)
    }

    fn told(&self, conn: &mut Db, leads: i64) -> Result<Distributed, PoolError> {
        let mut members: Vec<MemberTold> = self
            .desk
            .members
            .iter()
            .zip(&self.before)
            .map(|(member, (open_before, took_part))| MemberTold {
                user_id: member.user,
                user: email(self.users, member.user),
                weight: Some(member.weight),
                capacity: member.capacity,
                daily_limit: member.daily_limit,
                leads: member.given,
                open_before: *open_before,
                open_after: member.open,
                passed_over: self.desk.barred(member),
                took_part: *took_part,
            })
            .collect();
        let others: Vec<i64> = self.desk.given_to_others.keys().copied().collect();
        let open = holding::open_leads(conn, self.stamp.org, &others)?;
        members.extend(self.desk.given_to_others.iter().map(|(user, given)| {
            let open_after = open.get(user).copied().unwrap_or(0);
            MemberTold {
                user_id: *user,
                user: email(self.users, *user),
                weight: None,
                capacity: self.desk.capacity_elsewhere(*user),
                daily_limit: None,
                leads: *given,
                open_before: open_after - given,
                open_after,
                passed_over: self.desk.barred_elsewhere(*user),
                took_part: false,
            }
        }));
        Ok(Distributed {
            run: self.id,
            pool: self.pool.name.clone(),
            kind: if self.how.import.is_some() { RunKind::Import } else { RunKind::Run },
            strategy: self.pool.strategy,
            order: self.order,
            leads,
            changed: self.told.changed,
            to_earlier_owners: self.told.to_earlier_owners,
            consent_denied: self.told.consent_denied,
            left: leads - self.told.changed,
            spread_before: spread(&members, |member| member.open_before),
            spread_after: spread(&members, |member| member.open_after),
            members,
            reasons: self.left(),
        })
    }

    /// Why leads stay without an owner.
    fn left(&self) -> Vec<LeftTold> {
        let left = self.parts.each().filter(|done| done.user.is_none()).filter_map(|done| {
            Some(LeftTold {
                reason: done.reason?,
                territory: done.territory.map(|id| territory_name(&self.territories, id)),
                leads: done.count(),
                skipped: skipped_by_email(done.skipped, self.users),
            })
        });
        left.collect()
    }
}
