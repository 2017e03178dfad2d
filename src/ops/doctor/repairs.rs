//! What one call mends without losing anything.

use std::path::PathBuf;
use std::time::Duration;

use super::Scope;
use super::dnc::missing_in_groups;
use super::registries::must_have_ended;
use crate::db::health::files::{close_to_others, files, is_open_to_others};
use crate::db::health::statuses::disagreements;
use crate::db::health::{integrity, objects};
use crate::db::lead_changes::{self, LeadChanges};
use crate::db::models::leads::{OnLocked, lead_search};
use crate::db::{Database, Db, DbError, Location, Lock, RunMode, Stamp};
use crate::domain::dnc::RemovalKind;
use crate::domain::doctor::Repair;
use crate::domain::leads::status::Trigger;
use crate::error::{CommandError, Explain};
use crate::ops::dnc::registries::{RegistryError, give_up};
use crate::ops::dnc::sharing::{Group, settle_all};
use crate::ops::dnc::spellings::write_anew;

/// Why something was not mended.
#[derive(Debug, thiserror::Error)]
pub enum RepairError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error("cannot change who may read `{path}`: {reason}")]
    File { path: PathBuf, reason: String },
    #[error("{0} is for {1}, which this database is not in")]
    OtherEngine(Repair, &'static str),
    #[error("others use the database, so that its log cannot be emptied")]
    InUse,
}

impl Explain for RepairError {
    fn explain(&self) -> CommandError {
        let error = CommandError::failed(self.to_string());
        match self {
            RepairError::Db(e) => e.explain(),
            RepairError::Registry(e) => e.explain(),
            RepairError::File { .. } => error.hint("as the owner of the file: chmod go= FILE"),
            RepairError::OtherEngine(..) => CommandError::usage(self.to_string()).hint("see: crmctl doctor"),
            RepairError::InUse => error.hint("try again when they have ended"),
        }
    }
}

/// What was mended.
#[derive(Debug, Default)]
pub struct Repaired {
    /// How many things.
    pub count: u64,
    /// What they are: each, or a text for all where they are rows of many.
    pub names: Vec<String>,
}

impl Repaired {
    fn each(names: Vec<String>) -> Repaired {
        Repaired { count: names.len() as u64, names }
    }

    fn together(count: u64, one: &str, many: &str) -> Repaired {
        let text = || format!("{count} {}", if count == 1 { one } else { many });
        Repaired { count, names: (count > 0).then(text).into_iter().collect() }
    }
}

/// How long emptying the log waits for others.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a row of the history is written that nobody wrote when the status changed.
const REASON: &str = "crmctl doctor found the status without its row";

/// Mends, or tells what would be mended; returns what that was. Rows of organizations are changed as these stamps say, one
/// for each organization that is meant.
///
/// # Errors
/// The database refuses, or it is not the engine for this.
pub fn repair(
    db: &mut Database,
    repair: Repair,
    scope: &Scope,
    stamps: &[Stamp],
    mode: RunMode,
) -> Result<Repaired, RepairError> {
    let in_each = |db: &mut Database, work: fn(&mut Database, &Stamp, RunMode) -> Result<u64, DbError>| {
        stamps.iter().map(|stamp| work(db, stamp, mode)).sum::<Result<u64, DbError>>()
    };
    match repair {
        Repair::Schema => Ok(Repaired::each(db.write_global_as(mode, objects::repair)?)),
        Repair::Indexes => Ok(Repaired::each(db.write_global_as(mode, integrity::rebuild_indexes)?)),
        Repair::StatusHistory => {
            let count = in_each(db, complete_history)?;
            Ok(Repaired::together(count, "row of the history of a lead", "rows of the histories of leads"))
        }
        Repair::DncSpellings => Ok(Repaired::together(
            in_each(db, write_anew)?,
            "spelling of a listed number",
            "spellings of listed numbers",
        )),
        Repair::DncGroups => {
            let found = db.read_global(|conn| missing_in_groups(conn, scope.now))?;
            let count = found.iter().try_fold(0, |done, (_, org, numbers)| {
                let stamp = stamps.iter().find(|stamp| stamp.org == *org);
                Ok::<_, RepairError>(done + stamp.map_or(Ok(0), |stamp| list_in_group(db, numbers, stamp, mode))?)
            })?;
            Ok(Repaired::together(count, "entry of a list", "entries of lists"))
        }
        Repair::RegistryLoads => {
            let count = stamps.first().map_or(Ok(0), |stamp| give_up(db, must_have_ended(scope.now), stamp, mode))?;
            Ok(Repaired::together(count, "load of a registry", "loads of registries"))
        }
        Repair::SearchIndex => {
            Ok(Repaired::together(in_each(db, forget_index)?, "index of searches", "indexes of searches"))
        }
        Repair::Permissions => Ok(Repaired::each(close_files(scope, mode)?)),
        Repair::Log if !db.is_sqlite() => Err(RepairError::OtherEngine(repair, "SQLite")),
        Repair::Log => match mode.is_dry_run() || db.empty_log(PATIENCE)? {
            true => Ok(Repaired::each(vec!["the log beside the database".to_owned()])),
            false => Err(RepairError::InUse),
        },
    }
}

/// Writes a row for each lead whose status the history does not tell: the status stays.
fn complete_history(db: &mut Database, stamp: &Stamp, mode: RunMode) -> Result<u64, DbError> {
    db.write_under(Lock::Quiet, stamp.org, mode, |conn: &mut Db| {
        let Some(all) = lead_search::id_range(conn, stamp.org)? else { return Ok(0) };
        let mut done = 0;
        loop {
            let leads = disagreements(conn, stamp.org, &[all])?;
            if leads.is_empty() {
                return Ok(done);
            }
            let mut changes = LeadChanges::default();
            for (lead, status, last) in &leads {
                let mut row = stamp.status_change(*lead, *last, *status);
                (row.trigger_type, row.reason) = (Trigger::Manual, Some(REASON.to_owned()));
                changes.history.push(row);
            }
            lead_changes::write(conn, &changes, stamp)?;
            done += leads.len() as u64;
        }
    })
}

/// Lists in every member of a group what one of them lists, and moves the leads.
fn list_in_group(db: &mut Database, numbers: &[String], stamp: &Stamp, mode: RunMode) -> Result<u64, DbError> {
    let (done, skipped) = db.write_under(Lock::DncList, stamp.org, mode, |conn| {
        let Some(group) = Group::of(conn, stamp.org)? else { return Ok((0, Vec::new())) };
        // Somebody wishes each of them, so that nothing is closed.
        let followed = group.align(conn, numbers, RemovalKind::Undo, |_| OnLocked::Skip, stamp.now)?;
        let mut skipped = Vec::new();
        for (member, of_member) in group.members.iter().zip(&followed) {
            skipped.extend(of_member.skipped.iter().map(|lead| (member.org_id(), *lead)));
        }
        Ok::<_, DbError>((followed.iter().map(|it| it.entries).sum(), skipped))
    })?;
    if !mode.is_dry_run() {
        settle_all(db, &skipped, stamp)?;
    }
    Ok(done)
}

/// Lets the next search build the index from the log of all leads.
fn forget_index(db: &mut Database, stamp: &Stamp, mode: RunMode) -> Result<u64, DbError> {
    db.write_under(Lock::SearchIndex, stamp.org, mode, |conn| match lead_search::seen(conn, stamp.org)? {
        None | Some(0) => Ok(0),
        Some(_) => lead_search::set_seen(conn, stamp.org, 0).map(|()| 1),
    })
}

fn close_files(scope: &Scope, mode: RunMode) -> Result<Vec<String>, RepairError> {
    let failed = |path: &PathBuf, e: std::io::Error| RepairError::File { path: path.clone(), reason: e.to_string() };
    let mut open: Vec<PathBuf> = scope.keys.iter().filter(|path| is_open_to_others(path)).cloned().collect();
    if let Location::Sqlite(path) = &scope.location {
        open.extend(files(path).map_err(|e| failed(path, e))?.open_to_others);
    }
    if !mode.is_dry_run() {
        open.iter().try_for_each(|path| close_to_others(path).map_err(|e| failed(path, e)))?;
    }
    Ok(open.iter().map(|path| path.display().to_string()).collect())
}
