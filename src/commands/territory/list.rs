//! `crmctl territory list`

use super::shown::{COLUMNS, Known};
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// List the territories, what is inside one behind it
///
/// Leads are counted in the territory that they lie in, and in none around it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl territory list\n  crmctl territory list --columns name,parent,members")]
pub struct Args {}

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let known = Known::read(&mut session)?;
    let mut list = context.ui.list(COLUMNS);
    for territory in known.in_order() {
        list.push(&known.shown(territory.clone()))?;
    }
    list.finish("no territories")?;
    Ok(Exit::Done)
}
