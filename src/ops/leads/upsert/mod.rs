//! Writing drafts as leads, in batches: matching, the policy for duplicates, the opt-out ratchet, the do-not-call
//! list, and the logs that belong to every change.

pub mod apply;
mod batch;
mod contradictions;
mod further;
mod holders;
pub mod matching;
mod numbers;
pub mod opt_outs;
pub mod trace;

use std::collections::HashSet;

use roaring::RoaringTreemap;
use rustc_hash::FxHashSet;

use super::draft::LeadDraft;
use crate::db::Stamp;
use crate::db::lead_changes::{self, DeferredIndexes, Written};
use crate::db::models::dnc::{dnc_list, dnc_spellings};
use crate::db::models::leads::OnLocked;
use crate::db::models::leads::lead_identities;
use crate::db::{Db, DbError};
use crate::domain::imports::duplicates::{OnDuplicate, OnListed};
use crate::domain::phone::E164;
use crate::error::{CommandError, Explain};
use crate::ops::dnc;
use crate::ops::dnc::registries::Registries;
use batch::Batch;
use contradictions::Said;
use holders::Marked;
use matching::Identities;
use numbers::Numbers;
use opt_outs::OptOuts;
use trace::Trace;

/// How drafts are written.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    pub on_duplicate: OnDuplicate,
    pub on_listed: OnListed,
    /// Whether no lead is made.
    pub only_known: bool,
}

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Created(i64),
    Updated(i64),
    Unchanged(i64),
    /// The lead is known and left as it is.
    SkippedKnown(i64),
    /// The number is on the do-not-call list and listed numbers are left out.
    SkippedListed,
    /// No lead is known, and none is made.
    SkippedUnknown,
    /// The lead is known and duplicates are rejected.
    RejectedDuplicate(i64),
    /// External id and phone name different leads.
    RejectedConflict(i64, i64),
}

impl Fate {
    /// The lead that the draft became or matched.
    pub fn lead(self) -> Option<i64> {
        match self {
            Fate::Created(id)
            | Fate::Updated(id)
            | Fate::Unchanged(id)
            | Fate::SkippedKnown(id)
            | Fate::RejectedDuplicate(id) => Some(id),
            Fate::SkippedListed | Fate::SkippedUnknown | Fate::RejectedConflict(..) => None,
        }
    }
}

/// What became of a draft, and what a person should hear about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    pub fate: Fate,
    /// The lead went to `dnc`.
    pub dnc_flagged: bool,
    /// The draft asks not to be called, and neither it nor the lead has a number: the lead's consent is denied.
    pub without_number: bool,
    /// The draft would have weakened an opt-out.
    pub consent_kept: bool,
    /// A forbidden status move was left out.
    pub status_kept: bool,
    /// The draft gives another creation time than the lead has, which is set once.
    pub created_kept: bool,
    /// The draft names another currency than the lead's amount is in, and no amount.
    pub currency_kept: bool,
    /// The draft names a currency, and neither it nor the lead has an amount.
    pub currency_alone: bool,
    /// The draft says something else than an earlier one of the same import did.
    pub contradicts: bool,
    /// Another lead has the email, which alone is not enough.
    pub possible_duplicate: bool,
    /// A deleted lead had the phone.
    pub previously_deleted: bool,
    /// Who had this phone or email was erased.
    pub previously_erased: bool,
}

impl Outcome {
    pub(super) fn of(fate: Fate) -> Outcome {
        Outcome {
            fate,
            dnc_flagged: false,
            without_number: false,
            consent_kept: false,
            status_kept: false,
            created_kept: false,
            currency_kept: false,
            currency_alone: false,
            contradicts: false,
            possible_duplicate: false,
            previously_deleted: false,
            previously_erased: false,
        }
    }
}

/// An error of writing drafts.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("other programs kept taking the same phones; gave up after {0} attempts")]
    LostRaces(u32),
}

impl Explain for WriteError {
    fn explain(&self) -> CommandError {
        match self {
            WriteError::Db(e) => e.explain(),
            WriteError::LostRaces(_) => CommandError::failed(self.to_string()).hint("nothing was changed; try again"),
        }
    }
}

/// Writes drafts inside one transaction. It remembers whom it has accepted, so that later drafts match them.
pub struct LeadWriter {
    pub(super) stamp: Stamp,
    pub(super) policy: Policy,
    /// What new do-not-call entries give as their evidence.
    pub(super) evidence: String,
    pub(super) identities: Identities,
    pub(super) opt_outs: OptOuts,
    pub(super) marked: Marked,
    pub(super) numbers: Numbers,
    /// Whether identities and numbers are complete, so that batches need not look anything up.
    preloaded: bool,
    indexes: DeferredIndexes,
    /// The registries that are asked where listed numbers are left out, and the numbers of the batch that they have.
    registries: Registries,
    pub(super) on_registries: FxHashSet<E164>,
    /// Numbers that the drafts put on the list. They are written at the end: until then nobody waits for the list.
    to_list: Vec<E164>,
    /// Listed numbers of drafts whose status alone says so.
    by_status: Vec<E164>,
    /// Numbers that come to people who have refused to be contacted.
    by_refusal: Vec<E164>,
    /// The last entry of the list when the writing began.
    last_entry: i64,
    /// What the drafts said of leads.
    said: Said,
    /// What became of the drafts in detail, for those who ask.
    traces: Option<Vec<Trace>>,
    /// Leads that were written: their versions count up once, as their entries in the log have one time.
    pub(super) counted: RoaringTreemap,
}

/// From how many drafts on indexes are put off: below it nobody would notice.
const WORTH_DEFERRING: usize = 5000;

/// How far the clocks of two machines may be apart, in microseconds: an hour.
const CLOCKS_APART: i64 = 3_600_000_000;

/// Numbers that others have changed which are looked at together.
const CHANGED_TOGETHER: usize = 8000;

/// How often a batch that loses races is tried again.
const MAX_RACES: u32 = 20;

/// How many drafts are looked up together once a batch had to stop early.
const AFTER_SURPRISE: usize = 64;

impl LeadWriter {
    /// Prepares for about `expected` drafts. When that is much beside the organization's leads, all of them are loaded;
    /// else each batch looks up what it needs.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn new(
        conn: &mut Db,
        stamp: Stamp,
        policy: Policy,
        evidence: String,
        expected: usize,
    ) -> Result<LeadWriter, DbError> {
        let last_entry = dnc_list::last_id(conn, stamp.org)?;
        let (org, mut identities, mut numbers) = (stamp.org, Identities::default(), Numbers::default());
        let preloaded = identities.load_if_many(conn, org, expected)?;
        if preloaded {
            dnc_spellings::each_barred(conn, org, stamp.now, |number| {
                numbers.listed.insert(number);
            })?;
            lead_identities::each_deleted_phone(conn, org, |number| {
                numbers.previously_deleted.insert(number);
            })?;
        }
        let opt_outs = OptOuts::load(conn, org)?;
        let registries = match policy.on_listed {
            OnListed::Skip => Registries::required(conn, org, stamp.now)?,
            OnListed::Flag => Registries::default(),
        };
        let indexes = match preloaded && expected >= WORTH_DEFERRING {
            true => DeferredIndexes::defer(conn, expected)?,
            false => DeferredIndexes::default(),
        };
        Ok(LeadWriter {
            stamp,
            policy,
            evidence,
            identities,
            opt_outs,
            marked: Marked::default(),
            numbers,
            preloaded,
            indexes,
            registries,
            on_registries: FxHashSet::default(),
            to_list: Vec::new(),
            by_status: Vec::new(),
            by_refusal: Vec::new(),
            last_entry,
            said: Said::default(),
            traces: None,
            counted: RoaringTreemap::new(),
        })
    }

    /// Writes drafts and tells what became of each, in order.
    ///
    /// # Errors
    /// The database refuses, or other programs keep taking the same phones.
    pub fn write(&mut self, conn: &mut Db, drafts: &[&LeadDraft]) -> Result<Vec<Outcome>, WriteError> {
        let resolved = self.resolve(conn, drafts)?;
        let drafts: Vec<&LeadDraft> =
            drafts.iter().zip(&resolved).map(|(draft, resolved)| resolved.as_deref().unwrap_or(draft)).collect();
        let mut outcomes = Vec::with_capacity(drafts.len());
        let mut most = drafts.len();
        while let Some(rest) = drafts.get(outcomes.len()..).filter(|rest| !rest.is_empty()) {
            let some = &rest[..rest.len().min(most)];
            let done = self.write_some(conn, some)?;
            if done.len() < some.len() {
                // What follows may surprise again, and each surprise costs the look-ups of a whole batch.
                most = AFTER_SURPRISE;
            }
            outcomes.extend(done);
        }
        Ok(outcomes)
    }

    /// Takes a number that may have lost its plus for the other one where that is listed and it is not.
    fn resolve(&mut self, conn: &mut Db, drafts: &[&LeadDraft]) -> Result<Vec<Option<Box<LeadDraft>>>, DbError> {
        let mut resolved = vec![None; drafts.len()];
        let pairs = drafts.iter().flat_map(|draft| &draft.lost_plus);
        let numbers: Vec<String> = pairs.flat_map(|(number, other)| [number.to_string(), other.to_string()]).collect();
        if numbers.is_empty() {
            return Ok(resolved);
        }
        let stored = match self.preloaded {
            true => Vec::new(),
            false => dnc_spellings::barred_among(conn, self.stamp.org, &numbers, self.stamp.now)?,
        };
        let mut barred: HashSet<E164> = stored.into_iter().collect();
        barred.extend(drafts.iter().flat_map(|draft| draft.possible_numbers()).filter(|n| self.numbers.is_listed(*n)));
        for (draft, resolved) in drafts.iter().zip(&mut resolved) {
            *resolved = draft.resolved(|number| barred.contains(&number)).map(Box::new);
        }
        Ok(resolved)
    }

    /// Writes the first drafts, at least one of them: it stops where an earlier draft of the batch has changed who a
    /// later one is, in a way that what was looked up beforehand does not cover.
    fn write_some(&mut self, conn: &mut Db, drafts: &[&LeadDraft]) -> Result<Vec<Outcome>, WriteError> {
        for _ in 0..MAX_RACES {
            self.look_up(conn, drafts)?;
            self.ask_registries(conn, drafts)?;
            let mut batch = Batch::begin(self, conn, drafts)?;
            let outcomes: Vec<Outcome> = drafts.iter().map_while(|draft| batch.place_traced(draft)).collect();
            let traces = batch.take_traces();
            let (changes, asked) = batch.finish();
            let written = match outcomes.is_empty() {
                // Even the first is not who it was: another program has changed the lead since it was looked up.
                true => Written::LostRace,
                false => lead_changes::write(conn, &changes, &self.stamp)?,
            };
            match written {
                Written::All => {
                    self.said.keep();
                    if let Some(kept) = &mut self.traces {
                        kept.extend(traces);
                    }
                    let written = changes.created.iter().chain(&changes.updated);
                    self.counted.extend(written.map(|lead| lead.id.unsigned_abs()));
                    self.to_list.extend(asked.for_good);
                    self.by_status.extend(asked.by_status);
                    self.by_refusal.extend(asked.by_refusal);
                    return Ok(outcomes);
                }
                Written::LostRace => {
                    self.said.forget();
                    self.identities.start_over();
                    self.marked = Marked::default();
                    self.numbers = Numbers::default();
                    self.numbers.list(self.to_list.iter().chain(&self.by_refusal).copied());
                    self.preloaded = false;
                }
            }
        }
        Err(WriteError::LostRaces(MAX_RACES))
    }

    /// Ends the writing: builds what indexes are put off still, and lists the numbers that the drafts give, which it returns. The
    /// caller holds [`crate::db::Lock::DncImport`] when there are any; an import holds less, and moves the leads with them once more.
    ///
    /// # Errors
    /// The database refuses.
    pub fn finish(&mut self, conn: &mut Db) -> Result<Vec<E164>, DbError> {
        self.settle(conn)?;
        let mut to_list = std::mem::take(&mut self.to_list);
        let by_status = std::mem::take(&mut self.by_status);
        to_list.extend(dnc::add::shared_only(conn, self.stamp.org, &by_status, self.stamp.now)?);
        to_list.sort_unstable();
        to_list.dedup();
        dnc::add::list_flagged(conn, &to_list, dnc::add::FLAGGED, &self.evidence, &self.stamp)?;
        if self.stamp.import_id.is_some() {
            let mut by_refusal = self.numbers_of_refusers();
            by_refusal.retain(|number| to_list.binary_search(number).is_err());
            dnc::add::list_flagged(conn, &by_refusal, dnc::add::OF_REFUSER, &self.evidence, &self.stamp)?;
            to_list.extend(by_refusal);
        }
        Ok(to_list)
    }

    /// Builds the indexes that were put off. Nothing is written after it.
    ///
    /// # Errors
    /// Two live leads have the same phone or external id, or the database refuses.
    pub fn settle(&mut self, conn: &mut Db) -> Result<(), DbError> {
        // Sorting the keys of an index takes memory, and who the leads are and what was said of them is not asked any more.
        drop((std::mem::take(&mut self.identities), std::mem::take(&mut self.numbers), std::mem::take(&mut self.said)));
        self.preloaded = false;
        self.indexes.build(conn)
    }

    /// Takes the numbers that came to people who have refused to be contacted: who holds no list keeps requests for them.
    pub fn numbers_of_refusers(&mut self) -> Vec<E164> {
        let mut numbers = std::mem::take(&mut self.by_refusal);
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Makes the statuses follow what others have changed in the list since the writing began: on PostgreSQL it changes beside an
    /// import. The caller holds [`crate::db::Lock::EndOfImport`] from now on.
    ///
    /// # Errors
    /// The database refuses.
    pub fn catch_up(&self, conn: &mut Db) -> Result<(), DbError> {
        if matches!(conn, Db::Sqlite(_)) {
            return Ok(());
        }
        let (org, stamp) = (self.stamp.org, &self.stamp);
        let changed = dnc_list::changed_since(conn, org, self.last_entry, stamp.now.before(CLOCKS_APART))?;
        // An import into another organization of the group may have listed many.
        for some in changed.chunks(CHANGED_TOGETHER) {
            let barred = dnc_spellings::barred_among(conn, org, some, stamp.now)?;
            let barred: Vec<String> = barred.iter().map(E164::to_string).collect();
            dnc::move_leads_to_dnc(conn, &barred, OnLocked::Wait, stamp)?;
            dnc::move_leads_back(conn, some, OnLocked::Wait, stamp)?;
        }
        Ok(())
    }

    /// Whether a known lead can be changed by this draft, or has an opt-out that the draft speaks against.
    pub(super) fn may_change(&self, draft: &LeadDraft) -> bool {
        match self.policy.on_duplicate {
            OnDuplicate::Reject => false,
            OnDuplicate::Fill | OnDuplicate::Update => true,
            OnDuplicate::Skip => {
                let speaks = draft.status.is_some() || draft.consent.is_some();
                draft.opts_out() || (speaks && self.opt_outs.of_draft(draft).denied)
            }
        }
    }

    fn ask_registries(&mut self, conn: &mut Db, drafts: &[&LeadDraft]) -> Result<(), DbError> {
        if self.registries.lists.is_empty() {
            return Ok(());
        }
        let numbers: Vec<E164> = drafts.iter().flat_map(|draft| draft.numbers()).collect();
        let answers = self.registries.ask(conn, &numbers)?;
        self.on_registries.clear();
        self.on_registries.extend(numbers.into_iter().filter(|number| self.registries.have(&answers, *number)));
        Ok(())
    }

    fn look_up(&mut self, conn: &mut Db, drafts: &[&LeadDraft]) -> Result<(), DbError> {
        if self.preloaded {
            return Ok(());
        }
        let org = self.stamp.org;
        self.identities.load_for(conn, org, drafts.iter().copied())?;
        let phones: Vec<String> = drafts.iter().filter_map(|draft| draft.lead.phone_number.clone()).collect();
        let numbers: Vec<String> =
            drafts.iter().flat_map(|draft| draft.possible_numbers()).map(|n| n.to_string()).collect();
        self.numbers.listed.extend(dnc_spellings::barred_among(conn, org, &numbers, self.stamp.now)?);
        self.numbers.previously_deleted.clear();
        self.numbers.previously_deleted.extend(lead_identities::deleted_phones_among(conn, org, &phones)?);
        Ok(())
    }
}
