//! Why a role cannot be made the one for everyday work.

use crate::db::DbError;
use crate::error::{CommandError, Explain};

/// An error about the everyday role. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    #[error("`{name}` cannot be the name of a role: {problem}")]
    BadName { name: String, problem: &'static str },
    #[error("SQLite has no roles")]
    Embedded,
    #[error("the role `{0}` is the one that is connected, so it cannot be the everyday role")]
    Connected(String),
    #[error("the role `{0}` is a superuser, whom no right is taken from")]
    Superuser(String),
    #[error("the role `{role}` owns what is in the database, and an owner may do anything with it")]
    Owner { role: String, owned: Vec<String> },
    #[error("the role `{role}` may do more by roles that it is a member of")]
    Memberships { role: String, memberships: Vec<Membership> },
    #[error("the role `{role}` would still have other rights than those of everyday work")]
    Differs { role: String, differences: Vec<String> },
    #[error("the role that is connected may not make the everyday role `{0}`")]
    MayNotCreate(String),
    #[error("a statement about the everyday role was refused: {reason}")]
    Refused { statement: String, reason: String },
    #[error(transparent)]
    Db(#[from] DbError),
}

/// A role that another one is a member of, and what it may do besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Its name, as SQL writes it.
    pub role: String,
    /// What it may do that everyday work does not need.
    pub more: Vec<String>,
}

impl From<diesel::result::Error> for RoleError {
    fn from(error: diesel::result::Error) -> RoleError {
        RoleError::Db(error.into())
    }
}

impl Explain for RoleError {
    fn explain(&self) -> CommandError {
        let message = self.to_string();
        let failed = || CommandError::failed(message.clone());
        match self {
            RoleError::BadName { .. } => CommandError::usage(message).hint("name another one, such as crm_app"),
            RoleError::Embedded => CommandError::usage(message)
                .hint("leave --app-role out: who may read and write the file is what its mode says"),
            RoleError::Connected(_) => {
                failed().hint("connect as the role that owns the schema, and name another one with --app-role")
            }
            RoleError::Superuser(role) => {
                failed().hint(format!("name another role, or let a superuser take that away first: ALTER ROLE {role} NOSUPERUSER"))
            }
            RoleError::Owner { role, owned } => failed().details(owned.iter().cloned()).hint(format!(
                "nothing was changed; name another role, or give what it owns to the schema's owner first: REASSIGN OWNED BY {role} TO OWNER"
            )),
            RoleError::Memberships { role, memberships } => {
                let lines = memberships.iter().map(|it| format!("{}: {}", it.role, it.more.join(", ")));
                let revokes = memberships.iter().map(|it| format!("REVOKE {} FROM {role};", it.role));
                failed()
                    .details(lines)
                    .hint(format!("nothing was changed; take it out of them first:\n{}", revokes.collect::<Vec<_>>().join("\n")))
            }
            RoleError::Differs { differences, .. } => failed().details(differences.iter().cloned()).hint(
                "nothing was changed; who granted these has to revoke them: \\dp in psql shows who that is",
            ),
            RoleError::MayNotCreate(role) => failed().hint(format!(
                "nothing was changed; let a superuser make it, and call again for its rights:\n{}",
                super::creating(role)
            )),
            RoleError::Refused { statement, .. } => {
                failed().hint(format!("nothing was changed; let a superuser run this, and call again:\n{statement};"))
            }
            RoleError::Db(e) => e.explain(),
        }
    }
}
