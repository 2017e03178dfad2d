//! `crmctl lead erase`

use serde::Serialize;

use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::leads::rows::LeadRow;
use crate::commands::args::texts::within;
use crate::commands::context::{Context, Session};
use crate::db::{DbError, Lock, RunMode};
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::ops::dnc::add::LONGEST_REASON;
use crate::ops::erasure::clearing::{self, Cleared};
use crate::ops::erasure::{EraseError, Erased, Left, WhyLeft, erase, twins};
use crate::ui::{Column, Ui, grouped};

/// Erase a person from everything that is stored, for good
///
/// What is stored of them leaves the lead, its merged twins, notes, logs, the texts of every other table, and the index
/// of searches.
///
/// Emails, numbers and the full name are taken out of every text. What may mean somebody or something else (a name that
/// another lead has, too, or that is not written like one, a local number), a surname alone in texts about other
/// things, and what cannot be changed (filters, the budget ledger) are listed instead: look with --dry-run, and change
/// what it lists before, for a later change would put the person into the log. Their rows stay as tombstones for
/// reports, with status, source, value and opt-outs, and keyed hashes of phones and emails by which a later import of
/// the person is told. The do-not-call list, requests and recorded checks keep the bare number, because the law wants
/// it kept. Backups and files that were exported keep what they hold.
///
/// At its end an embedded database is written anew, without what was erased. Where others use it, or the disk is full,
/// that is still to be done: exit code 3, and `--finish` later.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead show 10482 --export-personal > person.json\n  \
    crmctl lead erase 10482 --reason 'asked by letter of 2026-03-04' --dry-run\n  crmctl lead erase --finish\n\n\
    Exit code 3 when a place may still speak of the person, or a file is still to be cleared.")]
pub struct Args {
    #[command(flatten)]
    name: Option<LeadName>,
    /// Clear the files of the database of what an earlier call erased, which could not do so
    #[arg(long, conflicts_with_all = ["lead", "region", "reason", "dry_run"])]
    finish: bool,
    /// Why, without saying who: it is kept
    #[arg(long, value_name = "TEXT", value_parser = within::<LONGEST_REASON>)]
    reason: Option<String>,
    /// Show what would be erased and change nothing
    #[arg(long)]
    dry_run: bool,
}

const COLUMNS: &[Column] = &[
    Column::text("lead_ids", "leads"),
    Column::count("deleted", "rows deleted"),
    Column::count("emptied", "rows emptied"),
    Column::count("redacted", "rows of others, redacted"),
    Column::text("other_lead_ids", "other leads that have or had their phone or email"),
    Column::hidden("tables"),
    Column::hidden("left"),
    Column::hidden("dry_run"),
];

const TABLE_COLUMNS: &[Column] = &[
    Column::text("table", "table"),
    Column::count("deleted", "deleted"),
    Column::count("emptied", "emptied"),
    Column::count("redacted", "redacted"),
];

const LEFT_COLUMNS: &[Column] = &[
    Column::text("table", "table"),
    Column::text("column", "column"),
    Column::text("row", "row"),
    Column::text("why", "why it stays").kept(),
];

/// A place that still speaks of the person, as one reads it.
#[derive(Serialize)]
struct LeftLine<'a> {
    table: &'static str,
    column: &'static str,
    row: &'a str,
    why: &'static str,
}

impl LeftLine<'_> {
    fn of(left: &Left) -> LeftLine<'_> {
        LeftLine { table: left.table, column: left.column, row: &left.row, why: left.why.meaning() }
    }
}

/// How many places a person sees; the machine-readable forms have all of them.
const SHOWN: usize = 20;

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let name = match (&args.name, args.finish) {
        (Some(name), false) => name,
        (_, true) => return finish(context),
        (None, false) => {
            return Err(CommandError::usage("which lead?")
                .hint("name it by id, phone or email, or go on with an erasure: --finish"));
        }
    };
    let mut session = context.session(Right::EraseLeads)?;
    let lead = name.find(&mut session, Among::Any)?;
    let (org, stamp, ui) = (session.org.org_id(), session.stamp.clone(), context.ui);
    if !args.dry_run && !ui.yes {
        let rows: Vec<LeadRow> = session.db.read(org, |conn| -> Result<_, DbError> {
            let ids = twins(conn, org, &lead)?;
            crate::commands::args::leads::rows::rows(conn, org, &ids, stamp.now)
        })?;
        let shown: Vec<Column> =
            crate::commands::args::leads::rows::COLUMNS.iter().filter(|column| column.in_tables).cloned().collect();
        ui.preview(&rows, &shown)?;
        let leads = if rows.len() == 1 { "this lead" } else { "these leads" };
        ui.confirm(&format!("Erase the person of {leads} for good?"))?;
    }
    let reason = args.reason.as_deref();
    let mut erased = session.db.write_under(
        Lock::Erasure,
        org,
        RunMode::of_flag(args.dry_run),
        |conn| -> Result<_, EraseError> { erase(conn, &lead, reason, &stamp) },
    )?;
    erased.dry_run = args.dry_run;
    print(&erased, ui)?;
    let is_cleared = if args.dry_run {
        ui.note("nothing was changed");
        true
    } else {
        clear(&mut session, context)
    };
    if !erased.other_lead_ids.is_empty() {
        ui.warn(
            "other leads have or had a phone or email of this person; where they are the same person, erase them, too",
        );
    }
    let mut unfinished = erased.left.iter().filter(|left| left.why != WhyLeft::Kept).peekable();
    if unfinished.peek().is_some() {
        ui.warn("some places still speak of this person, or may do so: see `left`");
    }
    let needs_attention = !is_cleared || unfinished.peek().is_some() || !erased.other_lead_ids.is_empty();
    Ok(if needs_attention { Exit::NeedsAttention } else { Exit::Done })
}

fn print(erased: &Erased, ui: Ui) -> Result<()> {
    ui.record(erased, COLUMNS)?;
    ui.part("tables", &erased.tables, TABLE_COLUMNS)?;
    let lines: Vec<LeftLine<'_>> = erased.left.iter().take(SHOWN).map(LeftLine::of).collect();
    ui.part("left", &lines, LEFT_COLUMNS)?;
    let more = erased.left.len().saturating_sub(SHOWN);
    if more > 0 {
        ui.note(&format!("{} more; --format json lists all of them", grouped(more as i64)));
    }
    Ok(())
}

/// What an interrupted call says that has erased the person.
const INTERRUPTED: &str =
    "interrupted: the person is erased, but the files of the database may still hold them: crmctl lead erase --finish";

/// Clears what was erased out of the files of the database; false when that is still to be done.
fn clear(session: &mut Session, context: &Context) -> bool {
    let ui = context.ui;
    if !session.db.is_sqlite() {
        ui.note("PostgreSQL keeps old versions of rows until its owner runs VACUUM, or autovacuum does");
        return true;
    }
    if !context.end_at_interrupt(INTERRUPTED) {
        ui.warn(INTERRUPTED);
        return false;
    }
    ui.note("clearing the files of the database of what was erased");
    let why = match clearing::finish(&mut session.db, session.stamp.now) {
        Ok(Cleared::Whole) => return true,
        Ok(Cleared::InUse) => "others use the database".to_owned(),
        Err(e) => e.to_string(),
    };
    ui.warn(&format!(
        "the files of the database may still hold what was erased: {why}; later: crmctl lead erase --finish"
    ));
    false
}

/// Goes on with what an earlier call left.
fn finish(context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::EraseLeads)?;
    if !clearing::is_pending(&mut session.db)? {
        context.ui.note("no erasure is unfinished");
        return Ok(Exit::Done);
    }
    Ok(if clear(&mut session, context) { Exit::Done } else { Exit::NeedsAttention })
}
