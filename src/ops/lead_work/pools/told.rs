//! What runs of pools did, in counts that add up.

use roaring::RoaringTreemap;
use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::lead_work::pools::{LeadOrder, PoolStrategy, RunKind, RunReason, SkipReason};

/// What a run distributed: `leads = changed + left`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Distributed {
    /// None after a dry run.
    pub run: Option<i64>,
    pub pool: String,
    pub kind: RunKind,
    pub strategy: PoolStrategy,
    pub order: LeadOrder,
    /// The open leads without an owner that the pool takes.
    pub leads: i64,
    /// Those that somebody got.
    pub changed: i64,
    /// Those of them that went to the owner of an earlier lead of the same person.
    pub to_earlier_owners: i64,
    /// Those that somebody got although the person has denied consent: whoever has one may look after it, and `lead next` leaves it out.
    pub consent_denied: i64,
    /// Those that stay without an owner.
    pub left: i64,
    /// The most open leads of a member who may get some less the fewest, before and after.
    pub spread_before: i64,
    pub spread_after: i64,
    pub members: Vec<MemberTold>,
    /// Why leads stay without an owner.
    pub reasons: Vec<LeftTold>,
}

/// What a run did for a user.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MemberTold {
    pub user_id: i64,
    pub user: String,
    /// None: no member, but the owner of an earlier lead.
    pub weight: Option<i64>,
    pub capacity: Option<i64>,
    pub daily_limit: Option<i64>,
    /// How many of the leads went there.
    pub leads: i64,
    pub open_before: i64,
    pub open_after: i64,
    /// Why the user gets no more; None: the next leads may go there.
    pub passed_over: Option<SkipReason>,
    /// Whether the user got leads when the run began, or might have.
    #[serde(skip)]
    pub took_part: bool,
}

/// Leads that stay without an owner for one reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeftTold {
    pub reason: RunReason,
    /// Where they lie, of a pool that gives leads by territory.
    pub territory: Option<String>,
    pub leads: i64,
    pub skipped: Vec<SkippedTold>,
}

/// Who was passed over for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedTold {
    pub reason: SkipReason,
    pub users: Vec<String>,
}

impl Distributed {
    /// Whether every lead is accounted for.
    pub fn reconciles(&self) -> bool {
        let given: i64 = self.members.iter().map(|member| member.leads).sum();
        let left: i64 = self.reasons.iter().map(|left| left.leads).sum();
        let stand = |member: &MemberTold| member.open_after == member.open_before + member.leads;
        self.leads == self.changed + self.left
            && given == self.changed
            && left == self.left
            && self.members.iter().all(stand)
    }

    /// What of the members is kept with the run.
    pub fn kept_members(&self) -> Value {
        let kept = |member: &MemberTold| {
            json!({
                "user_id": member.user_id,
                "leads": member.leads,
                "open_before": member.open_before,
                "open_after": member.open_after,
                "passed_over": member.passed_over,
            })
        };
        self.members.iter().map(kept).collect()
    }
}

/// The most open leads of those who took part less the fewest.
pub fn spread(members: &[MemberTold], open: fn(&MemberTold) -> i64) -> i64 {
    let held = || members.iter().filter(|member| member.took_part).map(open);
    held().max().unwrap_or(0) - held().min().unwrap_or(0)
}

/// What was taken back, or given back: `leads = changed + left`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TakenBack {
    /// None after a dry run, and where there was nothing to do.
    pub run: Option<i64>,
    pub pool: String,
    pub undoes_run: Option<i64>,
    pub leads: i64,
    pub changed: i64,
    /// Those that stay as they are.
    pub left: i64,
    pub members: Vec<TakenFrom>,
    /// Why leads stay as they are.
    pub reasons: Vec<StaysTold>,
}

/// Leads that were taken from a user, or given back to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TakenFrom {
    pub user_id: i64,
    pub user: String,
    pub leads: i64,
}

/// Leads that stay as they are for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaysTold {
    pub reason: RunReason,
    pub leads: i64,
    /// Their ids, the first ones.
    pub lead_ids: Vec<u64>,
}

/// How many leads of a reason are named.
const NAMED: usize = 20;

/// Adds leads to those that stay for a reason.
pub(super) fn stay(reasons: &mut Vec<StaysTold>, reason: RunReason, leads: &RoaringTreemap) {
    let count = i64::try_from(leads.len()).unwrap_or(i64::MAX);
    match reasons.iter_mut().find(|stays| stays.reason == reason) {
        Some(stays) => {
            stays.leads += count;
            stays.lead_ids.extend(leads.iter());
            stays.lead_ids.sort_unstable();
            stays.lead_ids.truncate(NAMED);
        }
        None => reasons.push(StaysTold { reason, leads: count, lead_ids: leads.iter().take(NAMED).collect() }),
    }
}

impl TakenBack {
    /// Whether every lead is accounted for.
    pub fn reconciles(&self) -> bool {
        let changed: i64 = self.members.iter().map(|member| member.leads).sum();
        let left: i64 = self.reasons.iter().map(|stays| stays.leads).sum();
        self.leads == self.changed + self.left && changed == self.changed && left == self.left
    }
}
