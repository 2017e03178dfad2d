//! Whether what is stored belongs together.

use super::Scope;
use super::finding::{Finding, damaged};
use crate::db::health::files::files;
use crate::db::health::integrity::{self, Flaw};
use crate::db::models::access::organizations::Organization;
use crate::db::{Db, DbError, Location};
use crate::domain::doctor::{Repair, Severity, Subject};

fn finding(flaw: Flaw) -> Finding {
    match flaw {
        Flaw::Page(reason) => damaged(&reason),
        Flaw::Index(reason) => {
            Finding::new(Subject::Indexes, Severity::Critical, format!("an index is not that of its table: {reason}"))
                .repaired_by(Repair::Indexes)
        }
        Flaw::Constraint(reason) => {
            let message = format!("{reason}; go back to the last backup, or put the rows right");
            Finding::new(Subject::Constraints, Severity::Error, message)
        }
        Flaw::Reference(reason) => {
            let message = format!("{reason}; go back to the last backup, or put the rows right");
            Finding::new(Subject::References, Severity::Error, message)
        }
    }
}

pub(super) fn glance(conn: &mut Db, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let size = match &scope.location {
        Location::Sqlite(path) => files(path).map(|files| files.size).unwrap_or(u64::MAX),
        Location::Postgres(_) => return Ok(Vec::new()),
    };
    Ok(integrity::glance(conn, size)?.into_iter().map(finding).collect())
}

pub(super) fn whole(conn: &mut Db, _: &Scope) -> Result<Vec<Finding>, DbError> {
    match conn {
        Db::Sqlite(_) => Ok(integrity::whole(conn)?.into_iter().map(finding).collect()),
        Db::Postgres(_) => Ok(Vec::new()),
    }
}

/// On PostgreSQL the rows of an organization are seen by a transaction of it alone.
pub(super) fn rules(conn: &mut Db, _: &Organization, _: &Scope) -> Result<Vec<Finding>, DbError> {
    match conn {
        Db::Sqlite(_) => Ok(Vec::new()),
        Db::Postgres(_) => Ok(integrity::whole(conn)?.into_iter().map(finding).collect()),
    }
}

pub(super) fn indexes(conn: &mut Db, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    Ok(integrity::indexes(conn, scope.full)?.into_iter().map(finding).collect())
}
