//! `crmctl import leads`

use std::path::{Path, PathBuf};

use super::{plan, wizard};
use crate::commands::args::again::Remains;
use crate::commands::args::complete;
use crate::commands::args::leads::pools;
use crate::commands::args::mappings::{MappingArgs, tell_saved};
use crate::commands::args::sheets::{FileForm, Watcher, print_problems, tell_end};
use crate::commands::args::texts::bad_tags;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::{self, Context, Session};
use crate::commands::outputs::Outputs;
use crate::db::RunMode;
use crate::domain::access::role::Right;
use crate::domain::imports::duplicates::{OnDuplicate, OnListed};
use crate::domain::leads::status::Trigger;
use crate::domain::leads::tag;
use crate::domain::money::DecimalSeparator;
use crate::domain::phone::{PhoneCheck, Region};
use crate::domain::time::datetime::DateOrder;
use crate::error::{CommandError, Exit, Result};
use crate::import::kinds::PRESET_KINDS;
use crate::import::kinds::leads::fields::LeadField;
use crate::import::kinds::leads::summary::ImportSummary;
use crate::import::kinds::leads::{Request, import};
use crate::import::options::{Assignment, ImportOptions, MaxRejects, StatusMeaning};
use crate::import::plan::Tracer;
use crate::import::presets::Presets;
use crate::import::saved::Asked;
use crate::ops::dnc::registries::of_import;
use crate::ui::{Column, Format, Ui, UiError, grouped};

/// Import leads from spreadsheets
///
/// A file is CSV, TSV, XLSX, XLSB, XLS, ODS, HTML, JSON or vCards, and one transaction. The content of a file decides what it is; it may be
/// compressed with gzip or be the only file of a ZIP archive, and text in UTF-16, Windows-1252 and other encodings is
/// recognised. `-` is standard input. A preamble above the header is passed over. Columns are known by their headers;
/// those that no field claims are kept as custom fields, but where they seem to hold phones, emails or opt-outs, the
/// import stops until --map, --ignore or --keep decides.
///
/// Dates such as 03/04/2026 and amounts such as 1.250,50 are read once their column proves how it is written; where it
/// does not, the import stops and names the option that says it. Rejected rows go to a file beside the source, which
/// imports as it is once fixed.
#[derive(Debug, clap::Args)]
#[command(after_help = after_help())]
pub struct Args {
    /// The files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What is known of the program that wrote the file: a preset's name or file, or none [default: shown by the header]
    #[arg(long, value_name = "NAME|FILE")]
    preset: Option<String>,
    /// The region of national phone numbers, such as US; a row's own country goes before it
    #[arg(long)]
    region: Option<Region>,
    /// What a phone number must be: in use, or only of possible length [default: valid]
    #[arg(long, value_parser = one_of::<PhoneCheck>())]
    phone_check: Option<PhoneCheck>,
    /// What happens to a row whose lead is known [default: skip]
    #[arg(long, value_parser = one_of::<OnDuplicate>())]
    on_duplicate: Option<OnDuplicate>,
    /// Make no lead: rows that match none are skipped, counted as not known, and listed by --skipped
    #[arg(long)]
    only_known: bool,
    /// What happens to a row whose number is on the do-not-call list [default: flag]
    #[arg(long, value_parser = one_of::<OnListed>())]
    dnc: Option<OnListed>,
    /// Fill a field from a column, by its header or its place as #3; may be given several times
    #[arg(long, value_name = "FIELD=HEADER")]
    map: Vec<Assignment>,
    /// Give a field the same value in every row; may be given several times
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<Assignment>,
    /// Leave a column out; may be given several times
    #[arg(long, value_name = "HEADER")]
    ignore: Vec<String>,
    /// Keep a column as a custom field, whatever it seems to hold; may be given several times
    #[arg(long, value_name = "HEADER")]
    keep: Vec<String>,
    /// Leave out every column that no field claims
    #[arg(long)]
    drop_extra: bool,
    /// Add a tag to every lead; may be given several times
    #[arg(long)]
    tag: Vec<String>,
    /// The system that external ids come from
    #[arg(long, value_name = "NAME")]
    source_system: Option<String>,
    /// Drop bad values and keep their rows, if they still say who the lead is
    #[arg(long)]
    lenient: bool,
    /// Import nothing when more rows are rejected: a number or a percentage such as 5%
    #[arg(long, value_name = "N|N%")]
    max_rejects: Option<MaxRejects>,
    /// Where rejected rows go: a name that ends in .xlsx makes a workbook with the bad cells marked [default:
    /// FILE.rejects.csv, or FILE.rejects.xlsx beside a workbook]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// List the skipped rows, each with the lead that it matched, in a .csv or .xlsx file
    #[arg(long, value_name = "FILE")]
    skipped: Option<PathBuf>,
    /// Where values go that --lenient drops, each with its row and lead: a .csv or .xlsx file [default: FILE.dropped.csv, or
    /// FILE.dropped.xlsx beside a workbook]
    #[arg(long, value_name = "FILE")]
    dropped: Option<PathBuf>,
    /// What a word of the file's status column means; may be given several times
    #[arg(long, value_name = "WORD=STATUS")]
    status_map: Vec<StatusMeaning>,
    /// The order of day, month and year in dates such as 03/04/2026 or 26-03-04 [default: proven by the column, or asked for]
    #[arg(long, value_parser = one_of::<DateOrder>())]
    date_order: Option<DateOrder>,
    /// What separates decimals in amounts of money [default: proven by the column, or asked for]
    #[arg(long, value_parser = one_of::<DecimalSeparator>())]
    decimal_separator: Option<DecimalSeparator>,
    /// Round amounts that have more decimals than their currency has, half to even
    #[arg(long)]
    round: bool,
    #[command(flatten)]
    form: FileForm,
    /// Write what would become of each row, and import nothing: `import apply` does exactly that, or nothing
    #[arg(long, value_name = "FILE", conflicts_with = "explain")]
    plan: Option<PathBuf>,
    /// Tell what would become of this row, and why, and import nothing; may be given several times
    #[arg(long, value_name = "ROW", value_parser = clap::value_parser!(u64).range(1..))]
    explain: Vec<u64>,
    /// Give the new leads that nobody owns to the members of this pool
    #[arg(long, value_name = "NAME", conflicts_with_all = ["plan", "explain"], add = complete::pool_names())]
    pool: Option<String>,
    #[command(flatten)]
    mappings: MappingArgs,
    /// Do everything but keep nothing: the counts are those of the import
    #[arg(long)]
    dry_run: bool,
}

fn after_help() -> String {
    format!(
        "Fields: {}\n\n\
         Examples:\n  \
         crmctl import leads leads.csv --region US\n  \
         crmctl import leads fair.xlsx --map phone=Fone --set source='Trade fair' --tag fair --dry-run\n  \
         crmctl import leads crm.csv --map external_id=ID --source-system hubspot --on-duplicate update\n  \
         crmctl import leads leads.csv --explain 7\n  \
         crmctl import leads leads.csv --plan leads.plan\n  \
         crmctl import leads scores.csv --on-duplicate update --only-known --skipped unknown.csv\n  \
         crmctl import leads fair.csv --region US --pool inbound\n\n\
         Exit code 3 when rows were rejected, or leads stay without an owner that a pool was to give out.",
        LeadField::words()
    )
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(if args.explain.is_empty() { COLUMNS } else { plan::COLUMNS })?;
    let outputs = [&args.rejects, &args.skipped, &args.dropped, &args.plan];
    let is_of_one = outputs.into_iter().any(Option::is_some) || !args.explain.is_empty();
    if is_of_one && args.files.len() > 1 {
        return Err(CommandError::usage(
            "--rejects, --skipped, --dropped, --plan and --explain are of one file, but several files are imported",
        )
        .hint("leave them out, or import the files one by one"));
    }
    if args.mappings.saves() && args.files.len() > 1 {
        return Err(CommandError::usage("--save-mapping saves how one file is read, but several files are imported")
            .hint("import one file with it, and the others with --mapping"));
    }
    let mut outputs = Outputs::of(context);
    args.files.iter().for_each(|file| outputs.keep(file, "a file that is imported"));
    outputs.claim_all(&[
        ("--rejects", args.rejects.as_ref()),
        ("--skipped", args.skipped.as_ref()),
        ("--dropped", args.dropped.as_ref()),
        ("--plan", args.plan.as_ref()),
    ])?;
    let mut session = context.session(Right::Import)?;
    let mut summaries = Vec::new();
    for file in &args.files {
        match import_file(file, &args, &mut session, context) {
            Ok(None) => return Ok(Exit::Done),
            Ok(Some(summary)) => summaries.push(summary),
            Err(mut error) => {
                let others = args.files.iter().filter(|other| *other != file);
                if let Some(again) = &mut error.again {
                    again.without.extend(others.map(|other| other.display().to_string()));
                }
                // What is done stays done and is told; what failed ends the call.
                print(&summaries, &args.files, context.ui)?;
                return Err(error);
            }
        }
    }
    print(&summaries, &args.files, context.ui)?;
    let attention = summaries.iter().any(|summary| summary.rejected > 0 || summary.leaves());
    Ok(if attention { Exit::NeedsAttention } else { Exit::Done })
}

/// Imports a file; none of what it did is left to tell where its rows are explained.
fn import_file(file: &Path, args: &Args, session: &mut Session, context: &Context) -> Result<Option<ImportSummary>> {
    let mut stamp = session.stamp.clone();
    stamp.trigger = Trigger::Import;
    // The clock was readable when the session began.
    let begun = stamp.now;
    let clock = || context::now().unwrap_or(begun);
    let ui = context.ui;
    let organization = session.org.clone();
    let presets = Presets::new(context.settings.presets(), PRESET_KINDS);
    let request = |options: ImportOptions| Request {
        path: file,
        options,
        mappings: args.mappings.asked(),
        presets: &presets,
        rejects: args.rejects.clone(),
        skipped: args.skipped.clone(),
        dropped: args.dropped.clone(),
        tracer: None,
        mode: RunMode::of_flag(args.dry_run),
        pool: None,
        organization: &organization,
        stamp: stamp.clone(),
        clock: &clock,
    };
    let mut options = options(args)?;
    let mut mappings = args.mappings.asked();
    let mut has_declined = false;
    // What can be read only once is imported as it is.
    if wizard::may_ask(ui) && args.files.len() == 1 && std::fs::metadata(file).is_ok_and(|file| file.is_file()) {
        let answers = wizard::ask(&mut session.db, options, &request, goal(args), ui)?;
        (options, has_declined) = (answers.options, answers.has_declined);
        mappings = Asked { mapping: answers.mapping.or(mappings.mapping), save: answers.save.or(mappings.save) };
    }
    let pool = match &args.pool {
        Some(name) => {
            let pool = pools::find(session, name)?;
            Some(pools::wanted(session, pool, None)?)
        }
        None => None,
    };
    let mut tracer = plan::tracer(args.plan.as_deref(), &args.explain)?;
    let mode = RunMode::of_flag(args.dry_run || tracer.is_some());
    let request = Request { tracer: tracer.as_mut(), mode, mappings, pool, ..request(options) };
    let others = args.files.iter().filter(|other| *other != file).map(|other| other.display().to_string());
    let mut watcher = Watcher::new(ui, others.collect()).declining(has_declined);
    let mut summary = import(&mut session.db, request, &mut watcher)?;
    ask_registries(session, &mut summary)?;
    match (tracer, &args.plan) {
        (Some(Tracer::Write(plan)), Some(path)) => plan::keep(*plan, path, file, ui)?,
        (Some(Tracer::Explain(explainer)), _) => {
            plan::explain(explainer, &summary, ui)?;
            return Ok(None);
        }
        _ => {}
    }
    Ok(Some(summary))
}

/// Tells what the registries that must be honoured say of the new leads: their status says nothing of it.
fn ask_registries(session: &mut Session, summary: &mut ImportSummary) -> Result<()> {
    let Some(import) = summary.import_id else { return Ok(()) };
    let (org, now) = (session.org.org_id(), session.stamp.now);
    let said = session.db.read(org, |conn| of_import(conn, org, import, now));
    let said = said.map_err(|error| CommandError::from(error).after_commit())?;
    (summary.on_registries, summary.registries_unknown) = (said.listed, said.unknown);
    if said.listed > 0 {
        session.ui.note(&format!(
            "a registry that must be honoured has numbers of {} new leads: crmctl lead list --where 'import = {import} and on_dnc = yes'",
            grouped(said.listed as i64)
        ));
    }
    if said.unknown > 0 {
        session.ui.note(&format!(
            "a registry that must be honoured cannot answer for {} new leads: crmctl dnc registry list",
            grouped(said.unknown as i64)
        ));
    }
    Ok(())
}

/// What becomes of a file, in the words of a person who is asked whether it is right so.
fn goal(args: &Args) -> &'static str {
    match (&args.plan, args.explain.is_empty()) {
        (Some(_), _) => "Write the plan so",
        (None, false) => "Explain the rows so",
        (None, true) if args.dry_run => "Try the import so",
        (None, true) => "Import the file so",
    }
}

fn options(args: &Args) -> Result<ImportOptions, CommandError> {
    Ok(ImportOptions {
        preset: args.preset.clone(),
        region: args.region.map(|region| region.to_string()),
        phone_check: args.phone_check,
        on_duplicate: args.on_duplicate,
        dnc: args.dnc,
        only_known: args.only_known,
        map: args.map.clone(),
        known: Vec::new(),
        also: Vec::new(),
        set: args.set.clone(),
        ignore: args.ignore.clone(),
        keep: args.keep.clone(),
        drop_extra: args.drop_extra,
        tags: tag::parse_several(&args.tag.join(",")).map_err(bad_tags)?,
        source_system: args.source_system.clone(),
        lenient: args.lenient,
        max_rejects: args.max_rejects,
        status_map: args.status_map.clone(),
        date_order: args.date_order,
        decimal_separator: args.decimal_separator,
        whole_apart: false,
        round: args.round,
        delimiter: args.form.delimiter,
        encoding: args.form.encoding,
        sheet: args.form.sheet.clone(),
        header_row: args.form.header_row,
        no_header: args.form.no_header,
    })
}

/// Prints what imports did.
pub fn print(summaries: &[ImportSummary], files: &[PathBuf], ui: Ui) -> Result<()> {
    match (ui.format, summaries) {
        (_, []) => {}
        (Format::Json, [one]) if files.len() == 1 => ui.record(one, COLUMNS)?,
        (Format::Table | Format::Markdown, all) => {
            for (summary, file) in all.iter().zip(files) {
                print_for_people(summary, file, files, ui)?;
            }
        }
        (_, all) => {
            let mut list = ui.list(COLUMNS);
            for summary in all {
                list.push(summary)?;
            }
            list.finish("no imports")?;
        }
    }
    Ok(())
}

fn print_for_people(summary: &ImportSummary, file: &Path, files: &[PathBuf], ui: Ui) -> Result<()> {
    let value = serde_json::to_value(summary).map_err(UiError::Json)?;
    let is_zero = |column: &&Column| value.get(&*column.key).and_then(serde_json::Value::as_u64) == Some(0);
    let columns: Vec<Column> =
        COLUMNS.iter().filter(|column| ALWAYS.contains(&&*column.key) || !is_zero(column)).cloned().collect();
    ui.record(summary, &columns)?;
    if let Some(given) = &summary.distributed {
        pools::print_given(given, ui)?;
    }
    print_problems(&summary.problems, ui)?;
    let rejects_file = summary.rejects_file.as_deref();
    tell_end(ui, &summary.file_name, (summary.seconds, summary.rows_per_second), summary.dry_run, rejects_file);
    tell_saved(ui, &summary.mappings, summary.dry_run);
    if let Some(why) = summary.why_skipped() {
        ui.note(&why);
    }
    let remains = Remains {
        words: &summary.unknown_words,
        problems: &summary.problems,
        preset: summary.preset.as_deref(),
        rejects: rejects_file,
        dropped: summary.dropped_file.as_deref(),
    };
    remains.tell(ui, file, files);
    if let Some(row) = summary.rejected_opt_out_row {
        ui.note(&format!(
            "opt-outs in rejected rows: {}, the first in row {row}; they are not honoured until the rows are fixed",
            summary.rejected_opt_outs
        ));
    }
    if let Some(path) = &summary.dropped_file {
        ui.note(&format!("dropped values are in {path}"));
    }
    if let Some(path) = &summary.skipped_file {
        ui.note(&format!("skipped rows are in {path}"));
    }
    Ok(())
}

/// Counts that people see even when they are zero, because they reconcile.
const ALWAYS: [&str; 6] = ["read", "created", "updated", "unchanged", "skipped", "rejected"];

/// The columns of an import's summary.
pub const COLUMNS: &[Column] = &[
    Column::number("import_id", "import"),
    Column::text("file_name", "file"),
    Column::hidden("file_sha256"),
    Column::hidden("dry_run"),
    Column::count("read", "rows read"),
    Column::count("created", "  created"),
    Column::count("updated", "  updated"),
    Column::count("unchanged", "  unchanged"),
    Column::count("skipped", "  skipped"),
    Column::count("not_known", "  not known"),
    Column::count("rejected", "  rejected"),
    Column::count("repaired", "repaired"),
    Column::count("rounded", "amounts rounded"),
    Column::hidden("rounded_example"),
    Column::count("dnc_flagged", "do not call"),
    Column::count("on_registries", "on registries"),
    Column::count("registries_unknown", "registries unknown"),
    Column::count("consent_kept", "opt-outs kept"),
    Column::count("rejected_opt_outs", "rejected opt-outs"),
    Column::hidden("rejected_opt_out_row"),
    Column::count("note_opt_outs", "opt-outs in notes"),
    Column::hidden("note_opt_out_row"),
    Column::count("notes_to_decide", "notes to decide"),
    Column::hidden("note_to_decide_row"),
    Column::count("notes_without_number", "such notes without number"),
    Column::hidden("note_without_number_row"),
    Column::count("dnc_without_number", "do not call, without number"),
    Column::hidden("dnc_without_number_row"),
    Column::count("not_opted_in", "not opted in"),
    Column::count("status_kept", "status kept"),
    Column::count("stages_mapped", "stages mapped"),
    Column::text("stages", "stages"),
    Column::count("created_kept", "creation times kept"),
    Column::count("currency_kept", "currencies kept"),
    Column::count("currency_alone", "currencies alone"),
    Column::count("contradicting", "contradicting rows"),
    Column::hidden("contradicting_rows"),
    Column::count("possible_duplicates", "possible duplicates"),
    Column::count("previously_deleted", "deleted before"),
    Column::count("previously_erased", "erased before"),
    Column::count("blank_rows", "blank rows"),
    Column::count("short_rows", "short rows"),
    Column::count("hidden_rows", "hidden rows"),
    Column::count("formulas_without_result", "formulas without result"),
    Column::count("placeholders", "placeholder cells"),
    Column::count("dropped_values", "dropped values"),
    Column::hidden("distributed"),
    Column::hidden("not_known_opt_outs"),
    Column::hidden("skipped_dnc"),
    Column::hidden("skipped_as"),
    Column::hidden("mapping"),
    Column::hidden("saved_mapping"),
    Column::hidden("rejects_file"),
    Column::hidden("skipped_file"),
    Column::hidden("dropped_file"),
    Column::hidden("problems"),
    Column::hidden("unknown_words"),
    Column::hidden("seconds"),
    Column::hidden("rows_per_second"),
];
