//! `crmctl dnc registry drop`

use super::{COLUMNS, lines};
use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::db::models::access::organizations;
use crate::domain::access::role::Right;
use crate::domain::dnc::registry::name;
use crate::error::{Exit, Result};
use crate::ops::dnc::registries::{RegistryError, drop_registry, requiring};
use crate::ui::{Change, grouped};

/// Take the numbers of a registry out of the database
///
/// What was loaded stays known, for certificates name it. Where the registry is required, its numbers are unknown until it is loaded
/// again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc registry drop us-national --dry-run")]
pub struct Args {
    /// The registry
    #[arg(value_parser = name, add = complete::registry_names())]
    name: String,
    /// Show what would change and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::Administer)?;
    let line = lines(&mut session)?.into_iter().find(|line| line.registry == args.name && line.version.is_some());
    let line = line.ok_or_else(|| RegistryError::Unknown(args.name.clone()))?;
    let all = session.db.read_global(organizations::all)?;
    let required_by = requiring(&mut session.db, &args.name, &all)?;
    let numbers = grouped(line.number_count.unwrap_or_default());
    let consequence = match required_by.len() {
        0 => String::new(),
        _ => format!(
            "it is required by {}; their numbers of {} are unknown until it is loaded again",
            required_by.join(", "),
            line.country
        ),
    };
    // Also where --yes leaves the question out.
    if !consequence.is_empty() {
        context.ui.warn(&consequence);
    }
    if !args.dry_run {
        context.ui.confirm(&format!("Drop the registry `{}` with its {numbers} numbers?", args.name))?;
        let stamp = session.stamp.clone();
        drop_registry(&mut session.db, &args.name, &stamp)?;
    }
    if !context.ui.tells_in_a_line() {
        context.ui.record(&line, COLUMNS)?;
        return Ok(Exit::Done);
    }
    let dropped = Change::said(format!("dropped with {numbers} numbers"));
    context.ui.changed(&format!("registry {}", args.name), &[dropped], args.dry_run)?;
    Ok(Exit::Done)
}
