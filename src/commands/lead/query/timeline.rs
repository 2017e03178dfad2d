//! `crmctl lead timeline`

use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::leads::history::timeline::timeline;
use crate::ui::Column;

/// Show all that happened to a lead in one order: changes, statuses, notes, assignments, imports, do-not-call requests and
/// entries
///
/// What happened to leads that were merged into it is among it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  crmctl lead timeline 10482")]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
}

const COLUMNS: &[Column] = &[
    Column::time("at", "when"),
    Column::whole("event", "event"),
    Column::text("detail", "detail"),
    Column::text("actor", "who"),
    Column::number("import_id", "import"),
    Column::number("lead_id", "lead"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let lead = args.name.find(&mut session, Among::Any)?;
    let org = session.org.org_id();
    let mut list = context.ui.list(COLUMNS);
    for event in session.db.read(org, |conn| timeline(conn, org, lead.id))? {
        list.push(&event)?;
    }
    list.finish("nothing is known of it")?;
    Ok(Exit::Done)
}
