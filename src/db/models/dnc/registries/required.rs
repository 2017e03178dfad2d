//! The registries that an organization must honour, with what is loaded of them.

use diesel::prelude::*;
use jiff::tz::TimeZone;

use super::dnc_registries::Registry;
use super::dnc_registry_revisions::Revision;
use super::dnc_requirements::Requirement;
use crate::db::schema::{dnc_registries, dnc_registry_revisions as revisions, dnc_requirements, organizations};
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::registry::{Coverage, Shortfall, concerns, greatest_age_days, is_too_old};
use crate::domain::phone::equivalents::other_spellings;
use crate::domain::phone::{E164, nanp};
use crate::domain::time::datetime;
use crate::domain::timestamp::Timestamp;

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

/// The registries that an organization must honour at a time, by name.
///
/// # Errors
/// The database cannot be read.
pub fn required(conn: &mut Db, org: OrgId, now: Timestamp) -> Result<Vec<RequiredList>, DbError> {
    // One statement: on PostgreSQL each is planned anew.
    let answering = revisions::registry_id
        .eq(dnc_registries::id)
        .and(revisions::revision.nullable().eq(dnc_registries::current_revision));
    let rows: Vec<(Requirement, String, Option<Registry>, Option<Revision>)> = dnc_requirements::table
        .inner_join(organizations::table)
        .left_join(dnc_registries::table.on(dnc_registries::name.eq(dnc_requirements::registry)))
        .left_join(revisions::table.on(answering))
        .filter(dnc_requirements::organization_id.eq(org.0))
        .select((
            Requirement::as_select(),
            organizations::timezone,
            Option::<Registry>::as_select(),
            Option::<Revision>::as_select(),
        ))
        .load(conn)?;
    let list = |(requirement, zone, registry, revision): (Requirement, String, Option<Registry>, Option<Revision>)| {
        let today = now.to_jiff().to_zoned(datetime::zone(&zone).unwrap_or(TimeZone::UTC)).date();
        // A list of another country answers for nobody.
        let is_its = registry.as_ref().is_some_and(|registry| registry.country == requirement.country);
        let (registry, revision) = (registry.filter(|_| is_its), revision.filter(|_| is_its));
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
    let mut lists: Vec<RequiredList> = rows.into_iter().map(list).collect();
    // PostgreSQL sorts by the database's collation; names print in one order everywhere.
    lists.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(lists)
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
