//! How long leads stayed in each status.

use super::figures::hours;
use super::members::Members;
use super::{Bucket, Question, StayStage, Stays};
use crate::db::models::leads::status_rows::StatusRow;
use crate::db::{Db, DbError};
use crate::domain::leads::status::Status;
use crate::domain::reports::funnel::{Entry, nearest_rank, stays_of};

/// The ends of the buckets, in hours: an hour, a day, three days, a week, two weeks, thirty and ninety days.
const BUCKETS: [u32; 7] = [1, 24, 72, 168, 336, 720, 2160];

/// How long the leads created in the window stayed in each status.
///
/// # Errors
/// The database cannot be read.
pub fn stays(conn: &mut Db, question: &Question) -> Result<Stays, DbError> {
    let members = Members::load(conn, question, None)?;
    let mut rows: Vec<(u32, StatusRow)> = Vec::new();
    members.each_row(conn, question, |place, row| rows.push((place as u32, row)))?;
    rows.sort_unstable_by_key(|(place, row)| (*place, row.at, row.id));
    let mut ended: Vec<Vec<u32>> = vec![Vec::new(); Status::ALL.len()];
    let mut open: Vec<Vec<u32>> = ended.clone();
    for of_lead in rows.chunk_by(|a, b| a.0 == b.0) {
        let entry = |row: &StatusRow| Entry { status: row.status, at: row.at, puts_back: row.puts_back };
        let entries: Vec<Entry> = of_lead.iter().map(|(_, row)| entry(row)).collect();
        for stay in stays_of(&entries, question.at.now) {
            let into = if stay.is_open { &mut open } else { &mut ended };
            if let Some(place) = place_of(stay.status) {
                into[place].push(stay.seconds);
            }
        }
    }
    let stages = question.stages.then_others().into_iter().filter_map(|stage| {
        let place = place_of(stage)?;
        Some(figures(stage, std::mem::take(&mut ended[place]), std::mem::take(&mut open[place])))
    });
    Ok(Stays {
        window: question.window.name(),
        since: question.window.since(),
        until: question.window.until(),
        timezone: question.timezone(),
        cohort: members.leads.len() as u64,
        stages: stages.collect(),
        notes: Vec::new(),
    })
}

fn place_of(status: Status) -> Option<usize> {
    Status::ALL.iter().position(|known| *known == status)
}

fn figures(stage: Status, mut ended: Vec<u32>, mut open: Vec<u32>) -> StayStage {
    let mut rank = |part: usize, whole: usize| nearest_rank(&mut ended, part, whole).map(hours);
    let (p10_hours, p25_hours, median_hours, p75_hours, p90_hours, longest_hours) =
        (rank(1, 10), rank(1, 4), rank(1, 2), rank(3, 4), rank(9, 10), rank(1, 1));
    let here_now = open.len() as u64;
    StayStage {
        stage,
        stays: ended.len() as u64,
        here_now,
        p10_hours,
        p25_hours,
        median_hours,
        p75_hours,
        p90_hours,
        longest_hours,
        here_median_hours: nearest_rank(&mut open, 1, 2).map(hours),
        buckets: buckets(&ended),
    }
}

fn buckets(seconds: &[u32]) -> Vec<Bucket> {
    let mut counts = [0u64; BUCKETS.len() + 1];
    for second in seconds {
        counts[BUCKETS.partition_point(|end| end * 3600 <= *second)] += 1;
    }
    let ends = BUCKETS.iter().map(|end| Some(*end)).chain([None]);
    ends.zip(counts).map(|(below_hours, stays)| Bucket { below_hours, stays }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stay_is_in_one_bucket() {
        let counted: Vec<u64> =
            buckets(&[0, 3599, 3600, 86_399, 86_400, 7_775_999, 7_776_000, u32::MAX]).iter().map(|b| b.stays).collect();
        assert_eq!(counted, [2, 2, 1, 0, 0, 0, 1, 2]);
    }
}
