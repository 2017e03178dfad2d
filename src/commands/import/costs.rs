//! `crmctl import costs`

use iso_currency::Currency;

use crate::commands::args::complete;
use crate::commands::args::sheets::{SheetArgs, run_sheet};
use crate::commands::args::texts::normal;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Context;
use crate::domain::leads::source;
use crate::domain::money::DecimalSeparator;
use crate::domain::money::cost::{LONGEST_CAMPAIGN, OnRecorded};
use crate::domain::money::currency;
use crate::domain::time::month::Month;
use crate::error::{Exit, Result};
use crate::import::kinds::costs::{CostOptions, Costs};
use crate::import::proof::Formats;
use crate::ui::Column;

/// Import what sources cost from a spreadsheet
///
/// The file is CSV, XLSX, XLS, ODS, HTML, JSON or the like, and one transaction. Each row is what a source, or one of its
/// campaigns, cost in a month, or on a day of it: days of one month add up. A cost that is recorded already is refused,
/// unless --add or --replace says what becomes of it; the very same one is left as it is. Rows of totals, known by
/// their name, or without one by their amount, are rejected. `import undo` takes the costs back.
#[derive(Debug, clap::Args)]
#[command(after_help = "Fields: source, campaign, period (a month or a day), period_end, cost, currency, note\n\n\
    Examples:\n  crmctl import costs costs.xlsx --dry-run\n  \
    crmctl import costs meta-ads.csv --source facebook_ads\n  \
    crmctl import costs invoices.csv --currency EUR --month 2026-03 --add\n\n\
    Exit code 3 when rows were rejected.")]
pub struct Args {
    #[command(flatten)]
    sheet: SheetArgs,
    /// What is known of the program that wrote the file: a preset's name or file, or none [default: shown by the header]
    #[arg(long, value_name = "NAME|FILE")]
    preset: Option<String>,
    /// The source of rows that name none, in any spelling
    #[arg(long, add = complete::source_names())]
    source: Option<String>,
    /// The campaign of rows that name none, in any spelling
    #[arg(long)]
    campaign: Option<String>,
    /// The month of rows that name none, such as 2026-03
    #[arg(long)]
    month: Option<Month>,
    /// The currency of amounts that name none, by ISO 4217 code [default: the organization's]
    #[arg(long, value_parser = currency::parse)]
    currency: Option<Currency>,
    /// Add to costs that are recorded
    #[arg(long, conflicts_with = "replace")]
    add: bool,
    /// Take the place of costs that are recorded
    #[arg(long)]
    replace: bool,
    /// What separates decimals, where the file does not prove it
    #[arg(long, value_parser = one_of::<DecimalSeparator>())]
    decimal_separator: Option<DecimalSeparator>,
    /// Round amounts that have more decimals than their currency has, half to even
    #[arg(long)]
    round: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let named = |what: &str, text: &Option<String>, most: usize| {
        text.as_deref().map(|text| normal(what, text, most)).transpose()
    };
    let options = CostOptions {
        preset: args.preset,
        map: args.sheet.map.clone(),
        ignore: args.sheet.ignore.clone(),
        set: args.sheet.set.clone(),
        source: named("source", &args.source, source::MAX_LENGTH)?,
        campaign: named("campaign", &args.campaign, LONGEST_CAMPAIGN)?,
        period: args.month.map(|month| month.to_string()),
        currency: args.currency.map(|currency| currency.code().to_owned()),
        on_recorded: match (args.add, args.replace) {
            (true, _) => Some(OnRecorded::Add),
            (_, true) => Some(OnRecorded::Replace),
            _ => None,
        },
        round: args.round,
        formats: Formats {
            date_order: args.sheet.date_order,
            decimal_separator: args.decimal_separator,
            ..Formats::default()
        },
        ..CostOptions::default()
    };
    run_sheet::<Costs>(args.sheet, options, COUNTS, context)
}

const COUNTS: &[Column] = &[
    Column::count("created", "  of new costs"),
    Column::count("updated", "  of changed costs"),
    Column::count("unchanged", "  recorded already"),
    Column::count("rejected", "  rejected"),
    Column::count("costs", "costs entered or changed"),
    Column::amounts("amount_cents", "rows add up to"),
    Column::count("rounded", "amounts rounded"),
    Column::text("rounded_example", "for example"),
    Column::hidden("repaired"),
];
