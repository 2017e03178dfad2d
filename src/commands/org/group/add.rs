//! `crmctl org group add`

use std::sync::atomic::Ordering;

use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::commands::org;
use crate::db::models::access::organizations;
use crate::db::{DbError, RunMode};
use crate::error::{CommandError, Exit, Result};
use crate::ops::dnc::groups::join;
use crate::ui::Column;

/// Let organizations share their do-not-call lists
///
/// The group is made if it is new. What any of them lists is blocked in all of them from now on, with the leads moved
/// to dnc. It takes an admin of each organization, those that are in the group already among them: the same email,
/// where there are users.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl org group add holding acme beta --dry-run")]
pub struct Args {
    /// The short name of the group: lower-case letters, digits and hyphens
    #[arg(value_parser = org::checked_slug, add = complete::group_slugs())]
    group: String,
    /// Slugs of organizations
    #[arg(value_name = "ORG", required = true, add = complete::organization_slugs())]
    organizations: Vec<String>,
    /// Show how many entries and leads it is about, and change nothing
    #[arg(long)]
    dry_run: bool,
}

const COLUMNS: &[Column] = &[
    Column::whole("organization", "organization"),
    Column::whole("is_changed", "changed"),
    Column::count("entries", "entries from others"),
    Column::count("leads_moved", "leads moved to dnc"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut db = context.open_existing()?;
    let named = super::acting(context, &mut db, &args.organizations)?;
    let members = db.read_global(|conn| organizations::of_group(conn, &args.group))?;
    let first = named.first().map(|(_, stamp)| stamp.actor.clone());
    let mut actors: Vec<(&str, String)> =
        named.iter().map(|(org, stamp)| (org.slug.as_str(), stamp.actor.clone())).collect();
    for member in &members {
        // Their lists change, too, and the others will see what they list.
        actors.push((&member.slug, context.admin(&mut db, member)?.actor));
    }
    // A username may be another person's elsewhere.
    if let Some((org, actor)) = actors.iter().find(|(_, actor)| first.as_ref() != Some(actor)) {
        let first = first.unwrap_or_default();
        return Err(CommandError::failed(format!("who acts is {first} in one organization and {actor} in `{org}`"))
            .hint("name yourself by the email that is yours in all of them: --as EMAIL"));
    }
    let now = crate::commands::context::now()?;
    let interrupted = db.interrupted();
    let mut bar = context.ui.progress();
    let changes = super::change(context, &mut db, (&args.group, &named), RunMode::of_flag(args.dry_run), |conn| {
        join(conn, &args.group, &named, &members, now, &mut |seen| {
            bar.set(seen, seen);
            if interrupted.load(Ordering::Relaxed) { Err(DbError::Interrupted) } else { Ok(()) }
        })
    })?;
    drop(bar);
    context.tell_unchanged(changes.iter().any(|change| change.is_changed || change.entries > 0));
    let mut list = context.ui.list(COLUMNS);
    changes.iter().try_for_each(|change| list.push(change))?;
    list.finish("no organizations")?;
    if args.dry_run {
        context.ui.note("nothing was changed");
    }
    Ok(Exit::Done)
}
