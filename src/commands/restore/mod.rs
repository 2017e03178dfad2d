//! `crmctl restore`

mod embedded;
mod server;
mod wishes;

use std::path::PathBuf;

use serde::Serialize;

use crate::commands::context::Context;
use crate::db::backup::Newer;
use crate::db::{Database, DbError, Location, SchemaUse};
use crate::domain::timestamp::Timestamp;
use crate::error::{Exit, Result};
use crate::ops::backups::carry::{Carried, Left};
use crate::settings::DatabaseUrl;
use crate::ui::{Column, Ui, grouped};

/// Put a backup in the place of the database
///
/// A backup that is damaged or cut off is refused before anything is touched. What the backup has not is shown, and the database that is
/// replaced is kept beside it. Nobody comes back: opt-outs, numbers on the do-not-call list, requests that are to be decided, erasures,
/// registries, scrubs and disabled users of the replaced database are applied again before the backup takes its place.
///
/// An earlier schema is brought up to date. A backup of PostgreSQL goes into an empty database, by the server's own pg_restore; name
/// the database that it replaces with --replaces. There the backup is restored first, and then that is applied, which a --dry-run does
/// not try: use the database when this has ended. If it was interrupted, --wishes-only does the rest.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl restore crm-2026-03-04.db.zst --dry-run\n  \
    crmctl restore crm.dump.zst --database-url postgres://host/new --replaces postgres://host/old\n  \
    crmctl restore --wishes-only --database-url postgres://host/new --replaces postgres://host/old\n\n\
    Exit code 3 when something of the replaced database could not be applied again, or no database is replaced that tells of it.")]
pub struct Args {
    /// The backup
    #[arg(value_name = "FILE", required_unless_present = "wishes_only")]
    file: Option<PathBuf>,
    /// A database whose opt-outs, list and erasures are applied again, too, after those of the one that is replaced
    #[arg(long, value_name = "URL")]
    replaces: Option<DatabaseUrl>,
    /// Restore nothing; apply the opt-outs, list and erasures of --replaces to a database into which a backup was restored before
    #[arg(long, requires = "replaces", conflicts_with_all = ["file", "dry_run"])]
    wishes_only: bool,
    /// Do it all but the last step, show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    context.catch_interrupts();
    let Some(file) = &args.file else { return wishes::apply(&args, context) };
    match context.location()? {
        Location::Sqlite(path) => embedded::restore(&args, file, &path, context),
        Location::Postgres(server) => server::restore(&args, file, &server, context),
    }
}

/// The database that tells of wishes, where another one was named than that which is replaced.
fn replaces(args: &Args, context: &Context) -> Result<Option<Database>> {
    let Some(url) = &args.replaces else { return Ok(None) };
    let location = Location::parse(url.text())?;
    refuse_pending(&location, context)?;
    Ok(Some(context.open_other(location)?))
}

/// Refuses an embedded database with an earlier schema: opened to be read, it would be brought up to date, and so changed.
fn refuse_pending(location: &Location, context: &Context) -> Result<()> {
    if let Location::Postgres(_) = location {
        return Ok(());
    }
    // What cannot be read is an error when it is opened.
    let state = context.open_at(location.clone(), SchemaUse::Inspect).and_then(|mut db| db.known_migrations());
    match state {
        Ok(state) if state.pending() > 0 && state.pending() < state.steps.len() => {
            Err(DbError::PendingMigrations { location: location.to_string(), pending: state.pending() }.into())
        }
        _ => Ok(()),
    }
}

/// What became of a restore.
#[derive(Serialize)]
struct Restored {
    database: String,
    backup: Option<String>,
    /// When the backup was made, where it says so.
    made_at: Option<Timestamp>,
    rows: Option<u64>,
    /// Where the replaced database is.
    kept_as: Option<String>,
    /// Whether it can be restored from there.
    #[serde(skip)]
    can_go_back: bool,
    #[serde(flatten)]
    carried: Carried,
    /// What the replaced database had, and the backup has not.
    newer: Vec<Newer>,
    dry_run: bool,
    /// What brings back what people asked for where nothing told of it.
    #[serde(skip)]
    again: String,
    /// What is in the place of the database.
    #[serde(skip)]
    done: Done,
}

/// What was done, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Restored,
    /// A backup was restored before.
    WishesOnly,
    /// What people asked for since cannot be tried before the backup is restored.
    Untried,
}

const COLUMNS: &[Column] = &[
    Column::text("database", "database"),
    Column::text("backup", "backup"),
    Column::ago("made_at", "made"),
    Column::count("rows", "rows"),
    Column::text("kept_as", "the database before"),
    Column::count("numbers_listed", "numbers listed again"),
    Column::count("requests", "requests to be decided"),
    Column::count("opt_outs", "opt-outs applied again"),
    Column::count("erased", "people erased again"),
    Column::count("kept_deleted", "people kept as deleted leads"),
    Column::count("requirements", "registries required again"),
    Column::count("scrubs", "certificates of scrubs"),
    Column::count("users_disabled", "users disabled again"),
    Column::count("organizations_disabled", "organizations disabled again"),
    Column::count("registries", "registries as they were loaded"),
    Column::count("groups", "organizations in their group again"),
    Column::hidden("listed_again"),
    Column::hidden("listed_again_numbers"),
    Column::hidden("newer"),
    Column::hidden("left"),
    Column::hidden("dry_run"),
];

const NEWER_COLUMNS: &[Column] = &[
    Column::text("table", "table"),
    Column::count("rows_missing", "rows that the backup has not"),
    Column::count("rows_outdated", "rows that it has as they were"),
];

const LEFT_COLUMNS: &[Column] = &[
    Column::text("organization", "organization"),
    Column::text("what", "what"),
    Column::text("which", "which"),
    Column::text("problem", "problem").kept(),
];

impl Restored {
    fn print(&self, ui: Ui) -> Result<Exit> {
        ui.record(self, COLUMNS)?;
        ui.part("newer", &self.newer, NEWER_COLUMNS)?;
        ui.part("left", &self.carried.left, LEFT_COLUMNS)?;
        self.tell_listed_again(ui);
        self.tell_done(ui);
        if self.carried.left.is_empty() {
            return Ok(Exit::Done);
        }
        match self.carried.left.iter().find(|left| left.what == UNKNOWN) {
            Some(left) => ui.warn(&format!(
                "numbers that were listed, people who opted out or were erased since the backup may be back: {}; {}",
                left.problem, self.again
            )),
            None => ui.warn("not everything could be applied again: see `left`"),
        }
        Ok(Exit::NeedsAttention)
    }

    fn tell_listed_again(&self, ui: Ui) {
        let Carried { listed_again, listed_again_numbers: numbers, .. } = &self.carried;
        if *listed_again == 0 {
            return;
        }
        let count = grouped(i64::try_from(*listed_again).unwrap_or(i64::MAX));
        let more = if *listed_again > numbers.len() as u64 { " and more" } else { "" };
        ui.note(&format!(
            "numbers that were taken off the do-not-call list since are on it again: {count} ({}{more})",
            numbers.join(", ")
        ));
    }

    fn tell_done(&self, ui: Ui) {
        if self.dry_run {
            ui.note("nothing was changed");
            if self.done == Done::Untried {
                ui.note("what people asked for since the backup was not tried: it is applied when the backup has been restored");
            }
            return;
        }
        ui.note(match self.done {
            Done::Restored | Done::Untried => "the backup is in its place",
            Done::WishesOnly => "what people asked for is applied",
        });
        if let Some(aside) = &self.kept_as {
            ui.note(&match self.can_go_back {
                true => format!("to go back to the database before: crmctl restore '{aside}'"),
                false => format!("the database before, which cannot be read, lies in {aside}"),
            });
        }
    }
}

/// What is not applied when nothing tells of it.
const UNKNOWN: &str = "opt-outs, do-not-call numbers, erasures";

/// What cannot be applied again because there is nothing that says it.
fn unknown(why: impl Into<String>) -> Left {
    Left { organization: "all".into(), what: UNKNOWN, which: "all since the backup".into(), problem: why.into() }
}
