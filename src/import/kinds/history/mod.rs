//! The import of status events of another system: each row a lead, a status, a time, and perhaps who and why.

mod counts;
pub mod fields;
mod options;
mod relist;
mod wishes;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::tz::TimeZone;

use crate::db::Stamp;
use crate::db::models::access::organizations::Organization;
use crate::db::models::access::users;
use crate::db::models::imports::Import;
use crate::db::models::leads::OnLocked;
use crate::db::models::leads::{lead_merges, lead_status_history};
use crate::db::{Db, DbError, Lock, OrgId};
use crate::domain::dnc::bans::Terms;
use crate::domain::dnc::{DncScope, DncSource};
use crate::domain::email;
use crate::domain::imports::kind::ImportKind;
use crate::domain::leads::stage;
use crate::domain::leads::status::Status;
use crate::domain::phone::{E164, PhoneCheck};
use crate::domain::text::fold_key;
use crate::domain::time::datetime;
use crate::domain::timestamp::Timestamp;
use crate::import::ImportError;
use crate::import::row::{ProblemKind, RowProblem};
use crate::import::sheet::cells::RowCells;
use crate::import::sheet::{Kind, Outcome, Told};
use crate::import::vocabulary::refusals::{Wish, wish_in};
use crate::ops::dnc::add::{Request, honour};
use crate::ops::imports::status_events::{self, Fate, Latest, StatusEvent};
use crate::ops::imports::undo::{Count, TakenBack, Undoing};
use crate::ops::leads::draft::LeadDraft;
use crate::ops::leads::edit::phone::OTHER;
use crate::ops::leads::upsert::matching::{Identities, Match};
pub use counts::HistoryCounts;
use fields::HistoryField;
pub use options::HistoryOptions;
use wishes::Asked;

/// The request that a lead's number be not called from when its status said so.
fn request((number, received_at): (E164, Timestamp)) -> Request {
    Request {
        number,
        terms: Terms { scope: DncScope::All, expires_at: None },
        source: DncSource::Import,
        reason: Some("its status in an imported history".to_owned()),
        text: None,
        class: None,
        received_at,
    }
}

/// Leads that follow their events together.
const TOGETHER: usize = 4000;
/// The longest reason, in characters, with who gave it.
const LONGEST_REASON: usize = 1800;
const LONGEST_NAME: usize = 150;

/// The import of status events.
pub struct History {
    options: HistoryOptions,
    /// The organization's.
    org: OrgId,
    zone: TimeZone,
    now: Timestamp,
    status_words: HashMap<String, Status>,
    users: HashMap<String, i64>,
    identities: Identities,
    leads: BTreeSet<i64>,
    /// The latest event of each lead among those that were not known before: what was known was followed then, and may have
    /// been taken back since.
    latest: HashMap<i64, Latest>,
    /// The latest event of each lead that was known before, where nothing later is known.
    known_last: HashMap<i64, Latest>,
    /// Leads that were known to be `dnc` at the times of events that say so again.
    dnc_again: BTreeMap<i64, Timestamp>,
    /// What the reasons of events ask.
    asked: Vec<Asked>,
    counts: HistoryCounts,
}

/// What a row says.
pub struct EventRow {
    /// Who is meant, when it is not said by the id.
    draft: LeadDraft,
    lead: Option<i64>,
    status: Status,
    /// What the history says of a stage of another system.
    stage: Option<String>,
    /// The word of the file for it, where that is told.
    word: Option<String>,
    at: Timestamp,
    by: Option<String>,
    reason: Option<String>,
    /// What the reason asks.
    wish: Option<Wish>,
    row: u64,
}

impl Kind for History {
    const KIND: ImportKind = ImportKind::History;
    const LOCK: Lock = Lock::DncImport;
    type Field = HistoryField;
    type Options = HistoryOptions;
    type Value = EventRow;
    type Counts = HistoryCounts;

    fn new(options: HistoryOptions, organization: &Organization) -> History {
        History {
            status_words: options.status_map.iter().map(|said| (fold_key(&said.word), said.status)).collect(),
            options,
            org: organization.org_id(),
            // The organization's zone was validated when it was set.
            zone: datetime::zone(&organization.timezone).unwrap_or(TimeZone::UTC),
            now: Timestamp::from_micros(0),
            users: HashMap::new(),
            identities: Identities::default(),
            leads: BTreeSet::new(),
            latest: HashMap::new(),
            known_last: HashMap::new(),
            dnc_again: BTreeMap::new(),
            asked: Vec::new(),
            counts: HistoryCounts::default(),
        }
    }

    fn options(&self) -> &HistoryOptions {
        &self.options
    }

    fn begin(&mut self, conn: &mut Db, rows: usize, stamp: &Stamp) -> Result<(), ImportError> {
        self.users = users::by_names(&users::all(conn, self.org)?);
        self.now = stamp.now;
        self.identities.load_if_many(conn, self.org, rows)?;
        Ok(())
    }

    fn check(&self, cells: &mut RowCells<'_, HistoryField>) -> Option<EventRow> {
        let mut draft = LeadDraft::blank(self.org, self.now);
        if let Some(phone) = cells.phones(HistoryField::Phone, PhoneCheck::Possible).into_iter().next() {
            draft.phone = Some(phone.number);
            draft.lead.phone_number = Some(phone.number.to_string());
            draft.lead.phone_extension = phone.extension;
        }
        let mut emails = emails_of(cells).into_iter();
        draft.lead.email = emails.next();
        draft.further_emails = emails.map(|email| (email, OTHER.to_owned())).collect();
        (draft.lead.external_source, draft.lead.external_id) = self.external_id_of(cells);
        let lead = lead_of(cells);
        let is_named = draft.phone.is_some() || draft.lead.email.is_some() || draft.lead.external_id.is_some();
        if !is_named && lead.is_none() && !cells.has_problems() {
            cells.row_problem(
                ProblemKind::NoIdentity,
                "the row names no lead",
                "give it a phone, email or external id",
            );
        }
        let status = self.status_of(cells);
        let at = cells.past(HistoryField::ChangedAt);
        if cells.one(HistoryField::ChangedAt).is_none() {
            cells.row_problem(ProblemKind::TimeInvalid, "no time is given", "say when the status was entered");
        }
        let by = cells.text(HistoryField::ChangedBy, LONGEST_NAME);
        let reason = cells.text(HistoryField::Reason, LONGEST_REASON);
        let (status, stage) = status?;
        let word = cells.one(HistoryField::Status).map(|(_, text)| text).filter(|text| self.is_told(text, status));
        let wish = reason.as_deref().and_then(wish_in);
        Some(EventRow { draft, lead, status, stage, word, at: at?, by, reason, wish, row: cells.row_number() })
    }

    fn write(&mut self, conn: &mut Db, rows: &[EventRow], stamp: &Stamp) -> Result<Vec<Outcome>, ImportError> {
        let named = self.leads_of(conn, rows)?;
        let events: Vec<StatusEvent> =
            rows.iter().zip(&named).filter_map(|(row, lead)| Some(self.event(row, *lead.as_ref().ok()?))).collect();
        let mut fates = events.iter().zip(status_events::write(conn, &events, self.options.rule(), stamp)?);
        let mut outcomes = Vec::with_capacity(rows.len());
        for (row, lead) in rows.iter().zip(named) {
            outcomes.push(match lead {
                Err(problem) => Outcome::Rejected(problem),
                Ok(lead) => match fates.next() {
                    Some((event, fate)) => {
                        self.hear(row, lead);
                        let outcome = self.outcome(event, fate, row.row);
                        self.note_stage(row, &outcome);
                        outcome
                    }
                    None => Outcome::Unchanged,
                },
            });
        }
        Ok(outcomes)
    }

    /// Lets leads follow their latest events, and puts the numbers of those that are `dnc` on the do-not-call list.
    fn finish(&mut self, conn: &mut Db, stamp: &Stamp) -> Result<(), ImportError> {
        let mut latest: Vec<Latest> = std::mem::take(&mut self.latest).into_values().collect();
        latest.sort_unstable_by_key(|event| event.lead);
        for some in latest.chunks(TOGETHER) {
            let moves = status_events::follow(conn, some, self.options.rule(), stamp)?;
            let requests: Vec<Request> = moves.listed.into_iter().map(request).collect();
            self.counts.note_kept(&moves.kept);
            self.counts.dnc_flagged += requests.len() as u64;
            self.counts.leads_moved += moves.moved;
            if !requests.is_empty() {
                self.counts.leads_moved += honour(conn, &requests, OnLocked::Wait, stamp, &self.zone)?.leads_moved;
            }
        }
        self.tell_not_followed(conn, stamp)?;
        self.list_again(conn, stamp)?;
        self.keep_wishes(conn, stamp)?;
        self.counts.leads = self.leads.len() as u64;
        Ok(())
    }

    fn counts(self) -> HistoryCounts {
        self.counts
    }

    fn told(counts: &HistoryCounts) -> Told {
        counts.told()
    }
}

impl History {
    fn status_of(&self, cells: &mut RowCells<'_, HistoryField>) -> Option<(Status, Option<String>)> {
        let Some((index, text)) = cells.exact(HistoryField::Status, ProblemKind::StatusUnknown) else {
            if cells.one(HistoryField::Status).is_some() {
                return None;
            }
            cells.row_problem(ProblemKind::StatusUnknown, "no status is given", "say which status was entered");
            return None;
        };
        let status = match self.status_words.get(&fold_key(&text)) {
            Some(status) => Some((*status, stage::reason_of(&text))),
            None => stage::read(&text),
        };
        if status.is_none() {
            let remedy = format!("use one of {}, or say --status-map \"{text}=STATUS\"", Status::words());
            cells.problem(ProblemKind::StatusUnknown, index, &text, "is no status", &remedy);
        }
        status
    }

    fn external_id_of(&self, cells: &mut RowCells<'_, HistoryField>) -> (Option<String>, Option<String>) {
        let source = cells.text(HistoryField::ExternalSource, 100).or_else(|| self.options.source_system.clone());
        match (source, cells.id(HistoryField::ExternalId, 200)) {
            (Some(source), Some((_, id))) => (Some(source), Some(id)),
            (None, Some((index, id))) => {
                let remedy = "say which system it is of: --source-system NAME";
                cells.problem(ProblemKind::ExternalSourceMissing, index, &id, "stands without its system", remedy);
                (None, None)
            }
            (_, None) => (None, None),
        }
    }

    /// The live lead that each row names.
    fn leads_of(&mut self, conn: &mut Db, rows: &[EventRow]) -> Result<Vec<Result<i64, RowProblem>>, ImportError> {
        self.identities.load_for(conn, self.org, rows.iter().map(|row| &row.draft))?;
        let by_id: Vec<i64> = rows.iter().filter_map(|row| row.lead).collect();
        let survivors = lead_merges::survivors(conn, self.org, &by_id)?;
        let lead = |row: &EventRow| match row.lead {
            Some(id) => survivors.get(&id).copied().ok_or_else(|| unknown(&format!("no lead has the id {id}"))),
            None => match self.identities.find(&row.draft) {
                Match::Known(id) => Ok(id),
                Match::Conflict(by_id, by_phone) => Err(RowProblem::of_row(
                    ProblemKind::IdentityConflict,
                    "",
                    format!("the external id names the lead {by_id}, the phone the lead {by_phone}"),
                    "correct one of them",
                )),
                Match::New { possible_duplicate: true } => {
                    Err(unknown("the email alone does not tell which lead is meant"))
                }
                Match::New { .. } => Err(unknown("no lead has this phone, email or external id")),
            },
        };
        Ok(rows.iter().map(lead).collect())
    }

    fn event(&self, row: &EventRow, lead: i64) -> StatusEvent {
        let changed_by = row.by.as_deref().and_then(|by| self.users.get(&by.trim().to_lowercase()).copied());
        // Who is no user here is told in words.
        let by = row.by.as_deref().filter(|_| changed_by.is_none()).map(|by| format!("by {by}"));
        let said: Vec<String> = row.reason.clone().into_iter().chain(row.stage.clone()).chain(by).collect();
        let reason = (!said.is_empty()).then(|| said.join(", "));
        StatusEvent { lead, status: row.status, at: row.at, changed_by, reason }
    }

    fn outcome(&mut self, event: &StatusEvent, (fate, from): (Fate, Option<Status>), row: u64) -> Outcome {
        if fate == Fate::NoPhone {
            return Outcome::Rejected(RowProblem::of_row(
                ProblemKind::NoIdentity,
                "",
                format!("the lead {} has no phone number, which `dnc` is about", event.lead),
                "give the lead its phone, or set its consent: crmctl lead edit LEAD --consent denied",
            ));
        }
        match fate {
            Fate::Written => {
                let (lead, status, at) = (event.lead, event.status, event.at);
                let told = Latest { lead, status, at, from, contacts: event.contacts(), row };
                let latest = self.latest.entry(lead).or_insert(told);
                latest.contacts = latest.contacts.and(told.contacts);
                if latest.at <= at {
                    *latest = Latest { contacts: latest.contacts, ..told };
                }
                self.leads.insert(event.lead);
                Outcome::Created
            }
            _ => {
                if fate == Fate::KnownLast && event.status != Status::Dnc {
                    let (lead, status, at) = (event.lead, event.status, event.at);
                    self.known_last.insert(lead, Latest { lead, status, at, from, contacts: event.contacts(), row });
                }
                if event.status == Status::Dnc {
                    self.dnc_again.insert(event.lead, event.at);
                }
                Outcome::Unchanged
            }
        }
    }
}

impl History {
    fn note_stage(&mut self, row: &EventRow, outcome: &Outcome) {
        if let (Some(word), Outcome::Created) = (&row.word, outcome) {
            self.counts.stages_mapped += 1;
            self.counts.stages.note(word, row.status);
        }
    }

    /// Whether it is told what a word was taken for: what a person said it means is known to them.
    fn is_told(&self, word: &str, status: Status) -> bool {
        stage::reason_of(word).is_some()
            || stage::is_translated(word, status) && !self.status_words.contains_key(&fold_key(word))
    }
}

/// The emails of a cell, of which the first says who is meant.
fn emails_of(cells: &mut RowCells<'_, HistoryField>) -> Vec<String> {
    let Some((index, text)) = cells.exact(HistoryField::Email, ProblemKind::EmailInvalid) else { return Vec::new() };
    let mut emails = Vec::new();
    for (part, read) in email::parse_each(&text) {
        match read {
            Ok(email) => emails.push(email.into_string()),
            Err(e) => cells.problem(ProblemKind::EmailInvalid, index, part, &e.to_string(), "correct the address"),
        }
    }
    emails
}

fn lead_of(cells: &mut RowCells<'_, HistoryField>) -> Option<i64> {
    let (index, text) = cells.id(HistoryField::Lead, 20)?;
    let id = text.parse::<i64>().ok().filter(|id| *id > 0);
    if id.is_none() {
        cells.problem(ProblemKind::NoIdentity, index, &text, "is no id of a lead", "use the number of `lead show`");
    }
    id
}

fn unknown(problem: &str) -> RowProblem {
    RowProblem::of_row(ProblemKind::LeadUnknown, "", problem, "import the lead first, or leave the row out")
}

/// The events of an undone import count no more; how many they are is told.
pub struct HistoryUndoing;

impl Undoing for HistoryUndoing {
    fn counts(&self) -> &'static [Count] {
        &[Count { key: "status_events", title: "status events taken back", ahead: "status events to take back" }]
    }

    fn take_back(&self, conn: &mut Db, import: &Import, stamp: &Stamp) -> Result<TakenBack, DbError> {
        let events = lead_status_history::count_of_import(conn, stamp.org, import.id)?;
        Ok(TakenBack { figures: vec![events], ..TakenBack::default() })
    }
}
