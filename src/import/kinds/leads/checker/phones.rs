//! Cells of phones: the lead's own number, further ones, and what is wrong with them.

use super::Work;
use crate::domain::phone::{self, E164, PhoneProblem};
use crate::domain::text::fold_key;
use crate::import::row::ProblemKind;

impl Work<'_> {
    pub(super) fn phone(&mut self, column: String, text: &str) {
        match phone::parse_several(text, self.region, self.checker.phone_check) {
            Ok(numbers) => {
                let mut numbers = numbers.into_iter();
                if let Some(first) = numbers.next() {
                    self.repaired |= first.repaired;
                    if first.extension.chars().count() > 20 {
                        self.too_long(column, text, 20);
                        return;
                    }
                    self.draft.phone = Some(first.number);
                    self.draft.lead.phone_number = Some(first.number.to_string());
                    self.draft.lead.phone_extension = first.extension;
                }
                for further in numbers {
                    self.repaired |= further.repaired;
                    self.add_further(further.number, &column);
                }
            }
            Err(e) => self.phone_problem(column, text, &e),
        }
    }

    pub(super) fn further_phone(&mut self, column: String, text: &str) {
        match phone::parse_several(text, self.region, self.checker.phone_check) {
            Ok(numbers) => {
                for further in numbers {
                    self.repaired |= further.repaired;
                    self.add_further(further.number, &column);
                }
            }
            Err(e) => self.phone_problem(column, text, &e),
        }
    }

    fn add_further(&mut self, number: E164, column: &str) {
        let kind = match fold_key(column) {
            key if key.contains("work") || key.contains("business") || key.contains("office") => "work",
            key if key.contains("home") => "home",
            key if key.contains("mobile") || key.contains("cell") => "mobile",
            _ => "other",
        };
        self.draft.further_phones.push((number, kind.to_owned()));
    }

    fn phone_problem(&mut self, column: String, text: &str, problem: &PhoneProblem) {
        let kind = match problem {
            PhoneProblem::LostDigits => ProblemKind::PhoneLostDigits,
            PhoneProblem::SpreadsheetError => ProblemKind::SpreadsheetError,
            _ => ProblemKind::PhoneInvalid,
        };
        self.problem(kind, column, text, &problem.to_string(), problem.remedy());
    }
}
