//! `crmctl import presets show`

use crate::commands::context::Context;
use crate::error::{Exit, Explain, Result};
use crate::ui::{Column, Format};

/// Show a preset as its file
///
/// What is shown is a whole preset in TOML: saved under another name, and changed, it is one of your own.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl import presets show hubspot\n  crmctl import presets show zoho > zoho-ours.toml\n  \
    crmctl import presets show ./zoho-ours.toml --format json"
)]
pub struct Args {
    /// The preset, by its name or its file
    #[arg(value_name = "NAME|FILE")]
    name: String,
}

/// The keys of a preset.
const COLUMNS: &[Column] = &[
    Column::text("name", "name"),
    Column::text("title", "title"),
    Column::text("kind", "kind"),
    Column::text("source_system", "source system"),
    Column::hidden("signature"),
    Column::hidden("map"),
    Column::hidden("set"),
    Column::hidden("ignore"),
    Column::hidden("keep"),
    Column::hidden("status"),
    Column::hidden("date_order"),
    Column::hidden("decimal_separator"),
    Column::hidden("unwrap"),
    Column::hidden("pass_over"),
    Column::hidden("from"),
    Column::hidden("toml"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    // The line of an import would be another verb's.
    let preset = super::presets(context).named(&args.name).map_err(|error| error.explain().again(None))?;
    match context.ui.format {
        Format::Table | Format::Markdown if !context.ui.wants_records() => {
            for line in preset.text.lines() {
                context.ui.line(line)?;
            }
        }
        _ => context.ui.record(&preset, COLUMNS)?,
    }
    Ok(Exit::Done)
}
