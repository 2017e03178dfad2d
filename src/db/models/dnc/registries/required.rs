//! The registries that an organization must honour, with what is loaded of them.

use std::collections::HashMap;

use jiff::civil::Date;

use super::dnc_registry_revisions::Revision;
use super::{dnc_registries, dnc_requirements};
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::registry::{Coverage, Shortfall, concerns, greatest_age_days, is_too_old};
use crate::domain::phone::equivalents::other_spellings;
use crate::domain::phone::{E164, nanp};

/// A registry that an organization must honour.
#[derive(Debug, Clone)]
pub struct RequiredList {
    pub name: String,
    pub country: String,
    pub calling_code: i32,
    pub max_age_days: i32,
    /// What answers; `None` when nothing is loaded.
    pub revision: Option<Revision>,
    pub coverage: Coverage,
    /// Why it says of no number that it is clear.
    pub shortfall: Option<Shortfall>,
}

/// The registries that an organization must honour on a day, by name.
///
/// # Errors
/// The database cannot be read.
pub fn required(conn: &mut Db, org: OrgId, today: Date) -> Result<Vec<RequiredList>, DbError> {
    let requirements = dnc_requirements::all(conn, org)?;
    if requirements.is_empty() {
        return Ok(Vec::new());
    }
    let mut loaded: HashMap<String, _> =
        dnc_registries::all(conn)?.into_iter().map(|(registry, it)| (registry.name.clone(), (registry, it))).collect();
    let list = |requirement: dnc_requirements::Requirement| {
        let loaded = loaded.remove(&requirement.registry);
        // A list of another country answers for nobody.
        let (registry, revision) = loaded.filter(|(registry, _)| registry.country == requirement.country).unzip();
        let revision = revision.flatten();
        let max_age_days =
            registry.map_or_else(|| greatest_age_days(&requirement.country), |registry| registry.max_age_days);
        let shortfall = match &revision {
            None => Some(Shortfall::Missing),
            Some(revision) => is_too_old(revision.as_of.0, max_age_days, today)
                .then_some(Shortfall::TooOld { as_of: revision.as_of.0, max_age_days }),
        };
        RequiredList {
            name: requirement.registry,
            country: requirement.country,
            calling_code: requirement.calling_code,
            max_age_days,
            coverage: revision.as_ref().map_or(Coverage::Country, Revision::coverage),
            shortfall,
            revision,
        }
    };
    Ok(requirements.into_iter().map(list).collect())
}

impl RequiredList {
    /// Whether it has to be asked about a number.
    pub fn concerns(&self, number: E164) -> bool {
        let concerns = |number| concerns(number, &self.country, self.calling_code);
        concerns(number) || other_spellings(number).into_iter().any(concerns)
    }

    /// Why it does not say that a number which it has not is clear.
    pub fn shortfall_of(&self, number: E164) -> Option<Shortfall> {
        let not_covered = || Shortfall::NotCovered { area_code: nanp::area_code(number).unwrap_or_default() };
        self.shortfall.clone().or_else(|| (!self.coverage.covers(number)).then(not_covered))
    }
}
