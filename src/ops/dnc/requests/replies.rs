//! Replies of people: opt-outs are honoured, doubtful ones are kept for a person.

use jiff::tz::TimeZone;

use crate::db::Stamp;
use crate::db::models::leads::OnLocked;
use crate::db::{Db, DbError};
use crate::domain::dnc::bans::Listing;
use crate::domain::dnc::opt_out_text::{OptOutClass, detect};
use crate::ops::dnc::add::{Request, honour, keep_doubtful};
use crate::ops::dnc::sharing::Skipped;

vocabulary! {
    /// What became of a reply.
    ReplyOutcome {
        /// The number is on the list now.
        Added = "added",
        /// Its entry forbids more than before.
        Widened = "widened",
        AlreadyListed = "already_listed",
        /// A person must decide it: `dnc due`.
        UnderReview = "under_review",
        /// It asks for nothing.
        None = "none",
        /// It cannot be applied: the row has no number, or something else is wrong with it.
        Refused = "refused",
    }
}

/// Applies replies, each with the scope that it names, and tells what became of each, and which leads another transaction is
/// changing. `certain` and `likely` ones put their numbers on the list, `review` ones are kept undecided. A class
/// that a reply has counts: its text may hold more than was written. The caller holds [`crate::db::Lock::DncList`].
///
/// # Errors
/// The database refuses.
pub fn apply(
    conn: &mut Db,
    replies: &[Request],
    stamp: &Stamp,
    zone: &TimeZone,
) -> Result<(Vec<ReplyOutcome>, Skipped), DbError> {
    let class =
        |reply: &Request| reply.class.unwrap_or_else(|| detect(reply.text.as_deref().unwrap_or_default()).class);
    let classes: Vec<OptOutClass> = replies.iter().map(class).collect();
    let (mut asked, mut doubtful) = (Vec::new(), Vec::new());
    for (reply, class) in replies.iter().zip(&classes) {
        let request = Request { class: Some(*class), ..reply.clone() };
        match class {
            OptOutClass::Certain | OptOutClass::Likely => asked.push(request),
            OptOutClass::Review => doubtful.push(request),
            OptOutClass::None => {}
        }
    }
    // Doubtful ones first: a plain request for the same number honours them.
    let mut undecided = keep_doubtful(conn, &doubtful, stamp, zone)?.into_iter();
    let added = honour(conn, &asked, OnLocked::Skip, stamp, zone)?;
    let mut listings = added.listings.into_iter();
    let outcomes = classes.into_iter().map(|class| match class {
        OptOutClass::None => ReplyOutcome::None,
        OptOutClass::Review => match undecided.next() {
            Some(true) => ReplyOutcome::UnderReview,
            Some(false) | None => ReplyOutcome::AlreadyListed,
        },
        OptOutClass::Certain | OptOutClass::Likely => match listings.next() {
            Some(Listing::Added(_)) => ReplyOutcome::Added,
            Some(Listing::Widened(_)) => ReplyOutcome::Widened,
            Some(Listing::Covered(_)) | None => ReplyOutcome::AlreadyListed,
        },
    });
    Ok((outcomes.collect(), added.skipped))
}
