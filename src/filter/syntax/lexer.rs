//! From text to words and signs.

use std::ops::Range;

use winnow::ascii::Caseless;
use winnow::combinator::{alt, delimited, peek, preceded, repeat, terminated};
use winnow::error::ContextError;
use winnow::prelude::*;
use winnow::stream::LocatingSlice;
use winnow::token::{any, none_of, one_of, take_while};

use crate::domain::leads::custom::PREFIX;
use crate::filter::error::{FilterError, Problem};

/// A word or a sign, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub kind: TokenKind,
    pub at: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TokenKind {
    /// A word as it stands.
    Bare(String),
    /// A text that stood in quotes.
    Quoted(String),
    /// `(`, `)`, `,` or a comparison.
    Sign(&'static str),
}

impl Token {
    /// The token as it was written, near enough for messages.
    pub fn shown(&self) -> String {
        match &self.kind {
            TokenKind::Bare(word) | TokenKind::Quoted(word) => shortened(word),
            TokenKind::Sign(sign) => (*sign).to_owned(),
        }
    }
}

/// The longest text of a filter, in characters.
pub const MAX_LENGTH: usize = 50_000;

/// So much of a value is repeated in a message.
const SHOWN: usize = 60;

pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The words and signs of a text.
///
/// # Errors
/// A quote is not closed, the text is too long, or holds a character that belongs into quotes.
pub fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    if text.chars().count() > MAX_LENGTH {
        return Err(FilterError::of_json(Problem::TooLong { max: MAX_LENGTH }));
    }
    if let Some(start) = text.find('\0') {
        return Err(FilterError::at(Problem::BadCharacter { shown: "U+0000".into() }, start..start + 1));
    }
    let mut input = LocatingSlice::new(text);
    let found: Result<Vec<(TokenKind, Range<usize>)>, ContextError> =
        repeat(0.., preceded(blanks, token.with_span())).parse_next(&mut input);
    let rest = input.trim_start();
    let start = text.len() - rest.len();
    match (found, rest.chars().next()) {
        (Ok(tokens), None) => Ok(tokens.into_iter().map(|(kind, at)| Token { kind, at }).collect()),
        (_, Some('"' | '\'')) => Err(FilterError::at(Problem::OpenQuote, start..text.len())),
        (_, next) => {
            let next = next.unwrap_or(' ');
            let shown = format!("`{}`", next.escape_default());
            Err(FilterError::at(Problem::BadCharacter { shown }, start..start + next.len_utf8()))
        }
    }
}

type Input<'a> = LocatingSlice<&'a str>;

fn blanks(input: &mut Input<'_>) -> Result<(), ContextError> {
    take_while(0.., char::is_whitespace).void().parse_next(input)
}

fn token(input: &mut Input<'_>) -> Result<TokenKind, ContextError> {
    alt((sign.map(TokenKind::Sign), quoted.map(TokenKind::Quoted), bare.map(TokenKind::Bare))).parse_next(input)
}

fn sign(input: &mut Input<'_>) -> Result<&'static str, ContextError> {
    let comparison = alt((
        alt(("!=", "<>")).value("!="),
        "<=".value("<="),
        ">=".value(">="),
        alt(("==", "=")).value("="),
        "<".value("<"),
        ">".value(">"),
    ));
    alt((comparison, "(".value("("), ")".value(")"), ",".value(","))).parse_next(input)
}

/// A word without quotes. The prefix of a custom field ends where the quotes of its key begin.
fn bare(input: &mut Input<'_>) -> Result<String, ContextError> {
    let part = |c: char| !c.is_whitespace() && !c.is_control() && !"(),=<>!\"".contains(c);
    let prefix = terminated(Caseless(PREFIX), peek(one_of(['"', '\''])));
    let word = (any.verify(move |c: &char| part(*c) && *c != '\''), take_while(0.., part)).take();
    alt((prefix, word)).map(str::to_owned).parse_next(input)
}

fn quoted(input: &mut Input<'_>) -> Result<String, ContextError> {
    alt((quoted_by('"'), quoted_by('\''))).parse_next(input)
}

fn quoted_by<'a>(quote: char) -> impl Parser<Input<'a>, String, ContextError> {
    let inner = alt((preceded('\\', one_of(['"', '\'', '\\'])), none_of(quote)));
    delimited(quote, repeat(0.., inner), quote)
}
