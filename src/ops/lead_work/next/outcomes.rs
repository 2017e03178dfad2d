//! What becomes of recommendations: done, snoozed, dismissed, and whether those that were shown did better.

use std::collections::HashMap;

use super::tasks::Editor;
use super::{held_live, judge, kept, later, one};
use crate::db::models::access::users;
use crate::db::models::lead_work::next::contacts::Contact;
use crate::db::models::lead_work::next::recommendations::{self, Followed, NewRecommendation, Recommendation};
use crate::db::{Db, DbError, Stamp};
use crate::domain::lead_work::next::left_out::LeftOut;
use crate::domain::lead_work::next::priority::{Priority, Reason};
use crate::domain::lead_work::next::{Arm, ContactChannel, LONGEST_DAYS, Outcome};
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};

/// Why an outcome was not kept.
#[derive(Debug, thiserror::Error)]
pub enum OutcomeError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the lead {0} is not open, so it is not recommended")]
    NotOpen(i64),
    #[error("the lead {lead} is {owner}'s")]
    OthersLead { lead: i64, owner: String },
    #[error("a lead is put off for a year at most")]
    TooLong,
}

impl Explain for OutcomeError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            OutcomeError::Db(e) => return e.explain(),
            OutcomeError::NotOpen(lead) => {
                format!("leads that are recruited, cold or deleted are closed: crmctl lead show {lead}")
            }
            OutcomeError::OthersLead { owner, .. } => format!("ask {owner} or a manager"),
            OutcomeError::TooLong => {
                return CommandError::usage(format!("--until: {self}"))
                    .hint("who is not to be contacted any more is cold: crmctl lead status LEAD cold");
            }
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}

/// What somebody did about a recommendation.
#[derive(Debug, Clone)]
pub struct Act {
    pub outcome: Outcome,
    pub channel: ContactChannel,
    /// When the lead may be recommended again; after [`Outcome::days`] when nothing is said.
    pub until: Option<Timestamp>,
    pub note: Option<String>,
}

/// What was kept.
#[derive(Debug)]
pub struct Kept {
    pub lead: i64,
    pub until: Timestamp,
    pub points: i32,
    pub priority: Priority,
    pub reasons: Vec<Reason>,
    /// What was said before and counted until now.
    pub replaced: Option<Recommendation>,
    /// Why the lead may not be contacted by the channel at all.
    pub barred: Option<LeftOut>,
}

/// Keeps what became of a recommendation, which holds for everybody; of a lead that was merged meanwhile of its survivor. The sum is that
/// of the lead's owner, for whom it is recommended. The caller holds [`crate::db::Lock::Leads`].
///
/// # Errors
/// The lead is closed or somebody else's, it is put off for too long, or the database refuses.
pub fn keep(conn: &mut Db, lead: i64, act: &Act, editor: Editor, stamp: &Stamp) -> Result<Kept, OutcomeError> {
    if act.until.is_some_and(|until| until > later(stamp.now, LONGEST_DAYS)) {
        return Err(OutcomeError::TooLong);
    }
    let row = held_live(conn, lead, stamp)?.ok_or(OutcomeError::NotOpen(lead))?;
    let lead = row.id;
    if let Some(owner) = row.owner_id.filter(|owner| !editor.may_change(Some(*owner), stamp)) {
        let owner = users::all(conn, stamp.org)?.into_iter().find(|user| user.id == owner);
        let owner = owner.map_or_else(|| "somebody else".to_owned(), |user| user.email);
        return Err(OutcomeError::OthersLead { lead, owner });
    }
    let person = row.owner_id.or(stamp.changed_by);
    let reasons = one(conn, lead, person, stamp)?.ok_or(OutcomeError::NotOpen(lead))?;
    let standing = recommendations::standing(conn, stamp.org, &[lead], stamp.now)?;
    let said = standing.get(&lead).and_then(|standing| standing.said);
    let replaced = said.map(|id| recommendations::by_ids(conn, stamp.org, &[id])).transpose()?;
    let replaced = replaced.into_iter().flat_map(HashMap::into_values).next();
    let barred = judge::barred(conn, stamp.org, stamp.now, act.channel, &[Contact::from(&row)])?.remove(&lead);
    let points = reasons.iter().map(|part| part.points).sum();
    let priority = Priority::of(points);
    let until = act.until.unwrap_or_else(|| later(stamp.now, act.outcome.days()));
    let row = NewRecommendation {
        organization_id: stamp.org.0,
        lead_id: lead,
        user_id: person,
        channel: act.channel,
        priority,
        points,
        reasons: kept(&reasons),
        arm: None,
        outcome: Some(act.outcome),
        outcome_at: Some(stamp.now),
        note: act.note.clone(),
        expires_at: until,
        actor: stamp.actor.clone(),
        recommended_at: stamp.now,
    };
    recommendations::insert(conn, &[row])?;
    Ok(Kept { lead, until, points, priority, reasons, replaced, barred })
}

/// What became of recommendations since a time.
#[derive(Debug)]
pub struct Figures {
    /// Each outcome, how often it was kept and of how many leads.
    pub outcomes: Vec<(Outcome, i64, i64)>,
    /// What became of the leads that were shown, and of those that were held out.
    pub arms: [(Arm, Followed); 2],
}

/// Counts what became of recommendations since a time.
///
/// # Errors
/// The database cannot be read.
pub fn figures(conn: &mut Db, since: Timestamp, stamp: &Stamp) -> Result<Figures, DbError> {
    let known = recommendations::outcomes(conn, stamp.org, since)?;
    let of = |outcome: &Outcome| {
        let found = known.iter().find(|(known, ..)| known == outcome);
        found.copied().unwrap_or((*outcome, 0, 0))
    };
    let outcomes = Outcome::ALL.iter().map(of).collect();
    let mut followed =
        |arm| Ok::<_, DbError>((arm, recommendations::followed(conn, stamp.org, arm, since, stamp.now)?));
    Ok(Figures { outcomes, arms: [followed(Arm::Shown)?, followed(Arm::HeldOut)?] })
}
