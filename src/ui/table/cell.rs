//! The text of a value in a table.

use serde_json::Value;

use super::column::{Column, Kind};
use crate::domain::formula::json_cell;
use crate::domain::money::amount::{grouped, money, with_currency};
use crate::ui::label;
use crate::ui::number::percent;
use crate::ui::zone::Clock;

/// The text of a record's value under a column, as a column of this kind shows it to people.
pub fn cell_of(record: &Value, column: &Column, kind: Kind, clock: &Clock) -> String {
    let value = record.get(&*column.key).unwrap_or(&Value::Null);
    match (kind, value) {
        (Kind::Money(currency) | Kind::MoneyIn(currency), Value::Number(cents)) => {
            let code = record.get(currency).and_then(Value::as_str).unwrap_or_default();
            let written = if matches!(kind, Kind::Money(_)) { money } else { with_currency };
            written(cents.as_i64().unwrap_or_default(), code)
        }
        (Kind::Amounts, Value::Object(amounts)) => {
            let each = amounts.iter().map(|(code, cents)| with_currency(cents.as_i64().unwrap_or_default(), code));
            each.collect::<Vec<_>>().join(", ")
        }
        (Kind::Field, Value::String(key)) => label(key).into_owned(),
        (Kind::Logged(field), _) => {
            let is_time = record
                .get(field)
                .and_then(Value::as_str)
                .is_some_and(|field| field.ends_with("_at") && !field.starts_with("custom."));
            text_of(value, if is_time { Kind::Time } else { Kind::Text }, clock)
        }
        _ => text_of(value, kind, clock),
    }
}

/// The text of a value in a table.
fn text_of(value: &Value, kind: Kind, clock: &Clock) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Number(number) if kind == Kind::Percent => percent(number.as_f64()),
        Value::Number(number) => match (kind, number.as_i64()) {
            (Kind::Count, Some(count)) => grouped(count),
            _ => number.to_string(),
        },
        Value::String(text) => match (kind, text.parse::<jiff::Timestamp>()) {
            (Kind::Time, Ok(time)) => clock.minute(time.into()),
            (Kind::Ago, Ok(time)) => clock.minute_and_age(time.into()),
            (Kind::Date, Ok(time)) => clock.day(time.into()),
            _ => text.clone(),
        },
        Value::Array(values) if kind == Kind::Mark => if values.is_empty() { "" } else { "yes" }.to_owned(),
        Value::Array(values) => values.iter().map(|value| text_of(value, kind, clock)).collect::<Vec<_>>().join(", "),
        Value::Object(map) if map.is_empty() => String::new(),
        Value::Object(_) => json_cell(&value.to_string()).into_owned(),
    }
}
