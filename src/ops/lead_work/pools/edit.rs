//! Changing pools and who is in them.

use super::PoolError;
use crate::db::models::lead_work::pools::assignment_pool_members::{self, NewPoolMember, PoolMember};
use crate::db::models::lead_work::pools::assignment_pools::{self, NewPool, Pool};
use crate::db::{Db, DbError, Stamp};
use crate::domain::text::fold_case;
use crate::ops::audited::{self, Edited};

/// Adds a pool. The caller holds [`crate::db::Lock::Distributing`].
///
/// # Errors
/// Its name is taken, or the database refuses.
pub fn add(conn: &mut Db, new: &NewPool<'_>, stamp: &Stamp) -> Result<Pool, PoolError> {
    expect_free(&assignment_pools::all(conn, stamp.org)?, new.name, None)?;
    Ok(audited::add::<Pool>(conn, new, stamp)?)
}

/// Refuses a name that another pool has in any case: people find it so.
fn expect_free(all: &[Pool], name: &str, of: Option<i64>) -> Result<(), PoolError> {
    let folded = fold_case(name);
    match all.iter().find(|other| Some(other.id) != of && fold_case(&other.name) == folded) {
        Some(other) => Err(PoolError::NameTaken(other.name.clone())),
        None => Ok(()),
    }
}

/// Changes a pool. The caller holds [`crate::db::Lock::Distributing`].
///
/// # Errors
/// It is gone, it has another version than expected, its new name is taken, or the database refuses.
pub fn change(
    conn: &mut Db,
    id: i64,
    expected_version: Option<i32>,
    stamp: &Stamp,
    edit: impl FnOnce(&mut Pool),
) -> Result<Edited<Pool>, PoolError> {
    let all = assignment_pools::all(conn, stamp.org)?;
    let edited = audited::change(conn, id, stamp, |pool: &mut Pool| {
        if let Some(expected) = expected_version.filter(|expected| *expected != pool.version) {
            return Err(PoolError::OtherVersion { name: pool.name.clone(), version: pool.version, expected });
        }
        edit(pool);
        expect_free(&all, &pool.name, Some(id))
    })?;
    edited.ok_or(PoolError::Gone)
}

/// Deletes a pool with its members. The leads that it gave stay with their owners, and its runs stay known.
///
/// # Errors
/// It is gone, or the database refuses.
pub fn delete(conn: &mut Db, id: i64, stamp: &Stamp) -> Result<Pool, PoolError> {
    use crate::db::audited::Editable;
    let pool = Pool::held(conn, stamp.org, id)?.ok_or(PoolError::Gone)?;
    for member in assignment_pool_members::of_pool(conn, stamp.org, id)? {
        audited::delete::<PoolMember>(conn, member.id, stamp)?;
    }
    let stamp = &audited::in_order(conn, &pool, stamp)?;
    audited::record(conn, Some(&pool), None, stamp)?;
    assignment_pools::put_away(conn, stamp.org, &pool, stamp.now)?;
    Ok(pool)
}

/// Adds a user to a pool, which the transaction holds from now on.
///
/// # Errors
/// The pool is gone, the user is in it already, or the database refuses.
pub fn add_member(conn: &mut Db, new: &NewPoolMember, stamp: &Stamp) -> Result<PoolMember, PoolError> {
    use crate::db::audited::Editable;
    Pool::held(conn, stamp.org, new.pool_id)?.ok_or(PoolError::Gone)?;
    Ok(audited::add::<PoolMember>(conn, new, stamp)?)
}

/// Changes a user's part in a pool.
///
/// # Errors
/// The user is no member any more, or the database refuses.
pub fn change_member(
    conn: &mut Db,
    member: &PoolMember,
    stamp: &Stamp,
    edit: impl FnOnce(&mut PoolMember),
) -> Result<Option<Edited<PoolMember>>, DbError> {
    audited::change(conn, member.id, stamp, |member: &mut PoolMember| {
        edit(member);
        Ok(())
    })
}

/// Takes a user out of a pool. The leads that they have stay theirs.
///
/// # Errors
/// The database refuses.
pub fn remove_member(conn: &mut Db, member: &PoolMember, stamp: &Stamp) -> Result<Option<PoolMember>, DbError> {
    audited::delete(conn, member.id, stamp)
}
