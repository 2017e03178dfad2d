//! The text of a filter, in one form.

use std::fmt::{self, Display};

use crate::domain::leads::custom::PREFIX;
use crate::filter::field::Subject;
use crate::filter::tree::{Condition, Filter, Takes};
use crate::filter::value::{Value, money_text};

/// Words that stand for something in the language; as values they are put into quotes.
const KEYWORDS: [&str; 15] = [
    "and", "or", "not", "in", "is", "empty", "contains", "starts", "with", "within", "older", "than", "any", "all",
    "none",
];

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Filter::All(parts) => joined(f, parts, " and ", |part| matches!(part, Filter::Any(_))),
            Filter::Any(parts) => joined(f, parts, " or ", |_| false),
            Filter::Not(part) => {
                f.write_str("not ")?;
                grouped(f, part, matches!(**part, Filter::All(_) | Filter::Any(_)))
            }
            Filter::Is(condition) => condition.fmt(f),
        }
    }
}

fn joined(
    f: &mut fmt::Formatter<'_>,
    parts: &[Filter],
    word: &str,
    needs_parentheses: fn(&Filter) -> bool,
) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            f.write_str(word)?;
        }
        grouped(f, part, needs_parentheses(part))?;
    }
    Ok(())
}

fn grouped(f: &mut fmt::Formatter<'_>, part: &Filter, in_parentheses: bool) -> fmt::Result {
    match in_parentheses {
        true => write!(f, "({part})"),
        false => part.fmt(f),
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::Field(field) => write!(f, "{field} {}", self.op)?,
            Subject::Custom(key) if is_bare(key) => write!(f, "{PREFIX}{key} {}", self.op)?,
            Subject::Custom(key) => write!(f, "{PREFIX}{} {}", quoted(key), self.op)?,
        }
        let values: Vec<String> = self.values.iter().map(Value::in_filter).collect();
        match self.op.takes() {
            Takes::Nothing => Ok(()),
            Takes::Several => write!(f, " ({})", values.join(", ")),
            Takes::One | Takes::Age => write!(f, " {}", values.join(" ")),
        }
    }
}

impl Value {
    /// The value as plain text.
    pub fn text(&self) -> String {
        match self {
            Value::Text(text) | Value::Decimal(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Money(amount) => money_text(*amount),
            Value::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Value::Time(when) => when.to_string(),
            Value::Age(age) => age.to_string(),
        }
    }

    /// The value as a filter writes it: in quotes where it needs them.
    fn in_filter(&self) -> String {
        let text = self.text();
        match self {
            Value::Text(_) | Value::Time(_) if !is_bare(&text) => quoted(&text),
            _ => text,
        }
    }
}

fn is_bare(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "_-.@+/:#&*".contains(c);
    !text.is_empty() && text.chars().all(plain) && !KEYWORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
