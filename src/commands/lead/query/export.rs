//! `crmctl lead export`

use crate::commands::args::leads::export::{ExportForm, export};
use crate::commands::args::leads::selection::Selection;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// Write leads to a file, or to stdout
///
/// The columns of CSV and Excel files are those that an import reads, custom fields included; JSON has everything. Leads
/// with a number on the do-not-call list are left out, and counted.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    crmctl lead export --where 'status = hot' --output hot.xlsx\n  \
    crmctl lead export --segment fresh --columns name,phone,email,custom.Budget > fresh.csv\n  \
    crmctl lead export --include-dnc --output everything.ndjson")]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    pub form: ExportForm,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let filter = args.selection.filter(&mut session)?;
    export(context, &mut session, filter, args.form)
}
