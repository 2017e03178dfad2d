//! What a shell offers while a command line is typed: names from the database that the line is about. A shell asks at
//! each press of a key, so nothing is created, migrated or said, and what cannot be read offers nothing.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

use crate::db::models::access::{organizations, users};
use crate::db::models::dnc::registries::dnc_registries;
use crate::db::models::imports::import_mappings;
use crate::db::models::lead_work::pools::assignment_pools;
use crate::db::models::lead_work::scores::score_models;
use crate::db::models::lead_work::territories;
use crate::db::models::money::budget_accounts;
use crate::db::models::segments;
use crate::db::{Database, Location, OpenOptions, OrgId, SchemaUse, ServerOptions};
use crate::error::Result;
use crate::filter::names;
use crate::settings::{Flags, Settings};

/// The most names that are offered.
const MOST: usize = 500;

pub fn organization_slugs() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        offered(|asked| {
            let all = asked.db.read_global(organizations::all)?;
            Ok(all.into_iter().map(|org| (org.slug, Some(org.name))).collect())
        })
    })
}

pub fn group_slugs() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        offered(|asked| {
            let mut groups: Vec<String> =
                asked.db.read_global(organizations::all)?.into_iter().map(|org| org.group_slug).collect();
            groups.sort_unstable();
            groups.dedup();
            Ok(plain(groups))
        })
    })
}

pub fn user_emails() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        offered(|asked| {
            let Some(org) = asked.org else { return Ok(Vec::new()) };
            let all = asked.db.read(org, |conn| users::all(conn, org))?;
            let active = all.into_iter().filter(|user| user.is_active);
            Ok(active.map(|user| (user.email, Some(user.role.to_string()))).collect())
        })
    })
}

pub fn registry_names() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        offered(|asked| {
            let all = asked.db.read_global(dnc_registries::all)?;
            Ok(all.into_iter().map(|(registry, _)| (registry.name, Some(registry.country))).collect())
        })
    })
}

/// The segments that the acting user sees.
pub fn segment_names() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        offered(|asked| {
            let Some(org) = asked.org else { return Ok(Vec::new()) };
            let user = match asked.user.clone() {
                None => None,
                Some(email) => match asked.db.read(org, |conn| users::named(conn, org, &email))? {
                    None => return Ok(Vec::new()),
                    Some(user) => Some(user.id),
                },
            };
            let mut all = asked.db.read(org, |conn| segments::all(conn, org))?;
            all.retain(|segment| segment.is_seen_by(user));
            Ok(all.into_iter().map(|segment| (segment.name, segment.description)).collect())
        })
    })
}

pub fn territory_names() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        offered(|asked| {
            let Some(org) = asked.org else { return Ok(Vec::new()) };
            let all = asked.db.read(org, |conn| territories::all(conn, org))?;
            Ok(all.into_iter().map(|territory| (territory.name, territory.description)).collect())
        })
    })
}

/// The pools, and how each chooses.
pub fn pool_names() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        offered(|asked| {
            let Some(org) = asked.org else { return Ok(Vec::new()) };
            let all = asked.db.read(org, |conn| assignment_pools::all(conn, org))?;
            Ok(all.into_iter().map(|pool| (pool.name, Some(pool.strategy.to_string()))).collect())
        })
    })
}

/// The saved mappings of imports.
pub fn mapping_names() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        offered(|asked| {
            let Some(org) = asked.org else { return Ok(Vec::new()) };
            let all = asked.db.read(org, |conn| import_mappings::current(conn, org))?;
            Ok(all.into_iter().map(|row| (row.name, Some(row.kind.to_string()))).collect())
        })
    })
}

/// The models that score leads.
pub fn score_model_names() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        offered(|asked| {
            let Some(org) = asked.org else { return Ok(Vec::new()) };
            let mut all = asked.db.read(org, |conn| score_models::all(conn, org))?;
            all.dedup_by(|later, earlier| later.name == earlier.name);
            Ok(all.into_iter().map(|model| (model.name, Some(model.kind.to_string()))).collect())
        })
    })
}

pub fn budget_accounts() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        offered(|asked| {
            let Some(org) = asked.org else { return Ok(Vec::new()) };
            let all = asked.db.read(org, |conn| budget_accounts::all(conn, org))?;
            Ok(all.into_iter().map(|account| (account.name, Some(account.currency))).collect())
        })
    })
}

pub fn source_names() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        offered(|asked| {
            let Some(org) = asked.org else { return Ok(Vec::new()) };
            Ok(plain(asked.db.read(org, |conn| names::sources(conn, org, MOST))?))
        })
    })
}

pub fn tag_names() -> ArgValueCandidates {
    ArgValueCandidates::new(|| {
        offered(|asked| {
            let Some(org) = asked.org else { return Ok(Vec::new()) };
            Ok(plain(asked.db.read(org, |conn| names::tags(conn, org, MOST))?))
        })
    })
}

/// A name and what it is.
type Named = (String, Option<String>);

fn plain(names: Vec<String>) -> Vec<Named> {
    names.into_iter().map(|name| (name, None)).collect()
}

/// The database that the command line is about.
struct Asked {
    db: Database,
    /// None while its slug is being typed.
    org: Option<OrgId>,
    /// The email of the acting user.
    user: Option<String>,
}

/// A name that begins with `-` would be read as an option; what else is no plain text is left out where shells are
/// answered.
fn offered(ask: impl FnOnce(&mut Asked) -> Result<Vec<Named>>) -> Vec<CompletionCandidate> {
    let found = asked().and_then(|mut asked| ask(&mut asked).ok()).unwrap_or_default();
    let candidates = found.into_iter().take(MOST).filter(|(name, _)| !name.is_empty() && !name.starts_with('-'));
    candidates.map(|(name, what)| CompletionCandidate::new(name).help(what.map(Into::into))).collect()
}

fn asked() -> Option<Asked> {
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let flags = Flags {
        database_url: flag(&words, "--database-url").map(Into::into),
        org: flag(&words, "--org"),
        user: flag(&words, "--as"),
        config: flag(&words, "--config").map(Into::into),
        ..Flags::default()
    };
    let settings = Settings::gather(flags).ok()?;
    let location = Location::parse(settings.database_url.value.text()).ok()?;
    let options = OpenOptions {
        after_migrating: |_| Ok(()),
        allow_bypass: false,
        schema: SchemaUse::LookOnly,
        notify: Arc::new(|_| {}),
        committed: Arc::new(|| {}),
        commit: Arc::default(),
        interrupted: Arc::new(AtomicBool::new(false)),
        server: ServerOptions::default(),
    };
    let mut db = Database::open(location, options).ok()?;
    let all = db.read_global(organizations::all).ok()?;
    let org = match &settings.org.value {
        Some(slug) => all.iter().find(|org| org.slug == *slug),
        None => all.first().filter(|_| all.len() == 1),
    };
    Some(Asked {
        org: org.map(|org| org.org_id()),
        db,
        user: settings.user.value.map(|email| email.trim().to_lowercase()),
    })
}

/// The value of a flag among the words of a command line.
fn flag(words: &[String], name: &str) -> Option<String> {
    words.iter().enumerate().find_map(|(place, word)| match word.strip_prefix(name) {
        Some("") => words.get(place + 1).cloned(),
        Some(rest) => rest.strip_prefix('=').map(str::to_owned),
        None => None,
    })
}

#[cfg(test)]
mod tests {
    use super::flag;

    #[test]
    fn flags_are_found_in_the_line() {
        let words: Vec<String> = ["crmctl", "--org", "acme", "--as=a@b.c", "--orgs"].map(str::to_owned).to_vec();
        assert_eq!(flag(&words, "--org").as_deref(), Some("acme"));
        assert_eq!(flag(&words, "--as").as_deref(), Some("a@b.c"));
        assert_eq!(flag(&words, "--config"), None);
    }
}
