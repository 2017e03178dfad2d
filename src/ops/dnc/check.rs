//! "May we contact this number?" What was not checked is never reported as clear.

use std::collections::HashMap;

use serde::Serialize;

use crate::db::Stamp;
use crate::db::models::dnc::dnc_checks::{self, NewDncCheck};
use crate::db::models::dnc::dnc_entries::DncEntry;
use crate::db::models::dnc::dnc_requests;
use crate::db::models::dnc::dnc_spellings::{self, Reached};
use crate::db::types::Json;
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::{Channel, DncScope, Verdict};
use crate::domain::phone::reading::Reading;
use crate::domain::phone::{E164, PhoneProblem, plan};
use crate::domain::timestamp::Timestamp;

/// The name of the organization's own list: what the trade calls the internal do-not-call list.
pub const INTERNAL_LIST: &str = "internal";

/// The organization's setting that every check is recorded.
pub const RECORD_KEY: &str = "dnc.record_checks";

/// The longest input that a recorded check keeps, in characters.
const LONGEST_INPUT: usize = 400;

/// A number as somebody wrote it, and what was read.
#[derive(Debug, Clone)]
pub struct Asked {
    pub input: String,
    pub number: Result<Reading, PhoneProblem>,
}

/// Why a number is not clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The list that the number is on; none when it could not be checked.
    pub list: Option<&'static str>,
    pub reason: String,
    /// Since when it is listed.
    pub since: Option<Timestamp>,
    /// Which contacts the entry forbids.
    pub scope: Option<DncScope>,
    /// The number of the entry, when it is another spelling that reaches the same subscriber.
    pub listed_as: Option<String>,
}

/// The answer about one number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    pub input: String,
    /// E.164.
    pub number: Option<String>,
    pub verdict: Verdict,
    pub reasons: Vec<Reason>,
    pub lists_checked: Vec<&'static str>,
}

/// Answers for numbers, in order: for one channel, or for any.
///
/// # Errors
/// The database cannot be read.
pub fn check(
    conn: &mut Db,
    org: OrgId,
    asked: &[Asked],
    channel: Option<Channel>,
    now: Timestamp,
) -> Result<Vec<Answer>, DbError> {
    let numbers: Vec<String> =
        asked.iter().filter_map(|one| one.number.as_ref().ok()).flat_map(Reading::all).map(|n| n.to_string()).collect();
    let mut listed: HashMap<String, Vec<DncEntry>> = HashMap::new();
    for Reached { number, entry } in dnc_spellings::reaching(conn, org, &numbers, now)? {
        listed.entry(number).or_default().push(entry);
    }
    let undecided: HashMap<String, i64> = dnc_requests::undecided_numbers(conn, org)?.into_iter().rev().collect();
    let known = Known { listed, undecided };
    Ok(asked.iter().map(|one| answer(one, &known, channel, now)).collect())
}

/// What is known of the numbers.
struct Known {
    /// The entries that reach each.
    listed: HashMap<String, Vec<DncEntry>>,
    /// The first request of each that nobody has decided.
    undecided: HashMap<String, i64>,
}

fn answer(asked: &Asked, known: &Known, channel: Option<Channel>, now: Timestamp) -> Answer {
    let input = asked.input.clone();
    let reading = match &asked.number {
        Ok(reading) => reading,
        Err(problem) => {
            let (verdict, reasons) = (Verdict::Unknown, vec![Reason::unchecked(problem.to_string())]);
            return Answer { input, number: None, verdict, reasons, lists_checked: Vec::new() };
        }
    };
    let mut entries: Vec<(E164, &DncEntry)> = reading
        .all()
        .flat_map(|number| {
            known.listed.get(&number.to_string()).into_iter().flatten().map(move |entry| (number, entry))
        })
        .filter(|(_, entry)| entry.bans().hold(channel, now))
        .collect();
    // By the number itself before by another spelling.
    entries.sort_by_key(|(number, entry)| (entry.id, number.to_string() != entry.phone_number));
    entries.dedup_by_key(|(_, entry)| entry.id);
    let mut reasons: Vec<Reason> = entries.iter().map(|(number, entry)| Reason::of(entry, *number, now)).collect();
    let verdict = if reasons.is_empty() {
        // In doubt whether somebody wishes not to be contacted, nobody may say that they may be.
        let request = reading.all().find_map(|number| known.undecided.get(&number.to_string()));
        reasons.extend(request.map(|id| Reason::unchecked(format!("the request {id} is undecided: crmctl dnc due"))));
        if !plan::is_valid(reading.number) {
            reasons.push(Reason::unchecked(PhoneProblem::NotValid(None).to_string()));
        }
        if reasons.is_empty() { Verdict::Clear } else { Verdict::Unknown }
    } else {
        Verdict::Blocked
    };
    Answer { input, verdict, number: Some(reading.number.to_string()), reasons, lists_checked: vec![INTERNAL_LIST] }
}

impl Reason {
    /// Why a number could not be checked.
    fn unchecked(reason: String) -> Reason {
        Reason { list: None, reason, since: None, scope: None, listed_as: None }
    }

    fn of(entry: &DncEntry, number: E164, now: Timestamp) -> Reason {
        Reason {
            list: Some(INTERNAL_LIST),
            reason: entry.reason.clone().unwrap_or_else(|| entry.source.to_string()),
            since: Some(entry.added_at),
            scope: entry.bans().scope_at(now),
            listed_as: (entry.phone_number != number.to_string()).then(|| entry.phone_number.clone()),
        }
    }
}

/// Records answers, so that they can be proven later.
///
/// # Errors
/// The database refuses.
pub fn record(conn: &mut Db, answers: &[Answer], channel: Option<Channel>, stamp: &Stamp) -> Result<(), DbError> {
    let rows: Vec<NewDncCheck> = answers
        .iter()
        .map(|answer| NewDncCheck {
            organization_id: stamp.org.0,
            input: answer.input.chars().filter(|c| *c != '\0').take(LONGEST_INPUT).collect(),
            phone_number: answer.number.clone(),
            channel,
            verdict: answer.verdict,
            reasons: Json(serde_json::to_value(&answer.reasons).unwrap_or_default()),
            lists_checked: Json(answer.lists_checked.clone().into()),
            checked_by: stamp.changed_by,
            actor: stamp.actor.clone(),
            checked_at: stamp.now,
        })
        .collect();
    dnc_checks::append(conn, &rows)
}
