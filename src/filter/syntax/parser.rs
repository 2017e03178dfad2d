//! From words and signs to the typed tree.

use std::ops::Range;

use winnow::combinator::separated;
use winnow::error::{ErrMode, ParserError};
use winnow::prelude::*;
use winnow::stream::{Stateful, Stream, TokenSlice};
use winnow::token::any;

use super::lexer::{Token, TokenKind, shortened, tokens};
use super::read::{Reading, condition};
use crate::domain::leads::custom::PREFIX;
use crate::domain::text::nearest;
use crate::filter::error::{FilterError, Problem};
use crate::filter::field::{Field, Kind, MAX_KEY, Subject};
use crate::filter::tree::{Filter, MAX_DEPTH, Op, Takes};
use crate::filter::value::{Age, When};

/// Reads a filter.
///
/// # Errors
/// What is wrong with it, and where.
pub fn parse(text: &str, reading: &Reading) -> Result<Filter, FilterError> {
    parse_words(text, reading).map_err(|error| FilterError { text: text.to_owned(), ..error })
}

fn parse_words(text: &str, reading: &Reading) -> Result<Filter, FilterError> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(FilterError::at(Problem::Empty, 0..text.len()));
    }
    let state = State { reading, depth: 0, end: text.len() };
    let mut input = Stateful { input: TokenSlice::new(&tokens), state };
    let filter = any_of.parse_next(&mut input).map_err(|error| inner(error, text.len()))?;
    if let Some(token) = input.input.first() {
        return Err(expected_but("`and`, `or` or the end", Some(token), text.len()));
    }
    filter.check_size().map_err(FilterError::of_json)?;
    Ok(filter)
}

#[derive(Debug, Clone, Copy)]
struct State<'a> {
    reading: &'a Reading,
    /// How many parentheses and `not` are open.
    depth: usize,
    /// The length of the text.
    end: usize,
}

type Input<'a> = Stateful<TokenSlice<'a, Token>, State<'a>>;
type Parsed<T> = Result<T, ErrMode<FilterError>>;

impl ParserError<Input<'_>> for FilterError {
    type Inner = FilterError;

    fn from_input(input: &Input<'_>) -> FilterError {
        expected_but("something else", input.input.first(), input.state.end)
    }

    fn into_inner(self) -> Result<FilterError, FilterError> {
        Ok(self)
    }
}

fn inner(error: ErrMode<FilterError>, end: usize) -> FilterError {
    match error {
        ErrMode::Backtrack(error) | ErrMode::Cut(error) => error,
        ErrMode::Incomplete(_) => FilterError::at(Problem::Empty, 0..end),
    }
}

fn expected_but(expected: &str, found: Option<&Token>, end: usize) -> FilterError {
    let at = found.map_or(end..end, |token| token.at.clone());
    FilterError::at(Problem::Expected { expected: expected.to_owned(), found: found.map(Token::shown) }, at)
}

fn any_of(input: &mut Input<'_>) -> Parsed<Filter> {
    separated(1.., all_of, keyword("or")).map(Filter::any).parse_next(input)
}

fn all_of(input: &mut Input<'_>) -> Parsed<Filter> {
    separated(1.., term, keyword("and")).map(Filter::all).parse_next(input)
}

/// A condition, a group in parentheses, or the opposite of either. Nothing else can stand here, so its errors are final.
fn term(input: &mut Input<'_>) -> Parsed<Filter> {
    let depth = input.state.depth;
    if depth > MAX_DEPTH {
        let at = input.input.first().map_or(input.state.end..input.state.end, |token| token.at.clone());
        return Err(ErrMode::Cut(FilterError::at(Problem::TooDeep, at)));
    }
    let term = match input.input.first().map(|token| (&token.kind, token.at.clone())) {
        Some((TokenKind::Sign("("), at)) => {
            input.state.depth += 1;
            next(input);
            let group = any_of(input)?;
            match input.input.first() {
                Some(Token { kind: TokenKind::Sign(")"), .. }) => drop(next(input)),
                None => return Err(ErrMode::Cut(FilterError::at(Problem::OpenParenthesis, at))),
                found => return cut(expected_but("`and`, `or` or `)`", found, input.state.end)),
            }
            group
        }
        Some((TokenKind::Bare(word), _)) if word.eq_ignore_ascii_case("not") => {
            input.state.depth += 1;
            next(input);
            Filter::Not(Box::new(term(input)?))
        }
        _ => one_condition(input).map(Filter::Is)?,
    };
    input.state.depth = depth;
    Ok(term)
}

fn one_condition(input: &mut Input<'_>) -> Parsed<crate::filter::Condition> {
    let subject = subject(input)?;
    let (op, op_at) = operator(input, &subject)?;
    let mut values = Vec::new();
    match op.takes() {
        Takes::Nothing => {}
        Takes::One => values.push(match subject.kind() {
            Kind::Time | Kind::Date => time(input)?,
            _ => value(input)?,
        }),
        Takes::Age => values.push(age(input)?),
        Takes::Several => {
            sign(input, "(", "`(` and a list of values")?;
            loop {
                values.push(value(input)?);
                if sign(input, ",", "`,` or `)`").is_err() {
                    break;
                }
            }
            sign(input, ")", "`,` or `)`")?;
        }
    }
    let reading = input.state.reading;
    let values: Vec<(&str, Range<usize>)> = values.iter().map(|(text, at)| (text.as_str(), at.clone())).collect();
    condition(subject, op, &values, reading).map_err(|(problem, place)| {
        let at = place.and_then(|place| values.get(place)).map_or(op_at, |(_, at)| at.clone());
        ErrMode::Cut(FilterError::at(problem, at))
    })
}

/// The field, or the custom field, whose key may stand in quotes.
fn subject(input: &mut Input<'_>) -> Parsed<Subject> {
    let end = input.state.end;
    let Some(token) = input.input.first().cloned() else {
        return cut(expected_but("a condition such as `status = hot`", None, end));
    };
    let TokenKind::Bare(word) = &token.kind else {
        return cut(expected_but("a field", Some(&token), end));
    };
    if ["and", "or"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword)) {
        return cut(expected_but("a condition such as `status = hot`", Some(&token), end));
    }
    next(input);
    if word.eq_ignore_ascii_case(PREFIX) {
        return match input.input.first().cloned() {
            Some(Token { kind: TokenKind::Quoted(key), at }) if at.start == token.at.end => {
                next(input);
                let bad = key.is_empty() || key.chars().count() > MAX_KEY;
                match bad {
                    true => cut(FilterError::at(unknown_field(&format!("{PREFIX}{key}")), token.at.start..at.end)),
                    false => Ok(Subject::Custom(key)),
                }
            }
            found => cut(expected_but("the key of a custom field", found.as_ref(), end)),
        };
    }
    Subject::named(word).ok_or_else(|| ErrMode::Cut(FilterError::at(unknown_field(word), token.at)))
}

/// Why a word is no field, with the nearest that is one.
pub(super) fn unknown_field(word: &str) -> Problem {
    let nearest = nearest(word, Field::all().map(Field::as_str)).map(str::to_owned);
    Problem::UnknownField { word: shortened(word), nearest }
}

/// The operators in words, the longer ones first.
const IN_WORDS: [(&[&str], Op); 12] = [
    (&["is", "not", "empty"], Op::IsNotEmpty),
    (&["is", "empty"], Op::IsEmpty),
    (&["not", "in"], Op::NotIn),
    (&["in"], Op::In),
    (&["contains"], Op::Contains),
    (&["starts", "with"], Op::StartsWith),
    (&["within", "next"], Op::WithinNext),
    (&["within"], Op::Within),
    (&["older", "than"], Op::OlderThan),
    (&["any"], Op::Any),
    (&["all"], Op::All),
    (&["none"], Op::None),
];

fn operator(input: &mut Input<'_>, subject: &Subject) -> Parsed<(Op, Range<usize>)> {
    let end = input.state.end;
    let Some(token) = input.input.first().cloned() else {
        return cut(expected_but(&format!("an operator after `{}`", subject.name()), None, end));
    };
    match &token.kind {
        TokenKind::Sign(sign) => {
            if let Some(op) = Op::from_word(sign) {
                next(input);
                return Ok((op, token.at));
            }
        }
        TokenKind::Bare(word) => {
            for (words, op) in IN_WORDS {
                let said = input.input.iter().take(words.len()).map(|token| &token.kind);
                let matches = said
                    .filter(|kind| matches!(kind, TokenKind::Bare(_)))
                    .zip(words)
                    .filter(|(kind, word)| matches!(kind, TokenKind::Bare(said) if said.eq_ignore_ascii_case(word)));
                if matches.count() == words.len() {
                    let last = words.iter().filter_map(|_| next(input)).last();
                    return Ok((op, token.at.start..last.map_or(token.at.end, |last| last.at.end)));
                }
            }
            let nearest = nearest(word, subject.kind().ops().iter().map(|op| op.as_str())).map(str::to_owned);
            let problem = Problem::UnknownOperator { word: shortened(word), nearest, subject: subject.clone() };
            return cut(FilterError::at(problem, token.at));
        }
        TokenKind::Quoted(_) => {}
    }
    cut(expected_but(&format!("an operator after `{}`", subject.name()), Some(&token), end))
}

fn value(input: &mut Input<'_>) -> Parsed<(String, Range<usize>)> {
    match input.input.first().cloned() {
        Some(Token { kind: TokenKind::Bare(text) | TokenKind::Quoted(text), at }) => {
            next(input);
            Ok((text, at))
        }
        found => cut(expected_but("a value", found.as_ref(), input.state.end)),
    }
}

/// A number and a unit, or both in one text.
fn age(input: &mut Input<'_>) -> Parsed<(String, Range<usize>)> {
    let (number, at) = value(input)?;
    if number.contains(char::is_whitespace) || Age::parse(&number).is_some() {
        return Ok((number, at));
    }
    let (unit, unit_at) = value(input)?;
    Ok((format!("{number} {unit}"), at.start..unit_at.end))
}

/// The name of a time, which may be of several words: `7 days ago`, `in 2 weeks`.
fn time(input: &mut Input<'_>) -> Parsed<(String, Range<usize>)> {
    let (mut text, mut at) = value(input)?;
    for words in 1..=2 {
        let Some(Token { kind: TokenKind::Bare(word), at: word_at }) = input.input.first().cloned() else { break };
        let longer = format!("{text} {word}");
        let is_begun = words == 1 && text.eq_ignore_ascii_case("in");
        if !is_begun && When::parse(&longer).is_none() {
            break;
        }
        next(input);
        (text, at) = (longer, at.start..word_at.end);
    }
    Ok((text, at))
}

fn sign(input: &mut Input<'_>, wanted: &'static str, expected: &str) -> Parsed<()> {
    match input.input.first() {
        Some(Token { kind: TokenKind::Sign(sign), .. }) if *sign == wanted => {
            next(input);
            Ok(())
        }
        found => cut(expected_but(expected, found, input.state.end)),
    }
}

fn keyword<'a>(word: &'static str) -> impl Parser<Input<'a>, (), ErrMode<FilterError>> {
    any.verify(move |token: &Token| matches!(&token.kind, TokenKind::Bare(said) if said.eq_ignore_ascii_case(word)))
        .void()
}

fn next(input: &mut Input<'_>) -> Option<Token> {
    input.next_token().cloned()
}

fn cut<T>(error: FilterError) -> Parsed<T> {
    Err(ErrMode::Cut(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reading() -> Reading {
        Reading { region: "US".parse().ok() }
    }

    fn same(text: &str) {
        let filter = parse(text, &reading()).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!(filter.to_string(), text);
    }

    fn problem(text: &str) -> (Problem, String) {
        let error = parse(text, &reading()).expect_err(text);
        let meant = error.at.map(|at| text[at].to_owned()).unwrap_or_default();
        (*error.problem, meant)
    }

    #[test]
    fn filters_in_their_own_form() {
        for text in [
            "status in (hot, qualified) and score >= 70 and not tag any (vip, partner)",
            "source = facebook_ads and created >= 2026-01-01 and created < 2026-02-01",
            "last_contacted older than 30 days or last_contacted is empty",
            "company contains \"acme inc\" and custom.industry = Pharma and on_dnc = no",
            "(status = hot or score > 90) and (city != Albany or not (state = NY and tag all (a, b)))",
            "not not status = hot",
            "custom.\"Budget EUR\" >= 12.5",
            "company = \"and\" and first_name starts with \"a \\\"b\\\" \\\\ c\"",
            "value > 99.5 and created within 2 weeks",
        ] {
            same(text);
        }
    }

    #[test]
    fn people_write_it_in_other_ways_too() {
        for (text, form) in [
            ("STATUS IN(Hot,'Closed Won')", "status in (hot, recruited)"),
            ("lead_score<>7 AND phone_number='(212) 555-0142'", "score != 7 and phone = +12125550142"),
            ("((status == hot))", "status = hot"),
            ("a = b", ""),
            ("tag in (VIP)", "tag any (vip)"),
            ("company = O'Brien", "company = \"O'Brien\""),
            ("created within 1 day", "created within 1 days"),
            ("(status = hot and (score = 1 and score = 2))", "status = hot and score = 1 and score = 2"),
            ("source = 'Facebook Ads' and country = germany", "source = facebook_ads and country = DE"),
            ("created = '2026-03-04 15:00'", "created = 2026-03-04T15:00:00"),
            ("created = 2026-03-04 15:00 or id = 1", "created = 2026-03-04T15:00:00 or id = 1"),
            ("created >= 7 days ago and score > 1", "created >= \"7 days ago\" and score > 1"),
            ("created >= 7d", "created >= \"7 days ago\""),
            ("next_contact <= in 2 weeks and id = 1", "next_contact <= \"in 2 weeks\" and id = 1"),
            ("created = last month or created = Last-Quarter", "created = last-month or created = last-quarter"),
            ("created > 2026 and created < 2026q2", "created > 2026 and created < 2026Q2"),
            ("(expected_close_date = 2026-w48)", "expected_close_date = 2026-W48"),
            ("created within 7d and created older than 12h", "created within 7 days and created older than 12 hours"),
            ("custom.'A b' is not empty", "custom.\"A b\" is not empty"),
        ] {
            assert_eq!(parse(text, &reading()).map(|filter| filter.to_string()).unwrap_or_default(), form, "{text}");
        }
    }

    #[test]
    fn errors_point_at_what_is_wrong() {
        let unknown = |word: &str, nearest: Option<&str>| Problem::UnknownField {
            word: word.into(),
            nearest: nearest.map(str::to_owned),
        };
        assert_eq!(problem("stauts = hot"), (unknown("stauts", Some("status")), "stauts".into()));
        assert_eq!(problem("status = hot and zzzz = 1"), (unknown("zzzz", None), "zzzz".into()));
        for (text, meant) in [
            ("score >= hot", "hot"),
            ("status in (hot, hott)", "hott"),
            ("score contains 7", "contains"),
            ("company like x", "like"),
            ("status = hot score = 1", "score"),
            ("status = (hot)", "("),
            ("status in hot", "hot"),
            ("created within 30 fortnights", "30 fortnights"),
            ("created within many days", "many days"),
            ("created = 2026-02-30", "2026-02-30"),
            ("(status = hot", "("),
            ("status = \"hot", "\"hot"),
            ("status = hot)", ")"),
            ("company = \"\"", "\"\""),
            ("status = hot ! score", "!"),
            ("phone = abc", "abc"),
            ("value = 1,5", ","),
            ("company = a\u{7}b", "\u{7}"),
        ] {
            assert_eq!(problem(text).1, meant, "{text}");
        }
        assert_eq!(problem(" ").0, Problem::Empty);
        assert!(matches!(problem("status = hot and").0, Problem::Expected { found: None, .. }));
    }

    #[test]
    fn hostile_filters_are_errors() {
        let nested = format!("{}status = hot{}", "(".repeat(10_000), ")".repeat(10_000));
        assert_eq!(problem(&nested).0, Problem::TooDeep);
        assert_eq!(problem(&format!("{}status = hot", "not ".repeat(10_000))).0, Problem::TooDeep);
        assert!(matches!(problem(&format!("company = {}", "x".repeat(1_000_000))).0, Problem::TooLong { .. }));
        assert!(matches!(problem(&format!("company = {}", "x".repeat(3000))).0, Problem::LongValue { .. }));
        let many = vec!["score = 1"; 201].join(" or ");
        assert_eq!(problem(&many).0, Problem::TooManyConditions);
        assert_eq!(problem(&format!("score in ({})", vec!["1"; 2001].join(","))).0, Problem::TooManyValues);
        assert!(matches!(problem("company = \"a\0b\"").0, Problem::BadCharacter { .. }));
    }

    #[test]
    fn json_is_checked_as_text_is() {
        let read = |text: &str| Filter::from_json_text(text, &reading()).map(|filter| filter.to_string());
        let is = |text: &str| read(&format!("{{\"version\":1,\"filter\":{text}}}"));
        assert_eq!(is(r#"{"field":"lead_score","op":">=","value":70}"#).unwrap(), "score >= 70");
        assert_eq!(is(r#"{"all":[{"any":[{"field":"tag","op":"in","values":["VIP"]}]}]}"#).unwrap(), "tag any (vip)");
        assert_eq!(is(r#"{"not":{"field":"on_dnc","op":"=","value":true}}"#).unwrap(), "not on_dnc = yes");
        for bad in [
            r#"{"field":"score","op":">=","value":"hot"}"#,
            r#"{"field":"score","op":">=","values":[1]}"#,
            r#"{"field":"score","op":">="}"#,
            r#"{"field":"score","op":"=","value":null}"#,
            r#"{"field":"score","op":"=","value":1,"vlaue":2}"#,
            r#"{"field":"stauts","op":"=","value":"hot"}"#,
            r#"{"all":[]}"#,
            r#"{"status":"hot"}"#,
            r#"{"field":"company","op":"=","value":"a\u0000b"}"#,
            "[]",
        ] {
            assert!(is(bad).is_err(), "{bad}");
        }
        assert!(matches!(*read(r#"{"version":2,"filter":{}}"#).unwrap_err().problem, Problem::Version { .. }));
        assert!(read("{").is_err());
        let deep =
            format!("{}{}{}", r#"{"not":"#.repeat(100), r#"{"field":"score","op":"=","value":1}"#, "}".repeat(100));
        assert_eq!(*is(&deep).unwrap_err().problem, Problem::TooDeep);
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,80}") {
            if let Err(error) = parse(&text, &reading()) {
                prop_assert!(error.at.clone().is_none_or(|at| text.get(at).is_some()));
                let _ = error.excerpt();
            }
        }

        #[test]
        fn no_order_of_words_is_too_strange(words in prop::collection::vec(prop::sample::select(vec![
            "status", "score", "tag", "custom.", "and", "or", "not", "in", "(", ")", ",", "=", ">=", "hot", "7", "is",
            "empty", "within", "3", "days", "\"x\"", "any",
        ]), 0..14)) {
            let text = words.join(" ");
            if let Ok(filter) = parse(&text, &reading()) {
                prop_assert_eq!(parse(&filter.to_string(), &reading()), Ok(filter));
            }
        }
    }
}
