//! `crmctl lead count`

use serde::Serialize;

use crate::commands::args::leads::selection::{Selection, query};
use crate::commands::args::leads::unknown;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// Count leads, or those of a filter or segment
///
/// The number is of live leads, as `lead list --limit 0` lists them.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl lead count\n  crmctl lead count --where 'status = hot and score >= 70'\n  \
    crmctl lead count --segment fresh --format json"
)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
}

#[derive(Serialize)]
struct Count {
    count: i64,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let filter = args.selection.filter(&mut session)?;
    let query = query(&session, filter)?;
    let org = session.org.org_id();
    let count = session.db.read(org, |conn| query.count(conn))?;
    if count == 0 {
        unknown::tell_unknown_names(context.ui, &mut session, &query)?;
    }
    context.ui.record(&Count { count }, &[Column::count("count", "leads")])?;
    Ok(Exit::Done)
}
