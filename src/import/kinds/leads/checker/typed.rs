//! Cells of workbooks that are no texts: what their types mean to a lead.

use iso_currency::Currency;

use super::Work;
use crate::domain::money::symbol::parse_number;
use crate::domain::money::{self, Money, MoneyProblem, Places};
use crate::import::kinds::leads::fields::LeadField;
use crate::import::row::{CellKind, RowProblem};

impl Work<'_> {
    /// Refuses a formula without a stored result where the row would be another's, an opt-out would be lost, or an amount
    /// would be of another currency. Elsewhere the cell counts as blank.
    pub(super) fn refuse_formula(&mut self, field: LeadField, index: usize) {
        use LeadField::*;
        let must_be_known = matches!(
            field,
            Phone | FurtherPhone | Email | FurtherEmail | ExternalId | ExternalSource | Status | Currency
        ) || field.is_flag();
        if self.kind == CellKind::Formula && must_be_known {
            let header = self.checker.mapping.headers.get(index).map_or("", String::as_str);
            self.problems.push(RowProblem::of_formula(header, index));
        }
    }

    /// Whether a cell is a boolean where no field reads one: an unticked box says nothing, and a ticked one nothing where a
    /// text is meant.
    pub(super) fn says_nothing(&self, field: LeadField, text: &str) -> bool {
        use LeadField::*;
        if self.kind != CellKind::Boolean {
            return false;
        }
        let reads_booleans = field.is_flag() || field == Status;
        let is_text = matches!(field, Name | Source | SourceSpelling | Tags | Note)
            || field.stored().is_some_and(|stored| stored.max_length.is_some());
        !reads_booleans && (text == "FALSE" || is_text)
    }

    /// Whether the cell is a number of a workbook.
    pub(super) fn is_number(&self) -> bool {
        matches!(self.kind, CellKind::Number(_))
    }

    /// Reads an amount: a text as its column writes numbers, a number as it is, in the currency of its format. What is said
    /// beside the file is read by itself, unless a person says how numbers are written.
    pub(super) fn amount(&self, places: Places, text: &str, row: Option<Currency>) -> Result<Money, MoneyProblem> {
        let base = self.checker.base_currency;
        match self.kind {
            CellKind::Number(symbol) => parse_number(places, text, symbol, row, base),
            _ if self.at.is_none() => match (money::parse_alone(text, row, base), self.checker.decimal_separator) {
                (Err(MoneyProblem::TwoReadings(_)), Some(separator)) => money::parse(text, separator, row, base),
                (read, _) => read,
            },
            _ => {
                let separator = self.formats.separator_of(text, row.unwrap_or(base));
                money::parse_to(places, text, separator, row, base)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::checker;
    use crate::domain::money::DecimalSeparator;
    use crate::domain::money::symbol::Symbol;
    use crate::import::kinds::leads::checker::Checked;
    use crate::import::proof::Formats;
    use crate::import::row::{CellKind, ProblemKind, Row};

    const NUMBER: CellKind = CellKind::Number(None);

    fn check(cells: &[(&str, CellKind, &str)], formats: Formats) -> Checked {
        let headers: Vec<&str> = cells.iter().map(|(header, ..)| *header).collect();
        let mut row = Row::new(2);
        cells.iter().for_each(|(_, kind, cell)| row.push_as(*kind, cell));
        checker(&headers, true).check(row, formats)
    }

    #[test]
    fn formulas_without_results_are_refused_where_it_matters() {
        let phone = ("Phone", CellKind::Text, "2125550142");
        for header in [
            "Email",
            "Do Not Call",
            "Email Opt Out",
            "SMS Opt Out",
            "Email opt-in",
            "Consent",
            "Status",
            "Currency",
            "Mobile",
        ] {
            let checked = check(&[phone, (header, CellKind::Formula, "")], Formats::default());
            assert!(checked.draft.is_none(), "{header}");
            let told: Vec<_> = checked.problems.iter().map(|p| (p.kind, p.index)).collect();
            assert_eq!(told, [(ProblemKind::FormulaWithoutResult, Some(1))], "{header}");
        }
        for header in ["Company", "Score", "Created", "Budget"] {
            let checked = check(&[phone, (header, CellKind::Formula, "")], Formats::default());
            assert!(checked.draft.is_some() && checked.problems.is_empty(), "{header}");
        }
    }

    #[test]
    fn booleans_are_no_texts() {
        let phone = ("Phone", NUMBER, "2125550142");
        let boolean = |header, text| (header, CellKind::Boolean, text);
        let cells = [phone, boolean("Company", "TRUE"), boolean("Name", "FALSE"), boolean("Email", "FALSE")];
        let checked = check(&cells, Formats::default());
        assert_eq!(checked.placeholders, 3);
        let draft = checked.draft.unwrap();
        assert_eq!((draft.lead.company, draft.lead.first_name, draft.lead.email), (None, None, None));
        let flags = [phone, boolean("Do Not Call", "TRUE"), boolean("Email Opt Out", "FALSE"), boolean("VIP", "FALSE")];
        let draft = check(&flags, Formats::default()).draft.unwrap();
        assert!(draft.do_not_call && !draft.email_opt_out);
        assert_eq!(draft.lead.custom_fields.0["VIP"], "FALSE");
        // A text is the company's name.
        let text = check(&[phone, ("Company", CellKind::Text, "True")], Formats::default()).draft.unwrap();
        assert_eq!(text.lead.company.as_deref(), Some("True"));
    }

    #[test]
    fn numbers_are_amounts_as_they_are() {
        let amount = |kind, text| {
            let comma = Formats { decimal_separator: Some(DecimalSeparator::Comma), ..Formats::default() };
            let checked = check(&[("Phone", CellKind::Text, "2125550142"), ("Value", kind, text)], comma);
            let problem = checked.problems.first().map(|problem| problem.problem.clone());
            checked.draft.and_then(|draft| Some((draft.lead.value_cents?, draft.lead.currency?))).ok_or(problem)
        };
        assert_eq!(amount(NUMBER, "1250.5"), Ok((125_050, "USD".into())));
        assert_eq!(amount(CellKind::Text, "1.250"), Ok((125_000, "USD".into())));
        assert_eq!(amount(NUMBER, "12.125"), Err(Some("has more decimals than USD has".into())));
        assert_eq!(amount(CellKind::Number(Symbol::of("€")), "99.5"), Ok((9_950, "EUR".into())));
    }

    #[test]
    fn an_amount_beside_the_file_is_read_by_itself() {
        use crate::import::kinds::leads::fields::LeadField;
        let said = |value: &str, currency: &str, separator, proven| {
            let mut checker = checker(&["Phone"], false);
            checker.decimal_separator = separator;
            checker.mapping.constants =
                vec![(LeadField::Value, value.to_owned()), (LeadField::Currency, currency.to_owned())];
            checker.mapping.constants.retain(|(_, value)| !value.is_empty());
            let mut row = Row::new(2);
            row.push("2125550142");
            let checked = checker.check(row, Formats { decimal_separator: proven, ..Formats::default() });
            let problem = checked.problems.first().map(|it| format!("{}; {}", it.problem, it.remedy));
            checked.draft.and_then(|draft| draft.lead.value_cents).ok_or(problem.unwrap_or_default())
        };
        let (point, comma) = (Some(DecimalSeparator::Point), Some(DecimalSeparator::Comma));
        for proven in [None, point, comma] {
            for (value, currency, cents) in [
                ("1250.50", "", 125_050),
                ("1.250,50 €", "", 125_050),
                ("1,250.50", "EUR", 125_050),
                ("JPY 1,500", "", 1500),
                ("1.500", "KRW", 1500),
                ("KWD 1.505", "", 1505),
            ] {
                assert_eq!(said(value, currency, None, proven), Ok(cents), "{value} {currency}");
            }
            for (value, currency, remedy) in [
                ("EUR 1.500", "", "as 1.50 EUR or as 1500.00 EUR; write it as 1.50 or 1500.00"),
                ("USD 1,500", "", "as 1.50 USD or as 1500.00 USD; write it as 1.50 or 1500.00"),
                ("1,505", "BHD", "as 1.505 BHD or as 1505.000 BHD; write it as 1.505 or 1505.000"),
            ] {
                let problem = format!("can be read in two ways: {remedy}");
                assert_eq!(said(value, currency, None, proven), Err(problem), "{value} {currency}");
            }
            assert_eq!(said("EUR 1.500", "", point, proven), Ok(150));
            assert_eq!(said("EUR 1.500", "", comma, proven), Ok(150_000));
        }
        assert_eq!(
            said("12.345.6", "", None, None).unwrap_err().rsplit_once("; ").unwrap().1,
            "write it as 1250 or 1250.00"
        );
    }
}
