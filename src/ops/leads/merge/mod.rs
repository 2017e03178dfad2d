//! Merging leads of one person: a live survivor takes over what it lacks, the absorbed leads are deleted and name it,
//! and restoring an absorbed lead takes that back.

mod fill;
mod unmerge;

pub use unmerge::{Unmerged, unmerge};

use jiff::tz::TimeZone;

use super::keys::opt_out_of;
use super::parts::Parts;
use super::upsert::apply::FieldChange;
use crate::db::Stamp;
use crate::db::lead_changes::{self, LeadChanges, Written};
use crate::db::lead_fields::StoredField;
use crate::db::models::erasure::erasures;
use crate::db::models::leads::lead_audit_log::NewAuditEntry;
use crate::db::models::leads::lead_emails::{self, FURTHER_EMAIL, NewEmail};
use crate::db::models::leads::lead_notes::{self, NewNote};
use crate::db::models::leads::lead_phones::{self, NewPhone};
use crate::db::models::leads::lead_tags::NewTag;
use crate::db::models::leads::{self, Lead};
use crate::db::{Db, DbError};
use crate::domain::audit::AuditAction;
use crate::domain::leads::assignment::Strategy;
use crate::domain::leads::consent::Consent;
use crate::domain::leads::status::Trigger;
use crate::domain::leads::tag::is_same;
use crate::error::{CommandError, Explain};
use crate::ops::dnc;

pub use crate::db::lead_fields::ABSORBED;

vocabulary! {
    /// Which of several leads survives.
    SurvivorRule {
        /// The one that was created first.
        Oldest = "oldest",
        /// The one that was created last.
        Newest = "newest",
        /// The one with the most fields filled in.
        Fullest = "fullest",
    }
}

/// Why leads were not merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the lead {0} cannot be merged into itself")]
    Itself(i64),
    #[error("the lead {0} is deleted, so no other can be merged into it")]
    SurvivorDeleted(i64),
    #[error("the lead {lead} was merged into the lead {into} already")]
    Merged { lead: i64, into: i64 },
    #[error("the person of the lead {0} was erased")]
    Erased(i64),
    #[error("another program took the phone number or the external id meanwhile")]
    Raced,
}

impl Explain for MergeError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            MergeError::Db(e) => return e.explain(),
            MergeError::Itself(_) => "name another lead".into(),
            MergeError::SurvivorDeleted(lead) => format!("bring it back: crmctl lead restore {lead}"),
            MergeError::Erased(_) => "leave it out; nothing of the person is left in it".into(),
            MergeError::Merged { lead, .. } => format!("to undo that: crmctl lead restore {lead}"),
            MergeError::Raced => "nothing was changed; try again".into(),
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}

/// A value of the survivor that a merge changed.
pub type Filled = FieldChange;

/// The lead that survives by a rule, of live leads.
pub fn survivor_by(rule: SurvivorRule, candidates: &[Lead]) -> Option<i64> {
    let fullness = |lead: &Lead| StoredField::texts().filter(|field| !(field.is_empty)(lead)).count();
    let live = candidates.iter().filter(|lead| lead.deleted_at.is_none());
    let chosen = match rule {
        SurvivorRule::Oldest => live.min_by_key(|lead| (lead.created_at, lead.id)),
        SurvivorRule::Newest => live.max_by_key(|lead| (lead.created_at, lead.id)),
        SurvivorRule::Fullest => live.min_by_key(|lead| (std::cmp::Reverse(fullness(lead)), lead.created_at, lead.id)),
    };
    chosen.map(|lead| lead.id)
}

/// What a merge did.
#[derive(Debug)]
pub struct Merged {
    /// What it changed in the survivor.
    pub filled: Vec<Filled>,
    /// Numbers that wait for a decision: they are now those of somebody who has refused to be contacted.
    pub waiting: Vec<String>,
}

/// Merges leads, live or deleted, into a live one. The caller holds [`crate::db::Lock::Leads`]; `zone` is the organization's.
///
/// # Errors
/// One of them cannot be merged, or the database refuses.
pub fn merge(
    conn: &mut Db,
    survivor: i64,
    absorbed: &[i64],
    stamp: &Stamp,
    zone: &TimeZone,
) -> Result<Merged, MergeError> {
    dnc::remove::expire(conn, leads::OnLocked::Wait, stamp)?;
    let (mut lead, others) = hold(conn, survivor, absorbed, stamp)?;
    let before = lead.clone();
    let mut parts = Parts::of_lead(conn, stamp.org, survivor)?;
    let (mut changes, mut told) = (LeadChanges::default(), Vec::new());
    let mut of_refusers = numbers_of_refuser(&lead, &parts.phones);
    for other in others {
        if opt_out_of(&other).denied {
            of_refusers.extend(numbers_of_refuser(&other, &Parts::of_lead(conn, stamp.org, other.id)?.phones));
        }
        let mut fields = fill::fill(&mut lead, &other, stamp.now);
        fields.extend(join_parts(conn, &lead, &mut parts, &other, &mut changes, stamp)?);
        changes.audit.push(merge_entry(survivor, ABSORBED, None, Some(other.id.to_string()), stamp));
        changes
            .audit
            .extend(fields.iter().map(|f| merge_entry(survivor, &f.field, f.old.clone(), f.new.clone(), stamp)));
        told.extend(fields);
        absorb(other, survivor, &mut changes, stamp);
    }
    if lead.status != before.status {
        let mut row = stamp.status_change(survivor, Some(before.status), lead.status);
        // What the others reached is in their own logs, so reports need not count this row.
        row.trigger_type = Trigger::Merge;
        row.reason = Some(format!("merged with {}", named(absorbed)));
        changes.history.push(row);
    }
    if lead.owner_id != before.owner_id {
        changes.assignments.push(stamp.assignment(survivor, before.owner_id, lead.owner_id, Strategy::Manual));
    }
    if lead.phone_number != before.phone_number || !changes.phones.is_empty() {
        dnc::follow_numbers(conn, &mut lead, &parts.phones, &mut changes, stamp)?;
    }
    let mut came: Vec<String> = lead.phone_number.iter().chain(&parts.phones).cloned().collect();
    came.retain(|number| lead.consent_status == Consent::Denied && !of_refusers.contains(number));
    lead.updated_at = stamp.now;
    lead.version += 1;
    changes.updated.push(lead);
    match lead_changes::write(conn, &changes, stamp)? {
        Written::All => {
            let waiting = dnc::refusers::wait_for_decision(conn, survivor, &came, stamp, zone)?;
            Ok(Merged { filled: told, waiting })
        }
        Written::LostRace => Err(MergeError::Raced),
    }
}

/// The numbers of a lead that has refused to be contacted: what becomes of them was decided then. None of another lead.
fn numbers_of_refuser(lead: &Lead, further: &[String]) -> Vec<String> {
    match opt_out_of(lead).denied {
        true => lead.phone_number.iter().chain(further).cloned().collect(),
        false => Vec::new(),
    }
}

/// The survivor and the others, held against changes by others.
fn hold(conn: &mut Db, survivor: i64, absorbed: &[i64], stamp: &Stamp) -> Result<(Lead, Vec<Lead>), MergeError> {
    if absorbed.contains(&survivor) {
        return Err(MergeError::Itself(survivor));
    }
    let ids: Vec<i64> = std::iter::once(survivor).chain(absorbed.iter().copied()).collect();
    let mut held = leads::by_ids_for_change(conn, stamp.org, &ids)?;
    held.sort_by_key(|lead| ids.iter().position(|id| *id == lead.id));
    if let Some(lead) = erasures::erased_among(conn, stamp.org, &ids)?.into_keys().min() {
        return Err(MergeError::Erased(lead));
    }
    if let Some((lead, into)) = held.iter().find_map(|lead| Some((lead.id, lead.merged_into_id?))) {
        return Err(MergeError::Merged { lead, into });
    }
    let others = held.split_off(1.min(held.len()));
    match held.pop() {
        Some(lead) if lead.id == survivor && lead.deleted_at.is_none() => Ok((lead, others)),
        _ => Err(MergeError::SurvivorDeleted(survivor)),
    }
}

/// Deletes a lead that was merged.
fn absorb(mut lead: Lead, survivor: i64, changes: &mut LeadChanges, stamp: &Stamp) {
    let id = lead.id;
    changes.audit.push(merge_entry(id, "merged_into_id", None, Some(survivor.to_string()), stamp));
    match lead.deleted_at {
        Some(since) => {
            let (old, new) = (Some(since.to_string()), Some(stamp.now.to_string()));
            changes.audit.push(merge_entry(id, "deleted_at", old, new, stamp));
        }
        None => changes.rekeyed.push(id),
    }
    (lead.merged_into_id, lead.deleted_at, lead.updated_at) = (Some(survivor), Some(stamp.now), stamp.now);
    lead.version += 1;
    changes.updated.push(lead);
}

/// Gives the survivor the tags, phones, emails and notes of another lead that it does not have.
fn join_parts(
    conn: &mut Db,
    lead: &Lead,
    parts: &mut Parts,
    other: &Lead,
    changes: &mut LeadChanges,
    stamp: &Stamp,
) -> Result<Vec<FieldChange>, DbError> {
    let (organization_id, lead_id) = (stamp.org.0, lead.id);
    let added = |field: &str, value: &str| FieldChange { field: field.into(), old: None, new: Some(value.to_owned()) };
    let mut fields = Vec::new();
    let theirs = Parts::of_lead(conn, stamp.org, other.id)?;
    for tag in theirs.tags {
        if !parts.tags.iter().any(|known| is_same(known, &tag)) {
            fields.push(added("tag", &tag));
            parts.tags.push(tag.clone());
            changes.tags.push(NewTag { organization_id, lead_id, tag, created_at: stamp.now });
        }
    }
    let further = lead_phones::of_leads(conn, stamp.org, &[other.id])?.remove(&other.id).unwrap_or_default();
    let own = other.phone_number.iter().map(|number| (number.clone(), "other".to_owned()));
    for (phone_number, kind) in own.chain(further.into_iter().map(|phone| (phone.phone_number, phone.kind))) {
        if lead.phone_number.as_ref() != Some(&phone_number) && !parts.phones.contains(&phone_number) {
            fields.push(added("phone", &phone_number));
            parts.phones.push(phone_number.clone());
            changes.phones.push(NewPhone { organization_id, lead_id, phone_number, kind, created_at: stamp.now });
        }
    }
    let further = lead_emails::of_leads(conn, stamp.org, &[other.id])?.remove(&other.id).unwrap_or_default();
    let own = other.email.iter().map(|email| (email.clone(), "other".to_owned()));
    for (email, kind) in own.chain(further.into_iter().map(|email| (email.email, email.kind))) {
        if lead.email.as_ref() != Some(&email) && !parts.emails.contains(&email) {
            fields.push(added(FURTHER_EMAIL, &email));
            parts.emails.push(email.clone());
            changes.emails.push(NewEmail { organization_id, lead_id, email, kind, created_at: stamp.now });
        }
    }
    for note in lead_notes::of_lead(conn, stamp.org, other.id)? {
        if !parts.notes.contains(&note.body) {
            fields.push(added("note", &note.body));
            parts.notes.push(note.body.clone());
            let (body, author_id, created_at) = (note.body, note.author_id, note.created_at);
            changes.notes.push(NewNote { organization_id, lead_id, body, author_id, created_at });
        }
    }
    Ok(fields)
}

fn merge_entry(lead: i64, field: &str, old: Option<String>, new: Option<String>, stamp: &Stamp) -> NewAuditEntry {
    NewAuditEntry {
        field_name: Some(field.to_owned()),
        old_value: old,
        new_value: new,
        ..stamp.audit(lead, AuditAction::Merge)
    }
}

/// `lead 5`, or `leads 5, 6`.
fn named(leads: &[i64]) -> String {
    let ids: Vec<String> = leads.iter().map(i64::to_string).collect();
    format!("lead{} {}", if leads.len() == 1 { "" } else { "s" }, ids.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::OrgId;
    use crate::domain::timestamp::Timestamp;

    #[test]
    fn a_rule_chooses_among_live_leads() {
        let lead = |id: i64, created: i64, email: Option<&str>, deleted: bool| {
            let mut lead = Lead::blank(OrgId(1), Timestamp::from_micros(created));
            (lead.id, lead.email) = (id, email.map(str::to_owned));
            lead.deleted_at = deleted.then_some(Timestamp::from_micros(9));
            lead
        };
        let leads =
            [lead(1, 1, None, true), lead(2, 5, None, false), lead(3, 3, None, false), lead(4, 4, Some("a"), false)];
        assert_eq!(survivor_by(SurvivorRule::Oldest, &leads), Some(3));
        assert_eq!(survivor_by(SurvivorRule::Newest, &leads), Some(2));
        assert_eq!(survivor_by(SurvivorRule::Fullest, &leads), Some(4));
        assert_eq!(survivor_by(SurvivorRule::Fullest, &leads[..3]), Some(3));
        assert_eq!(survivor_by(SurvivorRule::Oldest, &leads[..1]), None);
    }
}
