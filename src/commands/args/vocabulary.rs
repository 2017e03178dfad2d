//! Fixed words as arguments.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Command};

use crate::domain::Vocabulary;
use crate::domain::leads::status::Status;

/// Takes one of a vocabulary's words.
pub fn one_of<T: Vocabulary>() -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(T::ALL.iter().map(|value| value.as_str()))
        .try_map(|word| T::ALL.iter().copied().find(|value| value.as_str() == word).ok_or("an unknown word"))
}

/// Takes a status, or a word that imports read as one: `lost` is cold.
pub fn a_status() -> impl TypedValueParser<Value = Status> {
    StatusParser
}

#[derive(Clone)]
struct StatusParser;

impl TypedValueParser for StatusParser {
    type Value = Status;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Status, clap::Error> {
        match value.to_str().and_then(Status::parse) {
            Some(status) => Ok(status),
            None => one_of::<Status>().parse_ref(command, arg, value),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Status::ALL.iter().map(|status| PossibleValue::new(status.as_str()))))
    }
}

/// Takes one of these words.
pub fn words<T: Copy + Send + Sync + 'static>(known: &'static [(&'static str, T)]) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(known.iter().map(|(word, _)| *word)).try_map(move |text| {
        known.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or("an unknown word")
    })
}
