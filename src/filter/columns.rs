//! The columns in which leads are listed, exported and sorted.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde_json::Value as Json;

use super::compile::listed;
use super::compile::{Moment, custom_text, folded};
use super::field::MAX_KEY;
use crate::db::lead_fields::{FIELDS, Sorts};
use crate::db::{Cell, Statement};
use crate::domain::lead_work::scores::probability::Probability;
use crate::domain::leads::custom::{self, PREFIX};
use crate::domain::money::amount;
use crate::domain::text::nearest;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};

pub use crate::db::lead_fields::Shape;

/// A column of a list of leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadColumn {
    /// The name that people use: the fields of filters and imports.
    pub name: String,
    /// The key in JSON: the column of the data model.
    pub key: String,
    pub shape: Shape,
    source: Source,
    sorts: Sorts,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    Sql(&'static str),
    /// What the engines write differently: SQLite, PostgreSQL.
    Either(&'static str, &'static str),
    OnDnc,
    Blocked,
    Custom(String),
}

macro_rules! computed {
    ($($behind:literal: $name:literal, $key:literal, $shape:ident, $sorts:ident, $source:expr;)+) => {
        /// The columns that are none of `leads`, each with the one behind which it stands.
        const COMPUTED: &[(&str, &str, &str, Shape, Sorts, Source)] = {
            use Source::*;
            &[$(($behind, $name, $key, Shape::$shape, Sorts::$sorts, $source)),+]
        };
    };
}

computed! {
    "owner_id": "owner", "owner", Text, Folded, Sql(OWNER);
    "territory_id": "territory", "territory", Text, Folded, Sql(TERRITORY);
    "owner": "name", "name", Text, Folded, Sql(NAME);
    "last_name": "phone", "phone", Text, Folded, Sql(PHONE);
    "phone_extension": "further_phone", "further_phones", Texts, Not, Either(FURTHER_SQLITE, FURTHER_POSTGRES);
    "email": "further_email", "further_emails", Texts, Not, Either(EMAILS_SQLITE, EMAILS_POSTGRES);
    "source": "source_spelling", "source_spelling", Text, Not, Sql("leads.source_metadata ->> 'spelling'");
    "campaign": "utm_source", "utm_source", Text, Not, Sql("leads.source_metadata ->> 'utm_source'");
    "utm_source": "utm_medium", "utm_medium", Text, Not, Sql("leads.source_metadata ->> 'utm_medium'");
    "utm_medium": "utm_campaign", "utm_campaign", Text, Not, Sql("leads.source_metadata ->> 'utm_campaign'");
    "utm_campaign": "utm_term", "utm_term", Text, Not, Sql("leads.source_metadata ->> 'utm_term'");
    "utm_term": "utm_content", "utm_content", Text, Not, Sql("leads.source_metadata ->> 'utm_content'");
    "utm_content": "gclid", "gclid", Text, Not, Sql("leads.source_metadata ->> 'gclid'");
    "gclid": "fbclid", "fbclid", Text, Not, Sql("leads.source_metadata ->> 'fbclid'");
    "fbclid": "value", "value", Money, Not, Sql("leads.value_cents || ' ' || leads.currency");
    "consent_since": "email_opt_out", "email_opt_out", Flag, Not, Sql("leads.email_opted_out_at IS NOT NULL");
    "version": "tags", "tags", Texts, Not, Either(TAGS_SQLITE, TAGS_POSTGRES);
    "tags": "on_dnc", "on_dnc", Flag, Not, OnDnc;
    "on_dnc": "blocked", "blocked", Texts, Not, Blocked;
}

static COLUMNS: LazyLock<Vec<LeadColumn>> = LazyLock::new(|| {
    let stored = FIELDS.iter().filter(|field| field.is_listed).map(|field| LeadColumn {
        name: field.called.to_owned(),
        key: field.name.to_owned(),
        shape: field.shape,
        source: Source::Sql(field.sql),
        sorts: field.sorts,
    });
    let mut columns: Vec<LeadColumn> = stored.collect();
    for (behind, name, key, shape, sorts, source) in COMPUTED {
        let place = columns.iter().position(|column| column.name == *behind).map_or(columns.len(), |place| place + 1);
        let (name, key) = ((*name).to_owned(), (*key).to_owned());
        columns.insert(place, LeadColumn { name, key, shape: *shape, source: source.clone(), sorts: *sorts });
    }
    columns
});

const OWNER: &str =
    "(SELECT u.email FROM users u WHERE u.organization_id = leads.organization_id AND u.id = leads.owner_id)";
const TERRITORY: &str = "(SELECT t.name FROM territories t
    WHERE t.organization_id = leads.organization_id AND t.id = leads.territory_id)";
const NAME: &str = "nullif(trim(coalesce(leads.first_name, '') || ' ' || coalesce(leads.last_name, '')), '')";
const PHONE: &str =
    "leads.phone_number || CASE leads.phone_extension WHEN '' THEN '' ELSE ' x' || leads.phone_extension END";
const TAGS_SQLITE: &str = "(SELECT json_group_array(t.tag) FROM lead_tags t
    WHERE t.organization_id = leads.organization_id AND t.lead_id = leads.id)";
const TAGS_POSTGRES: &str = "(SELECT json_agg(t.tag)::text FROM lead_tags t
    WHERE t.organization_id = leads.organization_id AND t.lead_id = leads.id)";
const FURTHER_SQLITE: &str = "(SELECT json_group_array(p.phone_number ORDER BY p.id) FROM lead_phones p
    WHERE p.organization_id = leads.organization_id AND p.lead_id = leads.id)";
const FURTHER_POSTGRES: &str = "(SELECT json_agg(p.phone_number ORDER BY p.id)::text FROM lead_phones p
    WHERE p.organization_id = leads.organization_id AND p.lead_id = leads.id)";
const EMAILS_SQLITE: &str = "(SELECT json_group_array(e.email ORDER BY e.id) FROM lead_emails e
    WHERE e.organization_id = leads.organization_id AND e.lead_id = leads.id)";
const EMAILS_POSTGRES: &str = "(SELECT json_agg(e.email ORDER BY e.id)::text FROM lead_emails e
    WHERE e.organization_id = leads.organization_id AND e.lead_id = leads.id)";

/// The SQL of a column of the database, by its name; NULL where there is none.
pub(super) fn sql_of(name: &str) -> &'static str {
    let column = COLUMNS.iter().find(|column| column.name == name);
    match column.map(|column| &column.source) {
        Some(Source::Sql(sql)) => sql,
        _ => "NULL",
    }
}

/// The name that people use for a column that is called by its key in JSON.
pub(super) fn name_of_key(key: &str) -> Option<&'static str> {
    COLUMNS.iter().find(|column| column.key == key).map(|column| column.name.as_str())
}

/// Why a word names no column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a column of leads")]
pub struct UnknownColumn {
    pub word: String,
    pub nearest: Option<String>,
}

impl UnknownColumn {
    /// What to do about it.
    pub fn remedy(&self) -> String {
        match &self.nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("the columns are {}, and custom.KEY", LeadColumn::names().collect::<Vec<_>>().join(", ")),
        }
    }
}

impl Explain for UnknownColumn {
    fn explain(&self) -> CommandError {
        CommandError::failed(self.to_string()).hint(self.remedy())
    }
}

impl LeadColumn {
    /// The name of the custom field that it is.
    pub fn custom_key(&self) -> Option<&str> {
        match &self.source {
            Source::Custom(key) => Some(key),
            _ => None,
        }
    }

    /// The column that a word names, by its name, its key in JSON, or as `custom.KEY`.
    ///
    /// # Errors
    /// There is none; the nearest is told.
    pub fn named(word: &str) -> Result<LeadColumn, UnknownColumn> {
        let word = word.trim();
        if let Some(key) = custom::key_of(word).filter(|key| !key.is_empty() && key.chars().count() <= MAX_KEY) {
            return Ok(LeadColumn::custom(key));
        }
        let lower = word.to_lowercase();
        let known = COLUMNS.iter().find(|column| column.name == lower || column.key == lower);
        known.cloned().ok_or_else(|| {
            let nearest = nearest(&lower, LeadColumn::names()).map(str::to_owned);
            UnknownColumn { word: word.chars().take(60).collect(), nearest }
        })
    }

    /// The custom field with this key.
    pub fn custom(key: &str) -> LeadColumn {
        let name = format!("{PREFIX}{key}");
        let (shape, source) = (Shape::Text, Source::Custom(key.to_owned()));
        LeadColumn { key: name.clone(), name, shape, source, sorts: Sorts::Folded }
    }

    /// The names of all columns but custom fields.
    pub fn names() -> impl Iterator<Item = &'static str> {
        COLUMNS.iter().map(|column| column.name.as_str())
    }

    /// Whether a list can be sorted by the column.
    pub fn is_sortable(&self) -> bool {
        self.sorts != Sorts::Not
    }

    /// What the statement selects.
    pub(super) fn select(&self, at: &Moment) -> Statement {
        match &self.source {
            Source::Sql(sql) => Statement::new(sql),
            Source::Either(sqlite, postgres) => Statement::default().either(sqlite, postgres),
            Source::OnDnc => listed::flag(at),
            Source::Blocked => blocked(at),
            Source::Custom(key) => custom_text(key),
        }
    }

    /// What the statement sorts by.
    pub(super) fn sort_key(&self, at: &Moment) -> Statement {
        match self.sorts {
            // PostgreSQL would sort by the collation of the database.
            Sorts::Folded => folded(self.select(at)).either("", " COLLATE pg_catalog.\"C\""),
            _ => self.select(at),
        }
    }

    /// Whether the sort key can be empty.
    pub(super) fn may_be_empty(&self) -> bool {
        self.sorts != Sorts::Always
    }

    /// A cell as JSON.
    pub fn json(&self, cell: &Cell) -> Json {
        match (self.shape, cell) {
            (Shape::Texts, cell) => self.texts(cell).into(),
            (_, Cell::Empty) => Json::Null,
            (Shape::Flag, cell) => Json::Bool(cell.number() == Some(1)),
            (Shape::Json, Cell::Text(text)) => serde_json::from_str(text).unwrap_or(Json::Null),
            (Shape::Number, Cell::Number(number)) => (*number).into(),
            (Shape::Probability, Cell::Number(parts)) => probability(*parts).share().into(),
            (_, cell) => self.text(cell).into(),
        }
    }

    /// A cell as text, as an import reads it back.
    pub fn text<'a>(&self, cell: &'a Cell) -> Cow<'a, str> {
        match (self.shape, cell) {
            (Shape::Texts, cell) => self.texts(cell).join(", ").into(),
            (Shape::Flag, Cell::Empty) => "unknown".into(),
            (Shape::Flag, cell) => if cell.number() == Some(1) { "yes" } else { "no" }.into(),
            (_, Cell::Empty) => "".into(),
            (Shape::Time, Cell::Number(micros)) => Timestamp::from_micros(*micros).to_string().into(),
            (Shape::Money, Cell::Text(amount)) => money(amount).into(),
            (Shape::Probability, Cell::Number(parts)) => probability(*parts).to_string().into(),
            // PostgreSQL has an order of its own for the keys.
            (Shape::Json, Cell::Text(text)) => {
                serde_json::from_str::<Json>(text).map_or(text.into(), |value| value.to_string().into())
            }
            (_, Cell::Number(number)) => number.to_string().into(),
            (_, Cell::Text(text)) => text.into(),
        }
    }

    /// The texts of a list. Tags are in no order in the database; both engines give them sorted.
    fn texts(&self, cell: &Cell) -> Vec<String> {
        let mut texts: Vec<String> = cell.text().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        if self.key == "tags" {
            texts.sort_unstable();
        }
        texts
    }
}

/// The numbers of a lead that are on the list, the first one first.
fn blocked(at: &Moment) -> Statement {
    Statement::new("(SELECT ")
        .either("json_group_array(n.number ORDER BY n.place)", "json_agg(n.number ORDER BY n.place)::text")
        .sql(
            " FROM (SELECT leads.phone_number AS number, 0 AS place
             UNION ALL SELECT p.phone_number, p.id FROM lead_phones p
             WHERE p.organization_id = leads.organization_id AND p.lead_id = leads.id) n
             WHERE ",
        )
        .then(listed::state(at))
        .sql(" = 2 OR EXISTS (SELECT 1 FROM dnc_numbers d WHERE d.phone_number = n.number AND d.organization_id = ")
        .org(at.org)
        .sql(" AND (d.expires_at IS NULL OR d.expires_at > ")
        .time(at.now)
        .sql(")))")
}

/// A stored probability.
fn probability(parts: i64) -> Probability {
    Probability(i16::try_from(parts).unwrap_or_default())
}

/// An amount from its minor units and currency: `125000 USD` is `1250.00`.
fn money(minor_and_code: &str) -> String {
    let parts = minor_and_code.split_once(' ').and_then(|(minor, code)| Some((minor.parse().ok()?, code)));
    parts.map_or_else(|| minor_and_code.to_owned(), |(minor, code)| amount::plain(minor, code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keys_and_custom_fields() {
        assert_eq!(LeadColumn::named("lead_score").unwrap(), LeadColumn::named("Score").unwrap());
        assert_eq!(LeadColumn::named("custom.Budget EUR").unwrap().name, "custom.Budget EUR");
        assert_eq!(LeadColumn::named("compny").unwrap_err().nearest.as_deref(), Some("company"));
        for name in LeadColumn::names() {
            assert_eq!(LeadColumn::named(name).unwrap().name, name);
        }
    }

    #[test]
    fn amounts_have_the_places_of_their_currency() {
        for (minor, text) in
            [("125000 USD", "1250.00"), ("-5 EUR", "-0.05"), ("1250 JPY", "1250"), ("1250 KWD", "1.250")]
        {
            assert_eq!(money(minor), text);
        }
    }
}
