//! `crmctl lead merge`

use serde::Serialize;

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::leads::rows::LeadRow;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::{Context, Session};
use crate::commands::lead::answer;
use crate::db::models::leads::Lead;
use crate::db::{Db, DbError, Lock, RunMode};
use crate::domain::access::role::Right;
use crate::domain::phone::Region;
use crate::domain::time::datetime;
use crate::error::{CommandError, Exit, Result};
use crate::ops::leads::merge::{Filled, MergeError, Merged, SurvivorRule, merge, survivor_by};
use crate::ui::Column;

/// Merge leads of one person
///
/// One survives and takes over what it lacks; the others are deleted and name it. The survivor keeps its own values. It
/// takes over fields that it lacks, tags, phones and notes, a status that is further on, the first and last contact,
/// and every opt-out; a consent that another lead gave it does not. The logs of the others stay and are read as the
/// survivor's. A deleted lead can be merged, too. `lead restore` undoes a merge.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead merge 10482 20177\n  \
    crmctl lead merge ada@example.com 20177 --survivor fullest --dry-run\n  crmctl lead merge 20177 --into 10482")]
pub struct Args {
    /// The leads: ids, phone numbers or emails
    #[arg(value_name = "ID|PHONE|EMAIL", required = true)]
    leads: Vec<String>,
    /// The lead that survives
    #[arg(long, value_name = "ID|PHONE|EMAIL")]
    into: Option<String>,
    /// Which survives when --into names none: the first created, the last, or the one with the most fields filled in
    #[arg(long, value_name = "RULE", default_value = "oldest", conflicts_with = "into", value_parser = one_of::<SurvivorRule>())]
    survivor: SurvivorRule,
    /// The region of a national phone number, such as US
    #[arg(long)]
    region: Option<Region>,
    #[command(flatten)]
    answer: ChangeArgs,
}

/// A value of the survivor that changes.
#[derive(Serialize)]
struct Change<'a> {
    lead_id: i64,
    field: &'a str,
    old: Option<&'a str>,
    new: Option<&'a str>,
}

const CHANGES: &[Column] = &[
    Column::number("lead_id", "lead"),
    Column::field("field", "field").kept(),
    Column::logged("old", "old", "field").kept(),
    Column::logged("new", "new", "field").kept(),
];

const LEADS: &[Column] = &[
    Column::number("id", "id").kept(),
    Column::text("first_name", "first name"),
    Column::text("last_name", "last name"),
    Column::whole("phone_number", "phone").kept(),
    Column::text("email", "email"),
    Column::text("company", "company").optional(),
    Column::whole("status", "status"),
    Column::time("created_at", "created").optional(),
    Column::time("deleted_at", "deleted"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.answer.mode().is_dry_run() {
        true => context.ui.expect_columns(CHANGES)?,
        false => context.ui.expect_columns(&crate::commands::lead::query::show::every_column())?,
    }
    let mut session = context.session(Right::DeleteLeads)?;
    let (survivor, absorbed) = choose(&args, &mut session)?;
    let ids: Vec<i64> = absorbed.iter().map(|lead| lead.id).collect();
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    let work = |conn: &mut Db| -> Result<Merged, MergeError> { merge(conn, survivor.id, &ids, &stamp, &zone) };
    let is_dry_run = args.answer.mode().is_dry_run();
    if is_dry_run || !context.ui.yes {
        let planned = session.db.write_under(Lock::Leads, org, RunMode::DryRun, work)?;
        preview(context, &mut session, &survivor, &absorbed)?;
        let changes: Vec<Change<'_>> = planned.filled.iter().map(|filled| change(survivor.id, filled)).collect();
        if is_dry_run {
            let mut list = context.ui.list(CHANGES);
            changes.iter().try_for_each(|change| list.push(change))?;
            list.finish("the survivor takes nothing over")?;
            answer::tell_waiting(context.ui, survivor.id, &planned.waiting);
            context.ui.note("nothing was changed");
            return Ok(Exit::Done);
        }
        context.ui.preview(&changes, CHANGES)?;
        let others = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let leads = if ids.len() == 1 { "lead" } else { "leads" };
        context.ui.confirm(&format!("Merge the {leads} {others} into the lead {}?", survivor.id))?;
    }
    let (merged, changed) = answer::change(&mut session, args.answer, Lock::Leads, &survivor, work)?;
    answer::tell_waiting(context.ui, survivor.id, &merged.waiting);
    changed.print(context.ui)?;
    Ok(Exit::Done)
}

/// Who survives, and who is absorbed.
fn choose(args: &Args, session: &mut Session) -> Result<(Lead, Vec<Lead>)> {
    let find =
        |name: &str, session: &mut Session| LeadName::new(name.to_owned(), args.region).find(session, Among::Live);
    let mut named: Vec<Lead> = Vec::new();
    for name in args.into.iter().chain(&args.leads) {
        let lead = find(name, session)?;
        match named.iter().any(|known| known.id == lead.id) {
            true => {
                return Err(CommandError::usage(format!("`{name}` is the lead {}, which is named twice", lead.id)));
            }
            false => named.push(lead),
        }
    }
    if named.len() < 2 {
        return Err(CommandError::usage("a merge needs two leads or more").hint("name the other one, too"));
    }
    let survivor = match args.into {
        Some(_) => named.first().map(|lead| lead.id),
        None => survivor_by(args.survivor, &named),
    };
    let place = survivor.and_then(|id| named.iter().position(|lead| lead.id == id)).ok_or_else(|| {
        CommandError::failed("all of these leads are deleted").hint("restore the one that shall survive")
    })?;
    Ok((named.remove(place), named))
}

/// Shows on stderr which leads they are, the survivor first.
fn preview(context: &Context, session: &mut Session, survivor: &Lead, absorbed: &[Lead]) -> Result<()> {
    let (org, now) = (session.org.org_id(), session.stamp.now);
    let ids: Vec<i64> = std::iter::once(survivor.id).chain(absorbed.iter().map(|lead| lead.id)).collect();
    let rows: Vec<LeadRow> = session
        .db
        .read(org, |conn| -> Result<_, DbError> { crate::commands::args::leads::rows::rows(conn, org, &ids, now) })?;
    Ok(context.ui.preview(&rows, LEADS)?)
}

fn change(lead_id: i64, filled: &Filled) -> Change<'_> {
    Change { lead_id, field: &filled.field, old: filled.old.as_deref(), new: filled.new.as_deref() }
}
