//! `crmctl import undo`

use serde::Serialize;

use crate::commands::context::{self, Context, Session};
use crate::db::Lock;
use crate::domain::role::Right;
use crate::domain::status::Trigger;
use crate::error::Exit;
use crate::ops::undo::{KeptLead, Request, UndoError, UndoSummary, undo};
use crate::ui::{Column, Format, Ui, grouped};

/// Undo an import: delete the leads that it made, and put back the values and costs that it changed
///
/// What others changed since stays as it is, a later import's changes, too; each such field is listed. Do-not-call
/// entries and opt-outs that came with a file of leads stay unless --with-dnc is given; those of `import dnc` go. The undo is one transaction and
/// itself a record in `import list`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl import undo 12 --dry-run\n  crmctl import undo 12 --yes\n\n\
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

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    context.catch_interrupts();
    let mut session = context.session(Right::Import)?;
    if !args.dry_run && !context.ui.yes {
        // Whoever is asked sees first what would happen; without anybody to ask, the work would be for nothing.
        context.ui.require_someone_to_ask()?;
        let preview = work(&args, &mut session, context, true)?;
        context.ui.confirm(&question(&preview, context.ui))?;
    }
    let summary = work(&args, &mut session, context, args.dry_run)?;
    print(&summary, context.ui)?;
    let attention =
        summary.kept + summary.partly_restored + summary.refused + summary.costs_kept.unwrap_or_default() > 0;
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
    let import = format!("Undo import {} of {}?", preview.undoes_import_id, preview.file_name);
    if let (Some(removed), Some(restored), Some(kept)) =
        (preview.costs_removed, preview.costs_restored, preview.costs_kept)
    {
        let [removed, restored, kept] = [removed, restored, kept].map(|count| grouped(count as i64));
        return format!("{import} Costs to remove: {removed}, to restore: {restored}, to leave: {kept}");
    }
    if let Some(rates) = preview.rates_removed {
        return format!("{import} Exchange rates to take back: {}", grouped(rates as i64));
    }
    format!(
        "{import} Leads to delete: {}, to restore: {}, to restore in part: {}, to leave: {}",
        grouped(preview.deleted as i64),
        grouped(preview.restored as i64),
        grouped(preview.partly_restored as i64),
        grouped((preview.kept + preview.refused) as i64),
    )
}

fn work(args: &Args, session: &mut Session, context: &Context, dry_run: bool) -> anyhow::Result<UndoSummary> {
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
            dry_run,
            stamp,
            interrupted: &interrupted,
            clock: &clock,
            progress: &mut |done, of| bar.set(done, of),
        };
        undo(conn, request)
    };
    Ok(session.db.write_under(Lock::Undo, org, dry_run, work)?)
}

/// A value that stays, as a person reads it.
#[derive(Serialize)]
struct KeptLine {
    lead_id: i64,
    field: String,
    reason: &'static str,
}

const KEPT_COLUMNS: &[Column] =
    &[Column::number("lead_id", "lead"), Column::text("field", "field"), Column::text("reason", "why it stays")];
const REFUSED_COLUMNS: &[Column] = &[Column::number("lead_id", "lead"), Column::text("reason", "why it was refused")];

const KEPT_COST_COLUMNS: &[Column] =
    &[Column::number("cost_id", "cost"), Column::text("cost", "of"), Column::text("reason", "why it stays")];

/// How many of those that stay a person sees before being asked.
const PREVIEWED: usize = 5;

/// How many leads a person sees; the machine-readable forms have all of them.
const SHOWN: usize = 20;

fn print(summary: &UndoSummary, ui: Ui) -> anyhow::Result<()> {
    ui.record(summary, COLUMNS)?;
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
    let kept_costs: Vec<_> = summary.kept_costs.iter().take(SHOWN).collect();
    ui.part("kept costs", &kept_costs, KEPT_COST_COLUMNS)?;
    let more = [summary.kept_fields.len(), summary.refused_leads.len(), summary.kept_costs.len()]
        .into_iter()
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

const COLUMNS: &[Column] = &[
    Column::number("undoes_import_id", "undoes import"),
    Column::text("file_name", "file"),
    Column::number("import_id", "recorded as"),
    Column::hidden("dry_run"),
    Column::count("leads", "leads"),
    Column::count("deleted", "  deleted"),
    Column::count("restored", "  restored"),
    Column::count("partly_restored", "  partly restored"),
    Column::count("kept", "  kept"),
    Column::count("refused", "  refused"),
    Column::count("fields_restored", "values restored"),
    Column::count("status_events", "status events taken back"),
    Column::count("costs_removed", "costs removed"),
    Column::count("costs_restored", "costs restored"),
    Column::count("costs_kept", "costs kept"),
    Column::count("rates_removed", "exchange rates taken back"),
    Column::count("dnc_removed", "do-not-call entries removed"),
    Column::count("dnc_moved", "leads that follow the list"),
    Column::hidden("kept_fields"),
    Column::hidden("refused_leads"),
    Column::hidden("kept_costs"),
    Column::hidden("seconds"),
];
