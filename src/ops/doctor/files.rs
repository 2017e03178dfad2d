//! The files of an embedded database, its backups, and those of the keys that sign certificates.

use std::path::PathBuf;

use super::Scope;
use super::finding::{Finding, some_of};
use crate::db::health::files::{Files, files, is_open_to_others, journal_mode};
use crate::db::models::access::organizations;
use crate::db::models::backups;
use crate::db::{Db, DbError, Location};
use crate::domain::doctor::{MOST_DAYS_WITHOUT_BACKUP, Repair, Severity, Subject, is_log_too_large, is_room_too_small};
use crate::domain::money::amount::grouped;
use crate::domain::timestamp::Timestamp;
use crate::ops::erasure::clearing;

/// What the file system says; `None` on PostgreSQL.
fn of(scope: &Scope) -> Result<Option<Files>, DbError> {
    match &scope.location {
        Location::Postgres(_) => Ok(None),
        Location::Sqlite(path) => files(path)
            .map(Some)
            .map_err(|e| DbError::Open { location: path.display().to_string(), reason: e.to_string() }),
    }
}

fn bytes(count: u64) -> String {
    format!("{} bytes", grouped(i64::try_from(count).unwrap_or(i64::MAX)))
}

pub(super) fn permissions(_: &mut Db, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let mut open = of(scope)?.map(|files| files.open_to_others).unwrap_or_default();
    open.extend(scope.keys.iter().filter(|path| is_open_to_others(path)).cloned());
    let finding = |path: PathBuf| {
        let message = format!("others than its owner may read or write {}", path.display());
        Finding::new(Subject::Permissions, Severity::Error, message).repaired_by(Repair::Permissions)
    };
    Ok(open.into_iter().map(finding).collect())
}

pub(super) fn disk(_: &mut Db, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let Some(Files { size, free: Some(free), .. }) = of(scope)? else { return Ok(Vec::new()) };
    Ok(match is_room_too_small(free, size) {
        false => Vec::new(),
        true => {
            let message = format!(
                "the disk has {} free, and the database {}: an erasure or a backup may not end; make room",
                bytes(free),
                bytes(size)
            );
            vec![Finding::new(Subject::Disk, Severity::Warning, message)]
        }
    })
}

pub(super) fn journal(conn: &mut Db, _: &Scope) -> Result<Vec<Finding>, DbError> {
    let mode = journal_mode(conn)?.filter(|mode| mode != "wal");
    let finding = |mode: String| {
        let message = format!(
            "the journal is in the mode {mode}, as in a plain copy, so that nobody reads while somebody writes"
        );
        Finding::new(Subject::Journal, Severity::Warning, message).repaired_by(Repair::Log)
    };
    Ok(mode.map(finding).into_iter().collect())
}

pub(super) fn log(_: &mut Db, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let Some(files) = of(scope)? else { return Ok(Vec::new()) };
    Ok(match is_log_too_large(files.log_size, files.size) {
        false => Vec::new(),
        true => {
            let message =
                format!("the log beside the database has {}, which slows down reading", bytes(files.log_size));
            vec![Finding::new(Subject::Log, Severity::Warning, message).repaired_by(Repair::Log)]
        }
    })
}

/// A new database may be without one for a while. PostgreSQL may be backed up by others, so there only backups count that were begun.
pub(super) fn backup_age(conn: &mut Db, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let is_sqlite = matches!(conn, Db::Sqlite(_));
    let verified = backups::last_verified(conn)?;
    let made = organizations::all(conn)?.into_iter().map(|org| org.created_at).min();
    let mut findings = Vec::new();
    let damaged: Vec<String> =
        backups::all(conn)?.into_iter().filter(|it| it.damaged_at.is_some()).map(|it| it.path).collect();
    if !damaged.is_empty() {
        let message = format!("backups were found damaged when they were last verified: {}", some_of(&damaged));
        let finding = Finding::new(Subject::BackupAge, Severity::Warning, message);
        findings.push(finding.mended_by(["crmctl", "backup", "list"]));
    }
    let days = |since: Timestamp| scope.now.as_micros().saturating_sub(since.as_micros()) / DAY;
    let message = match (verified, made) {
        (Some(at), _) if days(at) > MOST_DAYS_WITHOUT_BACKUP => {
            format!("the last backup that was found sound is {} days old", days(at))
        }
        (None, Some(made)) if is_sqlite && days(made) > MOST_DAYS_WITHOUT_BACKUP => {
            format!("there is no sound backup, after {} days", days(made))
        }
        _ => return Ok(findings),
    };
    let finding = Finding::new(Subject::BackupAge, Severity::Warning, message);
    findings.push(finding.mended_by(["crmctl", "backup", "--output", "FILE"]));
    Ok(findings)
}

/// In microseconds.
const DAY: i64 = 86_400_000_000;

pub(super) fn erasure(conn: &mut Db, _: &Scope) -> Result<Vec<Finding>, DbError> {
    Ok(match clearing::is_pending_in(conn)? {
        false => Vec::new(),
        true => {
            let message = "the files of the database may still hold what was erased";
            let finding = Finding::new(Subject::Erasure, Severity::Error, message);
            vec![finding.mended_by(["crmctl", "lead", "erase", "--finish"])]
        }
    })
}
