//! `crmctl dnc due`

use serde::Serialize;

use crate::commands::context::Context;
use crate::db::models::dnc::dnc_requests::{self, DncRequest};
use crate::domain::access::role::Right;
use crate::domain::time::{business_days, datetime};
use crate::error::{CommandError, Exit, Result};
use crate::ui::Column;

/// List the requests that nobody has decided
///
/// They have their deadlines; the most urgent comes first. A request must be honoured within ten business days of its
/// receipt (47 CFR 64.1200(a)(10) and (d)(3)): Monday to Friday without federal holidays of the United States, counted
/// in the organization's time zone.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc due --overdue\n\n\
    Decide them: crmctl dnc decide ID honour|dismiss. Exit code 3 when a request is past its deadline.")]
pub struct Args {
    /// Only those past their deadline
    #[arg(long)]
    overdue: bool,
}

/// A request with how long there is left.
#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    request: DncRequest,
    /// Business days after today up to the deadline; negative when it is past.
    business_days_left: i64,
    overdue: bool,
}

const COLUMNS: &[Column] = &[
    Column::number("id", "id").kept(),
    Column::whole("phone_number", "number").kept(),
    Column::hidden_time("received_at"),
    Column::time("due_at", "due").kept(),
    Column::number("business_days_left", "business days left").kept(),
    Column::hidden("overdue"),
    Column::hidden("class"),
    Column::hidden("source"),
    Column::hidden("scope"),
    Column::hidden("reason"),
    Column::text("text", "text"),
    Column::hidden("expires_at"),
    Column::hidden("recorded_by"),
    Column::hidden("actor"),
    Column::hidden("recorded_at"),
    Column::hidden("import_id"),
    Column::hidden("decision"),
    Column::hidden("decision_reason"),
    Column::hidden("decided_by"),
    Column::hidden("decided_actor"),
    Column::hidden_time("decided_at"),
    Column::hidden("dnc_id"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let (org, now) = (session.org.org_id(), session.stamp.now);
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    let day = |time: crate::domain::timestamp::Timestamp| time.to_jiff().to_zoned(zone.clone()).date();
    let mut list = context.ui.list(COLUMNS);
    let mut late = 0_u64;
    for request in session.db.read(org, |conn| dnc_requests::undecided(conn, org))? {
        let overdue = request.due_at < now;
        late += u64::from(overdue);
        if overdue || !args.overdue {
            let business_days_left = business_days::between(day(now), day(request.due_at));
            list.push(&Line { business_days_left, overdue, request })?;
        }
    }
    list.finish("no requests are undecided")?;
    Ok(if late > 0 { Exit::NeedsAttention } else { Exit::Done })
}
