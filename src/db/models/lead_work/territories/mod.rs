//! Territories and who works them.

mod members;
mod rows;

pub use members::{NewTerritoryMember, TerritoryMember};
pub use rows::{NewTerritory, Territory};

use std::collections::HashMap;

use crate::db::{Db, DbError, OrgId, Statement};
use crate::domain::lead_work::territories::{Place, Tree};

/// The organization's territories that are not deleted, by name.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db, org: OrgId) -> Result<Vec<Territory>, DbError> {
    let mut all = rows::live(conn, org)?;
    // PostgreSQL sorts by the database's collation; names print in one order everywhere.
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// The territory with this name that is not deleted.
///
/// # Errors
/// The database cannot be read.
pub fn by_name(conn: &mut Db, org: OrgId, name: &str) -> Result<Option<Territory>, DbError> {
    rows::by_name(conn, org, name)
}

/// The names of all territories by id, those of deleted ones, too: the logs of leads refer to them.
///
/// # Errors
/// The database cannot be read.
pub fn names(conn: &mut Db, org: OrgId) -> Result<HashMap<i64, String>, DbError> {
    rows::names(conn, org)
}

/// Who works these territories, by the emails of the users.
///
/// # Errors
/// The database cannot be read.
pub fn members(conn: &mut Db, org: OrgId) -> Result<Vec<TerritoryMember>, DbError> {
    members::all(conn, org)
}

/// How territories lie in each other.
pub fn tree(all: &[Territory]) -> Tree {
    Tree::of(all.iter().map(|territory| Place {
        id: territory.id,
        parent: territory.parent_id,
        priority: territory.priority,
        name: territory.name.clone(),
        is_active: territory.is_active,
    }))
}

/// How many leads a territory has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeadCount {
    /// Live ones.
    pub live: i64,
    /// Those of the live ones that a person has put there.
    pub manual: i64,
    /// Those that are deleted or merged.
    pub deleted: i64,
}

/// How many leads each territory has; one without leads is not in it.
///
/// # Errors
/// The database cannot be read.
pub fn lead_counts(conn: &mut Db, org: OrgId) -> Result<HashMap<i64, LeadCount>, DbError> {
    let counts = Statement::new(
        "SELECT leads.territory_id,
            count(CASE WHEN leads.deleted_at IS NULL THEN 1 END),
            count(CASE WHEN leads.deleted_at IS NULL AND leads.territory_source = 'manual' THEN 1 END),
            count(leads.deleted_at)
         FROM leads WHERE leads.territory_id IS NOT NULL AND leads.organization_id = ",
    );
    let rows = counts.org(org).sql(" GROUP BY leads.territory_id").rows(conn)?;
    let count = |row: &crate::db::Cells| {
        let number = |place: usize| row.at(place).number().unwrap_or_default();
        Some((row.at(0).number()?, LeadCount { live: number(1), manual: number(2), deleted: number(3) }))
    };
    Ok(rows.iter().filter_map(count).collect())
}
