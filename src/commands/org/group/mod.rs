//! `crmctl org group`

mod add;
mod list;
mod remove;
mod show;

use std::sync::Arc;

use crate::commands::context::Context;
use crate::db::locks::acquire_memberships;
use crate::db::models::access::organizations::{self, Organization};
use crate::db::{Database, Db, RunMode};
use crate::error::{Exit, Result};
use crate::ops::dnc::groups::{Acting, GroupError};

/// Share do-not-call lists between organizations of one company
///
/// A number that one organization of a group lists is blocked in all of them, and in no other organization. The others see that it is
/// listed, not by whom. Whoever listed it takes it off again.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_required = true,
    after_help = "Examples:\n  crmctl org group add holding acme beta\n  crmctl org group show holding"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Remove(remove::Args),
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.command {
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Remove(args) => remove::run(args, context),
    }
}

/// The organizations with these slugs, each once, for whose admin the person acts.
fn acting(context: &Context, db: &mut Database, slugs: &[String]) -> Result<Vec<Acting>> {
    let mut named: Vec<Acting> = Vec::with_capacity(slugs.len());
    for slug in slugs {
        if !named.iter().any(|(org, _)| org.slug == *slug) {
            named.push(super::administer(context, db, Some(slug))?);
        }
    }
    Ok(named)
}

/// Changes a group in one transaction, beside no other change of these organizations and of the group's members.
fn change<T>(
    context: &Context,
    db: &mut Database,
    (group, named): (&str, &[Acting]),
    mode: RunMode,
    work: impl FnOnce(&mut Db) -> Result<T, GroupError>,
) -> Result<T> {
    let ui = context.ui;
    let (Some((first, _)), interrupted) = (named.first(), db.interrupted()) else {
        return Err(crate::error::CommandError::usage("name an organization"));
    };
    let changed = db.write_as(mode, first.org_id(), |conn| {
        acquire_memberships(conn, &mut |text| ui.note(text), &Arc::clone(&interrupted), |conn| {
            let members = organizations::of_group(conn, group)?;
            let named = named.iter().map(|(org, _)| org);
            Ok::<_, GroupError>(members.iter().chain(named).map(Organization::org_id).collect())
        })?;
        work(conn)
    });
    Ok(changed?)
}
