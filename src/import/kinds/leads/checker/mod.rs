//! From the cells of a row to a lead's values, or to everything that is wrong with the row.

mod checked;
mod emails;
mod extras;
mod link;
mod names;
mod opt_outs;
mod phones;
mod times;
mod typed;
mod values;

pub use checked::Checked;

use std::collections::HashMap;

use iso_currency::Currency;
use jiff::tz::TimeZone;

use super::fields::LeadField;
use crate::db::OrgId;
use crate::db::types::Json;
use crate::domain::access::owners::Owners;
use crate::domain::leads::consent::Consent;
use crate::domain::leads::status::Status;
use crate::domain::leads::{source, stage};
use crate::domain::money::{DecimalSeparator, Places};
use crate::domain::phone::{PhoneCheck, Region};
use crate::domain::text::{cell_text, cell_value, fold_key, is_false, is_placeholder};
use crate::domain::timestamp::Timestamp;
use crate::import::kinds::leads::mapping::{Mapping, Target};
use crate::import::proof::Formats;
use crate::import::row::{CellKind, ProblemKind, Row, RowProblem};
use crate::import::vocabulary::refusals::Wish;
use crate::ops::leads::draft::LeadDraft;

/// Whether a row must say who is meant: by phone, email or external id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    Required,
    Optional,
}

/// Checks rows of one file.
pub struct Checker {
    pub mapping: Mapping,
    pub org: OrgId,
    pub region: Option<Region>,
    pub phone_check: PhoneCheck,
    pub zone: TimeZone,
    /// Active users.
    pub owners: Owners,
    pub tags: Vec<String>,
    pub source_system: Option<String>,
    pub lenient: bool,
    /// Folded words of the status column, before the usual aliases.
    pub status_map: HashMap<String, Status>,
    /// The organization's.
    pub base_currency: Currency,
    /// What a person says of how numbers are written.
    pub decimal_separator: Option<DecimalSeparator>,
    pub places: Places,
    pub now: Timestamp,
    pub identity: Identity,
}

impl Checker {
    /// The status that a word of the file means, and what its history says of a stage of another system.
    fn status(&self, word: &str) -> Option<(Status, Option<String>)> {
        let said = (!self.status_map.is_empty()).then(|| self.status_map.get(&fold_key(word)).copied()).flatten();
        match said {
            Some(status) => Some((status, stage::reason_of(word))),
            None => stage::read(word),
        }
    }

    /// Whether a country is Namibia's code, which many programs write for nothing: the row's number tells.
    fn is_namibia(&self, row: &Row, country: usize) -> bool {
        let is_phone = |target: &Target| *target == Target::Field(LeadField::Phone);
        let mut phones = self.mapping.targets.iter().enumerate().filter(|(_, target)| is_phone(target));
        cell_value(row.cell(country)) == "NA"
            && phones.any(|(index, _)| cell_value(row.cell(index)).starts_with("+264"))
    }

    /// Parses every mapped cell and gathers every problem.
    pub fn check(&self, row: Row, formats: Formats) -> Checked {
        let mut work = Work {
            checker: self,
            formats,
            at: None,
            kind: CellKind::Text,
            label: None,
            spelling: None,
            link: Vec::new(),
            full_name: None,
            draft: LeadDraft { tags: self.tags.clone(), ..LeadDraft::blank(self.org, self.now) },
            extensions: Vec::new(),
            region: self.region,
            problems: Vec::new(),
            repaired: false,
            placeholders: 0,
            not_opted_in: false,
            note_asks: None,
            line_asks: None,
            lost_plus: None,
            rounded: None,
        };
        // The row's country decides how its phones are read, its currency how its amounts: they come first.
        for first in [LeadField::Country, LeadField::Currency] {
            (work.at, work.kind) = (None, CellKind::Text);
            if let Some((_, value)) = self.mapping.constants.iter().find(|(field, _)| *field == first) {
                work.parse(first, first.as_str().to_owned(), value);
            }
            if let Some(index) = self.mapping.column_of(first) {
                work.kind = row.kind(index);
                match first == LeadField::Country && self.is_namibia(&row, index) {
                    true => work.draft.lead.country = Some("NA".to_owned()),
                    false => {
                        work.take_of(&row, first, index, &self.mapping.reading.unwrapping.cell(index, row.cell(index)));
                    }
                }
            }
        }
        for (index, target) in self.mapping.targets.iter().enumerate() {
            (work.at, work.kind) = (Some(index), row.kind(index));
            work.label = self.label_of(&row, index);
            let cell = self.unwrapped(&row, index, target);
            match target {
                Target::Field(LeadField::Country | LeadField::Currency) => {}
                Target::Field(field) => work.take_of(&row, *field, index, &cell),
                Target::Custom(key) => work.keep(key, &cell),
                Target::Ignored => {}
            }
        }
        work.label = None;
        for (index, field) in &self.mapping.also {
            work.kind = row.kind(*index);
            work.take(*field, *index, &self.mapping.reading.unwrapping.cell(*index, row.cell(*index)));
        }
        (work.at, work.kind) = (None, CellKind::Text);
        for (field, value) in &self.mapping.constants {
            if !matches!(field, LeadField::Country | LeadField::Currency) {
                work.parse(*field, field.as_str().to_owned(), value);
            }
        }
        let checked = work.finish(row);
        let reason = self.mapping.reading.skips.reason(&checked.row);
        checked.skipped_for(reason)
    }
}

/// One row under check.
struct Work<'a> {
    checker: &'a Checker,
    formats: Formats,
    /// The column under check, counted from 0.
    at: Option<usize>,
    /// What its cell is.
    kind: CellKind,
    /// What another cell says that its value is, such as `Work Fax`.
    label: Option<String>,
    /// How a file before this one wrote the source.
    spelling: Option<String>,
    /// The parameters of the link by which the lead came.
    link: Vec<(LeadField, String)>,
    /// The full name and its column: what it means depends on the other names of the row.
    full_name: Option<(Option<usize>, String)>,
    draft: LeadDraft,
    /// Those of further numbers.
    extensions: Vec<phones::Extension>,
    region: Option<Region>,
    problems: Vec<RowProblem>,
    repaired: bool,
    /// What the first number says that may have lost its plus.
    lost_plus: Option<String>,
    rounded: Option<String>,
    placeholders: u32,
    not_opted_in: bool,
    note_asks: Option<Wish>,
    line_asks: Option<String>,
}

impl Work<'_> {
    fn take(&mut self, field: LeadField, index: usize, cell: &str) {
        let text = if field.is_prose() { cell_text(cell) } else { cell_value(cell) };
        if text.is_empty() {
            return self.refuse_formula(field, index);
        }
        if is_placeholder(text) || is_false(text) && !field.is_flag() || self.says_nothing(field, text) {
            self.placeholders += 1;
            return;
        }
        let header = self.checker.mapping.headers.get(index).cloned().unwrap_or_default();
        self.at = Some(index);
        if field.may_name_a_wish() {
            self.look_at_line(text);
        }
        self.parse(field, header, text);
    }

    /// Takes a line of text over as it is.
    fn text(&mut self, field: LeadField, column: String, text: &str) {
        let Some((target, max_length)) = field.stored().and_then(|target| Some((target, target.max_length?))) else {
            return;
        };
        if text.len() > max_length && text.chars().count() > max_length {
            self.too_long(column, text, max_length);
        } else if !text.is_empty() {
            (target.set)(&mut self.draft.lead, Some(text));
        }
    }

    fn too_long(&mut self, column: String, text: &str, most: usize) {
        let shown: String = text.chars().take(40).collect();
        let problem = format!("is longer than {most} characters");
        self.problem(ProblemKind::TextTooLong, column, &format!("{shown}…"), &problem, "shorten it");
    }

    fn problem(&mut self, kind: ProblemKind, column: String, value: &str, problem: &str, remedy: &str) {
        self.problems.push(RowProblem {
            kind,
            index: self.at.filter(|_| !column.is_empty()),
            column,
            value: value.to_owned(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        });
    }

    /// Takes over how a file before this one wrote the row's source. A spelling of another source is kept as a cell that
    /// no field claims.
    fn settle_spelling(&mut self) {
        let Some(text) = self.spelling.take() else { return };
        let lead = &mut self.draft.lead;
        if lead.source.as_deref() != Some(&source::normalize(&text)) {
            let mapping = &self.checker.mapping;
            let header = mapping.column_of(LeadField::SourceSpelling).and_then(|column| mapping.headers.get(column));
            self.keep(header.map_or(LeadField::SourceSpelling.as_str(), String::as_str), &text);
        } else if let Some(kept) = source::metadata(&text) {
            lead.source_metadata = Some(Json(kept));
        }
    }

    fn finish(mut self, row: Row) -> Checked {
        self.settle_spelling();
        self.settle_link();
        self.settle_name();
        self.settle_times();
        let lead = &mut self.draft.lead;
        lead.external_source = match &lead.external_id {
            None => None,
            Some(_) => lead.external_source.take().or_else(|| self.checker.source_system.clone()),
        };
        if lead.external_source.is_none()
            && let Some(id) = lead.external_id.take()
        {
            // Without its system it could be a stranger's.
            self.at = self.checker.mapping.column_of(LeadField::ExternalId);
            let problem = "is an external id without its source system";
            let remedy = "name the system in the column external_source";
            self.problem(ProblemKind::ExternalSourceMissing, "external_id".into(), &id, problem, remedy);
        }
        let promotes = self.checker.identity == Identity::Required;
        if promotes {
            self.promote_further();
        }
        self.settle_emails(promotes);
        self.keep_extensions();
        let first = self.draft.phone;
        let mut seen = Vec::new();
        self.draft.further_phones.retain(|(number, _)| {
            let new = Some(*number) != first && !seen.contains(number);
            seen.push(*number);
            new
        });
        let lead = &self.draft.lead;
        let has_identity = lead.phone_number.is_some() || lead.email.is_some() || lead.external_id.is_some();
        let identified = has_identity || self.checker.identity == Identity::Optional;
        // Whoever asks not to be called asks it for a number; without the only one nothing would be listed.
        let asks = self.draft.wants_dnc() || self.draft.do_not_text;
        let unlisted = asks && self.draft.numbers().next().is_none();
        let is_droppable = |kind: ProblemKind| kind.is_droppable() && !(unlisted && kind.is_of_phone());
        let droppable = self.checker.lenient && self.problems.iter().all(|p| is_droppable(p.kind));
        if !identified && (self.problems.is_empty() || droppable) {
            self.problem(
                ProblemKind::NoIdentity,
                String::new(),
                "",
                "neither phone nor email nor external id is given",
                "give it one of them",
            );
        }
        // Who has no phone that could be listed is not contacted at all.
        if self.draft.do_not_text && self.draft.numbers().next().is_none() {
            self.draft.consent = Some(Consent::Denied);
        }
        let accepted = self.problems.is_empty() || (droppable && identified);
        Checked {
            row,
            skipped: None,
            opts_out: self.draft.opts_out()
                || self
                    .problems
                    .iter()
                    .any(|it| matches!(it.kind, ProblemKind::FlagUnknown | ProblemKind::ConsentUnknown)),
            not_opted_in: self.not_opted_in,
            note_asks: self.note_asks,
            line_asks: self.line_asks,
            lost_plus: self.lost_plus,
            rounded: self.rounded,
            draft: accepted.then_some(self.draft),
            problems: self.problems,
            repaired: self.repaired,
            placeholders: self.placeholders,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;
    use crate::db::types::Uid;
    use crate::domain::access::owners::Named;
    use crate::import::options::ImportOptions;

    pub(super) fn checker(headers: &[&str], lenient: bool) -> Checker {
        let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
        Checker {
            mapping: Mapping::of("leads.csv", &headers, &ImportOptions::default()).unwrap(),
            org: OrgId(1),
            region: Region::from_str("US").ok(),
            phone_check: PhoneCheck::Valid,
            zone: TimeZone::UTC,
            owners: Owners::of([Named {
                id: 7,
                email: "rep@example.com",
                username: None,
                first_name: None,
                last_name: None,
            }]),
            tags: Vec::new(),
            source_system: None,
            lenient,
            status_map: HashMap::from([("zzz".to_owned(), Status::Cold)]),
            base_currency: Currency::USD,
            decimal_separator: None,
            places: Places::Exact,
            now: Timestamp::from_micros(1_800_000_000_000_000),
            identity: Identity::Required,
        }
    }

    pub(super) fn check(headers: &[&str], cells: &[&str], lenient: bool) -> Checked {
        let mut row = Row::new(2);
        cells.iter().for_each(|cell| row.push(cell));
        checker(headers, lenient).check(row, Formats::default())
    }

    #[test]
    fn every_problem_of_a_row_is_reported() {
        let checked = check(
            &["Phone", "Email", "Status", "Score", "DNC"],
            &["555-01", "nobody", "asleep", "900", "maybe"],
            false,
        );
        let kinds: Vec<_> = checked.problems.iter().map(|p| p.kind).collect();
        use ProblemKind::*;
        assert_eq!(kinds, [PhoneInvalid, EmailInvalid, StatusUnknown, ScoreInvalid, FlagUnknown]);
        assert!(checked.draft.is_none());
    }

    #[test]
    fn lenient_drops_values_but_never_an_opt_out() {
        let kept = check(&["Phone", "Email", "Score"], &["2125550142", "nobody", "900"], true);
        assert_eq!(kept.problems.len(), 2);
        assert!(kept.draft.is_some_and(|d| d.lead.email.is_none() && d.lead.lead_score.is_none()));
        for (header, cell) in [("DNC", "maybe"), ("DNC", "#N/A"), ("Email Opt Out", "#REF!"), ("Consent", "#VALUE!")] {
            assert!(check(&["Phone", header], &["2125550142", cell], true).draft.is_none(), "{header} {cell}");
        }
        let lost = check(&["Phone", "Score"], &["555-01", "5"], true);
        assert_eq!(lost.problems.last().map(|p| p.kind), Some(ProblemKind::NoIdentity));
    }

    /// Of each field one of these is a value, and a field that is read changes the draft.
    #[test]
    fn every_field_is_read() {
        let values = ["Ada", "2125550142", "ada@example.com", "70", "EUR", "rep@example.com", "2026-03-04", "yes"];
        let words = ["hot", "denied", "FR", "Europe/Paris", r#"{"intent": 15}"#];
        let mut checker = checker(&["Phone"], false);
        checker.identity = Identity::Optional;
        checker.source_system = Some("hubspot".into());
        for field in LeadField::ALL {
            // What says nothing without another field.
            let beside = match field {
                LeadField::Currency => Some((LeadField::Value, "7".to_owned())),
                LeadField::ScoreFactors => Some((LeadField::Score, "7".to_owned())),
                LeadField::ExternalSource => Some((LeadField::ExternalId, "7".to_owned())),
                _ => None,
            };
            let mut said = |value: Option<&str>| {
                let own = value.map(|value| (*field, value.to_owned()));
                let constants = beside.clone().into_iter().chain(own).collect();
                checker.mapping = Mapping { constants, ..Mapping::default() };
                let mut draft = checker.check(Row::new(2), Formats::default()).draft?;
                draft.lead.uid = Uid(uuid::Uuid::nil());
                Some(format!("{draft:?}"))
            };
            let nothing = said(None);
            let is_read =
                values.iter().chain(&words).any(|value| said(Some(value)).is_some_and(|it| Some(it) != nothing));
            assert!(is_read, "{field} is read, and forgotten");
            assert!(field.stored().is_none_or(|stored| stored.is_new), "{field} of a new lead is not written");
        }
    }

    #[test]
    fn the_row_s_country_decides_its_phones() {
        let draft = check(&["Phone", "Country"], &["020 7946 0123", "United Kingdom"], false).draft.unwrap();
        assert_eq!(draft.lead.phone_number.as_deref(), Some("+442079460123"));
    }

    #[test]
    fn placeholders_are_empty_and_extras_are_kept() {
        let checked = check(&["Phone", "Company", "Budget"], &["2125550142", "N/A", "'=1+1"], false);
        let (placeholders, draft) = (checked.placeholders, checked.draft.unwrap());
        assert_eq!((placeholders, draft.lead.company), (1, None));
        assert_eq!(draft.lead.custom_fields.0["Budget"], "=1+1");
    }

    #[test]
    fn a_spelling_is_of_the_row_s_source_or_an_extra() {
        let read = |source: &str| {
            let (headers, cells) = (["Phone", "Source Spelling", "Source"], ["2125550142", "Facebook Ads", source]);
            let lead = check(&headers, &cells, false).draft.unwrap().lead;
            (lead.source_metadata.map(|json| json.0["spelling"].clone()), lead.custom_fields.0)
        };
        assert_eq!(read("facebook_ads"), (Some("Facebook Ads".into()), serde_json::json!({})));
        for other in ["google", ""] {
            assert_eq!(read(other), (None, serde_json::json!({ "Source Spelling": "Facebook Ads" })), "{other}");
        }
    }
}
