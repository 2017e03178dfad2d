//! `crmctl import apply`

use std::path::{Path, PathBuf};

use crate::commands::args::again;
use crate::commands::args::sheets::Watcher;
use crate::commands::context::{self, Context};
use crate::commands::import::leads;
use crate::commands::import::record;
use crate::commands::outputs::Outputs;
use crate::db::RunMode;
use crate::domain::access::role::Right;
use crate::domain::leads::status::Trigger;
use crate::error::{Again, CommandError, Exit, Result};
use crate::import::ImportError;
use crate::import::kinds::PRESET_KINDS;
use crate::import::kinds::leads::{Request, import};
use crate::import::options::ImportOptions;
use crate::import::plan::{Bound, Plan, Tracer};
use crate::import::presets::Presets;
use crate::import::saved::Asked;
use crate::import::source::SourceOptions;
use crate::system::shell;

/// Import a file exactly as a plan says, or not at all
///
/// The import runs again. Where a row comes out otherwise than planned, because a lead, the file, an option or a setting has
/// changed since, nothing is imported, and the first differences are named.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl import leads leads.csv --plan leads.plan\n  crmctl import apply leads.plan\n\n\
                  Exit code 3 when rows were rejected, as planned."
)]
pub struct Args {
    /// The plan that `import leads --plan` has written
    plan: PathBuf,
    /// The file, where it is no more where it was planned; `-` is standard input
    file: Option<PathBuf>,
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
    /// Do everything but keep nothing: tells whether the plan still holds
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(leads::COLUMNS)?;
    let mut session = context.session(Right::Import)?;
    let plan = Plan::open(&args.plan)?;
    let file = args.file.clone().or_else(|| plan.bound.file.clone()).ok_or_else(|| {
        let line = format!("crmctl import apply {} FILE", shell::word(&args.plan.display().to_string()));
        CommandError::failed("the plan was made of standard input or a pipe").hint(format!("name the file: {line}"))
    })?;
    let mut outputs = Outputs::of(context);
    outputs.keep(&file, "the file that is imported");
    outputs.keep(&args.plan, "the plan that is applied");
    outputs.claim_all(&[
        ("--rejects", args.rejects.as_ref()),
        ("--skipped", args.skipped.as_ref()),
        ("--dropped", args.dropped.as_ref()),
    ])?;
    let (options, mappings) = asked(&plan.bound)
        .map_err(|reason| ImportError::PlanUnusable { plan: args.plan.display().to_string(), reason })?;
    // What remains to be done is done by another import, and never by the plan.
    let planned = planned(&file, &plan, &args.plan);
    let again = again::line(&planned, &Again::default());
    again::stands_for(planned);
    let mut stamp = session.stamp.clone();
    stamp.trigger = Trigger::Import;
    // The clock was readable when the session began.
    let begun = stamp.now;
    let clock = || context::now().unwrap_or(begun);
    let presets = Presets::new(context.settings.presets(), PRESET_KINDS);
    let mut tracer = Tracer::Apply(Box::new(plan));
    let request = Request {
        path: &file,
        options,
        mappings,
        presets: &presets,
        rejects: args.rejects,
        skipped: args.skipped,
        dropped: args.dropped,
        tracer: Some(&mut tracer),
        mode: RunMode::of_flag(args.dry_run),
        pool: None,
        organization: &session.org,
        stamp,
        clock: &clock,
    };
    let summary = import(&mut session.db, request, &mut Watcher::new(context.ui, Vec::new())).map_err(|error| {
        let is_outdated = matches!(error, ImportError::PlanOutdated { .. });
        let error = CommandError::from(error);
        match again.filter(|_| is_outdated) {
            Some(line) => error.hint(format!("plan it anew, and look at the plan: {line}")),
            None => error,
        }
    })?;
    let files = [file];
    let attention = summary.rejected > 0;
    leads::print(&[summary], &files, context.ui)?;
    Ok(if attention { Exit::NeedsAttention } else { Exit::Done })
}

/// What was asked of the import that was planned.
fn asked(bound: &Bound) -> Result<(ImportOptions, Asked), String> {
    let options: ImportOptions = serde_json::from_value(bound.asked.clone()).map_err(|e| e.to_string())?;
    let form = bound.form.under(SourceOptions::default())?;
    let mapping = bound.mapping.as_deref().map(str::parse).transpose()?;
    let options = ImportOptions {
        delimiter: form.delimiter,
        encoding: form.encoding,
        sheet: form.sheet,
        header_row: form.header_row,
        no_header: form.no_header,
        ..options
    };
    Ok((options, Asked { mapping, save: bound.save_mapping.clone() }))
}

/// The words of the call that makes the plan anew: those of this one as far as both take them, and what was asked then.
fn planned(file: &Path, plan: &Plan, path: &Path) -> Vec<String> {
    let (bound, path) = (&plan.bound, path.display().to_string());
    let shown = file.display().to_string();
    let mut words = Vec::new();
    let mut is_verb = true;
    for word in again::given().unwrap_or_default() {
        match word.as_str() {
            "apply" if is_verb => {
                is_verb = false;
                words.extend(["leads".to_owned(), shown.clone()]);
            }
            "--dry-run" => {}
            _ if word == path || word == shown => {}
            _ => words.push(word),
        }
    }
    record::option_words(&bound.asked, &mut words);
    record::option_words(&serde_json::to_value(&bound.form).unwrap_or_default(), &mut words);
    let mappings = [("--mapping", &bound.mapping), ("--save-mapping", &bound.save_mapping)];
    for (option, name) in mappings {
        words.extend(name.iter().flat_map(|name| [option.to_owned(), name.clone()]));
    }
    words.extend(["--plan".to_owned(), path]);
    words
}
