//! What the imports of every kind share on the command line.

use std::path::PathBuf;

use crate::commands::args::again::{Remains, tell_option};
use crate::commands::args::mappings::{MappingArgs, offer, tell_saved};
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::{self, Context};
use crate::commands::outputs::Outputs;
use crate::db::RunMode;
use crate::domain::access::role::Right;
use crate::domain::time::datetime::DateOrder;
use crate::error::{Exit, Result};
use crate::import::ImportError;
use crate::import::kinds::PRESET_KINDS;
use crate::import::observer::{Observer, Offer};
use crate::import::options::Assignment;
use crate::import::presets::Presets;
use crate::import::problems::ProblemGroup;
use crate::import::sheet::{Kind, SheetImport, import};
use crate::import::source::{SourceOptions, encoding};
use crate::ui::{Column, Format, Progress, Ui, UiError, grouped};

/// What a person says of a file when finding it out is not enough.
#[derive(Debug, clap::Args)]
pub struct FileForm {
    /// What separates the cells of a text file [default: found out]
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub delimiter: Option<char>,
    /// The encoding of a text file, such as windows-1252, macintosh or cp850 [default: found out]
    #[arg(long, value_name = "NAME", value_parser = encoding::named)]
    pub encoding: Option<encoding::TextEncoding>,
    /// The sheet of a workbook, by name or place [default: the only one that is not empty]
    #[arg(long)]
    pub sheet: Option<String>,
    /// Where the header is: the line in which it begins, or the sheet's row [default: found out]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub header_row: Option<u64>,
    /// The file has no header: its columns are named `column 1`, `column 2`, or by their places as #1, #2
    #[arg(long, conflicts_with = "header_row")]
    pub no_header: bool,
}

impl From<FileForm> for SourceOptions {
    fn from(form: FileForm) -> SourceOptions {
        SourceOptions {
            delimiter: form.delimiter,
            encoding: form.encoding,
            sheet: form.sheet,
            header_row: form.header_row,
            no_header: form.no_header,
            ..SourceOptions::default()
        }
    }
}

/// What the import of any sheet takes of which each row stands for itself.
#[derive(Debug, clap::Args)]
pub struct SheetArgs {
    /// The file; `-` is standard input
    pub file: PathBuf,
    /// Fill a field from a column, by its header or its place as #3; may be given several times
    #[arg(long, value_name = "FIELD=HEADER")]
    pub map: Vec<Assignment>,
    /// Give a field the same value in every row; may be given several times
    #[arg(long, value_name = "FIELD=VALUE")]
    pub set: Vec<Assignment>,
    /// Leave a column out; may be given several times
    #[arg(long, value_name = "HEADER")]
    pub ignore: Vec<String>,
    /// The order of day, month and year in dates such as 03/04/2026 or 26-03-04, where the file does not prove it
    #[arg(long, value_parser = one_of::<DateOrder>())]
    pub date_order: Option<DateOrder>,
    /// Where rejected rows go, or under the next free name [default: FILE.rejects.csv, or FILE.rejects.xlsx beside a workbook]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    form: FileForm,
    #[command(flatten)]
    mappings: MappingArgs,
    /// Do everything but keep nothing: the counts are those of the import
    #[arg(long)]
    dry_run: bool,
}

/// What the summary of any sheet begins and ends with.
const BEGIN: &[Column] = &[
    Column::number("import_id", "import"),
    Column::text("file_name", "file"),
    Column::hidden("file_sha256"),
    Column::hidden("dry_run"),
    Column::count("read", "rows read"),
];
const END: &[Column] = &[
    Column::count("blank_rows", "blank rows"),
    Column::hidden("partly_rejected"),
    Column::count("short_rows", "short rows"),
    Column::count("hidden_rows", "hidden rows"),
    Column::count("formulas_without_result", "formulas without result"),
    Column::hidden("mapping"),
    Column::hidden("saved_mapping"),
    Column::hidden("rejects_file"),
    Column::hidden("problems"),
    Column::hidden("unknown_words"),
    Column::hidden("remarks"),
    Column::hidden("columns_left_out"),
    Column::hidden("seconds"),
    Column::hidden("rows_per_second"),
];

/// Imports a sheet and prints the summary; `counts` are the columns that say what became of its rows.
pub fn run_sheet<K: Kind>(args: SheetArgs, options: K::Options, counts: &[Column], context: &Context) -> Result<Exit> {
    let ui = context.ui;
    let columns = [BEGIN, counts, END].concat();
    ui.expect_columns(&columns)?;
    let mut outputs = Outputs::of(context);
    outputs.keep(&args.file, "the file that is imported");
    outputs.claim_all(&[("--rejects", args.rejects.as_ref())])?;
    let mut session = context.session(Right::Import)?;
    // The clock was readable when the session began.
    let begun = session.stamp.now;
    let clock = || context::now().unwrap_or(begun);
    let request: SheetImport<'_, K> = SheetImport {
        path: &args.file,
        options,
        source: SourceOptions::from(args.form),
        mappings: args.mappings.asked(),
        presets: &Presets::new(context.settings.presets(), PRESET_KINDS),
        rejects: args.rejects,
        mode: RunMode::of_flag(args.dry_run),
        organization: &session.org,
        stamp: session.stamp.clone(),
        clock: &clock,
    };
    let summary = import(&mut session.db, request, &mut Watcher::new(ui, Vec::new()))?;
    ui.record(&summary, &columns)?;
    if matches!(ui.format, Format::Table | Format::Markdown) {
        print_problems(&summary.problems, ui)?;
        print_remarks(&summary.remarks, ui)?;
        if summary.partly_rejected > 0 {
            let count = summary.partly_rejected;
            ui.note(&format!(
                "accepted rows of which a part was rejected: {count}; they are in the file of rejected rows, too"
            ));
        }
        let rejects_file = summary.rejects_file.as_deref();
        tell_end(ui, &summary.file_name, (summary.seconds, summary.rows_per_second), summary.dry_run, rejects_file);
        tell_saved(ui, &summary.mappings, summary.dry_run);
        let told = K::told(&summary.counts);
        told.remarks.iter().for_each(|text| ui.note(text));
        if let Some(option) = told.option {
            let this = summary.import_id.filter(|_| told.undo_this);
            let undo: Vec<i64> = told.undo.iter().copied().chain(this).collect();
            tell_option(ui, option, &undo);
        }
        let (words, problems) = (&summary.unknown_words, &summary.problems);
        let remains = Remains { words, problems, preset: None, rejects: rejects_file, dropped: None };
        remains.tell(ui, &args.file, std::slice::from_ref(&args.file));
    }
    Ok(if summary.rejected > 0 || summary.partly_rejected > 0 { Exit::NeedsAttention } else { Exit::Done })
}

/// Tells on stderr how an import goes.
pub struct Watcher {
    ui: Ui,
    progress: Progress,
    /// Files of the call, besides the one that is imported.
    others: Vec<String>,
    /// Whether the person has declined saved mappings already.
    has_declined: bool,
}

impl Watcher {
    pub fn new(ui: Ui, others: Vec<String>) -> Watcher {
        Watcher { ui, progress: ui.progress(), others, has_declined: false }
    }

    /// The same where the person may have declined saved mappings already.
    pub fn declining(self, has_declined: bool) -> Watcher {
        Watcher { has_declined, ..self }
    }
}

impl Observer for Watcher {
    fn notice(&mut self, text: &str) {
        self.progress.line(|| self.ui.note(text));
    }

    fn progress(&mut self, rows: u64, of_about: u64) {
        self.progress.set(rows, of_about);
    }

    fn offer(&mut self, offers: &[Offer]) -> Result<Option<usize>, ImportError> {
        match self.has_declined {
            true => Ok(None),
            false => self.progress.line(|| offer(self.ui, offers, &self.others)),
        }
    }
}

/// Says how an import went, and where its rejected rows are.
pub fn tell_end(ui: Ui, file: &str, (seconds, rate): (f64, u64), dry_run: bool, rejects_file: Option<&str>) {
    let (verb, end) = if dry_run { ("would import", "; nothing was kept") } else { ("imported", "") };
    let rate = grouped(i64::try_from(rate).unwrap_or(i64::MAX));
    ui.note(&format!("{verb} {file} in {seconds:.1} s ({rate} rows/s){end}"));
    if let Some(path) = rejects_file {
        ui.note(&format!("rejected rows are in {path}; fix them there and import that file"));
    }
}

/// Prints what was wrong with the rejected rows, a line a kind.
pub fn print_problems(problems: &[ProblemGroup], ui: Ui) -> Result<(), UiError> {
    let lines: Vec<ProblemLine> = problems.iter().map(ProblemLine::of).collect();
    ui.part("problems", &lines, PROBLEM_COLUMNS)
}

/// Prints what could not be read in rows that were accepted, a line a kind.
fn print_remarks(remarks: &[ProblemGroup], ui: Ui) -> Result<(), UiError> {
    let lines: Vec<ProblemLine> = remarks.iter().map(ProblemLine::of).collect();
    ui.part("accepted all the same", &lines, PROBLEM_COLUMNS)
}

/// The problems of one kind, as a person reads them.
#[derive(serde::Serialize)]
struct ProblemLine {
    count: u64,
    place: String,
    column: String,
    value: String,
    problem: String,
    hint: String,
}

const PROBLEM_COLUMNS: &[Column] = &[
    Column::count("count", "count"),
    Column::whole("place", "for example").kept(),
    Column::text("column", "column"),
    Column::text("value", "value").optional(),
    Column::text("problem", "problem").kept(),
    Column::text("hint", "what to do").kept(),
];

impl ProblemLine {
    fn of(group: &ProblemGroup) -> ProblemLine {
        ProblemLine {
            count: group.count,
            place: group.example_cell.clone().unwrap_or_else(|| format!("row {}", group.example_row)),
            column: group.example_column.clone(),
            value: group.example_value.clone(),
            problem: group.example_problem.clone(),
            hint: group.hint.clone(),
        }
    }
}

/// What separates cells, as a person says it.
fn delimiter(text: &str) -> Result<char, String> {
    let code = text.strip_prefix("\\x").and_then(|code| u8::from_str_radix(code, 16).ok());
    match text {
        "tab" | "\\t" => Ok('\t'),
        _ if code.is_some_and(|code| code.is_ascii()) => Ok(code.map_or('\t', char::from)),
        _ => match text.chars().collect::<Vec<_>>().as_slice() {
            [c] if c.is_ascii() => Ok(*c),
            _ => Err("use one ASCII character, its code as \\x01, or the word tab".into()),
        },
    }
}
