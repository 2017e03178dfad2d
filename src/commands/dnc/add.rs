//! `crmctl dnc add`

use serde::Serialize;

use super::numbers::{Numbers, Refused, leads_moved, print_refused, tell_ambiguous};
use crate::commands::args::idempotency::{IdempotencyKey, tell_earlier};
use crate::commands::args::texts::within;
use crate::commands::args::times;
use crate::commands::args::vocabulary::{one_of, words};
use crate::commands::context::{Context, Session};
use crate::db::models::leads::OnLocked;
use crate::db::{DbError, Lock, RunMode};
use crate::domain::access::role::Right;
use crate::domain::dnc::bans::{Listing, Terms};
use crate::domain::dnc::{DncScope, DncSource};
use crate::domain::phone::E164;
use crate::domain::phone::reading::Reading;
use crate::domain::time::datetime;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Exit, Result};
use crate::ops::dnc::add::{LONGEST_REASON, LONGEST_TEXT, Request, honour};
use crate::ops::dnc::remove::expire;
use crate::ops::dnc::sharing::Group;
use crate::ops::idempotency::IdempotencyError;
use crate::ops::lead_work::next::barred;
use crate::ui::{Change, Column, Ui, grouped};

/// Put numbers on the do-not-call list
///
/// The leads with them get the status dnc. Every request is kept with its evidence, also when the number is listed
/// already. An entry is only ever widened: to more channels, or to a later end. In a group of organizations (`org
/// group`) it is blocked in all of them.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl dnc add '(212) 555-0142' --reason 'asked on the phone' --source opt_out_call\n  \
    crmctl dnc add --file opt-outs.txt --scope texts --requested-at 2026-03-02\n\n\
    A sheet with reasons and dates is imported: crmctl import dnc FILE.\n\
    Exit code 3 when something was no number; the others are added."
)]
pub struct Args {
    #[command(flatten)]
    numbers: Numbers,
    /// Why the numbers may not be contacted
    #[arg(long, value_name = "TEXT", value_parser = within::<LONGEST_REASON>)]
    reason: Option<String>,
    /// Which contacts are forbidden; only all and calls change the status of leads [default: all]
    #[arg(long, value_parser = one_of::<DncScope>())]
    scope: Option<DncScope>,
    /// Where the request comes from [default: manual]
    #[arg(long, value_parser = words(DncSource::SAID))]
    source: Option<DncSource>,
    /// What the person said, or other evidence
    #[arg(long, value_name = "TEXT", value_parser = within::<LONGEST_TEXT>)]
    evidence: Option<String>,
    /// When the person asked for it [default: now]
    #[arg(long, value_name = "WHEN")]
    requested_at: Option<String>,
    /// When the entry ends by itself: a date ends with its day, 30d in thirty days [default: never]
    #[arg(long, value_name = "WHEN")]
    expires: Option<String>,
    #[command(flatten)]
    key: IdempotencyKey,
    /// Do everything but keep nothing: the counts are those of the real call
    #[arg(long)]
    dry_run: bool,
}

/// Numbers that are written together.
const TOGETHER: usize = 8000;

/// What was added.
#[derive(Debug, Default, Serialize)]
struct Summary {
    dry_run: bool,
    /// Numbers read, each a request that is kept.
    requests: u64,
    /// Numbers that were not listed.
    added: u64,
    /// Numbers whose entry forbids more, or longer, than before.
    widened: u64,
    already_listed: u64,
    leads_moved: u64,
    /// The group of organizations in all of which the numbers are blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    /// When an earlier call with the same key did the work: then nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier: Option<Timestamp>,
    refused: Vec<Refused>,
}

const COLUMNS: &[Column] = &[
    Column::hidden("dry_run"),
    Column::count("requests", "requests"),
    Column::count("added", "  added"),
    Column::count("widened", "  widened"),
    Column::count("already_listed", "  listed already"),
    Column::count("leads_moved", "leads moved to dnc"),
    Column::hidden("group"),
    Column::hidden_time("earlier"),
    Column::hidden("refused"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::AddDnc)?;
    let template = template(&args, &session)?;
    let (readings, refused) = args.numbers.gather(&session)?;
    tell_ambiguous(&readings, context.ui);
    // In doubt about who asked, neither is contacted.
    let mut numbers: Vec<E164> = readings.iter().flat_map(Reading::all).collect();
    // In order the indexes grow at their ends, and few of their pages are written twice.
    numbers.sort_unstable();
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    let (org, stamp, interrupted) = (session.org.org_id(), session.stamp.clone(), session.db.interrupted());
    let mut skipped = Vec::new();
    let mut shared_with = None;
    let mut tasks = Vec::new();
    let mut bar = context.ui.progress();
    let mut summary = Summary { dry_run: args.dry_run, refused, ..Summary::default() };
    let digits: Vec<u64> = numbers.iter().map(|number| number.digits()).collect();
    let asked = (&digits, &args.scope, &args.source, &args.reason, &args.evidence, &args.requested_at, &args.expires);
    let keyed = args.key.keyed("dnc add", &asked)?;
    session.db.write_under(
        Lock::DncList,
        org,
        RunMode::of_flag(args.dry_run),
        |conn| -> Result<_, IdempotencyError> {
            if let Some(keyed) = &keyed {
                if let Some(earlier) = keyed.earlier(conn, &stamp)? {
                    summary.earlier = Some(earlier.at);
                    return Ok(());
                }
                keyed.keep(conn, None, &stamp)?;
            }
            shared_with = Group::of(conn, org)?;
            skipped.extend(expire(conn, OnLocked::Skip, &stamp)?.skipped);
            for some in numbers.chunks(TOGETHER) {
                if interrupted.load(std::sync::atomic::Ordering::Relaxed) {
                    return Err(DbError::Interrupted.into());
                }
                let requests: Vec<Request> = some.iter().map(|number| template(*number)).collect();
                let added = honour(conn, &requests, OnLocked::Skip, &stamp, &zone)?;
                skipped.extend(added.skipped);
                summary.count(&added.listings, added.leads_moved);
                bar.set(summary.requests, numbers.len() as u64);
            }
            let texts: Vec<String> = numbers.iter().map(E164::to_string).collect();
            tasks = barred::of_numbers(conn, org, stamp.now, &texts)?;
            Ok(())
        },
    )?;
    drop(bar);
    summary.leads_moved += session.settle(&skipped, RunMode::of_flag(args.dry_run))?;
    tell_earlier(summary.earlier, context.ui);
    tell_tasks(&tasks, context.ui);
    if let Some(group) = shared_with {
        context.ui.note(&group.told(org, RunMode::of_flag(args.dry_run)));
        summary.group = Some(group.slug);
    }
    let ui = context.ui;
    if let ([number], Some(changes)) = (numbers.as_slice(), summary.changes().filter(|_| ui.tells_in_a_line())) {
        ui.changed(&number.to_string(), &changes, args.dry_run)?;
        return Ok(Exit::Done);
    }
    ui.record(&summary, COLUMNS)?;
    print_refused(&summary.refused, ui)?;
    if args.dry_run {
        ui.note(&format!("requests that would be kept: {}; nothing was changed", grouped(summary.requests as i64)));
    }
    Ok(if summary.refused.is_empty() { Exit::Done } else { Exit::NeedsAttention })
}

/// So many tasks are named.
const NAMED: usize = 10;

/// Says that there is something to do about people with these numbers that nobody may do now.
fn tell_tasks(tasks: &[i64], ui: Ui) {
    let named: Vec<String> = tasks.iter().take(NAMED).map(i64::to_string).collect();
    let more = match tasks.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {} more", grouped(more as i64)),
    };
    if !tasks.is_empty() {
        ui.warn(&format!(
            "open tasks want a contact that is forbidden now: {}{more} (crmctl task list)",
            named.join(", ")
        ));
    }
}

/// Makes the request of a number from what was said of all of them.
fn template(args: &Args, session: &Session) -> Result<impl Fn(E164) -> Request + use<>> {
    let now = session.stamp.now;
    let received_at = match &args.requested_at {
        Some(text) => times::point(session, "--requested-at", text)?,
        None => now,
    };
    if received_at > now {
        let time = session.ui.time(received_at);
        return Err(CommandError::usage(format!("--requested-at: {time} lies in the future")));
    }
    let expires_at = args.expires.as_deref().map(|text| times::coming_end(session, "--expires", text)).transpose()?;
    if expires_at.is_some_and(|end| end <= now) {
        return Err(CommandError::usage("--expires lies in the past").hint("leave it out for an entry without end"));
    }
    let terms = Terms { scope: args.scope.unwrap_or_default(), expires_at };
    let (source, reason, text) = (args.source.unwrap_or(DncSource::Manual), args.reason.clone(), args.evidence.clone());
    Ok(move |number| Request {
        number,
        terms,
        source,
        reason: reason.clone(),
        text: text.clone(),
        class: None,
        received_at,
    })
}

impl Summary {
    /// What became of the only number, where it is all that there is to tell.
    fn changes(&self) -> Option<Vec<Change>> {
        let what = match self {
            _ if !self.refused.is_empty() => return None,
            Summary { added: 1, .. } => "added to the do-not-call list",
            Summary { widened: 1, .. } => "on the do-not-call list, which forbids more of it now",
            Summary { already_listed: 1, .. } => "on the do-not-call list already; the request is kept",
            _ => return None,
        };
        Some(vec![Change::said(what)].into_iter().chain(leads_moved(self.leads_moved, "to dnc")).collect())
    }

    fn count(&mut self, listings: &[Listing], leads_moved: u64) {
        self.leads_moved += leads_moved;
        for listing in listings {
            self.requests += 1;
            match listing {
                Listing::Added(_) => self.added += 1,
                Listing::Widened(_) => self.widened += 1,
                Listing::Covered(_) => self.already_listed += 1,
            }
        }
    }
}
