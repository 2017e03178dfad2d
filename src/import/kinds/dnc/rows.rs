//! From the cells of a row to requests not to be contacted, or to everything that is wrong with the row.

use serde::{Deserialize, Serialize};

use super::fields::DncField;
use crate::domain::dnc::{DncScope, DncSource, Terms};
use crate::domain::phone::{E164, PhoneCheck};
use crate::domain::text::fold_key;
use crate::domain::time::datetime::DateOrder;
use crate::import::options::Assignment;
use crate::import::proof::Formats;
use crate::import::row::ProblemKind;
use crate::import::sheet::Options;
use crate::import::sheet::cells::RowCells;
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

impl Options for DncOptions {
    fn or(self, earlier: DncOptions) -> DncOptions {
        DncOptions {
            region: self.region.or(earlier.region),
            map: if self.map.is_empty() { earlier.map } else { self.map },
            reason: self.reason.or(earlier.reason),
            scope: self.scope.or(earlier.scope),
            source: self.source.or(earlier.source),
            date_order: self.date_order.or(earlier.date_order),
        }
    }

    fn map(&self) -> &[Assignment] {
        &self.map
    }

    fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    fn formats(&self) -> Formats {
        Formats { date_order: self.date_order, ..Formats::default() }
    }
}

/// What a row asks for: a request for each of its numbers.
pub(super) fn check(cells: &mut RowCells<'_, DncField>, options: &DncOptions) -> Option<Vec<Request>> {
    let numbers = numbers(cells);
    let terms = Terms {
        scope: word(cells, DncField::Scope, ProblemKind::ScopeUnknown, scope).or(options.scope).unwrap_or_default(),
        expires_at: cells.end_ahead(DncField::Expires),
    };
    let source = word(cells, DncField::Source, ProblemKind::DncSourceUnknown, source);
    let source = source.or(options.source).unwrap_or(DncSource::Import);
    let reason = cells.text(DncField::Reason, LONGEST_REASON).or_else(|| options.reason.clone());
    let text = cells.text(DncField::Evidence, LONGEST_TEXT);
    let received_at = cells.past(DncField::RequestedAt).unwrap_or(cells.now());
    let request = |number| Request {
        number,
        terms,
        source,
        reason: reason.clone(),
        text: text.clone(),
        class: None,
        received_at,
    };
    Some(numbers.into_iter().map(request).collect())
}

fn numbers(cells: &mut RowCells<'_, DncField>) -> Vec<E164> {
    if cells.one(DncField::Phone).is_none() {
        cells.row_problem(ProblemKind::NoIdentity, "no phone number is given", "give it one");
    }
    let phones = cells.phones(DncField::Phone, PhoneCheck::Possible);
    let mut numbers: Vec<E164> = phones.into_iter().map(|phone| phone.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn word<T>(
    cells: &mut RowCells<'_, DncField>,
    field: DncField,
    kind: ProblemKind,
    read: fn(&str) -> Option<T>,
) -> Option<T> {
    let (index, text) = cells.one(field)?;
    let value = read(&text);
    if value.is_none() {
        let (problem, words) = match field {
            DncField::Scope => ("is no scope", DncScope::words()),
            _ => ("is no source of a request", DncSource::words()),
        };
        cells.problem(kind, index, &text, problem, &format!("use one of {words}"));
    }
    value
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

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;
    use crate::domain::phone::Region;
    use crate::import::row::{Row, RowProblem};
    use crate::import::sheet::cells::Setting;
    use crate::import::sheet::columns::Columns;

    fn check(headers: &[&str], values: &[&str]) -> (Vec<Request>, Vec<RowProblem>) {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        let mut row = Row::new(2);
        values.iter().for_each(|cell| row.push(cell));
        let setting = Setting {
            columns: Columns::of("dnc.csv", &headers, &[], &[]).unwrap(),
            region: Region::from_str("US").ok(),
            date_order: None,
            decimal_separator: crate::domain::money::DecimalSeparator::Point,
            zone: jiff::tz::TimeZone::UTC,
            currency: iso_currency::Currency::USD,
            now: "2026-03-04T12:00:00Z".parse::<jiff::Timestamp>().unwrap().into(),
        };
        let options = DncOptions { reason: Some("asked".into()), ..DncOptions::default() };
        let mut cells = RowCells::new(&setting, &row);
        let requests = super::check(&mut cells, &options).unwrap_or_default();
        (requests, cells.end().0)
    }

    #[test]
    fn a_row_is_a_request_for_each_of_its_numbers() {
        let (requests, problems) = check(
            &["Phone", "Mobile", "Scope", "Source", "Date", "Expires", "Message"],
            &["2125550142", "212-555-0143; (212) 555-0142", "SMS", "Opt-out text", "2026-03-01", "2026-03-31", "stop"],
        );
        assert_eq!(problems, []);
        let numbers: Vec<String> = requests.iter().map(|request| request.number.to_string()).collect();
        assert_eq!(numbers, ["+12125550142", "+12125550143"]);
        let request = &requests[0];
        assert_eq!((request.terms.scope, request.source), (DncScope::Texts, DncSource::OptOutText));
        assert_eq!((request.reason.as_deref(), request.text.as_deref()), (Some("asked"), Some("stop")));
        assert_eq!(request.received_at.to_string(), "2026-03-01T00:00:00Z");
        assert_eq!(request.terms.expires_at.map(|end| end.to_string()).as_deref(), Some("2026-04-01T00:00:00Z"));
    }

    #[test]
    fn every_problem_of_a_row_is_reported() {
        let (_, problems) = check(
            &["Phone", "Scope", "Source", "Date", "Expires"],
            &["1.21E+10", "fax", "gossip", "2027-01-01", "2026-01-01"],
        );
        let kinds: Vec<_> = problems.iter().map(|problem| problem.kind).collect();
        use ProblemKind::*;
        assert_eq!(kinds, [PhoneLostDigits, ScopeUnknown, TimeInvalid, DncSourceUnknown, TimeInvalid]);
        assert_eq!(check(&["Phone"], &["N/A"]).1[0].kind, NoIdentity);
        assert_eq!(check(&["Phone", "Date"], &["2125550142", "03/04/2026"]).1[0].kind, TimeInvalid);
    }
}
