//! `crmctl import dnc`

use std::path::PathBuf;

use super::shared::{FileForm, Watcher, print_problems, tell_end};
use crate::cli::one_of;
use crate::commands::context::{self, Context};
use crate::commands::texts::within;
use crate::domain::datetime::DateOrder;
use crate::domain::dnc::{DncScope, DncSource};
use crate::domain::phone::Region;
use crate::domain::role::Right;
use crate::error::Exit;
use crate::import::dnc::{DncImport, DncSummary};
use crate::import::dnc_rows::DncOptions;
use crate::import::options::Assignment;
use crate::import::sheet::import;
use crate::import::source::SourceOptions;
use crate::ops::dnc::add::LONGEST_REASON;
use crate::ui::{Column, Format, Ui};

/// Import do-not-call requests from a CSV, TSV, XLSX, XLSB, XLS or ODS file, in one transaction
///
/// Columns are known by their headers: the phone, and if there are any, the reason, scope, source, evidence, the time of
/// the request and the end. Each number of each row is a request that is kept; the numbers go on the list, and the leads
/// with them to dnc. Rejected rows go to a file beside the source, which imports as it is once fixed. `import undo` takes
/// the entries back. A list without a header is for `dnc add --file`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Fields: phone, reason, scope, source, evidence, requested_at, expires\n\n\
    Examples:\n  crmctl import dnc opt-outs.csv --reason 'opted out by mail'\n  \
    crmctl import dnc replies.xlsx --map phone=Caller --scope texts --dry-run\n\n\
    Exit code 3 when rows were rejected.")]
pub struct Args {
    file: PathBuf,
    /// The region of national phone numbers, such as US [default: the organization's]
    #[arg(long)]
    region: Option<Region>,
    /// Fill a field from a column, by its header or its place as #3; may be given several times
    #[arg(long, value_name = "FIELD=HEADER")]
    map: Vec<Assignment>,
    /// The reason of rows that give none
    #[arg(long, value_name = "TEXT", value_parser = within::<LONGEST_REASON>)]
    reason: Option<String>,
    /// The scope of rows that give none [default: all]
    #[arg(long, value_parser = one_of::<DncScope>())]
    scope: Option<DncScope>,
    /// The source of rows that give none [default: import]
    #[arg(long, value_parser = one_of::<DncSource>())]
    source: Option<DncSource>,
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
    let request = DncImport {
        path: &args.file,
        options: DncOptions {
            region: args.region.map(|region| region.to_string()),
            map: args.map,
            reason: args.reason,
            scope: args.scope,
            source: args.source,
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

fn print(summary: &DncSummary, ui: Ui) -> anyhow::Result<()> {
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
    Column::count("created", "  newly listed"),
    Column::count("updated", "  widened"),
    Column::count("unchanged", "  listed already"),
    Column::count("rejected", "  rejected"),
    Column::count("requests", "requests kept"),
    Column::count("leads_moved", "leads moved to dnc"),
    Column::count("repaired", "repaired"),
    Column::count("blank_rows", "blank rows"),
    Column::hidden("rejects_file"),
    Column::hidden("problems"),
    Column::hidden("seconds"),
];
