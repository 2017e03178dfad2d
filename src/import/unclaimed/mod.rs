//! A look at the cells of columns that no field claims. What seems to say who a person is, whether they may be contacted,
//! or in which currency an amount is, is not left aside without a decision.

mod column;
mod shape;

use std::collections::HashSet;

use self::column::{Column, Extent, Verdict};
use self::shape::{Shape, is_address, is_phone, shape};
use super::ImportError;
use super::column_names::{OWN_COLUMNS, column_name};
use super::row::Row;
use super::source::Source;
use super::vocabulary::consent::{Reach, may_hold_refusals, sounds_like_consent, sounds_like_refusal};
use super::vocabulary::questions::asks_permission;
use crate::domain::phone::Region;
use crate::domain::text::{cell_text, is_placeholder};
use crate::error::Again;
use crate::system::shell;

/// What a kind of import looks for. Each has the field that `--map` would name, where there is one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Watch {
    pub phones: Option<Option<&'static str>>,
    pub emails: Option<Option<&'static str>>,
    /// Columns that say whether people may be contacted: the fields of refusals and of agreements.
    pub consents: Option<Option<(&'static str, &'static str)>>,
    /// The field of remarks, in which wishes not to be contacted are heard; none where columns that nobody claims are left out.
    pub remarks: Option<&'static str>,
    /// Where the sheet has amounts: the column that names their currency.
    pub currencies: Option<Option<usize>>,
    /// The column that names the row's country, by which its phones are read.
    pub country: Option<usize>,
    /// The option that keeps a column although nothing claims it.
    pub keep: Option<&'static str>,
    /// What becomes of a column that a field takes.
    pub purpose: Purpose,
}

/// What the columns of a sheet are for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Purpose {
    #[default]
    Import,
    /// Their numbers are checked; so is, of other columns, what can be a number.
    Check,
}

impl Purpose {
    fn verb(self) -> &'static str {
        match self {
            Purpose::Import => "import",
            Purpose::Check => "check",
        }
    }
}

/// The columns under the look.
#[derive(Debug)]
pub struct Unclaimed {
    watch: Watch,
    region: Option<Region>,
    columns: Vec<Column>,
}

/// What a cell says who somebody is by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// Written as phones are, or digits alone, which may be an order's.
    Phone {
        is_written: bool,
    },
    Email,
}

/// Whether a cell may be a national number of a country that nobody has said; of one that may, whether it is written as a number.
pub fn is_national(text: &str) -> Option<bool> {
    match shape(text) {
        Shape::Written if shape::lacks_region(text) => Some(true),
        Shape::Bare if text.len() >= 9 && shape::lacks_region(text) => Some(false),
        _ => None,
    }
}

/// Whether a cell holds a number with words such as people write beside phones: `212-555-0142 (mobile)`.
pub fn has_phone_words(text: &str) -> bool {
    shape(text) == Shape::Written && text.contains(char::is_alphabetic)
}

/// Whether a cell is a phone or an address, by the rules by which an import reads them.
pub fn says(text: &str, region: Option<Region>) -> Option<Says> {
    match shape(text) {
        Shape::Written if is_phone(text, region) => Some(Says::Phone { is_written: true }),
        Shape::Bare if is_phone(text, region) => Some(Says::Phone { is_written: false }),
        Shape::Address if is_address(text) => Some(Says::Email),
        _ => None,
    }
}

impl Unclaimed {
    /// The look at these columns of a file.
    pub fn columns(headers: &[String], columns: &[usize], region: Option<Region>, watch: Watch) -> Unclaimed {
        let named = columns.iter().filter_map(|&index| Some((index, headers.get(index)?)));
        // A reject file has few rows, of which the first import has seen the whole column.
        let decided = headers.iter().any(|header| header == "_import");
        let own = named.filter(|(_, header)| !decided && !OWN_COLUMNS.contains(&header.trim()));
        let column = |(index, header): (usize, &String)| {
            let asks = asks_permission(header).filter(|_| watch.consents.is_some());
            Column {
                index,
                // A question to which all say yes needs no decision.
                may_be_consent: watch.consents.is_some() && asks.is_none() && sounds_like_consent(header),
                may_be_refusal: watch.consents.is_some() && asks.is_none() && sounds_like_refusal(header),
                may_hold_refusals: watch.consents.is_some() && may_hold_refusals(header),
                asks,
                ..Column::default()
            }
        };
        Unclaimed { watch, region, columns: own.map(column).collect() }
    }

    /// Looks at these columns, too, for phones and emails: texts that a field takes by their headers.
    pub fn and_texts(mut self, columns: &[usize]) -> Unclaimed {
        let column = |index: &usize| Column { index: *index, is_claimed: true, ..Column::default() };
        self.columns.extend(columns.iter().map(column));
        self
    }

    /// Looks at these columns, too: those that a preset keeps for wishes not to be contacted, and those of refusals that are left
    /// out.
    pub fn and_decided(mut self, headers: &[String], kept: &[usize], left_out: &[usize]) -> Unclaimed {
        let asks = |index: &usize| headers.get(*index).and_then(|header| asks_permission(header));
        let kept = kept.iter().map(|index| Column { asks: asks(index), ..Column::of_extent(*index, Extent::Remarks) });
        let left_out = left_out.iter().map(|index| Column::of_extent(*index, Extent::Refusals));
        self.columns.extend(kept.chain(left_out));
        self
    }

    /// Looks at these columns, too, for answers of no: a field takes them by their headers, which ask whether somebody may be
    /// contacted, and nobody has said what a no is.
    pub fn and_questions(mut self, questions: &[(usize, Reach)]) -> Unclaimed {
        let column = |(index, reach): &(usize, Reach)| Column {
            asks: Some(*reach),
            ..Column::of_extent(*index, Extent::Answers)
        };
        self.columns.extend(questions.iter().map(column));
        self
    }

    /// Looks at the cells of a row.
    pub fn look(&mut self, row: &Row) {
        for column in &mut self.columns {
            let text = cell_text(row.cell(column.index));
            if !text.is_empty() && !is_placeholder(text) {
                column.look(text, row, &self.watch, self.region);
            }
        }
    }

    /// What the whole file shows: sentences about columns that may be numbers.
    ///
    /// # Errors
    /// A column needs a decision.
    pub fn verdict(&self, source: &Source) -> Result<Vec<String>, ImportError> {
        let mut notices = Vec::new();
        let mut undecided: Vec<(&Column, String, Option<&str>)> = Vec::new();
        for column in &self.columns {
            match column.verdict(&self.watch) {
                Verdict::Nothing
                    if column.extent == Extent::All
                        && column.cells > 0
                        && self.watch.keep.is_some()
                        && is_unnamed(source, column.index) =>
                {
                    let place = column.index + 1;
                    notices.push(format!("column #{place} has no header; its cells are kept as `column {place}`"));
                }
                Verdict::Nothing => {}
                Verdict::NotHonoured => notices.push(format!(
                    "{} is left out and holds refusals to be contacted ({}), such as {}; they are not honoured",
                    shown(source, column.index),
                    column.refusals,
                    column.example(source),
                )),
                Verdict::Warn(field) => notices.push(format!(
                    "{} holds digits that may be phone numbers, such as {}; --map {field}={} would import it as such",
                    shown(source, column.index),
                    column.example(source),
                    shell::word(&column_name(&source.headers, column.index)),
                )),
                Verdict::Stop(what, field) => undecided.push((column, what, field)),
            }
        }
        let Some((column, what, _)) = undecided.first() else { return Ok(notices) };
        let remedy = |(column, _, field): &(&Column, String, Option<&str>)| {
            let argument = shell::word(&column_name(&source.headers, column.index));
            let verb = self.watch.purpose.verb();
            let map = field.map(|field| format!("--map {field}={argument} to {verb} it"));
            let ignore = Some(format!("--ignore {argument} to leave it out"));
            let keep = self.watch.keep.map(|option| format!("{option} {argument} to keep it as a custom field"));
            map.into_iter().chain(ignore).chain(keep).collect::<Vec<_>>().join(", or ")
        };
        let is_claimed = column.is_claimed || column.extent == Extent::Answers;
        let ending = if is_claimed { "" } else { ", and no field claims it" };
        let others = undecided.iter().skip(1);
        Err(ImportError::Unclaimed {
            file: source.shown().to_owned(),
            problem: format!("{} {what}{ending}", shown(source, column.index)),
            others: others.map(|(other, what, _)| format!("{} {what}", shown(source, other.index))).collect(),
            remedy: undecided.iter().map(remedy).collect::<Vec<_>>().join("\n"),
            again: self.again(source, &undecided).map(Box::new),
            examples: undecided.iter().map(|(column, ..)| column.example(source)).collect(),
        })
    }
}

impl Unclaimed {
    /// The options that take each of these columns for what it seems to be, else keep it.
    fn again(&self, source: &Source, undecided: &[(&Column, String, Option<&str>)]) -> Option<Again> {
        let keep = self.watch.keep.unwrap_or("--ignore");
        let mut taken = HashSet::new();
        let options = undecided.iter().flat_map(|(column, _, field)| {
            let name = column_name(&source.headers, column.index);
            // A field that takes one column takes the first.
            match field.filter(|field| taken.insert(*field) || field.starts_with("further")) {
                Some(field) => ["--map".to_owned(), format!("{field}={name}")],
                None => [keep.to_owned(), name],
            }
        });
        Some(Again { with: options.collect(), ..Again::default() })
    }
}

fn shown(source: &Source, index: usize) -> String {
    match source.headers.get(index).map(|header| header.trim()) {
        Some(header) if !header.is_empty() => format!("the column `{header}`"),
        _ => format!("column #{}, which has no header,", index + 1),
    }
}

fn is_unnamed(source: &Source, index: usize) -> bool {
    source.headers.get(index).is_none_or(|header| header.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    const WATCH: Watch = Watch {
        phones: Some(Some("further_phone")),
        emails: Some(Some("email")),
        consents: Some(Some(("opt_out", "consent"))),
        remarks: Some("note"),
        currencies: Some(None),
        country: None,
        keep: Some("--keep"),
        purpose: Purpose::Import,
    };

    fn verdict(header: &str, cells: &[&str]) -> &'static str {
        let mut look = Unclaimed::columns(&[header.to_owned()], &[0], Region::from_str("US").ok(), WATCH);
        for (number, cell) in (2..).zip(cells) {
            let mut row = Row::new(number);
            row.push(cell);
            look.look(&row);
        }
        match look.columns.first().map(|column| column.verdict(&WATCH)) {
            Some(Verdict::Stop(what, _)) if what.contains("phone") => "phones",
            Some(Verdict::Stop(what, _)) if what.contains("email") => "emails",
            Some(Verdict::Stop(what, _)) if what.contains("contacted") => "consents",
            Some(Verdict::Stop(..)) => "currencies",
            Some(Verdict::Warn(_)) => "warning",
            _ => "nothing",
        }
    }

    #[test]
    fn numbers_that_are_written_as_such_stop() {
        assert_eq!(verdict("Fone", &["212-555-0142", "(212) 555-0143", "+1 212 555 0144"]), "phones");
        assert_eq!(verdict("Fone", &["+44 20 7946 0123"]), "phones");
        assert_eq!(verdict("Fone", &["212-555-0142", "2125550143", "n/a", "", "2125550144"]), "phones");
        assert_eq!(verdict("Fone", &["212-555-0142", "call me", "later"]), "nothing");
        for cell in [
            "(212) 555-0142 x34",
            "tel:+12125550142",
            "+12125550142; +12125550143",
            "Tel: (212) 555-0142",
            "２１２ ５５５ ０１４２",
        ] {
            assert_eq!(verdict("Alt line", &[cell]), "phones", "{cell}");
        }
    }

    #[test]
    fn bare_digits_only_warn() {
        assert_eq!(verdict("Order", &["2125550142", "2125550143"]), "warning");
        assert_eq!(verdict("Order", &["1000000001", "1000000002"]), "nothing");
    }

    #[test]
    fn numbers_of_other_kinds_are_none() {
        for cells in [
            ["2026-03-04", "2026-03-05"],
            ["03-04-2026", "17-04-2026"],
            ["40.712776", "-74.005974"],
            ["212.55.50.142", "10.0.0.1"],
            ["123-45-6789", "987-65-4321"],
            ["12345-6789", "10001-1234"],
        ] {
            assert_eq!(verdict("X", &cells), "nothing", "{cells:?}");
        }
    }

    #[test]
    fn addresses_answers_and_currencies_stop() {
        assert_eq!(verdict("Web", &["ann@example.com", "bob@example.com"]), "emails");
        assert_eq!(verdict("Web", &["@ann", "@bob"]), "nothing");
        assert_eq!(verdict("Opt-out newsletter 2019", &["yes", "no"]), "consents");
        assert_eq!(verdict("Opt-out date", &["2026-03-04"]), "consents");
        assert_eq!(verdict("Opt-in date", &["2026-03-04"]), "nothing");
        assert_eq!(verdict("Opt-out reason", &["too many calls", "moved"]), "nothing");
        assert_eq!(verdict("Vegetarian", &["yes", "no"]), "nothing");
        assert_eq!(verdict("Billing", &["EUR", "USD", "EUR"]), "currencies");
        for cells in [["€", "$"], ["Euro", "EUR"]] {
            assert_eq!(verdict("Paid in", &cells), "currencies", "{cells:?}");
        }
        for header in ["Can we call you?", "Erlaubnis", "Podemos llamarle"] {
            assert_eq!(verdict(header, &["yes", "yes", "n/a"]), "nothing", "{header}");
            assert_eq!(verdict(header, &["yes", "yes", "No, thanks"]), "consents", "{header}");
        }
        assert_eq!(verdict("Email status", &["Subscribed", "Unsubscribed", "Never"]), "consents");
        assert_eq!(verdict("Mail", &["mailto:ann@example.com"]), "emails");
        assert_eq!(verdict("Mail", &["ann@example.com; bob@example.com"]), "emails");
        assert_eq!(verdict("Memo", &["met ann@example.com on Monday", "by bob@example.com 212-555-0101"]), "nothing");
        assert_eq!(verdict("Team", &["Red", "Sun", "Air"]), "nothing");
        for header in ["Disposition", "Call outcome", "Last result", "Marketing", "Flag", "X", ""] {
            for cells in [["reached", "do not call"], ["DNC", "ok"], ["unsubscribed", "bounced"]] {
                assert_eq!(verdict(header, &cells), "consents", "{header} {cells:?}");
            }
            assert_eq!(verdict(header, &["no answer", "call back on Monday"]), "nothing", "{header}");
            for reply in ["take me off your list", "end these messages"] {
                assert_eq!(verdict(header, &["reached", reply]), "consents", "{header} {reply}");
            }
        }
    }
}
