//! `crmctl import mappings show`

use super::{COLUMNS, find, lines};
use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::domain::imports::mapping_name::MappingName;
use crate::error::{Exit, Result};
use crate::ui::Format;

/// Show a saved mapping: its columns, options and headers
///
/// NAME@2 is its second version. Versions of deleted mappings are shown so, too: imports that used them stay clear.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl import mappings show monthly\n  \
    crmctl import mappings show monthly@1 --format json")]
pub struct Args {
    /// The mapping, in its latest version or as NAME@2
    #[arg(add = complete::mapping_names())]
    name: MappingName,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let row = find(&mut session, &args.name, true)?;
    let ui = context.ui;
    if !matches!(ui.format, Format::Table | Format::Markdown) {
        ui.record(&row, COLUMNS)?;
        return Ok(Exit::Done);
    }
    let (shown, columns) = lines(&row);
    ui.record(&shown, &columns)?;
    Ok(Exit::Done)
}
