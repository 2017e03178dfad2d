//! Whether the schema is the one of this program.

use super::finding::{Finding, some_of};
use super::{Scope, role};
use crate::db::health::objects::{Difference, Object, ObjectKind, differences, other_columns, stand_on_missing_tables};
use crate::db::statement::quoted;
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
    let owner = role::as_owner(conn)?;
    let found = differences(conn)?;
    let unfounded = stand_on_missing_tables(&found);
    let founded = found.iter().filter(|difference| !unfounded.contains(difference));
    founded.map(|difference| told(conn, difference, &owner, scope)).collect()
}

/// A difference as it is told, with what puts it right.
fn told(conn: &mut Db, difference: &Difference, owner: &str, scope: &Scope) -> Result<Finding, DbError> {
    let is_sqlite = matches!(conn, Db::Sqlite(_));
    let object = difference.object();
    let what = format!("the {} {}", object.kind, object.name);
    let is_table = object.kind == ObjectKind::Table;
    let finding = |message: String| Finding::new(Subject::Schema, severity(difference), format!("{message}{owner}"));
    let finding = match difference {
        Difference::Missing(_) if is_table => finding(format!(
            "{what} is missing, with all of its rows; go back to the last backup: crmctl restore BACKUP"
        )),
        Difference::Missing(_) => finding(format!("{what} is missing")),
        Difference::Changed(_) if object.sql.contains("ROW LEVEL SECURITY") => {
            finding(format!("row-level security of {what} is switched off or another"))
        }
        Difference::Changed(_) if is_table => of_table(conn, object, &what, &finding, scope)?,
        Difference::Changed(_) => finding(format!("{what} is not as the migrations made it")),
        Difference::Unexpected(_) => finding(format!("no migration made {what} of {}", object.place))
            .mended_by(scope.by_shell(&taken_away(difference, is_sqlite))),
    };
    Ok(if difference.can_be_repaired(is_sqlite) { finding.repaired_by(Repair::Schema) } else { finding })
}

/// A table of an embedded database that another statement made.
fn of_table(
    conn: &mut Db,
    table: &Object,
    what: &str,
    finding: &dyn Fn(String) -> Finding,
    scope: &Scope,
) -> Result<Finding, DbError> {
    let (lacking, surplus) = other_columns(conn, table)?;
    let go_back = "go back to the last backup: crmctl restore BACKUP";
    Ok(match (lacking.is_empty(), surplus.as_slice()) {
        (false, _) => {
            finding(format!("{what} lacks columns, with all that they held: {}; {go_back}", some_of(&lacking)))
        }
        (true, []) => {
            finding(format!("{what} is not as the migrations made it, with other types or constraints; {go_back}"))
        }
        (true, [first, ..]) => {
            let message = format!(
                "{what} has columns that no migration made: {}; take them away, with what they hold",
                some_of(&surplus)
            );
            let statement = format!("ALTER TABLE {} DROP COLUMN {}", quoted(&table.name), quoted(first));
            finding(message).mended_by(scope.by_shell(&statement))
        }
    })
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
