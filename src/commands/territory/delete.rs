//! `crmctl territory delete`

use super::shown::{COLUMNS, Known};
use super::subject;
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::args::leads::territories::find;
use crate::commands::context::Context;
use crate::db::models::lead_work::territories::lead_counts;
use crate::db::{Lock, RunMode};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::territories::{Whither, delete};
use crate::ui::{Change, plural};

/// Delete a territory, and say where its leads go
///
/// A territory that others are inside of is not deleted: put them elsewhere first.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl territory delete Oregon --to West\n  \
    crmctl territory delete Oregon --unassign --dry-run")]
pub struct Args {
    /// The territory
    #[arg(add = complete::territory_names())]
    name: String,
    /// Its leads go to this territory, by rule or by hand as they are
    #[arg(long, value_name = "NAME", conflicts_with = "unassign", add = complete::territory_names())]
    to: Option<String>,
    /// Its leads lie in no territory until the next `assign`
    #[arg(long)]
    unassign: bool,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let stamp = session.stamp.clone();
    let territory = find(&mut session, &args.name)?;
    let to = args.to.as_deref().map(|name| find(&mut session, name)).transpose()?;
    let whither = match (&to, args.unassign) {
        (Some(to), _) => Whither::To(to.id),
        (None, true) => Whither::Nowhere,
        (None, false) => Whither::Unsaid,
    };
    let leads =
        session.db.read(stamp.org, |conn| lead_counts(conn, stamp.org))?.remove(&territory.id).unwrap_or_default();
    let moved = match (&to, leads.live) {
        (_, 0) => None,
        (Some(to), live) => Some(format!("{} to {}", plural(live.unsigned_abs(), "lead", "leads"), to.name)),
        (None, live) => Some(format!("{} into no territory", plural(live.unsigned_abs(), "lead", "leads"))),
    };
    if whither == Whither::Unsaid && leads != Default::default() {
        // Nobody is asked about what is refused.
        session.db.write_under(Lock::Placing, stamp.org, RunMode::DryRun, |conn| {
            delete(conn, territory.id, whither, &stamp)
        })?;
    }
    if !args.answer.mode().is_dry_run() {
        let moved = moved.as_ref().map(|moved| format!(" ({moved})")).unwrap_or_default();
        context.ui.confirm(&format!("Delete the territory `{}`{moved}?", territory.name))?;
    }
    let known = Known::read(&mut session)?;
    session.db.write_under(Lock::Placing, stamp.org, args.answer.mode(), |conn| {
        delete(conn, territory.id, whither, &stamp)
    })?;
    let changes = std::iter::once("deleted".to_owned()).chain(moved).map(Change::said);
    args.answer.answer(context.ui, &subject(&territory.name), &changes.collect::<Vec<_>>(), || {
        known.shown(territory.clone()).print(context.ui)
    })?;
    Ok(Exit::Done)
}
