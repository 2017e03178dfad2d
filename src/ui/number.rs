//! Numbers for people.

use crate::domain::money::amount::{grouped, money};

/// A part of a whole as a percentage: `64.8%`; a dash when there is no whole.
pub fn percent(part: Option<f64>) -> String {
    part.map_or_else(|| NOTHING.to_owned(), |part| format!("{:.1}%", part * 100.0))
}

/// A change of a percentage, in percentage points: `+4.7`.
pub fn points(change: Option<f64>) -> String {
    // What rounds to nothing has no sign.
    change.map_or_else(|| NOTHING.to_owned(), |points| format!("{:+.1}", (points * 10.0).round() / 10.0 + 0.0))
}

/// A ratio of amounts as a factor: `2.35`.
pub fn factor(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| NOTHING.to_owned(), |ratio| format!("{ratio:.2}"))
}

/// An amount in minor units of a currency; a dash when there is none.
pub fn amount(cents: Option<i64>, code: &str) -> String {
    cents.map_or_else(|| NOTHING.to_owned(), |cents| money(cents, code))
}

/// A change of a count, with its sign: `+12`.
pub fn change_of(count: i64) -> String {
    format!("{}{}", if count > 0 { "+" } else { "" }, grouped(count))
}

/// A length of time, given in hours, in the unit that suits it: `30 s`, `12 min`, `5.3 h`, `12.4 d`.
pub fn duration(hours: Option<f64>) -> String {
    match hours {
        None => NOTHING.to_owned(),
        Some(hours) if hours * 3600.0 < 59.5 => format!("{:.0} s", hours * 3600.0),
        Some(hours) if hours < 1.0 => format!("{:.0} min", hours * 60.0),
        Some(hours) if hours < 48.0 => format!("{hours:.1} h"),
        Some(hours) => format!("{:.1} d", hours / 24.0),
    }
}

/// Stands where there is no figure.
const NOTHING: &str = "–";

/// A count with its groups.
pub fn count(number: u64) -> String {
    grouped(number)
}

/// A count with its noun.
pub fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_changes() {
        assert_eq!((factor(Some(2.346)), factor(None), amount(None, "USD")), ("2.35".into(), "–".into(), "–".into()));
        assert_eq!(amount(Some(125_000), "EUR"), "1,250.00");
        assert_eq!((change_of(1200), change_of(-3), change_of(0)), ("+1,200".into(), "-3".into(), "0".into()));
    }

    #[test]
    fn figures_for_people() {
        assert_eq!((percent(Some(0.648)), percent(None)), ("64.8%".into(), "–".into()));
        assert_eq!((points(Some(4.67)), points(Some(-0.01)), points(None)), ("+4.7".into(), "+0.0".into(), "–".into()));
        let hours = [0.0, 0.008, 0.2, 5.25, 47.9, 48.0, 300.0];
        let told: Vec<String> = hours.iter().map(|hours| duration(Some(*hours))).collect();
        assert_eq!(told, ["0 s", "29 s", "12 min", "5.2 h", "47.9 h", "2.0 d", "12.5 d"]);
    }
}
