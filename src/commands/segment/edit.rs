//! `crmctl segment edit`

use super::{find_to_change, not_written, readable, shown, subject};
use crate::commands::args::changes::{ChangeArgs, changes_of};
use crate::commands::args::complete;
use crate::commands::args::leads::selection::Selection;
use crate::commands::args::named::checked_name;
use crate::commands::args::texts;
use crate::commands::context::Context;
use crate::db::types::Json;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::segments;

/// Change a segment: its name, filter, description, who sees it
///
/// With another filter, the count that `segment refresh` kept is forgotten.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl segment edit fresh --where 'created within 14 days' --public")]
pub struct Args {
    /// The segment
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
    /// Empty a field; may be given several times
    #[arg(long, value_name = "FIELD", value_parser = ["description"], conflicts_with = "description")]
    clear: Vec<String>,
    /// The same as `--clear description`, by its old name
    #[arg(long, hide = true, conflicts_with = "description")]
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
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    let mut session = context.session(Right::EditLeads)?;
    let new_name = args.new_name.as_deref().map(|name| checked_name("segment", name)).transpose()?;
    let filter = args.selection.filter(&mut session)?;
    let found = find_to_change(&mut session, &args.name)?;
    let name = new_name.clone().unwrap_or(args.name);
    let edited = session.db.write_as(args.answer.mode(), session.stamp.org, |conn| {
        segments::change(conn, found.id, args.if_version, &session.stamp, |segment| {
            segment.name = new_name.unwrap_or(std::mem::take(&mut segment.name));
            segment.description = match args.no_description || !args.clear.is_empty() {
                true => None,
                false => args.description.or(segment.description.take()),
            };
            segment.is_public = args.public || (segment.is_public && !args.private);
            if let Some(filter) = filter {
                segment.filter = Json(filter.to_json());
            }
        })
    });
    let edited = edited.map_err(|e| not_written(e, &name))?;
    let changes = readable(changes_of(edited.changes), &mut session)?;
    args.answer.answer(context.ui, &subject(&found.name), &changes, || {
        let shown = shown(&mut session, edited.row)?;
        Ok(context.ui.record(&shown, super::COLUMNS)?)
    })?;
    Ok(Exit::Done)
}
