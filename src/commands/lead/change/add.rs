//! `crmctl lead add`

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::leads::values::LeadValues;
use crate::commands::context::Context;
use crate::commands::lead::answer::{subject, tell_waiting};
use crate::commands::lead::query::show::{gather, print_shown};
use crate::db::Lock;
use crate::db::models::leads::OnLocked;
use crate::db::models::leads::{self, Lead};
use crate::domain::access::role::Right;
use crate::domain::imports::duplicates::{OnDuplicate, OnListed};
use crate::domain::leads::status::Status;
use crate::domain::phone::{E164, Region};
use crate::domain::time::datetime;
use crate::error::{CommandError, Exit, Result};
use crate::import::kinds::leads::checker::Identity;
use crate::ops::dnc::refusers::wait_for_decision;
use crate::ops::dnc::remove::expire;
use crate::ops::leads::upsert::{Fate, LeadWriter, Policy};
use crate::ui::Change;

/// Add one lead
///
/// The values are checked by the rules of the import. A lead that is known already is refused.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl lead add --phone '(212) 555-0142' --region US --name 'Ada Lovelace' --tag vip"
)]
pub struct Args {
    #[command(flatten)]
    values: LeadValues,
    /// The region of a national phone number, such as US
    #[arg(long)]
    region: Option<Region>,
    /// The status, or one of its common words [default: new]
    #[arg(long)]
    status: Option<String>,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&crate::commands::lead::query::show::every_column())?;
    let mut session = context.session(Right::EditLeads)?;
    let org = session.org.org_id();
    let mut draft = args.values.draft(&mut session, args.region, Identity::Required)?;
    if let Some(word) = &args.status {
        draft.status = Some(Status::parse(word).ok_or_else(|| {
            CommandError::usage(format!("`{word}` is no status")).hint(format!("the statuses are {}", Status::words()))
        })?);
    }
    let stamp = session.stamp.clone();
    let policy = Policy { on_duplicate: OnDuplicate::Reject, on_listed: OnListed::Flag, only_known: false };
    // A number that goes on the list concerns every lead that has it.
    let lock = if draft.wants_dnc() { Lock::DncImport } else { Lock::Leads };
    let (now, ui) = (session.stamp.now, context.ui);
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    let (outcome, lead, shown, waiting) =
        session.db.write_under(lock, org, args.answer.mode(), |conn| -> Result<_> {
            expire(conn, OnLocked::Wait, &stamp)?;
            let mut writer = LeadWriter::new(conn, stamp.clone(), policy, "lead add".into(), 1)?;
            let outcome = writer.write(conn, &[&draft])?.pop();
            writer.finish(conn)?;
            let id = match outcome.map(|o| o.fate) {
                Some(Fate::RejectedDuplicate(id)) => {
                    return Err(CommandError::failed(format!("the lead {id} is this person already"))
                        .hint(format!("look at it: crmctl lead show {id}")));
                }
                Some(Fate::RejectedConflict(a, b)) => {
                    let problem = format!("the external id names the lead {a}, the phone the lead {b}");
                    return Err(CommandError::failed(problem));
                }
                Some(Fate::Created(id)) => Some(id),
                _ => None,
            };
            let numbers: Vec<String> = writer.numbers_of_refusers().iter().map(E164::to_string).collect();
            let waiting = match id {
                Some(id) => wait_for_decision(conn, id, &numbers, &stamp, &zone)?,
                None => Vec::new(),
            };
            let lead = match id {
                Some(id) => leads::by_ids(conn, org, &[id])?.pop(),
                None => None,
            };
            let shown = match &lead {
                Some(lead) if args.answer.shows(ui) => Some(gather(conn, org, lead.clone(), now)?),
                _ => None,
            };
            Ok((outcome, lead, shown, waiting))
        })?;
    let (Some(outcome), Some(lead)) = (outcome, lead) else {
        return Err(CommandError::failed("the lead was not added").hint("look for it: crmctl lead search"));
    };
    if outcome.dnc_flagged {
        context.ui.warn("the number is on the do-not-call list; the lead has the status dnc");
    }
    if outcome.consent_kept {
        context.ui.warn("the person opted out before; the opt-out is kept");
    }
    tell_waiting(context.ui, lead.id, &waiting);
    if outcome.possible_duplicate {
        context.ui.warn("another lead has the same email; it may be the same person");
    }
    if outcome.previously_erased {
        context.ui.warn("somebody with this phone or email was erased at their wish; their opt-outs hold");
    }
    if outcome.previously_deleted {
        context.ui.note("a deleted lead had this phone");
    }
    args.answer.answer(ui, &subject(lead.id), &added(&lead), || match shown {
        Some(shown) => print_shown(ui, &shown),
        None => Ok(()),
    })?;
    Ok(Exit::Done)
}

/// What is told of a new lead: who it is, and its status.
fn added(lead: &Lead) -> Vec<Change> {
    let name = [&lead.first_name, &lead.last_name].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    let who = [Some(name), lead.phone_number.clone(), lead.email.clone(), Some(format!("status {}", lead.status))];
    let told = who.into_iter().flatten().filter(|text| !text.is_empty());
    std::iter::once("added".to_owned()).chain(told).map(Change::said).collect()
}
