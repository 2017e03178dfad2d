//! "May we contact this number?" What was not checked is never reported as clear.

use serde::Serialize;

use super::lists::{Because, INTERNAL_LIST, Lists};
use crate::db::Stamp;
use crate::db::models::dnc::dnc_checks::{self, NewDncCheck};
use crate::db::models::dnc::dnc_entries::DncEntry;
use crate::db::models::dnc::registries::required::RequiredList;
use crate::db::types::Json;
use crate::db::{Db, DbError, OrgId};
use crate::domain::dnc::registry::Shortfall;
use crate::domain::dnc::{Channel, DncScope, Verdict};
use crate::domain::phone::reading::Reading;
use crate::domain::phone::{E164, PhoneProblem};
use crate::domain::timestamp::Timestamp;

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
    /// The list that the number is on, or that could not be asked; none when the number itself could not be looked up.
    pub list: Option<String>,
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
    pub lists_checked: Vec<String>,
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
    let numbers: Vec<E164> = asked.iter().filter_map(|one| one.number.as_ref().ok()).flat_map(Reading::all).collect();
    let mut lists = Lists::open(conn, org, channel, now)?;
    lists.look_up(conn, &numbers)?;
    Ok(asked.iter().map(|one| answer(one, &lists, now)).collect())
}

fn answer(asked: &Asked, lists: &Lists<DncEntry>, now: Timestamp) -> Answer {
    let judged = lists.judge(&asked.number);
    let read = asked.number.as_ref().ok().map(|reading| reading.number);
    let number = read.map(|number| number.to_string());
    let mut lists_checked: Vec<String> = number.iter().map(|_| INTERNAL_LIST.to_owned()).collect();
    for number in asked.number.iter().flat_map(Reading::all) {
        let answered = lists.registries_that_answered(number).map(|list| &list.name);
        for name in answered {
            if !lists_checked.contains(name) {
                lists_checked.push(name.clone());
            }
        }
    }
    let reasons = judged.because.iter().map(|because| Reason::of(because, read, now)).collect();
    Answer { input: asked.input.clone(), verdict: judged.verdict, number, reasons, lists_checked }
}

impl Reason {
    /// Why a number could not be checked.
    fn unchecked(reason: String) -> Reason {
        Reason { list: None, reason, since: None, scope: None, listed_as: None }
    }

    /// Why a registry does not say that a number is clear.
    fn short(list: &RequiredList, reason: &str) -> Reason {
        Reason { list: Some(list.name.clone()), ..Reason::unchecked(reason.to_owned()) }
    }

    fn on_registry(list: &RequiredList, listed: E164, read: Option<E164>) -> Reason {
        let as_of = list.revision.as_ref().map(|revision| format!(" (as of {})", revision.as_of.0));
        let reason = format!("on the registry{}", as_of.unwrap_or_default());
        let listed_as = (Some(listed) != read).then(|| listed.to_string());
        Reason { listed_as, ..Reason::short(list, &reason) }
    }

    fn of(because: &Because<'_, DncEntry>, read: Option<E164>, now: Timestamp) -> Reason {
        let (entry, number) = match because {
            Because::Listed { entry, number } => (entry, number),
            Because::Undecided(id) => {
                return Reason::unchecked(format!("the request {id} is undecided: crmctl dnc due"));
            }
            Because::OnRegistry { list, number: listed } => return Reason::on_registry(list, *listed, read),
            Because::Short { list, shortfall } => return Reason::short(list, &told(list, shortfall)),
            Because::NotAsked { list } => return Reason::short(list, "it was not asked"),
            Because::NotValid => return Reason::unchecked(PhoneProblem::NotValid(None).to_string()),
            Because::Unread(problem) => return Reason::unchecked(problem.to_string()),
        };
        Reason {
            list: Some(INTERNAL_LIST.to_owned()),
            reason: entry.reason.clone().unwrap_or_else(|| entry.source.to_string()),
            since: Some(entry.added_at),
            scope: entry.bans().scope_at(now),
            listed_as: (entry.phone_number != number.to_string()).then(|| entry.phone_number.clone()),
        }
    }
}

/// Why a registry does not say that a number is clear, and what to do about it.
fn told(list: &RequiredList, shortfall: &Shortfall) -> String {
    let name = &list.name;
    match shortfall {
        Shortfall::Missing => format!(
            "it must be honoured and is not loaded: crmctl dnc registry load {name} FILE --as-of DATE --region {}",
            list.country
        ),
        Shortfall::TooOld { as_of, max_age_days } => format!(
            "it is as of {as_of}, and may be {max_age_days} days old at most: crmctl dnc registry load {name} FILE --as-of DATE"
        ),
        Shortfall::NotCovered { area_code } => format!("what is loaded does not cover the area code {area_code}"),
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
