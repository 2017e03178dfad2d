//! Users who were disabled since.

use super::{Carried, CarryError, Here, There};
use crate::db::DbError;
use crate::db::models::access::users::{self, User};
use crate::ops::audited;

/// Disables whoever is disabled there, by identity or by email.
pub(super) fn carry(here: &mut Here<'_>, there: &mut There<'_>, carried: &mut Carried) -> Result<(), CarryError> {
    let disabled: Vec<User> = there.read(users::all)?.into_iter().filter(|user| !user.is_active).collect();
    for user in users::all(here.conn, here.stamp.org)?.into_iter().filter(|user| user.is_active) {
        if !disabled.iter().any(|other| other.uid == user.uid || other.email == user.email) {
            continue;
        }
        audited::change::<User, DbError>(here.conn, user.id, here.stamp, |user| {
            user.is_active = false;
            Ok(())
        })?;
        carried.users_disabled += 1;
    }
    Ok(())
}
