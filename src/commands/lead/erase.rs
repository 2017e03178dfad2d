//! `crmctl lead erase`

use super::{Among, LeadName, LeadRow};
use crate::commands::context::Context;
use crate::commands::texts::within;
use crate::db::{DbError, Lock};
use crate::domain::role::Right;
use crate::error::Exit;
use crate::ops::dnc::add::LONGEST_REASON;
use crate::ops::lead_erase::{EraseError, erase, twins};
use crate::ui::Column;

/// Erase a person: what is stored of them leaves the lead, its merged twins, notes, logs, records of imports and the index
/// of searches, for good
///
/// Their rows stay as tombstones for reports, with status, source, value and opt-outs, and keyed hashes of phones and
/// emails by which a later import of the person is told. The do-not-call list, requests and recorded checks keep the bare
/// number, because the law wants it kept. Backups and files that were exported keep what they hold.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead show 10482 --export-personal > person.json\n  \
    crmctl lead erase 10482 --reason 'asked by letter of 2026-03-04' --dry-run")]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
    /// Why, without saying who: it is kept
    #[arg(long, value_name = "TEXT", value_parser = within::<LONGEST_REASON>)]
    reason: Option<String>,
    /// Show what would be erased and change nothing
    #[arg(long)]
    dry_run: bool,
}

const COLUMNS: &[Column] = &[
    Column::text("lead_ids", "leads"),
    Column::count("tags", "tags"),
    Column::count("phones", "further phones"),
    Column::count("notes", "notes"),
    Column::count("audit_entries", "entries of the audit log"),
    Column::count("status_reasons", "reasons of statuses"),
    Column::count("assignments", "assignments"),
    Column::count("dnc_records", "texts of the do-not-call list"),
    Column::count("cost_texts", "texts of costs"),
    Column::count("imports", "records of imports"),
    Column::text("other_lead_ids", "other leads that have or had their phone or email"),
    Column::text("segments", "segments that name them"),
    Column::text("ledger", "budget transactions that name them"),
    Column::hidden("dry_run"),
];

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let mut session = context.session(Right::EraseLeads)?;
    let lead = args.name.find(&mut session, Among::Any)?;
    let (org, stamp, ui) = (session.org.org_id(), session.stamp.clone(), context.ui);
    let rows: Vec<LeadRow> = session.db.read(org, |conn| -> Result<_, DbError> {
        let ids = twins(conn, org, &lead)?;
        super::rows(conn, org, &ids, stamp.now)
    })?;
    if !args.dry_run && !ui.yes {
        let shown: Vec<Column> = super::COLUMNS.iter().filter(|column| column.in_tables).cloned().collect();
        ui.preview(&rows, &shown)?;
        let leads = if rows.len() == 1 { "this lead" } else { "these leads" };
        ui.confirm(&format!("Erase the person of {leads} for good?"))?;
    }
    let reason = args.reason.as_deref();
    let mut erased = session.db.write_under(Lock::Erasure, org, args.dry_run, |conn| -> Result<_, EraseError> {
        erase(conn, &lead, reason, &stamp)
    })?;
    erased.dry_run = args.dry_run;
    ui.record(&erased, COLUMNS)?;
    if !args.dry_run && session.db.is_sqlite() {
        ui.note("clearing the file of the database of what was erased");
    }
    if args.dry_run {
        ui.note("nothing was changed");
    } else if !session.db.clear_free_space()? {
        ui.note(match session.db.is_sqlite() {
            true => "others use the database, so free space in its file may still hold what was erased: run VACUUM",
            false => "PostgreSQL keeps old versions of rows until its owner runs VACUUM, or autovacuum does",
        });
    }
    if !erased.other_lead_ids.is_empty() {
        ui.warn(
            "other leads have or had a phone or email of this person; where they are the same person, erase them, too",
        );
    }
    if !erased.segments.is_empty() {
        ui.warn("segments name this person in their filters: change or delete them");
    }
    if !erased.ledger.is_empty() {
        ui.warn("budget transactions hold a phone or email of this person, and a ledger is never changed");
    }
    let needs_attention = [erased.other_lead_ids.is_empty(), erased.segments.is_empty(), erased.ledger.is_empty()];
    Ok(if needs_attention.contains(&false) { Exit::NeedsAttention } else { Exit::Done })
}
