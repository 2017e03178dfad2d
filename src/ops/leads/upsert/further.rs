//! Further emails of live leads, which decide nothing of who a row is, but leave a doubt.

use rustc_hash::{FxHashMap, FxHashSet};

use super::matching::Identities;
use crate::db::models::leads::lead_emails;
use crate::db::{Db, DbError, OrgId};
use crate::ops::leads::draft::LeadDraft;

/// Who has which further email.
pub struct FurtherEmails {
    holders: FxHashMap<u128, Holder>,
    /// Every lead that has an email which several have as their first, or several as a further one.
    sharing: FxHashMap<u128, FxHashSet<i64>>,
    has_any: bool,
}

#[derive(Clone, Copy)]
struct Holder {
    lead: i64,
    several: bool,
}

impl Default for FurtherEmails {
    /// Until it is known that there are none, there may be some.
    fn default() -> Self {
        FurtherEmails { holders: FxHashMap::default(), sharing: FxHashMap::default(), has_any: true }
    }
}

impl FurtherEmails {
    /// Looks whether there are any.
    pub(super) fn look(&mut self, conn: &mut Db, org: OrgId) -> Result<(), DbError> {
        self.has_any = lead_emails::has_any(conn, org)?;
        Ok(())
    }

    /// Remembers that two leads have an email, unless they are one.
    pub(super) fn share(&mut self, key: u128, first: i64, other: i64) {
        if first != other {
            self.sharing.entry(key).or_default().extend([first, other]);
        }
    }

    /// Whether another lead than this one has the email.
    pub(super) fn is_shared(&self, key: u128, lead: i64) -> bool {
        self.holders.get(&key).is_some_and(|holder| holder.several || holder.lead != lead)
    }
}

impl Identities {
    /// Whether a lead may have further emails.
    pub(super) fn may_have_further_emails(&self) -> bool {
        self.further.has_any
    }

    /// Loads the further emails of live leads: all of them, or those among these.
    pub(super) fn load_further_emails(
        &mut self,
        conn: &mut Db,
        org: OrgId,
        among: Option<&[String]>,
    ) -> Result<(), DbError> {
        let found = match among {
            _ if !self.further.has_any => return Ok(()),
            None => lead_emails::of_live_leads(conn, org)?,
            Some(emails) => lead_emails::live_among(conn, org, emails)?,
        };
        found.iter().for_each(|(lead, email)| self.remember_further_email(*lead, email));
        Ok(())
    }

    /// Remembers a further email of a lead, stored or just accepted.
    pub(super) fn remember_further_email(&mut self, lead: i64, email: &str) {
        let key = self.key(&[email]);
        self.further.has_any = true;
        let holder = self.further.holders.entry(key).or_insert(Holder { lead, several: false });
        holder.several |= holder.lead != lead;
        let first = holder.lead;
        self.further.share(key, first, lead);
    }

    /// The leads that have an email as their first or a further one, or had it a moment ago.
    pub(super) fn holders_of(&self, email: &str) -> Vec<i64> {
        let key = self.key(&[email]);
        let first = self.by_email.get(&key).map(|holder| holder.lead);
        let further = self.further.holders.get(&key).map(|holder| holder.lead);
        let sharing = self.further.sharing.get(&key).into_iter().flatten().copied();
        let mut leads: Vec<i64> = first.into_iter().chain(further).chain(sharing).collect();
        leads.sort_unstable();
        leads.dedup();
        leads
    }

    /// Whether a lead has one of a draft's emails as a further one, or one of its further emails in any way.
    pub(super) fn shares_an_email(&self, draft: &LeadDraft) -> bool {
        if draft.further_emails.is_empty() && self.further.holders.is_empty() {
            return false;
        }
        let mut keys = draft.emails().map(|email| self.key(&[email]));
        keys.any(|key| self.further.holders.contains_key(&key) || self.by_email.contains_key(&key))
    }
}

#[cfg(test)]
mod tests {
    use super::super::matching::Match;
    use super::super::matching::tests::{A, MAIL, draft, known};

    #[test]
    fn a_further_email_leaves_a_doubt() {
        let mut identities = known();
        let other = Some("ada@example.org");
        identities.remember_further_email(1, "ada@example.org");
        let doubt = Match::New { possible_duplicate: true };
        assert_eq!(identities.find(&draft(None, other, None)), doubt);
        assert_eq!(identities.find(&draft(Some("+12125550144"), other, None)), doubt);
        // Who has it as the only one is known by it, unless somebody else has it, too, and is more than that.
        identities.remember(3, None, "", other, None);
        assert_eq!(identities.find(&draft(None, other, None)), Match::Known(3));
        identities.remember_further_email(2, "ada@example.com");
        assert_eq!(identities.find(&draft(None, MAIL, None)), doubt);
        assert_eq!(identities.find(&draft(A, MAIL, None)), Match::Known(1));
        // A draft's own further emails decide nothing either.
        let mut several = draft(None, Some("eve@example.com"), None);
        assert_eq!(identities.find(&several), Match::New { possible_duplicate: false });
        several.further_emails.push(("ada@example.com".into(), "other".into()));
        assert_eq!(identities.find(&several), doubt);
    }
}
