//! `crmctl import template`

use std::io;
use std::path::{Path, PathBuf};

use crate::commands::args::vocabulary::words;
use crate::commands::context::Context;
use crate::commands::outputs::Outputs;
use crate::domain::imports::kind::ImportKind;
use crate::error::{CommandError, Exit, Result};
use crate::import::kinds::template_columns;
use crate::import::template;
use crate::ui::Column;

/// Write an empty file that an import reads, to be filled in
///
/// It has every column of that kind of import under its own name, so that it imports without options. In a workbook a note on
/// each column says what it takes, and lists offer the words of those that have some; of a CSV file there is only the header.
/// What the columns take is printed, too. Columns that nobody fills in may be deleted.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl import template --output leads.xlsx\n  \
    crmctl import template costs --output costs.csv --format json")]
pub struct Args {
    /// What is to be imported
    #[arg(default_value = "leads", value_parser = words(KINDS))]
    kind: ImportKind,
    /// The file: a name that ends in .xlsx makes a workbook, one in .csv a text
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Replace a file of that name
    #[arg(long)]
    overwrite: bool,
}

/// The kinds that a person fills in.
const KINDS: &[(&str, ImportKind)] = &[
    ("leads", ImportKind::Leads),
    ("dnc", ImportKind::Dnc),
    ("history", ImportKind::History),
    ("costs", ImportKind::Costs),
    ("rates", ImportKind::Rates),
];

const COLUMNS: &[Column] = &[
    Column::whole("column", "column").kept(),
    Column::text("takes", "what it takes").kept(),
    Column::text("example", "example"),
    Column::text("words", "words").optional(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(COLUMNS)?;
    let path = &args.output;
    let columns = template_columns(args.kind);
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    let shown = path.display();
    let bytes = match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("xlsx") => template::xlsx(&columns)
            .map_err(|reason| CommandError::failed(format!("cannot make the workbook `{shown}`: {reason}")))?,
        Some("csv") => template::csv(&columns),
        _ => {
            return Err(CommandError::usage(format!("`{shown}` ends neither in .xlsx nor in .csv"))
                .hint("name the file so, for example --output leads.xlsx"));
        }
    };
    Outputs::of(context).claim("--output", path)?;
    if !args.overwrite && path.exists() {
        return Err(already(path));
    }
    template::write(path, &bytes, args.overwrite).map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => already(path),
        _ => CommandError::failed(format!("cannot write `{shown}`: {e}")).hint("name another place"),
    })?;
    let mut list = ui.list(COLUMNS);
    columns.iter().try_for_each(|column| list.push(column))?;
    list.finish("no columns")?;
    ui.note(&format!("wrote {shown}; once it is filled in: crmctl import {} {shown}", args.kind));
    Ok(Exit::Done)
}

fn already(path: &Path) -> CommandError {
    CommandError::failed(format!("there is a file `{}` already", path.display()))
        .hint("name another one, or replace it: --overwrite")
}
