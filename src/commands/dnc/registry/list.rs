//! `crmctl dnc registry list`

use super::{COLUMNS, lines};
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// List the registries that are loaded or required
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc registry list\n  crmctl dnc registry list --format json\n\n\
    Exit code 3 when a required registry is missing or too old.")]
pub struct Args {}

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let mut list = context.ui.list(COLUMNS);
    let lines = lines(&mut session)?;
    lines.iter().try_for_each(|line| list.push(line))?;
    list.finish("no registries")?;
    let is_short = lines.iter().any(|line| line.is_required && line.state != "current");
    Ok(if is_short { Exit::NeedsAttention } else { Exit::Done })
}
