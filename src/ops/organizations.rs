//! Making organizations, the default one among them.

use crate::db::models::organizations::{self, NewOrganization, Organization};
use crate::db::types::Uid;
use crate::db::{Db, DbError};
use crate::domain::timestamp::Timestamp;

/// The slug of the organization that an embedded database begins with.
pub const DEFAULT_SLUG: &str = "default";

/// Makes the default organization unless another program did so meanwhile.
///
/// # Errors
/// The database refuses.
pub fn make_default(conn: &mut Db, region: &str, timezone: &str, now: Timestamp) -> Result<Organization, DbError> {
    if let Some(first) = organizations::all(conn)?.into_iter().next() {
        return Ok(first);
    }
    organizations::insert(
        conn,
        &NewOrganization {
            uid: Uid::new(),
            name: "Default organization",
            slug: DEFAULT_SLUG,
            default_region: region,
            base_currency: "USD",
            timezone,
            created_at: now,
            updated_at: now,
        },
    )
}
