//! `crmctl import dnc`

use crate::commands::args::sheets::{SheetArgs, run_sheet};
use crate::commands::args::texts::within;
use crate::commands::args::vocabulary::{one_of, words};
use crate::commands::context::Context;
use crate::domain::dnc::{DncScope, DncSource};
use crate::domain::phone::Region;
use crate::error::{Exit, Result};
use crate::import::kinds::dnc::Dnc;
use crate::import::kinds::dnc::rows::DncOptions;
use crate::ops::dnc::add::LONGEST_REASON;
use crate::ui::Column;

/// Import do-not-call requests from a spreadsheet
///
/// The file is CSV, XLSX, XLS, ODS, HTML, JSON or the like, and one transaction. Columns are known by their headers: the phone,
/// and if there are any, the reason, scope, source, evidence, the time of the request and the end. Each number of each
/// row is a request that is kept; the numbers go on the list, and the leads with them to dnc. Nothing but the number
/// itself keeps it off the list: what cannot be read beside it is kept as text, and said. Rejected rows go to a file
/// beside the source, which imports as it is once fixed. `import undo` takes the entries back. A list without a header
/// is for `dnc add --file`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Fields: phone, reason, scope, source, evidence, requested_at, expires, opt_out\n\n\
    Examples:\n  crmctl import dnc opt-outs.csv --reason 'opted out by mail'\n  \
    crmctl import dnc replies.xlsx --map phone=Caller --scope texts --dry-run\n\n\
    Exit code 3 when rows were rejected.")]
pub struct Args {
    #[command(flatten)]
    sheet: SheetArgs,
    /// The region of national phone numbers, such as US [default: the organization's]
    #[arg(long)]
    region: Option<Region>,
    /// The reason of rows that give none
    #[arg(long, value_name = "TEXT", value_parser = within::<LONGEST_REASON>)]
    reason: Option<String>,
    /// The scope of rows that give none [default: all]
    #[arg(long, value_parser = one_of::<DncScope>())]
    scope: Option<DncScope>,
    /// The source of rows that give none [default: import]
    #[arg(long, value_parser = words(DncSource::SAID))]
    source: Option<DncSource>,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let options = DncOptions {
        region: args.region.map(|region| region.to_string()),
        map: args.sheet.map.clone(),
        ignore: args.sheet.ignore.clone(),
        set: args.sheet.set.clone(),
        reason: args.reason,
        scope: args.scope,
        source: args.source,
        date_order: args.sheet.date_order,
    };
    run_sheet::<Dnc>(args.sheet, options, COUNTS, context)
}

const COUNTS: &[Column] = &[
    Column::count("created", "  newly listed"),
    Column::count("updated", "  widened"),
    Column::count("unchanged", "  listed already"),
    Column::count("rejected", "  rejected"),
    Column::count("requests", "requests kept"),
    Column::count("leads_moved", "leads moved to dnc"),
    Column::count("repaired", "repaired"),
];
