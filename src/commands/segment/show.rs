//! `crmctl segment show`

use super::{find, shown};
use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// Show a segment with its filter, as text and in its JSON form
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl segment show fresh\n  crmctl segment show fresh --format json")]
pub struct Args {
    /// The segment
    #[arg(add = complete::segment_names())]
    name: String,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let (segment, _) = find(&mut session, &args.name)?;
    let shown = shown(&mut session, segment)?;
    context.ui.record(&shown, super::COLUMNS)?;
    Ok(Exit::Done)
}
