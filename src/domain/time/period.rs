//! The months of costs and rates, as cells name them: a month as such, or a day in it.

use jiff::civil::Date;

use super::calendar_words::month_named;
use super::date_order::year_of;
use super::datetime::{self, DateOrder, TimeProblem};
use super::month::Month;
use crate::domain::invisible::plain_spaces;

/// What a cell names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    Month(Month),
    Day(Date),
}

impl Period {
    /// Reads `2026-03`, `03/2026`, `March 2026`, `Mar-26` (which spreadsheets make of a month), `202603`, or any date.
    ///
    /// # Errors
    /// The problem, without the value.
    pub fn parse(text: &str, order: Option<DateOrder>) -> Result<Period, TimeProblem> {
        let text = plain_spaces(text);
        let text = text.trim();
        match month_of(text) {
            Some(month) => Ok(Period::Month(month)),
            None => match datetime::day(text, order)? {
                day if Month::new(day.year(), day.month()).is_some() => Ok(Period::Day(day)),
                _ => Err(TimeProblem::NotATime),
            },
        }
    }

    /// The month, or that of the day.
    pub fn month(self) -> Month {
        match self {
            Period::Month(month) => month,
            Period::Day(day) => Month::of(day),
        }
    }
}

fn month_of(text: &str) -> Option<Month> {
    let is_compact = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = match is_compact {
        true => vec![text.get(..4)?, text.get(4..)?],
        false => text.split(['-', '/', '.', ' ', ',']).filter(|part| !part.is_empty()).collect(),
    };
    let [first, second] = parts.as_slice() else { return None };
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let number = |part: &str| part.parse::<i8>().ok().filter(|_| part.len() <= 2 && is_number(part));
    let four = |part: &str| is_number(part).then(|| part.parse::<i16>().ok()).flatten().filter(|_| part.len() == 4);
    let (year, month) = match (month_named(first), month_named(second)) {
        (Some(month), None) if is_number(second) => (year_of(second)?, month),
        // `26-Mar` is a day.
        (None, Some(month)) => (four(first)?, month),
        (None, None) => match four(first) {
            Some(year) => (year, number(second)?),
            None => (four(second)?, number(first)?),
        },
        _ => return None,
    };
    Month::new(year, month)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn months_as_people_and_spreadsheets_write_them() {
        let march = Ok(Period::Month("2026-03".parse().unwrap()));
        for text in [
            "2026-03",
            "2026/3",
            " 2026.03 ",
            "03/2026",
            "3.2026",
            "March 2026",
            "mar 2026",
            "Mar-26",
            "Mar. 2026",
            "2026 March",
            "202603",
            "March, 2026",
        ] {
            assert_eq!(Period::parse(text, None), march, "{text}");
        }
        let first = Ok(Period::Day(date(2026, 3, 1)));
        for text in
            ["2026-03-01", "2026-03-01T23:30:00-08:00", "March 1, 2026", "01.03.2026", "46082", "2026-03-01 12:00"]
        {
            assert_eq!(Period::parse(text, Some(DateOrder::DayFirst)), first, "{text}");
        }
        assert!(matches!(Period::parse("03/04/2026", None), Err(TimeProblem::OrderUnknown(_))));
        let short = |text: &str, order| Period::parse(text, Some(order)).map(Period::month);
        assert_eq!(short("26-03-04", DateOrder::YearFirst), Ok("2026-03".parse().unwrap()));
        assert_eq!(short("26-03-04", DateOrder::DayFirst), Ok("2004-03".parse().unwrap()));
        assert!(matches!(Period::parse("26-03-04", None), Err(TimeProblem::OrderUnknown(_))));
        assert_eq!(Period::parse("17/03/2026", None).map(Period::month), Ok("2026-03".parse().unwrap()));
        for text in [
            "",
            "2026-13",
            "13/2026",
            "2026",
            "Q1 2026",
            "spring",
            "26-Mar",
            "2026-00",
            "202613",
            "Mar Apr",
            "0005-03-01",
        ] {
            assert!(Period::parse(text, None).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,14}|[0-9/. -]{0,10}|(Mar|may)[-/ ]?[0-9]{0,4}") {
            let _ = Period::parse(&text, None);
        }

        #[test]
        fn reads_what_a_month_prints(year in 1900i16..=9998, month in 1i8..=12) {
            let month = Month::new(year, month).unwrap();
            prop_assert_eq!(Period::parse(&month.to_string(), None), Ok(Period::Month(month)));
        }
    }
}
