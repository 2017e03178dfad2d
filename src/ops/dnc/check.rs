//! "May we contact this number?" What was not checked is never reported as clear.

use std::collections::HashMap;

use serde::Serialize;

use crate::db::Stamp;
use crate::db::models::dnc::dnc_checks::{self, NewDncCheck};
use crate::db::models::dnc::dnc_entries::{self, DncEntry};
use crate::db::types::Json;
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::{Channel, DncScope, Verdict};
use crate::domain::phone::{E164, PhoneProblem};
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
    pub number: Result<E164, PhoneProblem>,
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
    let numbers: Vec<String> = asked.iter().filter_map(|one| one.number.as_ref().ok()).map(E164::to_string).collect();
    let entries = dnc_entries::in_force_among(conn, org, &numbers, now)?;
    let listed: HashMap<&str, &DncEntry> = entries.iter().map(|entry| (entry.phone_number.as_str(), entry)).collect();
    Ok(asked.iter().map(|one| answer(one, &listed, channel)).collect())
}

fn answer(asked: &Asked, listed: &HashMap<&str, &DncEntry>, channel: Option<Channel>) -> Answer {
    let number = match &asked.number {
        Ok(number) => number.to_string(),
        Err(problem) => {
            let reason = Reason { list: None, reason: problem.to_string(), since: None, scope: None };
            let verdict = Verdict::Unknown;
            return Answer {
                input: asked.input.clone(),
                number: None,
                verdict,
                reasons: vec![reason],
                lists_checked: Vec::new(),
            };
        }
    };
    let entry = listed.get(number.as_str()).filter(|entry| entry.scope.forbids(channel));
    let reasons: Vec<Reason> = entry.map(|entry| reason(entry)).into_iter().collect();
    Answer {
        input: asked.input.clone(),
        verdict: if reasons.is_empty() { Verdict::Clear } else { Verdict::Blocked },
        number: Some(number),
        reasons,
        lists_checked: vec![INTERNAL_LIST],
    }
}

fn reason(entry: &DncEntry) -> Reason {
    Reason {
        list: Some(INTERNAL_LIST),
        reason: entry.reason.clone().unwrap_or_else(|| entry.source.to_string()),
        since: Some(entry.added_at),
        scope: Some(entry.scope),
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
