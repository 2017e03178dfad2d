//! What runs of pools did, in counts that add up.

use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::lead_work::pools::{LeadOrder, PoolStrategy, RunKind, RunReason, SkipReason};

/// What a run distributed: `leads = assigned + unassigned`.
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
    pub assigned: i64,
    /// Those of them that went to the owner of an earlier lead of the same person.
    pub to_earlier_owners: i64,
    pub unassigned: i64,
    /// The most open leads of a member who may get some less the fewest, before and after.
    pub spread_before: i64,
    pub spread_after: i64,
    pub members: Vec<MemberTold>,
    /// Why leads stay unassigned.
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
    pub assigned: i64,
    pub open_before: i64,
    pub open_after: i64,
    /// Why the user gets no more; None: the next leads may go there.
    pub passed_over: Option<SkipReason>,
    /// Whether the user got leads when the run began, or might have.
    #[serde(skip)]
    pub took_part: bool,
}

/// Leads that stay unassigned for one reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeftTold {
    pub reason: RunReason,
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
        let given: i64 = self.members.iter().map(|member| member.assigned).sum();
        let left: i64 = self.reasons.iter().map(|left| left.leads).sum();
        let stand = |member: &MemberTold| member.open_after == member.open_before + member.assigned;
        self.leads == self.assigned + self.unassigned
            && given == self.assigned
            && left == self.unassigned
            && self.members.iter().all(stand)
    }

    /// What of the members is kept with the run.
    pub fn kept_members(&self) -> Value {
        let kept = |member: &MemberTold| {
            json!({
                "user_id": member.user_id,
                "assigned": member.assigned,
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

/// What was taken back, or given back: `leads = changed + kept`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TakenBack {
    /// None after a dry run, and where there was nothing to do.
    pub run: Option<i64>,
    pub pool: String,
    pub undoes_run: Option<i64>,
    pub leads: i64,
    pub changed: i64,
    pub kept: i64,
    pub members: Vec<TakenFrom>,
    /// Why leads stay as they are.
    pub reasons: Vec<KeptTold>,
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
pub struct KeptTold {
    pub reason: RunReason,
    pub leads: i64,
    /// Their ids, the first ones.
    pub lead_ids: Vec<u64>,
}

impl TakenBack {
    /// Whether every lead is accounted for.
    pub fn reconciles(&self) -> bool {
        let changed: i64 = self.members.iter().map(|member| member.leads).sum();
        let kept: i64 = self.reasons.iter().map(|kept| kept.leads).sum();
        self.leads == self.changed + self.kept && changed == self.changed && kept == self.kept
    }
}
