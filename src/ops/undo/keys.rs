//! Phones and external ids that return to leads: whether others have them meanwhile, and making room for them.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::{UndoError, edited_keys};
use crate::db::bulk::Stamp;
use crate::db::models::import_effects::{self, Logged};
use crate::db::models::{IN_LIST, lead_identities};
use crate::db::schema::leads;
use crate::db::{Db, DbError};

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
/// that gives up its key in the same undoing does not stand in the way.
pub(super) fn release(
    conn: &mut Db,
    stamp: &Stamp,
    import: i64,
    changed: &[i64],
    edits: &HashMap<i64, Vec<Logged>>,
) -> Result<Taken, UndoError> {
    let mut returning = returning_keys(conn, stamp, import, changed, edits)?;
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
            leads::table
                .filter(leads::organization_id.eq(stamp.org.0).and(leads::id.eq_any(chunk.to_vec())))
                .filter(leads::deleted_at.is_null())
        };
        // Those that are deleted already stay so; only live ones are made live again.
        let live: Vec<i64> = rows().select(leads::id).load(conn).map_err(DbError::from)?;
        diesel::update(rows()).set(leads::deleted_at.eq(stamp.now)).execute(conn).map_err(DbError::from)?;
        taken.released.extend(live);
    }
    Ok(taken)
}

/// The leads that change their phone or external id back, with what they get.
fn returning_keys(
    conn: &mut Db,
    stamp: &Stamp,
    import: i64,
    changed: &[i64],
    edits: &HashMap<i64, Vec<Logged>>,
) -> Result<HashMap<i64, Vec<Key>>, UndoError> {
    let mut returning = HashMap::new();
    for ids in changed.chunks(IN_LIST) {
        for (lead, entries) in import_effects::entries_of(conn, stamp.org, import, ids)? {
            let edited = edited_keys(edits, lead);
            let first = |field: &str| entries.iter().find(|entry| entry.field_name.as_deref() == Some(field));
            let mut keys = Vec::new();
            let mut gives_up = false;
            if !edited.contains("phone_number")
                && (first("phone_number").is_some() || first("phone_extension").is_some())
            {
                gives_up = true;
                if let Some(number) = old_or_current(conn, stamp, lead, first("phone_number"), |l| l.0.clone())? {
                    let extension = old_or_current(conn, stamp, lead, first("phone_extension"), |l| Some(l.1.clone()))?;
                    keys.push(Key::Phone(number, extension.unwrap_or_default()));
                }
            }
            if !edited.contains("external_source")
                && (first("external_id").is_some() || first("external_source").is_some())
            {
                gives_up = true;
                let system = old_or_current(conn, stamp, lead, first("external_source"), |l| l.2.clone())?;
                let id = old_or_current(conn, stamp, lead, first("external_id"), |l| l.3.clone())?;
                keys.extend(system.zip(id).map(|(system, id)| Key::ExternalId(system, id)));
            }
            if gives_up {
                returning.insert(lead, keys);
            }
        }
    }
    Ok(returning)
}

type Current = (Option<String>, String, Option<String>, Option<String>);

/// The value before the import: the log's, or the current one where the import did not change it.
fn old_or_current(
    conn: &mut Db,
    stamp: &Stamp,
    lead: i64,
    entry: Option<&Logged>,
    part: impl Fn(&Current) -> Option<String>,
) -> Result<Option<String>, DbError> {
    if let Some(entry) = entry {
        return Ok(entry.old_value.clone());
    }
    let current: Option<Current> = leads::table
        .filter(leads::organization_id.eq(stamp.org.0).and(leads::id.eq(lead)))
        .select((leads::phone_number, leads::phone_extension, leads::external_source, leads::external_id))
        .first(conn)
        .optional()?;
    Ok(current.as_ref().and_then(part))
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
    let mut ids: HashMap<&str, Vec<String>> = HashMap::new();
    for key in wanted.keys() {
        match key {
            Key::Phone(number, _) => phones.push(number.clone()),
            Key::ExternalId(system, id) => ids.entry(system).or_default().push(id.clone()),
        }
    }
    let mut holders = lead_identities::identities_of(conn, stamp.org, &phones, &[], None)?;
    for (system, ids) in &ids {
        holders.extend(lead_identities::identities_of(conn, stamp.org, &[], &[], Some((system, ids)))?);
    }
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
