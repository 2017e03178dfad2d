//! What belongs to a lead beside its row: tags, further phones and emails, and notes.

use std::collections::HashMap;

use super::draft::LeadDraft;
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
            changes.phones.push(NewPhone { organization_id, lead_id, phone_number, kind: kind.clone(), created_at });
        }
    }
    for (email, kind) in &draft.further_emails {
        if !parts.emails.contains(email) && lead.email.as_ref() != Some(email) {
            parts.emails.push(email.clone());
            added.push(FieldChange { field: FURTHER_EMAIL.into(), old: None, new: Some(email.clone()) });
            let (email, kind) = (email.clone(), kind.clone());
            changes.emails.push(NewEmail { organization_id, lead_id, email, kind, created_at });
        }
    }
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
