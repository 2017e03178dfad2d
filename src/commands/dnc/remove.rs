//! `crmctl dnc remove`

use serde::Serialize;

use super::numbers::{Numbers, Refused, leads_moved, print_refused};
use crate::commands::args::texts::within;
use crate::commands::context::{Context, Session};
use crate::db::models::dnc::dnc_entries;
use crate::db::{Lock, RunMode};
use crate::domain::access::role::Right;
use crate::domain::phone::E164;
use crate::domain::phone::reading::Reading;
use crate::error::{CommandError, Exit, Result};
use crate::ops::dnc::add::LONGEST_REASON;
use crate::ops::dnc::remove::{Removed, remove};
use crate::ui::{Change, Column, Ui, grouped};

/// Take numbers off the do-not-call list
///
/// Their leads get the status that they had before. The entry is closed and kept, with who, when and why. The opt-out
/// of a person who did not ask to be taken off must stay: this is for numbers that were listed by mistake, or whose
/// owner has changed.
///
/// In a group of organizations the number leaves the lists of all of them, unless another one lists it, too. A number
/// that others list only they take off.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl dnc remove '(212) 555-0142' --reason 'new owner of the number, in writing' --dry-run\n\n\
    Exit code 3 when a number was not listed or something was no number."
)]
pub struct Args {
    #[command(flatten)]
    numbers: Numbers,
    /// Why the numbers may be contacted again
    #[arg(long, value_name = "TEXT", value_parser = within::<LONGEST_REASON>)]
    reason: String,
    /// Show what would be removed and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// What was removed.
#[derive(Debug, Serialize)]
struct Summary {
    dry_run: bool,
    removed: u64,
    leads_moved: u64,
    numbers: Vec<String>,
    not_listed: Vec<String>,
    /// Removed numbers that stay blocked, because another organization of the group lists them, too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    still_shared: Vec<String>,
    /// Listed spellings by which numbers of the call stay blocked.
    still_blocked_by: Vec<String>,
    refused: Vec<Refused>,
}

const COLUMNS: &[Column] = &[
    Column::hidden("dry_run"),
    Column::count("removed", "removed"),
    Column::hidden("numbers"),
    Column::count("leads_moved", "leads moved back"),
    Column::hidden("not_listed"),
    Column::hidden("still_shared"),
    Column::hidden("still_blocked_by"),
    Column::hidden("refused"),
];

/// How many entries a person sees before being asked.
const PREVIEWED: usize = 5;

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::RemoveDnc)?;
    let (readings, refused) = args.numbers.gather(&session)?;
    refuse_ambiguous(&mut session, &readings)?;
    let numbers: Vec<E164> = readings.iter().flat_map(Reading::all).collect();
    if !args.dry_run && !context.ui.yes {
        context.ui.require_someone_to_ask()?;
        let preview = work(&mut session, &numbers, &args.reason, RunMode::DryRun)?;
        context.ui.confirm(&question(&preview, context.ui))?;
    }
    let removed = work(&mut session, &numbers, &args.reason, RunMode::of_flag(args.dry_run))?;
    session.settle(&removed.skipped, RunMode::of_flag(args.dry_run))?;
    // Of a number that may be two it is enough that one was listed.
    let is_missing = |number: &E164| removed.not_listed.contains(number);
    let mut not_listed: Vec<E164> =
        readings.iter().filter(|reading| reading.all().all(|n| is_missing(&n))).map(|reading| reading.number).collect();
    not_listed.sort_unstable();
    not_listed.dedup();
    tell_still_reached(&removed, context.ui);
    tell_still_shared(&removed, context.ui);
    let summary = Summary {
        dry_run: args.dry_run,
        removed: removed.entries.len() as u64,
        leads_moved: removed.leads_moved,
        numbers: removed.entries.into_iter().map(|entry| entry.phone_number).collect(),
        not_listed: not_listed.iter().map(E164::to_string).collect(),
        still_shared: removed.still_shared,
        still_blocked_by: removed.still_reached.iter().map(|reached| reached.entry.phone_number.clone()).collect(),
        refused,
    };
    let whole = summary.refused.is_empty() && summary.not_listed.is_empty();
    if let ([number], true, true) = (summary.numbers.as_slice(), whole, context.ui.tells_in_a_line()) {
        let taken = Change::said("taken off the do-not-call list");
        let changes: Vec<Change> = std::iter::once(taken).chain(leads_moved(summary.leads_moved, "back")).collect();
        context.ui.changed(number, &changes, args.dry_run)?;
        return Ok(Exit::Done);
    }
    context.ui.record(&summary, COLUMNS)?;
    print_numbers("removed", &summary.numbers, context.ui)?;
    print_numbers("not listed", &summary.not_listed, context.ui)?;
    print_refused(&summary.refused, context.ui)?;
    if args.dry_run {
        context.ui.note("dry run: nothing was changed");
    }
    Ok(if whole { Exit::Done } else { Exit::NeedsAttention })
}

/// Refuses a number that may be two of which both are listed: they may be two people's.
fn refuse_ambiguous(session: &mut Session, readings: &[Reading]) -> Result<()> {
    let org = session.org.org_id();
    for (number, with_plus) in readings.iter().filter_map(|reading| Some((reading.number, reading.with_plus?))) {
        let both = [number.to_string(), with_plus.to_string()];
        if session.db.read(org, |conn| dnc_entries::live_among(conn, org, &both))?.len() > 1 {
            return Err(CommandError::failed(format!("{with_plus} and {number} are both listed; nothing was changed"))
                .hint("say which: write the number with its +"));
        }
    }
    Ok(())
}

fn work(session: &mut Session, numbers: &[E164], reason: &str, mode: RunMode) -> Result<Removed> {
    let stamp = session.stamp.clone();
    session.db.write_under(Lock::DncList, stamp.org, mode, |conn| {
        let removed = remove(conn, numbers, reason, &stamp)?;
        refuse_those_of_others(&removed)?;
        refuse_nothing(&removed)?;
        Ok(removed)
    })
}

/// Refuses numbers that only other organizations of the group list: it is not said which.
fn refuse_those_of_others(removed: &Removed) -> Result<(), CommandError> {
    let problem = match removed.of_others.as_slice() {
        [] => return Ok(()),
        [only] => format!("{only} came onto the list through the group; nothing was changed"),
        [first, rest @ ..] => {
            format!(
                "{first} and {} more came onto the list through the group; nothing was changed",
                grouped(rest.len() as i64)
            )
        }
    };
    Err(CommandError::failed(problem).hint("the organization of the group that listed it must take it off"))
}

fn refuse_nothing(removed: &Removed) -> Result<(), CommandError> {
    if let (true, [reached, ..]) = (removed.entries.is_empty(), removed.still_reached.as_slice()) {
        let listed = &reached.entry.phone_number;
        let problem = format!("{} is listed as {listed}, which may be the same subscriber", reached.number);
        return Err(
            CommandError::failed(problem).hint(format!("remove that entry: crmctl dnc remove {listed} --reason TEXT"))
        );
    }
    match (removed.entries.is_empty(), removed.not_listed.as_slice()) {
        (true, [only]) => Err(CommandError::failed(format!("{only} is not on the do-not-call list"))
            .hint(format!("see what happened to it: crmctl dnc history {only}"))),
        (true, _) => Err(CommandError::failed("none of the numbers is on the do-not-call list")),
        (false, _) => Ok(()),
    }
}

/// Says which numbers stay blocked by another spelling.
fn tell_still_reached(removed: &Removed, ui: Ui) {
    for reached in removed.still_reached.iter().take(SHOWN) {
        let (number, listed) = (&reached.number, &reached.entry.phone_number);
        ui.note(&format!("{number} stays blocked: {listed} is listed, which may be the same subscriber"));
    }
}

/// Says which numbers stay blocked because others list them.
fn tell_still_shared(removed: &Removed, ui: Ui) {
    for number in removed.still_shared.iter().take(SHOWN) {
        ui.note(&format!("{number} stays blocked: another organization of the group lists it, too"));
    }
}

/// How many numbers a person sees; the machine-readable forms have all of them.
const SHOWN: usize = 20;

fn print_numbers(title: &str, numbers: &[String], ui: Ui) -> Result<()> {
    #[derive(Serialize)]
    struct Line<'a> {
        number: &'a str,
    }
    let lines: Vec<Line<'_>> = numbers.iter().take(SHOWN).map(|number| Line { number }).collect();
    ui.part(title, &lines, &[Column::whole("number", "number")])?;
    if numbers.len() > SHOWN {
        ui.note(&format!("{} more; --format json lists all of them", grouped((numbers.len() - SHOWN) as i64)));
    }
    Ok(())
}

/// Tells what would be removed, and asks about it.
fn question(preview: &Removed, ui: Ui) -> String {
    for entry in preview.entries.iter().take(PREVIEWED) {
        let reason = entry.reason.as_deref().unwrap_or("no reason given");
        let since = ui.time(entry.added_at);
        ui.note(&format!("{} ({}), since {since}: {reason}", entry.phone_number, entry.scope));
    }
    if preview.entries.len() > PREVIEWED {
        ui.note(&format!("and {} more", grouped((preview.entries.len() - PREVIEWED) as i64)));
    }
    format!(
        "Take {} off the do-not-call list? Leads that move back: {}",
        grouped(preview.entries.len() as i64),
        grouped(preview.leads_moved as i64)
    )
}
