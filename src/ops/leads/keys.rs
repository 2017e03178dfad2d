//! What one lead shares with others: unique keys, and the opt-outs of its person.

use crate::db::models::leads::Lead;
use crate::db::models::leads::lead_identities;
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::consent::{Consent, OptOut};
use crate::domain::leads::status::Status;
use crate::domain::timestamp::Timestamp;
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

/// What the person of this lead opted out of.
pub fn opt_out_of(lead: &Lead) -> OptOut {
    OptOut {
        denied: lead.consent_status == Consent::Denied || lead.status == Status::Dnc,
        email_opted_out_at: lead.email_opted_out_at.map(Timestamp::as_micros),
    }
}

/// What the person of a lead, known by the phone and email of `keys` and by further emails, opted out of through other leads,
/// live, deleted or erased, that have any of them as their first or a further one.
///
/// # Errors
/// The database cannot be read.
pub fn opt_out_of_others(
    conn: &mut Db,
    lead: &Lead,
    keys: &Lead,
    further: &[String],
    org: OrgId,
) -> Result<OptOut, DbError> {
    let phone = keys.phone_number.as_deref();
    let emails: Vec<String> = keys.email.iter().chain(further).cloned().collect();
    opt_out_by(conn, lead.id, phone, &emails, org)
}

/// What leads other than this one, live, deleted or erased, with this phone or one of these emails opted out of.
///
/// # Errors
/// The database cannot be read.
pub fn opt_out_by(
    conn: &mut Db,
    lead: i64,
    phone: Option<&str>,
    emails: &[String],
    org: OrgId,
) -> Result<OptOut, DbError> {
    let others = lead_identities::opted_out_with(conn, org, phone, emails)?;
    let others = others.into_iter().filter(|other| other.id != lead);
    let tombstones = Tombstones::of_person(conn, org, phone, emails)?;
    let by_phone = tombstones.find(phone, None).unwrap_or_default();
    let by_email = emails.iter().filter_map(|email| tombstones.find(None, Some(email)));
    let erased = by_email.fold(by_phone, OptOut::or);
    Ok(others.fold(erased, |all, other| all.or(other.opt_out)))
}
