//! Who works a territory.

use super::TerritoryError;
use crate::db::models::access::users::User;
use crate::db::models::lead_work::territories::{self, NewTerritoryMember, Territory, TerritoryMember};
use crate::db::{Db, DbError, Stamp};
use crate::domain::lead_work::territories::MemberRole;
use crate::ops::audited::{self, Difference};

/// Lets a user work in a territory as this, and tells what changed.
///
/// # Errors
/// The territory is gone, or the database refuses.
pub fn add_member(
    conn: &mut Db,
    territory: &Territory,
    user: i64,
    role: MemberRole,
    stamp: &Stamp,
) -> Result<Vec<Difference>, TerritoryError> {
    expect_live(conn, territory, stamp)?;
    if let Some(member) = member(conn, territory, user, stamp)? {
        let edited = audited::change(conn, member.id, stamp, |member: &mut TerritoryMember| {
            member.role = role;
            Ok::<(), DbError>(())
        })?;
        return Ok(edited.map(|edited| edited.changes).unwrap_or_default());
    }
    let new = NewTerritoryMember {
        organization_id: stamp.org.0,
        territory_id: territory.id,
        user_id: user,
        role,
        created_at: stamp.now,
        updated_at: stamp.now,
    };
    let made = audited::add::<TerritoryMember>(conn, &new, stamp)?;
    Ok(audited::described(&made).into_iter().filter(|it| it.field == "role").collect())
}

/// Lets a user work in a territory no longer.
///
/// # Errors
/// The user does not, or the database refuses.
pub fn remove_member(conn: &mut Db, territory: &Territory, user: &User, stamp: &Stamp) -> Result<(), TerritoryError> {
    expect_live(conn, territory, stamp)?;
    let Some(member) = member(conn, territory, user.id, stamp)? else {
        let (user, territory) = (user.email.clone(), territory.name.clone());
        return Err(TerritoryError::NoMember { user, territory });
    };
    audited::delete::<TerritoryMember>(conn, member.id, stamp)?;
    Ok(())
}

fn member(conn: &mut Db, territory: &Territory, user: i64, stamp: &Stamp) -> Result<Option<TerritoryMember>, DbError> {
    let all = territories::members(conn, stamp.org)?;
    Ok(all.into_iter().find(|member| member.territory_id == territory.id && member.user_id == user))
}

fn expect_live(conn: &mut Db, territory: &Territory, stamp: &Stamp) -> Result<(), TerritoryError> {
    let all = territories::all(conn, stamp.org)?;
    match all.iter().any(|live| live.id == territory.id) {
        true => Ok(()),
        false => Err(TerritoryError::Gone),
    }
}
