//! What the types of a lead's columns have in common: their shape in lists, and their text in the audit log.

use super::kinds::Shape;
use crate::db::types::{CivilDate, Json, Uid};
use crate::domain::Vocabulary;
use crate::domain::lead_work::scores::probability::Probability;
use crate::domain::timestamp::Timestamp;

/// A type of values.
pub trait Value: Clone + PartialEq {
    const SHAPE: Shape;

    /// The value as the audit log writes it.
    fn to_text(&self) -> String;

    /// The value that the audit log writes so.
    fn from_text(text: &str) -> Option<Self>;

    /// The value that says that there is none, in a column that is never NULL.
    fn none() -> Option<Self> {
        None
    }
}

/// A type of columns: of a value, or of an optional one.
pub trait ColumnValue: Clone + PartialEq {
    const SHAPE: Shape;
    /// Whether the column is never NULL.
    const IS_REQUIRED: bool;

    /// Whether there is no value.
    fn is_empty(&self) -> bool;

    /// The value as the audit log writes it, if there is one.
    fn logged(&self) -> Option<String>;

    /// The value that the audit log writes so, if there is one.
    fn from_log(text: Option<&str>) -> Option<Self>;
}

impl<T: Value> ColumnValue for T {
    const SHAPE: Shape = T::SHAPE;
    const IS_REQUIRED: bool = true;

    fn is_empty(&self) -> bool {
        T::none().is_some_and(|none| *self == none)
    }

    fn logged(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.to_text())
    }

    fn from_log(text: Option<&str>) -> Option<Self> {
        text.map_or_else(T::none, T::from_text)
    }
}

impl<T: Value> ColumnValue for Option<T> {
    const SHAPE: Shape = T::SHAPE;
    const IS_REQUIRED: bool = false;

    fn is_empty(&self) -> bool {
        self.is_none()
    }

    fn logged(&self) -> Option<String> {
        self.as_ref().map(T::to_text)
    }

    fn from_log(text: Option<&str>) -> Option<Self> {
        text.map_or(Some(None), |text| T::from_text(text).map(Some))
    }
}

impl Value for String {
    const SHAPE: Shape = Shape::Text;

    fn to_text(&self) -> String {
        self.clone()
    }

    fn from_text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn none() -> Option<String> {
        Some(String::new())
    }
}

impl<T: Vocabulary + PartialEq> Value for T {
    const SHAPE: Shape = Shape::Text;

    fn to_text(&self) -> String {
        self.as_str().to_owned()
    }

    fn from_text(text: &str) -> Option<T> {
        T::ALL.iter().copied().find(|word| word.as_str() == text)
    }
}

macro_rules! numbers {
    ($($number:ty),+) => { $(
        impl Value for $number {
            const SHAPE: Shape = Shape::Number;

            fn to_text(&self) -> String {
                self.to_string()
            }

            fn from_text(text: &str) -> Option<$number> {
                text.parse().ok()
            }
        }
    )+ };
}
numbers!(i16, i32, i64);

impl Value for Probability {
    const SHAPE: Shape = Shape::Probability;

    fn to_text(&self) -> String {
        self.to_string()
    }

    fn from_text(text: &str) -> Option<Probability> {
        Probability::parse(text)
    }
}

impl Value for Timestamp {
    const SHAPE: Shape = Shape::Time;

    fn to_text(&self) -> String {
        self.to_string()
    }

    fn from_text(text: &str) -> Option<Timestamp> {
        text.parse::<jiff::Timestamp>().ok().map(Timestamp::from)
    }
}

impl Value for CivilDate {
    const SHAPE: Shape = Shape::Date;

    fn to_text(&self) -> String {
        self.0.to_string()
    }

    fn from_text(text: &str) -> Option<CivilDate> {
        text.parse().ok().map(CivilDate)
    }
}

impl Value for Json {
    const SHAPE: Shape = Shape::Json;

    fn to_text(&self) -> String {
        self.0.to_string()
    }

    fn from_text(text: &str) -> Option<Json> {
        text.parse().ok().map(Json)
    }
}

impl Value for Uid {
    const SHAPE: Shape = Shape::Text;

    fn to_text(&self) -> String {
        self.0.to_string()
    }

    fn from_text(text: &str) -> Option<Uid> {
        text.parse().ok().map(Uid)
    }
}
