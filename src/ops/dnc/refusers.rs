//! Numbers that come to people who have refused to be contacted: by hand, in a moment when nobody may list them. They wait for a
//! decision.

use jiff::tz::TimeZone;

use super::add::{OF_REFUSER, Request, keep_doubtful};
use crate::db::models::dnc::dnc_requests;
use crate::db::{Db, DbError, Stamp};
use crate::domain::dnc::bans::Terms;
use crate::domain::dnc::opt_out_text::OptOutClass;
use crate::domain::dnc::{DncScope, DncSource};
use crate::domain::phone::E164;

/// Keeps a request for each of these numbers of a lead that has refused to be contacted, and tells which numbers wait for a decision now.
/// Who has decided about the lead and the number before is not asked again. The caller holds [`crate::db::Lock::Leads`].
///
/// # Errors
/// The database refuses.
pub fn wait_for_decision(
    conn: &mut Db,
    lead: i64,
    numbers: &[String],
    stamp: &Stamp,
    zone: &TimeZone,
) -> Result<Vec<String>, DbError> {
    let text = format!("the lead {lead} has denied consent");
    let known = dnc_requests::texts_of(conn, stamp.org, numbers)?;
    let is_new = |number: &&String| !known.contains(&((*number).clone(), text.clone()));
    let request = |number: &String| {
        Some(Request {
            number: E164::from_e164(number)?,
            terms: Terms { scope: DncScope::All, expires_at: None },
            source: DncSource::Manual,
            reason: Some(OF_REFUSER.to_owned()),
            text: Some(text.clone()),
            class: Some(OptOutClass::Review),
            received_at: stamp.now,
        })
    };
    let requests: Vec<Request> = numbers.iter().filter(is_new).filter_map(request).collect();
    let waits = keep_doubtful(conn, &requests, stamp, zone)?;
    let waiting = requests.iter().zip(waits).filter(|(_, waits)| *waits);
    Ok(waiting.map(|(request, _)| request.number.to_string()).collect())
}
