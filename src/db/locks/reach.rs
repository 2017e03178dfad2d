//! In which organizations a lock is taken: a change of the do-not-call list travels through the group of its organization.
//!
//! Whoever changes a list holds the membership of its own organization, shared, so that the group stays as it is, and the lists of all
//! members. Whoever changes a group holds the memberships of all whom it concerns. Neither waits for one of these while it holds
//! another.

use std::sync::atomic::AtomicBool;

use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::{DNC_LIST, EXCLUSIVE, GROUPS, IMPORTS, MEMBERSHIP, Waiting, lock_soon, together, wait_for};
use crate::db::{Db, DbError, OrgId};

/// In which organizations a lock is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Home,
    /// Every organization of the group.
    Group,
    /// The first one of the group, for all of it.
    First,
}

impl Reach {
    /// The organizations, in their order; `group` has the organization itself, too.
    pub fn of(self, group: &[OrgId], home: OrgId) -> Vec<OrgId> {
        match self {
            Reach::Home => vec![home],
            Reach::Group => group.to_vec(),
            Reach::First => group.iter().take(1).copied().collect(),
        }
    }
}

/// The organizations of the group that an organization is in, by id: itself alone when it is in none.
pub(super) fn organizations_of(conn: &mut PgConnection, org: OrgId) -> Result<Vec<OrgId>, DbError> {
    #[derive(QueryableByName)]
    struct Member {
        #[diesel(sql_type = Integer)]
        id: i32,
    }
    let members: Vec<Member> = diesel::sql_query(
        "SELECT o.id FROM organizations o JOIN organizations home ON home.id = $1
         WHERE o.id = home.id OR home.group_slug <> '' AND o.group_slug = home.group_slug ORDER BY o.id",
    )
    .bind::<Integer, _>(org.0)
    .load(conn)?;
    Ok(members.into_iter().map(|member| OrgId(member.id)).collect())
}

/// Takes what a change of groups must not run beside: another one. Then `orgs` tells whom it concerns, and nothing changes in those.
///
/// # Errors
/// Those of `orgs`, or the wait was interrupted.
pub fn acquire_memberships<E: From<DbError>>(
    conn: &mut Db,
    notify: &mut dyn FnMut(&str),
    interrupted: &AtomicBool,
    orgs: impl FnOnce(&mut Db) -> Result<Vec<OrgId>, E>,
) -> Result<(), E> {
    if let Db::Postgres(pg) = conn {
        let mut waiting = Waiting::new(notify, interrupted);
        wait_for(pg, &mut waiting, (GROUPS, EXCLUSIVE, OrgId(0)), false)?;
    }
    let mut orgs = orgs(conn)?;
    let Db::Postgres(pg) = conn else { return Ok(()) };
    orgs.sort_unstable_by_key(|org| org.0);
    orgs.dedup();
    let mut waiting = Waiting::new(notify, interrupted);
    together(pg, &mut waiting, false, |pg| {
        for key in [MEMBERSHIP, IMPORTS, DNC_LIST] {
            for org in &orgs {
                let wanted = (key, EXCLUSIVE, *org);
                if !lock_soon(pg, wanted, false)? {
                    return Ok(Some(wanted));
                }
            }
        }
        Ok(None)
    })?;
    Ok(())
}
