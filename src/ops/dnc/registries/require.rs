//! Which registries an organization must honour.

use super::RegistryError;
use crate::db::Stamp;
use crate::db::models::dnc::registries::dnc_requirements::{self, NewRequirement, Requirement};
use crate::db::{Db, DbError};
use crate::ops::audited::{self, Difference, Edited};

/// Requires a registry, or says anew what is said of a requirement.
///
/// # Errors
/// The database refuses.
pub fn require(
    conn: &mut Db,
    registry: &str,
    country: &str,
    calling_code: i32,
    subscription: Option<&str>,
    stamp: &Stamp,
) -> Result<Edited<Requirement>, RegistryError> {
    if let Some(known) = dnc_requirements::of(conn, stamp.org, registry)? {
        let edited = audited::change::<Requirement, DbError>(conn, known.id, stamp, |row| {
            row.country = country.to_owned();
            row.calling_code = calling_code;
            row.subscription = subscription.map(str::to_owned).or(row.subscription.take());
            Ok(())
        })?;
        return edited.ok_or_else(|| RegistryError::NotRequired(registry.to_owned()));
    }
    let row = NewRequirement {
        organization_id: stamp.org.0,
        registry,
        country,
        calling_code,
        subscription,
        created_at: stamp.now,
        updated_at: stamp.now,
    };
    let row = audited::add::<Requirement>(conn, &row, stamp)?;
    let changes: Vec<Difference> = audited::described(&row);
    Ok(Edited { row, changes })
}

/// Requires a registry no more, and returns what was required.
///
/// # Errors
/// It is not required, or the database refuses.
pub fn unrequire(conn: &mut Db, registry: &str, stamp: &Stamp) -> Result<Requirement, RegistryError> {
    let missing = || RegistryError::NotRequired(registry.to_owned());
    let known = dnc_requirements::of(conn, stamp.org, registry)?.ok_or_else(missing)?;
    audited::delete::<Requirement>(conn, known.id, stamp)?.ok_or_else(missing)
}
