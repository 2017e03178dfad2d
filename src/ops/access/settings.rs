//! Settings of an organization.

use crate::db::Stamp;
use crate::db::audited::Editable;
use crate::db::models::access::organizations::Organization;
use crate::db::models::access::system_config::{self, Setting};
use crate::db::{Db, DbError};
use crate::ops::audited::{self, Difference};

/// Sets a setting, or clears it by an empty value, and returns what that changed.
///
/// # Errors
/// The database refuses.
pub fn set(conn: &mut Db, key: &str, value: String, stamp: &Stamp) -> Result<Vec<Difference>, DbError> {
    // One after another: of a setting that is new there is no row yet that could be held.
    Organization::held(conn, stamp.org, stamp.org.0.into())?;
    let before = system_config::held(conn, stamp.org, key)?;
    let stamp = &match &before {
        Some(before) => audited::in_order(conn, before, stamp)?,
        None => stamp.clone(),
    };
    let after = Setting {
        organization_id: stamp.org.0,
        config_key: key.to_owned(),
        config_value: value,
        updated_at: stamp.now,
    };
    let changes = audited::record(conn, before.as_ref(), Some(&after), stamp)?;
    if !changes.is_empty() {
        system_config::set(conn, &after, stamp.changed_by)?;
    }
    Ok(changes)
}
