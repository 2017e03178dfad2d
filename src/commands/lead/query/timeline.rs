//! `crmctl lead timeline`

use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::leads::selection;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::leads::history::timeline::timeline;
use crate::ui::{Column, grouped};

/// Show all that happened to a lead, in one order
///
/// That is changes, statuses, notes, tasks, what became of recommendations, assignments, imports, do-not-call requests and entries. What happened to leads
/// that were merged into it is among it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead timeline 10482\n  crmctl lead timeline 10482 --newest --limit 10")]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
    /// What happened last first
    #[arg(long)]
    newest: bool,
    /// The first so many of this order; 0 shows all
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

const COLUMNS: &[Column] = &[
    Column::time("at", "when"),
    Column::whole("event", "event").kept(),
    Column::text("detail", "detail").kept(),
    Column::text("actor", "who"),
    Column::number("import_id", "import").optional(),
    Column::number("lead_id", "lead").optional(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let lead = args.name.find(&mut session, Among::Any)?;
    let (org, zone) = (session.org.org_id(), selection::moment(&session)?.zone);
    let mut events = session.db.read(org, |conn| timeline(conn, org, lead.id, &zone))?;
    if args.newest {
        events.reverse();
    }
    let all = events.len();
    events.truncate(args.limit.filter(|limit| *limit > 0).map_or(all, |limit| limit as usize));
    let mut list = context.ui.list(COLUMNS);
    events.iter().try_for_each(|event| list.push(event))?;
    list.finish("nothing is known of it")?;
    if events.len() < all {
        let which = if args.newest { "last" } else { "first" };
        let (shown, all) = (grouped(events.len() as i64), grouped(all as i64));
        context.ui.note(&format!("the {which} {shown} of {all} are shown"));
    }
    Ok(Exit::Done)
}
