//! `crmctl org group remove`

use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::db::RunMode;
use crate::db::models::access::organizations;
use crate::error::{Exit, Result};
use crate::ops::dnc::groups::leave;
use crate::ui::Column;

/// Take organizations out of a group; what is listed stays listed
///
/// Numbers that came through the group become an organization's own entries, in those that leave and, where nobody else of the group
/// listed them, in those that stay. From now on nothing travels to or from those that leave. A group ends with its last organization.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl org group remove holding beta")]
pub struct Args {
    /// The group
    #[arg(add = complete::group_slugs())]
    group: String,
    /// Slugs of organizations
    #[arg(value_name = "ORG", required = true, add = complete::organization_slugs())]
    organizations: Vec<String>,
    /// Show how many entries it is about, and change nothing
    #[arg(long)]
    dry_run: bool,
}

const COLUMNS: &[Column] = &[
    Column::whole("organization", "organization"),
    Column::whole("is_changed", "changed"),
    Column::count("entries", "entries that become its own"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut db = context.open_existing()?;
    let named = super::acting(context, &mut db, &args.organizations)?;
    let members = db.read_global(|conn| organizations::of_group(conn, &args.group))?;
    let now = crate::commands::context::now()?;
    let changes = super::change(context, &mut db, (&args.group, &named), RunMode::of_flag(args.dry_run), |conn| {
        leave(conn, &args.group, &named, &members, now)
    })?;
    let mut list = context.ui.list(COLUMNS);
    changes.iter().try_for_each(|change| list.push(change))?;
    list.finish("no organizations")?;
    if args.dry_run {
        context.ui.note("nothing was changed");
    }
    Ok(Exit::Done)
}
