//! Things that people name: how a name is stored, found and refused.

use crate::domain::text::{fold_case, nearest};
use crate::error::CommandError;

/// A name as it is stored: without blanks around it, inner ones single.
pub fn normal_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The name of a new thing, as it is stored; `noun` is what it is of.
///
/// # Errors
/// The tables do not take it.
pub fn checked_name(noun: &str, name: &str) -> Result<String, CommandError> {
    let name = normal_name(name);
    match name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        true => Err(CommandError::usage(format!("the name of a {noun} is text of 1 to 100 characters"))),
        false => Ok(name),
    }
}

/// The one with this name; where there is none, one whose name differs in its case alone.
pub fn named<'a, T>(all: &'a [T], name_of: impl Fn(&T) -> &str, name: &str) -> Option<&'a T> {
    let folded = fold_case(name);
    let exact = all.iter().find(|one| name_of(one) == name);
    exact.or_else(|| all.iter().find(|one| fold_case(name_of(one)) == folded))
}

/// What is to be said where there is none with this name.
pub fn unknown<'a>(noun: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> CommandError {
    let hint = match nearest(name, known) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("list them: crmctl {noun} list"),
    };
    CommandError::failed(format!("there is no {noun} `{name}`")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_it_is_written_or_in_another_case() {
        let all = ["In", "IN", "Out"];
        let found = |name: &str| named(&all, |one| one, name).copied();
        assert_eq!((found("IN"), found("in"), found("OUT"), found("of")), (Some("IN"), Some("In"), Some("Out"), None));
    }

    #[test]
    fn names_are_refused_by_what_they_are_of() {
        assert_eq!(checked_name("pool", "  in   bound ").unwrap(), "in bound");
        for name in ["", "  ", "a\u{7}b", &"x".repeat(101)] {
            let error = checked_name("pool", name).unwrap_err();
            assert_eq!(error.message, "the name of a pool is text of 1 to 100 characters");
        }
        let error = unknown("pool", "inbuond", ["inbound", "desks"]);
        assert_eq!(
            (error.message.as_str(), error.hint.as_deref()),
            ("there is no pool `inbuond`", Some("did you mean `inbound`?"))
        );
        assert_eq!(unknown("segment", "zzz", ["inbound"]).hint.as_deref(), Some("list them: crmctl segment list"));
    }
}
