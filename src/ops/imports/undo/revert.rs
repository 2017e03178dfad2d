//! What undoing an import puts back in one lead that it changed, and what it leaves.

use std::collections::HashSet;

use serde::Serialize;

use crate::db::lead_fields::StoredField;
use crate::db::models::leads::Lead;
use crate::db::models::leads::lead_emails::FURTHER_EMAIL;
use crate::domain::leads::consent::Consent;
use crate::domain::leads::status::Status;
use crate::domain::timestamp::Timestamp;
use crate::ops::leads::fields::{set, text_of};
use crate::ops::leads::keys::opt_out_of;
use crate::ops::leads::upsert::apply::FieldChange;

vocabulary! {
    /// Why a value of an import is left as it is.
    KeptReason {
        EditedSince = "edited_since",
        DeletedSince = "deleted_since",
        ChangedOutside = "changed_outside",
        OptOutStays = "opt_out_stays",
        OnDncList = "on_dnc_list",
        OnlyIdentity = "only_identity",
    }
}

impl KeptReason {
    /// The reason as a person reads it.
    pub fn meaning(self) -> &'static str {
        match self {
            KeptReason::EditedSince => "edited since",
            KeptReason::DeletedSince => "deleted since",
            KeptReason::ChangedOutside => "changed outside crmctl",
            KeptReason::OptOutStays => "an opt-out stays; --with-dnc takes it back",
            KeptReason::OnDncList => "the number is on the do-not-call list",
            KeptReason::OnlyIdentity => "nothing else would say who the lead is",
        }
    }
}

/// A field whose value was left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptField {
    pub field: String,
    pub reason: KeptReason,
}

/// What decides beyond the lead and its log.
#[derive(Debug, Clone, Default)]
pub struct Circumstances {
    /// Fields, by [`edit_key`], that others changed after the import did.
    pub edited: HashSet<String>,
    /// Take back opt-outs, too.
    pub with_dnc: bool,
    /// Whether the lead's number is on the do-not-call list once the import's entries are closed, if they are.
    pub still_listed: bool,
    /// Whether a run of a model gave the score that the lead has: nothing of the import is left in it.
    pub is_scored: bool,
    /// When the status before the import became true.
    pub status_since: Option<Timestamp>,
}

/// What was put back and what was not.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reverted {
    /// Fields put back, with the value before and after.
    pub changes: Vec<FieldChange>,
    pub kept: Vec<KeptField>,
    /// The status before it was put back.
    pub moved_from: Option<Status>,
    pub tags: Vec<String>,
    pub phones: Vec<String>,
    pub emails: Vec<String>,
    pub notes: Vec<String>,
    /// Further numbers and emails that the import took away.
    pub phones_back: Vec<String>,
    pub emails_back: Vec<String>,
}

/// The field that runs of models write, too.
const SCORE: &str = "lead_score";

/// The field with which another is one value.
fn group(field: &str) -> &str {
    StoredField::of_column(field).and_then(|field| field.part_of).unwrap_or(field)
}

fn is_part(field: &str) -> bool {
    matches!(field, "tag" | "phone" | FURTHER_EMAIL | "note")
}

/// The key by which two log entries concern the same value: the field, and for tags, phones, emails and notes which one.
pub fn edit_key(change: &FieldChange) -> String {
    match is_part(&change.field) {
        true => format!("{}={}", change.field, change.new.as_ref().or(change.old.as_ref()).map_or("", String::as_str)),
        false => group(&change.field).to_owned(),
    }
}

/// Puts back what an import changed in a lead. `entries` are the import's log entries of the lead, in their order.
pub fn revert(lead: &mut Lead, entries: &[FieldChange], circumstances: &Circumstances, now: Timestamp) -> Reverted {
    let mut work = Work { lead, circumstances, reverted: Reverted::default(), now };
    for (key, changes) in by_key(entries) {
        match changes.first().is_some_and(|change| is_part(&change.field)) {
            true => work.part(&key, &changes),
            false => work.value(&key, &changes),
        }
    }
    work.keep_an_identity();
    work.settle_further();
    work.reverted
}

/// The entries of each value, in the order of their first; several of one field are one change from the first's old
/// value to the last's new one.
fn by_key(entries: &[FieldChange]) -> Vec<(String, Vec<FieldChange>)> {
    let mut groups: Vec<(String, Vec<FieldChange>)> = Vec::new();
    for entry in entries {
        let key = edit_key(entry);
        let at = groups.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        let Some((_, changes)) = groups.get_mut(at) else { continue };
        match changes.iter_mut().find(|change| change.field == entry.field) {
            Some(change) => change.new.clone_from(&entry.new),
            None => changes.push(entry.clone()),
        }
    }
    groups
}

struct Work<'a> {
    lead: &'a mut Lead,
    circumstances: &'a Circumstances,
    reverted: Reverted,
    now: Timestamp,
}

impl Work<'_> {
    fn keep(&mut self, field: &str, reason: KeptReason) {
        self.reverted.kept.push(KeptField { field: field.to_owned(), reason });
    }

    fn part(&mut self, key: &str, changes: &[FieldChange]) {
        for change in changes {
            let Some(value) = change.new.as_ref().or(change.old.as_ref()).filter(|_| change.old != change.new) else {
                continue;
            };
            if self.circumstances.edited.contains(key) {
                self.keep(key, KeptReason::EditedSince);
                continue;
            }
            let list = match (change.field.as_str(), &change.new) {
                ("tag", Some(_)) => &mut self.reverted.tags,
                ("phone", Some(_)) => &mut self.reverted.phones,
                ("phone", None) => &mut self.reverted.phones_back,
                (FURTHER_EMAIL, Some(_)) => &mut self.reverted.emails,
                (FURTHER_EMAIL, None) => &mut self.reverted.emails_back,
                (_, Some(_)) => &mut self.reverted.notes,
                // Imports take nothing else away.
                (_, None) => continue,
            };
            list.push(value.clone());
            self.reverted.changes.push(FieldChange {
                field: change.field.clone(),
                old: change.new.clone(),
                new: change.old.clone(),
            });
        }
    }

    /// What is the first of a lead is no further one, and an opt-out keeps its addresses.
    fn settle_further(&mut self) {
        let (phone, email) = (self.lead.phone_number.clone(), self.lead.email.clone());
        let stays = !self.circumstances.with_dnc && !opt_out_of(self.lead).is_none();
        let emails = std::mem::take(&mut self.reverted.emails);
        let (kept, emails) = emails.into_iter().partition(|gone| stays && email.as_ref() != Some(gone));
        self.reverted.emails = emails;
        let kept: Vec<String> = kept;
        self.reverted.phones_back.retain(|number| phone.as_ref() != Some(number));
        self.reverted.emails_back.retain(|back| email.as_ref() != Some(back));
        self.reverted.changes.retain(|change| match (change.field.as_str(), &change.new) {
            ("phone", Some(back)) => phone.as_ref() != Some(back),
            (FURTHER_EMAIL, Some(back)) => email.as_ref() != Some(back),
            (FURTHER_EMAIL, None) => change.old.as_ref().is_none_or(|gone| !kept.contains(gone)),
            _ => true,
        });
        for address in kept {
            self.keep(&format!("{FURTHER_EMAIL}={address}"), KeptReason::OptOutStays);
        }
    }

    fn value(&mut self, key: &str, changes: &[FieldChange]) {
        // It is computed, and the next run computes it anew.
        if key == SCORE && self.circumstances.is_scored {
            return;
        }
        if let Some(reason) = self.obstacle(key, changes) {
            return self.keep(key, reason);
        }
        let before = self.lead.clone();
        for change in changes.iter().filter(|change| change.old != change.new) {
            if !set(self.lead, &change.field, change.old.as_deref()) {
                *self.lead = before;
                return self.keep(key, KeptReason::ChangedOutside);
            }
            self.reverted.changes.push(FieldChange {
                field: change.field.clone(),
                old: change.new.clone(),
                new: change.old.clone(),
            });
        }
        if self.lead.status != before.status {
            self.reverted.moved_from = Some(before.status);
            self.lead.status_changed_at = self.circumstances.status_since.unwrap_or(self.now);
        }
    }

    /// Why a value cannot be put back.
    fn obstacle(&self, key: &str, changes: &[FieldChange]) -> Option<KeptReason> {
        let circumstances = self.circumstances;
        if circumstances.edited.contains(key) {
            return Some(KeptReason::EditedSince);
        }
        if changes.iter().any(|change| text_of(self.lead, &change.field) != change.new) {
            return Some(KeptReason::ChangedOutside);
        }
        let opted_out = match key {
            "status" => self.lead.status == Status::Dnc,
            "consent_status" => self.lead.consent_status == Consent::Denied,
            "email_opted_out_at" => true,
            _ => false,
        };
        match key {
            _ if opted_out && !circumstances.with_dnc => Some(KeptReason::OptOutStays),
            "status" if opted_out && circumstances.still_listed => Some(KeptReason::OnDncList),
            // Another number would lead the person out of the do-not-call list.
            "phone_number" if circumstances.still_listed => Some(KeptReason::OnDncList),
            _ => None,
        }
    }

    /// A lead must be known by something: what was its identity meanwhile stays when nothing else is left.
    fn keep_an_identity(&mut self) {
        let lead = &self.lead;
        if lead.phone_number.is_some() || lead.email.is_some() || lead.external_id.is_some() {
            return;
        }
        for key in ["phone_number", "email", "external_source"] {
            let (back, rest): (Vec<_>, Vec<_>) =
                std::mem::take(&mut self.reverted.changes).into_iter().partition(|change| group(&change.field) == key);
            self.reverted.changes = rest;
            for change in &back {
                set(self.lead, &change.field, change.old.as_deref());
            }
            if !back.is_empty() {
                return self.keep(key, KeptReason::OnlyIdentity);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::OrgId;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn change(field: &str, old: Option<&str>, new: Option<&str>) -> FieldChange {
        FieldChange { field: field.into(), old: old.map(str::to_owned), new: new.map(str::to_owned) }
    }

    fn lead() -> Lead {
        let mut lead = Lead::blank(OrgId(1), Timestamp::from_micros(0));
        lead.phone_number = Some("+12125550142".into());
        lead.city = Some("Boston".into());
        lead.status = Status::Contacted;
        lead
    }

    fn kept(reverted: &Reverted) -> Vec<(&str, KeptReason)> {
        reverted.kept.iter().map(|kept| (kept.field.as_str(), kept.reason)).collect()
    }

    #[test]
    fn values_return_and_edits_stay() {
        let mut lead = lead();
        let entries = [
            change("city", Some("Albany"), Some("Troy")),
            change("city", Some("Troy"), Some("Boston")),
            change("status", Some("new"), Some("contacted")),
            change("company", None, Some("Acme")),
            change("tag", None, Some("fair")),
            change("tag", None, Some("vip")),
        ];
        let circumstances = Circumstances {
            edited: HashSet::from(["company".into(), "tag=vip".into()]),
            status_since: Some(Timestamp::from_micros(7)),
            ..Circumstances::default()
        };
        let reverted = revert(&mut lead, &entries, &circumstances, NOW);
        assert_eq!((lead.city.as_deref(), lead.status), (Some("Albany"), Status::New));
        assert_eq!((lead.status_changed_at, reverted.moved_from), (Timestamp::from_micros(7), Some(Status::Contacted)));
        assert_eq!(reverted.tags, ["fair"]);
        assert_eq!(kept(&reverted), [("company", KeptReason::EditedSince), ("tag=vip", KeptReason::EditedSince)]);
        assert_eq!(reverted.changes[0], change("city", Some("Boston"), Some("Albany")));
    }

    #[test]
    fn a_value_that_is_not_the_import_s_stays() {
        let mut lead = lead();
        let reverted = revert(&mut lead, &[change("city", None, Some("Utica"))], &Circumstances::default(), NOW);
        assert_eq!(kept(&reverted), [("city", KeptReason::ChangedOutside)]);
        assert_eq!(lead.city.as_deref(), Some("Boston"));
    }

    #[test]
    fn a_score_that_a_run_gave_since_hinders_nothing() {
        let mut lead = lead();
        (lead.lead_score, lead.city) = (Some(72), Some("Troy".into()));
        let entries = [change("lead_score", Some("12"), Some("40")), change("city", None, Some("Troy"))];
        let scored = Circumstances { is_scored: true, ..Circumstances::default() };
        let reverted = revert(&mut lead, &entries, &scored, NOW);
        assert_eq!((lead.lead_score, lead.city.as_deref(), kept(&reverted)), (Some(72), None, vec![]));
        let reverted = revert(&mut lead, &entries[..1], &Circumstances::default(), NOW);
        assert_eq!(kept(&reverted), [("lead_score", KeptReason::ChangedOutside)]);
    }

    #[test]
    fn opt_outs_stay_unless_asked_for() {
        let mut stored = lead();
        stored.status = Status::Dnc;
        stored.consent_status = Consent::Denied;
        stored.consent_at = Some(NOW);
        let entries = [
            change("status", Some("new"), Some("dnc")),
            change("consent_status", Some("pending"), Some("denied")),
            change("consent_at", None, Some(&NOW.to_string())),
        ];
        let mut lead = stored.clone();
        let reverted = revert(&mut lead, &entries, &Circumstances::default(), NOW);
        assert_eq!(kept(&reverted), [("status", KeptReason::OptOutStays), ("consent_status", KeptReason::OptOutStays)]);
        let asked = Circumstances { with_dnc: true, ..Circumstances::default() };
        let mut lead = stored.clone();
        assert!(revert(&mut lead, &entries, &asked, NOW).kept.is_empty());
        assert_eq!((lead.status, lead.consent_status, lead.consent_at), (Status::New, Consent::Pending, None));
        let listed = Circumstances { still_listed: true, ..asked };
        let reverted = revert(&mut stored, &entries, &listed, NOW);
        assert_eq!(kept(&reverted), [("status", KeptReason::OnDncList)]);
    }

    #[test]
    fn a_phone_and_its_extension_are_one_value_and_the_last_identity_stays() {
        let mut stored = lead();
        stored.phone_extension = "9".into();
        let entries = [change("phone_number", None, Some("+12125550142")), change("phone_extension", None, Some("9"))];
        let mut lead = stored.clone();
        let reverted = revert(&mut lead, &entries, &Circumstances::default(), NOW);
        assert_eq!(kept(&reverted), [("phone_number", KeptReason::OnlyIdentity)]);
        assert_eq!((lead.phone_number.as_deref(), lead.phone_extension.as_str()), (Some("+12125550142"), "9"));
        stored.email = Some("ada@example.com".into());
        let edited = Circumstances { edited: HashSet::from(["phone_number".into()]), ..Circumstances::default() };
        assert_eq!(revert(&mut stored.clone(), &entries, &edited, NOW).changes, []);
        assert!(revert(&mut stored, &entries, &Circumstances::default(), NOW).kept.is_empty());
        assert_eq!((stored.phone_number, stored.phone_extension.as_str()), (None, ""));
    }
}
