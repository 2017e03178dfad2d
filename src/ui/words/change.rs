//! What changed of one thing, told in a line: `lead 7: status new → hot, city "Rome" → "Milan"`.

use crate::domain::labels::{Shape, label, shape_of};
use crate::domain::money::amount::with_currency;
use crate::ui::escape::Safe;
use crate::ui::zone::Clock;
use crate::ui::{Format, Ui, UiError, table};

/// A field that changed: its key and its values, as the logs write them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub key: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

impl Change {
    pub fn new(key: impl Into<String>, old: Option<String>, new: Option<String>) -> Change {
        Change { key: key.into(), old, new }
    }

    /// The currency of amounts that change, which stays what it is.
    pub fn in_currency(code: &str) -> Change {
        Change::new("currency", Some(code.to_owned()), Some(code.to_owned()))
    }

    /// That a thing is new: what follows is what it is.
    pub fn added() -> Change {
        Change::said(ADDED)
    }

    /// A change that is said in a word: `deleted`.
    pub fn said(what: impl Into<String>) -> Change {
        Change { key: what.into(), old: None, new: None }
    }
}

/// The word for what is new.
const ADDED: &str = "added";

/// What stands for an empty value.
const EMPTY: &str = "–";

/// So many characters of a text are told.
const LONGEST: usize = 60;

impl Ui {
    /// Whether a change is told in a line: to people who ask for no columns.
    pub fn tells_in_a_line(&self) -> bool {
        self.asked_columns().is_none() && matches!(self.format, Format::Table | Format::Markdown)
    }

    /// Prints an answer of one line.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn line(&self, text: &str) -> Result<(), UiError> {
        self.print(fitted(Safe::cell(text)))
    }

    /// Tells in a line what changed of a thing, or what would.
    ///
    /// # Errors
    /// stdout cannot be written.
    pub fn changed(&self, subject: &str, changes: &[Change], is_dry_run: bool) -> Result<(), UiError> {
        let line = told(subject, changes, is_dry_run, self.clock());
        self.print(fitted(Safe::cell(&line)))
    }
}

fn told(subject: &str, changes: &[Change], is_dry_run: bool, clock: &Clock) -> String {
    let mut parts: Vec<String> = Vec::new();
    let currencies = currencies(changes);
    let is_new = changes.first().is_some_and(|first| *first == Change::added());
    for change in changes {
        let part = match shape_of(&change.key) {
            // It was said in a word, which may sound like a key.
            _ if change.old.is_none() && change.new.is_none() => change.key.clone(),
            Shape::Part | Shape::TextPart if parts_told(changes, change) => continue,
            Shape::Part | Shape::TextPart => parts_of(changes, change, clock),
            // It is behind the amounts.
            _ if change.key == "currency" && changes.iter().any(|other| other.key.ends_with("_cents")) => continue,
            _ => one(change, &currencies, is_new, clock),
        };
        parts.push(part);
    }
    let what = if parts.is_empty() { "nothing to change".to_owned() } else { parts.join(", ") };
    let end = if is_dry_run { " (dry run: nothing was changed)" } else { "" };
    format!("{subject}: {what}{end}")
}

/// Whether the parts under this key were told with an earlier change.
fn parts_told(changes: &[Change], change: &Change) -> bool {
    changes.iter().find(|first| first.key == change.key).is_some_and(|first| !std::ptr::eq(first, change))
}

/// What was added under a key, and what was taken away: `tags + vip, partner`.
fn parts_of(changes: &[Change], change: &Change, clock: &Clock) -> String {
    let shape = shape_of(&change.key);
    let values = |of: fn(&Change) -> &Option<String>| -> Vec<String> {
        let same_key = changes.iter().filter(|other| other.key == change.key);
        same_key.filter_map(|other| of(other).as_deref()).map(|value| written(value, shape, "", clock)).collect()
    };
    let mut told = label(&change.key).into_owned();
    for (sign, values) in [("+", values(|change| &change.new)), ("−", values(|change| &change.old))] {
        if !values.is_empty() {
            told.push_str(&format!(" {sign} {}", values.join(", ")));
        }
    }
    told
}

fn one(change: &Change, (old_code, new_code): &(String, String), is_new: bool, clock: &Clock) -> String {
    let name = label(&change.key);
    let shape = shape_of(&change.key);
    let value = |value: &Option<String>, code: &str| {
        value.as_deref().map_or_else(|| EMPTY.to_owned(), |value| written(value, shape, code, clock))
    };
    match (&change.old, &change.new) {
        (None, new) if is_new => format!("{name} {}", value(new, new_code)),
        (old, new) => format!("{name} {} → {}", value(old, old_code), value(new, new_code)),
    }
}

/// The currencies of amounts before and after.
fn currencies(changes: &[Change]) -> (String, String) {
    let change = changes.iter().find(|change| change.key == "currency");
    let code = |value: Option<&String>| value.cloned().unwrap_or_default();
    (code(change.and_then(|it| it.old.as_ref())), code(change.and_then(|it| it.new.as_ref())))
}

fn written(value: &str, shape: Shape, code: &str, clock: &Clock) -> String {
    match shape {
        Shape::Time => value.parse::<jiff::Timestamp>().map_or_else(|_| value.to_owned(), |at| clock.minute(at.into())),
        Shape::Money => {
            let amount = |cents| with_currency(cents, code).trim_end().to_owned();
            value.parse().map_or_else(|_| value.to_owned(), amount)
        }
        Shape::Text | Shape::TextPart => format!("\"{}\"", shortened(value).replace('"', "\\\"")),
        Shape::Plain | Shape::Part => shortened(value),
    }
}

fn shortened(value: &str) -> String {
    match value.chars().count() > LONGEST {
        true => value.chars().take(LONGEST - 1).chain(['…']).collect(),
        false => value.to_owned(),
    }
}

/// A line, on several lines where the terminal is narrower.
fn fitted(line: Safe) -> Safe {
    match table::terminal_width() {
        Some(width) => line.wrapped(width).into_iter().fold(Safe::default(), |out, part| out.and(part).and("\n")),
        None => line.and("\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(changes: &[Change]) -> String {
        told("lead 7", changes, false, &Clock::of_utc())
    }

    fn change(key: &str, old: &str, new: &str) -> Change {
        let value = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Change::new(key, value(old), value(new))
    }

    #[test]
    fn values_are_told_as_people_read_them() {
        for (changes, told) in [
            (vec![], "lead 7: nothing to change"),
            (vec![change("status", "new", "hot")], "lead 7: status new → hot"),
            (
                vec![change("city", "Rome", "Milan"), change("owner_id", "", "a@x")],
                "lead 7: city \"Rome\" → \"Milan\", owner – → a@x",
            ),
            (vec![change("next_contact_at", "", "2026-03-04T12:00:00Z")], "lead 7: next contact – → 2026-03-04 12:00"),
            (
                vec![change("tag", "", "vip"), change("tag", "old", ""), change("tag", "", "new one")],
                "lead 7: tags + vip, new one − old",
            ),
            (vec![Change::said("deleted")], "lead 7: deleted"),
            (vec![Change::added(), change("role", "", "admin")], "lead 7: added, role admin"),
        ] {
            assert_eq!(line(&changes), told);
        }
    }

    #[test]
    fn amounts_have_their_currencies() {
        let cents = || change("value_cents", "125000", "100");
        assert_eq!(line(&[cents(), Change::in_currency("EUR")]), "lead 7: value 1,250.00 EUR → 1.00 EUR");
        assert_eq!(line(&[cents(), change("currency", "EUR", "JPY")]), "lead 7: value 1,250.00 EUR → 100 JPY");
        assert_eq!(
            line(&[change("value_cents", "", "5"), change("currency", "", "USD")]),
            "lead 7: value – → 0.05 USD"
        );
        assert_eq!(line(&[change("currency", "", "USD")]), "lead 7: currency – → USD");
    }

    #[test]
    fn no_value_passes_for_a_change_and_no_name_for_a_key() {
        let forged = vec![Change::said("tag"), Change::new("city", None, Some("x\", status new → \"hot".into()))];
        assert_eq!(
            told("lead 7", &forged, false, &Clock::of_utc()),
            "lead 7: tag, city – → \"x\\\", status new → \\\"hot\""
        );
    }

    #[test]
    fn long_texts_are_cut_and_a_dry_run_says_so() {
        let told = told("lead 7", &[change("note", "", &"é".repeat(100))], true, &Clock::of_utc());
        let end = "…\" (dry run: nothing was changed)";
        assert!(told.starts_with("lead 7: note + \"éé") && told.ends_with(end), "{told}");
        assert!(told.chars().count() < 130, "{told}");
    }
}
