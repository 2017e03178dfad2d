//! Cells that are times or days.

use super::Work;
use crate::db::types::CivilDate;
use crate::domain::leads::contact::Times;
use crate::domain::time::datetime::{self, TimeProblem};
use crate::domain::time::shown;
use crate::domain::timestamp::Timestamp;
use crate::import::kinds::leads::fields::LeadField;
use crate::import::row::ProblemKind;
use crate::ops::leads::contact;

impl Work<'_> {
    pub(super) fn time(&mut self, field: LeadField, column: String, text: &str) {
        let order = self.formats.date_order;
        if field == LeadField::ExpectedCloseDate {
            return match datetime::day(text, order) {
                Ok(day) => self.draft.lead.expected_close_date = Some(CivilDate(day)),
                Err(e) => self.unreadable(field, column, text, &e),
            };
        }
        match datetime::parse(text, &self.checker.zone, order) {
            Ok(time) if field.is_past() && time > self.checker.now => {
                let remedy = if self.at.is_some() { "correct the time, or empty the cell" } else { "correct the time" };
                self.problem(ProblemKind::TimeInvalid, column, text, "lies in the future", remedy);
            }
            Ok(time) => self.take_time(field, time),
            Err(e) => self.unreadable(field, column, text, &e),
        }
    }

    fn unreadable(&mut self, field: LeadField, column: String, text: &str, problem: &TimeProblem) {
        let remedy = match self.at {
            // Beside a file there is no order of its dates to be told.
            None => "write it as 2026-03-04 or 2026-03-04 17:30".to_owned(),
            Some(_) if field == LeadField::Created => problem.remedy().to_owned(),
            Some(_) => format!("{}; or keep the column as it is: --keep '{column}'", problem.remedy()),
        };
        self.problem(ProblemKind::TimeInvalid, column, text, &problem.to_string(), &remedy);
    }

    fn take_time(&mut self, field: LeadField, time: Timestamp) {
        let lead = &mut self.draft.lead;
        match field {
            LeadField::FirstAttempted => lead.first_attempted_at = Some(time),
            LeadField::LastAttempted => lead.last_attempted_at = Some(time),
            LeadField::FirstContacted => lead.first_contacted_at = Some(time),
            LeadField::LastContacted => lead.last_contacted_at = Some(time),
            LeadField::LastEngagement => lead.last_engagement_at = Some(time),
            LeadField::NextContact => lead.next_contact_at = Some(time),
            _ => self.draft.created = Some(time),
        }
    }

    /// Refuses a row of which the first time lies behind the last one, and what a score is made of without the score.
    pub(super) fn settle_times(&mut self) {
        let times = contact::times_of(&self.draft.lead);
        self.settle_pair(times.attempted, LeadField::FirstAttempted, LeadField::LastAttempted);
        self.settle_pair(times.contacted, LeadField::FirstContacted, LeadField::LastContacted);
        if self.draft.lead.lead_score.is_none()
            && let Some(factors) = self.draft.lead.lead_score_factors.take()
        {
            self.at = self.checker.mapping.column_of(LeadField::ScoreFactors);
            let (column, text) = (self.name_of(LeadField::ScoreFactors), factors.0.to_string());
            let problem = "says what a score is made of, and there is no score";
            self.problem(ProblemKind::ScoreInvalid, column, &text, problem, "give the score, too");
        }
    }

    fn settle_pair(&mut self, times: Times, first: LeadField, last: LeadField) {
        if !times.is_reversed() {
            return;
        }
        let zone = &self.checker.zone;
        let shown = |time: Option<Timestamp>| time.map(|time| shown::minute(time.to_jiff(), zone)).unwrap_or_default();
        self.at = self.checker.mapping.column_of(first);
        let (first_shown, last_shown) = (shown(times.first), shown(times.last));
        let problem = format!("lies after {}, {last_shown}", self.name_of(last));
        let column = self.name_of(first);
        self.problem(ProblemKind::TimeInvalid, column, &first_shown, &problem, "correct one of the two");
        let lead = &mut self.draft.lead;
        match first {
            LeadField::FirstAttempted => (lead.first_attempted_at, lead.last_attempted_at) = (None, None),
            _ => (lead.first_contacted_at, lead.last_contacted_at) = (None, None),
        }
    }

    /// What the file calls a field.
    fn name_of(&self, field: LeadField) -> String {
        let header = self.checker.mapping.column_of(field).and_then(|index| self.checker.mapping.headers.get(index));
        header.map_or(field.as_str(), String::as_str).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use crate::import::row::ProblemKind;

    #[test]
    fn times_are_read_and_only_what_may_lies_ahead() {
        let headers = ["Phone", "Last contacted", "Next contact", "Close date", "First attempt", "Last reply"];
        let cells =
            ["2125550142", "2026-03-01 10:00", "2031-05-04", "2031-12-31", "2026-02-01", "2026-03-02T08:00:00Z"];
        let lead = check(&headers, &cells, false).draft.unwrap().lead;
        let shown = |time: Option<crate::domain::timestamp::Timestamp>| time.unwrap().to_string();
        assert_eq!(shown(lead.last_contacted_at), "2026-03-01T10:00:00Z");
        assert_eq!(shown(lead.next_contact_at), "2031-05-04T00:00:00Z");
        assert_eq!(shown(lead.first_attempted_at), "2026-02-01T00:00:00Z");
        assert_eq!(shown(lead.last_engagement_at), "2026-03-02T08:00:00Z");
        assert_eq!(lead.expected_close_date.unwrap().0.to_string(), "2031-12-31");
        for header in
            ["Created", "First contacted", "Last contacted", "First attempt", "Last attempt", "Last engagement"]
        {
            let checked = check(&["Phone", header], &["2125550142", "2031-05-04"], false);
            let told: Vec<_> = checked.problems.iter().map(|p| (p.kind, p.problem.as_str())).collect();
            assert_eq!(told, [(ProblemKind::TimeInvalid, "lies in the future")], "{header}");
        }
        for header in ["Next contact", "Close date", "Last reply"] {
            let checked = check(&["Phone", header], &["2125550142", "soon"], false);
            assert_eq!(checked.problems.first().map(|p| p.kind), Some(ProblemKind::TimeInvalid), "{header}");
        }
    }

    #[test]
    fn a_first_time_behind_the_last_one_is_refused() {
        for (first, last) in [("First contacted", "Last contacted"), ("First attempt", "Last call")] {
            let checked = check(&["Phone", first, last], &["2125550142", "2026-03-02", "2026-03-01"], true);
            let told: Vec<_> = checked.problems.iter().map(|p| (p.index, p.problem.clone())).collect();
            assert_eq!(told, [(Some(1), format!("lies after {last}, 2026-03-01 00:00"))]);
            let lead = checked.draft.unwrap().lead;
            assert_eq!((lead.last_contacted_at, lead.last_attempted_at), (None, None));
        }
        assert!(
            check(&["Phone", "Last contact", "First contact"], &["2125550142", "2026-03-02", "2026-03-02"], false)
                .problems
                .is_empty()
        );
    }

    #[test]
    fn factors_come_with_their_score() {
        let factors = r#"{"engagement": 25, "intent": 15}"#;
        let lead =
            check(&["Phone", "Score", "Score factors"], &["2125550142", "40", factors], false).draft.unwrap().lead;
        assert_eq!((lead.lead_score, lead.lead_score_factors.unwrap().0["intent"].as_i64()), (Some(40), Some(15)));
        let checked = check(&["Phone", "Score", "Score factors"], &["2125550142", "", factors], false);
        assert_eq!(checked.problems.first().map(|p| p.kind), Some(ProblemKind::ScoreInvalid));
        // What another system says in words is kept.
        let lead = check(&["Phone", "Score", "Score factors"], &["2125550142", "40", "opened mail"], false)
            .draft
            .unwrap()
            .lead;
        assert_eq!(lead.custom_fields.0["Score factors"], "opened mail");
        assert!(lead.lead_score_factors.is_none());
    }
}
