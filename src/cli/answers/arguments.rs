//! What is said of arguments that a verb cannot take: what is wrong, the values that it takes, and its usage.

use std::error::Error;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{DESTRUCTIVE, is_unguarded};
use crate::commands::args::again;
use crate::domain::secrets::redacted;
use crate::error::CommandError;

/// An error of the command line in the form of all others; none where only clap has the words for it. `path` is the verb.
pub fn explained(error: &clap::Error, path: &str) -> Option<CommandError> {
    let all = |kind| texts(error, kind);
    let one = |kind| all(kind).into_iter().next().unwrap_or_default();
    let (arg, value) = (one(ContextKind::InvalidArg), one(ContextKind::InvalidValue));
    let message = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => format!("`{arg}` is given without a value"),
        ErrorKind::InvalidValue => format!("`{value}` is no value of `{arg}`"),
        ErrorKind::ValueValidation => {
            let reason = said_of(error.source().map(ToString::to_string).unwrap_or_default(), &value);
            let option = arg.split(' ').next().unwrap_or_default();
            match reason.contains(&value) {
                true => format!("{option}: {reason}"),
                false => format!("{option}: `{value}`: {reason}"),
            }
        }
        ErrorKind::UnknownArgument if arg.starts_with('-') => format!("`{path}` has no option `{arg}`"),
        ErrorKind::UnknownArgument => format!("`{arg}` is one word too many for `{path}`"),
        ErrorKind::MissingRequiredArgument => format!("`{path}` needs {}", quoted(&all(ContextKind::InvalidArg))),
        ErrorKind::ArgumentConflict => match all(ContextKind::PriorArg).as_slice() {
            [] => return None,
            others if others == [arg.as_str()] => format!("`{arg}` is given twice"),
            others => format!("`{arg}` excludes {}", quoted(others)),
        },
        _ => return None,
    };
    let said = |text: &str| redacted::<&str>(text, []);
    let values = all(ContextKind::ValidValue);
    let told = CommandError::usage(said(&message));
    let told = if values.is_empty() { told } else { told.detail(format!("it takes: {}", values.join(", "))) };
    let told = again::of_value(told, &arg, &value);
    Some(if told.hint.is_some() { told } else { told.hint(said(&hint(error, path))) })
}

/// Why a value is none: of a number, in words for people instead of those of the library.
fn said_of(reason: String, value: &str) -> String {
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    match reason.as_str() {
        "invalid digit found in string" if value.strip_prefix('-').is_some_and(is_number) => {
            "it takes a whole number from 0 on".to_owned()
        }
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "it takes a whole number".to_owned()
        }
        "number too large to fit in target type" | "number too small to fit in target type" => {
            "the number is too large".to_owned()
        }
        _ => reason,
    }
}

/// What was probably meant, or else how the verb is called.
fn hint(error: &clap::Error, path: &str) -> String {
    let near = [ContextKind::SuggestedValue, ContextKind::SuggestedArg].map(|kind| texts(error, kind)).concat();
    // The usage of a call shows the option that was probably meant, be it one that goes past a guard.
    let shows_usage = near.is_empty();
    let near = near.first().filter(|near| !is_unguarded(near) && !DESTRUCTIVE.contains(&near.as_str()));
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string(),
        _ => String::new(),
    };
    let usage = usage.trim_start_matches("Usage:").split_whitespace().collect::<Vec<_>>().join(" ");
    match (near, error.kind()) {
        (Some(near), _) => format!("did you mean `{near}`? More: {path} --help"),
        (None, ErrorKind::MissingRequiredArgument | ErrorKind::UnknownArgument) if shows_usage && !usage.is_empty() => {
            format!("its call: {usage}; more: {path} --help")
        }
        (None, _) => format!("see {path} --help"),
    }
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn texts(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::super::super::command;
    use super::super::verb_of;
    use super::*;

    fn told(words: &[&str]) -> (String, Vec<String>, String) {
        let args: Vec<OsString> = std::iter::once(&"crmctl").chain(words).map(OsString::from).collect();
        let error = command().try_get_matches_from(&args).unwrap_err();
        let root = command();
        let (_, path) = verb_of(&args, &root, &super::super::super::globals());
        let told = explained(&error, &path).unwrap_or_else(|| panic!("{words:?}: {error}"));
        (told.message, told.details, told.hint.unwrap())
    }

    #[test]
    fn arguments_are_explained_with_what_is_right() {
        let (message, details, hint) = told(&["lead", "export", "--format", "xml"]);
        assert!(message.starts_with("`xml` is no value of `--format") && details[0].contains("ndjson"), "{message}");
        assert!(hint.contains("crmctl lead export --help"), "{hint}");
        let (message, _, hint) = told(&["lead", "status", "1", "hott"]);
        assert!(message.contains("`hott`") && hint.contains("`hot`"), "{message} {hint}");
        let (message, _, hint) = told(&["budget", "charge", "main", "5"]);
        assert_eq!(message, "`5` is one word too many for `crmctl budget charge`");
        assert!(hint.starts_with("its call: crmctl budget charge"), "{hint}");
        let (message, ..) = told(&["dnc", "remove", "+12125550101"]);
        assert_eq!(message, "`crmctl dnc remove` needs `--reason <TEXT>`");
        assert_eq!(told(&["lead", "edit", "1", "--company"]).0, "`--company <COMPANY>` is given without a value");
        assert!(told(&["roi", "show", "--month", "2026-13"]).0.starts_with("--month: `2026-13` is not a month"));
        assert!(told(&["lead", "list", "--limt", "3"]).2.contains("--limit"));
        assert!(!told(&["lead", "list", "--allow-bypas"]).2.contains("--allow-bypass"));
    }

    #[test]
    fn numbers_are_refused_by_option_value_and_range() {
        let add = ["pool", "member", "add", "p", "a@x.com"];
        for (option, value, said) in [
            ("--weight", "-1", "--weight: -1 is not in 1..=1000000"),
            ("--capacity", "-1", "--capacity: -1 is not in 0..=2147483647"),
            ("--weight", "x", "--weight: `x`: it takes a whole number"),
            ("--weight", "99999999999999999999", "--weight: `99999999999999999999`: the number is too large"),
        ] {
            let call = [&add[..], &[option, value]].concat();
            assert_eq!(told(&call).0, said, "{call:?}");
        }
        assert_eq!(told(&["pool", "add", "p", "--priority", "-1"]).0, "--priority: -1 is not in 0..=1000000");
        assert!(told(&["pool", "runs", "--limit", "-1"]).0.starts_with("--limit: -1 is not in 0..="));
        // What is no number is an option still.
        assert_eq!(told(&["pool", "runs", "--limit", "-x"]).0, "`crmctl pool runs` has no option `-x`");
    }

    #[test]
    fn no_password_is_repeated() {
        let (message, _, hint) = told(&["lead", "list", "postgres://u:hunter2@h/d"]);
        assert!(!format!("{message}{hint}").contains("hunter2"), "{message}");
    }
}
