//! Leads counted by the values of columns.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::columns::{LeadColumn, Shape, UnknownColumn};
use super::query::LeadQuery;
use crate::db::{Cell, Db, DbError, Statement};
use crate::domain::timestamp::Timestamp;

/// How long the spans are by which days and times are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    /// Of ISO 8601: it begins on Monday.
    Week,
    Month,
    Quarter,
    Year,
}

const UNITS: [(&str, Unit); 5] = [
    ("day", Unit::Day),
    ("week", Unit::Week),
    ("month", Unit::Month),
    ("quarter", Unit::Quarter),
    ("year", Unit::Year),
];

impl Unit {
    /// The span of a day, as dates are written everywhere; later ones sort behind earlier ones.
    fn label(self, day: Date) -> String {
        let (year, month) = (day.year(), day.month());
        match self {
            Unit::Day => day.to_string(),
            Unit::Week => {
                let week = day.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Unit::Month => format!("{year:04}-{month:02}"),
            Unit::Quarter => format!("{year:04}Q{}", (month - 1) / 3 + 1),
            Unit::Year => format!("{year:04}"),
        }
    }
}

/// A column by whose values leads are counted.
#[derive(Debug, Clone)]
pub struct GroupBy {
    pub column: LeadColumn,
    /// Of days and times.
    unit: Option<Unit>,
}

/// Why leads cannot be counted by what a word names.
#[derive(Debug, thiserror::Error)]
pub enum NoGroup {
    #[error("{0}; {remedy}", remedy = .0.remedy())]
    Unknown(UnknownColumn),
    #[error("leads cannot be counted by `{0}`")]
    NotCountable(String),
    #[error("`{0}` holds no days; count by `{0}` alone")]
    NoDays(String),
    #[error("`{0}` is no span of days; the spans are day, week, month, quarter and year")]
    NoUnit(String),
}

impl FromStr for GroupBy {
    type Err = NoGroup;

    /// Reads `status`, `created:month`, `custom.Industry`.
    fn from_str(text: &str) -> Result<GroupBy, NoGroup> {
        let text = text.trim();
        let (name, unit) = match text.rsplit_once(':') {
            Some((name, unit)) if crate::domain::leads::custom::key_of(text).is_none() => (name, Some(unit.trim())),
            _ => (text, None),
        };
        let column = LeadColumn::named(name).map_err(NoGroup::Unknown)?;
        let unit = unit.map(|word| {
            let unit = UNITS.iter().find(|(known, _)| *known == word).map(|(_, unit)| *unit);
            unit.ok_or_else(|| NoGroup::NoUnit(word.to_owned()))
        });
        let unit = unit.transpose()?;
        match (column.shape, unit) {
            (Shape::Time | Shape::Date, unit) => Ok(GroupBy { column, unit: Some(unit.unwrap_or(Unit::Day)) }),
            (Shape::Json | Shape::Money | Shape::Probability, _) => Err(NoGroup::NotCountable(column.name)),
            (Shape::Texts, _) if column.key != TAGS => Err(NoGroup::NotCountable(column.name)),
            (_, Some(_)) => Err(NoGroup::NoDays(column.name)),
            (_, None) => Ok(GroupBy { column, unit: None }),
        }
    }
}

/// A lead counts once for each of its tags.
const TAGS: &str = "tags";

/// A value of a group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    Text(String),
    Number(i64),
    Flag(bool),
    /// Nothing: it comes last.
    Blank,
}

impl Key {
    pub fn is_blank(&self) -> bool {
        *self == Key::Blank
    }

    pub fn json(&self) -> Json {
        match self {
            Key::Text(text) => text.as_str().into(),
            Key::Number(number) => (*number).into(),
            Key::Flag(flag) => (*flag).into(),
            Key::Blank => Json::Null,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Text(text) => f.write_str(text),
            Key::Number(number) => write!(f, "{number}"),
            Key::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
            Key::Blank => f.write_str("–"),
        }
    }
}

/// Leads that have the same values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub keys: Vec<Key>,
    pub count: i64,
}

impl GroupBy {
    /// Whether one lead may be in several groups.
    pub fn is_of_several(&self) -> bool {
        self.column.key == TAGS
    }

    fn is_of_days(&self) -> bool {
        self.unit.is_some()
    }

    /// What the statement groups by. Of times it is the quarter of an hour, in which every zone has one day: the calendar is
    /// that of the organization, and no engine's.
    fn selected(&self, query: &LeadQuery) -> Statement {
        match self.column.shape {
            _ if self.is_of_several() => Statement::new("t.tag"),
            Shape::Time => {
                let time = || self.column.select(&query.at);
                let quarter = Statement::default().either_of(
                    time().sql(" - ").then(time()).sql(" % 900000000"),
                    Statement::new("to_timestamp(floor(date_part('epoch', ").then(time()).sql(") / 900) * 900)"),
                );
                let since = Timestamp::from_micros(QUARTERS_SINCE);
                let before =
                    Statement::new("CASE WHEN ").then(time()).sql(" < ").time(since).sql(" THEN ").then(time());
                before.sql(" ELSE ").then(quarter).sql(" END")
            }
            _ => self.column.select(&query.at),
        }
    }

    fn key(&self, cell: &Cell, zone: &TimeZone) -> Key {
        let day = match (self.column.shape, cell) {
            (Shape::Time, Cell::Number(micros)) => {
                Some(Timestamp::from_micros(*micros).to_jiff().to_zoned(zone.clone()).date())
            }
            (Shape::Date, Cell::Text(day)) => day.parse::<Date>().ok(),
            _ => None,
        };
        match (self.unit, day, cell) {
            (Some(unit), Some(day), _) => Key::Text(unit.label(day)),
            (_, _, Cell::Empty) => Key::Blank,
            (_, _, Cell::Text(text)) if text.is_empty() => Key::Blank,
            (_, _, Cell::Text(text)) => Key::Text(text.clone()),
            (_, _, Cell::Number(number)) if self.column.shape == Shape::Flag => Key::Flag(*number == 1),
            (_, _, Cell::Number(number)) => Key::Number(*number),
        }
    }
}

/// 1972-01-08 in microseconds since 1970: from then on the offsets of all zones are quarters of hours (before, Monrovia's was not).
const QUARTERS_SINCE: i64 = 63_676_800_000_000;

/// By so many columns leads are counted at most.
pub const MOST_KEYS: usize = 3;

impl LeadQuery {
    /// How many leads have which values: by days in their order, else the most frequent first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn groups(&self, conn: &mut Db, by: &[GroupBy]) -> Result<Vec<Group>, DbError> {
        let mut counts: HashMap<Vec<Key>, i64> = HashMap::new();
        self.grouping(by).each_row(conn, |row| -> Result<(), DbError> {
            let keys = by.iter().enumerate().map(|(place, by)| by.key(row.at(place), &self.at.zone)).collect();
            *counts.entry(keys).or_default() += row.at(by.len()).number().unwrap_or_default();
            Ok(())
        })?;
        let mut groups: Vec<Group> = counts.into_iter().map(|(keys, count)| Group { keys, count }).collect();
        let in_order = by.first().is_some_and(GroupBy::is_of_days);
        groups.sort_unstable_by(|a, b| {
            let frequency = b.count.cmp(&a.count).then_with(|| a.keys.cmp(&b.keys));
            if in_order { a.keys.cmp(&b.keys) } else { frequency }
        });
        Ok(groups)
    }

    fn grouping(&self, by: &[GroupBy]) -> Statement {
        let places = ["1", "2", "3"][..by.len().min(MOST_KEYS)].iter().copied().map(Statement::new);
        let tags = " LEFT JOIN lead_tags t ON t.organization_id = leads.organization_id AND t.lead_id = leads.id";
        Statement::new("SELECT ")
            .joined(by.iter().map(|by| by.selected(self)), ", ")
            .sql(", count(*) FROM leads")
            .sql(if by.iter().any(GroupBy::is_of_several) { tags } else { "" })
            .sql(" WHERE ")
            .then(self.condition())
            .sql(" GROUP BY ")
            .joined(places, ", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_their_spans() {
        for good in [
            "status",
            "Source",
            "created",
            "created:month",
            "expected_close_date:quarter",
            "tags",
            "custom.a:b",
            "custom.Industry",
            "score",
            "on_dnc",
            "lead_score",
        ] {
            assert!(good.parse::<GroupBy>().is_ok(), "{good}");
        }
        for (bad, told) in [
            ("statu", "did you mean `status`"),
            ("status:month", "holds no days"),
            ("created:decade", "day, week, month"),
            ("value", "cannot be counted"),
            ("custom_fields", "cannot be counted"),
            ("further_phone", "cannot be counted"),
        ] {
            let said = bad.parse::<GroupBy>().map(|_| ()).unwrap_err().to_string();
            assert!(said.contains(told), "{bad}: {said}");
        }
    }

    #[test]
    fn spans_are_written_as_dates_are() {
        let day = "2027-01-01".parse::<Date>().unwrap();
        let labels = UNITS.map(|(_, unit)| unit.label(day));
        assert_eq!(labels, ["2027-01-01", "2026-W53", "2027-01", "2027Q1", "2027"]);
    }
}
