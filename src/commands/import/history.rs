//! `crmctl import history`

use std::path::PathBuf;

use super::shared::{FileForm, Watcher, print_problems, tell_end};
use crate::cli::one_of;
use crate::commands::context::{self, Context};
use crate::domain::datetime::DateOrder;
use crate::domain::phone::Region;
use crate::domain::role::Right;
use crate::error::Exit;
use crate::import::history::{History, HistoryCounts, HistoryOptions};
use crate::import::options::{Assignment, StatusMeaning};
use crate::import::sheet::{SheetImport, SheetSummary, import};
use crate::import::source::SourceOptions;
use crate::ui::{Column, Format, Ui};

/// Import status events of another system from a CSV, TSV, XLSX, XLSB, XLS or ODS file, in one transaction
///
/// Each row names a lead (by phone, email or external id), a status and the time at which it was entered, and may say who
/// did it and why. The events go among what is known of the lead, at their own times, so that the funnel counts them; what
/// is known already is left as it is. A lead whose latest event is later than all that was known gets its status, if leads
/// may move so; the number of one whose latest event is dnc goes on the do-not-call list. Import the leads first, without
/// their statuses. `import undo` takes the events back.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Fields: phone, email, external_id, external_source, lead (its number here), status, changed_at, \
    changed_by, reason\n\n\
    Examples:\n  crmctl import history stage-changes.csv --dry-run\n  \
    crmctl import history events.xlsx --map external_id=ID --source-system hubspot --status-map 'Demo held=qualified'\n\n\
    Exit code 3 when rows were rejected."
)]
pub struct Args {
    file: PathBuf,
    /// The region of national phone numbers, such as US [default: the organization's]
    #[arg(long)]
    region: Option<Region>,
    /// Fill a field from a column, by its header or its place as #3; may be given several times
    #[arg(long, value_name = "FIELD=HEADER")]
    map: Vec<Assignment>,
    /// What a word of the status column means; may be given several times
    #[arg(long, value_name = "WORD=STATUS")]
    status_map: Vec<StatusMeaning>,
    /// The system that the external ids are of
    #[arg(long, value_name = "NAME")]
    source_system: Option<String>,
    /// Which of day and month stands first in dates such as 03/04/2026; without it such rows are rejected
    #[arg(long, value_parser = one_of::<DateOrder>())]
    date_order: Option<DateOrder>,
    /// Where rejected rows go [default: FILE.rejects.csv, or FILE.rejects.xlsx beside a workbook]
    #[arg(long, value_name = "PATH")]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    form: FileForm,
    /// Do everything but keep nothing: the counts are those of the import
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    context.catch_interrupts();
    let mut session = context.session(Right::Import)?;
    // The clock was readable when the session began.
    let begun = session.stamp.now;
    let clock = || context::now().unwrap_or(begun);
    let request: SheetImport<'_, History> = SheetImport {
        path: &args.file,
        options: HistoryOptions {
            region: args.region.map(|region| region.to_string()),
            map: args.map,
            source_system: args.source_system,
            status_map: args.status_map,
            date_order: args.date_order,
        },
        source: SourceOptions::from(args.form),
        rejects: args.rejects,
        dry_run: args.dry_run,
        organization: &session.org,
        stamp: session.stamp.clone(),
        clock: &clock,
    };
    let summary = import(&mut session.db, request, &mut Watcher::new(context.ui))?;
    print(&summary, context.ui)?;
    Ok(if summary.rejected > 0 { Exit::NeedsAttention } else { Exit::Done })
}

fn print(summary: &SheetSummary<HistoryCounts>, ui: Ui) -> anyhow::Result<()> {
    ui.record(summary, COLUMNS)?;
    if !matches!(ui.format, Format::Table | Format::Markdown) {
        return Ok(());
    }
    print_problems(&summary.problems, ui)?;
    let rejects_file = summary.rejects_file.as_deref();
    tell_end(ui, &summary.file_name, summary.read, summary.seconds, summary.dry_run, rejects_file);
    Ok(())
}

const COLUMNS: &[Column] = &[
    Column::number("import_id", "import"),
    Column::text("file_name", "file"),
    Column::hidden("file_sha256"),
    Column::hidden("dry_run"),
    Column::count("read", "rows read"),
    Column::count("created", "  events written"),
    Column::hidden("updated"),
    Column::count("unchanged", "  known already"),
    Column::count("rejected", "  rejected"),
    Column::count("leads", "leads with new events"),
    Column::count("leads_moved", "leads with another status"),
    Column::count("status_kept", "statuses kept"),
    Column::count("dnc_flagged", "numbers for the do-not-call list"),
    Column::count("repaired", "repaired"),
    Column::count("blank_rows", "blank rows"),
    Column::hidden("rejects_file"),
    Column::hidden("problems"),
    Column::hidden("seconds"),
];
