//! `crmctl config unset`

use super::file::{self, ConfigFile};
use crate::commands::context::Context;
use crate::error::{CommandError, Exit, Result};

/// Take a setting out of the config file
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl config unset org")]
pub struct Args {
    /// database_url, org, user, format, color or pager
    key: String,
    /// Show what would change and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut config = ConfigFile::read(context, args.dry_run)?;
    let old = config.unset(&args.key);
    if old.is_none() {
        // One that is there may go whatever it is called.
        file::checked_key(&args.key).map_err(|problem| CommandError::usage(format!("`{}`: {problem}", args.key)))?;
    }
    if old.is_some() && !args.dry_run {
        config.write()?;
        context.ui.set_committed();
    }
    file::answer(context, &args.key, old.as_deref(), None, args.dry_run)?;
    Ok(Exit::Done)
}
