//! `crmctl import history`

use crate::commands::args::sheets::{SheetArgs, run_sheet};
use crate::commands::context::Context;
use crate::domain::phone::Region;
use crate::error::{Exit, Result};
use crate::import::kinds::history::{History, HistoryOptions};
use crate::import::options::StatusMeaning;
use crate::ui::Column;

/// Import status events of another system from a spreadsheet
///
/// The file is CSV, XLSX, XLS, ODS, HTML, JSON or the like, and one transaction. Each row names a lead (by phone, email or
/// external id), a status and the time at which it was entered, and may say who did it and why. The events go among
/// what is known of the lead, at their own times, so that the funnel counts them; what is known already is left as it
/// is. A lead whose latest event is later than all that was known gets its status, if leads may move so; the number of
/// one whose latest event is dnc goes on the do-not-call list. Import the leads first, without their statuses. `import
/// undo` takes the events back.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Fields: phone, email, external_id, external_source, lead (its number here), status, changed_at, \
    changed_by, reason\n\n\
    Examples:\n  crmctl import history stage-changes.csv --dry-run\n  \
    crmctl import history events.xlsx --map external_id=ID --source-system hubspot --status-map 'Demo held=qualified'\n\n\
    Exit code 3 when rows were rejected."
)]
pub struct Args {
    #[command(flatten)]
    sheet: SheetArgs,
    /// The region of national phone numbers, such as US [default: the organization's]
    #[arg(long)]
    region: Option<Region>,
    /// What a word of the status column means; may be given several times
    #[arg(long, value_name = "WORD=STATUS")]
    status_map: Vec<StatusMeaning>,
    /// The system that the external ids are of
    #[arg(long, value_name = "NAME")]
    source_system: Option<String>,
    /// Let leads follow events that tell of moves which leads cannot make; none leaves dnc so, or denied consent
    #[arg(long)]
    force_moves: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let options = HistoryOptions {
        region: args.region.map(|region| region.to_string()),
        map: args.sheet.map.clone(),
        ignore: args.sheet.ignore.clone(),
        set: args.sheet.set.clone(),
        source_system: args.source_system,
        status_map: args.status_map,
        date_order: args.sheet.date_order,
        force_moves: args.force_moves,
    };
    run_sheet::<History>(args.sheet, options, COUNTS, context)
}

const COUNTS: &[Column] = &[
    Column::count("created", "  events written"),
    Column::hidden("updated"),
    Column::count("unchanged", "  known already"),
    Column::count("rejected", "  rejected"),
    Column::count("leads", "leads with new events"),
    Column::count("leads_moved", "leads with another status"),
    Column::count("status_kept", "status kept"),
    Column::hidden("kept_moves"),
    Column::count("stages_mapped", "stages mapped"),
    Column::text("stages", "stages"),
    Column::count("dnc_flagged", "numbers for the do-not-call list"),
    Column::count("repaired", "repaired"),
];
