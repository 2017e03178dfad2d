//! The role of PostgreSQL for everyday work: made, or mended until it has exactly the rights that the catalogue gives.
//!
//! What it may do is read from the catalogues of PostgreSQL, compared with what it should, and each difference is a statement. Then
//! the server is asked what the role may really do, by itself, by what everyone may, and by each role that it is a member of.

mod error;
mod facts;
mod outcome;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;

pub use error::{Membership, RoleError};
use facts::{Facts, Grantee, Relation, Role};

use crate::db::catalogue::{self, RECORD_ERASURE};

/// The name of a role, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleName(String);

/// The longest name, in bytes; PostgreSQL cuts a longer one (`NAMEDATALEN`).
const LONGEST: usize = 63;

impl RoleName {
    /// Reads a name. Letters keep their case, as between quotes in SQL.
    ///
    /// # Errors
    /// PostgreSQL takes no role of this name, or keeps it for itself.
    pub fn parse(text: &str) -> Result<RoleName, RoleError> {
        let problem = match text {
            "" => Some("it is empty"),
            "public" | "none" | "current_user" | "current_role" | "session_user" => {
                Some("the word has a meaning of its own in SQL")
            }
            text if text.starts_with("pg_") => Some("names that begin with `pg_` are PostgreSQL's own"),
            text if text.len() > LONGEST => Some("it is longer than 63 bytes"),
            text if text.chars().any(char::is_control) => Some("it has a control character"),
            _ => None,
        };
        match problem {
            Some(problem) => Err(RoleError::BadName { name: text.to_owned(), problem }),
            None => Ok(RoleName(text.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What was done to the role.
#[derive(Debug)]
pub struct Mended {
    /// The statements that were run, in their order; none when the role was as it should be.
    pub statements: Vec<String>,
    /// Whether it was made just now, and so has no password.
    pub is_new: bool,
}

/// Makes the role if there is none, and gives it the rights of everyday work and no others, inside the caller's transaction, after the
/// migrations.
///
/// # Errors
/// The role cannot be one for everyday work, or who is connected may not make it so.
pub fn mend(conn: &mut PgConnection, name: &RoleName) -> Result<Mended, RoleError> {
    let connected = facts::connected(conn)?;
    let quoted = facts::quoted(conn, name.as_str())?;
    let role = facts::role(conn, name.as_str())?;
    if connected.names.iter().any(|it| it == name.as_str()) {
        return Err(RoleError::Connected(quoted));
    }
    let mut statements = match &role {
        None if !connected.may_create => return Err(RoleError::MayNotCreate(quoted)),
        None => vec![creating(&quoted)],
        Some(role) if role.is_superuser => return Err(RoleError::Superuser(quoted)),
        Some(role) => mended_attributes(role, &quoted),
    };
    let owned = facts::owned(conn, name.as_str())?;
    if !owned.is_empty() {
        return Err(RoleError::Owner { role: quoted, owned });
    }
    run(conn, &statements)?;
    let rights = differences(&Facts::read(conn, name.as_str())?, &quoted);
    run(conn, &rights)?;
    statements.extend(rights);
    outcome::check(conn, name.as_str(), &quoted)?;
    Ok(Mended { statements, is_new: role.is_none() })
}

/// The statement that makes the role; its name is an SQL identifier.
fn creating(quoted: &str) -> String {
    format!("CREATE ROLE {quoted} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION")
}

/// What takes back attributes that everyday work does not need; only those that differ, for some are for superusers to change.
fn mended_attributes(role: &Role, quoted: &str) -> Vec<String> {
    let wrong = [
        (!role.may_log_in, "LOGIN"),
        (role.bypasses, "NOBYPASSRLS"),
        (role.creates_databases, "NOCREATEDB"),
        (role.creates_roles, "NOCREATEROLE"),
        (role.replicates, "NOREPLICATION"),
    ];
    let wrong: Vec<&str> = wrong.into_iter().filter_map(|(is_wrong, word)| is_wrong.then_some(word)).collect();
    if wrong.is_empty() { Vec::new() } else { vec![format!("ALTER ROLE {quoted} {}", wrong.join(" "))] }
}

fn run(conn: &mut PgConnection, statements: &[String]) -> Result<(), RoleError> {
    for statement in statements {
        conn.batch_execute(statement).map_err(|e| match &e {
            diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::Unknown, info) => {
                RoleError::Refused { statement: statement.clone(), reason: info.message().to_owned() }
            }
            _ => e.into(),
        })?;
    }
    Ok(())
}

/// The rights of SQL to tables, in the order in which statements name them.
const RIGHTS: [&str; 7] = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"];

/// Whether the role should have a right to this relation: that of the catalogue; views and the table of migrations are read.
fn is_wanted(relation: &Relation, right: &str) -> bool {
    match catalogue::table(&relation.name) {
        _ if relation.is_sequence => right == "USAGE",
        Some(table) => table.gives(right),
        None => right == "SELECT",
    }
}

/// The statements that revoke what is too much and grant what lacks.
fn differences(facts: &Facts, role: &str) -> Vec<String> {
    let mut statements = Vec::new();
    // Rights of everyone are the role's, too. To everyone, no relation of ours is open.
    for (grantee, name) in [(Grantee::Everyone, "PUBLIC"), (Grantee::Role, role)] {
        let is_too_much =
            |relation: &Relation, right: &str| grantee == Grantee::Everyone || !is_wanted(relation, right);
        for right in RIGHTS.into_iter().chain(["USAGE", "MAINTAIN"]) {
            let of = |is_sequence: bool| {
                let held = |relation: &&Relation| {
                    let held = relation.held.iter().any(|held| held.right == right && held.grantee == grantee);
                    relation.is_sequence == is_sequence && held && is_too_much(relation, right)
                };
                facts.relations.iter().filter(held).map(|relation| relation.quoted.as_str()).collect::<Vec<_>>()
            };
            statements.extend(about(&format!("REVOKE {right} ON"), of(false), &format!("FROM {name}")));
            statements.extend(about(&format!("REVOKE {right} ON SEQUENCE"), of(true), &format!("FROM {name}")));
        }
        for right in facts.places.iter().filter(|right| right.grantee == grantee && right.is_too_much()) {
            statements.push(format!("REVOKE {} ON {} FROM {name}", right.right, right.place));
        }
    }
    for relation in &facts.relations {
        let passed_on = relation
            .held
            .iter()
            .filter(|held| held.grantee == Grantee::Role && held.may_pass_on && is_wanted(relation, &held.right));
        let kind = if relation.is_sequence { "SEQUENCE " } else { "" };
        statements
            .extend(passed_on.map(|held| {
                format!("REVOKE GRANT OPTION FOR {} ON {kind}{} FROM {role}", held.right, relation.quoted)
            }));
    }
    statements.extend(facts.defaults.iter().cloned());
    for (right, place, has) in [
        ("USAGE", "SCHEMA public", facts.uses_schema),
        ("CONNECT", &facts.database, facts.connects),
        ("TEMPORARY", &facts.database, facts.has_temporary),
    ] {
        if !has {
            statements.push(format!("GRANT {right} ON {place} TO {role}"));
        }
    }
    for right in RIGHTS.into_iter().chain(["USAGE"]) {
        let of = |is_sequence: bool| {
            let lacks = |relation: &&Relation| {
                let has = relation.held.iter().any(|held| held.is_of(Grantee::Role, right) && !held.is_of_columns);
                relation.is_sequence == is_sequence && is_wanted(relation, right) && !has
            };
            facts.relations.iter().filter(lacks).map(|relation| relation.quoted.as_str()).collect::<Vec<_>>()
        };
        statements.extend(about(&format!("GRANT {right} ON"), of(false), &format!("TO {role}")));
        statements.extend(about(&format!("GRANT {right} ON SEQUENCE"), of(true), &format!("TO {role}")));
    }
    if !facts.erases {
        statements.push(format!("GRANT EXECUTE ON FUNCTION public.{RECORD_ERASURE} TO {role}"));
    }
    statements
}

/// One statement about several relations; none about none.
fn about(begin: &str, relations: Vec<&str>, end: &str) -> Option<String> {
    (!relations.is_empty()).then(|| format!("{begin} {} {end}", relations.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_mean_something_else_are_refused() {
        for name in ["", "public", "pg_read_all_data", "none", "a\nb", &"x".repeat(64)] {
            assert!(matches!(RoleName::parse(name), Err(RoleError::BadName { .. })), "{name:?}");
        }
        for name in ["crm_app", "Team \"A\"; DROP TABLE leads; --", "é"] {
            assert_eq!(RoleName::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn only_attributes_that_differ_are_changed() {
        let plain = Role { may_log_in: true, ..Role::default() };
        assert!(mended_attributes(&plain, "crm_app").is_empty());
        let wrong = Role { bypasses: true, creates_roles: true, ..plain };
        assert_eq!(mended_attributes(&wrong, "crm_app"), ["ALTER ROLE crm_app NOBYPASSRLS NOCREATEROLE"]);
    }
}
