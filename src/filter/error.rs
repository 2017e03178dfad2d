//! What is wrong with a filter, and where.

use crate::error::{CommandError, Explain};

use std::ops::Range;

use super::field::{Field, Kind, Subject};
use super::tree::{MAX_CONDITIONS, MAX_DEPTH, MAX_VALUES, Op};

/// A filter that cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{problem}")]
pub struct FilterError {
    pub problem: Box<Problem>,
    /// The bytes of the text that are meant; empty at its end. `None` for JSON.
    pub at: Option<Range<usize>>,
    /// The text of the filter.
    pub text: String,
}

impl Explain for FilterError {
    fn explain(&self) -> CommandError {
        let excerpt = self.excerpt().filter(|_| !self.text.trim().is_empty());
        CommandError::usage(self.to_string()).details(excerpt.into_iter().flatten()).hint(self.problem.remedy())
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Problem {
    #[error("the filter is empty")]
    Empty,
    #[error("the filter is longer than {max} characters")]
    TooLong { max: usize },
    #[error("the filter is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("the filter has more than {MAX_CONDITIONS} conditions")]
    TooManyConditions,
    #[error("the lists of the filter hold more than {MAX_VALUES} values")]
    TooManyValues,
    #[error("a value is longer than {max} characters")]
    LongValue { max: usize },
    #[error("the quoted text has no end")]
    OpenQuote,
    #[error("a parenthesis is not closed")]
    OpenParenthesis,
    #[error("the character {shown} cannot stand here")]
    BadCharacter { shown: String },
    /// Something else was expected.
    #[error("{expected} is expected{}", found.as_deref().map(|found| format!(", not `{found}`")).unwrap_or_default())]
    Expected { expected: String, found: Option<String> },
    #[error("`{word}` is not a field of a lead")]
    UnknownField { word: String, nearest: Option<String> },
    #[error("`{word}` is not an operator")]
    UnknownOperator { word: String, nearest: Option<String>, subject: Subject },
    #[error("`{}` does not take `{op}`", subject.name())]
    WrongOperator { subject: Subject, op: Op },
    #[error("`{value}` is not a value of `{}`", subject.name())]
    BadValue { subject: Subject, value: String, nearest: Option<String> },
    #[error("a value of `{}` is empty", subject.name())]
    EmptyValue { subject: Subject },
    #[error("`{value}` is a national number and no region is known")]
    RegionMissing { value: String },
    #[error("`{word}` is not an age")]
    BadAge { word: String },
    #[error("the filter is not the JSON form: {0}")]
    Json(String),
    #[error("the filter has version {found}; this program knows version 1")]
    Version { found: String },
}

impl FilterError {
    pub fn at(problem: Problem, at: Range<usize>) -> FilterError {
        FilterError { problem: Box::new(problem), at: Some(at), text: String::new() }
    }

    pub fn of_json(problem: Problem) -> FilterError {
        FilterError { problem: Box::new(problem), at: None, text: String::new() }
    }

    /// The part of the text around the place that is meant, and a line that points at it.
    pub fn excerpt(&self) -> Option<[String; 2]> {
        let at = self.at.clone()?;
        let (before, rest) = self.text.split_at_checked(at.start)?;
        let (meant, after) = rest.split_at_checked(at.end.saturating_sub(at.start))?;
        let cut = |text: String, most: usize, from_end: bool| match text.chars().count() {
            count if count <= most => text,
            count if from_end => format!("…{}", text.chars().skip(count - most).collect::<String>()),
            _ => format!("{}…", text.chars().take(most).collect::<String>()),
        };
        let plain = |text: &str| -> String {
            let one = |c: char| if c.is_whitespace() { ' ' } else { c };
            text.chars().map(|c| if c.is_control() && !c.is_whitespace() { '�' } else { one(c) }).collect()
        };
        let before = cut(plain(before), 40, true);
        let meant = cut(plain(meant), 60, false);
        let after = cut(plain(after), 30, false);
        let (indent, width) = (console::measure_text_width(&before), console::measure_text_width(&meant).max(1));
        Some([format!("{before}{meant}{after}"), format!("{}{}", " ".repeat(indent), "^".repeat(width))])
    }
}

impl Problem {
    /// What to do about it.
    pub fn remedy(&self) -> String {
        let meant = |nearest: &Option<String>, otherwise: String| match nearest {
            Some(word) => format!("did you mean `{word}`?"),
            None => otherwise,
        };
        match self {
            Problem::Empty | Problem::Expected { .. } => {
                "a filter looks like this: status in (hot, qualified) and score >= 70 and not tag any (vip)".into()
            }
            Problem::TooLong { .. }
            | Problem::TooDeep
            | Problem::TooManyConditions
            | Problem::TooManyValues
            | Problem::LongValue { .. } => "tag the leads that are meant, and filter by the tag".into(),
            Problem::OpenQuote => "end it with the quote it began with; write \\\" for a quote inside it".into(),
            Problem::OpenParenthesis => "close it with `)`".into(),
            Problem::BadCharacter { .. } => "put text with such characters into quotes".into(),
            Problem::UnknownField { nearest, .. } => {
                let names: Vec<&str> = Field::all().map(Field::as_str).collect();
                meant(nearest, format!("the fields are {}, and custom.KEY", names.join(", ")))
            }
            Problem::UnknownOperator { nearest, subject, .. } => meant(nearest, operators(subject)),
            Problem::WrongOperator { subject, .. } => operators(subject),
            Problem::BadValue { subject, nearest, .. } => {
                meant(nearest, format!("`{}` takes {}", subject.name(), subject.kind().takes()))
            }
            Problem::EmptyValue { subject } => format!("to ask for no value: {} is empty", subject.name()),
            Problem::RegionMissing { .. } => {
                "write it with + and country code, or give the region, for example --region US".into()
            }
            Problem::BadAge { .. } => {
                "an age looks like this: 30 days, 2w (hours, days, weeks, months or years)".into()
            }
            Problem::Json(_) | Problem::Version { .. } => {
                "it looks like this: {\"version\":1,\"filter\":{\"field\":\"status\",\"op\":\"=\",\"value\":\"hot\"}}"
                    .into()
            }
        }
    }
}

fn operators(subject: &Subject) -> String {
    let ops: Vec<&str> = subject.kind().ops().iter().map(|op| op.as_str()).collect();
    let more = match subject.kind() {
        Kind::Tag => " (write `not tag = vip` for leads without a tag)",
        _ => "",
    };
    format!("`{}` takes {}{more}", subject.name(), ops.join(", "))
}
