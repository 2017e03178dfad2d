//! Who opts out by an address does so for everyone who has it.

use std::collections::HashSet;

use super::LeadWriter;
use super::apply::inherit;
use super::batch::Batch;
use crate::domain::leads::consent::OptOut;
use crate::domain::phone::E164;
use crate::ops::leads::draft::LeadDraft;

/// The addresses whose holders are marked: whoever takes one of them later inherits the opt-out.
#[derive(Default)]
pub struct Marked(HashSet<(String, Kind)>);

/// Whether consent is denied, and whether email is opted out of.
type Kind = (bool, bool);

fn kind_of(opt_out: OptOut) -> Kind {
    (opt_out.denied, opt_out.email_opted_out_at.is_some())
}

impl LeadWriter {
    /// The leads that have an address by which one of these drafts opts out.
    pub(super) fn to_mark(&self, drafts: &[&LeadDraft]) -> Vec<i64> {
        let mut addresses = HashSet::new();
        for draft in drafts {
            let opt_out = draft.opt_out_by_email(self.stamp.now);
            if !opt_out.is_none() {
                let open = |email: &&str| !self.marked.0.contains(&((*email).to_owned(), kind_of(opt_out)));
                addresses.extend(draft.emails().filter(open));
            }
        }
        addresses.into_iter().flat_map(|email| self.identities.holders_of(email)).collect()
    }
}

impl Batch<'_> {
    /// Marks everyone who has an address by which a draft opts out. `own` is the lead that the draft became or changed.
    pub(super) fn mark_holders(&mut self, draft: &LeadDraft, own: Option<i64>) {
        let opt_out = draft.opt_out_by_email(self.writer.stamp.now);
        if opt_out.is_none() {
            return;
        }
        for email in draft.emails() {
            let said = (email.to_owned(), kind_of(opt_out));
            if self.writer.marked.0.contains(&said) {
                continue;
            }
            let holders = self.writer.identities.holders_of(email);
            let many = holders.len() > 1;
            for lead in holders.into_iter().filter(|lead| Some(*lead) != own) {
                self.mark(lead, email, opt_out);
            }
            if own.is_some() && many {
                self.writer.marked.0.insert(said);
            }
        }
    }

    fn mark(&mut self, id: i64, email: &str, opt_out: OptOut) {
        let Some(mut held) = self.held.remove(&id) else { return };
        let has_it = held.lead.email.as_deref() == Some(email) || held.parts.emails.iter().any(|known| known == email);
        if has_it && held.lead.deleted_at.is_none() {
            let version = held.lead.version;
            let changes = inherit(&mut held.lead, opt_out, self.writer.stamp.now);
            if !changes.is_empty() {
                self.audit(id, changes);
                self.count(&mut held, version);
                let number = held.lead.phone_number.as_deref().and_then(E164::from_e164);
                self.remember(&held, number);
            }
        }
        self.held.insert(id, held);
    }
}
