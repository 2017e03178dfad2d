//! Erasing a person: what is stored of them leaves the lead, its merged twins, their logs and the texts of others; a tombstone
//! with keyed hashes stays, and the do-not-call list keeps the bare number.

mod person;
pub mod tombstones;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::db::bulk::Stamp;
use crate::db::models::lead_audit_log;
use crate::db::models::leads::{self, Lead};
use crate::db::models::{
    budget_accounts, budget_transactions, dnc_checks, dnc_entries, dnc_requests, erasures, imports, lead_assignments,
    lead_merges, lead_notes, lead_phones, lead_source_cost_log, lead_source_costs, lead_tags, segments,
};
use crate::db::{Db, DbError, OrgId};
use crate::domain::erasure::{Redaction, hash_of_email, hash_of_phone};
use crate::ops::lead_search::refresh::take_out;
use person::Person;

/// Why nobody was erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the lead {0} is erased already")]
    Erased(i64),
    #[error("no key for the hashes can be made: {0}")]
    NoRandom(String),
}

/// What an erasure took away, in counts, and what a person must look after.
#[derive(Debug, Default, Serialize)]
pub struct Erased {
    /// The lead and its merged twins: their rows stay as tombstones.
    pub lead_ids: Vec<i64>,
    pub tags: usize,
    pub phones: usize,
    pub notes: usize,
    /// Entries of the audit log whose values were blanked.
    pub audit_entries: usize,
    /// Rows of the status history whose reasons were blanked.
    pub status_reasons: usize,
    /// Assignments whose filters were blanked or changed.
    pub assignments: usize,
    /// Records of the do-not-call list out of whose texts the person was taken; the numbers stay.
    pub dnc_records: usize,
    /// Notes of costs and reasons of their changes out of which the person's phones and emails were taken.
    pub cost_texts: usize,
    /// Records of imports out of whose texts the person was taken.
    pub imports: usize,
    /// Leads that have or had a phone or email of the person, were not merged, and are not erased.
    pub other_lead_ids: Vec<i64>,
    /// Segments whose filters speak of the person, and were left as they are.
    pub segments: Vec<String>,
    /// Transactions of the budget ledger whose texts hold a phone or email of the person: they cannot be changed.
    pub ledger: Vec<String>,
    pub dry_run: bool,
}

/// Every lead that is one with this one by merges: the survivor first.
///
/// # Errors
/// The database cannot be read.
pub fn twins(conn: &mut Db, org: OrgId, lead: &Lead) -> Result<Vec<i64>, DbError> {
    let mut survivor = lead.clone();
    while let Some(into) = survivor.merged_into_id {
        match leads::by_ids(conn, org, &[into])?.pop() {
            Some(next) => survivor = next,
            None => break,
        }
    }
    let mut ids = vec![survivor.id];
    ids.extend(lead_merges::absorbed_by(conn, org, survivor.id)?);
    Ok(ids)
}

/// Erases the person of a lead. The caller holds [`crate::db::Lock::Erasure`].
///
/// # Errors
/// The person is erased already, or the database refuses.
pub fn erase(conn: &mut Db, lead: &Lead, reason: Option<&str>, stamp: &Stamp) -> Result<Erased, EraseError> {
    let org = stamp.org;
    let ids = twins(conn, org, lead)?;
    let gone = erasures::erased_among(conn, org, &ids)?;
    let rest: Vec<i64> = ids.iter().copied().filter(|id| !gone.contains_key(id)).collect();
    let mut stored = leads::by_ids_for_change(conn, org, &rest)?;
    if stored.is_empty() {
        return Err(EraseError::Erased(lead.id));
    }
    stored.sort_unstable_by_key(|lead| lead.id);
    let person = Person::of(conn, org, &stored)?;
    let redaction = person.redaction();
    let mut erased = Erased { lead_ids: stored.iter().map(|lead| lead.id).collect(), ..Erased::default() };
    erased.other_lead_ids = person.others(conn, org, &erased.lead_ids)?;
    erased.segments = naming(conn, org, &redaction)?;
    let key = tombstones::key(conn, org)?;
    let mut hashes: Vec<_> = person.phones.iter().map(|number| hash_of_phone(&key, number)).collect();
    hashes.extend(person.emails.iter().map(|email| hash_of_email(&key, email)));
    for lead in stored {
        let id = lead.id;
        erasures::insert(conn, id, reason, &hashes, stamp)?;
        erased.audit_entries += erasures::blank_audit_log(conn, org, id)?;
        erased.status_reasons += erasures::blank_status_history(conn, org, id)?;
        erased.assignments += erasures::blank_assignments(conn, org, id)?;
        erased.tags += lead_tags::delete_of_lead(conn, org, id)?;
        erased.phones += lead_phones::delete_of_lead(conn, org, id)?;
        erased.notes += lead_notes::delete_of_lead(conn, org, id)?;
        leads::update(conn, &tombstone(lead, stamp))?;
        lead_audit_log::append(conn, &[stamp.audit(id, "erase")])?;
    }
    erased.assignments += leave_assignments(conn, &person, &redaction, &erased, stamp)?;
    erased.dnc_records = leave_dnc(conn, &person, &redaction, &erased, stamp)?;
    erased.ledger = in_ledger(conn, org, &redaction)?;
    erased.cost_texts = leave_costs(conn, &redaction, &erased, stamp)?;
    erased.imports = leave_imports(conn, &redaction, stamp)?;
    take_out(conn, org, &erased.lead_ids)?;
    Ok(erased)
}

/// What stays of a lead: what reports count, and the opt-outs.
fn tombstone(lead: Lead, stamp: &Stamp) -> Lead {
    Lead {
        id: lead.id,
        uid: lead.uid,
        owner_id: lead.owner_id,
        status: lead.status,
        status_changed_at: lead.status_changed_at,
        lead_score: lead.lead_score,
        temperature: lead.temperature,
        source: lead.source,
        campaign: lead.campaign,
        value_cents: lead.value_cents,
        currency: lead.currency,
        consent_status: lead.consent_status,
        consent_at: lead.consent_at,
        email_opted_out_at: lead.email_opted_out_at,
        import_id: lead.import_id,
        first_contacted_at: lead.first_contacted_at,
        last_contacted_at: lead.last_contacted_at,
        expected_close_date: lead.expected_close_date,
        merged_into_id: lead.merged_into_id,
        deleted_at: lead.deleted_at.or(Some(stamp.now)),
        created_at: lead.created_at,
        updated_at: stamp.now,
        version: lead.version + 1,
        ..Lead::blank(stamp.org, stamp.now)
    }
}

/// Segments whose filters speak of the person.
fn naming(conn: &mut Db, org: OrgId, redaction: &Redaction) -> Result<Vec<String>, DbError> {
    let all = segments::all(conn, org)?;
    let speaks = |segment: &segments::Segment| redaction.redact_json(&mut segment.filter.0.clone());
    Ok(all.into_iter().filter(speaks).map(|segment| segment.name).collect())
}

/// Transactions that hold a phone or email of the person.
fn in_ledger(conn: &mut Db, org: OrgId, redaction: &Redaction) -> Result<Vec<String>, DbError> {
    let redaction = redaction.without_names();
    let mut found: BTreeSet<(i64, i64)> = BTreeSet::new();
    budget_transactions::each_text(conn, org, |account, sequence, text| {
        if redaction.redact(text).is_some() {
            found.insert((account, sequence));
        }
    })?;
    let accounts = budget_accounts::all(conn, org)?;
    let name = |id: i64| accounts.iter().find(|account| account.id == id).map_or("", |account| account.name.as_str());
    Ok(found.into_iter().map(|(account, sequence)| format!("{} number {sequence}", name(account))).collect())
}

/// Takes the person out of the filters by which other leads were assigned.
fn leave_assignments(
    conn: &mut Db,
    person: &Person,
    redaction: &Redaction,
    erased: &Erased,
    stamp: &Stamp,
) -> Result<usize, DbError> {
    let mut changed = 0;
    let Some(lead) = erased.lead_ids.first().copied() else { return Ok(0) };
    for text in person.emails.iter().map(String::as_str).chain(person.phones.iter().map(|n| n.trim_start_matches('+')))
    {
        for (id, context) in lead_assignments::chosen_by(conn, stamp.org, text)? {
            if let Some(redacted) = redaction.redact(&context) {
                erasures::mark_row(conn, stamp.org, "lead_assignments", id, lead)?;
                lead_assignments::set_context(conn, stamp.org, id, &redacted)?;
                changed += 1;
            }
        }
    }
    Ok(changed)
}

/// Takes names and emails out of what is written about the person's numbers; the numbers stay.
fn leave_dnc(
    conn: &mut Db,
    person: &Person,
    redaction: &Redaction,
    erased: &Erased,
    stamp: &Stamp,
) -> Result<usize, DbError> {
    let (org, redaction) = (stamp.org, redaction.without_phones());
    let Some(lead) = erased.lead_ids.first().copied() else { return Ok(0) };
    let leave = |text: &mut Option<String>| match text.as_deref().and_then(|text| redaction.redact(text)) {
        Some(redacted) => text.replace(redacted).is_some(),
        None => false,
    };
    let mut changed = 0;
    for number in &person.phones {
        for mut request in dnc_requests::of_number(conn, org, number)? {
            if leave(&mut request.reason) | leave(&mut request.text) | leave(&mut request.decision_reason) {
                erasures::mark_row(conn, org, "dnc_requests", request.id, lead)?;
                dnc_requests::set_texts(conn, org, &request)?;
                changed += 1;
            }
        }
        for mut entry in dnc_entries::of_number(conn, org, number)? {
            if leave(&mut entry.reason) | leave(&mut entry.evidence) | leave(&mut entry.removal_reason) {
                dnc_entries::set_texts(conn, org, &entry, stamp.now)?;
                changed += 1;
            }
        }
        for (id, input, mut reasons) in dnc_checks::texts_of_number(conn, org, number)? {
            let typed = redaction.redact(&input);
            if redaction.redact_json(&mut reasons.0) | typed.is_some() {
                erasures::mark_row(conn, org, "dnc_checks", id, lead)?;
                dnc_checks::set_texts(conn, org, id, &typed.unwrap_or(input), &reasons)?;
                changed += 1;
            }
        }
    }
    Ok(changed)
}

/// Takes phones and emails out of what is written about costs.
fn leave_costs(conn: &mut Db, redaction: &Redaction, erased: &Erased, stamp: &Stamp) -> Result<usize, DbError> {
    let (org, redaction) = (stamp.org, redaction.without_names());
    let Some(lead) = erased.lead_ids.first().copied() else { return Ok(0) };
    let mut changed = 0;
    for (id, note) in lead_source_costs::notes(conn, org)? {
        if let Some(redacted) = redaction.redact(&note) {
            lead_source_costs::set_note(conn, id, &redacted, stamp)?;
            changed += 1;
        }
    }
    for (id, reason) in lead_source_cost_log::reasons(conn, org)? {
        if let Some(redacted) = redaction.redact(&reason) {
            erasures::mark_row(conn, org, "lead_source_cost_log", id, lead)?;
            lead_source_cost_log::set_reason(conn, org, id, &redacted)?;
            changed += 1;
        }
    }
    Ok(changed)
}

/// Where the record of an import holds what a file or a person said; the rest is the program's own words.
const SAID: [&str; 10] = [
    "file_name",
    "rejects_file",
    "skipped_file",
    "example_value",
    "example_column",
    "example_problem",
    "header",
    "value",
    "tags",
    "source_system",
];

/// Takes the person out of the names and example values that records of imports keep.
fn leave_imports(conn: &mut Db, redaction: &Redaction, stamp: &Stamp) -> Result<usize, DbError> {
    let mut changed = 0;
    for mut import in imports::latest(conn, stamp.org, i64::MAX)? {
        let name = redaction.redact(&import.file_name);
        let is_named = name.is_some();
        import.file_name = name.unwrap_or(import.file_name);
        let in_json = [&mut import.mapping, &mut import.options, &mut import.counts]
            .into_iter()
            .fold(false, |any, json| redaction.redact_fields(&mut json.0, &SAID) | any);
        if is_named || in_json {
            imports::set_texts(conn, stamp.org, &import, stamp.now)?;
            changed += 1;
        }
    }
    Ok(changed)
}
