//! `crmctl dnc remove`

use serde::Serialize;

use super::numbers::{Numbers, Refused, print_refused};
use crate::commands::args::texts::within;
use crate::commands::context::{Context, Session};
use crate::db::{Lock, RunMode};
use crate::domain::access::role::Right;
use crate::domain::phone::E164;
use crate::error::{CommandError, Exit, Result};
use crate::ops::dnc::add::LONGEST_REASON;
use crate::ops::dnc::remove::{Removed, remove};
use crate::ui::{Column, Ui, grouped};

/// Take numbers off the do-not-call list; their leads get the status that they had before
///
/// The entry is closed and kept, with who, when and why. The opt-out of a person who did not ask to be taken off must
/// stay: this is for numbers that were listed by mistake, or whose owner has changed.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  crmctl dnc remove '(212) 555-0142' --reason 'new owner of the number, in writing' --yes\n\n\
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
    refused: Vec<Refused>,
}

const COLUMNS: &[Column] = &[
    Column::hidden("dry_run"),
    Column::count("removed", "removed"),
    Column::hidden("numbers"),
    Column::count("leads_moved", "leads moved back"),
    Column::hidden("not_listed"),
    Column::hidden("refused"),
];

/// How many entries a person sees before being asked.
const PREVIEWED: usize = 5;

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.catch_interrupts();
    let mut session = context.session(Right::RemoveDnc)?;
    let (numbers, refused) = args.numbers.gather(&session)?;
    if !args.dry_run && !context.ui.yes {
        context.ui.require_someone_to_ask()?;
        let preview = work(&mut session, &numbers, &args.reason, RunMode::DryRun)?;
        refuse_nothing(&preview)?;
        context.ui.confirm(&question(&preview, context.ui))?;
    }
    let removed = work(&mut session, &numbers, &args.reason, RunMode::of_flag(args.dry_run))?;
    refuse_nothing(&removed)?;
    let summary = Summary {
        dry_run: args.dry_run,
        removed: removed.entries.len() as u64,
        leads_moved: removed.leads_moved,
        numbers: removed.entries.into_iter().map(|entry| entry.phone_number).collect(),
        not_listed: removed.not_listed.iter().map(E164::to_string).collect(),
        refused,
    };
    context.ui.record(&summary, COLUMNS)?;
    print_numbers("removed", &summary.numbers, context.ui)?;
    print_numbers("not listed", &summary.not_listed, context.ui)?;
    print_refused(&summary.refused, context.ui)?;
    let whole = summary.refused.is_empty() && summary.not_listed.is_empty();
    Ok(if whole { Exit::Done } else { Exit::NeedsAttention })
}

fn work(session: &mut Session, numbers: &[E164], reason: &str, mode: RunMode) -> Result<Removed> {
    let stamp = session.stamp.clone();
    Ok(session.db.write_under(Lock::DncList, stamp.org, mode, |conn| remove(conn, numbers, reason, &stamp))?)
}

fn refuse_nothing(removed: &Removed) -> Result<(), CommandError> {
    match (removed.entries.is_empty(), removed.not_listed.as_slice()) {
        (true, [only]) => Err(CommandError::failed(format!("{only} is not on the do-not-call list"))
            .hint(format!("see what happened to it: crmctl dnc history {only}"))),
        (true, _) => Err(CommandError::failed("none of the numbers is on the do-not-call list")),
        (false, _) => Ok(()),
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
        ui.note(&format!("{} ({}), since {}: {reason}", entry.phone_number, entry.scope, entry.added_at));
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
