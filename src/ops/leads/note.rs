//! Writing a note about a lead.

use super::edit::{EditError, begin, field_audit, store};
use super::upsert::apply::FieldChange;
use crate::db::Db;
use crate::db::Stamp;
use crate::db::lead_changes::{LeadChanges, Shift};
use crate::db::models::leads::lead_notes::NewNote;

/// The longest note, in characters.
pub const LONGEST_NOTE: usize = 50_000;

/// Adds a note to a lead, also one that says what an earlier one says. The caller holds [`crate::db::Lock::Leads`].
///
/// # Errors
/// The lead is deleted, or the database refuses.
pub fn add_note(conn: &mut Db, id: i64, body: &str, stamp: &Stamp) -> Result<(), EditError> {
    let lead = begin(conn, id, None, stamp)?;
    let mut changes = LeadChanges::default();
    let change = FieldChange { field: "note".into(), old: None, new: Some(body.to_owned()) };
    changes.audit.push(field_audit(lead.id, change, stamp));
    changes.notes.push(NewNote {
        organization_id: stamp.org.0,
        lead_id: lead.id,
        body: body.to_owned(),
        author_id: stamp.changed_by,
        created_at: stamp.now,
    });
    changes.shift(lead.id, Shift::Parts);
    store(conn, &changes, stamp)
}
