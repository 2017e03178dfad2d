//! `crmctl import rates`

use crate::commands::args::sheets::{SheetArgs, run_sheet};
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Context;
use crate::domain::money::DecimalSeparator;
use crate::error::{Exit, Result};
use crate::import::kinds::rates::{RateOptions, Rates};
use crate::import::proof::Formats;
use crate::ui::Column;

/// Import exchange rates from a spreadsheet
///
/// The file is CSV, XLSX, XLS, ODS, HTML, JSON or the like, and one transaction. Each row is a currency, a month and what one unit
/// of it was worth in the organization's currency. `import undo` takes the rates back.
#[derive(Debug, clap::Args)]
#[command(after_help = "Fields: currency, period (a month), rate, base_currency\n\n\
    Examples:\n  crmctl import rates rates.csv --dry-run\n\n\
    Exit code 3 when rows were rejected.")]
pub struct Args {
    #[command(flatten)]
    sheet: SheetArgs,
    /// What separates decimals, where the file does not prove it
    #[arg(long, value_parser = one_of::<DecimalSeparator>())]
    decimal_separator: Option<DecimalSeparator>,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let options = RateOptions {
        map: args.sheet.map.clone(),
        ignore: args.sheet.ignore.clone(),
        set: args.sheet.set.clone(),
        formats: Formats {
            date_order: args.sheet.date_order,
            decimal_separator: args.decimal_separator,
            ..Formats::default()
        },
    };
    run_sheet::<Rates>(args.sheet, options, COUNTS, context)
}

const COUNTS: &[Column] = &[
    Column::count("created", "  new rates"),
    Column::count("updated", "  in place of others"),
    Column::count("unchanged", "  set already"),
    Column::count("rejected", "  rejected"),
    Column::hidden("repaired"),
];
