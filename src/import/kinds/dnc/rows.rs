//! From the cells of a row to requests not to be contacted, or to everything that is wrong with the row.

use serde::{Deserialize, Serialize};

use super::fields::DncField;
use crate::domain::dnc::bans::Terms;
use crate::domain::dnc::{DncScope, DncSource};
use crate::domain::phone::reading::Reading;
use crate::domain::phone::{E164, PhoneCheck};
use crate::domain::text::fold_key;
use crate::domain::time::datetime::{self, DateOrder};
use crate::import::options::Assignment;
use crate::import::proof::Formats;
use crate::import::row::{ProblemKind, RowProblem};
use crate::import::saved::{Lists, Mappable};
use crate::import::sheet::Options;
use crate::import::sheet::cells::RowCells;
use crate::import::vocabulary::consent::opted_out;
use crate::ops::dnc::add::{LONGEST_REASON, LONGEST_TEXT, Request};

/// What a person asked of an import of do-not-call requests: what a row leaves blank is taken from here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DncOptions {
    /// ISO 3166 code; none for the organization's default.
    pub region: Option<String>,
    pub map: Vec<Assignment>,
    pub ignore: Vec<String>,
    pub set: Vec<Assignment>,
    pub reason: Option<String>,
    pub scope: Option<DncScope>,
    pub source: Option<DncSource>,
    pub date_order: Option<DateOrder>,
}

impl Mappable for DncOptions {
    fn lists(&mut self) -> Lists<'_> {
        Lists::of(&mut self.map, &mut self.set, &mut self.ignore)
    }

    fn under(self, saved: DncOptions) -> DncOptions {
        self.or(saved)
    }

    fn of_any_file(self, said: &DncOptions) -> DncOptions {
        DncOptions { date_order: said.date_order, ..self }
    }
}

impl Options for DncOptions {
    fn or(self, earlier: DncOptions) -> DncOptions {
        DncOptions {
            region: self.region.or(earlier.region),
            map: if self.map.is_empty() { earlier.map } else { self.map },
            ignore: if self.ignore.is_empty() { earlier.ignore } else { self.ignore },
            set: if self.set.is_empty() { earlier.set } else { self.set },
            reason: self.reason.or(earlier.reason),
            scope: self.scope.or(earlier.scope),
            source: self.source.or(earlier.source),
            date_order: self.date_order.or(earlier.date_order),
        }
    }

    fn map(&self) -> &[Assignment] {
        &self.map
    }

    fn ignore(&self) -> &[String] {
        &self.ignore
    }

    fn set(&self) -> &[Assignment] {
        &self.set
    }

    fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    fn formats(&self) -> Formats {
        Formats { date_order: self.date_order, ..Formats::default() }
    }

    fn with_formats(self, formats: Formats) -> DncOptions {
        DncOptions { date_order: formats.date_order, ..self }
    }
}

/// What a row asks for: a request for each of its numbers. Nothing but the numbers keeps one off the list: what else
/// cannot be read is kept as text, and said.
pub(super) fn check(cells: &mut RowCells<'_, DncField>, options: &DncOptions) -> Option<Vec<Request>> {
    let numbers = numbers(cells);
    let mut kept = Kept::default();
    let terms = Terms {
        scope: match word(cells, DncField::Scope, ProblemKind::ScopeUnknown, scope) {
            Ok(said) => said.or(options.scope).unwrap_or_default(),
            Err(problem) => kept.take(cells, problem, "it is listed for everything", DncScope::All),
        },
        expires_at: match cells.end_ahead(DncField::Expires) {
            Ok(end) => end,
            Err(problem) => kept.take(cells, problem, "it is listed without an end", None),
        },
    };
    let given = options.source.unwrap_or(DncSource::Import);
    let source = match word(cells, DncField::Source, ProblemKind::DncSourceUnknown, source) {
        Ok(said) => said.unwrap_or(given),
        Err(problem) => kept.take(cells, problem, "it is kept as text", given),
    };
    let said = cells.all(DncField::OptOut);
    // The time of a refusal is the time of the request.
    let field = match cells.one(DncField::RequestedAt) {
        None if said.iter().any(|(_, text)| datetime::is_date(text)) => DncField::OptOut,
        _ => DncField::RequestedAt,
    };
    let received_at = match cells.read_past(field) {
        Ok(time) => time.unwrap_or(cells.now()),
        Err(problem) => kept.take(cells, problem, "it counts from the time of the import", cells.now()),
    };
    let refuses = |text: &str| opted_out(text) == Some(true) || datetime::is_date(text);
    if let Some((index, text)) = said.into_iter().find(|(_, text)| !refuses(text)) {
        let problem = "does not say yes";
        let problem =
            cells.problem_of(ProblemKind::FlagUnknown, index, &text, problem, "delete the row to keep it off");
        kept.take(cells, problem, "it is listed all the same", ());
    }
    let (reason, too_long) = cells.text_cut(DncField::Reason, LONGEST_REASON);
    let (evidence, cut) = cells.text_cut(DncField::Evidence, LONGEST_TEXT);
    too_long.into_iter().chain(cut).for_each(|problem| cells.remark(problem));
    let (reason, text) = (reason.or_else(|| options.reason.clone()), kept.with(evidence));
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

/// Cells that could not be read, as lines of text.
#[derive(Default)]
struct Kept(Vec<String>);

impl Kept {
    /// Keeps a cell that could not be read, and says what holds instead.
    fn take<T>(&mut self, cells: &mut RowCells<'_, DncField>, mut problem: RowProblem, instead: &str, value: T) -> T {
        self.0.push(format!("{}: {}", problem.column, problem.value));
        problem.problem = format!("{}; {instead}", problem.problem);
        cells.remark(problem);
        value
    }

    /// The evidence with the kept lines under it.
    fn with(self, evidence: Option<String>) -> Option<String> {
        let lines: Vec<String> = evidence.into_iter().chain(self.0).collect();
        let text: String = lines.join("\n").chars().take(LONGEST_TEXT).collect();
        (!text.is_empty()).then_some(text)
    }
}

/// The numbers of a row. Bad ones are rejected; where others are good, those are listed.
fn numbers(cells: &mut RowCells<'_, DncField>) -> Vec<E164> {
    let (phones, bad) = cells.phones_apart(DncField::Phone, PhoneCheck::Possible);
    if phones.is_empty() && bad.is_empty() {
        cells.row_problem(ProblemKind::NoIdentity, "no phone number is given", "give it one");
    }
    for problem in bad {
        match phones.is_empty() {
            true => cells.reject(problem),
            false => cells.reject_part(problem),
        }
    }
    // In doubt about who asked, neither is contacted.
    let mut numbers: Vec<E164> = phones.into_iter().flat_map(|phone| Reading::from(phone).all()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn word<T>(
    cells: &RowCells<'_, DncField>,
    field: DncField,
    kind: ProblemKind,
    read: fn(&str) -> Option<T>,
) -> Result<Option<T>, RowProblem> {
    let Some((index, text)) = cells.one(field) else { return Ok(None) };
    let (problem, words) = match field {
        DncField::Scope => ("is no scope", DncScope::words()),
        _ => {
            let said: Vec<&str> = DncSource::SAID.iter().map(|(word, _)| *word).collect();
            ("is no source of a request", said.join(", "))
        }
    };
    let problem = || cells.problem_of(kind, index, &text, problem, &format!("use one of {words}"));
    read(&text).map(Some).ok_or_else(problem)
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
    let word = fold_key(cell).replace(' ', "_");
    DncSource::SAID.iter().find(|(said, _)| *said == word).map(|(_, source)| *source)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;
    use crate::domain::phone::Region;
    use crate::import::row::{CellKind, Row};
    use crate::import::sheet::cells::{Findings, Setting};
    use crate::import::sheet::columns::Columns;

    fn check(headers: &[&str], values: &[&str]) -> (Vec<Request>, Vec<RowProblem>) {
        let (requests, findings) = findings(headers, values);
        (requests, findings.problems)
    }

    fn setting(headers: &[String]) -> Setting<DncField> {
        Setting {
            columns: Columns::of("dnc.csv", headers, &[], &[], &[]).unwrap(),
            region: Region::from_str("US").ok(),
            formats: crate::import::proof::Formats::default(),
            zone: jiff::tz::TimeZone::UTC,
            currency: iso_currency::Currency::USD,
            now: "2026-03-04T12:00:00Z".parse::<jiff::Timestamp>().unwrap().into(),
        }
    }

    fn findings(headers: &[&str], values: &[&str]) -> (Vec<Request>, Findings) {
        let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
        let mut row = Row::new(2);
        values.iter().for_each(|cell| row.push(cell));
        let setting = setting(&headers);
        let options = DncOptions { reason: Some("asked".into()), ..DncOptions::default() };
        let mut cells = RowCells::new(&setting, &row);
        let requests = super::check(&mut cells, &options).unwrap_or_default();
        (requests, cells.end())
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
    fn a_side_column_keeps_no_number_off_the_list() {
        let (requests, found) = findings(
            &["Phone", "Scope", "Source", "Date", "Expires", "Message"],
            &["2125550142", "fax", "gossip", "31/31/2026", "soon", "leave me alone"],
        );
        let (request, kinds) = (&requests[0], found.remarks.iter().map(|remark| remark.kind).collect::<Vec<_>>());
        use ProblemKind::*;
        assert_eq!(kinds, [ScopeUnknown, TimeInvalid, DncSourceUnknown, TimeInvalid]);
        assert_eq!((request.terms.scope, request.terms.expires_at), (DncScope::All, None));
        assert_eq!(
            (request.source, request.received_at.to_string().as_str()),
            (DncSource::Import, "2026-03-04T12:00:00Z")
        );
        let text = "leave me alone\nScope: fax\nExpires: soon\nSource: gossip\nDate: 31/31/2026";
        assert_eq!(request.text.as_deref(), Some(text));
        assert!(found.problems.is_empty() && found.parts.is_empty());
        for (header, value) in
            [("Date", "2027-01-01"), ("Date", "03/04/2026"), ("Do not call", "no"), ("Expires", "04/05/2027")]
        {
            let (requests, found) = findings(&["Phone", header], &["2125550142", value]);
            assert_eq!((requests.len(), found.remarks.len(), found.problems.len()), (1, 1, 0), "{header} {value}");
        }
        let (requests, found) = findings(&["Phone", "Opted out at"], &["2125550142", "2026-03-01"]);
        assert_eq!((requests[0].received_at.to_string().as_str(), found.remarks.len()), ("2026-03-01T00:00:00Z", 0));
        let long = "x".repeat(LONGEST_REASON + 1);
        let (requests, found) = findings(&["Phone", "Reason"], &["2125550142", &long]);
        assert_eq!((requests[0].reason.as_ref().map(String::len), found.remarks.len()), (Some(LONGEST_REASON), 1));
    }

    #[test]
    fn a_bad_number_keeps_no_good_one_off_the_list() {
        for cells in [["1.21E+10", "212-555-0143"], ["212-555-0143", "nope"], ["212-555-0143; nope", ""]] {
            let (requests, found) = findings(&["Phone", "Home Phone"], &cells);
            assert_eq!((requests.len(), found.parts.len(), found.problems.len()), (1, 1, 0), "{cells:?}");
        }
    }

    #[test]
    fn a_number_by_formula_keeps_no_good_one_off_the_list() {
        let headers = ["Phone", "Home Phone"].map(str::to_owned);
        let mut row = Row::new(2);
        row.push("2125550142");
        row.push_as(CellKind::Formula, "");
        let setting = setting(&headers);
        let mut cells = RowCells::new(&setting, &row);
        let requests = super::check(&mut cells, &DncOptions::default()).unwrap();
        let found = cells.end();
        assert_eq!((requests.len(), found.parts.len(), found.problems.len()), (1, 1, 0));
        let mut row = Row::new(3);
        row.push_as(CellKind::Formula, "");
        let mut cells = RowCells::new(&setting, &row);
        let _ = super::check(&mut cells, &DncOptions::default());
        assert_eq!(cells.end().problems[0].kind, ProblemKind::FormulaWithoutResult);
    }

    #[test]
    fn a_row_without_a_number_or_whose_time_is_over_is_rejected() {
        let kinds = |headers: &[&str], cells: &[&str]| -> Vec<ProblemKind> {
            check(headers, cells).1.iter().map(|problem| problem.kind).collect()
        };
        use ProblemKind::*;
        assert_eq!(kinds(&["Phone", "Scope"], &["1.21E+10", "fax"]), [PhoneLostDigits]);
        assert_eq!(kinds(&["Phone"], &["N/A"]), [NoIdentity]);
        assert_eq!(kinds(&["Phone", "Expires"], &["2125550142", "2026-01-01"]), [TimeInvalid]);
    }
}
