//! Groups of organizations, whose do-not-call lists are one.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::{Carried, CarryError, Pair, Who, left};
use crate::db::locks::acquire_memberships;
use crate::db::models::access::organizations::{self, Organization};
use crate::db::{Database, DbError};
use crate::ops::dnc::groups::{Acting, GroupError, join};

/// Lets organizations join the group again that they are in there. Who has left one since stays in it: nothing is taken off a list.
pub(super) fn carry(to: &mut Database, pairs: &[Pair], who: &Who, carried: &mut Carried) -> Result<(), CarryError> {
    let mut groups: BTreeMap<&str, Vec<Acting>> = BTreeMap::new();
    for Pair { there, here } in pairs {
        let (group, other) = (there.group_slug.as_str(), here.group_slug.as_str());
        if group.is_empty() || group == other {
            continue;
        }
        if !other.is_empty() {
            let why = format!(
                "the organization is in the group `{other}` in the backup; move it: crmctl org group remove {other} {slug}, then \
                 crmctl org group add {group} {slug}",
                slug = here.slug
            );
            carried.left.push(left(&here.slug, "groups", group, why));
            continue;
        }
        groups.entry(group).or_default().push((here.clone(), who.stamp(here.org_id())));
    }
    let interrupted = to.interrupted();
    for (group, joining) in groups {
        let Some((first, _)) = joining.first() else { continue };
        let joined = to.write(first.org_id(), |conn| {
            let members = organizations::of_group(conn, group)?;
            acquire_memberships(conn, &mut |_| {}, &interrupted, |_| {
                let all = members.iter().chain(joining.iter().map(|(org, _)| org));
                Ok::<_, GroupError>(all.map(Organization::org_id).collect())
            })?;
            join(conn, group, &joining, &members, who.now, &mut |_| match interrupted.load(Ordering::Relaxed) {
                true => Err(DbError::Interrupted),
                false => Ok(()),
            })
        })?;
        carried.groups += joined.iter().filter(|member| member.is_changed).count() as u64;
    }
    Ok(())
}
