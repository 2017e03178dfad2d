//! `crmctl import undo`

use serde::Serialize;

use crate::commands::context::{self, Context, Session};
use crate::db::{Lock, RunMode};
use crate::domain::access::role::Right;
use crate::domain::leads::status::Trigger;
use crate::error::{Exit, Result};
use crate::import::undoing;
use crate::ops::imports::undo::{KeptLead, KeptList, Request, UndoError, UndoSummary, undo};
use crate::ui::{Column, Format, Ui, grouped};

/// Undo an import
///
/// Leads that it made are deleted, and values and costs that it changed are put back. What others changed since stays
/// as it is, a later import's changes, too; each such field is listed. Do-not-call entries and opt-outs that came with
/// a file of leads stay unless --with-dnc is given; those of `import dnc` go. The undo is one transaction and itself a
/// record in `import list`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl import undo 12 --dry-run\n  crmctl import undo 12\n\n\
    Exit code 3 when something stays as it is.")]
pub struct Args {
    /// The import, by its number in `import list`
    id: i64,
    /// Show what would be undone and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Take back do-not-call entries and opt-outs of the import, too
    #[arg(long)]
    with_dnc: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Import)?;
    if !args.dry_run && !context.ui.yes {
        // Whoever is asked sees first what would happen; without anybody to ask, the work would be for nothing.
        context.ui.require_someone_to_ask()?;
        let preview = work(&args, &mut session, context, RunMode::DryRun)?;
        context.ui.confirm(&question(&preview, context.ui))?;
    }
    if context.ui.wants_records() {
        // What kinds of things it lists is known once it is tried.
        let planned = work(&args, &mut session, context, RunMode::DryRun)?;
        context.ui.expect_columns(&columns_of_summary(&planned))?;
    }
    let summary = work(&args, &mut session, context, RunMode::of_flag(args.dry_run))?;
    print(&summary, context.ui)?;
    let attention = summary.kept + summary.partly_restored + summary.refused > 0 || !summary.lists.is_empty();
    Ok(if attention { Exit::NeedsAttention } else { Exit::Done })
}

/// Tells what would stay, and asks about what would happen.
fn question(preview: &UndoSummary, ui: Ui) -> String {
    for kept in preview.kept_fields.iter().take(PREVIEWED) {
        ui.note(&format!("lead {}: {} stays: {}", kept.lead_id, kept.field.field, kept.field.reason.meaning()));
    }
    for refused in preview.refused_leads.iter().take(PREVIEWED) {
        ui.note(&format!("lead {} stays: {}", refused.lead_id, refused.reason));
    }
    let more =
        preview.kept_fields.len().saturating_sub(PREVIEWED) + preview.refused_leads.len().saturating_sub(PREVIEWED);
    if more > 0 {
        ui.note(&format!("{} more stay; --dry-run --format json lists all of them", grouped(more as i64)));
    }
    if preview.dnc_removed > 0 {
        ui.note(&format!("do-not-call entries to be removed: {}", grouped(preview.dnc_removed as i64)));
    }
    format!("Undo import {} of {}? {}", preview.undoes_import_id, preview.file_name, expected(preview))
}

/// What would happen, as a sentence: to leads, unless the import is of other things only, and to those.
fn expected(preview: &UndoSummary) -> String {
    let count = |count: u64| grouped(count as i64);
    let mut parts: Vec<String> =
        preview.counts.own().map(|(of, figure)| format!("{}: {}", of.ahead, count(figure))).collect();
    if preview.leads > 0 || parts.is_empty() {
        let leads = format!(
            "leads to delete: {}, to restore: {}, to restore in part: {}, to leave: {}",
            count(preview.deleted),
            count(preview.restored),
            count(preview.partly_restored),
            count(preview.kept + preview.refused),
        );
        parts.insert(0, leads);
    }
    let sentence = parts.join(", ");
    sentence.chars().take(1).flat_map(char::to_uppercase).chain(sentence.chars().skip(1)).collect()
}

fn work(args: &Args, session: &mut Session, context: &Context, mode: RunMode) -> Result<UndoSummary> {
    let mut stamp = session.stamp.clone();
    stamp.trigger = Trigger::Undo;
    // The clock was readable when the session began.
    let begun = stamp.now;
    let clock = || context::now().unwrap_or(begun);
    let interrupted = session.db.interrupted();
    let ui = context.ui;
    let mut bar = ui.progress();
    let org = stamp.org;
    let work = |conn: &mut crate::db::Db| -> Result<UndoSummary, UndoError> {
        let request = Request {
            import: args.id,
            with_dnc: args.with_dnc,
            mode,
            undoings: undoing,
            stamp,
            interrupted: &interrupted,
            clock: &clock,
            progress: &mut |done, of| bar.set(done, of),
        };
        undo(conn, request)
    };
    Ok(session.db.write_under(Lock::Undo, org, mode, work)?)
}

/// A value that stays, as a person reads it.
#[derive(Serialize)]
struct KeptLine {
    lead_id: i64,
    field: String,
    reason: &'static str,
}

const KEPT_COLUMNS: &[Column] = &[
    Column::number("lead_id", "lead").kept(),
    Column::field("field", "field"),
    Column::text("reason", "why it stays").kept(),
];
const REFUSED_COLUMNS: &[Column] =
    &[Column::number("lead_id", "lead").kept(), Column::text("reason", "why it was refused").kept()];

/// The columns of things that stay and are no leads.
fn columns_of(list: &KeptList) -> [Column; 3] {
    [
        Column::number(list.id.0, list.id.1),
        Column::text(list.name.0, list.name.1),
        Column::text("reason", "why it stays").kept(),
    ]
}

/// How many of those that stay a person sees before being asked.
const PREVIEWED: usize = 5;

/// How many leads a person sees; the machine-readable forms have all of them.
const SHOWN: usize = 20;

/// The columns of what became of an import: its kind has some of its own.
fn columns_of_summary(summary: &UndoSummary) -> Vec<Column> {
    let counts: Vec<Column> = summary.counts.all().map(|count| Column::count(count.key, count.title)).collect();
    let lists: Vec<Column> = summary.lists.all().map(|(list, _)| Column::hidden(list.key)).collect();
    [BEGIN, &counts, AFTER_COUNTS, &lists, END].concat()
}

fn print(summary: &UndoSummary, ui: Ui) -> Result<()> {
    ui.record(summary, &columns_of_summary(summary))?;
    if !matches!(ui.format, Format::Table | Format::Markdown) {
        return Ok(());
    }
    let line = |kept: &KeptLead| KeptLine {
        lead_id: kept.lead_id,
        field: kept.field.field.clone(),
        reason: kept.field.reason.meaning(),
    };
    let kept: Vec<KeptLine> = summary.kept_fields.iter().take(SHOWN).map(line).collect();
    ui.part("kept", &kept, KEPT_COLUMNS)?;
    let refused: Vec<_> = summary.refused_leads.iter().take(SHOWN).collect();
    ui.part("refused", &refused, REFUSED_COLUMNS)?;
    for (list, things) in summary.lists.all() {
        let things: Vec<_> = things.iter().take(SHOWN).collect();
        ui.part(list.title, &things, &columns_of(list))?;
    }
    let more = [summary.kept_fields.len(), summary.refused_leads.len()]
        .into_iter()
        .chain(summary.lists.all().map(|(_, things)| things.len()))
        .map(|count| count.saturating_sub(SHOWN))
        .sum::<usize>();
    if more > 0 {
        ui.note(&format!("{} more; --format json lists all of them", grouped(more as i64)));
    }
    let verb = if summary.dry_run { "would undo" } else { "undid" };
    let end = if summary.dry_run { "; nothing was changed" } else { "" };
    ui.note(&format!(
        "{verb} import {} of {} in {:.1} s{end}",
        summary.undoes_import_id, summary.file_name, summary.seconds
    ));
    Ok(())
}

/// What every undo tells, around what the kinds count and leave.
const BEGIN: &[Column] = &[
    Column::number("undoes_import_id", "undoes import"),
    Column::text("file_name", "file"),
    Column::number("import_id", "import"),
    Column::hidden("dry_run"),
    Column::count("leads", "leads"),
    Column::count("deleted", "  deleted"),
    Column::count("restored", "  restored"),
    Column::count("partly_restored", "  partly restored"),
    Column::count("kept", "  kept"),
    Column::count("refused", "  refused"),
    Column::count("fields_restored", "values restored"),
];
const AFTER_COUNTS: &[Column] = &[
    Column::count("dnc_removed", "do-not-call entries removed"),
    Column::count("dnc_moved", "leads that follow the list"),
    Column::hidden("kept_fields"),
    Column::hidden("refused_leads"),
];
const END: &[Column] = &[Column::hidden("seconds")];
