//! Wishes for no text messages: they forbid no calls, so they move no lead, and are listed once all leads are written.

use jiff::tz::TimeZone;

use super::super::checker::Checked;
use crate::db::models::leads::OnLocked;
use crate::db::{Db, DbError, Stamp};
use crate::domain::dnc::bans::Terms;
use crate::domain::dnc::{DncScope, DncSource};
use crate::domain::phone::E164;
use crate::ops::dnc::add::{Request, honour};
use crate::ops::dnc::sharing::Locked;

/// Numbers that are listed together.
const TOGETHER: usize = 4000;

/// The numbers that are to get no texts.
#[derive(Debug, Default)]
pub(in crate::import::kinds::leads) struct TextOptOuts(Vec<E164>);

impl TextOptOuts {
    /// Takes the wish of an accepted row. Who wants no calls either is listed for everything.
    pub fn take(&mut self, checked: &Checked) {
        if let Some(draft) = checked.draft.as_ref().filter(|draft| draft.do_not_text && !draft.wants_dnc()) {
            self.0.extend(draft.possible_numbers());
        }
    }

    /// Puts the numbers on the do-not-call list for texts. The caller holds
    /// [`crate::db::Lock::EndOfImport`]: no other import runs, and whoever else changes the list waits.
    ///
    /// # Errors
    /// The database refuses.
    pub fn honour(&mut self, conn: &mut Db, stamp: &Stamp, zone: &TimeZone, evidence: &str) -> Result<(), DbError> {
        let mut numbers = std::mem::take(&mut self.0);
        numbers.sort_unstable();
        numbers.dedup();
        let request = |number| Request {
            number,
            terms: Terms { scope: DncScope::Texts, expires_at: None },
            source: DncSource::Import,
            reason: Some("no-texts flag of a lead".into()),
            text: Some(evidence.to_owned()),
            class: None,
            received_at: stamp.now,
        };
        for some in numbers.chunks(TOGETHER) {
            let requests: Vec<Request> = some.iter().copied().map(request).collect();
            // Imports of other organizations of the group wait for this one, and see what it has changed.
            honour(conn, &requests, Locked { home: OnLocked::Wait, elsewhere: OnLocked::Skip }, stamp, zone)?;
        }
        Ok(())
    }
}
