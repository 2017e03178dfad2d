//! The options that every verb takes.

use std::path::PathBuf;

use crate::commands::args::complete;
use crate::commands::args::vocabulary::words;
use crate::settings::DatabaseUrl;
use crate::ui::{ColorChoice, Format};

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The database: a file, `sqlite:PATH`, or `postgres://...` [env: CRM_DATABASE_URL, then DATABASE_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<DatabaseUrl>,
    /// A replica of the PostgreSQL database, from which reports are read [env: CRM_READ_URL]
    #[arg(long, global = true, value_name = "URL")]
    pub read_url: Option<DatabaseUrl>,
    /// The organization, by its slug; may be left out while there is only one [env: CRM_ORG]
    #[arg(long, global = true, value_name = "SLUG", add = complete::organization_slugs())]
    pub org: Option<String>,
    /// The acting user, by email or username [env: CRM_USER]
    #[arg(long = "as", global = true, value_name = "EMAIL", add = complete::user_emails())]
    pub user: Option<String>,
    /// The form of the answer: table, json, ndjson, csv, markdown or ids
    #[arg(long, global = true, hide_possible_values = true, value_parser = words(&[
        ("table", Format::Table), ("json", Format::Json), ("ndjson", Format::Ndjson),
        ("csv", Format::Csv), ("markdown", Format::Markdown), ("ids", Format::Ids),
    ]))]
    pub format: Option<Format>,
    /// Show these columns, in this order, with commas between them; `+NAME` adds to the usual ones
    #[arg(long, global = true, value_name = "COLUMNS")]
    pub columns: Option<String>,
    /// Answer as JSON, with these fields only where some are named
    #[arg(
        long, global = true, value_name = "FIELDS", num_args = 0..=1, require_equals = true, default_missing_value = "",
        conflicts_with_all = ["format", "columns"]
    )]
    pub json: Option<String>,
    /// When to use color: auto, always or never (auto heeds NO_COLOR)
    #[arg(long, global = true, hide_possible_values = true, value_parser = words(&[
        ("auto", ColorChoice::Auto), ("always", ColorChoice::Always), ("never", ColorChoice::Never),
    ]))]
    pub color: Option<ColorChoice>,
    /// Print long tables instead of showing them in a pager [env: CRM_PAGER, then PAGER]
    #[arg(long, global = true)]
    pub no_pager: bool,
    /// Say nothing on stderr but warnings and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more on stderr
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Answer every confirmation with yes
    #[arg(long, short_alias = 'y', global = true)]
    pub yes: bool,
    /// Never ask anything
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Write as a PostgreSQL role that bypasses row-level security
    #[arg(long, global = true)]
    pub allow_bypass: bool,
    /// The config file
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
}
