//! Cells of phones: the lead's own number, further ones, and what is wrong with them.

use super::{Checker, Work};
use crate::domain::leads::custom::MAX_KEY;
use crate::domain::phone::{self, E164, ParsedPhone, PhoneProblem};
use crate::domain::text::{cell_text, fold_key};
use crate::import::kinds::leads::fields::LeadField;
use crate::import::row::{ProblemKind, Row};
use crate::import::vocabulary::extras::is_fax;

/// The extension of a further number, and the cell that gives it.
pub(super) struct Extension {
    number: E164,
    extension: String,
    column: String,
    text: String,
}

/// What kind of further number or address a column holds.
fn kind_of(column: &str) -> &'static str {
    match fold_key(column) {
        key if key.contains("work") || key.contains("business") || key.contains("office") => "work",
        key if key.contains("home") => "home",
        key if key.contains("mobile") || key.contains("cell") => "mobile",
        _ => "other",
    }
}

impl Checker {
    /// What another cell of the row says that the value of a column is.
    pub(super) fn label_of(&self, row: &Row, index: usize) -> Option<String> {
        let column = self.mapping.reading.labels.column_of(index)?;
        let label = self.mapping.reading.unwrapping.cell(column, row.cell(column));
        let label = cell_text(&label);
        (!label.is_empty()).then(|| label.to_owned())
    }
}

impl Work<'_> {
    /// What kind of number or address a cell holds: by its label, else by its header.
    pub(super) fn kind_in(&self, column: &str) -> &'static str {
        kind_of(self.label.as_deref().unwrap_or(column))
    }

    /// Keeps the cell of a number that is a fax by its label: nobody is called there.
    fn keep_fax(&mut self, column: &str, text: &str) -> bool {
        let is_fax = self.label.as_deref().is_some_and(is_fax);
        if is_fax {
            self.keep_as(LeadField::FurtherPhone, column, text);
        }
        is_fax
    }

    pub(super) fn phone(&mut self, column: String, text: &str) {
        if self.keep_fax(&column, text) {
            return;
        }
        let mut is_first = true;
        for (part, read) in phone::parse_each(text, self.region, self.checker.phone_check) {
            match read {
                Ok(first) if is_first && first.extension.chars().count() > 20 => {
                    return self.too_long(column, text, 20);
                }
                Ok(first) if is_first => {
                    is_first = false;
                    self.repaired |= first.repaired;
                    self.note_lost_plus(&first, part);
                    self.draft.phone = Some(first.number);
                    self.draft.lead.phone_number = Some(first.number.to_string());
                    self.draft.lead.phone_extension = first.extension;
                }
                Ok(further) => {
                    self.note_lost_plus(&further, part);
                    self.add_further(further, &column, text);
                }
                Err(problem) => self.phone_problem(column.clone(), part, &problem),
            }
        }
    }

    /// Keeps what a number is when it has lost its plus.
    fn note_lost_plus(&mut self, read: &ParsedPhone, text: &str) {
        let Some(with_plus) = read.with_plus else { return };
        self.draft.lost_plus.push((read.number, with_plus));
        self.lost_plus
            .get_or_insert_with(|| format!("`{text}` is read as {}, and is {with_plus} with it", read.number));
    }

    pub(super) fn further_phone(&mut self, column: String, text: &str) {
        if self.keep_fax(&column, text) {
            return;
        }
        for (part, read) in phone::parse_each(text, self.region, self.checker.phone_check) {
            match read {
                Ok(further) => {
                    self.note_lost_plus(&further, part);
                    self.add_further(further, &column, text);
                }
                Err(problem) => self.phone_problem(column.clone(), part, &problem),
            }
        }
    }

    fn add_further(&mut self, further: ParsedPhone, column: &str, text: &str) {
        self.repaired |= further.repaired;
        self.draft.further_phones.push((further.number, self.kind_in(column).to_owned()));
        if !further.extension.is_empty() {
            let column = match self.at {
                Some(_) if !column.trim().is_empty() => column.trim(),
                _ => LeadField::FurtherPhone.as_str(),
            };
            self.extensions.push(Extension {
                number: further.number,
                extension: further.extension,
                column: column.chars().take(MAX_KEY).collect(),
                text: text.to_owned(),
            });
        }
    }

    /// A row without a first phone that has further ones is known by the first of those.
    pub(super) fn promote_further(&mut self) {
        if self.draft.phone.is_some() || self.draft.further_phones.is_empty() {
            return;
        }
        let (number, _) = self.draft.further_phones.remove(0);
        self.draft.phone = Some(number);
        self.draft.lead.phone_number = Some(number.to_string());
        self.draft.of_link.push("phone_number");
        let its = self.extensions.iter().position(|it| it.number == number && it.extension.len() <= 20);
        if let Some(place) = its {
            self.draft.lead.phone_extension = self.extensions.remove(place).extension;
        }
    }

    /// Further numbers have no extension: the cell that gives one is kept beside the number, as one that no field claims.
    pub(super) fn keep_extensions(&mut self) {
        for kept in std::mem::take(&mut self.extensions) {
            self.keep(&kept.column, &kept.text);
        }
    }

    fn phone_problem(&mut self, column: String, text: &str, problem: &PhoneProblem) {
        self.problem(ProblemKind::of_phone(problem), column, text, &problem.to_string(), problem.remedy());
    }
}

#[cfg(test)]
mod tests {
    use crate::import::kinds::leads::checker::tests::check;

    #[test]
    fn extensions_of_further_phones_are_kept() {
        let read = |headers: &[&str], cells: &[&str]| {
            let draft = check(headers, cells, false).draft.unwrap();
            let further: Vec<String> = draft.further_phones.iter().map(|it| it.0.to_string()).collect();
            (draft.lead.phone_extension.clone(), further, draft.lead.custom_fields.0)
        };
        let further = vec!["+12125550143".to_owned()];
        let cell = "(212) 555-0143 x34";
        let kept = |column: &str, cell: &str| serde_json::json!({ column: cell });
        let columns = ["Phone", "Work Phone"];
        assert_eq!(read(&columns, &["2125550142", cell]), (String::new(), further.clone(), kept("Work Phone", cell)));
        let two = "2125550142 x9; (212) 555-0143 ext. 34";
        assert_eq!(read(&columns, &[two, ""]), ("9".into(), further, kept("Phone", two)));
        // The same number, and one that becomes the first.
        let same = "2125550142 x34";
        assert_eq!(read(&columns, &["2125550142", same]), (String::new(), vec![], kept("Work Phone", same)));
        assert_eq!(read(&columns, &["", cell]), ("34".into(), vec![], serde_json::json!({})));
    }

    #[test]
    fn further_phones_are_told_from_the_first() {
        let checked =
            check(&["Phone", "Work Phone", "Mobile"], &["2125550142", "2125550143", "212-555-0142; 2125550143"], false);
        let draft = checked.draft.unwrap();
        assert_eq!(
            draft.further_phones.iter().map(|p| (p.0.to_string(), p.1.as_str())).collect::<Vec<_>>(),
            [("+12125550143".to_owned(), "work")]
        );
        let only = check(&["Phone", "Work Phone"], &["", "2125550143"], false).draft.unwrap();
        assert_eq!(only.lead.phone_number.as_deref(), Some("+12125550143"));
    }
}
