//! `crmctl segment export`

use crate::commands::args::complete;
use crate::commands::args::leads::export::{ExportForm, export};
use crate::commands::args::leads::segments::asked;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// Write the leads of a segment to a file, or to stdout
///
/// Leads with a number on the do-not-call list are left out, and counted.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl segment export fresh --output fresh.xlsx")]
pub struct Args {
    /// The segment
    #[arg(add = complete::segment_names())]
    name: String,
    #[command(flatten)]
    form: ExportForm,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let (_, filter) = asked(&mut session, &args.name)?;
    export(context, &mut session, Some(filter), args.form)
}
