//! `crmctl migrate copy`

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::commands::context::Context;
use crate::db::copy::{CopyError, Observer, copy, expected_rows};
use crate::db::{Database, DbError, Location, RunMode, SchemaUse};
use crate::error::{CommandError, Exit, Explain, Result};
use crate::settings::DatabaseUrl;
use crate::system::shell;
use crate::ui::{Column, Progress, grouped};

/// Copy a database, or one organization, into an empty one
///
/// Either may be a SQLite file or a PostgreSQL database. Every row keeps its ids, times and hashes, with all logs, and is read back
/// and compared before anything is committed; the source is read as of one moment. A file that is not there is made; a PostgreSQL
/// database has to be migrated first, and is filled as the role that owns its tables.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    crmctl migrate copy --from crm.db --to postgres://crm_owner@db.example.com/crm\n  \
    crmctl migrate copy --org acme --to acme.db\n\n\
    With --org it copies that organization alone, with the registries that it must honour. A setting or a variable of that name does \
    not count here.")]
pub struct Args {
    /// The database to copy; that of the settings if left out
    #[arg(long, value_name = "URL")]
    from: Option<DatabaseUrl>,
    /// The database to fill
    #[arg(long, value_name = "URL")]
    to: DatabaseUrl,
    /// Do all of it, compare, and take it back
    #[arg(long)]
    dry_run: bool,
}

const COLUMNS: &[Column] =
    &[Column::whole("table", "table"), Column::count("rows", "rows"), Column::whole("digest", "digest").optional()];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(COLUMNS)?;
    context.catch_interrupts();
    let from = match &args.from {
        Some(url) => location(url, "--from")?,
        None => context.location()?,
    };
    let to = location(&args.to, "--to")?;
    expect_folder(&to)?;
    let org = context.settings.org.value.as_deref().filter(|_| context.settings.org.is_from_flag());
    if let (None, Some(slug)) = (org, &context.settings.org.value) {
        ui.note(&format!("all organizations are copied; `{slug}` alone with --org {slug}"));
    }
    let began = Instant::now();
    let mut source = open_source(from, context)?;
    context.keeper(&mut source)?;
    let mut target = context.open_named(to, SchemaUse::Current)?;
    let rows = expected_rows(&mut source)?;
    let mut watcher = Watcher { bar: ui.progress(), done: 0, of_about: 2 * rows, interrupted: context.interrupted() };
    let copied = copy(&mut source, &mut target, org, RunMode::of_flag(args.dry_run), &mut watcher)?;
    drop(watcher);
    let mut list = ui.list(COLUMNS);
    copied.iter().try_for_each(|table| list.push(table))?;
    list.finish("there are no tables")?;
    let rows: u64 = copied.iter().map(|table| table.rows).sum();
    let what = if args.dry_run { "dry run: nothing was changed; the copy would have" } else { "the copy has" };
    let seconds = began.elapsed().as_secs_f64();
    ui.note(&format!(
        "{what} {} rows, equal to those of {} (in {seconds:.1} s)",
        grouped(rows as i64),
        source.location()
    ));
    Ok(Exit::Done)
}

fn location(url: &DatabaseUrl, option: &str) -> Result<Location> {
    Location::parse(url.text()).map_err(|problem| {
        let error = problem.explain();
        CommandError { message: format!("{} (flag {option})", error.message), ..error }
    })
}

/// Refuses a file in a folder that is not there: a slip of the pen would leave the copy where nobody looks for it.
fn expect_folder(to: &Location) -> Result<()> {
    let Location::Sqlite(path) = to else { return Ok(()) };
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            let (path, folder) = (path.display(), folder.display().to_string());
            let error = CommandError::failed(format!("cannot write `{path}`: there is no folder `{folder}`"));
            Err(error.hint(format!("make it first: mkdir -p {}", shell::word(&folder))))
        }
        _ => Ok(()),
    }
}

/// Opens the database that is copied: none is made, and its schema is not touched.
fn open_source(location: Location, context: &Context) -> Result<Database> {
    match &location {
        Location::Sqlite(path) if !path.exists() => Err(DbError::NoDatabase(path.display().to_string()).into()),
        _ => context.open_named(location, SchemaUse::AsItIs),
    }
}

/// Shows how far the copy is: each row is copied, then compared.
struct Watcher {
    bar: Progress,
    done: u64,
    of_about: u64,
    interrupted: Arc<AtomicBool>,
}

/// The bar is drawn, and the person heard, once in so many rows.
const ROWS: u64 = 1024;

impl Observer for Watcher {
    fn row(&mut self) -> Result<(), CopyError> {
        self.done += 1;
        if self.done.is_multiple_of(ROWS) {
            if self.interrupted.load(Ordering::Relaxed) {
                return Err(DbError::Interrupted.into());
            }
            self.bar.set(self.done, self.of_about);
        }
        Ok(())
    }
}
