//! From the words of a condition to its typed values: what text and JSON have in common.

use super::lexer::shortened;
use crate::domain::country;
use crate::domain::lead_work::scores::probability::Probability;
use crate::domain::leads::status::Status;
use crate::domain::leads::{source, tag};
use crate::domain::money::currency;
use crate::domain::phone::{self, PhoneCheck, PhoneProblem, Region};
use crate::domain::text::{nearest, number_of};
use crate::filter::error::Problem;
use crate::filter::field::{Kind, Subject};
use crate::filter::tree::{Condition, Op, Takes};
use crate::filter::value::{Age, Value, When, money};

/// What the reading of values depends on.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The region of national phone numbers.
    pub region: Option<Region>,
}

/// The longest value, in characters.
const MAX_VALUE: usize = 2000;

/// Makes a condition of words; on a problem with the place of the value that is to blame, or of none.
pub(super) fn condition<T>(
    subject: Subject,
    op: Op,
    words: &[(&str, T)],
    reading: &Reading,
) -> Result<Condition, (Problem, Option<usize>)> {
    let kind = subject.kind();
    let op = match (kind, op) {
        (Kind::Tag, Op::In) => Op::Any,
        (Kind::Tag, Op::NotIn) => Op::None,
        (_, op) => op,
    };
    if !kind.ops().contains(&op) {
        return Err((Problem::WrongOperator { subject, op }, None));
    }
    let mut values = Vec::with_capacity(words.len());
    for (place, (word, _)) in words.iter().enumerate() {
        values.push(value(&subject, op, word, reading).map_err(|problem| (problem, Some(place)))?);
    }
    Ok(Condition { subject, op, values })
}

fn value(subject: &Subject, op: Op, word: &str, reading: &Reading) -> Result<Value, Problem> {
    if word.chars().count() > MAX_VALUE {
        return Err(Problem::LongValue { max: MAX_VALUE });
    }
    if op.takes() == Takes::Age {
        return Age::parse(word).map(Value::Age).ok_or_else(|| Problem::BadAge { word: shortened(word) });
    }
    if word.trim().is_empty() {
        return Err(Problem::EmptyValue { subject: subject.clone() });
    }
    let part = matches!(op, Op::Contains | Op::StartsWith);
    let bad = |nearest: Option<&str>| Problem::BadValue {
        subject: subject.clone(),
        value: shortened(word),
        nearest: nearest.map(str::to_owned),
    };
    let trimmed = word.trim();
    let text = |found: Option<String>| found.filter(|text| !text.is_empty()).map(Value::Text).ok_or_else(|| bad(None));
    match subject.kind() {
        Kind::Number => trimmed.parse().map(Value::Number).map_err(|_| bad(None)),
        Kind::Money => money(trimmed).map(Value::Money).ok_or_else(|| bad(None)),
        Kind::Probability => {
            Probability::parse(trimmed).map(|share| Value::Money(share.0.into())).ok_or_else(|| bad(None))
        }
        Kind::Time => When::parse(trimmed).map(Value::Time).ok_or_else(|| bad(When::nearest(trimmed))),
        Kind::Date => {
            let day = When::parse(trimmed).filter(|when| !matches!(when, When::Local(_) | When::Instant(_)));
            day.map(Value::Time).ok_or_else(|| bad(When::nearest(trimmed)))
        }
        Kind::Text | Kind::Exact | Kind::Note => Ok(Value::Text(word.to_owned())),
        Kind::Custom if matches!(op, Op::Lt | Op::Le | Op::Gt | Op::Ge) => {
            number_of(trimmed).map(|_| Value::Decimal(trimmed.to_owned())).ok_or_else(|| bad(None))
        }
        Kind::Custom => Ok(Value::Text(word.to_owned())),
        Kind::Phone if part => text(Some(trimmed.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect())),
        Kind::Phone => match phone::parse(trimmed, reading.region, PhoneCheck::Possible) {
            Ok(parsed) => Ok(Value::Text(parsed.number.to_string())),
            Err(PhoneProblem::RegionMissing) => Err(Problem::RegionMissing { value: shortened(word) }),
            Err(_) => Err(bad(None)),
        },
        Kind::Email | Kind::Owner => Ok(Value::Text(trimmed.to_lowercase())),
        Kind::Territory => text(Some(trimmed.split_whitespace().collect::<Vec<_>>().join(" "))),
        Kind::Source => text(Some(source::normalize(trimmed))),
        Kind::Country => text(country::parse(trimmed)),
        Kind::Currency => text(currency::parse_code(trimmed).ok()),
        Kind::Status => vocabulary(trimmed, Status::parse(trimmed).map(Status::as_str), Status::WORDS).map_err(&bad),
        Kind::Word(words) => {
            let lower = trimmed.to_lowercase();
            vocabulary(trimmed, words.iter().copied().find(|word| *word == lower), words).map_err(&bad)
        }
        Kind::Tag => text(Some(tag::normalize(trimmed))),
        Kind::Flag => match trimmed.to_lowercase().as_str() {
            "yes" | "true" => Ok(Value::Flag(true)),
            "no" | "false" => Ok(Value::Flag(false)),
            other => Err(bad(nearest(other, ["yes", "no"]))),
        },
    }
}

fn vocabulary(word: &str, found: Option<&'static str>, all: &[&'static str]) -> Result<Value, Option<&'static str>> {
    found.map(|word| Value::Text(word.to_owned())).ok_or_else(|| nearest(word, all.iter().copied()))
}
