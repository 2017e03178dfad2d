//! `crmctl dnc decide`

use serde::Serialize;

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::texts::within;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Context;
use crate::db::Lock;
use crate::db::models::dnc::dnc_requests::DncRequest;
use crate::domain::access::role::Right;
use crate::domain::dnc::Decision;
use crate::error::{CommandError, Exit, Result};
use crate::ops::dnc::add::LONGEST_REASON;
use crate::ops::dnc::requests::decide::decide;
use crate::ui::{Change, Column, count};

/// Decide a request: honour it or dismiss it
///
/// To honour it puts its number on the list; to dismiss it needs a reason.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc decide 12 honour\n  \
    crmctl dnc decide 13 dismiss --reason 'speaks of a bill, not of us'")]
pub struct Args {
    /// The request, by its number in `dnc due`
    id: i64,
    /// What becomes of it
    #[arg(value_parser = one_of::<Decision>())]
    decision: Decision,
    /// Why it is decided so; a dismissal needs it
    #[arg(long, value_name = "TEXT", value_parser = within::<LONGEST_REASON>)]
    reason: Option<String>,
    #[command(flatten)]
    answer: ChangeArgs,
}

#[derive(Serialize)]
struct Decided {
    #[serde(flatten)]
    request: DncRequest,
    leads_moved: u64,
}

const COLUMNS: &[Column] = &[
    Column::number("id", "id"),
    Column::whole("phone_number", "number"),
    Column::text("text", "text"),
    Column::whole("class", "class"),
    Column::time("received_at", "received"),
    Column::time("due_at", "due"),
    Column::whole("decision", "decision"),
    Column::text("decision_reason", "why"),
    Column::time("decided_at", "decided"),
    Column::number("dnc_id", "entry"),
    Column::count("leads_moved", "leads moved to dnc"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let right = match (args.decision, &args.reason) {
        (Decision::Honour, _) => Right::AddDnc,
        (Decision::Dismiss, Some(_)) => Right::RemoveDnc,
        (Decision::Dismiss, None) => {
            return Err(CommandError::usage("a dismissal needs its reason")
                .hint("say it, for example --reason 'speaks of a bill, not of us'"));
        }
    };
    let mut session = context.session(right)?;
    let (stamp, mode) = (session.stamp.clone(), args.answer.mode());
    let (request, added) = session.db.write_under(Lock::DncList, stamp.org, mode, |conn| {
        decide(conn, args.id, args.decision, args.reason.as_deref(), &stamp)
    })?;
    session.settle(&added.skipped, mode)?;
    let mut changes = vec![
        Change::new("decision", None, request.decision.map(|decision| decision.to_string())),
        Change::new("dnc_id", None, request.dnc_id.map(|id| id.to_string())),
        Change::new("decision_reason", None, request.decision_reason.clone()),
    ];
    changes.retain(|change| change.new.is_some());
    if added.leads_moved > 0 {
        changes.push(Change::said(format!("leads moved to dnc: {}", count(added.leads_moved))));
    }
    let subject = format!("dnc request {} of {}", request.id, request.phone_number);
    args.answer.answer(context.ui, &subject, &changes, || {
        Ok(context.ui.record(&Decided { request, leads_moved: added.leads_moved }, COLUMNS)?)
    })?;
    Ok(Exit::Done)
}
