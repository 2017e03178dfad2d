//! Dates of three short numbers, such as `03/04/2026` and `26-03-04`, and the orders in which they can be read.

use std::fmt;

use jiff::civil::Date;

vocabulary! {
    /// In which order day, month and year stand in dates such as `03/04/2026` and `26-03-04`.
    DateOrder {
        DayFirst = "dmy",
        MonthFirst = "mdy",
        YearFirst = "ymd",
    }
}

impl DateOrder {
    /// The order in words.
    pub fn in_words(self) -> &'static str {
        match self {
            DateOrder::DayFirst => "day first",
            DateOrder::MonthFirst => "month first",
            DateOrder::YearFirst => "year first",
        }
    }
}

/// Some of the orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Orders(u8);

impl Orders {
    /// All of them.
    pub fn all() -> Orders {
        DateOrder::ALL.iter().copied().collect()
    }

    /// Those that are among these, too.
    pub fn and(self, others: Orders) -> Orders {
        Orders(self.0 & others.0)
    }

    /// Those of either.
    pub fn or(self, others: Orders) -> Orders {
        Orders(self.0 | others.0)
    }

    /// Each of them.
    pub fn each(self) -> impl Iterator<Item = DateOrder> {
        DateOrder::ALL.iter().copied().filter(move |&order| self.contains(order))
    }

    pub fn contains(self, order: DateOrder) -> bool {
        self.0 & bit(order) != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The order, when it is one alone.
    pub fn only(self) -> Option<DateOrder> {
        DateOrder::ALL.iter().copied().find(|&order| self.0 == bit(order))
    }

    /// What says which of them holds.
    pub fn option(self) -> &'static str {
        match self.contains(DateOrder::YearFirst) {
            true => "say which with --date-order dmy, mdy or ymd",
            false => "say which with --date-order dmy or --date-order mdy",
        }
    }
}

fn bit(order: DateOrder) -> u8 {
    match order {
        DateOrder::DayFirst => 1,
        DateOrder::MonthFirst => 2,
        DateOrder::YearFirst => 4,
    }
}

impl FromIterator<DateOrder> for Orders {
    fn from_iter<I: IntoIterator<Item = DateOrder>>(orders: I) -> Orders {
        Orders(orders.into_iter().fold(0, |bits, order| bits | bit(order)))
    }
}

impl fmt::Display for Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = DateOrder::ALL.iter().filter(|o| self.contains(**o)).map(|o| o.in_words()).collect();
        match words.split_last() {
            Some((last, before)) if !before.is_empty() => write!(f, "{} or {last}", before.join(", ")),
            _ => f.write_str(&words.concat()),
        }
    }
}

/// The days that a date of three numbers can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Readings {
    day_first: Option<Date>,
    month_first: Option<Date>,
    year_first: Option<Date>,
}

impl Readings {
    /// Reads three numbers. A year has two digits or four, and four only in the last place.
    pub(super) fn of(parts: [&str; 3]) -> Readings {
        let [a, b, c] = parts;
        let number = |part: &str| part.parse::<i8>().ok().filter(|_| part.len() <= 2);
        let date = |year: &str, month: &str, day: &str| Date::new(year_of(year)?, number(month)?, number(day)?).ok();
        Readings {
            day_first: date(c, b, a),
            month_first: date(c, a, b),
            year_first: if a.len() == 2 { date(a, b, c) } else { None },
        }
    }

    /// The day in an order, if it is one.
    pub fn day(&self, order: DateOrder) -> Option<Date> {
        match order {
            DateOrder::DayFirst => self.day_first,
            DateOrder::MonthFirst => self.month_first,
            DateOrder::YearFirst => self.year_first,
        }
    }

    /// The orders in which it is a day of the calendar.
    pub fn orders(&self) -> Orders {
        DateOrder::ALL.iter().copied().filter(|&order| self.day(order).is_some()).collect()
    }

    /// The day that it is in every order in which it is one; `None` when they differ.
    pub fn same(&self) -> Option<Date> {
        let mut days = [self.day_first, self.month_first, self.year_first].into_iter().flatten();
        let first = days.next()?;
        days.all(|day| day == first).then_some(first)
    }
}

/// A year of four digits, or of two: 69 to 99 are of the last century, as POSIX has it for `%y`.
pub(super) fn year_of(part: &str) -> Option<i16> {
    let year: i16 = part.parse().ok()?;
    match part.len() {
        4 => Some(year),
        2 if year >= 69 => Some(1900 + year),
        2 => Some(2000 + year),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The days of a month, without the library.
    fn days_of(year: u16, month: u16) -> u16 {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        match month {
            2 => 28 + u16::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        }
    }

    /// Every triple of two digits in a plain enumeration of its three readings.
    #[test]
    fn every_triple_has_the_readings_that_the_calendar_allows() {
        let year = |short: u16| if short >= 69 { 1900 + short } else { 2000 + short };
        let is_day = |y: u16, m: u16, d: u16| d >= 1 && d <= days_of(year(y), m);
        for a in 0..100 {
            for b in 0..100 {
                for c in 0..100 {
                    let texts = [format!("{a:02}"), format!("{b:02}"), format!("{c:02}")];
                    let readings = Readings::of([&texts[0], &texts[1], &texts[2]]);
                    let expected = [is_day(c, b, a), is_day(c, a, b), is_day(a, b, c)];
                    let found = DateOrder::ALL.iter().map(|order| readings.day(*order).is_some());
                    assert!(found.eq(expected), "{a}-{b}-{c}");
                }
            }
        }
    }

    #[test]
    fn centuries_and_lengths() {
        let day = |parts: [&str; 3], order| Readings::of(parts).day(order).map(|day| day.to_string());
        assert_eq!(day(["31", "12", "69"], DateOrder::DayFirst).as_deref(), Some("1969-12-31"));
        assert_eq!(day(["31", "12", "68"], DateOrder::DayFirst).as_deref(), Some("2068-12-31"));
        assert_eq!(day(["99", "12", "31"], DateOrder::YearFirst).as_deref(), Some("1999-12-31"));
        assert_eq!(day(["26", "3", "4"], DateOrder::YearFirst).as_deref(), Some("2026-03-04"));
        assert_eq!(day(["3", "4", "26"], DateOrder::YearFirst), None);
        assert_eq!(day(["03", "04", "2026"], DateOrder::YearFirst), None);
        assert_eq!(Readings::of(["05", "05", "05"]).same().map(|day| day.to_string()).as_deref(), Some("2005-05-05"));
        assert_eq!(Readings::of(["04", "04", "05"]).same(), None);
        assert_eq!(Readings::of(["04", "04", "2005"]).same().map(|day| day.to_string()).as_deref(), Some("2005-04-04"));
    }

    #[test]
    fn orders_in_words() {
        let orders = |parts| Readings::of(parts).orders();
        assert_eq!(orders(["03", "04", "2026"]).to_string(), "day first or month first");
        assert_eq!(orders(["03", "04", "26"]).to_string(), "day first, month first or year first");
        for (parts, order) in [
            (["17", "03", "2026"], DateOrder::DayFirst),
            (["31", "12", "99"], DateOrder::DayFirst),
            (["04", "13", "05"], DateOrder::MonthFirst),
            (["99", "12", "31"], DateOrder::YearFirst),
            (["31", "04", "05"], DateOrder::YearFirst),
        ] {
            assert_eq!(orders(parts).only(), Some(order), "{parts:?}");
        }
        for parts in [["26", "03", "04"], ["25", "12", "01"], ["24", "02", "29"]] {
            assert_eq!(orders(parts).to_string(), "day first or year first", "{parts:?}");
        }
    }
}
