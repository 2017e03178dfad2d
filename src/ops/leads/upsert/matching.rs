//! Who is the same lead: external id, else phone and extension, else an email that decides. Further phones and emails decide
//! nothing: a switchboard or an office has them for many.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHashSet};
use siphasher::sip128::{Hasher128, SipHasher13};

use super::further::FurtherEmails;
use crate::db::models::leads::Lead;
use crate::db::models::leads::lead_identities::{self, Identity};
use crate::db::models::leads::lead_merges::{self, MergedIdentity};
use crate::db::types::Uid;
use crate::db::{Db, DbError, OrgId};
use crate::domain::phone::E164;
use crate::ops::leads::draft::LeadDraft;

/// The drafts for which room is made at once.
const MAX_FORESEEN: usize = 1 << 20;

/// What a row's identity says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    New {
        /// Another lead has the email, but that alone is not enough.
        possible_duplicate: bool,
    },
    Known(i64),
    /// External id and phone name different leads.
    Conflict(i64, i64),
}

/// The identities of an organization's live leads: all of them, or those that the rows of a batch ask for.
///
/// Emails and external ids are kept as 128-bit hashes with a random key, so that a million of them fit in memory
/// and nobody can prepare a collision.
pub struct Identities {
    by_phone: FxHashMap<u64, i64>,
    by_phone_and_extension: HashMap<(u64, String), i64>,
    pub(super) by_email: FxHashMap<u128, EmailHolder>,
    /// Leads that are known by their email alone.
    by_email_alone: FxHashMap<u128, i64>,
    pub(super) further: FurtherEmails,
    pub(super) by_external_id: FxHashMap<u128, i64>,
    /// What merged leads were known by, which stands for their survivors in the maps above.
    merged_phones: HashSet<(u64, String)>,
    merged_external_ids: FxHashSet<u128>,
    merged_emails: FxHashSet<u128>,
    hasher: SipHasher13,
    /// Whether every live lead is in here.
    complete: bool,
}

#[derive(Clone, Copy)]
pub(super) struct EmailHolder {
    pub(super) lead: i64,
    has_phone: bool,
    /// More than one live lead has this email.
    several: bool,
}

impl Default for Identities {
    fn default() -> Self {
        let (a, b) = Uid::new().0.as_u64_pair();
        Identities {
            by_phone: FxHashMap::default(),
            by_phone_and_extension: HashMap::new(),
            by_email: FxHashMap::default(),
            by_email_alone: FxHashMap::default(),
            further: FurtherEmails::default(),
            by_external_id: FxHashMap::default(),
            merged_phones: HashSet::new(),
            merged_external_ids: FxHashSet::default(),
            merged_emails: FxHashSet::default(),
            hasher: SipHasher13::new_with_keys(a, b),
            complete: false,
        }
    }
}

impl Identities {
    /// Loads every live lead of the organization when a file of about so many rows is large beside it, and tells whether it
    /// did.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn load_if_many(&mut self, conn: &mut Db, org: OrgId, rows: usize) -> Result<bool, DbError> {
        self.further.look(conn, org)?;
        let few = i64::try_from(rows).unwrap_or(i64::MAX).saturating_mul(5);
        let all = rows > 1000 && !lead_identities::more_than(conn, org, few)?;
        if all {
            self.load_all(conn, org, rows)?;
        }
        Ok(all)
    }

    /// Loads every live lead of the organization: right when the file is large beside it.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn load_all(&mut self, conn: &mut Db, org: OrgId, expected: usize) -> Result<(), DbError> {
        // What a file seems to have is no reason to take memory for it.
        self.by_phone.reserve(expected.min(MAX_FORESEEN));
        self.by_email.reserve(expected.min(MAX_FORESEEN));
        lead_identities::each_identity(conn, org, |identity| self.remember_stored(&identity))?;
        self.load_further_emails(conn, org, None)?;
        let merged = lead_merges::all_merged(conn, org)?;
        self.remember_merged(conn, org, merged)?;
        self.complete = true;
        Ok(())
    }

    /// Looks up what these rows ask for, unless everything is known.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn load_for<'a>(
        &mut self,
        conn: &mut Db,
        org: OrgId,
        drafts: impl Iterator<Item = &'a LeadDraft>,
    ) -> Result<(), DbError> {
        if self.complete {
            return Ok(());
        }
        let (mut phones, mut emails) = (Vec::new(), Vec::new());
        let mut external: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for draft in drafts {
            phones.extend(draft.lead.phone_number.clone());
            emails.extend(draft.emails().map(str::to_owned));
            if let Some((system, id)) = draft.lead.external_source.clone().zip(draft.lead.external_id.clone()) {
                external.entry(system).or_default().push(id);
            }
        }
        for identity in lead_identities::identities_of(conn, org, &phones, &emails, &external)? {
            self.remember_stored(&identity);
        }
        self.load_further_emails(conn, org, Some(&emails))?;
        let merged = lead_merges::merged_identities_of(conn, org, &phones, &emails, &external)?;
        self.remember_merged(conn, org, merged)
    }

    /// Remembers the phones, emails and external ids of merged leads as those of their survivors, unless a live lead has
    /// them.
    fn remember_merged(&mut self, conn: &mut Db, org: OrgId, merged: Vec<MergedIdentity>) -> Result<(), DbError> {
        if merged.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = merged.iter().filter_map(|lead| lead.merged_into_id).collect();
        let survivors = lead_merges::survivors(conn, org, &ids)?;
        for MergedIdentity { identity, merged_into_id } in merged {
            let Some(survivor) = merged_into_id.and_then(|id| survivors.get(&id)).copied() else { continue };
            if let Some(phone) = identity.phone_number.as_deref().and_then(E164::from_e164)
                && self.by_phone(phone, &identity.phone_extension).is_none()
            {
                self.remember(survivor, Some(phone), &identity.phone_extension, None, None);
                self.merged_phones.insert((phone.digits(), identity.phone_extension.clone()));
            }
            if let Some(email) = identity.email.as_deref() {
                let key = self.key(&[email]);
                match self.by_email.entry(key) {
                    // A survivor counts as one with a phone, so that another phone still makes another lead.
                    Entry::Vacant(free) => {
                        free.insert(EmailHolder { lead: survivor, has_phone: true, several: false });
                        self.merged_emails.insert(key);
                    }
                    Entry::Occupied(mut held) if self.merged_emails.contains(&key) => {
                        held.get_mut().several |= held.get().lead != survivor;
                    }
                    Entry::Occupied(_) => {}
                }
            }
            if let Some((system, id)) = identity.external_source.as_deref().zip(identity.external_id.as_deref()) {
                let key = self.key(&[system, id]);
                if let Entry::Vacant(free) = self.by_external_id.entry(key) {
                    free.insert(survivor);
                    self.merged_external_ids.insert(key);
                }
            }
        }
        Ok(())
    }

    /// The draft as its lead may take it: a phone, email or external id that a merged lead had finds the survivor and does
    /// not become its own.
    pub fn for_survivor<'a>(&self, draft: &'a LeadDraft) -> Cow<'a, LeadDraft> {
        if self.merged_phones.is_empty() && self.merged_external_ids.is_empty() && self.merged_emails.is_empty() {
            return Cow::Borrowed(draft);
        }
        let phone = draft.phone.map(|phone| (phone.digits(), draft.lead.phone_extension.clone()));
        let by_phone = phone.is_some_and(|key| self.merged_phones.contains(&key));
        let external = draft.lead.external_source.as_deref().zip(draft.lead.external_id.as_deref());
        let by_id = external.is_some_and(|(system, id)| self.merged_external_ids.contains(&self.key(&[system, id])));
        let by_email =
            draft.lead.email.as_deref().is_some_and(|email| self.merged_emails.contains(&self.key(&[email])));
        let mut draft = Cow::Borrowed(draft);
        if by_email {
            draft.to_mut().lead.email = None;
        }
        if by_phone {
            let draft = draft.to_mut();
            (draft.phone, draft.lead.phone_number, draft.lead.phone_extension) = (None, None, String::new());
        }
        if by_id {
            let draft = draft.to_mut();
            (draft.lead.external_source, draft.lead.external_id) = (None, None);
        }
        draft
    }

    /// Forgets everything and loads from the database again as rows ask for it: after a lost race.
    pub fn start_over(&mut self) {
        self.by_phone.clear();
        self.by_phone_and_extension.clear();
        self.by_email.clear();
        self.by_email_alone.clear();
        self.further = FurtherEmails::default();
        self.by_external_id.clear();
        self.merged_phones.clear();
        self.merged_external_ids.clear();
        self.merged_emails.clear();
        self.complete = false;
    }

    fn remember_stored(&mut self, stored: &Identity) {
        let phone = stored.phone_number.as_deref().and_then(E164::from_e164);
        let external = stored.external_source.as_deref().zip(stored.external_id.as_deref());
        self.remember(stored.id, phone, &stored.phone_extension, stored.email.as_deref(), external);
    }

    /// Remembers a lead, stored or just accepted.
    pub fn remember(
        &mut self,
        lead: i64,
        phone: Option<E164>,
        extension: &str,
        email: Option<&str>,
        external: Option<(&str, &str)>,
    ) {
        if let Some(phone) = phone {
            match extension.is_empty() {
                true => drop(self.by_phone.insert(phone.digits(), lead)),
                false => drop(self.by_phone_and_extension.insert((phone.digits(), extension.to_owned()), lead)),
            }
        }
        if let Some(email) = email {
            let key = self.key(&[email]);
            let holder = self.by_email.entry(key).or_insert(EmailHolder { lead, has_phone: false, several: false });
            holder.several |= holder.lead != lead;
            holder.has_phone |= phone.is_some();
            self.further.share(key, holder.lead, lead);
            if phone.is_none() {
                self.by_email_alone.entry(key).or_insert(lead);
            }
        }
        if let Some((system, id)) = external {
            let key = self.key(&[system, id]);
            self.by_external_id.insert(key, lead);
        }
    }

    /// Forgets what a lead was known by, before it is remembered with what it has become.
    pub fn forget(&mut self, lead: &Lead) {
        if let Some(phone) = lead.phone_number.as_deref().and_then(E164::from_e164) {
            match lead.phone_extension.is_empty() {
                true => remove_if(&mut self.by_phone, &phone.digits(), lead.id),
                false => {
                    let key = (phone.digits(), lead.phone_extension.clone());
                    if self.by_phone_and_extension.get(&key) == Some(&lead.id) {
                        self.by_phone_and_extension.remove(&key);
                    }
                }
            }
        }
        if let Some(email) = lead.email.as_deref() {
            let key = self.key(&[email]);
            remove_if(&mut self.by_email_alone, &key, lead.id);
            // Which of several leads remains is not known here, so such an email goes on deciding nothing.
            if self.by_email.get(&key).is_some_and(|holder| holder.lead == lead.id && !holder.several) {
                self.by_email.remove(&key);
            }
        }
        if let Some((system, id)) = lead.external_source.as_deref().zip(lead.external_id.as_deref()) {
            let key = self.key(&[system, id]);
            remove_if(&mut self.by_external_id, &key, lead.id);
        }
    }

    /// Who a row is, by the rules of the data model.
    pub fn find(&self, draft: &LeadDraft) -> Match {
        let by_phone = draft.phone.and_then(|phone| self.by_phone(phone, &draft.lead.phone_extension));
        let external = draft.lead.external_source.as_deref().zip(draft.lead.external_id.as_deref());
        let by_external = external.and_then(|(system, id)| self.by_external_id.get(&self.key(&[system, id])).copied());
        match (by_external, by_phone) {
            (Some(a), Some(b)) if a != b => return Match::Conflict(a, b),
            (Some(lead), _) | (None, Some(lead)) => return Match::Known(lead),
            (None, None) => {}
        }
        let unknown = Match::New { possible_duplicate: self.shares_an_email(draft) };
        let Some(key) = draft.lead.email.as_deref().map(|email| self.key(&[email])) else { return unknown };
        match self.by_email.get(&key) {
            None => unknown,
            Some(holder) if holder.several || self.further.is_shared(key, holder.lead) => {
                match self.by_email_alone.get(&key) {
                    // Neither has a phone: the same email alone is the same lead, or each import would add another.
                    Some(lead) if draft.phone.is_none() => Match::Known(*lead),
                    _ => Match::New { possible_duplicate: true },
                }
            }
            Some(holder) if holder.has_phone && draft.phone.is_some() => Match::New { possible_duplicate: true },
            Some(holder) => Match::Known(holder.lead),
        }
    }

    pub(super) fn by_phone(&self, phone: E164, extension: &str) -> Option<i64> {
        match extension.is_empty() {
            true => self.by_phone.get(&phone.digits()).copied(),
            false => self.by_phone_and_extension.get(&(phone.digits(), extension.to_owned())).copied(),
        }
    }

    pub(super) fn key(&self, parts: &[&str]) -> u128 {
        let mut hasher = self.hasher;
        for part in parts {
            hasher.write(part.as_bytes());
            hasher.write_u8(0xFF);
        }
        hasher.finish128().as_u128()
    }
}

/// Removes an entry if it names this lead.
fn remove_if<K: std::hash::Hash + Eq>(map: &mut FxHashMap<K, i64>, key: &K, lead: i64) {
    if map.get(key) == Some(&lead) {
        map.remove(key);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::trace::MatchedBy;
    use super::*;
    use crate::db::models::leads;
    use crate::domain::timestamp::Timestamp;

    pub fn draft(phone: Option<&str>, email: Option<&str>, id: Option<&str>) -> LeadDraft {
        let mut lead = leads::Lead::blank(OrgId(1), Timestamp::from_micros(0));
        lead.phone_number = phone.map(str::to_owned);
        lead.email = email.map(str::to_owned);
        lead.external_source = id.map(|_| "hubspot".to_owned());
        lead.external_id = id.map(str::to_owned);
        LeadDraft {
            lead: Box::new(lead),
            phone: phone.and_then(E164::from_e164),
            ..LeadDraft::blank(OrgId(1), Timestamp::from_micros(0))
        }
    }

    pub const A: Option<&str> = Some("+12125550142");
    const B: Option<&str> = Some("+12125550143");
    pub const MAIL: Option<&str> = Some("ada@example.com");

    pub fn known() -> Identities {
        let mut identities = Identities::default();
        identities.remember(1, A.and_then(E164::from_e164), "", MAIL, Some(("hubspot", "9")));
        identities.remember(2, B.and_then(E164::from_e164), "", None, None);
        identities
    }

    #[test]
    fn external_id_then_phone_then_email() {
        let identities = known();
        assert_eq!(identities.find(&draft(None, None, Some("9"))), Match::Known(1));
        assert_eq!(identities.matched_by(&draft(A, MAIL, Some("9"))), Some(MatchedBy::ExternalId));
        assert_eq!(identities.matched_by(&draft(A, MAIL, Some("8"))), Some(MatchedBy::Phone));
        assert_eq!(identities.matched_by(&draft(None, MAIL, None)), Some(MatchedBy::Email));
        assert_eq!(identities.matched_by(&draft(None, None, Some("8"))), None);
        assert_eq!(identities.find(&draft(A, None, None)), Match::Known(1));
        assert_eq!(identities.find(&draft(None, MAIL, None)), Match::Known(1));
        assert_eq!(identities.find(&draft(B, None, Some("9"))), Match::Conflict(1, 2));
        assert_eq!(identities.find(&draft(Some("+12125550144"), MAIL, None)), Match::New { possible_duplicate: true });
        assert_eq!(
            identities.find(&draft(Some("+12125550144"), None, Some("8"))),
            Match::New { possible_duplicate: false }
        );
    }

    #[test]
    fn an_email_that_two_leads_have_decides_nothing() {
        let mut identities = known();
        identities.remember(1, A.and_then(E164::from_e164), "", MAIL, None);
        assert_eq!(identities.find(&draft(None, MAIL, None)), Match::Known(1));
        identities.remember(3, B.and_then(E164::from_e164), "", MAIL, None);
        assert_eq!(identities.find(&draft(None, MAIL, None)), Match::New { possible_duplicate: true });
        // A lead that has nothing but that email is the one of a row that has nothing else.
        identities.remember(4, None, "", MAIL, None);
        assert_eq!(identities.find(&draft(None, MAIL, None)), Match::Known(4));
        assert_eq!(identities.find(&draft(Some("+12125550144"), MAIL, None)), Match::New { possible_duplicate: true });
    }

    #[test]
    fn what_a_lead_was_known_by_is_forgotten() {
        let mut identities = known();
        let mut lead = *draft(A, MAIL, Some("9")).lead;
        lead.id = 1;
        identities.forget(&lead);
        identities.remember(1, Some(E164::from_e164("+12125550149").unwrap()), "", MAIL, None);
        assert_eq!(identities.find(&draft(A, None, None)), Match::New { possible_duplicate: false });
        assert_eq!(identities.find(&draft(None, None, Some("9"))), Match::New { possible_duplicate: false });
        assert_eq!(identities.find(&draft(None, MAIL, None)), Match::Known(1));
        assert_eq!(identities.find(&draft(B, None, None)), Match::Known(2));
    }

    #[test]
    fn what_a_merged_lead_was_known_by_finds_its_survivor_and_stays_the_merged_one_s() {
        let mut identities = known();
        identities.remember(1, Some(E164::from_e164("+12125550149").unwrap()), "", None, None);
        identities.merged_phones.insert((12_125_550_149, String::new()));
        let draft = draft(Some("+12125550149"), None, Some("9"));
        assert_eq!(identities.find(&draft), Match::Known(1));
        let taken = identities.for_survivor(&draft);
        assert_eq!((taken.phone, taken.lead.phone_number.as_deref()), (None, None));
        assert_eq!(taken.lead.external_id.as_deref(), Some("9"));
        assert!(matches!(known().for_survivor(&draft), Cow::Borrowed(_)));
    }

    #[test]
    fn an_extension_is_another_phone() {
        let mut identities = Identities::default();
        identities.remember(1, A.and_then(E164::from_e164), "9", None, None);
        assert_eq!(identities.find(&draft(A, None, None)), Match::New { possible_duplicate: false });
        let mut with = draft(A, None, None);
        with.lead.phone_extension = "9".into();
        assert_eq!(identities.find(&with), Match::Known(1));
    }
}
