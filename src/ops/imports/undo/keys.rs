//! Phones and external ids that return to leads: whether others have them meanwhile, and making room for them.

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::prelude::*;

use super::revert::revert;
use super::{Scope, UndoError, change_of};
use crate::db::Stamp;
use crate::db::models::IN_LIST;
use crate::db::models::imports::import_effects;
use crate::db::models::leads::lead_identities;
use crate::db::models::leads::{self, Lead};
use crate::db::schema::leads as table;
use crate::db::{Db, DbError};
use crate::ops::leads::upsert::apply::FieldChange;

/// Which leads cannot have their keys back, and which have given theirs up so that others can.
#[derive(Default)]
pub(super) struct Taken {
    pub refused: HashMap<i64, String>,
    pub released: HashSet<i64>,
}

/// A key that returns to a lead.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Phone(String, String),
    ExternalId(String, String),
}

/// Finds the leads whose old phone or external id another lead has, and frees the keys that the others give up. A lead
/// that gives up its key in the same undo does not stand in the way.
pub(super) fn release(conn: &mut Db, stamp: &Stamp, scope: &Scope<'_>, changed: &[i64]) -> Result<Taken, UndoError> {
    let mut returning = returning_keys(conn, stamp, scope, changed)?;
    let mut taken = Taken::default();
    loop {
        let refused = holders_elsewhere(conn, stamp, &returning)?;
        if refused.is_empty() {
            break;
        }
        for (lead, reason) in refused {
            // Who is refused keeps its key, and may now stand in another's way.
            returning.remove(&lead);
            taken.refused.insert(lead, reason);
        }
    }
    let mut ids: Vec<i64> = returning.into_keys().collect();
    ids.sort_unstable();
    for chunk in ids.chunks(IN_LIST) {
        let rows = || {
            table::table
                .filter(table::organization_id.eq(stamp.org.0).and(table::id.eq_any(chunk.to_vec())))
                .filter(table::deleted_at.is_null())
        };
        // Those that are deleted already stay so; only live ones are made live again.
        let live: Vec<i64> = rows().select(table::id).load(conn).map_err(DbError::from)?;
        diesel::update(rows()).set(table::deleted_at.eq(stamp.now)).execute(conn).map_err(DbError::from)?;
        taken.released.extend(live);
    }
    Ok(taken)
}

/// The leads that get another phone or external id back, with what they get.
fn returning_keys(
    conn: &mut Db,
    stamp: &Stamp,
    scope: &Scope<'_>,
    changed: &[i64],
) -> Result<HashMap<i64, Vec<Key>>, UndoError> {
    let mut returning = HashMap::new();
    for ids in changed.chunks(IN_LIST) {
        let mut entries = import_effects::entries_of(conn, stamp.org, scope.import, ids)?;
        entries.retain(|_, log| log.iter().any(|entry| entry.field_name.as_deref().is_some_and(is_key)));
        let candidates: Vec<i64> = entries.keys().copied().collect();
        let stored = leads::by_ids(conn, stamp.org, &candidates)?;
        let listed = scope.listed(conn, stamp, &stored)?;
        for lead in stored.iter().filter(|lead| lead.deleted_at.is_none()) {
            let log: Vec<FieldChange> = entries.remove(&lead.id).into_iter().flatten().filter_map(change_of).collect();
            // What the undo will do, done to a copy.
            let mut after = lead.clone();
            revert(&mut after, &log, &scope.circumstances(lead, &listed, None), stamp.now);
            let before = keys_of(lead);
            let after = keys_of(&after);
            if before != after {
                returning.insert(lead.id, after.into_iter().filter(|key| !before.contains(key)).collect());
            }
        }
    }
    Ok(returning)
}

fn is_key(field: &str) -> bool {
    matches!(field, "phone_number" | "phone_extension" | "external_source" | "external_id")
}

fn keys_of(lead: &Lead) -> Vec<Key> {
    let phone = lead.phone_number.clone().map(|number| Key::Phone(number, lead.phone_extension.clone()));
    let external = lead.external_source.clone().zip(lead.external_id.clone());
    phone.into_iter().chain(external.map(|(system, id)| Key::ExternalId(system, id))).collect()
}

/// The leads whose returning key a live lead has that does not give it up itself.
fn holders_elsewhere(
    conn: &mut Db,
    stamp: &Stamp,
    returning: &HashMap<i64, Vec<Key>>,
) -> Result<HashMap<i64, String>, DbError> {
    let wanted: HashMap<&Key, i64> =
        returning.iter().flat_map(|(lead, keys)| keys.iter().map(move |key| (key, *lead))).collect();
    let mut refused = HashMap::new();
    let mut phones = Vec::new();
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for key in wanted.keys() {
        match key {
            Key::Phone(number, _) => phones.push(number.clone()),
            Key::ExternalId(system, id) => ids.entry(system.clone()).or_default().push(id.clone()),
        }
    }
    let holders = lead_identities::identities_of(conn, stamp.org, &phones, &[], &ids)?;
    for holder in holders.into_iter().filter(|holder| !returning.contains_key(&holder.id)) {
        let phone = holder.phone_number.map(|number| Key::Phone(number, holder.phone_extension));
        let external = holder.external_source.zip(holder.external_id).map(|(system, id)| Key::ExternalId(system, id));
        for (key, what) in [(phone, "phone number"), (external, "external id")] {
            if let Some(lead) = key.and_then(|key| wanted.get(&key).copied()) {
                refused.insert(lead, format!("the lead {} has its old {what} meanwhile", holder.id));
            }
        }
    }
    Ok(refused)
}
