//! Times of day as they follow dates in cells, and their zones.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::{Offset, TimeZone};

/// What a cell says of the zone of its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Offset(Offset),
    /// An abbreviation.
    Abbreviation(String),
}

/// What stands between a date and its time.
const JOINTS: [&str; 7] = ["at ", "um ", "à ", "às ", "a las ", "alle ", "om "];

/// What the standard of internet messages says of abbreviations (RFC 5322, 4.3), in hours from UTC.
const NORTH_AMERICAN: [(&str, i8); 8] =
    [("EDT", -4), ("EST", -5), ("CDT", -5), ("CST", -6), ("MDT", -6), ("MST", -7), ("PDT", -7), ("PST", -8)];

impl Said {
    /// The time that a civil time is with it. An abbreviation is that of the organization's zone at that time, else one of North
    /// America; `None` when it is neither.
    pub(super) fn timestamp(&self, civil: DateTime, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Said::Offset(offset) => offset.to_timestamp(civil).ok(),
            Said::Abbreviation(word) => {
                let both = || zone.to_ambiguous_timestamp(civil);
                let own = [both().earlier(), both().later()].into_iter().flatten();
                let mut own = own.filter(|time| zone.to_offset_info(*time).abbreviation() == word);
                own.next().or_else(|| {
                    let (_, hours) = NORTH_AMERICAN.iter().find(|(name, _)| name == word)?;
                    Offset::constant(*hours).to_timestamp(civil).ok()
                })
            }
        }
    }
}

/// Reads what follows a date: nothing, or a time of day with an optional zone.
pub(super) fn clock(rest: &str) -> Option<(Time, Option<Said>)> {
    let rest = rest.trim_start_matches([',', 'T', 't', ' ']).trim();
    let rest = JOINTS.iter().find_map(|joint| rest.strip_prefix(joint)).unwrap_or(rest).trim();
    if rest.is_empty() {
        return Some((Time::midnight(), None));
    }
    let end = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).unwrap_or(rest.len());
    let (digits, mut rest) = (rest.get(..end)?, rest.get(end..)?.trim_start());
    let mut parts = digits.split(':');
    let hour: i8 = two_digits(parts.next()?)?;
    let minute = parts.next().map_or(Some(0), two_digits)?;
    let (second, nanos) = match parts.next() {
        None => (0, 0),
        Some(part) => {
            let (whole, fraction) = part.split_once('.').unwrap_or((part, ""));
            let padded = format!("{fraction:0<9}");
            (two_digits(whole)?, padded.get(..9)?.parse().ok()?)
        }
    };
    let lower = rest.to_ascii_lowercase();
    let noon = [("a.m.", 0), ("p.m.", 12), ("am", 0), ("pm", 12)].into_iter().find(|(word, _)| lower.starts_with(word));
    let hour = match noon {
        None if digits.contains(':') => hour,
        None => return None,
        Some((word, add)) if (1..=12).contains(&hour) => {
            rest = rest.get(word.len()..)?.trim_start();
            hour % 12 + add
        }
        Some(_) => return None,
    };
    let time = Time::new(hour, minute, second, nanos).ok()?;
    Some((time, zone_after(rest)?)).filter(|_| parts.next().is_none())
}

fn two_digits(part: &str) -> Option<i8> {
    part.parse().ok().filter(|_| part.len() <= 2)
}

/// The zone that follows a time; the outer `None` is for what is none.
fn zone_after(rest: &str) -> Option<Option<Said>> {
    let rest = rest.trim().trim_start_matches('(').trim_end_matches(')').trim();
    let rest = match rest.to_ascii_uppercase().as_str() {
        "" | "UHR" => return Some(None),
        "Z" | "UTC" | "GMT" => return Some(Some(Said::Offset(Offset::UTC))),
        _ if (3..=5).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            return Some(Some(Said::Abbreviation(rest.to_owned())));
        }
        upper if upper.starts_with("UTC") || upper.starts_with("GMT") => rest.get(3..)?.trim(),
        _ => rest,
    };
    let (sign, digits) = match rest.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (two_digits(hours)?, two_digits(minutes)?),
        None if digits.len() == 4 => (two_digits(digits.get(..2)?)?, two_digits(digits.get(2..)?)?),
        None => (two_digits(digits)?, 0),
    };
    let seconds = sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60);
    Offset::from_seconds(seconds)
        .ok()
        .filter(|_| hours <= 14 && (0..60).contains(&minutes))
        .map(|offset| Some(Said::Offset(offset)))
}

#[cfg(test)]
mod tests {
    use crate::domain::time::datetime::{TimeProblem, parse, zone};

    #[test]
    fn abbreviations_of_zones() {
        let at = |text: &str, name: &str| parse(text, &zone(name).unwrap(), None).map(|time| time.to_string());
        // RFC 5322, 4.3.
        assert_eq!(at("2026/03/04 17:30 PST", "Europe/Berlin"), Ok("2026-03-05T01:30:00Z".into()));
        assert_eq!(at("4 Mar 2026 17:30 CST", "America/New_York"), Ok("2026-03-04T23:30:00Z".into()));
        assert_eq!(at("July 4, 2026 5:30 PM EDT", "UTC"), Ok("2026-07-04T21:30:00Z".into()));
        // The organization's own zone comes first: China has a CST, too.
        assert_eq!(at("4 Mar 2026 17:30 CST", "Asia/Shanghai"), Ok("2026-03-04T09:30:00Z".into()));
        assert_eq!(at("4 Mar 2026 17:30 CET", "Europe/Berlin"), Ok("2026-03-04T16:30:00Z".into()));
        assert_eq!(at("4 Mar 2026 17:30 CET", "America/New_York"), Err(TimeProblem::NotATime));
        assert_eq!(at("4 Jul 2026 17:30 CET", "Europe/Berlin"), Err(TimeProblem::NotATime));
        // The hour that clocks repeat.
        assert_eq!(at("25 Oct 2026 02:30 CEST", "Europe/Berlin"), Ok("2026-10-25T00:30:00Z".into()));
        assert_eq!(at("25 Oct 2026 02:30 CET", "Europe/Berlin"), Ok("2026-10-25T01:30:00Z".into()));
        assert_eq!(at("1 Nov 2026 01:30 EST", "America/New_York"), Ok("2026-11-01T06:30:00Z".into()));
    }
}
