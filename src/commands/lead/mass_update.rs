//! Verbs on many leads: which they are, a look at the first of them, a question, and what became of them.

use std::sync::atomic::Ordering;

use serde::Serialize;

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::leads::columns;
use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::leads::selection::{self, Selection};
use crate::commands::context::{Context, Session};
use crate::commands::lead::answer;
use crate::db::{Db, DbError, Lock, RunMode};
use crate::domain::leads::status::Status;
use crate::domain::time::datetime;
use crate::error::{CommandError, Exit, Result};
use crate::export::Record;
use crate::filter::LeadColumn;
use crate::ops::leads::mass_update::{MassUpdate, MassUpdateCounts, change};
use crate::ui::{Column, Format, Ui, grouped};

/// A change to leads.
pub struct Wanted {
    pub action: MassUpdate,
    /// What it is, before the number of leads: `Tag with vip`.
    pub question: String,
    pub mode: RunMode,
}

/// What became of the leads.
#[derive(Serialize)]
struct Summary {
    #[serde(flatten)]
    counts: MassUpdateCounts,
    dry_run: bool,
}

const SUMMARY: &[Column] = &[
    Column::count("matched", "matched"),
    Column::count("changed", "changed"),
    Column::count("unchanged", "unchanged"),
    Column::count("not_allowed", "not allowed"),
    Column::count("on_dnc", "on dnc"),
    Column::hidden("dry_run"),
];

const WITHOUT_REFUSALS: &[Column] = &[
    Column::count("matched", "matched"),
    Column::count("changed", "changed"),
    Column::count("unchanged", "unchanged"),
];

/// The columns of the look at the first leads.
const PREVIEW: [&str; 7] = ["id", "name", "phone", "email", "company", "status", "owner"];

/// How many leads are looked at.
const LOOKED_AT: usize = 10;

/// Changes the leads that are chosen, after a look at them and a question.
pub fn change_selected(
    context: &Context,
    session: &mut Session,
    selection: &Selection,
    wanted: &Wanted,
) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(SUMMARY)?;
    let org = session.org.org_id();
    let filter = selection.filter(session)?;
    let query = selection::query(session, filter)?;
    let lead_columns: Vec<LeadColumn> = PREVIEW.iter().map(|name| LeadColumn::named(name)).collect::<Result<_, _>>()?;
    let (seen, first) = session.db.read(org, |conn| -> Result<_, DbError> {
        let ids = query.ids(conn, None, None)?;
        let first = query.of_ids(conn, &lead_columns, ids.get(..LOOKED_AT).unwrap_or(&ids))?;
        Ok((ids, first))
    })?;
    let records: Vec<Record<'_>> =
        first.iter().map(|cells| Record { columns: &lead_columns, cells, in_words: false }).collect();
    let shown: Vec<Column> = lead_columns.iter().map(columns::shown).collect();
    if !seen.is_empty() && (wanted.mode.is_dry_run() || !ui.yes) {
        ui.preview(&records, &shown)?;
        if seen.len() > LOOKED_AT {
            ui.note(&format!("… and {} more", grouped((seen.len() - LOOKED_AT) as i64)));
        }
    }
    let is_asked = !seen.is_empty() && !wanted.mode.is_dry_run() && !ui.yes;
    if is_asked {
        let leads = if seen.len() == 1 { "lead" } else { "leads" };
        ui.confirm(&format!("{} {} {leads}?", wanted.question, grouped(seen.len() as i64)))?;
    }
    let mut progress = ui.progress();
    let interrupted = session.db.interrupted();
    let (stamp, zone) = (session.stamp.clone(), datetime::zone(&session.org.timezone).map_err(CommandError::failed)?);
    let lock = lock_of(&wanted.action);
    let counts = session.db.write_under(lock, org, wanted.mode, |conn| -> Result<MassUpdateCounts> {
        let ids = query.ids(conn, None, None)?;
        if is_asked && ids != seen {
            return Err(CommandError::failed("other leads are meant by now than those you saw; nothing was changed")
                .hint("look again"));
        }
        let mut step = |done: usize| match interrupted.load(Ordering::Relaxed) {
            true => Err(DbError::Interrupted),
            false => {
                progress.set(done as u64, ids.len() as u64);
                Ok(())
            }
        };
        let counts = change(conn, &ids, &wanted.action, &stamp, &zone, &mut step)?;
        match counts.reconciles() {
            true => Ok(counts),
            false => Err(CommandError::failed("the counts do not reconcile; nothing was changed")
                .hint("this is a fault of crmctl; please report it")),
        }
    })?;
    drop(progress);
    tell(ui, counts, wanted.mode)
}

/// Prints what became of the leads, and why some were refused.
fn tell(ui: Ui, counts: MassUpdateCounts, mode: RunMode) -> Result<Exit> {
    if mode.is_dry_run() {
        ui.note("nothing was changed");
    }
    let refuses = counts.not_allowed + counts.on_dnc > 0;
    let columns = match ui.format {
        Format::Table | Format::Markdown if !refuses => WITHOUT_REFUSALS,
        _ => SUMMARY,
    };
    ui.record(&Summary { counts, dry_run: mode.is_dry_run() }, columns)?;
    if counts.not_allowed > 0 {
        ui.note("some leads do not move there by the table of allowed moves; --force goes past it, with a reason");
    }
    if counts.on_dnc > 0 {
        ui.note("leads with status dnc leave it when their number leaves the do-not-call list: crmctl dnc remove");
    }
    Ok(if refuses { Exit::NeedsAttention } else { Exit::Done })
}

/// Changes one lead, and tells what that did.
pub fn change_one(
    context: &Context,
    session: &mut Session,
    name: &LeadName,
    wanted: &Wanted,
    answer: ChangeArgs,
) -> Result<Exit> {
    match wanted.mode.is_dry_run() && !matches!(context.ui.format, Format::Table | Format::Markdown) {
        true => context.ui.expect_columns(SUMMARY)?,
        false => context.ui.expect_columns(&super::query::show::every_column())?,
    }
    let lead = name.find(session, Among::Live)?;
    if lead.deleted_at.is_some() {
        return Err(CommandError::failed(format!("the lead {} is deleted", lead.id))
            .hint(format!("bring it back: crmctl lead restore {}", lead.id)));
    }
    let stamp = session.stamp.clone();
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    let work =
        |conn: &mut Db| -> Result<_> { Ok(change(conn, &[lead.id], &wanted.action, &stamp, &zone, &mut |_| Ok(()))?) };
    let (counts, changed) = answer::change(session, answer, lock_of(&wanted.action), &lead, work)?;
    if wanted.mode.is_dry_run() && !matches!(context.ui.format, Format::Table | Format::Markdown) {
        return tell(context.ui, counts, wanted.mode);
    }
    changed.print(context.ui)?;
    Ok(Exit::Done)
}

/// What a move to a status must hold: a number that goes on the list concerns every lead that has it.
pub fn lock_to(status: Status) -> Lock {
    if status == Status::Dnc { Lock::DncImport } else { Lock::Leads }
}

fn lock_of(action: &MassUpdate) -> Lock {
    match action {
        MassUpdate::Status { to, .. } => lock_to(*to),
        MassUpdate::Place(_) => Lock::Territories,
        _ => Lock::Leads,
    }
}

/// Which leads a verb is about when it takes a lead or a selection, and a word after it: refuses both and neither.
pub fn one_or_many(lead: Option<String>, selection: &Selection) -> Result<Option<LeadName>, CommandError> {
    match (lead, selection.is_given()) {
        (Some(lead), false) => Ok(Some(LeadName::new(lead, selection.region()))),
        (None, true) => Ok(None),
        (Some(lead), true) => Err(CommandError::usage(format!("`{lead}` and a filter cannot be given together"))
            .hint("name one lead, or choose leads with --where or --segment")),
        (None, false) => Err(CommandError::usage("which leads?")
            .hint("name one by id, phone or email, or choose leads with --where or --segment")),
    }
}
