//! `crmctl funnel stuck`

use serde::Serialize;

use super::show::days;
use crate::commands::args::leads::selection::{self, Selection};
use crate::commands::args::leads::stages::stages_of;
use crate::commands::args::limit::Limit;
use crate::commands::context::Context;
use crate::db::Cells;
use crate::domain::access::role::Right;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Exit, Result};
use crate::filter::query::SortBy;
use crate::filter::{self, LeadColumn, LeadQuery};
use crate::ui::Column;

/// List leads that stay in their status for too long
///
/// The longest come first. Leads in the last stage of the funnel, and those that have gone cold or to dnc, are not
/// stuck.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    crmctl funnel stuck --longer-than 14d\n  \
    crmctl funnel stuck --longer-than 4w --where 'owner = ann@example.com and status = hot' --format csv > call.csv")]
pub struct Args {
    /// So many days of 24 hours, such as 14d or 2w
    #[arg(long, value_name = "DAYS", default_value = "14d", value_parser = days)]
    longer_than: u16,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    limit: Limit,
}

/// A lead that does not get on.
#[derive(Serialize)]
struct Stuck {
    id: Option<i64>,
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    owner: Option<String>,
    status: Option<String>,
    status_changed_at: Option<Timestamp>,
    /// Whole days of 24 hours.
    days: Option<i64>,
}

const COLUMNS: &[Column] = &[
    Column::number("id", "id").kept(),
    Column::text("name", "name"),
    Column::whole("phone", "phone").kept(),
    Column::hidden("email"),
    Column::text("owner", "owner"),
    Column::whole("status", "status").kept(),
    Column::hidden_time("status_changed_at"),
    Column::count("days", "days").kept(),
];

/// The columns that are read, in the order of [`Stuck`].
const READ: [&str; 7] = ["id", "name", "phone", "email", "owner", "status", "status_since"];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let stages = stages_of(&mut session)?;
    let open: Vec<&str> = stages.open().map(|stage| stage.as_str()).collect();
    let hours = u32::from(args.longer_than) * 24;
    let since = Timestamp::from_micros(session.stamp.now.as_micros() - i64::from(hours) * 3_600_000_000);
    let text = format!("status in ({}) and status_since < {since}", open.join(", "));
    let mut parts = vec![filter::parse(&text, &selection::reading(&session, None))?];
    parts.extend(args.selection.filter(&mut session)?);
    let columns = READ.map(column).into_iter().collect::<Result<Vec<LeadColumn>, _>>()?;
    let query = LeadQuery {
        sort: vec![SortBy { column: column("status_since")?, descending: false }],
        ..selection::query(&session, selection::all_of(parts))?
    };
    let (org, now) = (session.org.org_id(), session.stamp.now);
    let limit = args.limit.most(context.ui);
    let mut list = context.ui.list(COLUMNS);
    let is_cut = session.db.read(org, |conn| -> Result<bool> {
        let Some(limit) = limit else {
            query.each(conn, &columns, None, |cells| -> Result<()> { Ok(list.push(&stuck(&cells, now))?) })?;
            return Ok(false);
        };
        // One more than asked for tells whether the list is cut.
        let mut ids = query.ids(conn, None, Some(i64::from(limit) + 1))?;
        let is_cut = ids.len() > limit as usize;
        ids.truncate(limit as usize);
        for cells in query.of_ids(conn, &columns, &ids)? {
            list.push(&stuck(&cells, now))?;
        }
        Ok(is_cut)
    })?;
    list.finish("no lead is stuck")?;
    if is_cut {
        args.limit.tell_cut(context.ui);
    }
    Ok(Exit::Done)
}

fn column(name: &str) -> Result<LeadColumn, CommandError> {
    LeadColumn::named(name).map_err(|_| CommandError::failed(format!("leads have no column `{name}`")))
}

fn stuck(cells: &Cells, now: Timestamp) -> Stuck {
    let text = |place: usize| cells.at(place).text().map(str::to_owned);
    let since = cells.at(6).number().map(Timestamp::from_micros);
    Stuck {
        id: cells.at(0).number(),
        name: text(1),
        phone: text(2),
        email: text(3),
        owner: text(4),
        status: text(5),
        status_changed_at: since,
        days: since.map(|since| now.as_micros().saturating_sub(since.as_micros()) / 86_400_000_000),
    }
}
