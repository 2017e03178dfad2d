//! Rows that are rejected for what is known already.

use crate::import::row::{ProblemKind, RowProblem};
use crate::ops::leads::upsert::Fate;

/// The problem of a row that the matching refuses.
pub(super) fn refusal(fate: Fate) -> Option<RowProblem> {
    let (kind, problem, remedy) = match fate {
        Fate::RejectedDuplicate(id) => (
            ProblemKind::Duplicate,
            format!("the lead {id} is this person already"),
            "leave the row out, or import with --on-duplicate skip, fill or update",
        ),
        Fate::RejectedConflict(by_id, by_phone) => (
            ProblemKind::IdentityConflict,
            format!("the external id names the lead {by_id}, the phone the lead {by_phone}"),
            "correct one of them",
        ),
        _ => return None,
    };
    Some(RowProblem::of_row(kind, "", problem, remedy))
}
