//! `crmctl score distribution`

use serde::Serialize;

use crate::commands::args::leads::selection::{self, Selection};
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::domain::rounding::decimals;
use crate::error::{Exit, Result};
use crate::reports::scores;
use crate::ui::Column;

/// Count leads by score, in ranges of ten
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl score distribution\n  crmctl score distribution --where 'source = referral'"
)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
}

/// The leads with a score in a range.
#[derive(Serialize)]
struct Row {
    range: String,
    from: Option<i64>,
    to: Option<i64>,
    leads: i64,
    /// Of all that are counted, with four decimals.
    share: Option<f64>,
}

const COLUMNS: &[Column] = &[
    Column::whole("range", "score").kept(),
    Column::hidden("from"),
    Column::hidden("to"),
    Column::count("leads", "leads").kept(),
    Column::percent("share", "share"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let filter = args.selection.filter(&mut session)?;
    let query = selection::query(&session, filter)?;
    let org = session.org.org_id();
    let distribution = session.db.read_much(org, |conn| scores::distribution(conn, &query))?;
    let total = distribution.total();
    let mut list = context.ui.list(COLUMNS);
    for range in distribution.ranges() {
        let share = (total > 0).then(|| decimals(range.leads as f64 / total as f64, 4));
        let row = Row { range: range.label(), from: range.from, to: range.to, leads: range.leads, share };
        list.push(&row)?;
    }
    list.finish("no leads")?;
    Ok(Exit::Done)
}
