//! Which months a report covers, by what stands above its rows or in its name.

use crate::domain::time::date_order::DateOrder;
use crate::domain::time::month::Month;
use crate::domain::time::period::Period;

/// The months of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covered {
    Month(Month),
    /// From the first to the last.
    Months(Month, Month),
}

/// What a text such as `February 1, 2026 - February 28, 2026`, `01.02.2026 bis 28.02.2026` or `costs 2026-02` says of the months that are
/// covered. A single day is that of printing.
pub fn in_text(text: &str) -> Option<Covered> {
    let is_part = |word: &&str| !word.is_empty() && !["de", "del"].contains(word);
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(is_part).collect();
    let mut readings: Vec<Covered> = [DateOrder::MonthFirst, DateOrder::DayFirst]
        .into_iter()
        .filter_map(|order| of(&periods(&words, order)?))
        .collect();
    readings.dedup();
    let of_one_month = |covered: &&Covered| matches!(covered, Covered::Month(_));
    match readings.as_slice() {
        [only] => Some(*only),
        // `2/1/2026 - 2/28/2026` is one month's, in whichever order.
        several if several.iter().filter(of_one_month).count() == 1 => several.iter().find(of_one_month).copied(),
        _ => None,
    }
}

/// The months and days that a text names; none where one of its dates is no day in this order.
fn periods(words: &[&str], order: DateOrder) -> Option<Vec<Period>> {
    let (mut found, mut at) = (Vec::new(), 0);
    let has_year = |words: &[&str]| words.iter().any(|word| is_year(word));
    while at < words.len() {
        let rest = words.get(at..).unwrap_or_default();
        let day =
            rest.get(..3).filter(|three| has_year(three) && three.iter().filter(|word| is_number(word)).count() > 1);
        let read = |words: &[&str], between: &str| Period::parse(&words.join(between), Some(order)).ok();
        let of_three = day.and_then(|three| match three {
            [_, _, year] if three.iter().all(|word| is_number(word)) && is_year(year) => Some(read(three, "/")),
            [year, ..] if three.iter().all(|word| is_number(word)) && is_year(year) => Some(read(three, "-")),
            _ => read(three, " ").map(Some),
        });
        let of_two = || read(rest.get(..2).filter(|two| has_year(two))?, " ");
        match of_three {
            Some(Some(period)) => {
                found.push(period);
                at += 3;
            }
            Some(None) => return None,
            None => match of_two() {
                Some(period) => {
                    found.push(period);
                    at += 2;
                }
                None => at += 1,
            },
        }
    }
    Some(found)
}

fn of(periods: &[Period]) -> Option<Covered> {
    if let [Period::Day(_)] = periods {
        return None;
    }
    let months = || periods.iter().map(|period| period.month());
    let (first, last) = (months().min()?, months().max()?);
    Some(if first == last { Covered::Month(first) } else { Covered::Months(first, last) })
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.starts_with("20") && is_number(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_say_which_months_they_cover() {
        let told = |text: &str| match in_text(text) {
            Some(Covered::Month(month)) => month.to_string(),
            Some(Covered::Months(first, last)) => format!("{first} to {last}"),
            None => String::new(),
        };
        for text in [
            "February 1, 2026 - February 28, 2026",
            "1. Februar 2026 – 28. Februar 2026",
            "01.02.2026 bis 28.02.2026",
            "2/1/2026-2/28/2026",
            "2026-02-01 to 2026-02-28",
            "Feb 1, 2026 to Feb 7, 2026",
            "du 1 février 2026 au 28 février 2026",
            "1 de febrero de 2026 - 28 de febrero de 2026",
            "Kosten Februar 2026",
            "costs_2026-02",
            "Northwind-Campaigns-Feb-1-2026-Feb-28-2026",
            "report 02.2026 (2)",
        ] {
            assert_eq!(told(text), "2026-02", "{text}");
        }
        for (text, months) in [
            ("January 1, 2026 - March 31, 2026", "2026-01 to 2026-03"),
            ("20.01.2026 - 19.02.2026", "2026-01 to 2026-02"),
            // In either order of another month.
            ("1/2/2026", ""),
            ("1/2/2026 - 3/4/2026", ""),
            ("March 1, 2026, 9:12 AM", ""),
            ("Campaign report", ""),
            ("2026", ""),
            ("spend 2026 final 3", ""),
            ("", ""),
        ] {
            assert_eq!(told(text), months, "{text}");
        }
    }
}
