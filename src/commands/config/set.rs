//! `crmctl config set`

use super::file::{self, ConfigFile};
use crate::commands::context::Context;
use crate::db::{Location, ReplicaError};
use crate::error::{CommandError, Exit, Explain, Result};
use crate::settings::{ADDRESSES, DatabaseUrl};

/// Write a setting into the config file; comments and order stay
///
/// The file is made if there is none. Flags and the environment go before it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl config set org acme\n  crmctl config set database_url ~/crm.db\n  \
    crmctl config set format json --config other.toml")]
pub struct Args {
    /// database_url, org, user, format, color, pager or one of the settings of a server (crmctl config show lists all)
    #[arg(value_parser = file::checked_key)]
    key: String,
    #[arg(allow_hyphen_values = true)]
    value: DatabaseUrl,
    /// Show what would change and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let value = checked(&args.key, args.value.text())?;
    let mut config = ConfigFile::read(context, args.dry_run)?;
    let old = config.set(&args.key, &value);
    config.check().map_err(|problem| {
        config.old_problem().unwrap_or_else(|| {
            CommandError::usage(format!("the value of `{}` cannot be taken: {problem}", args.key))
                .hint("nothing was changed; the settings of now: crmctl config show")
        })
    })?;
    let is_changed = old.as_deref() != Some(&*value);
    if is_changed && !args.dry_run {
        config.write()?;
        context.ui.set_committed();
    }
    if args.key == "database_url" && is_relative(&value) {
        context.ui.warn("the path is relative: it is taken from the folder in which each call is made");
    }
    if SERVER_ONLY.contains(&args.key.as_str()) && matches!(context.location(), Ok(Location::Sqlite(_))) {
        context
            .ui
            .note(&format!("{} is for PostgreSQL: with the SQLite file of these settings it does nothing", args.key));
    }
    file::answer(context, &args.key, old.as_deref(), Some(&value), args.dry_run)?;
    Ok(Exit::Done)
}

/// Settings that do nothing with an embedded database.
const SERVER_ONLY: &[&str] = &["statement_timeout", "keepalive", "application_name"];

/// A value as it is written into the file.
fn checked(key: &str, value: &str) -> Result<String> {
    let value = value.trim();
    let problem = match key {
        // No message repeats the address.
        key if ADDRESSES.contains(&key) => match Location::parse(value) {
            Ok(Location::Sqlite(_)) if key == "read_url" => Some(ReplicaError::Embedded.explain()),
            location => location.err().map(|problem| problem.explain()),
        },
        "org" => crate::domain::slug::check(value).err().map(CommandError::usage),
        // As an empty CRM_PAGER is none.
        "pager" if value.is_empty() => None,
        _ if value.is_empty() => {
            Some(CommandError::usage("an empty value is none").hint(format!("take it away: crmctl config unset {key}")))
        }
        _ => None,
    };
    let value = if matches!((key, value), ("pager", "off" | "")) { "false" } else { value };
    problem.map_or_else(|| Ok(value.to_owned()), Err)
}

fn is_relative(url: &str) -> bool {
    matches!(Location::parse(url), Ok(Location::Sqlite(path)) if path.is_relative())
}
