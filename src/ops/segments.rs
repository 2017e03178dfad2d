//! Segments: changing them, and the counts that are kept of their leads.

use super::audited::{self, Edited};
use crate::db::Stamp;
use crate::db::models::segments::{self, Segment};
use crate::db::{Db, DbError, OrgId};
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};

/// Why a segment was not changed.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the segment was deleted meanwhile")]
    Gone,
    #[error("the segment `{name}` has the version {version} by now, not {expected}")]
    OtherVersion { name: String, version: i32, expected: i32 },
}

impl Explain for SegmentError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            SegmentError::Db(e) => return e.explain(),
            SegmentError::Gone => None,
            SegmentError::OtherVersion { .. } => Some("look at it again: crmctl segment show".into()),
        };
        CommandError::failed(self.to_string()).maybe_hint(hint)
    }
}

/// Changes a segment. With another filter, the count that was kept is forgotten.
///
/// # Errors
/// It is gone, it has another version than expected, its new name is taken, or the database refuses.
pub fn change(
    conn: &mut Db,
    id: i64,
    expected_version: Option<i32>,
    stamp: &Stamp,
    edit: impl FnOnce(&mut Segment),
) -> Result<Edited<Segment>, SegmentError> {
    let edited = audited::change(conn, id, stamp, |segment: &mut Segment| {
        if let Some(expected) = expected_version.filter(|expected| *expected != segment.version) {
            let (name, version) = (segment.name.clone(), segment.version);
            return Err(SegmentError::OtherVersion { name, version, expected });
        }
        let filter = segment.filter.clone();
        edit(segment);
        if segment.filter != filter {
            (segment.lead_count, segment.counted_at) = (None, None);
        }
        Ok(())
    })?;
    edited.ok_or(SegmentError::Gone)
}

/// Deletes a segment; its leads are not touched.
///
/// # Errors
/// It is gone, or the database refuses.
pub fn delete(conn: &mut Db, id: i64, stamp: &Stamp) -> Result<Segment, SegmentError> {
    audited::delete(conn, id, stamp)?.ok_or(SegmentError::Gone)
}

/// Keeps how many leads a segment has, unless it was changed meanwhile. Returns whether it was kept. A count can be had again
/// at any time, so it is not logged.
///
/// # Errors
/// The database refuses.
pub fn keep_count(conn: &mut Db, org: OrgId, segment: &Segment, count: i64, at: Timestamp) -> Result<bool, DbError> {
    segments::keep_count(conn, org, segment, count, at)
}
