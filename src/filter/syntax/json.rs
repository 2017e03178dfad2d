//! The JSON form of a filter: what is stored, and what other programs may supply.

use serde_json::{Map, Value as Json, json};

use super::parser::unknown_field;
use super::read::{Reading, condition};
use crate::domain::text::nearest;
use crate::filter::error::{FilterError, Problem};
use crate::filter::field::Subject;
use crate::filter::tree::{Condition, Filter, MAX_DEPTH, Op, Takes};
use crate::filter::value::Value;

/// The version of the form.
const VERSION: u64 = 1;

/// The longest JSON text of a filter, in bytes.
const MAX_BYTES: usize = 500_000;

impl Filter {
    /// The filter as JSON, with the version of the form.
    pub fn to_json(&self) -> Json {
        json!({ "version": VERSION, "filter": node(self) })
    }

    /// Reads the JSON form from text.
    ///
    /// # Errors
    /// It is not JSON, has another version, or a condition that is wrong.
    pub fn from_json_text(text: &str, reading: &Reading) -> Result<Filter, FilterError> {
        if text.len() > MAX_BYTES {
            return Err(FilterError::of_json(Problem::TooLong { max: MAX_BYTES }));
        }
        let form = serde_json::from_str(text).map_err(|e| FilterError::of_json(Problem::Json(e.to_string())))?;
        Filter::from_json(&form, reading)
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// It has another version, or a condition that is wrong.
    pub fn from_json(form: &Json, reading: &Reading) -> Result<Filter, FilterError> {
        let read = || -> Result<Filter, Problem> {
            let form = object(form, "an object with `version` and `filter`")?;
            only(form, &["version", "filter"])?;
            match form.get("version") {
                Some(version) if version.as_u64() == Some(VERSION) => {}
                Some(other) => return Err(Problem::Version { found: shown(other) }),
                None => return Err(Problem::Json("`version` is missing".into())),
            }
            let filter = form.get("filter").ok_or_else(|| Problem::Json("`filter` is missing".into()))?;
            let filter = from_node(filter, reading, 0)?;
            filter.check_size().map(|()| filter)
        };
        read().map_err(FilterError::of_json)
    }
}

fn node(filter: &Filter) -> Json {
    match filter {
        Filter::All(parts) => json!({ "all": parts.iter().map(node).collect::<Vec<_>>() }),
        Filter::Any(parts) => json!({ "any": parts.iter().map(node).collect::<Vec<_>>() }),
        Filter::Not(part) => json!({ "not": node(part) }),
        Filter::Is(condition) => of_condition(condition),
    }
}

fn of_condition(condition: &Condition) -> Json {
    let mut form = Map::new();
    form.insert("field".into(), condition.subject.name().into());
    form.insert("op".into(), condition.op.as_str().into());
    let mut values = condition.values.iter().map(|value| match value {
        Value::Number(number) => Json::from(*number),
        Value::Flag(flag) => Json::from(*flag),
        other => Json::from(other.text()),
    });
    match condition.op.takes() {
        Takes::Nothing => {}
        Takes::Several => drop(form.insert("values".into(), values.collect())),
        Takes::One | Takes::Age => drop(form.insert("value".into(), values.next().unwrap_or(Json::Null))),
    }
    Json::Object(form)
}

fn from_node(form: &Json, reading: &Reading, depth: usize) -> Result<Filter, Problem> {
    if depth > MAX_DEPTH {
        return Err(Problem::TooDeep);
    }
    let object = object(form, "an object with `all`, `any`, `not` or `field`")?;
    let parts = |name: &str| -> Result<Vec<Filter>, Problem> {
        only(object, &[name])?;
        let parts = object.get(name).and_then(Json::as_array).filter(|parts| !parts.is_empty());
        let parts = parts.ok_or_else(|| Problem::Json(format!("`{name}` takes a list of one or more filters")))?;
        parts.iter().map(|part| from_node(part, reading, depth + 1)).collect()
    };
    if object.contains_key("all") {
        return parts("all").map(Filter::all);
    }
    if object.contains_key("any") {
        return parts("any").map(Filter::any);
    }
    if let Some(part) = object.get("not") {
        only(object, &["not"])?;
        return Ok(Filter::Not(Box::new(from_node(part, reading, depth + 1)?)));
    }
    from_condition(object, reading).map(Filter::Is)
}

fn from_condition(form: &Map<String, Json>, reading: &Reading) -> Result<Condition, Problem> {
    only(form, &["field", "op", "value", "values"])?;
    let text = |name: &str| {
        let text = form.get(name).and_then(Json::as_str);
        text.ok_or_else(|| Problem::Json(format!("`{name}` is missing or not text")))
    };
    let name = text("field")?;
    let subject = Subject::named(name).ok_or_else(|| unknown_field(name))?;
    let word = text("op")?;
    let op = Op::from_word(word).ok_or_else(|| Problem::UnknownOperator {
        word: word.chars().take(60).collect(),
        nearest: nearest(word, subject.kind().ops().iter().map(|op| op.as_str())).map(str::to_owned),
        subject: subject.clone(),
    })?;
    let values: Vec<&Json> = match (op.takes(), form.get("value"), form.get("values")) {
        (Takes::Nothing, None, None) => Vec::new(),
        (Takes::One | Takes::Age, Some(value), None) => vec![value],
        (Takes::Several, None, Some(Json::Array(values))) if !values.is_empty() => values.iter().collect(),
        (takes, _, _) => {
            let wants = match takes {
                Takes::Nothing => "neither `value` nor `values`",
                Takes::One | Takes::Age => "one `value`",
                Takes::Several => "`values`, a list of one or more",
            };
            return Err(Problem::Json(format!("`{op}` takes {wants}")));
        }
    };
    let words: Vec<(String, ())> = values.into_iter().map(word_of).collect::<Result<_, _>>()?;
    let words: Vec<(&str, ())> = words.iter().map(|(word, ())| (word.as_str(), ())).collect();
    condition(subject, op, &words, reading).map_err(|(problem, _)| problem)
}

fn word_of(value: &Json) -> Result<(String, ()), Problem> {
    match value {
        Json::String(text) if text.contains('\0') => Err(Problem::BadCharacter { shown: "U+0000".into() }),
        Json::String(text) => Ok((text.clone(), ())),
        Json::Number(number) => Ok((number.to_string(), ())),
        Json::Bool(flag) => Ok((if *flag { "yes" } else { "no" }.to_owned(), ())),
        other => Err(Problem::Json(format!("a value is text, a number, true or false, not {}", shown(other)))),
    }
}

fn object<'a>(form: &'a Json, wanted: &str) -> Result<&'a Map<String, Json>, Problem> {
    form.as_object().ok_or_else(|| Problem::Json(format!("{wanted} is expected, not {}", shown(form))))
}

/// Refuses keys that mean nothing: a misspelt one must not be passed over.
fn only(form: &Map<String, Json>, known: &[&str]) -> Result<(), Problem> {
    match form.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => {
            Err(Problem::Json(format!("`{}` does not belong there", key.chars().take(60).collect::<String>())))
        }
        None => Ok(()),
    }
}

fn shown(value: &Json) -> String {
    value.to_string().chars().take(60).collect()
}
