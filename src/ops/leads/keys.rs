//! What one lead shares with others: unique keys, and the opt-outs of its person.

use crate::db::models::leads::Lead;
use crate::db::models::leads::lead_identities;
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::consent::OptOut;
use crate::ops::erasure::tombstones::Tombstones;

/// The live lead other than this one that has its phone or its external id, and which of them.
///
/// # Errors
/// The database cannot be read.
pub fn holder(conn: &mut Db, lead: &Lead, org: OrgId) -> Result<Option<(i64, &'static str)>, DbError> {
    let phones: Vec<String> = lead.phone_number.iter().cloned().collect();
    let external = lead.external_source.clone().zip(lead.external_id.clone());
    let external = external.into_iter().map(|(system, id)| (system, vec![id])).collect();
    let others = lead_identities::identities_of(conn, org, &phones, &[], &external)?;
    Ok(others.into_iter().filter(|other| other.id != lead.id).find_map(|other| {
        let same_phone = lead.phone_number.is_some()
            && other.phone_number == lead.phone_number
            && other.phone_extension == lead.phone_extension;
        let same_id = lead.external_id.is_some()
            && other.external_source == lead.external_source
            && other.external_id == lead.external_id;
        match (same_phone, same_id) {
            (true, _) => Some((other.id, "phone number")),
            (_, true) => Some((other.id, "external id")),
            _ => None,
        }
    }))
}

/// What the person of a lead, known by the phone and email of `keys`, opted out of through other leads, live, deleted
/// or erased.
///
/// # Errors
/// The database cannot be read.
pub fn opt_out_of_others(conn: &mut Db, lead: &Lead, keys: &Lead, org: OrgId) -> Result<OptOut, DbError> {
    let others = lead_identities::opted_out_with(conn, org, keys.phone_number.as_deref(), keys.email.as_deref())?;
    let others = others.into_iter().filter(|other| other.id != lead.id);
    let (phone, email) = (keys.phone_number.as_deref(), keys.email.as_deref());
    let erased = Tombstones::of_person(conn, org, phone, email)?.find(phone, email).unwrap_or_default();
    Ok(others.fold(erased, |all, other| all.or(other.opt_out)))
}
