//! Segments as arguments: those that the acting user sees.

use super::selection::{reading, resolve_names};
use crate::commands::args::named::{normal_name, unknown};
use crate::commands::context::Session;
use crate::db::models::segments::{self, Segment};
use crate::error::Result;
use crate::filter::Filter;
use crate::system::shell;

/// The segments that the acting user sees, by name.
pub fn visible(session: &mut Session) -> Result<Vec<Segment>> {
    let org = session.org.org_id();
    let mut all = session.db.read(org, |conn| segments::all(conn, org))?;
    all.retain(|segment| segment.is_seen_by(session.stamp.changed_by));
    Ok(all)
}

/// The segment with this name and its filter.
///
/// # Errors
/// The acting user sees no such segment, or its filter was written by a newer program.
pub fn find(session: &mut Session, name: &str) -> Result<(Segment, Filter)> {
    let (org, name) = (session.org.org_id(), normal_name(name));
    let found = session.db.read(org, |conn| segments::by_name(conn, org, &name))?;
    let Some(segment) = found.filter(|segment| segment.is_seen_by(session.stamp.changed_by)) else {
        let names: Vec<String> = visible(session)?.into_iter().map(|segment| segment.name).collect();
        return Err(unknown("segment", &name, names.iter().map(String::as_str)));
    };
    let filter = Filter::from_json(&segment.filter.0, &reading(session, None))?;
    Ok((segment, filter))
}

/// The segment with this name and its filter, to be asked.
///
/// # Errors
/// There is no such segment, or it asks for an owner who is no user any more, or for a territory that is gone.
pub fn asked(session: &mut Session, name: &str) -> Result<(Segment, Filter)> {
    let (segment, mut filter) = find(session, name)?;
    let text = filter.to_string();
    let named = resolve_names(session, &mut filter, &text);
    named.map_err(|error| {
        let hint = format!("change it: crmctl segment edit {} --where FILTER", shell::word(&segment.name));
        error.detail(format!("in the filter of the segment `{}`", segment.name)).hint(hint)
    })?;
    Ok((segment, filter))
}
