//! The sum by which leads are ordered: fixed points for each thing that speaks for contacting a lead now. docs/next.md has the table.

use serde::Serialize;

use super::{DAY, HOUR, MINUTE, TaskKind};
use crate::domain::timestamp::Timestamp;

/// What the sum is made of.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    pub now: Timestamp,
    pub is_new: bool,
    pub created_at: Timestamp,
    pub score: Option<i16>,
    pub last_contacted_at: Option<Timestamp>,
    pub last_attempted_at: Option<Timestamp>,
    /// When the lead last did something itself.
    pub last_engagement_at: Option<Timestamp>,
    pub next_contact_at: Option<Timestamp>,
    /// The open task that is due first.
    pub task: Option<(Timestamp, TaskKind)>,
    /// By how much the score is higher than [`RISE_DAYS`] ago, where a run raised it since.
    pub rise: i16,
    pub tie: Tie,
    /// How long after their last contact leads were won: the median, in microseconds.
    pub pace: Option<i64>,
}

/// What the lead is to the person for whom the list is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tie {
    #[default]
    None,
    Own,
    /// Nobody's, in a territory of theirs.
    Territory,
}

vocabulary! {
    /// A part of the sum.
    Part {
        Due = "due",
        Fresh = "fresh",
        Answered = "answered",
        Score = "score",
        Rise = "rise",
        Pace = "pace",
        Owner = "owner",
    }
}

vocabulary! {
    /// What the sum says in a word.
    Priority {
        Low = "low",
        Medium = "medium",
        High = "high",
        Urgent = "urgent",
    }
}

impl Priority {
    pub fn of(points: i32) -> Priority {
        match points {
            60.. => Priority::Urgent,
            40.. => Priority::High,
            20.. => Priority::Medium,
            _ => Priority::Low,
        }
    }
}

/// A part of a lead's sum, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    pub part: Part,
    pub points: i32,
    pub reason: String,
}

/// For how long a new lead that nobody has touched has points, the latest first.
pub const FRESH: [(i64, i32); 4] = [(5 * MINUTE, 35), (HOUR, 30), (DAY, 20), (7 * DAY, 10)];

/// For how long an answer that nobody has got back on has points.
pub const ANSWERED: [(i64, i32); 3] = [(DAY, 20), (7 * DAY, 12), (30 * DAY, 5)];

/// Points of what is due, and for how many days each adds one more.
pub const DUE: i32 = 30;
pub const DUE_DAYS: i64 = 10;

/// The points of a contact that is as long ago as won leads took.
pub const PACE: i32 = 10;

/// Rises of the score that count, the largest first, and for how many days they do.
pub const RISES: [(i16, i32); 2] = [(20, 10), (10, 5)];
pub const RISE_DAYS: i64 = 7;

/// Points of what is due since then.
pub fn points_of_due(due: Timestamp, now: Timestamp) -> i32 {
    match now.as_micros() - due.as_micros() {
        late if late < 0 => 0,
        late => DUE + i32::try_from((late / DAY).min(DUE_DAYS)).unwrap_or_default(),
    }
}

pub fn points_of_score(score: Option<i16>) -> i32 {
    i32::from(score.unwrap_or_default()) / 5
}

pub fn points_of_rise(rise: i16) -> i32 {
    RISES.iter().find(|(least, _)| rise >= *least).map_or(0, |(_, points)| *points)
}

/// Points of a last contact by how long after theirs leads were won.
pub fn points_of_pace(contacted: Timestamp, pace: i64, now: Timestamp) -> i32 {
    let waited = i128::from((now.as_micros() - contacted.as_micros()).clamp(0, pace.max(1)));
    i32::try_from(waited * i128::from(PACE) / i128::from(pace.max(1))).unwrap_or(PACE)
}

/// Points of an answer that nobody has got back on.
pub fn points_of_answer(at: Timestamp, now: Timestamp) -> i32 {
    within(&ANSWERED, at, now)
}

/// Points of something that was so long ago, by the longest times that have them.
fn within(ages: &[(i64, i32)], since: Timestamp, now: Timestamp) -> i32 {
    match now.as_micros() - since.as_micros() {
        age if age < 0 => 0,
        age => ages.iter().find(|(longest, _)| age < *longest).map_or(0, |(_, points)| *points),
    }
}

impl Inputs {
    /// What is due first of the next contact and the tasks, if it is due.
    fn due(&self) -> Option<Timestamp> {
        let task = self.task.map(|(due, _)| due);
        self.next_contact_at.into_iter().chain(task).min().filter(|due| *due <= self.now)
    }

    /// Whether nobody has tried to reach the lead.
    fn is_untouched(&self) -> bool {
        self.is_new && self.last_contacted_at.is_none() && self.last_attempted_at.is_none()
    }

    /// When the lead answered, if nobody has got back to it.
    fn answered(&self) -> Option<Timestamp> {
        self.last_engagement_at.filter(|at| Some(*at) > self.last_contacted_at.max(self.last_attempted_at))
    }

    /// The points of each part.
    fn points(&self, part: Part) -> i32 {
        match part {
            Part::Due => self.due().map_or(0, |due| points_of_due(due, self.now)),
            Part::Fresh if self.is_untouched() => within(&FRESH, self.created_at, self.now),
            Part::Fresh => 0,
            Part::Answered => self.answered().map_or(0, |at| points_of_answer(at, self.now)),
            Part::Score => points_of_score(self.score),
            Part::Rise => points_of_rise(self.rise),
            Part::Pace => match (self.last_contacted_at, self.pace) {
                (Some(contacted), Some(pace)) => points_of_pace(contacted, pace, self.now),
                _ => 0,
            },
            Part::Owner => points_of_tie(self.tie),
        }
    }

    /// The sum.
    pub fn total(&self) -> i32 {
        Part::ALL.iter().map(|part| self.points(*part)).sum()
    }

    fn told(&self, part: Part) -> String {
        let ago = |at: Timestamp| for_so_long(self.now.as_micros() - at.as_micros());
        match part {
            Part::Due => match (self.due(), self.task) {
                (Some(due), Some((task, kind))) if due == task => format!("a task ({kind}) was due {} ago", ago(due)),
                (Some(due), _) => format!("the next contact was due {} ago", ago(due)),
                (None, _) => String::new(),
            },
            Part::Fresh => format!("new, and untouched for {}", ago(self.created_at)),
            Part::Answered => {
                format!("answered {} ago, and nobody got back", self.answered().map(ago).unwrap_or_default())
            }
            Part::Score => format!("score {}", self.score.unwrap_or_default()),
            Part::Rise => format!("score rose by {} within {RISE_DAYS} days", self.rise),
            Part::Pace => format!(
                "last contact {} ago; won leads were won within {} (median)",
                self.last_contacted_at.map(ago).unwrap_or_default(),
                for_so_long(self.pace.unwrap_or_default())
            ),
            Part::Owner if self.tie == Tie::Own => "their own lead".to_owned(),
            Part::Owner => "nobody's lead in their territory".to_owned(),
        }
    }
}

/// What a lead's owner adds.
pub fn points_of_tie(tie: Tie) -> i32 {
    match tie {
        Tie::None => 0,
        Tie::Own => 5,
        Tie::Territory => 3,
    }
}

/// The parts of a lead's sum that have points, the most first, each with its reason.
pub fn priority_of(inputs: &Inputs) -> Vec<Reason> {
    let reason = |part: &Part| {
        let points = inputs.points(*part);
        (points > 0).then(|| Reason { part: *part, points, reason: inputs.told(*part) })
    };
    let mut parts: Vec<Reason> = Part::ALL.iter().filter_map(reason).collect();
    parts.sort_by_key(|part| (std::cmp::Reverse(part.points), part.part));
    parts
}

/// A length of time in one unit, as a person says it.
fn for_so_long(micros: i64) -> String {
    let (count, unit) = match micros {
        short if short < HOUR => (micros / MINUTE, "minute"),
        short if short < 2 * DAY => (micros / HOUR, "hour"),
        _ => (micros / DAY, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_800_000_000_000_000;

    fn at(before: i64) -> Timestamp {
        Timestamp::from_micros(NOW - before)
    }

    fn blank() -> Inputs {
        Inputs { now: at(0), created_at: at(100 * DAY), ..Inputs::default() }
    }

    fn parts(inputs: &Inputs) -> Vec<(Part, i32)> {
        priority_of(inputs).into_iter().map(|part| (part.part, part.points)).collect()
    }

    #[test]
    fn what_is_due_counts_by_the_days_that_it_is_late() {
        let due = |before| parts(&Inputs { next_contact_at: Some(at(before)), ..blank() });
        assert_eq!(due(-1), []);
        assert_eq!(due(0), [(Part::Due, 30)]);
        assert_eq!(due(DAY - 1), [(Part::Due, 30)]);
        assert_eq!(due(DAY), [(Part::Due, 31)]);
        assert_eq!(due(400 * DAY), [(Part::Due, 40)]);
        let both = Inputs { next_contact_at: Some(at(DAY)), task: Some((at(3 * DAY), TaskKind::Email)), ..blank() };
        assert_eq!(parts(&both), [(Part::Due, 33)]);
        assert_eq!(priority_of(&both)[0].reason, "a task (email) was due 3 days ago");
    }

    #[test]
    fn a_new_lead_loses_points_by_the_minute() {
        let fresh = |before| parts(&Inputs { is_new: true, created_at: at(before), ..blank() });
        for (before, points) in [(0, 35), (5 * MINUTE - 1, 35), (5 * MINUTE, 30), (HOUR, 20), (DAY, 10)] {
            assert_eq!(fresh(before), [(Part::Fresh, points)]);
        }
        assert_eq!(fresh(7 * DAY), []);
        let tried = Inputs { is_new: true, created_at: at(0), last_attempted_at: Some(at(0)), ..blank() };
        assert_eq!(parts(&tried), []);
    }

    #[test]
    fn an_answer_counts_until_somebody_gets_back() {
        let answered = |contacted: Option<i64>, before| {
            let (last_contacted_at, last_engagement_at) = (contacted.map(at), Some(at(before)));
            parts(&Inputs { last_contacted_at, last_engagement_at, ..blank() })
        };
        assert_eq!(answered(None, HOUR), [(Part::Answered, 20)]);
        assert_eq!(answered(Some(2 * HOUR), HOUR), [(Part::Answered, 20)]);
        assert_eq!(answered(Some(HOUR), HOUR), []);
        assert_eq!(answered(None, 6 * DAY), [(Part::Answered, 12)]);
        assert_eq!(answered(None, 29 * DAY), [(Part::Answered, 5)]);
        assert_eq!(answered(None, 30 * DAY), []);
        assert_eq!(answered(None, -1), []);
    }

    #[test]
    fn a_contact_counts_by_how_long_won_leads_took() {
        let paced = |before| points_of_pace(at(before), 8 * DAY, at(0));
        assert_eq!(
            [paced(-DAY), paced(0), paced(4 * DAY), paced(8 * DAY - 1), paced(8 * DAY), paced(900 * DAY)],
            [0, 0, 5, 9, 10, 10]
        );
        assert_eq!(parts(&Inputs { last_contacted_at: Some(at(9 * DAY)), ..blank() }), []);
    }

    #[test]
    fn scores_rises_and_ties_add_up() {
        let inputs = Inputs { score: Some(84), rise: 19, tie: Tie::Own, ..blank() };
        assert_eq!(parts(&inputs), [(Part::Score, 16), (Part::Rise, 5), (Part::Owner, 5)]);
        assert_eq!((inputs.total(), Priority::of(26)), (26, Priority::Medium));
        assert_eq!([points_of_rise(9), points_of_rise(20), points_of_tie(Tie::Territory)], [0, 10, 3]);
        assert_eq!(
            [19, 20, 39, 40, 59, 60].map(Priority::of).map(Priority::as_str),
            ["low", "medium", "medium", "high", "high", "urgent"]
        );
    }

    #[test]
    fn no_sum_is_greater_than_that_of_what_all_speaks_for() {
        let all = Inputs {
            is_new: true,
            created_at: at(0),
            score: Some(100),
            last_engagement_at: Some(at(0)),
            next_contact_at: Some(at(400 * DAY)),
            rise: 100,
            tie: Tie::Own,
            pace: Some(DAY),
            ..blank()
        };
        assert_eq!(all.total(), 130);
        // A lead with a last contact is fresh no longer.
        let contacted = Inputs { last_contacted_at: Some(at(9 * DAY)), ..all };
        assert_eq!(contacted.total(), 130 - 35 + PACE);
    }

    proptest! {
        #[test]
        fn the_parts_foot(
            is_new: bool, created in 0..20 * DAY, score in prop::option::of(0i16..=100), contacted in prop::option::of(0..40 * DAY),
            engaged in prop::option::of(0..40 * DAY), next in prop::option::of(-DAY..20 * DAY), rise in 0i16..40, pace in prop::option::of(DAY..30 * DAY)
        ) {
            let inputs = Inputs {
                is_new, score, rise, pace, created_at: at(created),
                last_contacted_at: contacted.map(at), last_engagement_at: engaged.map(at), next_contact_at: next.map(at),
                ..blank()
            };
            let sum: i32 = priority_of(&inputs).iter().map(|part| part.points).sum();
            prop_assert_eq!(sum, inputs.total());
            prop_assert!((0..=130).contains(&sum));
            prop_assert!(priority_of(&inputs).iter().all(|part| !part.reason.is_empty()));
        }
    }
}
