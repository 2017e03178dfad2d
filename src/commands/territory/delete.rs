//! `crmctl territory delete`

use super::shown::{COLUMNS, Known};
use super::subject;
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::args::leads::selection::reading;
use crate::commands::args::leads::territories::find;
use crate::commands::context::Context;
use crate::db::models::lead_work::territories::{LeadCount, lead_counts};
use crate::db::{Lock, RunMode};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::territories::{Deleted, Whither, delete};
use crate::ui::{Change, grouped, plural};

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
    let to = to.map(|to| to.name);
    if whither == Whither::Unsaid && leads != Default::default() {
        // Nobody is asked about what is refused.
        session.db.write_under(Lock::Placing, stamp.org, RunMode::DryRun, |conn| {
            delete(conn, territory.id, whither, &stamp)
        })?;
    }
    if !args.answer.mode().is_dry_run() {
        let moved = moved(leads, to.as_deref()).map(|moved| format!(" ({moved})")).unwrap_or_default();
        context.ui.confirm(&format!("Delete the territory `{}`{moved}?", territory.name))?;
    }
    let reading = reading(&session, None);
    let (deleted, known) =
        session.db.write_under(Lock::Placing, stamp.org, args.answer.mode(), |conn| -> Result<_> {
            // As it was, with its leads and who worked it.
            let known = Known::within(conn, stamp.org, reading)?;
            Ok((delete(conn, territory.id, whither, &stamp)?, known))
        })?;
    let Deleted { territory, leads } = deleted;
    let changes = std::iter::once("deleted".to_owned()).chain(moved(leads, to.as_deref())).map(Change::said);
    args.answer.answer(context.ui, &subject(&territory.name), &changes.collect::<Vec<_>>(), || {
        known.shown(territory.clone()).print(context.ui)
    })?;
    Ok(Exit::Done)
}

/// What becomes of the leads of a territory; None when there are none.
fn moved(leads: LeadCount, to: Option<&str>) -> Option<String> {
    let all = leads.live + leads.deleted;
    let said = plural(all.unsigned_abs(), "lead", "leads");
    let said = match leads.deleted {
        _ if all == 0 => return None,
        0 => said,
        deleted => format!("{said} ({} deleted)", grouped(deleted)),
    };
    Some(match to {
        Some(to) => format!("{said} to {to}"),
        None => format!("{said} into no territory"),
    })
}
