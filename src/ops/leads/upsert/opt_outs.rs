//! What people opted out of, whatever became of their leads.

use std::collections::HashMap;

use rustc_hash::FxHashMap;

use crate::db::models::leads::{lead_emails, lead_identities};
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::consent::OptOut;
use crate::domain::phone::E164;
use crate::ops::erasure::tombstones::Tombstones;
use crate::ops::leads::draft::LeadDraft;

/// The opt-outs of an organization's people, by phone and by email.
#[derive(Default)]
pub struct OptOuts {
    by_phone: FxHashMap<u64, OptOut>,
    by_email: HashMap<String, OptOut>,
    erased: Tombstones,
}

impl OptOuts {
    /// Gathers the opt-outs of every lead, live, deleted and erased.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn load(conn: &mut Db, org: OrgId) -> Result<OptOuts, DbError> {
        let mut all = OptOuts { erased: Tombstones::load(conn, org)?, ..OptOuts::default() };
        lead_identities::each_opted_out(conn, org, |lead| {
            let phone = lead.phone_number.as_deref().and_then(E164::from_e164);
            all.add(phone, lead.email.as_deref(), lead.opt_out);
        })?;
        for further in lead_emails::opted_out(conn, org)? {
            all.add(None, further.email.as_deref(), further.opt_out);
        }
        Ok(all)
    }

    /// Adds an opt-out of the person with this phone and email.
    pub fn add(&mut self, phone: Option<E164>, email: Option<&str>, opt_out: OptOut) {
        if opt_out.is_none() {
            return;
        }
        if let Some(phone) = phone {
            let known = self.by_phone.entry(phone.digits()).or_default();
            *known = known.or(opt_out);
        }
        if let Some(email) = email {
            let known = self.by_email.entry(email.to_owned()).or_default();
            *known = known.or(opt_out);
        }
    }

    /// What the person with this phone or email opted out of.
    pub fn of(&self, phone: Option<E164>, email: Option<&str>) -> OptOut {
        let by_phone = phone.and_then(|phone| self.by_phone.get(&phone.digits())).copied().unwrap_or_default();
        let by_email = email.and_then(|email| self.by_email.get(email)).copied().unwrap_or_default();
        by_phone.or(by_email).or(self.of_erased(phone, email).unwrap_or_default())
    }

    /// What the people with these emails opted out of.
    pub fn of_emails<'a>(&self, emails: impl IntoIterator<Item = &'a str>) -> OptOut {
        emails.into_iter().map(|email| self.of(None, Some(email))).fold(OptOut::default(), OptOut::or)
    }

    /// What the person of a draft opted out of, by its phone and by all its emails.
    pub fn of_draft(&self, draft: &LeadDraft) -> OptOut {
        self.of(draft.phone, None).or(self.of_emails(draft.emails()))
    }

    /// What the person with this phone or email opted out of before they were erased; `None` when nobody was.
    pub fn of_erased(&self, phone: Option<E164>, email: Option<&str>) -> Option<OptOut> {
        if self.erased.is_empty() {
            return None;
        }
        self.erased.find(phone.map(|phone| phone.to_string()).as_deref(), email)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Option<&str> = Some("+12125550142");
    const B: Option<&str> = Some("+12125550143");
    const MAIL: Option<&str> = Some("ada@example.com");

    #[test]
    fn opt_outs_are_found_by_either_key() {
        let mut all = OptOuts::default();
        all.add(A.and_then(E164::from_e164), MAIL, OptOut { denied: true, email_opted_out_at: None });
        assert!(all.of(A.and_then(E164::from_e164), None).denied);
        assert!(all.of(None, MAIL).denied);
        assert!(all.of(B.and_then(E164::from_e164), Some("bob@example.com")).is_none());
    }
}
