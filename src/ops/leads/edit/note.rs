//! Writing a note about a lead.

use super::{EditError, begin, field_audit, store};
use crate::db::Db;
use crate::db::Stamp;
use crate::db::lead_changes::{LeadChanges, Shift};
use crate::db::models::leads::lead_notes::NewNote;
use crate::domain::leads::contact::Reach;
use crate::domain::timestamp::Timestamp;
use crate::ops::leads::contact;
use crate::ops::leads::upsert::apply::FieldChange;

/// The longest note, in characters.
pub const LONGEST_NOTE: usize = 50_000;

/// What a note tells besides its text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Told {
    /// An attempt to reach the lead, and when it was.
    pub reach: Option<(Reach, Timestamp)>,
    /// When the lead is to be contacted next.
    pub next_contact: Option<Timestamp>,
}

/// Adds a note to a lead, also one that says what an earlier one says. The caller holds [`crate::db::Lock::Leads`].
///
/// # Errors
/// The lead is deleted, or the database refuses.
pub fn add_note(conn: &mut Db, id: i64, body: &str, told: Told, stamp: &Stamp) -> Result<(), EditError> {
    let mut lead = begin(conn, id, None, stamp)?;
    let mut changes = LeadChanges::default();
    let change = FieldChange { field: "note".into(), old: None, new: Some(body.to_owned()) };
    changes.audit.push(field_audit(lead.id, change, stamp));
    let mut fields = match told.reach {
        Some((reach, at)) => contact::reached(&mut lead, reach, at),
        None => Vec::new(),
    };
    fields.extend(told.next_contact.and_then(|next| contact::plan(&mut lead, next)));
    changes.notes.push(NewNote {
        organization_id: stamp.org.0,
        lead_id: lead.id,
        body: body.to_owned(),
        author_id: stamp.changed_by,
        created_at: stamp.now,
    });
    if fields.is_empty() {
        changes.shift(lead.id, Shift::Parts);
        return store(conn, &changes, stamp);
    }
    changes.audit.extend(fields.into_iter().map(|change| field_audit(lead.id, change, stamp)));
    lead.updated_at = stamp.now;
    lead.version += 1;
    changes.updated.push(lead);
    store(conn, &changes, stamp)
}
