//! Decisions on requests that were kept for a person.

use super::add::{Added, list_kept};
use crate::db::Stamp;
use crate::db::models::dnc::dnc_entries;
use crate::db::models::dnc::dnc_requests::{self, DncRequest};
use crate::db::models::leads::OnLocked;
use crate::db::{Db, DbError};
use crate::domain::dnc::Decision;
use crate::error::{CommandError, Explain};

/// Why a request was not decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("no request has the id {0}")]
    Unknown(i64),
    #[error("the request {id} was decided already: {decision}, on {at}")]
    Decided { id: i64, decision: Decision, at: String },
}

impl Explain for DecideError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            DecideError::Db(e) => return e.explain(),
            DecideError::Unknown(_) => "list the undecided ones: crmctl dnc due",
            DecideError::Decided { .. } => "a request is decided once; add or remove the number instead",
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}

/// Decides a request: honouring it puts its number on the list and moves the leads, dismissing it only says why. The
/// caller holds [`crate::db::Lock::DncList`].
///
/// # Errors
/// There is no such request, it is decided already, or the database refuses.
pub fn decide(
    conn: &mut Db,
    id: i64,
    decision: Decision,
    reason: Option<&str>,
    stamp: &Stamp,
) -> Result<(DncRequest, Added), DecideError> {
    let mut skipped = super::remove::expire(conn, OnLocked::Skip, stamp)?.skipped;
    let kept = dnc_requests::by_id(conn, stamp.org, id)?.ok_or(DecideError::Unknown(id))?;
    if let (Some(decision), Some(at)) = (kept.decision, kept.decided_at) {
        return Err(DecideError::Decided { id, decision, at: at.to_string() });
    }
    let (entry, mut added) = match decision {
        Decision::Honour => {
            let added = list_kept(conn, std::slice::from_ref(&kept), OnLocked::Skip, stamp)?;
            let entry = dnc_entries::live_among(conn, stamp.org, std::slice::from_ref(&kept.phone_number))?.pop();
            (entry.map(|entry| entry.id), added)
        }
        Decision::Dismiss => (None, Added::default()),
    };
    dnc_requests::decide(conn, id, decision, reason, entry, stamp)?;
    let decided = dnc_requests::by_id(conn, stamp.org, id)?.ok_or(DecideError::Unknown(id))?;
    skipped.append(&mut added.skipped);
    Ok((decided, Added { skipped, ..added }))
}
