//! Looking after a database: a list of checks, each a function that reads and tells what is wrong, how bad that is, and which call mends it;
//! and the repairs that lose nothing. A further check is a function and a line of [`CHECKS`].

mod chains;
mod dnc;
mod facts;
mod files;
mod finding;
mod leads;
mod registries;
pub mod repairs;
mod role;
mod schema;
mod stored;

use std::path::PathBuf;
use std::time::{Duration, Instant};

pub use finding::Finding;

use crate::db::health::rights;
use crate::db::models::access::organizations::{self, Organization};
use crate::db::{Database, Db, DbError, Location};
use crate::domain::doctor::{Severity, Subject};
use crate::domain::timestamp::Timestamp;

/// What is looked at, and how closely.
#[derive(Debug, Clone)]
pub struct Scope {
    pub location: Location,
    pub now: Timestamp,
    /// Read everything, and not samples.
    pub full: bool,
    /// Tell how things are, too.
    pub facts: bool,
    /// The role of PostgreSQL whose rights are looked at; the connected one when none is named.
    pub role: Option<String>,
    /// The organization that alone is looked at, by its slug.
    pub organization: Option<String>,
    /// The folder of the keys that sign certificates, and the file of the one that signs now.
    pub keys: Vec<PathBuf>,
    /// Whether calls must name their organization: there are several.
    pub has_several: bool,
}

impl Scope {
    /// The words of a call of the engine's own shell, for what only a person can decide.
    fn by_shell(&self, statement: &str) -> Vec<String> {
        match &self.location {
            Location::Sqlite(path) => ["sqlite3", &path.display().to_string(), statement].map(str::to_owned).to_vec(),
            Location::Postgres(server) => ["psql", &server.to_string(), "-c", statement].map(str::to_owned).to_vec(),
        }
    }
}

/// How closely a check looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// At once, at samples where there is much.
    Quick,
    /// At everything, which takes as long as reading it.
    Full,
    /// It tells how things are, where that is asked for.
    Facts,
}

/// What a check reads.
enum Reads {
    /// The database, whatever its schema is.
    Database(fn(&mut Db, &Scope) -> Result<Vec<Finding>, DbError>),
    /// Tables of the whole database, in the schema of this program.
    Tables(fn(&mut Db, &Scope) -> Result<Vec<Finding>, DbError>),
    /// The same of one organization.
    Organization(fn(&mut Db, &Organization, &Scope) -> Result<Vec<Finding>, DbError>),
}

/// A check.
struct Check {
    subject: Subject,
    depth: Depth,
    reads: Reads,
}

const fn database(subject: Subject, depth: Depth, run: fn(&mut Db, &Scope) -> Result<Vec<Finding>, DbError>) -> Check {
    Check { subject, depth, reads: Reads::Database(run) }
}

const fn tables(subject: Subject, depth: Depth, run: fn(&mut Db, &Scope) -> Result<Vec<Finding>, DbError>) -> Check {
    Check { subject, depth, reads: Reads::Tables(run) }
}

const fn organization(
    subject: Subject,
    depth: Depth,
    run: fn(&mut Db, &Organization, &Scope) -> Result<Vec<Finding>, DbError>,
) -> Check {
    Check { subject, depth, reads: Reads::Organization(run) }
}

/// All checks, in the order in which they are made: what others stand on comes first.
const CHECKS: &[Check] = &[
    database(Subject::Permissions, Depth::Quick, files::permissions),
    database(Subject::Disk, Depth::Quick, files::disk),
    database(Subject::Journal, Depth::Quick, files::journal),
    database(Subject::Log, Depth::Quick, files::log),
    database(Subject::Migrations, Depth::Quick, schema::migrations),
    database(Subject::Integrity, Depth::Quick, stored::glance),
    database(Subject::Integrity, Depth::Full, stored::whole),
    database(Subject::Indexes, Depth::Quick, stored::indexes),
    tables(Subject::Schema, Depth::Quick, schema::objects),
    database(Subject::Role, Depth::Quick, role::role),
    tables(Subject::Rights, Depth::Quick, role::rights),
    organization(Subject::Constraints, Depth::Full, stored::rules),
    organization(Subject::StatusHistory, Depth::Quick, leads::status_history),
    organization(Subject::SearchIndex, Depth::Full, leads::search_index),
    organization(Subject::DncList, Depth::Quick, dnc::lost),
    organization(Subject::DncStatus, Depth::Quick, dnc::status),
    organization(Subject::DncSpellings, Depth::Quick, dnc::spellings),
    organization(Subject::Requests, Depth::Quick, dnc::requests),
    tables(Subject::DncGroups, Depth::Full, dnc::groups),
    organization(Subject::RegistryAge, Depth::Quick, registries::age),
    tables(Subject::RegistryLoads, Depth::Quick, registries::loads),
    tables(Subject::RegistryNumbers, Depth::Full, registries::numbers),
    organization(Subject::Ledger, Depth::Quick, chains::ledger),
    organization(Subject::Certificates, Depth::Quick, chains::certificates),
    tables(Subject::Erasure, Depth::Quick, files::erasure),
    tables(Subject::BackupAge, Depth::Quick, files::backup_age),
    database(Subject::Connections, Depth::Quick, facts::connections),
    database(Subject::DeadRows, Depth::Quick, facts::dead_rows),
    database(Subject::Sizes, Depth::Facts, facts::sizes),
    database(Subject::Indexes, Depth::Facts, facts::indexes),
    database(Subject::Cache, Depth::Facts, facts::cache),
    database(Subject::Statements, Depth::Facts, facts::statements),
    database(Subject::Settings, Depth::Facts, facts::settings),
];

/// What was found.
#[derive(Debug, Default)]
pub struct Examined {
    pub findings: Vec<Finding>,
    /// How many checks were made.
    pub checks: usize,
    /// Whether the checks of tables were left out, for the schema is another.
    pub left_out: bool,
}

impl Examined {
    /// How many findings are more than facts.
    pub fn faults(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity != Severity::Fact).count()
    }

    /// What an error of a check says, unless nothing more can be asked.
    fn take(&mut self, subject: Subject, found: Result<Vec<Finding>, DbError>, role: &str) -> Result<usize, DbError> {
        let before = self.findings.len();
        match found {
            Ok(findings) => self.findings.extend(findings),
            Err(e @ (DbError::Interrupted | DbError::Open { .. } | DbError::ChangedWhileRead(_))) => return Err(e),
            Err(e) => {
                let finding = finding::of_error(subject, &e, role);
                if !self.findings.contains(&finding) {
                    self.findings.push(finding);
                }
            }
        }
        Ok(self.findings.len() - before)
    }
}

/// What it means that a database cannot even be opened, where that is damage; `None` where it is something else.
pub fn unopened(error: &DbError) -> Option<Examined> {
    let is_damage = matches!(error, DbError::Damaged { .. } | DbError::NotADatabase(_));
    let findings = is_damage.then(|| vec![finding::of_error(Subject::Integrity, error, "")])?;
    Some(Examined { findings, checks: 1, left_out: true })
}

/// Looks at a database. Of each check `tell` hears how much it found, and how long it took.
///
/// # Errors
/// The database cannot be asked at all.
pub fn examine(
    db: &mut Database,
    scope: &mut Scope,
    tell: &mut dyn FnMut(Subject, usize, Duration),
) -> Result<Examined, DbError> {
    let mut examined = Examined::default();
    let is_known = match db.migrations() {
        Ok(state) => state.pending() == 0 && state.unknown.is_empty(),
        // The check of migrations meets it again.
        Err(_) => false,
    };
    let role = db.read_global(|conn| rights::role(conn, None)).ok().flatten();
    let role = role.map(|role| role.name).unwrap_or_default();
    let mut organizations = Vec::new();
    if is_known {
        let found = db.read_global(organizations::all).map(|all| organizations = all);
        examined.take(Subject::Schema, found.map(|()| Vec::new()), &role)?;
    }
    scope.has_several = organizations.len() > 1;
    organizations.retain(|org| scope.organization.as_ref().is_none_or(|slug| *slug == org.slug));
    let scope = &*scope;
    for check in CHECKS {
        let is_meant = match check.depth {
            Depth::Quick => true,
            Depth::Full => scope.full,
            Depth::Facts => scope.facts,
        };
        if !is_meant || !(is_known || matches!(check.reads, Reads::Database(_))) {
            examined.left_out |= is_meant;
            continue;
        }
        let began = Instant::now();
        let found = match check.reads {
            Reads::Database(run) | Reads::Tables(run) => {
                examined.take(check.subject, db.read_global(|conn| run(conn, scope)), &role)?
            }
            Reads::Organization(run) => {
                let mut found = 0;
                for org in &organizations {
                    let of_org = db.read(org.org_id(), |conn| run(conn, org, scope));
                    let of_org = of_org.map(|all| all.into_iter().map(|it| it.of(org, scope)).collect());
                    found += examined.take(check.subject, of_org, &role)?;
                }
                found
            }
        };
        examined.checks += 1;
        tell(check.subject, found, began.elapsed());
    }
    examined.findings.sort_by_key(|finding| finding.severity);
    Ok(examined)
}
