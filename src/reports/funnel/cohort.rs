//! How far the leads created in a window came.

use std::cmp::Reverse;

use super::breakdown::Groups;
use super::figures::{group_of, hours, stages_of};
use super::members::{Members, exit_of};
use super::{Breakdown, By, Cohort, CohortGroup, Mode, Question};
use crate::db::models::leads::status_rows::StatusRow;
use crate::db::{Db, DbError};
use crate::domain::leads::status::Status;
use crate::domain::reports::funnel::{Exit, Journeys, StageFigures, Tally};
use crate::domain::timestamp::Timestamp;
use crate::reports::leads;

/// How far the leads created in the window came, and each part of them.
///
/// # Errors
/// The database cannot be read.
pub fn cohort(conn: &mut Db, question: &Question, breakdown: Option<&Breakdown>) -> Result<Cohort, DbError> {
    let mut members = Members::load(conn, question, breakdown.and_then(|breakdown| breakdown.by.column()))?;
    let journeys = journeys(conn, question, &members)?;
    let stages = &question.stages;
    let mut whole = Tally::new(stages.count());
    journeys.iter().for_each(|journey| whole.add(journey));
    let cohort = whole.cohort();
    let figures = whole.figures();
    let mut notes = Vec::new();
    notes.extend(too_young(question, &members, &figures));
    let groups = match breakdown {
        None => Vec::new(),
        Some(breakdown) => {
            let mut groups = Groups::of(conn, question, breakdown, &mut members)?;
            notes.extend(breakdown.by.note());
            notes.append(&mut groups.met);
            parts(question, breakdown.by, &journeys, groups)
        }
    };
    let deleted = leads::deleted(conn, &question.at, &question.filter, &question.window)?;
    notes.extend(leads::left_out(deleted));
    Ok(Cohort {
        mode: Mode::Cohort,
        window: question.window.name(),
        since: question.window.since(),
        until: question.window.until(),
        timezone: question.timezone(),
        within_days: question.within_days,
        cohort,
        deleted,
        stages: stages_of(stages, cohort, &figures),
        by: breakdown.map(|breakdown| breakdown.by),
        groups,
        previous: None,
        notes,
    })
}

/// What each lead of the cohort did.
fn journeys(conn: &mut Db, question: &Question, members: &Members) -> Result<Journeys, DbError> {
    let exit_now = |exit: Option<Exit>| exit.filter(|_| question.within_days.is_none());
    let exits = members.leads.iter().map(|lead| exit_now(lead.exit)).collect();
    let mut journeys = Journeys::new(question.stages.count(), exits);
    let places: Vec<Option<usize>> = Status::ALL.iter().map(|status| question.stages.place(*status)).collect();
    // With a deadline the exit is what the last row before it says, of rows of one time the more final.
    let mut last: Vec<Option<(Timestamp, u8)>> = match question.within_days {
        Some(_) => vec![None; members.leads.len()],
        None => Vec::new(),
    };
    members.each_row(conn, question, |lead, row: StatusRow| {
        if question.within_days.is_some()
            && question.deadline(members.leads[lead].created).is_some_and(|deadline| row.at >= deadline)
        {
            return;
        }
        if !row.puts_back
            && let Some(Some(stage)) = places.get(row.status as usize)
        {
            journeys.enter(lead, *stage, row.at);
        }
        if let Some(last) = last.get_mut(lead) {
            let exit = exit_of(row.status);
            let finality = match exit {
                None => 0,
                Some(Exit::Cold) => 1,
                Some(Exit::Dnc) => 2,
            };
            if last.is_none_or(|known| known < (row.at, finality)) {
                *last = Some((row.at, finality));
                journeys.leave(lead, exit);
            }
        }
    })?;
    Ok(journeys)
}

/// The parts of a cohort: months in their order, others the greatest first, and leads without a value last.
fn parts(question: &Question, by: By, journeys: &Journeys, groups: Groups) -> Vec<CohortGroup> {
    let mut tallies: Vec<Tally> = groups.names.iter().map(|_| Tally::new(question.stages.count())).collect();
    for (lead, group) in groups.pairs {
        if let Some(journey) = journeys.of(lead as usize) {
            tallies[group as usize].add(journey);
        }
    }
    let named = groups.names.into_iter().zip(tallies);
    let mut parts: Vec<CohortGroup> = named.map(|(name, tally)| group_of(&question.stages, name, tally)).collect();
    match by {
        By::Month => parts.sort_by(|a, b| a.group.cmp(&b.group)),
        _ => parts.sort_by_cached_key(|part| (part.group.is_none(), Reverse(part.cohort), part.group.clone())),
    }
    parts
}

/// Warns when some leads of the cohort have had less time than the way through the funnel takes: what half of those take
/// who go from one stage to the next, added up.
fn too_young(question: &Question, members: &Members, figures: &[StageFigures]) -> Option<String> {
    let now = question.at.now.as_micros();
    let (needed, what) = match question.within_days {
        Some(days) => (i64::from(days) * 86_400, format!("the {days} days that --within gives them")),
        None => {
            let needed: i64 = figures.iter().filter_map(|stage| stage.median_seconds).map(i64::from).sum();
            let hours = hours(u32::try_from(needed).unwrap_or(u32::MAX));
            (needed, format!("the {} that the stages take at the median, one after the other", span(hours)))
        }
    };
    let is_young = |created: Timestamp| now.saturating_sub(created.as_micros()) < needed.saturating_mul(1_000_000);
    let young = members.leads.iter().filter(|lead| is_young(lead.created)).count();
    if young == 0 {
        return None;
    }
    let advice = match question.within_days {
        Some(_) => "end the window earlier",
        None => "end the window earlier, or compare by --within",
    };
    let leads = if young == 1 { "lead has" } else { "leads have" };
    Some(format!("{young} {leads} had less time than {what}, and may still go on; {advice}"))
}

/// A length of time for people.
fn span(hours: f64) -> String {
    match hours {
        hours if hours < 48.0 => format!("{hours:.1} hours"),
        hours => format!("{:.1} days", hours / 24.0),
    }
}
