//! Fixed words as arguments.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::domain::Vocabulary;

/// Takes one of a vocabulary's words.
pub fn one_of<T: Vocabulary>() -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(T::ALL.iter().map(|value| value.as_str()))
        .try_map(|word| T::ALL.iter().copied().find(|value| value.as_str() == word).ok_or("an unknown word"))
}

/// Takes one of these words.
pub fn words<T: Copy + Send + Sync + 'static>(known: &'static [(&'static str, T)]) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(known.iter().map(|(word, _)| *word)).try_map(move |text| {
        known.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or("an unknown word")
    })
}
