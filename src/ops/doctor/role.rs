//! What the role of PostgreSQL may do.

use super::Scope;
use super::finding::{Finding, some_of};
use crate::db::health::rights::{self, Role};
use crate::db::statement::quoted;
use crate::db::{Db, DbError};
use crate::domain::doctor::{Severity, Subject};

/// How a message ends whose repair only the owner may make; nothing for an embedded database.
pub(super) fn as_owner(conn: &mut Db) -> Result<String, DbError> {
    let owner = rights::role(conn, None)?.map(|role| role.owner).filter(|owner| !owner.is_empty());
    Ok(owner.map(|owner| format!(" (mend it as the owner, {owner})")).unwrap_or_default())
}

/// The role that is asked about; the error of one that is not there is a finding.
fn asked(conn: &mut Db, scope: &Scope) -> Result<Result<Option<Role>, Finding>, DbError> {
    let role = rights::role(conn, scope.role.as_deref())?;
    Ok(match (role, &scope.role, &*conn) {
        (None, Some(name), Db::Postgres(_)) => {
            Err(Finding::new(Subject::Role, Severity::Error, format!("there is no role {name}")))
        }
        (role, ..) => Ok(role),
    })
}

pub(super) fn role(conn: &mut Db, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let role = match asked(conn, scope)? {
        Ok(Some(role)) => role,
        Ok(None) => return Ok(Vec::new()),
        Err(finding) => return Ok(vec![finding]),
    };
    let name = &role.name;
    let mut findings = Vec::new();
    if role.is_superuser || role.bypasses_row_security {
        let message = format!(
            "the role {name} bypasses row-level security, so that nothing keeps organizations apart; work as one that does not \
             (docs/postgresql.md), which `--app-role NAME` looks at"
        );
        let finding = Finding::new(Subject::Role, Severity::Critical, message);
        findings.push(match role.is_superuser {
            // Others may need their superuser.
            true => finding,
            false => {
                let statement = format!("ALTER ROLE {} NOBYPASSRLS", quoted(name));
                finding.mended_by(scope.by_shell(&statement))
            }
        });
    }
    if role.owns && !role.is_superuser {
        let message = format!(
            "the role {name} owns the tables or is a member of {}, so that it could change logs; everyday work needs a role of its own \
             (docs/postgresql.md), which `--app-role NAME` looks at",
            role.owner
        );
        findings.push(Finding::new(Subject::Role, Severity::Warning, message));
    }
    Ok(findings)
}

pub(super) fn rights(conn: &mut Db, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let Ok(Some(role)) = asked(conn, scope)? else { return Ok(Vec::new()) };
    // Who may do everything is found by the check of the role.
    if role.is_superuser || role.owns {
        return Ok(Vec::new());
    }
    let odd = rights::odd(conn, &role.name)?;
    let owner = as_owner(conn)?;
    let repaired = |severity, message: String| {
        let finding = Finding::new(Subject::Rights, severity, format!("{message}{owner}"));
        finding.mended_by(["crmctl", "migrate", "up", "--app-role", &role.name])
    };
    let named = |is_missing: bool| -> Vec<String> {
        odd.iter().filter(|it| it.is_missing == is_missing).map(|it| it.right.clone()).collect()
    };
    let (missing, surplus) = (named(true), named(false));
    let mut findings = Vec::new();
    if !missing.is_empty() {
        let message = format!("the role {} lacks rights: {}", role.name, some_of(&missing));
        findings.push(repaired(Severity::Error, message));
    }
    if !surplus.is_empty() {
        let message = format!("the role {} has rights beyond those of everyday work: {}", role.name, some_of(&surplus));
        findings.push(repaired(Severity::Critical, message));
    }
    Ok(findings)
}
