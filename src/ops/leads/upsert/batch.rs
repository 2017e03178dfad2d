//! The drafts of one call on their way to the database: each is matched and becomes a new lead, a change or a skip.

use std::collections::HashMap;

use super::apply::{FieldChange, apply, inherit};
use super::matching::Match;
use super::trace::Traces;
use super::{Fate, LeadWriter, Outcome};
use crate::db::Stamp;
use crate::db::lead_changes::LeadChanges;
use crate::db::models::leads::lead_audit_log::NewAuditEntry;
use crate::db::models::leads::lead_emails::{self, FURTHER_EMAIL};
use crate::db::models::leads::lead_phones;
use crate::db::models::leads::lead_status_history::NewStatusChange;
use crate::db::models::leads::{self, Lead};
use crate::db::{Db, DbError};
use crate::domain::audit::AuditAction;
use crate::domain::imports::duplicates::{OnDuplicate, OnListed};
use crate::domain::leads::consent::Consent;
use crate::domain::leads::contact::ContactTimes;
use crate::domain::leads::status::Status;
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;
use crate::ops::dnc;
use crate::ops::leads::contact;
use crate::ops::leads::draft::LeadDraft;
use crate::ops::leads::keys::opt_out_of;
use crate::ops::leads::parts::{Parts, add_emails, add_parts, drop_doubled, keep_address};

/// A lead that a batch works on, with what belongs to it.
pub(super) struct Held {
    pub(super) lead: Lead,
    pub(super) parts: Parts,
    is_new: bool,
    changed: bool,
    /// Whether its first status is not the one that it is written with, and has a row of its own.
    has_first_row: bool,
}

/// Numbers that drafts ask not to call.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub for_good: Vec<E164>,
    /// Listed ones of drafts whose status alone says so.
    pub by_status: Vec<E164>,
    /// Those that come to people who have refused to be contacted.
    pub by_refusal: Vec<E164>,
}

/// The drafts of one call on their way to [`LeadChanges`].
pub(super) struct Batch<'a> {
    pub(super) writer: &'a mut LeadWriter,
    new_ids: std::vec::IntoIter<i64>,
    pub(super) held: HashMap<i64, Held>,
    /// New leads in the order of their ids.
    created: Vec<i64>,
    pub(super) changes: LeadChanges,
    asked: Asked,
    pub(super) traces: Option<Traces>,
    /// What belongs to the last new lead.
    pub(super) parts_of_new: Vec<FieldChange>,
}

impl<'a> Batch<'a> {
    /// Loads the stored leads that the drafts can change, and reserves ids for the new ones.
    pub(super) fn begin(
        writer: &'a mut LeadWriter,
        conn: &mut Db,
        drafts: &[&LeadDraft],
    ) -> Result<Batch<'a>, DbError> {
        let org = writer.stamp.org;
        let mut known = Vec::new();
        let mut new = 0;
        for draft in drafts {
            match writer.identities.find(draft) {
                Match::New { .. } => new += 1,
                Match::Known(id) if writer.may_change(draft) => known.push(id),
                Match::Known(_) | Match::Conflict(..) => {}
            }
        }
        known.extend(writer.to_mark(drafts));
        known.sort_unstable();
        known.dedup();
        let with_parts = matches!(writer.policy.on_duplicate, OnDuplicate::Fill | OnDuplicate::Update);
        let mut parts = match with_parts && !known.is_empty() {
            true => Parts::of_leads(conn, org, &known)?,
            false => HashMap::new(),
        };
        if !with_parts && drafts.iter().any(|draft| draft.do_not_call && draft.phone.is_none()) {
            // Who is not to be called is so by all their numbers.
            for (lead, phones) in lead_phones::of_leads(conn, org, &known)? {
                parts.entry(lead).or_default().phones = phones.into_iter().map(|phone| phone.phone_number).collect();
            }
        }
        if !with_parts && writer.identities.may_have_further_emails() {
            // Who opts out does so by all their addresses.
            for (lead, emails) in lead_emails::of_leads(conn, org, &known)? {
                parts.entry(lead).or_default().emails = emails.into_iter().map(|email| email.email).collect();
            }
        }
        let held = leads::by_ids_for_change(conn, org, &known)?
            .into_iter()
            .map(|lead| {
                let id = lead.id;
                let parts = parts.remove(&id).unwrap_or_default();
                (id, Held { lead, parts, is_new: false, changed: false, has_first_row: true })
            })
            .collect();
        let new_ids = match new {
            0 => Vec::new(),
            count => leads::reserve_ids(conn, count)?,
        };
        let traces = writer.begin_traces(conn, drafts)?;
        Ok(Batch {
            writer,
            new_ids: new_ids.into_iter(),
            held,
            created: Vec::with_capacity(new),
            changes: LeadChanges::default(),
            asked: Asked::default(),
            traces,
            parts_of_new: Vec::new(),
        })
    }

    /// Decides what becomes of a draft; `None` when that needs more than was looked up beforehand.
    pub(super) fn place(&mut self, draft: &LeadDraft) -> Option<Outcome> {
        Some(match self.writer.identities.find(draft) {
            Match::Conflict(by_id, by_phone) => Outcome::of(Fate::RejectedConflict(by_id, by_phone)),
            Match::Known(id) if self.writer.policy.on_duplicate == OnDuplicate::Reject => {
                Outcome::of(Fate::RejectedDuplicate(id))
            }
            Match::Known(id) if self.writer.may_change(draft) && !self.held.contains_key(&id) => return None,
            Match::Known(id) => self.change(id, draft),
            Match::New { possible_duplicate } => {
                if self.writer.policy.only_known {
                    self.list_numbers(draft);
                    self.mark_holders(draft, None);
                    return Some(Outcome::of(Fate::SkippedUnknown));
                }
                let is_on_registry = |number: &E164| self.writer.on_registries.contains(number);
                let is_listed =
                    draft.numbers().any(|number| self.writer.numbers.is_listed(number) || is_on_registry(&number));
                if self.writer.policy.on_listed == OnListed::Skip
                    && (is_listed || (draft.wants_dnc() && draft.phone.is_some()))
                {
                    self.list_numbers(draft);
                    self.mark_holders(draft, None);
                    return Some(Outcome::of(Fate::SkippedListed));
                }
                let id = self.new_ids.next()?;
                Outcome { possible_duplicate, ..self.create(id, draft) }
            }
        })
    }

    fn create(&mut self, id: i64, draft: &LeadDraft) -> Outcome {
        let stamp = self.writer.stamp.clone();
        let mut outcome = Outcome::of(Fate::Created(id));
        let mut lead = draft.as_new(&stamp);
        lead.id = id;
        lead.created_at = draft.created.unwrap_or(stamp.now);
        lead.updated_at = stamp.now;
        lead.status_changed_at = lead.created_at;
        lead.status = draft.status.filter(|status| *status != Status::Dnc).unwrap_or(Status::New);
        let _ = contact::put(&mut lead, ContactTimes::default().and(contact::times_of(&draft.lead)));
        outcome.currency_alone = draft.is_currency_alone(lead.value_cents);
        outcome.consent_kept = self.settle_consent(&mut lead, draft);
        outcome.without_number = draft.wants_dnc() && draft.numbers().next().is_none();
        self.list_numbers(draft);
        let opt_outs = &self.writer.opt_outs;
        if opt_outs.of_emails(draft.emails()).denied && !opt_outs.of(draft.phone, None).denied {
            self.keep_numbers_of_refuser(draft.numbers());
        }
        let is_listed = draft.numbers().any(|number| self.writer.numbers.is_listed(number));
        if is_listed {
            outcome.dnc_flagged = true;
            let own = std::mem::replace(&mut lead.status, Status::Dnc);
            lead.status_changed_at = stamp.now;
            self.changes.history.push(first_status(&lead, own, draft, &stamp));
            self.changes.history.push(dnc::status_row(id, own, Status::Dnc, dnc::LISTED_REASON, &stamp));
        }
        if !is_listed && draft.stage.is_some() {
            self.changes.history.push(first_status(&lead, lead.status, draft, &stamp));
            self.changes.explained.push(id);
        }
        outcome.previously_deleted =
            draft.phone.is_some_and(|phone| self.writer.numbers.previously_deleted.contains(&phone));
        let opt_outs = &self.writer.opt_outs;
        outcome.previously_erased = opt_outs.of_erased(draft.phone, None).is_some()
            || draft.emails().any(|email| opt_outs.of_erased(None, Some(email)).is_some());
        let has_first_row = is_listed || draft.stage.is_some();
        let mut held = Held { lead, parts: Parts::default(), is_new: true, changed: false, has_first_row };
        // A created lead has one audit row for all of it.
        self.parts_of_new = add_parts(&held.lead, &mut held.parts, draft, &mut self.changes, &stamp);
        self.remember(&held, draft.phone);
        self.created.push(id);
        self.held.insert(id, held);
        self.mark_holders(draft, Some(id));
        outcome
    }

    /// Gives a new lead the consent that it asks for, no weaker than what its person opted out of.
    fn settle_consent(&mut self, lead: &mut Lead, draft: &LeadDraft) -> bool {
        let now = self.writer.stamp.now;
        let opt_out = self.writer.opt_outs.of_draft(draft);
        let asked = match draft.wants_dnc() && draft.phone.is_none() {
            true => Consent::Denied,
            false => draft.consent.unwrap_or(Consent::Pending),
        };
        lead.consent_status = opt_out.ratchet(asked);
        lead.consent_at = (lead.consent_status != Consent::Pending).then_some(now);
        lead.email_opted_out_at =
            opt_out.email_opted_out_at.map(Timestamp::from_micros).or(draft.email_opt_out.then_some(now));
        lead.consent_status != asked || (opt_out.email_opted_out_at.is_some() && !draft.email_opt_out)
    }

    /// Writes down the status that a new lead began with, before a later draft of the batch moves it.
    fn keep_first_status(&mut self, held: &mut Held, first: Status) {
        if std::mem::replace(&mut held.has_first_row, true) {
            return;
        }
        let row = self.writer.stamp.status_change(held.lead.id, None, first);
        self.changes.history.push(NewStatusChange { changed_at: held.lead.created_at, ..row });
        self.changes.explained.push(held.lead.id);
    }

    /// Moves a lead to `dnc` one of whose numbers is listed. Returns whether that moved it.
    fn follow_list(&mut self, held: &mut Held) -> bool {
        let first = held.lead.phone_number.iter();
        let is_listed = first
            .chain(&held.parts.phones)
            .any(|number| E164::from_e164(number).is_some_and(|number| self.writer.numbers.is_listed(number)));
        let moves = is_listed && held.lead.status != Status::Dnc;
        if moves {
            let stamp = self.writer.stamp.clone();
            self.keep_first_status(held, held.lead.status);
            dnc::record_move(&mut held.lead, Status::Dnc, dnc::LISTED_REASON, &mut self.changes, &stamp);
        }
        moves
    }

    /// Puts the draft's numbers on the do-not-call list when the draft asks for it: a wish not to be called is no wish for
    /// one phone of several. A status says only that the lead's own number is listed, and not for how long: an entry of the
    /// organization's own stays as it is.
    fn list_numbers(&mut self, draft: &LeadDraft) {
        match (draft.do_not_call, draft.wants_dnc()) {
            (true, _) => draft.possible_numbers().for_each(|number| self.list_number(number)),
            (false, true) => draft.phone.into_iter().for_each(|number| match self.writer.numbers.is_listed(number) {
                true => self.asked.by_status.push(number),
                false => self.list_number(number),
            }),
            (false, false) => {}
        }
    }

    /// Puts a known lead's numbers on the do-not-call list for a row that asks for it and gives none.
    fn list_numbers_of(&mut self, held: &Held, draft: &LeadDraft) {
        if !draft.wants_dnc() || draft.numbers().next().is_some() {
            return;
        }
        let further = held.parts.phones.iter().filter(|_| draft.do_not_call);
        for number in held.lead.phone_number.iter().chain(further).filter_map(|number| E164::from_e164(number)) {
            self.list_number(number);
        }
    }

    /// Keeps numbers that come to somebody who has refused to be contacted. An import lists them; who adds a lead by hand does not hold
    /// the list.
    fn keep_numbers_of_refuser(&mut self, numbers: impl Iterator<Item = E164>) {
        let is_import = self.writer.stamp.import_id.is_some();
        for number in numbers.filter(|number| !self.writer.numbers.is_listed(*number)).collect::<Vec<_>>() {
            if is_import {
                self.writer.numbers.list([number]);
            }
            self.asked.by_refusal.push(number);
        }
    }

    fn list_number(&mut self, phone: E164) {
        if !self.writer.numbers.is_listed(phone) {
            self.writer.numbers.list([phone]);
        }
        // What is listed already may be so for a while, for calls alone, or by others of the group.
        self.asked.for_good.push(phone);
    }

    fn change(&mut self, id: i64, draft: &LeadDraft) -> Outcome {
        let stamp = self.writer.stamp.clone();
        let policy = self.writer.policy.on_duplicate;
        let held = self.held.remove(&id);
        // A number on the list stays the number of its lead: the draft's own phone may be another one, and would lead its person
        // off the list.
        let mut moved = false;
        let held = held.map(|mut held| {
            moved = self.follow_list(&mut held);
            held
        });
        self.list_numbers(draft);
        let Some(mut held) = held else { return Outcome::of(Fate::SkippedKnown(id)) };
        self.list_numbers_of(&held, draft);
        let row = draft;
        let for_survivor = self.writer.identities.for_survivor(draft);
        let draft = &*for_survivor.for_known(&held.lead, &held.parts.phones);
        let opt_outs = &self.writer.opt_outs;
        let takes_values = matches!(policy, OnDuplicate::Fill | OnDuplicate::Update);
        let opts_out_by_email = !row.opt_out_by_email(stamp.now).is_none();
        let further = held.parts.emails.iter().map(String::as_str);
        let mut opt_out = opt_outs
            .of(draft.phone, held.lead.email.as_deref())
            .or(opt_outs.of(None, for_survivor.lead.email.as_deref()))
            .or(opt_outs.of_emails(further));
        if takes_values || opts_out_by_email {
            opt_out = opt_out.or(opt_outs.of_emails(for_survivor.emails()));
        }
        let mut outcome = Outcome::of(Fate::SkippedKnown(id));
        let had: Vec<E164> = numbers_of(&held).collect();
        outcome.without_number = row.wants_dnc() && had.is_empty() && row.numbers().next().is_none();
        let refused = held.lead.consent_status == Consent::Denied || opt_out.denied;
        let version = held.lead.version;
        let old_address = held.lead.email.clone();
        let before = takes_values.then(|| held.lead.clone());
        let effect = apply(&mut held.lead, draft, policy, opt_out, stamp.now);
        outcome.status_kept = effect.status_kept;
        outcome.created_kept =
            policy == OnDuplicate::Update && draft.created.is_some_and(|created| created != held.lead.created_at);
        outcome.currency_kept = policy == OnDuplicate::Update && draft.is_half_a_value_for(&held.lead);
        outcome.currency_alone = takes_values && draft.is_currency_alone(held.lead.value_cents);
        if let Some(before) = &before {
            let is_of_import = stamp.import_id.is_some() && before.import_id == stamp.import_id;
            outcome.contradicts = self.writer.said.contradicts(before, draft, &effect.changes, is_of_import);
        }
        outcome.consent_kept = effect.consent_kept;
        let mut changed = !effect.changes.is_empty();
        if let Some(from) = effect.moved_from {
            self.keep_first_status(&mut held, from);
            let reason = draft.stage.clone();
            let moved = stamp.status_change(id, Some(from), held.lead.status);
            self.changes.history.push(NewStatusChange { reason, ..moved });
        }
        let mut parts = Vec::new();
        if effect.changes.iter().any(|change| matches!(change.field.as_str(), "phone_number" | "email")) {
            parts = drop_doubled(&held.lead, &mut held.parts, &mut self.changes);
            let old = old_address.as_deref();
            parts.extend(keep_address(old, &held.lead, &mut held.parts, &mut self.changes, &stamp));
        }
        self.audit(id, effect.changes);
        if takes_values {
            parts.extend(add_parts(&held.lead, &mut held.parts, draft, &mut self.changes, &stamp));
        }
        if opts_out_by_email {
            // Every address of the row opts out, whichever of its values are taken.
            let (lead, all) = (&held.lead, row.emails_with_kinds());
            parts.extend(add_emails(lead, &mut held.parts, all, &mut self.changes, &stamp));
        }
        changed |= !parts.is_empty();
        let takes_email = parts.iter().any(|part| part.field == FURTHER_EMAIL && part.new.is_some());
        self.audit(id, parts);
        if takes_email {
            let inherited = inherit(&mut held.lead, opt_out, stamp.now);
            outcome.consent_kept |= !inherited.is_empty();
            self.audit(id, inherited);
        }
        if refused && held.lead.consent_status == Consent::Denied {
            self.keep_numbers_of_refuser(numbers_of(&held).filter(|number| !had.contains(number)));
        }
        moved |= self.follow_list(&mut held);
        outcome.dnc_flagged = moved;
        changed |= moved;
        let number = held.lead.phone_number.as_deref().and_then(E164::from_e164);
        if changed {
            self.count(&mut held, version);
            if let Some(before) = before {
                self.writer.identities.forget(&before);
                if !held.is_new && gives_up_a_key(&before, &held.lead) {
                    self.changes.rekeyed.push(id);
                }
            }
            self.remember(&held, number);
            outcome.fate = Fate::Updated(id);
        } else if policy != OnDuplicate::Skip {
            outcome.fate = Fate::Unchanged(id);
        }
        self.held.insert(id, held);
        self.mark_holders(row, Some(id));
        outcome
    }

    /// Counts a change of a lead that had this version: once, however many rows of the file make it.
    pub(super) fn count(&self, held: &mut Held, version: i32) {
        let counts = !held.is_new && !held.changed && !self.writer.counted.contains(held.lead.id.unsigned_abs());
        held.changed = true;
        held.lead.updated_at = self.writer.stamp.now;
        held.lead.version = version + i32::from(counts);
    }

    pub(super) fn audit(&mut self, lead_id: i64, changes: Vec<FieldChange>) {
        let stamp = &self.writer.stamp;
        self.changes.audit.extend(changes.into_iter().map(|change| NewAuditEntry {
            field_name: Some(change.field),
            old_value: change.old,
            new_value: change.new,
            ..stamp.audit(lead_id, AuditAction::Update)
        }));
    }

    pub(super) fn remember(&mut self, held: &Held, phone: Option<E164>) {
        let lead = &held.lead;
        let external = lead.external_source.as_deref().zip(lead.external_id.as_deref());
        let email = lead.email.as_deref();
        self.writer.identities.remember(lead.id, phone, &lead.phone_extension, email, external);
        let opt_out = opt_out_of(lead);
        self.writer.opt_outs.add(phone, email, opt_out);
        for further in &held.parts.emails {
            self.writer.identities.remember_further_email(lead.id, further);
            self.writer.opt_outs.add(None, Some(further), opt_out);
        }
    }

    pub(super) fn finish(mut self) -> (LeadChanges, Asked) {
        self.changes.created =
            self.created.iter().filter_map(|id| self.held.remove(id)).map(|held| held.lead).collect();
        let mut updated: Vec<Lead> =
            self.held.into_values().filter(|held| held.changed).map(|held| held.lead).collect();
        updated.sort_unstable_by_key(|lead| lead.id);
        self.changes.updated = updated;
        (self.changes, self.asked)
    }
}

/// The numbers of a lead, the first and further ones, as far as they were looked up.
fn numbers_of(held: &Held) -> impl Iterator<Item = E164> {
    held.lead.phone_number.iter().chain(&held.parts.phones).filter_map(|number| E164::from_e164(number))
}

/// The first status of a new lead, as old as the lead.
fn first_status(lead: &Lead, status: Status, draft: &LeadDraft, stamp: &Stamp) -> NewStatusChange {
    let reason = draft.stage.clone().filter(|_| draft.status == Some(status));
    NewStatusChange { changed_at: lead.created_at, reason, ..stamp.status_change(lead.id, None, status) }
}

/// Whether a changed lead leaves a phone or an external id to others.
fn gives_up_a_key(before: &Lead, after: &Lead) -> bool {
    let phone = |lead: &Lead| lead.phone_number.clone().map(|number| (number, lead.phone_extension.clone()));
    let external = |lead: &Lead| lead.external_source.clone().zip(lead.external_id.clone());
    (phone(before).is_some() && phone(before) != phone(after))
        || (external(before).is_some() && external(before) != external(after))
}
