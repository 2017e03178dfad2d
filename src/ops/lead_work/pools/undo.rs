//! Undoing a run: what nobody changed since goes back, and the rest is told.

use std::collections::HashMap;

use serde_json::json;

use super::PoolError;
use super::giving::{Parts, hand_over};
use super::standing::email;
use super::told::{TakenBack, TakenFrom, stay};
use crate::db::lead_changes::{self, LeadChanges};
use crate::db::models::access::users::{self, User};
use crate::db::models::lead_work::pools::pool_runs::{self, NewRun, Run};
use crate::db::models::lead_work::pools::untouched::{latest_contexts, worked_since};
use crate::db::models::lead_work::pools::{assignment_pools, pool_run_leads};
use crate::db::models::leads::{LeadState, states_for_change};
use crate::db::types::Json;
use crate::db::{Db, DbError, Stamp};
use crate::domain::access::role::Role;
use crate::domain::lead_work::pools::context::{context, read};
use crate::domain::lead_work::pools::{RunKind, RunReason};
use crate::domain::leads::assignment::Strategy;

/// Leads that are put back together.
const BATCH: usize = 5000;

/// Undoes a run inside the caller's transaction, which holds [`crate::db::Lock::Distributing`]. Leads that a run gave to somebody are nobody's
/// again, those that it took are their owners' again, as far as nobody worked them since.
///
/// # Errors
/// There is nothing to undo; those of `step`; or the database refuses. Then the transaction must be rolled back.
pub fn undo(
    conn: &mut Db,
    id: i64,
    stamp: &Stamp,
    step: &mut dyn FnMut(usize, usize) -> Result<(), DbError>,
) -> Result<TakenBack, PoolError> {
    let run = pool_runs::by_id(conn, stamp.org, id)?.ok_or(PoolError::NoRun(id))?;
    if run.kind == RunKind::Undo {
        return Err(PoolError::IsUndo(id));
    }
    let parts = pool_run_leads::moved_by(conn, stamp.org, id)?;
    let mut leads: Vec<(i64, i64)> = Vec::new();
    for part in &parts {
        let ids = part.leads.iter().filter_map(|lead| i64::try_from(lead).ok());
        leads.extend(part.user.into_iter().flat_map(|user| ids.clone().map(move |lead| (lead, user))));
    }
    leads.sort_unstable();
    let ids: Vec<i64> = leads.iter().map(|(lead, _)| *lead).collect();
    // Leads first, then pools, as all who hold both.
    let states = states_for_change(conn, stamp.org, &ids)?;
    let states: HashMap<i64, LeadState> = states.into_iter().map(|state| (state.id, state)).collect();
    assignment_pools::hold_all(conn, stamp.org)?;
    if let Some(by) = pool_runs::undo_of(conn, stamp.org, id)? {
        return Err(PoolError::Undone { run: id, by: by.id });
    }
    let users = users::all(conn, stamp.org)?;
    let names = assignment_pools::names(conn, stamp.org)?;
    let pool = names.into_iter().find(|(of, _)| *of == run.pool_id).map(|(_, name)| name).unwrap_or_default();
    let new = pool_runs::reserve_id(conn)?;
    let mut work = Undoing { text: context(&pool, new, Strategy::Undo.as_str(), None, &[]), run, states, users, stamp };
    let mut parts = Parts::default();
    for (place, batch) in leads.chunks(BATCH).enumerate() {
        step(place * BATCH, leads.len())?;
        work.put_back(conn, batch, &mut parts)?;
    }
    let told = work.told(&parts, new, pool, leads.len());
    if !told.reconciles() {
        return Err(PoolError::DoesNotReconcile);
    }
    work.record(conn, &told, new)?;
    pool_run_leads::insert(conn, stamp.org, parts.recorded(new))?;
    Ok(told)
}

/// An undo under way.
struct Undoing<'a> {
    run: Run,
    states: HashMap<i64, LeadState>,
    users: Vec<User>,
    stamp: &'a Stamp,
    /// The context of its assignments.
    text: String,
}

impl Undoing<'_> {
    fn put_back(&mut self, conn: &mut Db, leads: &[(i64, i64)], parts: &mut Parts) -> Result<(), PoolError> {
        let org = self.stamp.org;
        let ids: Vec<i64> = leads.iter().map(|(lead, _)| *lead).collect();
        let contexts = latest_contexts(conn, org, &ids)?;
        let worked = worked_since(conn, org, &ids)?;
        let mut changes = LeadChanges::default();
        for (lead, user) in leads {
            let context = contexts.get(lead).and_then(Option::as_deref);
            let reason = self.stays(*lead, *user, context, worked.contains(lead));
            parts.add(*user, reason, *lead);
            if reason.is_none() {
                let (from, to) = match self.run.kind {
                    RunKind::Reclaim => (None, Some(*user)),
                    _ => (Some(*user), None),
                };
                hand_over(&mut changes, *lead, (from, to), (Strategy::Undo, &self.text), self.stamp);
            }
        }
        lead_changes::write(conn, &changes, self.stamp)?;
        Ok(())
    }

    /// Why a lead stays as it is; None when nobody worked it since.
    fn stays(&self, lead: i64, user: i64, context: Option<&str>, is_worked: bool) -> Option<RunReason> {
        let Some(state) = self.states.get(&lead) else { return Some(RunReason::Gone) };
        let takes = self.run.kind == RunKind::Reclaim;
        let expected = if takes { None } else { Some(user) };
        let is_of_run = context.and_then(read).is_some_and(|said| said.run == self.run.id);
        if !is_of_run || state.owner_id != expected {
            return Some(RunReason::OwnerChanged);
        }
        if is_worked {
            return Some(RunReason::WorkedSince);
        }
        let works = |one: &User| one.is_active && one.role != Role::Viewer;
        let may_own = || self.users.iter().any(|one| one.id == user && works(one));
        (takes && !may_own()).then_some(RunReason::OwnerInactive)
    }

    fn told(&self, parts: &Parts, new: i64, pool: String, leads: usize) -> TakenBack {
        let mut told = TakenBack {
            run: Some(new),
            pool,
            undoes_run: Some(self.run.id),
            leads: i64::try_from(leads).unwrap_or(i64::MAX),
            changed: 0,
            left: 0,
            members: Vec::new(),
            reasons: Vec::new(),
        };
        for done in parts.each() {
            match done.reason {
                None => {
                    told.changed += done.count();
                    let user_id = done.user.unwrap_or_default();
                    let user = email(&self.users, user_id);
                    told.members.push(TakenFrom { user_id, user, leads: done.count() });
                }
                Some(reason) => {
                    told.left += done.count();
                    stay(&mut told.reasons, reason, done.leads);
                }
            }
        }
        told
    }

    fn record(&self, conn: &mut Db, told: &TakenBack, new: i64) -> Result<(), DbError> {
        let member = |member: &TakenFrom| json!({ "user_id": member.user_id, "leads": member.leads });
        let run = NewRun {
            id: new,
            organization_id: self.stamp.org.0,
            pool_id: self.run.pool_id,
            kind: RunKind::Undo,
            strategy: self.run.strategy,
            options: Json::default(),
            import_id: None,
            undoes_run_id: Some(self.run.id),
            lead_count: told.leads,
            changed_count: told.changed,
            left_count: told.left,
            members: Json(told.members.iter().map(member).collect()),
            run_by: self.stamp.changed_by,
            actor: &self.stamp.actor,
            run_at: self.stamp.now,
        };
        pool_runs::insert(conn, &run)
    }
}
