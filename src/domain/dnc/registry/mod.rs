//! Registries: do-not-call lists of others, such as a country's, and what an answer from one is worth.

pub mod area_codes;
pub mod block;
pub mod numbers;

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::codes::INTERNAL;
use crate::domain::phone::{E164, nanp, plan};

vocabulary! {
    /// Whose list a registry is.
    RegistryKind {
        /// A country's.
        National = "national",
        /// A state's or a province's.
        State = "state",
        /// People who sue callers.
        Litigator = "litigator",
        /// Numbers that have another subscriber now.
        Reassigned = "reassigned",
        Other = "other",
    }
}

vocabulary! {
    /// What a file of a registry holds.
    LoadMode {
        /// All of its numbers.
        Full = "full",
        /// Numbers that it has besides.
        Add = "add",
        /// Numbers that it has no more.
        Remove = "remove",
    }
}

vocabulary! {
    /// What became of a revision of a registry.
    RevisionState {
        /// Its numbers are being written.
        Loading = "loading",
        /// It is whole.
        Complete = "complete",
        /// It never became whole.
        Abandoned = "abandoned",
        /// Its numbers are gone: a newer revision took its place, or the registry was dropped.
        Removed = "removed",
    }
}

/// How old a list of a country may be, in days. United States: 16 CFR 310.4(b)(3)(iv); Canada: Telecom Decision CRTC 2007-48, 31 days;
/// United Kingdom: PECR 2003, regulation 21(3), 28 days. Where no rule is known it is the smallest of these.
pub fn greatest_age_days(country: &str) -> i32 {
    match country {
        "US" | "CA" => 31,
        _ => 28,
    }
}

/// The longest name of a registry.
pub const MAX_NAME: usize = 60;

/// Reads the name of a registry: lower-case letters, digits, dots, hyphens and underscores.
///
/// # Errors
/// A sentence that says what a name is.
pub fn name(text: &str) -> Result<String, String> {
    let name = text.trim().to_ascii_lowercase();
    let is_good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    match starts_well && name.len() <= MAX_NAME && name.chars().all(is_good) && name != INTERNAL {
        true => Ok(name),
        false => Err(format!(
            "`{text}` is no name of a registry; use up to {MAX_NAME} letters, digits, dots, hyphens and underscores, such as us-national"
        )),
    }
}

/// Whether a registry of a country has to be asked about a number: all numbers of the country's calling code that are not another
/// country's.
pub fn concerns(number: E164, country: &str, code: i32) -> bool {
    if i32::from(plan::calling_code(number)) != code {
        return false;
    }
    code != 1 || nanp::area_code(number).is_none_or(|area_code| nanp::may_be_of(area_code, country))
}

/// What a number begins with that says of which country it is: its calling code, and where several countries share that its area code.
pub fn prefix(number: E164) -> String {
    let code = plan::calling_code(number);
    match nanp::area_code(number).filter(|_| code == 1) {
        Some(area_code) => format!("+{code} {area_code}"),
        None => format!("+{code}"),
    }
}

/// The part of a country that a revision covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    Country,
    /// These area codes of the North American Numbering Plan.
    AreaCodes(BTreeSet<u16>),
}

impl Coverage {
    /// Whether what is not in the list is known not to be listed.
    pub fn covers(&self, number: E164) -> bool {
        match self {
            Coverage::Country => true,
            Coverage::AreaCodes(codes) => nanp::area_code(number).is_some_and(|code| codes.contains(&code)),
        }
    }
}

/// Why a registry does not say that a number is clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shortfall {
    /// Nothing of it is loaded.
    Missing,
    /// What is loaded is older than it may be.
    TooOld { as_of: Date, max_age_days: i32 },
    /// What is loaded does not cover the area code of the number.
    NotCovered { area_code: u16 },
}

impl Shortfall {
    /// The code of the reason, as files of scrubbed rows have it.
    pub fn code(&self) -> &'static str {
        match self {
            Shortfall::Missing => "missing",
            Shortfall::TooOld { .. } => "too_old",
            Shortfall::NotCovered { .. } => "not_covered",
        }
    }
}

/// Whether a list as of a day is too old on another.
pub fn is_too_old(as_of: Date, max_age_days: i32, today: Date) -> bool {
    as_of.checked_add(jiff::Span::new().days(max_age_days)).is_ok_and(|last| today > last)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_list_is_too_old_the_day_after_its_last() {
        let as_of = date(2026, 1, 1);
        assert!(!is_too_old(as_of, 31, date(2026, 2, 1)));
        assert!(is_too_old(as_of, 31, date(2026, 2, 2)));
        assert!(!is_too_old(as_of, 28, date(2026, 1, 29)) && is_too_old(as_of, 28, date(2026, 1, 30)));
    }

    #[test]
    fn names_are_plain() {
        assert_eq!(name(" US-National ").unwrap(), "us-national");
        for bad in ["", "internal", "-a", "a b", "ä", "a/b", &"a".repeat(61)] {
            assert!(name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_registry_concerns_the_numbers_of_its_country() {
        let number = |text: &str| E164::from_e164(text).unwrap();
        assert!(concerns(number("+12125550142"), "US", 1));
        assert!(!concerns(number("+14165550142"), "US", 1));
        assert!(concerns(number("+14165550142"), "CA", 1));
        assert!(concerns(number("+18005550142"), "US", 1) && concerns(number("+18005550142"), "CA", 1));
        assert!(concerns(number("+442079460018"), "GB", 44) && !concerns(number("+442079460018"), "US", 1));
    }

    #[test]
    fn what_is_not_covered_is_not_known() {
        let codes = Coverage::AreaCodes(BTreeSet::from([212, 718]));
        let covers = |coverage: &Coverage, text: &str| coverage.covers(E164::from_e164(text).unwrap());
        assert!(covers(&codes, "+12125550142") && !covers(&codes, "+19175550142") && !covers(&codes, "+442079460018"));
        assert!(covers(&Coverage::Country, "+19175550142"));
    }
}
