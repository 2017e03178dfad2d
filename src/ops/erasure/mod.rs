//! Erasing a person: what is stored of them leaves the lead, its merged twins, their logs and the texts of all other tables, as
//! the catalogue of tables says of each; a tombstone with keyed hashes stays, and the do-not-call list keeps the bare number.

pub mod clearing;
mod error;
mod person;
mod plan;
mod sweep;
pub mod tombstones;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::db::Stamp;
use crate::db::catalogue;
use crate::db::models::erasure::erasures;
use crate::db::models::erasure::recorded::Erasure;
use crate::db::models::leads::{self, Lead};
use crate::db::models::leads::{lead_audit_log, lead_merges};
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::AuditAction;
use crate::domain::erasure::{hash_of_email, hash_of_phone};
use crate::ops::leads::search::refresh::take_out;
pub use error::EraseError;
use person::Person;
use sweep::Sweep;
pub use sweep::{Left, Touched, WhyLeft};

/// What an erasure did, and what a person must look after.
#[derive(Debug, Default, Serialize)]
pub struct Erased {
    /// The lead and its merged twins: their rows stay as tombstones.
    pub lead_ids: Vec<i64>,
    /// Rows of the person that were deleted: tags, further phones and emails, notes.
    pub deleted: i64,
    /// Rows of the person whose texts were emptied: leads and their logs.
    pub emptied: i64,
    /// Rows of others out of whose texts the person was taken.
    pub redacted: i64,
    /// The same by table.
    pub tables: Vec<Touched>,
    /// Leads that have or had a phone or email of the person, were not merged, and are not erased.
    pub other_lead_ids: Vec<i64>,
    /// Places that still speak of the person, or may do so.
    pub left: Vec<Left>,
    pub dry_run: bool,
}

/// Every lead that is one with this one by merges: the survivor first.
///
/// # Errors
/// The database cannot be read.
pub fn twins(conn: &mut Db, org: OrgId, lead: &Lead) -> Result<Vec<i64>, DbError> {
    let mut survivor = lead.clone();
    while let Some(into) = survivor.merged_into_id {
        match leads::by_ids(conn, org, &[into])?.pop() {
            Some(next) => survivor = next,
            None => break,
        }
    }
    let mut ids = vec![survivor.id];
    ids.extend(lead_merges::absorbed_by(conn, org, survivor.id)?);
    Ok(ids)
}

/// Erases the person of a lead. The caller holds [`crate::db::Lock::Erasure`].
///
/// # Errors
/// The person is erased already, or the database refuses.
pub fn erase(conn: &mut Db, lead: &Lead, reason: Option<&str>, stamp: &Stamp) -> Result<Erased, EraseError> {
    let org = stamp.org;
    let ids = twins(conn, org, lead)?;
    let gone = erasures::erased_among(conn, org, &ids)?;
    let rest: Vec<i64> = ids.iter().copied().filter(|id| !gone.contains_key(id)).collect();
    let mut stored = leads::by_ids_for_change(conn, org, &rest)?;
    if stored.is_empty() {
        return Err(EraseError::Erased(lead.id));
    }
    clearing::begin(conn, stamp)?;
    stored.sort_unstable_by_key(|lead| lead.id);
    let own: Vec<i64> = stored.iter().map(|lead| lead.id).collect();
    let person = Person::of(conn, org, &stored)?;
    let (key, is_new) = tombstones::key(conn, org)?;
    let mut hashes: Vec<_> = person.phones.iter().map(|number| hash_of_phone(&key, number)).collect();
    hashes.extend(person.emails.iter().map(|email| hash_of_email(&key, email)));
    let sought = person.sought(conn, org, &own)?;
    let mut sweep = Sweep {
        person: &person,
        sought: &sought,
        own: &own,
        stamp,
        touched: Vec::new(),
        other_leads: BTreeSet::new(),
        left: BTreeSet::new(),
        kept: BTreeMap::new(),
        plan: None,
    };
    // Logs come last: what was written about the other tables while they were swept stands in them.
    let (logs, others): (Vec<_>, Vec<_>) = catalogue::tables().partition(|table| table.is_log());
    let tables: Vec<_> = others.into_iter().chain(logs).collect();
    if matches!(conn, Db::Postgres(_)) {
        let erasure = Erasure { leads: &own, reason, hash_key: &key, hashes: &hashes };
        plan::carry_out(conn, &erasure, &mut sweep, &tables, stamp)?;
    } else {
        if is_new {
            erasures::set_hash_key(conn, org, &key)?;
        }
        for lead in &own {
            erasures::insert(conn, *lead, reason, &hashes, stamp)?;
        }
        tables.into_iter().try_for_each(|table| sweep.table(conn, table))?;
    }
    let erases: Vec<_> = own.iter().map(|id| stamp.audit(*id, AuditAction::Erase)).collect();
    lead_audit_log::append(conn, &erases)?;
    let left = sweep.left();
    let (tables, other_leads) = (sweep.touched, sweep.other_leads);
    take_out(conn, org, &own)?;
    let sum = |count: fn(&Touched) -> i64| tables.iter().map(count).sum();
    Ok(Erased {
        lead_ids: own,
        deleted: sum(|table| table.deleted),
        emptied: sum(|table| table.emptied),
        redacted: sum(|table| table.redacted),
        tables,
        other_lead_ids: other_leads.into_iter().collect(),
        left,
        dry_run: false,
    })
}
