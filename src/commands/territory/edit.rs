//! `crmctl territory edit`

use super::shown::{COLUMNS, Known};
use super::{checked_filter, subject};
use crate::commands::args::changes::{ChangeArgs, changes_of};
use crate::commands::args::complete;
use crate::commands::args::leads::selection::{Selection, reading};
use crate::commands::args::leads::territories::find;
use crate::commands::args::named::checked_name;
use crate::commands::args::texts;
use crate::commands::context::Context;
use crate::db::Lock;
use crate::db::models::lead_work::territories::Territory;
use crate::db::types::Json;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::filter::Filter;
use crate::ops::lead_work::territories;

/// Change a territory: its name, filter, place, priority
///
/// Its leads stay where they are until the next `assign`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl territory edit West --where 'state in (CA, OR, WA, NV)'\n  \
    crmctl territory edit California --no-parent --priority 5 --if-version 2")]
pub struct Args {
    /// The territory
    #[arg(add = complete::territory_names())]
    name: String,
    /// A new name
    #[arg(long = "name", value_name = "NAME", id = "new_name")]
    new_name: Option<String>,
    #[command(flatten)]
    selection: Selection,
    /// The territory that it is a part of
    #[arg(long, value_name = "NAME", add = complete::territory_names())]
    parent: Option<String>,
    /// It is a part of none
    #[arg(long, conflicts_with = "parent")]
    no_parent: bool,
    /// Of two that take a lead the one with the smaller number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(0..=1_000_000))]
    priority: Option<i32>,
    /// What it is for
    #[arg(long, value_name = "TEXT", value_parser = texts::within::<2000>)]
    description: Option<String>,
    /// Empty a field; may be given several times
    #[arg(long, value_name = "FIELD", value_parser = ["description"], conflicts_with = "description")]
    clear: Vec<String>,
    /// Keep it from taking leads; what is inside it does still
    #[arg(long, conflicts_with = "enable")]
    disable: bool,
    /// Let it take leads again
    #[arg(long)]
    enable: bool,
    /// Refuse when the territory has another version by now
    #[arg(long, value_name = "N")]
    if_version: Option<i32>,
    #[command(flatten)]
    answer: ChangeArgs,
}

/// What a call changes, with names looked up.
struct Wanted {
    name: Option<String>,
    filter: Option<Filter>,
    /// The id of the territory around it, or that there is none.
    parent: Option<Option<i64>>,
}

impl Args {
    fn edit(self, wanted: Wanted, territory: &mut Territory) {
        territory.name = wanted.name.unwrap_or(std::mem::take(&mut territory.name));
        territory.description = match self.clear.is_empty() {
            true => self.description.or(territory.description.take()),
            false => None,
        };
        if let Some(filter) = wanted.filter {
            territory.filter = Json(filter.to_json());
        }
        territory.parent_id = wanted.parent.unwrap_or(territory.parent_id);
        territory.priority = self.priority.unwrap_or(territory.priority);
        territory.is_active = self.enable || (territory.is_active && !self.disable);
    }
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let name = args.new_name.as_deref().map(|name| checked_name("territory", name)).transpose()?;
    let filter = args.selection.filter(&mut session)?.map(checked_filter).transpose()?;
    let parent = match (&args.parent, args.no_parent) {
        (Some(name), _) => Some(Some(find(&mut session, name)?.id)),
        (None, true) => Some(None),
        (None, false) => None,
    };
    let found = find(&mut session, &args.name)?;
    let (answer, if_version, stamp) = (args.answer, args.if_version, session.stamp.clone());
    let wanted = Wanted { name, filter, parent };
    let reading = reading(&session, None);
    let (edited, known) = session.db.write_under(Lock::Territories, stamp.org, answer.mode(), |conn| -> Result<_> {
        let edit = |territory: &mut Territory| args.edit(wanted, territory);
        let edited = territories::change(conn, found.id, if_version, &stamp, edit)?;
        Ok((edited, Known::within(conn, stamp.org, reading)?))
    })?;
    let changes = known.readable(changes_of(edited.changes));
    answer.answer(context.ui, &subject(&found.name), &changes, || known.shown(edited.row).print(context.ui))?;
    Ok(Exit::Done)
}
