//! From the cells of a row to requests not to be contacted, or to everything that is wrong with the row.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::dnc_fields::{DncColumns, DncField};
use super::options::Assignment;
use super::row::{ProblemKind, Row, RowProblem};
use crate::domain::datetime::{self, DateOrder};
use crate::domain::dnc::{DncScope, DncSource, Terms};
use crate::domain::phone::{self, E164, PhoneCheck, PhoneProblem, Region};
use crate::domain::text::{fold_key, is_placeholder, unmark_text};
use crate::domain::timestamp::Timestamp;
use crate::ops::dnc::add::{LONGEST_REASON, LONGEST_TEXT, Request};

/// What a person asked of an import of do-not-call requests: what a row leaves blank is taken from here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DncOptions {
    /// ISO 3166 code; none for the organization's default.
    pub region: Option<String>,
    pub map: Vec<Assignment>,
    pub reason: Option<String>,
    pub scope: Option<DncScope>,
    pub source: Option<DncSource>,
    pub date_order: Option<DateOrder>,
}

impl DncOptions {
    /// These options, with what they leave open taken from those of an earlier import.
    pub fn or(self, earlier: DncOptions) -> DncOptions {
        DncOptions {
            region: self.region.or(earlier.region),
            map: if self.map.is_empty() { earlier.map } else { self.map },
            reason: self.reason.or(earlier.reason),
            scope: self.scope.or(earlier.scope),
            source: self.source.or(earlier.source),
            date_order: self.date_order.or(earlier.date_order),
        }
    }
}

/// Checks rows of one sheet.
pub struct DncChecker {
    pub columns: DncColumns,
    pub options: DncOptions,
    pub region: Option<Region>,
    /// The organization's.
    pub zone: TimeZone,
    pub now: Timestamp,
}

/// A row after checking.
pub struct CheckedRequests {
    pub row: Row,
    /// One for each number of the row; none when it is rejected.
    pub requests: Vec<Request>,
    pub problems: Vec<RowProblem>,
    /// Whether a spreadsheet's damage was undone.
    pub repaired: bool,
}

impl DncChecker {
    /// Parses every mapped cell and gathers every problem.
    pub fn check(&self, row: Row) -> CheckedRequests {
        let mut work = Work { checker: self, row: &row, problems: Vec::new(), repaired: false };
        let numbers = work.numbers();
        let terms = Terms {
            scope: work
                .word(DncField::Scope, ProblemKind::ScopeUnknown, scope)
                .or(self.options.scope)
                .unwrap_or_default(),
            expires_at: work.time(DncField::Expires),
        };
        let source = work.word(DncField::Source, ProblemKind::DncSourceUnknown, source);
        let source = source.or(self.options.source).unwrap_or(DncSource::Import);
        let reason = work.text(DncField::Reason, LONGEST_REASON).or_else(|| self.options.reason.clone());
        let text = work.text(DncField::Evidence, LONGEST_TEXT);
        let received_at = work.time(DncField::RequestedAt).unwrap_or(self.now);
        let Work { problems, repaired, .. } = work;
        let request = |number| Request {
            number,
            terms,
            source,
            reason: reason.clone(),
            text: text.clone(),
            class: None,
            received_at,
        };
        let requests = if problems.is_empty() { numbers.into_iter().map(request).collect() } else { Vec::new() };
        CheckedRequests { row, requests, problems, repaired }
    }
}

fn scope(cell: &str) -> Option<DncScope> {
    Some(match fold_key(cell).as_str() {
        "all" | "any" | "both" | "everything" => DncScope::All,
        "calls" | "call" | "phone" | "voice" => DncScope::Calls,
        "texts" | "text" | "sms" | "messages" => DncScope::Texts,
        _ => return None,
    })
}

fn source(cell: &str) -> Option<DncSource> {
    DncSource::from_word(&fold_key(cell).replace(' ', "_"))
}

/// One row under check.
struct Work<'a> {
    checker: &'a DncChecker,
    row: &'a Row,
    problems: Vec<RowProblem>,
    repaired: bool,
}

impl Work<'_> {
    /// The cells of a field that hold something, with their columns.
    fn cells(&self, field: DncField) -> Vec<(usize, String)> {
        let cells =
            self.checker.columns.columns_of(field).map(|index| (index, unmark_text(self.row.cell(index)).trim()));
        cells
            .filter(|(_, text)| !text.is_empty() && !is_placeholder(text))
            .map(|(i, text)| (i, text.to_owned()))
            .collect()
    }

    fn problem(&mut self, kind: ProblemKind, index: usize, value: &str, problem: &str, remedy: &str) {
        self.problems.push(RowProblem {
            kind,
            column: self.checker.columns.headers.get(index).cloned().unwrap_or_default(),
            index: Some(index),
            value: value.to_owned(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        });
    }

    fn numbers(&mut self) -> Vec<E164> {
        let cells = self.cells(DncField::Phone);
        if cells.is_empty() {
            let problem = RowProblem::of_row(ProblemKind::NoIdentity, "", "no phone number is given", "give it one");
            self.problems.push(problem);
        }
        let mut numbers = Vec::new();
        for (index, text) in cells {
            match self.read(&text) {
                Ok(read) => numbers.extend(read),
                Err(e) => {
                    let kind = match e {
                        PhoneProblem::LostDigits => ProblemKind::PhoneLostDigits,
                        PhoneProblem::SpreadsheetError => ProblemKind::SpreadsheetError,
                        _ => ProblemKind::PhoneInvalid,
                    };
                    self.problem(kind, index, &text, &e.to_string(), e.remedy());
                }
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    fn read(&mut self, text: &str) -> Result<Vec<E164>, PhoneProblem> {
        let region = self.checker.region;
        if let Some(number) = phone::nanp(text) {
            return Ok(vec![number]);
        }
        let phones = phone::parse_several(text, region, PhoneCheck::Possible)?;
        self.repaired |= phones.iter().any(|phone| phone.repaired);
        Ok(phones.into_iter().map(|phone| phone.number).collect())
    }

    fn word<T>(&mut self, field: DncField, kind: ProblemKind, read: fn(&str) -> Option<T>) -> Option<T> {
        let (index, text) = self.cells(field).pop()?;
        let value = read(&text);
        if value.is_none() {
            let (problem, words) = match field {
                DncField::Scope => ("is no scope", DncScope::words()),
                _ => ("is no source of a request", DncSource::words()),
            };
            self.problem(kind, index, &text, problem, &format!("use one of {words}"));
        }
        value
    }

    fn text(&mut self, field: DncField, most: usize) -> Option<String> {
        let (index, text) = self.cells(field).pop()?;
        if text.chars().count() > most {
            let shown: String = text.chars().take(40).collect();
            let problem = format!("is longer than {most} characters");
            self.problem(ProblemKind::TextTooLong, index, &format!("{shown}…"), &problem, "shorten it");
            return None;
        }
        Some(text)
    }

    /// A request lies in the past, an end in the future.
    fn time(&mut self, field: DncField) -> Option<Timestamp> {
        let (index, text) = self.cells(field).pop()?;
        let (zone, order, now) = (&self.checker.zone, self.checker.options.date_order, self.checker.now);
        let read = match field {
            DncField::Expires => datetime::parse_end(&text, zone, order),
            _ => datetime::parse(&text, zone, order),
        };
        let problem = match read {
            Ok(end) if field == DncField::Expires && end <= now => {
                ("lies in the past", "leave the row out, or correct the end")
            }
            Ok(time) if field == DncField::RequestedAt && time > now => ("lies in the future", "correct the time"),
            Ok(time) => return Some(time),
            Err(e) => {
                self.problem(ProblemKind::TimeInvalid, index, &text, &e.to_string(), e.remedy());
                return None;
            }
        };
        self.problem(ProblemKind::TimeInvalid, index, &text, problem.0, problem.1);
        None
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    fn check(headers: &[&str], cells: &[&str]) -> CheckedRequests {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        let mut row = Row::new(2);
        cells.iter().for_each(|cell| row.push(cell));
        let checker = DncChecker {
            columns: DncColumns::of("dnc.csv", &headers, &[]).unwrap(),
            options: DncOptions { reason: Some("asked".into()), ..DncOptions::default() },
            region: Region::from_str("US").ok(),
            zone: TimeZone::UTC,
            now: "2026-03-04T12:00:00Z".parse::<jiff::Timestamp>().unwrap().into(),
        };
        checker.check(row)
    }

    #[test]
    fn a_row_is_a_request_for_each_of_its_numbers() {
        let checked = check(
            &["Phone", "Mobile", "Scope", "Source", "Date", "Expires", "Message"],
            &["2125550142", "212-555-0143; (212) 555-0142", "SMS", "Opt-out text", "2026-03-01", "2026-03-31", "stop"],
        );
        assert_eq!(checked.problems, []);
        let numbers: Vec<String> = checked.requests.iter().map(|request| request.number.to_string()).collect();
        assert_eq!(numbers, ["+12125550142", "+12125550143"]);
        let request = &checked.requests[0];
        assert_eq!((request.terms.scope, request.source), (DncScope::Texts, DncSource::OptOutText));
        assert_eq!((request.reason.as_deref(), request.text.as_deref()), (Some("asked"), Some("stop")));
        assert_eq!(request.received_at.to_string(), "2026-03-01T00:00:00Z");
        assert_eq!(request.terms.expires_at.map(|end| end.to_string()).as_deref(), Some("2026-04-01T00:00:00Z"));
    }

    #[test]
    fn every_problem_of_a_row_is_reported() {
        let checked = check(
            &["Phone", "Scope", "Source", "Date", "Expires"],
            &["1.21E+10", "fax", "gossip", "2027-01-01", "2026-01-01"],
        );
        let kinds: Vec<_> = checked.problems.iter().map(|problem| problem.kind).collect();
        use ProblemKind::*;
        assert_eq!(kinds, [PhoneLostDigits, ScopeUnknown, TimeInvalid, DncSourceUnknown, TimeInvalid]);
        assert!(checked.requests.is_empty());
        assert_eq!(check(&["Phone"], &["N/A"]).problems[0].kind, NoIdentity);
        assert_eq!(check(&["Phone", "Date"], &["2125550142", "03/04/2026"]).problems[0].kind, TimeInvalid);
    }
}
