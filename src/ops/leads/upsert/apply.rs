//! What a draft changes in a lead that is already there.

use crate::db::lead_fields::StoredField;
use crate::db::models::leads::Lead;
use crate::db::types::Json;
use crate::domain::imports::duplicates::OnDuplicate;
use crate::domain::leads::consent::{Consent, OptOut};
use crate::domain::leads::status::Status;
use crate::domain::leads::{score, source};
use crate::domain::timestamp::Timestamp;

use crate::ops::leads::contact;
use crate::ops::leads::draft::LeadDraft;
use crate::ops::leads::fields::json_text;

/// One field that changed, as the audit log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    pub field: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// What applying a draft did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Effect {
    pub changes: Vec<FieldChange>,
    /// The status before, when the draft moved the lead.
    pub moved_from: Option<Status>,
    /// A forbidden move was left out.
    pub status_kept: bool,
    /// The draft would have weakened an opt-out.
    pub consent_kept: bool,
}

/// Applies a draft to a lead by the policy for duplicates. An opt-out is taken over whatever the policy, and never
/// weakened; a move to `dnc` is the do-not-call list's matter and not done here.
pub fn apply(lead: &mut Lead, draft: &LeadDraft, policy: OnDuplicate, opt_out: OptOut, now: Timestamp) -> Effect {
    Work { lead, policy, effect: Effect::default(), now, by_hand: false }.apply(draft, opt_out)
}

/// Applies what a person said of one lead. Unlike an import it may change the phone of a lead on `dnc`, the caller makes
/// the status follow the new number, and give a consent that was denied.
pub fn apply_edit(lead: &mut Lead, draft: &LeadDraft, opt_out: OptOut, now: Timestamp) -> Effect {
    Work { lead, policy: OnDuplicate::Update, effect: Effect::default(), now, by_hand: true }.apply(draft, opt_out)
}

/// Gives a lead that takes over what opted out people are known by their opt-outs, and tells what that changed.
pub fn inherit(lead: &mut Lead, opt_out: OptOut, now: Timestamp) -> Vec<FieldChange> {
    let mut work = Work { lead, policy: OnDuplicate::Skip, effect: Effect::default(), now, by_hand: false };
    work.inherit(opt_out);
    work.effect.changes
}

struct Work<'a> {
    lead: &'a mut Lead,
    policy: OnDuplicate,
    effect: Effect,
    now: Timestamp,
    /// Whether a person says it of this lead: then the phone of a lead on `dnc` may change, and its consent be given anew.
    by_hand: bool,
}

impl Work<'_> {
    fn apply(mut self, draft: &LeadDraft, opt_out: OptOut) -> Effect {
        if matches!(self.policy, OnDuplicate::Fill | OnDuplicate::Update) {
            self.texts(draft);
            self.phone(draft);
            self.values(draft);
            self.custom_fields(draft);
        }
        self.status(draft);
        self.consent(draft, opt_out);
        let is_key = |change: &FieldChange| matches!(change.field.as_str(), "phone_number" | "email");
        if self.effect.changes.iter().any(is_key) {
            self.inherit(opt_out);
        }
        if !self.effect.changes.is_empty() {
            self.lead.updated_at = self.now;
            self.lead.version += 1;
        }
        self.effect
    }

    fn takes(&self, is_empty: bool) -> bool {
        is_empty || self.policy == OnDuplicate::Update
    }

    fn changed(&mut self, field: &str, old: Option<String>, new: Option<String>) {
        self.effect.changes.push(FieldChange { field: field.to_owned(), old, new });
    }

    /// Takes a value over, and tells whether that changed anything.
    fn take(&mut self, field: &StoredField, draft: &LeadDraft) -> bool {
        let empty = (field.is_empty)(self.lead);
        let takes = self.takes(empty) && (empty || !draft.of_link.contains(&field.name));
        if (field.is_empty)(&draft.lead) || (field.is_same)(self.lead, &draft.lead) || !takes {
            return false;
        }
        let old = (field.text_of)(self.lead);
        (field.take)(self.lead, &draft.lead);
        self.changed(field.name, old, (field.text_of)(self.lead));
        true
    }

    fn texts(&mut self, draft: &LeadDraft) {
        for field in StoredField::texts() {
            if self.take(field, draft) && field.name == "source" {
                self.spelling(draft);
            }
        }
        self.link_parameters(draft);
    }

    /// How a source was written comes and goes with it; parameters of links stay.
    fn spelling(&mut self, draft: &LeadDraft) {
        let metadata = |lead: &Lead| lead.source_metadata.as_ref().map(|json| json.0.clone());
        let (stored, said) = (metadata(self.lead), metadata(&draft.lead));
        let respelled = source::respelled(stored.as_ref(), said.as_ref());
        if respelled != stored {
            self.lead.source_metadata = respelled.clone().map(Json);
            self.changed(
                "source_metadata",
                stored.map(|json| json.to_string()),
                respelled.map(|json| json.to_string()),
            );
        }
    }

    /// Parameters of the link by which a lead came are added to those that are known.
    fn link_parameters(&mut self, draft: &LeadDraft) {
        let said = draft.lead.source_metadata.as_ref().map(|json| &json.0);
        let mut metadata = match self.lead.source_metadata.as_ref().map(|json| &json.0) {
            Some(serde_json::Value::Object(known)) => known.clone(),
            _ => serde_json::Map::new(),
        };
        let before = metadata.clone();
        for (key, value) in source::link_parameters(said) {
            if self.takes(!metadata.contains_key(key)) {
                metadata.insert(key.clone(), value.clone());
            }
        }
        if metadata != before {
            let old = self.lead.source_metadata.replace(Json(metadata.into()));
            let text = |json: Option<&Json>| json.map(|json| json.0.to_string());
            let new = text(self.lead.source_metadata.as_ref());
            self.changed("source_metadata", text(old.as_ref()), new);
        }
    }

    /// What a score is made of comes and goes with it.
    fn score_factors(&mut self, factors: Json) {
        if self.lead.lead_score_factors.as_ref() != Some(&factors) {
            let new = Some(factors.0.to_string());
            let old = self.lead.lead_score_factors.replace(factors);
            self.changed("lead_score_factors", old.map(|factors| factors.0.to_string()), new);
        }
    }

    fn phone(&mut self, draft: &LeadDraft) {
        let (Some(number), extension) = (&draft.lead.phone_number, &draft.lead.phone_extension) else { return };
        let same = self.lead.phone_number.as_ref() == Some(number) && self.lead.phone_extension == *extension;
        if same || !self.takes(self.lead.phone_number.is_none()) {
            return;
        }
        if self.lead.status == Status::Dnc && !self.by_hand {
            // Another number would lead the person out of the do-not-call list.
            self.effect.consent_kept = true;
            return;
        }
        if self.lead.phone_number.as_ref() != Some(number) {
            let old = self.lead.phone_number.replace(number.clone());
            self.changed("phone_number", old, Some(number.clone()));
        }
        if self.lead.phone_extension != *extension {
            let old = std::mem::replace(&mut self.lead.phone_extension, extension.clone());
            self.changed("phone_extension", non_empty(old), non_empty(extension.clone()));
        }
    }

    fn values(&mut self, draft: &LeadDraft) {
        for field in StoredField::values().chain(StoredField::of_column("owner_id")) {
            if self.take(field, draft) && field.name == "lead_score" {
                let given = || Json(score::given_by(!self.by_hand));
                self.score_factors(draft.lead.lead_score_factors.clone().unwrap_or_else(given));
            }
        }
        let is_unexplained = self.lead.lead_score_factors.as_ref().is_none_or(|factors| score::is_source(&factors.0));
        if self.lead.lead_score == draft.lead.lead_score
            && let Some(factors) = draft.lead.lead_score_factors.clone().filter(|_| self.takes(is_unexplained))
        {
            self.score_factors(factors);
        }
        self.value(draft);
        self.contact_times(draft);
    }

    /// What a file knows is added to what is known; a person's word is taken.
    fn contact_times(&mut self, draft: &LeadDraft) {
        let (known, said) = (contact::times_of(self.lead), contact::times_of(&draft.lead));
        let times = if self.by_hand { known.corrected(said) } else { known.and(said) };
        self.effect.changes.extend(contact::put(self.lead, times));
    }

    /// An amount and its currency are one value.
    fn value(&mut self, draft: &LeadDraft) {
        let (Some(cents), Some(currency)) = (draft.lead.value_cents, &draft.lead.currency) else { return };
        let same = self.lead.value_cents == Some(cents) && self.lead.currency.as_ref() == Some(currency);
        if same || draft.is_half_a_value_for(self.lead) || !self.takes(self.lead.value_cents.is_none()) {
            return;
        }
        if self.lead.value_cents != Some(cents) {
            let old = self.lead.value_cents.replace(cents);
            self.changed("value_cents", old.map(|v| v.to_string()), Some(cents.to_string()));
        }
        if self.lead.currency.as_ref() != Some(currency) {
            let old = self.lead.currency.replace(currency.clone());
            self.changed("currency", old, Some(currency.clone()));
        }
    }

    fn custom_fields(&mut self, draft: &LeadDraft) {
        let serde_json::Value::Object(new) = &draft.lead.custom_fields.0 else { return };
        for (key, value) in new {
            let serde_json::Value::Object(current) = &mut self.lead.custom_fields.0 else { return };
            let old = current.get(key).cloned();
            if old.as_ref() != Some(value) && (old.is_none() || self.policy == OnDuplicate::Update) {
                current.insert(key.clone(), value.clone());
                self.changed(&format!("custom.{key}"), old.as_ref().map(json_text), Some(json_text(value)));
            }
        }
    }

    fn status(&mut self, draft: &LeadDraft) {
        let Some(wanted) = draft.status.filter(|status| *status != Status::Dnc) else { return };
        if wanted == self.lead.status {
            return;
        }
        if self.lead.status == Status::Dnc {
            // A row that asks for both, a status and not to be called, weakens nothing.
            self.effect.consent_kept |= !draft.wants_dnc();
        } else if self.policy == OnDuplicate::Update {
            if self.lead.status.may_move_to(wanted) {
                let old = std::mem::replace(&mut self.lead.status, wanted);
                self.lead.status_changed_at = self.now;
                self.effect.moved_from = Some(old);
                self.changed("status", Some(old.to_string()), Some(wanted.to_string()));
            } else {
                self.effect.status_kept = true;
            }
        }
    }

    fn consent(&mut self, draft: &LeadDraft, opt_out: OptOut) {
        let current = self.lead.consent_status;
        // A lead without phone cannot be on the list; it gets consent `denied` instead.
        let asked = match draft.wants_dnc() && self.lead.phone_number.is_none() {
            true => Some(Consent::Denied),
            false => draft.consent,
        };
        if let Some(wanted) = asked {
            let denied = current == Consent::Denied && !self.by_hand;
            let opted_out = opt_out.or(OptOut { denied, email_opted_out_at: None });
            let allowed = match self.policy {
                OnDuplicate::Update => true,
                OnDuplicate::Fill => current == Consent::Pending || wanted == Consent::Denied,
                _ => wanted == Consent::Denied,
            };
            if opted_out.denied && wanted != Consent::Denied {
                self.effect.consent_kept = true;
            } else if allowed && wanted != current {
                self.set_consent(wanted);
            }
        }
        if draft.email_opt_out && self.lead.email_opted_out_at.is_none() {
            self.opt_out_of_email(self.now);
        }
    }

    /// A lead that takes over the phone or the email of someone who opted out inherits the opt-out.
    fn inherit(&mut self, opt_out: OptOut) {
        let current = self.lead.consent_status;
        if opt_out.denied && current != Consent::Denied {
            self.set_consent(Consent::Denied);
            self.effect.consent_kept = true;
        }
        if let Some(since) = opt_out.email_opted_out_at.filter(|_| self.lead.email_opted_out_at.is_none()) {
            self.opt_out_of_email(Timestamp::from_micros(since));
            self.effect.consent_kept = true;
        }
    }

    fn set_consent(&mut self, wanted: Consent) {
        let current = std::mem::replace(&mut self.lead.consent_status, wanted);
        let since = self.lead.consent_at.replace(self.now);
        self.changed("consent_status", Some(current.to_string()), Some(wanted.to_string()));
        self.changed("consent_at", since.map(|t| t.to_string()), Some(self.now.to_string()));
    }

    fn opt_out_of_email(&mut self, since: Timestamp) {
        self.lead.email_opted_out_at = Some(since);
        self.changed("email_opted_out_at", None, Some(since.to_string()));
    }
}

fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::OrgId;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn lead() -> Lead {
        let mut lead = Lead::blank(OrgId(1), Timestamp::from_micros(0));
        lead.phone_number = Some("+12125550142".into());
        lead.city = Some("Albany".into());
        lead
    }

    fn draft() -> LeadDraft {
        let mut draft = LeadDraft::blank(OrgId(1), NOW);
        draft.lead.city = Some("Boston".into());
        draft.lead.company = Some("Acme".into());
        draft.status = Some(Status::Contacted);
        draft
    }

    fn fields(effect: &Effect) -> Vec<&str> {
        effect.changes.iter().map(|c| c.field.as_str()).collect()
    }

    #[test]
    fn skip_fill_and_update() {
        let none = OptOut::default();
        assert_eq!(fields(&apply(&mut lead(), &draft(), OnDuplicate::Skip, none, NOW)), Vec::<&str>::new());
        assert_eq!(fields(&apply(&mut lead(), &draft(), OnDuplicate::Fill, none, NOW)), ["company"]);
        let mut updated = lead();
        let effect = apply(&mut updated, &draft(), OnDuplicate::Update, none, NOW);
        assert_eq!(fields(&effect), ["company", "city", "status"]);
        assert_eq!((effect.moved_from, updated.status, updated.version), (Some(Status::New), Status::Contacted, 2));
        assert_eq!(apply(&mut updated, &draft(), OnDuplicate::Update, none, NOW), Effect::default());
    }

    #[test]
    fn a_blank_value_clears_nothing() {
        let mut stored = lead();
        let blank = LeadDraft::blank(OrgId(1), NOW);
        assert_eq!(apply(&mut stored, &blank, OnDuplicate::Update, OptOut::default(), NOW), Effect::default());
        assert_eq!(stored.city.as_deref(), Some("Albany"));
    }

    #[test]
    fn opt_outs_are_kept_whatever_the_draft_says() {
        let mut stored = lead();
        stored.status = Status::Dnc;
        stored.consent_status = Consent::Denied;
        let mut wanted = draft();
        wanted.consent = Some(Consent::Granted);
        wanted.lead.phone_number = Some("+12125550143".into());
        let effect = apply(&mut stored, &wanted, OnDuplicate::Update, OptOut::default(), NOW);
        assert!(effect.consent_kept);
        assert_eq!((stored.status, stored.consent_status), (Status::Dnc, Consent::Denied));
        assert_eq!(stored.phone_number.as_deref(), Some("+12125550142"));
    }

    #[test]
    fn opt_outs_are_taken_over_even_from_a_skipped_row() {
        let mut stored = lead();
        let mut wanted = LeadDraft::blank(OrgId(1), NOW);
        wanted.consent = Some(Consent::Denied);
        wanted.email_opt_out = true;
        let effect = apply(&mut stored, &wanted, OnDuplicate::Skip, OptOut::default(), NOW);
        assert_eq!(fields(&effect), ["consent_status", "consent_at", "email_opted_out_at"]);
    }

    #[test]
    fn who_takes_over_an_opted_out_person_s_email_inherits_the_opt_out() {
        let mut stored = lead();
        stored.consent_status = Consent::Granted;
        let mut wanted = LeadDraft::blank(OrgId(1), NOW);
        wanted.lead.email = Some("out@example.com".into());
        let opt_out = OptOut { denied: true, email_opted_out_at: Some(7) };
        let effect = apply(&mut stored, &wanted, OnDuplicate::Update, opt_out, NOW);
        assert_eq!(fields(&effect), ["email", "consent_status", "consent_at", "email_opted_out_at"]);
        assert!(effect.consent_kept && stored.email_opted_out_at == Some(Timestamp::from_micros(7)));
    }

    #[test]
    fn a_forbidden_move_is_left_out() {
        let mut stored = lead();
        stored.status = Status::Recruited;
        let effect = apply(&mut stored, &draft(), OnDuplicate::Update, OptOut::default(), NOW);
        assert!(effect.status_kept && stored.status == Status::Recruited);
    }
}
