//! Changing one lead by hand: its fields, and its status. Status `dnc` follows the number.

pub mod email;
pub mod note;
pub mod phone;

use crate::db::Stamp;
use crate::db::lead_changes::{self, LeadChanges, Written};
use crate::db::lead_fields::StoredField;
use crate::db::models::dnc::dnc_spellings;
use crate::db::models::leads::lead_audit_log::NewAuditEntry;
use crate::db::models::leads::{self, Lead, OnLocked, lead_phones};
use crate::db::{Db, DbError};
use crate::domain::audit::AuditAction;
use crate::domain::leads::assignment::Strategy;
use crate::domain::leads::consent::Consent;
use crate::domain::leads::contact::Reach;
use crate::domain::leads::status::{MoveRule, Status};
use crate::domain::phone::E164;
use crate::error::{CommandError, Explain};
use crate::ops::dnc::add::{Request, covered, honour};
use crate::ops::dnc::refusers::wait_for_decision;
use crate::ops::dnc::remove::expire;
use crate::ops::dnc::{follow_numbers, listed_number};
use crate::ops::leads::contact;
use crate::ops::leads::draft::LeadDraft;
use crate::ops::leads::fields::{clearable_columns, clearable_names, set, text_of};
use crate::ops::leads::keys;
use crate::ops::leads::parts::{Parts, add_parts, drop_doubled, keep_address};
use crate::ops::leads::upsert::apply::{FieldChange, apply_edit, inherit};
use jiff::tz::TimeZone;

/// Why a lead was not changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the lead {0} is deleted")]
    Deleted(i64),
    #[error("the lead {lead} has the version {stored} by now, not {expected}")]
    Stale { lead: i64, stored: i32, expected: i32 },
    /// Another live lead has the phone or the external id.
    #[error("the live lead {holder} has this {what} already")]
    Taken { holder: i64, what: &'static str },
    #[error("`{0}` is not a field that can be cleared")]
    NotClearable(String),
    #[error("`{0}` cannot be both set and cleared")]
    SetAndCleared(String),
    #[error("the lead {0} would have neither phone nor email nor external id")]
    NoIdentity(i64),
    #[error("a lead does not move from {from} to {to}")]
    ForbiddenMove { from: Status, to: Status },
    #[error("another program took the phone number or the external id meanwhile")]
    Raced,
    #[error("the lead {lead} has no further number {number}")]
    UnknownNumber { lead: i64, number: String },
    #[error("{number} is the first number of the lead {lead}")]
    FirstNumber { lead: i64, number: String },
    #[error("the lead {lead} has no further email {email}")]
    UnknownEmail { lead: i64, email: String },
    #[error("{email} is the first email of the lead {lead}")]
    FirstEmail { lead: i64, email: String },
    #[error("the lead {lead} has opted out by its email {email}, and nothing else would know that")]
    OptedOutEmail { lead: i64, email: String },
    #[error("the amount of the lead {lead} is in {currency}, and the new one does not say what it is in")]
    CurrencyOpen { lead: i64, currency: String },
    #[error("the lead {lead} is on the do-not-call list by its number {number}")]
    Listed { lead: i64, number: String },
}

impl Explain for EditError {
    fn explain(&self) -> CommandError {
        let said = self.to_string();
        match self {
            EditError::Db(e) => e.explain(),
            EditError::Deleted(id) => {
                CommandError::failed(said).hint(format!("bring it back: crmctl lead restore {id}"))
            }
            EditError::Stale { lead, .. } => {
                CommandError::failed(said).hint(format!("look at it, then try again: crmctl lead show {lead}"))
            }
            EditError::Taken { holder, .. } => {
                CommandError::failed(said).hint(format!("look at that lead: crmctl lead show {holder}"))
            }
            EditError::NoIdentity(_) => CommandError::failed(said).hint("give it one of them in the same call"),
            EditError::NotClearable(_) => {
                CommandError::usage(said).hint(format!("those are custom.NAME, {}", clearable_names().join(", ")))
            }
            EditError::SetAndCleared(_) => CommandError::usage(said).hint("leave one of them out"),
            EditError::ForbiddenMove { .. } => {
                CommandError::failed(said).hint("to do it all the same: --force --reason TEXT")
            }
            EditError::CurrencyOpen { currency, .. } => {
                CommandError::failed(said).hint(format!("say it: --set value=AMOUNT --set currency={currency}"))
            }
            EditError::Listed { number, .. } => CommandError::failed(said).hint(format!(
                "take the number off the list, with the reason: crmctl dnc remove {number} --reason TEXT"
            )),
            EditError::UnknownNumber { lead, number } => CommandError::failed(said).hint(format!(
                "look at its numbers: crmctl lead show {lead}; add one: crmctl lead phone add {lead} {number}"
            )),
            EditError::FirstNumber { lead, .. } => CommandError::failed(said).hint(format!(
                "make another one the first: crmctl lead phone primary {lead} NUMBER\n\
                 or leave it without: crmctl lead edit {lead} --clear phone"
            )),
            EditError::UnknownEmail { lead, email } => CommandError::failed(said).hint(format!(
                "look at its emails: crmctl lead show {lead}; add one: crmctl lead email add {lead} {email}"
            )),
            EditError::FirstEmail { lead, .. } => CommandError::failed(said).hint(format!(
                "make another one the first: crmctl lead email primary {lead} EMAIL\n\
                 or leave it without: crmctl lead edit {lead} --clear email"
            )),
            EditError::OptedOutEmail { lead, .. } => CommandError::failed(said).hint(format!(
                "if the person agrees anew, say that first: crmctl lead edit {lead} --consent granted\n\
                 or forget the person, but not the opt-out: crmctl lead erase {lead}"
            )),
            EditError::Raced => CommandError::failed(said).hint("nothing was changed; try again"),
        }
    }
}

/// What is to become of a lead.
#[derive(Debug)]
pub struct Edit<'a> {
    pub draft: &'a LeadDraft,
    /// Fields to be emptied, by the names that imports take or those in the audit log.
    pub clear: &'a [String],
    /// Refuse when the lead has another version by now.
    pub if_version: Option<i32>,
}

/// Where a lead is to go.
#[derive(Debug)]
pub struct StatusMove {
    pub to: Status,
    pub rule: MoveRule,
    pub reason: Option<String>,
    pub if_version: Option<i32>,
}

/// What an edit did besides.
#[derive(Debug, Default)]
pub struct Edited {
    /// It would have weakened an opt-out, which was kept.
    pub consent_kept: bool,
    /// Numbers that wait for a decision: the lead has refused to be contacted.
    pub waiting: Vec<String>,
}

/// Changes fields of a lead. The draft speaks of no status and of no number that is not to be called: those are more than a field. The
/// caller holds [`crate::db::Lock::Leads`]; `zone` is the organization's.
///
/// # Errors
/// The lead is deleted or has another version, a key is taken, or the database refuses.
pub fn edit(conn: &mut Db, id: i64, edit: &Edit<'_>, stamp: &Stamp, zone: &TimeZone) -> Result<Edited, EditError> {
    let mut lead = begin(conn, id, edit.if_version, stamp)?;
    let listed = listed_reading(conn, edit.draft, stamp)?;
    let edit = Edit { draft: listed.as_ref().unwrap_or(edit.draft), ..*edit };
    let before = lead.clone();
    let mut keys = lead.clone();
    let mut cleared: Vec<(&String, &str)> = Vec::new();
    for name in edit.clear {
        let columns = clearable_columns(name).ok_or_else(|| EditError::NotClearable(name.clone()))?;
        cleared.extend(columns.into_iter().map(|column| (name, column)));
    }
    cleared.iter().for_each(|(_, column)| clear(&mut keys, column, &mut Vec::new()));
    keys.phone_number = edit.draft.lead.phone_number.clone().or(keys.phone_number);
    keys.email = edit.draft.lead.email.clone().or(keys.email);
    let mut parts = Parts::of_lead(conn, stamp.org, id)?;
    let had: Vec<String> = lead.phone_number.iter().chain(&parts.phones).cloned().collect();
    let further: Vec<String> =
        parts.emails.iter().chain(edit.draft.further_emails.iter().map(|(email, _)| email)).cloned().collect();
    let opt_out = keys::opt_out_of_others(conn, &lead, &keys, &further, stamp.org)?;
    if let Some(currency) = lead.currency.clone().filter(|_| edit.draft.is_half_a_value_for(&lead)) {
        return Err(EditError::CurrencyOpen { lead: id, currency });
    }
    let effect = apply_edit(&mut lead, edit.draft, opt_out, stamp.now);
    let mut fields = effect.changes;
    let set_fields: Vec<String> = fields.iter().map(|change| change.field.clone()).collect();
    for (name, column) in cleared {
        if set_fields.iter().any(|field| field == column) {
            return Err(EditError::SetAndCleared(name.clone()));
        }
        clear(&mut lead, column, &mut fields);
    }
    if lead.phone_number.is_none() && lead.email.is_none() && lead.external_id.is_none() {
        return Err(EditError::NoIdentity(id));
    }
    if let Some((holder, what)) = keys::holder(conn, &lead, stamp.org)? {
        return Err(EditError::Taken { holder, what });
    }
    if before.phone_number.is_some() && lead.phone_number.is_none() && lead.status == Status::Dnc {
        // The person stays opted out, though no number says so any more.
        deny_consent(&mut lead, &mut fields, stamp);
    }
    let mut changes = LeadChanges::default();
    fields.extend(keep_address(before.email.as_deref(), &lead, &mut parts, &mut changes, stamp));
    fields.extend(add_parts(&lead, &mut parts, edit.draft, &mut changes, stamp));
    fields.extend(drop_doubled(&lead, &mut parts, &mut changes));
    let inherited = if changes.emails.is_empty() { Vec::new() } else { inherit(&mut lead, opt_out, stamp.now) };
    let consent_kept = effect.consent_kept || !inherited.is_empty();
    fields.extend(inherited);
    changes.audit.extend(fields.into_iter().map(|change| field_audit(id, change, stamp)));
    if lead.owner_id != before.owner_id {
        let (from, to) = (before.owner_id, lead.owner_id);
        changes.assignments.push(stamp.assignment(id, from, to, Strategy::Manual));
    }
    let mut waiting = Vec::new();
    if lead.phone_number != before.phone_number || !changes.phones.is_empty() {
        follow_numbers(conn, &mut lead, &parts.phones, &mut changes, stamp)?;
        if lead.consent_status == Consent::Denied {
            let mut came: Vec<String> = lead.phone_number.iter().chain(&parts.phones).cloned().collect();
            came.retain(|number| !had.contains(number));
            waiting = wait_for_decision(conn, id, &came, stamp, zone)?;
        }
    }
    if !changes.audit.is_empty() {
        lead.updated_at = stamp.now;
        lead.version = before.version + 1;
        changes.updated.push(lead);
        store(conn, &changes, stamp)?;
    }
    Ok(Edited { consent_kept, waiting })
}

/// Whether nothing is left to do for the numbers of a lead whose status says that it is not to be called; a reason is a request of its own.
fn are_listed_for_good(conn: &mut Db, numbers: &[E164], wanted: &StatusMove, stamp: &Stamp) -> Result<bool, DbError> {
    if numbers.is_empty() || wanted.reason.is_some() {
        return Ok(numbers.is_empty());
    }
    let covered = covered(conn, stamp.org, numbers, stamp.now)?;
    Ok(numbers.iter().all(|number| covered.contains(number)))
}

/// Moves a lead to another status. To `dnc` it goes with every lead of its numbers, which are put on the list; the caller
/// holds [`crate::db::Lock::DncImport`] for that, else [`crate::db::Lock::Leads`].
///
/// # Errors
/// The move is forbidden and not forced, the lead is deleted, or the database refuses.
pub fn set_status(
    conn: &mut Db,
    id: i64,
    wanted: &StatusMove,
    stamp: &Stamp,
    zone: &TimeZone,
) -> Result<(), EditError> {
    let mut lead = begin(conn, id, wanted.if_version, stamp)?;
    let (from, to) = (lead.status, wanted.to);
    let numbers = match to {
        Status::Dnc => numbers_of(conn, id, &lead, stamp)?,
        _ => Vec::new(),
    };
    if from == to && (to != Status::Dnc || are_listed_for_good(conn, &numbers, wanted, stamp)?) {
        return Ok(());
    }
    let mut changes = LeadChanges::default();
    match (from, to, numbers.as_slice()) {
        // It may be listed for a while, for calls alone, or by others of the group.
        (Status::Dnc, Status::Dnc, []) => return Ok(()),
        // Only its number's way off the list leads out of `dnc`, forced or not.
        (Status::Dnc, to, _) if to != Status::Dnc => {
            let number = listed_number(conn, id, stamp)?.or(lead.phone_number).unwrap_or_default();
            return Err(EditError::Listed { lead: id, number });
        }
        (_, Status::Dnc, [_, ..]) => {
            let request = |number: &E164| Request::by_hand(*number, wanted.reason.clone(), stamp.now);
            honour(conn, &numbers.iter().map(request).collect::<Vec<_>>(), OnLocked::Wait, stamp, zone)?;
            return Ok(());
        }
        (_, Status::Dnc, []) => {
            let mut fields = Vec::new();
            deny_consent(&mut lead, &mut fields, stamp);
            changes.audit.extend(fields.into_iter().map(|change| field_audit(id, change, stamp)));
        }
        _ if !wanted.rule.permits(from, to) => return Err(EditError::ForbiddenMove { from, to }),
        _ => {
            lead.status = to;
            lead.status_changed_at = stamp.now;
            let change = FieldChange { field: "status".into(), old: Some(from.to_string()), new: Some(to.to_string()) };
            changes.audit.push(field_audit(id, change, stamp));
            if to == Status::Contacted {
                let fields = contact::reached(&mut lead, Reach::Contacted, stamp.now);
                changes.audit.extend(fields.into_iter().map(|change| field_audit(id, change, stamp)));
            }
            let mut row = stamp.status_change(id, Some(from), to);
            row.reason.clone_from(&wanted.reason);
            changes.history.push(row);
        }
    }
    if changes.audit.is_empty() {
        return Ok(());
    }
    lead.updated_at = stamp.now;
    lead.version += 1;
    changes.updated.push(lead);
    store(conn, &changes, stamp)
}

/// A lead's numbers, the first one first.
fn numbers_of(conn: &mut Db, id: i64, lead: &Lead, stamp: &Stamp) -> Result<Vec<E164>, DbError> {
    let further = lead_phones::of_leads(conn, stamp.org, &[id])?.remove(&id).unwrap_or_default();
    let all = lead.phone_number.iter().chain(further.iter().map(|phone| &phone.phone_number));
    Ok(all.filter_map(|number| E164::from_e164(number)).collect())
}

/// The draft with its numbers as the list has them, where that differs.
fn listed_reading(conn: &mut Db, draft: &LeadDraft, stamp: &Stamp) -> Result<Option<LeadDraft>, DbError> {
    if draft.lost_plus.is_empty() {
        return Ok(None);
    }
    let numbers: Vec<String> = draft.possible_numbers().map(|number| number.to_string()).collect();
    let barred = dnc_spellings::barred_among(conn, stamp.org, &numbers, stamp.now)?;
    Ok(draft.resolved(|number| barred.contains(&number)))
}

/// The lead as it is now, held against changes by others.
pub(super) fn begin(conn: &mut Db, id: i64, if_version: Option<i32>, stamp: &Stamp) -> Result<Lead, EditError> {
    expire(conn, OnLocked::Wait, stamp)?;
    let lead = leads::by_ids_for_change(conn, stamp.org, &[id])?.pop().ok_or(EditError::Deleted(id))?;
    match if_version {
        _ if lead.deleted_at.is_some() => Err(EditError::Deleted(id)),
        Some(expected) if expected != lead.version => {
            Err(EditError::Stale { lead: id, stored: lead.version, expected })
        }
        _ => Ok(lead),
    }
}

fn clear(lead: &mut Lead, name: &str, fields: &mut Vec<FieldChange>) {
    // A phone goes with its extension, an amount with its currency, a source with how it was written.
    let parts = StoredField::of_column(name).into_iter().flat_map(StoredField::parts).map(|part| part.name);
    for name in std::iter::once(name).chain(parts) {
        let old = text_of(lead, name);
        if old.is_some() && set(lead, name, None) {
            fields.push(FieldChange { field: name.to_owned(), old, new: None });
        }
    }
}

/// Opts a lead out that has no number to be listed.
pub(super) fn deny_consent(lead: &mut Lead, fields: &mut Vec<FieldChange>, stamp: &Stamp) {
    let current = std::mem::replace(&mut lead.consent_status, Consent::Denied);
    if current == Consent::Denied {
        return;
    }
    let since = lead.consent_at.replace(stamp.now);
    let change =
        |field: &str, old: Option<String>, new: String| FieldChange { field: field.into(), old, new: Some(new) };
    fields.push(change("consent_status", Some(current.to_string()), Consent::Denied.to_string()));
    fields.push(change("consent_at", since.map(|time| time.to_string()), stamp.now.to_string()));
}

/// The audit entry of a field that changed.
pub(in crate::ops) fn field_audit(lead_id: i64, change: FieldChange, stamp: &Stamp) -> NewAuditEntry {
    NewAuditEntry {
        field_name: Some(change.field),
        old_value: change.old,
        new_value: change.new,
        ..stamp.audit(lead_id, AuditAction::Update)
    }
}

pub(super) fn store(conn: &mut Db, changes: &LeadChanges, stamp: &Stamp) -> Result<(), EditError> {
    match lead_changes::write(conn, changes, stamp)? {
        Written::All => Ok(()),
        // Somebody took the key between the look and the write.
        Written::LostRace => Err(EditError::Raced),
    }
}
