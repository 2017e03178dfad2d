//! What becomes of recommendations: done, snoozed, dismissed, and whether those that were shown did better.

use super::{held_live, kept, later, one};
use crate::db::models::lead_work::next::recommendations::{self, Followed, NewRecommendation};
use crate::db::{Db, DbError, Stamp};
use crate::domain::lead_work::next::priority::{Priority, Reason};
use crate::domain::lead_work::next::{Arm, Means, Outcome};
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};

/// Why an outcome was not kept.
#[derive(Debug, thiserror::Error)]
pub enum OutcomeError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the lead {0} is not open, so it is not recommended")]
    NotOpen(i64),
}

impl Explain for OutcomeError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            OutcomeError::Db(e) => return e.explain(),
            OutcomeError::NotOpen(lead) => {
                format!("leads that are recruited, cold or deleted are closed: crmctl lead show {lead}")
            }
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}

/// What somebody did about a recommendation.
#[derive(Debug, Clone)]
pub struct Act {
    pub outcome: Outcome,
    pub means: Means,
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
}

/// Keeps what became of a recommendation; of a lead that was merged meanwhile of its survivor. The caller holds
/// [`crate::db::Lock::Leads`].
///
/// # Errors
/// The lead is closed, or the database refuses.
pub fn keep(conn: &mut Db, lead: i64, act: &Act, stamp: &Stamp) -> Result<Kept, OutcomeError> {
    let lead = held_live(conn, lead, stamp)?.ok_or(OutcomeError::NotOpen(lead))?.id;
    let reasons = one(conn, lead, stamp.changed_by, stamp)?.ok_or(OutcomeError::NotOpen(lead))?;
    let points = reasons.iter().map(|part| part.points).sum();
    let priority = Priority::of(points);
    let until = act.until.unwrap_or_else(|| later(stamp.now, act.outcome.days()));
    let row = NewRecommendation {
        organization_id: stamp.org.0,
        lead_id: lead,
        user_id: stamp.changed_by,
        action: act.means,
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
    Ok(Kept { lead, until, points, priority, reasons })
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
