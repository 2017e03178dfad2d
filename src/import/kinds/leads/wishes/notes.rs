//! Notes, and other texts, that may ask not to be contacted: a person decides them, as with replies.

use jiff::tz::TimeZone;

use super::super::checker::Checked;
use crate::db::models::dnc::dnc_requests;
use crate::db::{Db, DbError, Stamp};
use crate::domain::dnc::bans::Terms;
use crate::domain::dnc::opt_out_text::OptOutClass;
use crate::domain::dnc::{DncScope, DncSource};
use crate::domain::phone::E164;
use crate::ops::dnc::add::{Request, keep_doubtful};

/// Requests that are kept together.
const TOGETHER: usize = 4000;
/// So much of a note stands with its request, in characters; the lead has the whole note.
const LONGEST: usize = 500;

/// The requests of notes that somebody must decide.
#[derive(Debug, Default)]
pub(in crate::import::kinds::leads) struct NoteRequests(Vec<(E164, DncScope, String)>);

/// What became of the note of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import::kinds::leads) enum Kept {
    Nothing,
    /// It is an opt-out like one of a column of its own.
    OptOut,
    /// It waits for a decision.
    Doubtful,
    /// The row has no number for which it could wait.
    WithoutNumber,
}

impl NoteRequests {
    /// Takes the note of an accepted row.
    pub fn take(&mut self, checked: &Checked) -> Kept {
        let (Some(said), Some(draft)) = (checked.note_asks, &checked.draft) else { return Kept::Nothing };
        let texts: Vec<&str> = checked.line_asks.as_deref().into_iter().chain(draft.note.as_deref()).collect();
        if texts.is_empty() || said.class != OptOutClass::Review {
            return Kept::OptOut;
        }
        let note = texts.join("; ");
        if draft.wants_dnc() {
            return Kept::Nothing;
        }
        let cut = note.char_indices().nth(LONGEST).map(|(end, _)| end);
        let shown = match cut {
            Some(end) => format!("{}…", note.get(..end).unwrap_or_default()),
            None => note,
        };
        let before = self.0.len();
        let scope = said.scope.unwrap_or(DncScope::All);
        self.0.extend(draft.possible_numbers().map(|number| (number, scope, shown.clone())));
        if self.0.len() > before { Kept::Doubtful } else { Kept::WithoutNumber }
    }

    /// Keeps the requests. The caller holds [`crate::db::Lock::EndOfImport`].
    ///
    /// # Errors
    /// The database refuses.
    pub fn keep(&mut self, conn: &mut Db, stamp: &Stamp, zone: &TimeZone, evidence: &str) -> Result<(), DbError> {
        let mut asked = std::mem::take(&mut self.0);
        asked.sort();
        asked.dedup();
        for some in asked.chunks(TOGETHER) {
            // The note of an earlier import waits already, or somebody has decided it.
            let numbers: Vec<String> = some.iter().map(|(number, ..)| number.to_string()).collect();
            let known = dnc_requests::texts_of(conn, stamp.org, &numbers)?;
            let is_new =
                |(number, _, note): &&(E164, DncScope, String)| !known.contains(&(number.to_string(), note.clone()));
            let request = |(number, scope, note): &(E164, DncScope, String)| Request {
                number: *number,
                terms: Terms { scope: *scope, expires_at: None },
                source: DncSource::Import,
                reason: Some(format!("a note of a lead ({evidence})")),
                text: Some(note.clone()),
                class: Some(OptOutClass::Review),
                received_at: stamp.now,
            };
            let requests: Vec<Request> = some.iter().filter(is_new).map(request).collect();
            keep_doubtful(conn, &requests, stamp, zone)?;
        }
        Ok(())
    }
}
