//! Decisions on requests that were kept for a person.

use crate::db::Stamp;
use crate::db::models::dnc::dnc_entries;
use crate::db::models::dnc::dnc_requests::{self, DncRequest};
use crate::db::models::leads::OnLocked;
use crate::db::{Db, DbError};
use crate::domain::dnc::Decision;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};
use crate::ops::dnc::add::{Added, list_kept};

/// Why a request was not decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("no request has the id {0}")]
    Unknown(i64),
    #[error("the request {id} was decided already: {decision}, on")]
    Decided { id: i64, decision: Decision, at: Timestamp },
}

impl Explain for DecideError {
    fn explain(&self) -> CommandError {
        let said = CommandError::failed(self.to_string());
        match self {
            DecideError::Db(e) => e.explain(),
            DecideError::Unknown(_) => said.hint("list the undecided ones: crmctl dnc due"),
            DecideError::Decided { at, .. } => {
                said.at(at.to_jiff()).hint("a request is decided once; add or remove the number instead")
            }
        }
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
    let mut skipped = crate::ops::dnc::remove::expire(conn, OnLocked::Skip, stamp)?.skipped;
    let kept = dnc_requests::by_id(conn, stamp.org, id)?.ok_or(DecideError::Unknown(id))?;
    if let (Some(decision), Some(at)) = (kept.decision, kept.decided_at) {
        return Err(DecideError::Decided { id, decision, at });
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
