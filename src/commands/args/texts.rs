//! Texts as arguments.

use crate::domain::leads::source;
use crate::domain::leads::tag::{self, TagProblem};
use crate::error::{CommandError, Result};

/// Takes a text of at most so many characters that is not blank.
pub fn within<const MOST: usize>(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("it is empty".into()),
        length if length > MOST => Err(format!("it has {length} characters, and at most {MOST} are kept")),
        _ if text.contains('\0') => Err("it holds the character U+0000".into()),
        _ => Ok(text.to_owned()),
    }
}

/// The normal form of the name of a source or campaign.
///
/// # Errors
/// Nothing is left of it, or it is too long.
pub fn normal(what: &str, text: &str, most: usize) -> Result<String, CommandError> {
    let name = source::normalize(text);
    match name.chars().count() {
        0 => Err(CommandError::usage(format!("`{text}` names no {what}")).hint(source::REMEDY)),
        length if length > most => {
            Err(CommandError::usage(format!("the {what} has {length} characters"))
                .hint(format!("at most {most} are kept")))
        }
        _ => Ok(name),
    }
}

/// Refuses what are no tags.
pub fn bad_tags(problem: TagProblem) -> CommandError {
    match problem {
        TagProblem::TooLong(_) => CommandError::usage(problem.to_string()),
        TagProblem::NoList => CommandError::usage(format!("what stands for tags {problem}")).hint(tag::REMEDY),
    }
}
