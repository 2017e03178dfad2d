//! `crmctl lead next`

mod act;
mod list;
mod stats;
mod waiting;

use crate::commands::args::complete;
use crate::commands::context::{Context, Session};
use crate::error::{CommandError, Exit, Result};

/// Show whom to contact next, and why
///
/// Without a verb, `lead next list` is meant. `crmctl help next` tells the sum by which leads are ordered.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_required = true,
    after_help = "Examples:\n  crmctl lead next --limit 5\n  crmctl lead next --all --channel email\n  crmctl lead next done 10482"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Done(act::DoneArgs),
    Snooze(act::SnoozeArgs),
    Dismiss(act::DismissArgs),
    Waiting(waiting::Args),
    Stats(stats::Args),
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.command {
        Command::List(args) => list::run(args, context),
        Command::Done(args) => act::done(args, context),
        Command::Snooze(args) => act::snooze(args, context),
        Command::Dismiss(args) => act::dismiss(args, context),
        Command::Waiting(args) => waiting::run(args, context),
        Command::Stats(args) => stats::run(args, context),
    }
}

/// Whose leads are meant.
#[derive(Debug, clap::Args)]
struct Whose {
    /// The leads of this user, by email or username, and nobody's in their territories [default: yours]
    #[arg(long, value_name = "EMAIL", add = complete::user_emails())]
    owner: Option<String>,
    /// The leads of everybody
    #[arg(long, conflicts_with = "owner")]
    all: bool,
}

impl Whose {
    /// The person whose leads are meant; `None`: everybody's.
    fn person(&self, session: &mut Session) -> Result<Option<i64>> {
        Ok(match (&self.owner, self.all) {
            (Some(owner), _) => Some(session.user_named(owner)?.id),
            (None, true) => None,
            (None, false) => Some(session.stamp.changed_by.ok_or_else(|| {
                CommandError::usage("whose leads? nobody acts as a user")
                    .hint("name yourself with --as EMAIL, or somebody with --owner EMAIL; --all is everybody's leads")
            })?),
        })
    }
}
