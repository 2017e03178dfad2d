//! What becomes of each draft in detail, for those who ask: the plan of an import, and the explanation of a row.

use std::collections::HashMap;

use super::apply::FieldChange;
use super::batch::Batch;
use super::matching::{Identities, Match};
use super::{Fate, LeadWriter, Outcome};
use crate::db::lead_fields::FIELDS;
use crate::db::models::leads::{self, Lead};
use crate::db::{Db, DbError};
use crate::domain::leads::consent::Consent;
use crate::ops::leads::draft::LeadDraft;
use crate::ops::leads::fields::json_text;

vocabulary! {
    /// What a draft has in common with the lead that it is.
    MatchedBy {
        ExternalId = "external_id",
        Phone = "phone",
        Email = "email",
    }
}

/// What becomes of a draft in detail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// By what a known lead was found.
    pub matched_by: Option<MatchedBy>,
    /// The version of that lead before the draft.
    pub version: Option<i32>,
    /// What changes in the lead, as the audit log tells it; of a new lead, what it begins with.
    pub changes: Vec<FieldChange>,
    /// What changes in other leads, by their ids: those who share an address that opts out.
    pub others: Vec<(i64, FieldChange)>,
}

/// The traces of a batch under way.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// The versions of known leads.
    versions: HashMap<i64, i32>,
    done: Vec<Trace>,
}

impl LeadWriter {
    /// Keeps a trace of each draft from now on.
    pub fn trace(&mut self) {
        self.traces = Some(Vec::new());
    }

    /// The traces of what was written since the last call, in order; none unless they are kept.
    pub fn take_traces(&mut self) -> Vec<Trace> {
        self.traces.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Prepares for the traces of a batch, if they are kept.
    pub(super) fn begin_traces(&self, conn: &mut Db, drafts: &[&LeadDraft]) -> Result<Option<Traces>, DbError> {
        if self.traces.is_none() {
            return Ok(None);
        }
        let known = drafts.iter().filter_map(|draft| match self.identities.find(draft) {
            Match::Known(id) => Some(id),
            Match::New { .. } | Match::Conflict(..) => None,
        });
        let known: Vec<i64> = known.collect();
        Ok(Some(Traces { versions: leads::versions(conn, self.stamp.org, &known)?, done: Vec::new() }))
    }
}

impl Identities {
    /// By what a known lead is found that a row is.
    pub fn matched_by(&self, draft: &LeadDraft) -> Option<MatchedBy> {
        let external = draft.lead.external_source.as_deref().zip(draft.lead.external_id.as_deref());
        if external.is_some_and(|(system, id)| self.by_external_id.contains_key(&self.key(&[system, id]))) {
            return Some(MatchedBy::ExternalId);
        }
        let by_phone = draft.phone.and_then(|phone| self.by_phone(phone, &draft.lead.phone_extension));
        match (by_phone, self.find(draft)) {
            (Some(_), _) => Some(MatchedBy::Phone),
            (None, Match::Known(_)) => Some(MatchedBy::Email),
            (None, Match::New { .. } | Match::Conflict(..)) => None,
        }
    }
}

impl Batch<'_> {
    /// Decides what becomes of a draft, like [`Batch::place`], and keeps its trace where traces are kept.
    pub(super) fn place_traced(&mut self, draft: &LeadDraft) -> Option<Outcome> {
        let Some(mut traces) = self.traces.take() else { return self.place(draft) };
        let known = match self.writer.identities.find(draft) {
            Match::Known(id) => Some(id),
            Match::New { .. } | Match::Conflict(..) => None,
        };
        let version = known.and_then(|id| self.version(id).or_else(|| traces.versions.get(&id).copied()));
        let matched_by = known.and_then(|_| self.writer.identities.matched_by(draft));
        let audited = self.changes.audit.len();
        let outcome = self.place(draft);
        if let Some(outcome) = &outcome {
            let mut trace = Trace { matched_by, version, ..Trace::default() };
            let lead = outcome.fate.lead();
            for entry in self.changes.audit.get(audited..).unwrap_or_default() {
                let Some(field) = entry.field_name.clone() else { continue };
                let change = FieldChange { field, old: entry.old_value.clone(), new: entry.new_value.clone() };
                match Some(entry.lead_id) == lead {
                    true => trace.changes.push(change),
                    false => trace.others.push((entry.lead_id, change)),
                }
            }
            if let Fate::Created(id) = outcome.fate {
                let new = self.held.get(&id).map(|held| first_values(&held.lead)).unwrap_or_default();
                trace.changes.splice(0..0, new.into_iter().chain(std::mem::take(&mut self.parts_of_new)));
            }
            traces.done.push(trace);
        }
        self.traces = Some(traces);
        outcome
    }

    fn version(&self, lead: i64) -> Option<i32> {
        self.held.get(&lead).map(|held| held.lead.version)
    }

    /// The traces of the drafts so far.
    pub(super) fn take_traces(&mut self) -> Vec<Trace> {
        self.traces.take().map(|traces| traces.done).unwrap_or_default()
    }
}

/// What a new lead begins with, but for what every new lead has.
fn first_values(lead: &Lead) -> Vec<FieldChange> {
    let of_row = |name: &str| match name {
        "consent_status" | "consent_at" => lead.consent_status != Consent::Pending,
        "created_at" => lead.created_at != lead.updated_at,
        _ => true,
    };
    let fields = FIELDS.iter().filter(|field| field.is_new && (field.is_logged || field.name == "created_at"));
    let fields = fields.filter(|field| !(field.is_empty)(lead) && of_row(field.name));
    let new = |field: &str, new: Option<String>| FieldChange { field: field.to_owned(), old: None, new };
    let mut values: Vec<FieldChange> = fields.map(|field| new(field.name, (field.text_of)(lead))).collect();
    if let serde_json::Value::Object(custom) = &lead.custom_fields.0 {
        values.extend(custom.iter().map(|(key, value)| new(&format!("custom.{key}"), Some(json_text(value)))));
    }
    values
}
