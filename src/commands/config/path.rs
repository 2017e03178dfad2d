//! `crmctl config path`

use serde::Serialize;

use crate::commands::context::Context;
use crate::error::{Exit, Result};
use crate::ui::{Column, Format};

/// Print where the config file is, or would be
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl config path")]
pub struct Args {}

#[derive(Serialize)]
struct Place {
    path: String,
    exists: bool,
}

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let path = super::file::place(context)?;
    let place = Place { path: path.display().to_string(), exists: path.exists() };
    match context.ui.format {
        Format::Table => context.ui.line(&place.path)?,
        _ => context.ui.record(&place, &[Column::text("path", "path"), Column::whole("exists", "exists")])?,
    }
    Ok(Exit::Done)
}
