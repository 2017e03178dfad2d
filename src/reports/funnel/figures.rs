//! The figures of a funnel, as they are printed and as JSON has them.

use serde::Serialize;

use super::By;
use crate::domain::leads::status::Status;
use crate::domain::reports::funnel::{StageFigures, Stages, Tally};
use crate::domain::timestamp::Timestamp;
use crate::reports::ratios::{points, ratio};

vocabulary! {
    /// Which of its two questions a funnel answers.
    Mode {
        /// Of the leads created in the window, how many ever reached each stage?
        Cohort = "cohort",
        /// How many entries into each status happened in the window?
        Activity = "activity",
    }
}

/// How far the leads of a cohort came.
#[derive(Debug, Clone, Serialize)]
pub struct Cohort {
    pub mode: Mode,
    /// The window for people.
    pub window: String,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub timezone: String,
    pub within_days: Option<u16>,
    /// Leads created in the window.
    pub cohort: u64,
    /// Deleted leads that were created in the window; they are left out.
    pub deleted: i64,
    pub stages: Vec<Stage>,
    pub by: Option<By>,
    pub groups: Vec<CohortGroup>,
    pub previous: Option<Previous<Cohort>>,
    pub notes: Vec<String>,
}

/// One stage of a cohort's funnel.
#[derive(Debug, Clone, Serialize)]
pub struct Stage {
    pub stage: Status,
    /// Leads that came to this stage or further.
    pub reached: u64,
    /// Of the cohort.
    pub share: Option<f64>,
    /// Of those that reached the stage before.
    pub conversion: Option<f64>,
    pub advanced: u64,
    pub exited_cold: u64,
    pub exited_dnc: u64,
    pub here_now: u64,
    pub skipped: u64,
    /// From first entering the stage before to first entering this one.
    pub median_hours: Option<f64>,
    pub p90_hours: Option<f64>,
    /// What has changed against the window before, in percentage points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_change: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversion_change: Option<f64>,
}

/// A part of a cohort.
#[derive(Debug, Clone, Serialize)]
pub struct CohortGroup {
    /// What its leads have in common; `None` for the leads that have no such value.
    pub group: Option<String>,
    pub cohort: u64,
    pub stages: Vec<Stage>,
}

/// The same figures of the window before.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Previous<T>(pub Box<T>);

/// How many entries into each status happened.
#[derive(Debug, Clone, Serialize)]
pub struct Activity {
    pub mode: Mode,
    pub window: String,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub timezone: String,
    /// Entries into any status.
    pub entries: u64,
    /// The stages of the funnel in their order, then the other statuses.
    pub stages: Vec<Entered>,
    pub by: Option<By>,
    pub groups: Vec<ActivityGroup>,
    pub previous: Option<Previous<Activity>>,
    pub notes: Vec<String>,
}

/// The entries into one status.
#[derive(Debug, Clone, Serialize)]
pub struct Entered {
    pub stage: Status,
    pub entries: u64,
    /// Of all entries.
    pub share: Option<f64>,
    /// What has changed against the window before: entries, and percentage points of the share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries_change: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_change: Option<f64>,
}

/// The entries of some leads, or in one month.
#[derive(Debug, Clone, Serialize)]
pub struct ActivityGroup {
    pub group: Option<String>,
    pub entries: u64,
    pub stages: Vec<Entered>,
}

/// How long leads stayed in each status.
#[derive(Debug, Clone, Serialize)]
pub struct Stays {
    pub window: String,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub timezone: String,
    /// Leads created in the window.
    pub cohort: u64,
    pub stages: Vec<StayStage>,
    pub notes: Vec<String>,
}

/// The stays in one status.
#[derive(Debug, Clone, Serialize)]
pub struct StayStage {
    pub stage: Status,
    /// Stays that have ended.
    pub stays: u64,
    /// Leads that are in it now.
    pub here_now: u64,
    /// Nearest ranks of the stays that have ended.
    pub p10_hours: Option<f64>,
    pub p25_hours: Option<f64>,
    pub median_hours: Option<f64>,
    pub p75_hours: Option<f64>,
    pub p90_hours: Option<f64>,
    pub longest_hours: Option<f64>,
    /// For how long those that are in it now have been there, at the median.
    pub here_median_hours: Option<f64>,
    /// How the stays that have ended are distributed.
    pub buckets: Vec<Bucket>,
}

/// The stays shorter than so many hours, and not in the bucket before; the last bucket is open.
#[derive(Debug, Clone, Serialize)]
pub struct Bucket {
    pub below_hours: Option<u32>,
    pub stays: u64,
}

/// Hours to the second.
pub(super) fn hours(seconds: u32) -> f64 {
    (f64::from(seconds) / 3600.0 * 10_000.0).round() / 10_000.0
}

/// The stages of a tally.
pub(super) fn stages_of(stages: &Stages, cohort: u64, figures: &[StageFigures]) -> Vec<Stage> {
    let mut before = None;
    let mut out = Vec::with_capacity(figures.len());
    for (stage, figures) in stages.iter().zip(figures) {
        out.push(Stage {
            stage,
            reached: figures.reached,
            share: ratio(figures.reached, cohort),
            conversion: before.and_then(|before| ratio(figures.reached, before)),
            advanced: figures.advanced,
            exited_cold: figures.exited_cold,
            exited_dnc: figures.exited_dnc,
            here_now: figures.here_now,
            skipped: figures.skipped,
            median_hours: figures.median_seconds.map(hours),
            p90_hours: figures.p90_seconds.map(hours),
            share_change: None,
            conversion_change: None,
        });
        before = Some(figures.reached);
    }
    out
}

/// The figures of a group of a cohort.
pub(super) fn group_of(stages: &Stages, group: Option<String>, tally: Tally) -> CohortGroup {
    let cohort = tally.cohort();
    CohortGroup { group, cohort, stages: stages_of(stages, cohort, &tally.figures()) }
}

/// The entries into each status, in the order of the stages.
pub(super) fn entered_of(stages: &Stages, counts: &[u64; Status::ALL.len()]) -> (u64, Vec<Entered>) {
    let all = counts.iter().sum();
    let of = |stage: Status| {
        let entries =
            Status::ALL.iter().zip(counts).find(|(status, _)| **status == stage).map_or(0, |(_, count)| *count);
        Entered { stage, entries, share: ratio(entries, all), entries_change: None, share_change: None }
    };
    (all, stages.then_others().into_iter().map(of).collect())
}

impl Cohort {
    /// Sets this cohort beside that of the window before.
    pub fn compare(&mut self, previous: Cohort) {
        for (stage, before) in self.stages.iter_mut().zip(&previous.stages) {
            stage.share_change = points(stage.share, before.share);
            stage.conversion_change = points(stage.conversion, before.conversion);
        }
        for group in &mut self.groups {
            let before = previous.groups.iter().find(|other| other.group == group.group);
            for (stage, before) in group.stages.iter_mut().zip(before.into_iter().flat_map(|other| &other.stages)) {
                stage.share_change = points(stage.share, before.share);
                stage.conversion_change = points(stage.conversion, before.conversion);
            }
        }
        self.previous = Some(Previous(Box::new(previous)));
    }
}

impl Activity {
    /// Sets these entries beside those of the window before.
    pub fn compare(&mut self, previous: Activity) {
        set_beside(&mut self.stages, &previous.stages);
        for group in &mut self.groups {
            if let Some(before) = previous.groups.iter().find(|other| other.group == group.group) {
                set_beside(&mut group.stages, &before.stages);
            }
        }
        self.previous = Some(Previous(Box::new(previous)));
    }
}

fn set_beside(now: &mut [Entered], before: &[Entered]) {
    for (now, before) in now.iter_mut().zip(before) {
        let entries = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        now.entries_change = Some(entries(now.entries).saturating_sub(entries(before.entries)));
        now.share_change = points(now.share, before.share);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_to_the_second() {
        assert_eq!((hours(5400), hours(1)), (1.5, 0.0003));
    }
}
