//! The numbers of a lead: further ones, and which is the first.

use jiff::tz::TimeZone;

use super::{EditError, begin, field_audit, store};
use crate::db::Stamp;
use crate::db::lead_changes::{LeadChanges, Shift};
use crate::db::models::dnc::dnc_spellings;
use crate::db::models::leads::Lead;
use crate::db::models::leads::lead_phones::NewPhone;
use crate::db::{Db, DbError};
use crate::domain::leads::consent::Consent;
use crate::domain::phone::E164;
use crate::domain::phone::reading::Reading;
use crate::ops::dnc::follow_numbers;
use crate::ops::dnc::refusers::wait_for_decision;
use crate::ops::leads::keys;
use crate::ops::leads::parts::Parts;
use crate::ops::leads::upsert::apply::FieldChange;

/// What kind a further number is of that nobody has named.
pub const OTHER: &str = "other";
/// The longest name of a kind, in characters.
pub const LONGEST_KIND: usize = 40;

/// What became of a number that was to be added.
#[derive(Debug)]
pub struct AddedNumber {
    pub number: E164,
    /// Whether the lead did not have it.
    pub is_new: bool,
    /// The number where it waits for a decision: the lead has refused to be contacted.
    pub waiting: Vec<String>,
}

/// Adds a further number to a lead, and makes its status follow. One that may have lost its plus is taken for the other one where only
/// that is listed. The caller holds [`crate::db::Lock::Leads`]; `zone` is the organization's.
///
/// # Errors
/// The lead is deleted, or the database refuses.
pub fn add(
    conn: &mut Db,
    id: i64,
    read: Reading,
    kind: &str,
    stamp: &Stamp,
    zone: &TimeZone,
) -> Result<AddedNumber, EditError> {
    let lead = begin(conn, id, None, stamp)?;
    let mut parts = Parts::of_lead(conn, stamp.org, id)?;
    let taken = taken(conn, read, stamp)?;
    let number = taken.to_string();
    let number = number.as_str();
    if lead.phone_number.as_deref() == Some(number) || parts.phones.iter().any(|known| known == number) {
        return Ok(AddedNumber { number: taken, is_new: false, waiting: Vec::new() });
    }
    let mut changes = LeadChanges::default();
    changes.audit.push(field_audit(id, phone(None, Some(number)), stamp));
    changes.phones.push(row(id, number, kind, stamp));
    parts.phones.push(number.to_owned());
    let refuses = lead.consent_status == Consent::Denied;
    shift(conn, lead, &parts.phones, changes, stamp)?;
    let waiting = match refuses {
        true => wait_for_decision(conn, id, &[number.to_owned()], stamp, zone)?,
        false => Vec::new(),
    };
    Ok(AddedNumber { number: taken, is_new: true, waiting })
}

/// What a number is taken for: what it is with the plus that it may have lost, if only that is listed.
fn taken(conn: &mut Db, read: Reading, stamp: &Stamp) -> Result<E164, DbError> {
    let Some(with_plus) = read.with_plus else { return Ok(read.number) };
    let numbers: Vec<String> = read.all().map(|number| number.to_string()).collect();
    let barred = dnc_spellings::barred_among(conn, stamp.org, &numbers, stamp.now)?;
    Ok(if barred.contains(&with_plus) && !barred.contains(&read.number) { with_plus } else { read.number })
}

/// Takes a further number from a lead, and makes its status follow. The caller holds [`crate::db::Lock::Leads`].
///
/// # Errors
/// The lead is deleted or has no such further number, or the database refuses.
pub fn remove(conn: &mut Db, id: i64, number: &str, stamp: &Stamp) -> Result<(), EditError> {
    let lead = begin(conn, id, None, stamp)?;
    if lead.phone_number.as_deref() == Some(number) {
        return Err(EditError::FirstNumber { lead: id, number: number.to_owned() });
    }
    let mut further = known_further(conn, id, number, stamp)?;
    further.retain(|known| known != number);
    let mut changes = LeadChanges::default();
    changes.audit.push(field_audit(id, phone(Some(number), None), stamp));
    changes.removed.phones.push((id, number.to_owned()));
    shift(conn, lead, &further, changes, stamp)
}

/// Makes a further number of a lead its first, which becomes a further one, and its status follow the new number; returns
/// the extension of the old first number, which further numbers have none of. The caller holds
/// [`crate::db::Lock::Leads`].
///
/// # Errors
/// The lead is deleted or has no such further number, another live lead has it, or the database refuses.
pub fn make_first(conn: &mut Db, id: i64, number: &str, stamp: &Stamp) -> Result<String, EditError> {
    let mut lead = begin(conn, id, None, stamp)?;
    if lead.phone_number.as_deref() == Some(number) {
        return Ok(String::new());
    }
    let mut further = known_further(conn, id, number, stamp)?;
    let old = lead.phone_number.replace(number.to_owned());
    let extension = std::mem::take(&mut lead.phone_extension);
    if let Some((holder, what)) = keys::holder(conn, &lead, stamp.org)? {
        return Err(EditError::Taken { holder, what });
    }
    let mut changes = LeadChanges::default();
    let field = |name: &str, old: Option<String>, new: Option<&str>| FieldChange {
        field: name.to_owned(),
        old,
        new: new.map(str::to_owned),
    };
    let mut fields = vec![field("phone_number", old.clone(), Some(number)), phone(Some(number), None)];
    if !extension.is_empty() {
        fields.push(field("phone_extension", Some(extension.clone()), None));
    }
    changes.removed.phones.push((id, number.to_owned()));
    if let Some(old) = &old {
        fields.push(phone(None, Some(old)));
        changes.phones.push(row(id, old, OTHER, stamp));
        further.push(old.clone());
    }
    let opt_out = keys::opt_out_of_others(conn, &lead, &lead, &[], stamp.org)?;
    if opt_out.denied && lead.consent_status != Consent::Denied {
        super::deny_consent(&mut lead, &mut fields, stamp);
    }
    changes.audit.extend(fields.into_iter().map(|change| field_audit(id, change, stamp)));
    follow_numbers(conn, &mut lead, &further, &mut changes, stamp)?;
    lead.updated_at = stamp.now;
    lead.version += 1;
    changes.updated.push(lead);
    store(conn, &changes, stamp)?;
    Ok(extension)
}

/// Writes a lead whose further numbers have changed.
fn shift(
    conn: &mut Db,
    mut lead: Lead,
    further: &[String],
    mut changes: LeadChanges,
    stamp: &Stamp,
) -> Result<(), EditError> {
    let shift = match follow_numbers(conn, &mut lead, further, &mut changes, stamp)? {
        true => Shift::Status(lead.status),
        false => Shift::Parts,
    };
    changes.shift(lead.id, shift);
    store(conn, &changes, stamp)
}

/// The further numbers of a lead, among which this one must be.
fn known_further(conn: &mut Db, id: i64, number: &str, stamp: &Stamp) -> Result<Vec<String>, EditError> {
    let further = Parts::of_lead(conn, stamp.org, id)?.phones;
    match further.iter().any(|known| known == number) {
        true => Ok(further),
        false => Err(EditError::UnknownNumber { lead: id, number: number.to_owned() }),
    }
}

fn phone(old: Option<&str>, new: Option<&str>) -> FieldChange {
    FieldChange { field: "phone".into(), old: old.map(str::to_owned), new: new.map(str::to_owned) }
}

fn row(lead_id: i64, number: &str, kind: &str, stamp: &Stamp) -> NewPhone {
    NewPhone {
        organization_id: stamp.org.0,
        lead_id,
        phone_number: number.to_owned(),
        kind: kind.to_owned(),
        created_at: stamp.now,
    }
}
