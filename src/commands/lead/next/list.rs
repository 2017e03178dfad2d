//! `crmctl lead next list`

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::Whose;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::{Context, Session, timed};
use crate::db::models::access::users;
use crate::db::{Lock, RunMode};
use crate::domain::access::role::Right;
use crate::domain::lead_work::next::ContactChannel;
use crate::domain::lead_work::next::left_out::LeftOut;
use crate::domain::lead_work::next::priority::{Priority, Reason};
use crate::error::{CommandError, Exit, Result};
use crate::ops::lead_work::next::{Answer, Ask, Recommendation, recommend, store_arms};
use crate::ui::{Column, Format, grouped};

/// Show whom to contact next, with the reasons
///
/// Leads that are open and may be contacted now: on no list, none unknown to a registry that must be honoured, consent not denied, at an
/// hour at which they may be called. Why others before them were left out is counted. Without --owner and --all it is your own leads, and
/// nobody's in your territories. With --all, while it is the hour in fewer than half of the area codes, leads of others are passed over.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl lead next list --limit 5\n  crmctl lead next list --owner ann@example.com --channel email\n  \
    crmctl lead next list --all --holdout 10\n\n\
    Exit code 0 whether anybody is to be contacted or not."
)]
pub struct Args {
    #[command(flatten)]
    whose: Whose,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// How they are to be contacted
    #[arg(long, value_parser = one_of::<ContactChannel>(), default_value = "call")]
    channel: ContactChannel,
    /// Do not look at calling hours
    #[arg(long)]
    any_hour: bool,
    /// Hold out so many of a hundred leads at random for `lead next stats`, and store who was shown; managers may
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=50))]
    holdout: Option<u8>,
    /// Store nothing
    #[arg(long, requires = "holdout")]
    dry_run: bool,
}

/// A recommendation as it is printed.
#[derive(Debug, Serialize)]
struct Line {
    id: i64,
    name: Option<String>,
    company: Option<String>,
    reach: String,
    status: String,
    /// The email of its owner.
    owner: Option<String>,
    priority: Priority,
    points: i32,
    reasons: String,
}

/// The same as programs read it.
#[derive(Debug, Serialize)]
struct Document<'a> {
    channel: ContactChannel,
    recommendations: Vec<Full<'a>>,
    considered: u64,
    shown: usize,
    left_out: BTreeMap<&'static str, u64>,
    /// Whether there are no further leads that may be contacted.
    is_whole: bool,
    /// In so many area codes it is the hour, and leads of no others were considered; null: wherever they are.
    open_area_codes: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Full<'a> {
    id: i64,
    uid: String,
    name: Option<String>,
    company: &'a Option<String>,
    owner_id: Option<i64>,
    owner: Option<&'a String>,
    reach: &'a str,
    status: String,
    priority: Priority,
    points: i32,
    reasons: &'a [Reason],
}

const COLUMNS: &[Column] = &[
    Column::number("id", "id").kept(),
    Column::text("name", "name").kept(),
    Column::text("company", "company").optional(),
    Column::whole("reach", "reach").kept(),
    Column::whole("status", "status").optional(),
    Column::text("owner", "owner").optional(),
    Column::whole("priority", "priority"),
    Column::number("points", "points").kept(),
    Column::text("reasons", "reasons").kept(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    // Only who is compared is stored.
    let right = if args.holdout.is_some() { Right::EditMany } else { Right::Read };
    let mut session = context.session(right)?;
    let ask = args.ask(&mut session)?;
    let (stamp, ui) = (session.stamp.clone(), context.ui);
    let mut answer = timed(ui, "leads ordered", || {
        session.db.read(stamp.org, |conn| -> Result<Answer> { reconciled(recommend(conn, &ask, &stamp)?) })
    })?;
    if args.holdout.is_some() {
        // The search is over: others wait for the storing alone. The reasons speak of people: beside it nobody is erased.
        let mode = RunMode::of_flag(args.dry_run);
        answer = session.db.write_under(Lock::Leads, stamp.org, mode, |conn| -> Result<Answer> {
            store_arms(conn, &mut answer, &ask, &stamp)?;
            reconciled(answer)
        })?;
    }
    let users = session.db.read(stamp.org, |conn| users::all(conn, stamp.org))?;
    let emails: Emails = users.into_iter().map(|user| (user.id, user.email)).collect();
    if ui.format == Format::Json && !ui.wants_records() {
        ui.document(&document(&answer, ask.channel, &emails))?;
        return Ok(Exit::Done);
    }
    let mut list = ui.list(COLUMNS);
    for one in &answer.shown {
        list.push(&line(one, &emails))?;
    }
    list.finish("nobody is to be contacted now")?;
    ui.note(&told(&answer));
    if args.dry_run {
        ui.note("dry run: nothing was stored");
    }
    Ok(Exit::Done)
}

fn reconciled(answer: Answer) -> Result<Answer> {
    match answer.reconciles() {
        true => Ok(answer),
        false => Err(CommandError::failed("the counts do not reconcile; nothing was stored")
            .hint("this is a fault of crmctl; please report it")),
    }
}

impl Args {
    fn ask(&self, session: &mut Session) -> Result<Ask> {
        let person = self.whose.person(session)?;
        let limit = usize::from(self.limit);
        Ok(Ask { person, channel: self.channel, limit, at_any_hour: self.any_hour, holdout: self.holdout })
    }
}

/// Users by their ids.
type Emails = HashMap<i64, String>;

fn line(one: &Recommendation, emails: &Emails) -> Line {
    let reasons = one.reasons.iter().map(|part| format!("{} (+{})", part.reason, part.points));
    let reasons: Vec<String> = reasons.collect();
    Line {
        id: one.lead.id,
        name: one.lead.full_name(),
        company: one.lead.company.clone(),
        reach: one.reach.clone(),
        status: one.lead.status.to_string(),
        owner: one.lead.owner_id.and_then(|owner| emails.get(&owner).cloned()),
        priority: one.priority,
        points: one.points,
        reasons: if reasons.is_empty() {
            "nothing speaks for it but that it is open".to_owned()
        } else {
            reasons.join("; ")
        },
    }
}

fn document<'a>(answer: &'a Answer, channel: ContactChannel, emails: &'a Emails) -> Document<'a> {
    Document {
        channel,
        recommendations: answer.shown.iter().map(|one| full(one, emails)).collect(),
        considered: answer.considered,
        shown: answer.shown.len(),
        left_out: answer.left_out.iter().map(|(why, count)| (why.as_str(), *count)).collect(),
        is_whole: answer.is_whole,
        open_area_codes: answer.open_areas,
    }
}

fn full<'a>(one: &'a Recommendation, emails: &'a Emails) -> Full<'a> {
    let Recommendation { lead, reach, points, priority, reasons } = one;
    Full {
        id: lead.id,
        uid: lead.uid.0.to_string(),
        name: lead.full_name(),
        company: &lead.company,
        owner_id: lead.owner_id,
        owner: lead.owner_id.and_then(|owner| emails.get(&owner)),
        reach,
        status: lead.status.to_string(),
        priority: *priority,
        points: *points,
        reasons,
    }
}

/// How many were looked at, and why some are not shown.
fn told(answer: &Answer) -> String {
    let count = |count: u64| grouped(i64::try_from(count).unwrap_or(i64::MAX));
    let left_out: Vec<String> =
        answer.left_out.iter().map(|(why, many)| format!("{} {}", count(*many), LeftOut::told(*why))).collect();
    let out = match left_out.is_empty() {
        true => "none left out".to_owned(),
        false => format!("left out: {}", left_out.join(", ")),
    };
    let reach = match answer.is_whole {
        true => "all open leads",
        false => "open leads up to the last one shown",
    };
    let place = match answer.open_areas {
        None => String::new(),
        Some(0) => {
            return "it is the hour in no area code, so no lead was considered: --any-hour does not look at hours"
                .to_owned();
        }
        Some(1) => " in the one area code where it is the hour".to_owned(),
        Some(many) => format!(" in the {many} area codes where it is the hour"),
    };
    format!("{reach}{place}: {} = {} shown + {out}", count(answer.considered), answer.shown.len())
}
