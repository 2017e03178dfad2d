//! `crmctl segment edit`

use super::{checked_name, find_to_change, name_taken, shown};
use crate::commands::complete;
use crate::commands::context::Context;
use crate::commands::selection::Selection;
use crate::commands::texts;
use crate::db::models::segments;
use crate::db::types::Json;
use crate::domain::role::Right;
use crate::error::{CommandError, Exit};

/// Change a segment: its name, its filter, its description, who sees it
///
/// With another filter, the count that `segment refresh` kept is forgotten.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  crmctl segment edit fresh --where 'created within 14 days' --public")]
pub struct Args {
    #[arg(add = complete::segment_names())]
    name: String,
    /// A new name
    #[arg(long = "name", value_name = "NAME", id = "new_name")]
    new_name: Option<String>,
    #[command(flatten)]
    selection: Selection,
    /// What it is for
    #[arg(long, value_name = "TEXT", value_parser = texts::within::<2000>)]
    description: Option<String>,
    /// Without a description
    #[arg(long, conflicts_with = "description")]
    no_description: bool,
    /// Everyone in the organization sees it
    #[arg(long, conflicts_with = "private")]
    public: bool,
    /// Only its owner sees it
    #[arg(long)]
    private: bool,
    /// Refuse when the segment has another version by now
    #[arg(long, value_name = "N")]
    if_version: Option<i32>,
}

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let mut session = context.session(Right::EditLeads)?;
    let new_name = args.new_name.as_deref().map(checked_name).transpose()?;
    let filter = args.selection.filter(&mut session)?;
    let (org, now) = (session.org.org_id(), session.stamp.now);
    let found = find_to_change(&mut session, &args.name)?;
    let changed = session.db.write(org, |conn| -> anyhow::Result<_> {
        // As it is now, held by this transaction.
        let mut segment = segments::for_change(conn, org, found.id)?.ok_or_else(gone)?;
        if let Some(expected) = args.if_version.filter(|expected| *expected != segment.version) {
            let message =
                format!("the segment `{}` has the version {} by now, not {expected}", segment.name, segment.version);
            return Err(CommandError::failed(message).hint("look at it again: crmctl segment show").into());
        }
        let before = segment.clone();
        segment.name = new_name.clone().unwrap_or(segment.name);
        segment.description = match args.no_description {
            true => None,
            false => args.description.or(segment.description),
        };
        segment.is_public = args.public || (segment.is_public && !args.private);
        if let Some(filter) = filter {
            segment.filter = Json(filter.to_json());
        }
        if segment.filter != before.filter {
            (segment.lead_count, segment.counted_at) = (None, None);
        }
        if segment != before {
            segment.updated_at = now;
            segment.version += 1;
            segments::update(conn, &segment)?;
        }
        Ok(segment)
    });
    let segment = changed.map_err(|e| match e.downcast_ref::<crate::db::DbError>() {
        Some(db) if db.is_unique_violation() => name_taken(new_name.as_deref().unwrap_or(&args.name)).into(),
        _ => e,
    })?;
    let shown = shown(&mut session, segment)?;
    context.ui.record(&shown, super::COLUMNS)?;
    Ok(Exit::Done)
}

fn gone() -> CommandError {
    CommandError::failed("the segment was deleted meanwhile")
}
