//! Whether the schema is the one of this program.

use super::finding::Finding;
use super::{Scope, role};
use crate::db::health::objects::{Difference, ObjectKind, differences};
use crate::db::{Db, DbError, migrate};
use crate::domain::doctor::{Repair, Severity, Subject};

pub(super) fn migrations(conn: &mut Db, _: &Scope) -> Result<Vec<Finding>, DbError> {
    let state = migrate::state(conn)?;
    let finding = |message: String| Finding::new(Subject::Migrations, Severity::Error, message);
    if state.is_of_earlier_checkout() {
        let message = "a crmctl before its first release made the database, and this one does not read its tables";
        return Ok(vec![finding(message.to_owned())]);
    }
    if let Some(unknown) = state.unknown.first() {
        let message = format!("a newer crmctl migrated the database ({unknown}): use that one");
        return Ok(vec![finding(message)]);
    }
    Ok(match state.steps.iter().find(|step| !step.applied) {
        None => Vec::new(),
        Some(first) => {
            let message =
                format!("{} of {} migrations are pending, from {} on", state.pending(), state.steps.len(), first.name);
            vec![finding(message).mended_by(["crmctl", "migrate", "up"])]
        }
    })
}

/// How bad it is that an object is not as it should be.
fn severity(difference: &Difference) -> Severity {
    let object = difference.object();
    match object.kind {
        // Nothing else keeps organizations apart, nor logs as they were written; and by a rule what is written is not.
        ObjectKind::Policy | ObjectKind::Trigger | ObjectKind::Rule => Severity::Critical,
        ObjectKind::Table if object.sql.contains("ROW LEVEL SECURITY") => Severity::Critical,
        ObjectKind::Index if !object.sql.starts_with("CREATE UNIQUE ") => Severity::Warning,
        _ => Severity::Error,
    }
}

pub(super) fn objects(conn: &mut Db, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let is_sqlite = matches!(conn, Db::Sqlite(_));
    let owner = role::as_owner(conn)?;
    let told = |difference: &Difference| {
        let object = difference.object();
        let what = format!("the {} {}", object.kind, object.name);
        let (message, is_ours) = match difference {
            Difference::Missing(_) => (format!("{what} is missing"), true),
            Difference::Changed(_) if object.sql.contains("ROW LEVEL SECURITY") => {
                (format!("row-level security of {what} is switched off or another"), true)
            }
            Difference::Changed(_) => (format!("{what} is not as the migrations made it"), true),
            Difference::Unexpected(_) => (format!("no migration made {what} of {}", object.place), false),
        };
        let finding = Finding::new(Subject::Schema, severity(difference), format!("{message}{owner}"));
        match (difference.can_be_repaired(is_sqlite), is_ours) {
            (true, _) => finding.repaired_by(Repair::Schema),
            (false, false) => finding.mended_by(scope.by_shell(&taken_away(difference, is_sqlite))),
            (false, true) => finding,
        }
    };
    Ok(differences(conn)?.iter().map(told).collect())
}

/// The statement that takes away what somebody else has put there: whether it is wanted, they know.
fn taken_away(difference: &Difference, is_sqlite: bool) -> String {
    let object = difference.object();
    let bare = object.name.rsplit('.').next().unwrap_or(&object.name);
    let place = &object.place;
    match object.kind {
        ObjectKind::Index => format!("DROP INDEX \"{bare}\""),
        ObjectKind::Trigger if is_sqlite => format!("DROP TRIGGER \"{bare}\""),
        ObjectKind::Trigger => format!("DROP TRIGGER \"{bare}\" ON public.\"{place}\""),
        ObjectKind::Rule => format!("DROP RULE \"{bare}\" ON public.\"{place}\""),
        _ => format!("DROP POLICY \"{bare}\" ON public.\"{place}\""),
    }
}
