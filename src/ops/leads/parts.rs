//! What belongs to a lead beside its row: tags, further phones and emails, and notes.

use std::collections::HashMap;

use super::draft::LeadDraft;
use super::edit::phone::OTHER;
use super::keys::opt_out_of;
use super::upsert::apply::FieldChange;
use crate::db::Stamp;
use crate::db::lead_changes::LeadChanges;
use crate::db::models::leads::Lead;
use crate::db::models::leads::lead_emails::{self, FURTHER_EMAIL, NewEmail};
use crate::db::models::leads::lead_notes::{self, NewNote};
use crate::db::models::leads::lead_phones::{self, NewPhone};
use crate::db::models::leads::lead_tags::{self, NewTag};
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::tag::is_same;

/// The parts that a lead has.
#[derive(Debug, Default)]
pub struct Parts {
    pub tags: Vec<String>,
    /// Further numbers.
    pub phones: Vec<String>,
    /// Further addresses.
    pub emails: Vec<String>,
    /// The bodies of notes.
    pub notes: Vec<String>,
}

impl Parts {
    /// The parts of these leads; a lead without any is missing.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of_leads(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, Parts>, DbError> {
        let mut parts: HashMap<i64, Parts> = HashMap::new();
        for (lead, tags) in lead_tags::of_leads(conn, org, leads)? {
            parts.entry(lead).or_default().tags = tags;
        }
        for (lead, phones) in lead_phones::of_leads(conn, org, leads)? {
            parts.entry(lead).or_default().phones = phones.into_iter().map(|phone| phone.phone_number).collect();
        }
        for (lead, emails) in lead_emails::of_leads(conn, org, leads)? {
            parts.entry(lead).or_default().emails = emails.into_iter().map(|email| email.email).collect();
        }
        for (lead, notes) in lead_notes::bodies_of_leads(conn, org, leads)? {
            parts.entry(lead).or_default().notes = notes;
        }
        Ok(parts)
    }

    /// The parts of one lead.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of_lead(conn: &mut Db, org: OrgId, lead: i64) -> Result<Parts, DbError> {
        Ok(Parts::of_leads(conn, org, &[lead])?.remove(&lead).unwrap_or_default())
    }
}

/// Adds the draft's tags, further phones and emails, and note to a lead that does not have them yet, and tells which.
pub fn add_parts(
    lead: &Lead,
    parts: &mut Parts,
    draft: &LeadDraft,
    changes: &mut LeadChanges,
    stamp: &Stamp,
) -> Vec<FieldChange> {
    let (organization_id, lead_id, created_at) = (stamp.org.0, lead.id, stamp.now);
    let mut added = Vec::new();
    for tag in &draft.tags {
        if !parts.tags.iter().any(|known| is_same(known, tag)) {
            parts.tags.push(tag.clone());
            changes.tags.push(NewTag { organization_id, lead_id, tag: tag.clone(), created_at });
            added.push(FieldChange { field: "tag".into(), old: None, new: Some(tag.clone()) });
        }
    }
    for (number, kind) in &draft.further_phones {
        let phone_number = number.to_string();
        if !parts.phones.contains(&phone_number) && lead.phone_number.as_ref() != Some(&phone_number) {
            parts.phones.push(phone_number.clone());
            added.push(FieldChange { field: "phone".into(), old: None, new: Some(phone_number.clone()) });
            let removed = changes.removed.phones.len();
            changes.removed.phones.retain(|(of, gone)| (*of, gone) != (lead_id, &phone_number));
            if changes.removed.phones.len() == removed {
                changes.phones.push(NewPhone {
                    organization_id,
                    lead_id,
                    phone_number,
                    kind: kind.clone(),
                    created_at,
                });
            }
        }
    }
    let further = draft.further_emails.iter().map(|(email, kind)| (email.as_str(), kind.as_str()));
    added.extend(add_emails(lead, parts, further, changes, stamp));
    if let Some(body) = &draft.note
        && !parts.notes.contains(body)
    {
        parts.notes.push(body.clone());
        changes.notes.push(NewNote {
            organization_id,
            lead_id,
            body: body.clone(),
            author_id: stamp.changed_by,
            created_at,
        });
        added.push(FieldChange { field: "note".into(), old: None, new: Some(body.clone()) });
    }
    added
}

/// Adds further emails, each with its kind, to a lead that does not have them yet, and tells which.
pub fn add_emails<'a>(
    lead: &Lead,
    parts: &mut Parts,
    emails: impl Iterator<Item = (&'a str, &'a str)>,
    changes: &mut LeadChanges,
    stamp: &Stamp,
) -> Vec<FieldChange> {
    let mut added = Vec::new();
    for (email, kind) in emails {
        if lead.email.as_deref() == Some(email) || parts.emails.iter().any(|known| known == email) {
            continue;
        }
        parts.emails.push(email.to_owned());
        added.push(FieldChange { field: FURTHER_EMAIL.into(), old: None, new: Some(email.to_owned()) });
        let removed = changes.removed.emails.len();
        changes.removed.emails.retain(|(of, gone)| (*of, gone.as_str()) != (lead.id, email));
        if changes.removed.emails.len() == removed {
            changes.emails.push(NewEmail {
                organization_id: stamp.org.0,
                lead_id: lead.id,
                email: email.to_owned(),
                kind: kind.to_owned(),
                created_at: stamp.now,
            });
        }
    }
    added
}

/// Keeps the address that a lead had as a further one, where it has another by now and its person opted out: what else would know of
/// the opt-out?
pub fn keep_address(
    before: Option<&str>,
    lead: &Lead,
    parts: &mut Parts,
    changes: &mut LeadChanges,
    stamp: &Stamp,
) -> Vec<FieldChange> {
    let kept = before.filter(|_| !opt_out_of(lead).is_none());
    add_emails(lead, parts, kept.into_iter().map(|email| (email, OTHER)), changes, stamp)
}

/// Takes the first number and the first email of a lead off its further ones, and tells which were there.
pub fn drop_doubled(lead: &Lead, parts: &mut Parts, changes: &mut LeadChanges) -> Vec<FieldChange> {
    let gone = |field: &str, old: &str| FieldChange { field: field.into(), old: Some(old.to_owned()), new: None };
    let mut fields = Vec::new();
    if let Some(number) = lead.phone_number.as_ref().filter(|number| parts.phones.contains(*number)) {
        parts.phones.retain(|further| further != number);
        let new = changes.phones.len();
        changes.phones.retain(|row| row.lead_id != lead.id || row.phone_number != *number);
        if changes.phones.len() == new {
            changes.removed.phones.push((lead.id, number.clone()));
        }
        fields.push(gone("phone", number));
    }
    if let Some(email) = lead.email.as_ref().filter(|email| parts.emails.contains(*email)) {
        parts.emails.retain(|further| further != email);
        let new = changes.emails.len();
        changes.emails.retain(|row| row.lead_id != lead.id || row.email != *email);
        if changes.emails.len() == new {
            changes.removed.emails.push((lead.id, email.clone()));
        }
        fields.push(gone(FURTHER_EMAIL, email));
    }
    fields
}
