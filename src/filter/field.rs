//! The fields of a lead that a filter can speak of, and what may be asked of each.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use super::columns::name_of_key;
use super::tree::Op;
use crate::db::lead_fields::FIELDS;
use crate::domain::leads::custom;
use crate::domain::leads::status::Status;

pub use crate::db::lead_fields::Kind;

/// A field of a lead, by the name that people use: a column that filters can ask for, or one of `PLACED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field(&'static str);

/// Fields that are no column of their own, with their kind, and columns that stand elsewhere than in the database: each
/// before another field.
const PLACED: [(Field, Option<Kind>, &str); 19] = [
    (Field::PHONE, Some(Kind::Phone), "first_name"),
    (Field::EMAIL, None, "first_name"),
    (Field::NAME, Some(Kind::Text), "first_name"),
    (Field::SOURCE, None, "score"),
    (Field("campaign"), None, "score"),
    (Field("utm_source"), Some(Kind::Text), "score"),
    (Field("utm_medium"), Some(Kind::Text), "score"),
    (Field("utm_campaign"), Some(Kind::Text), "score"),
    (Field("utm_term"), Some(Kind::Text), "score"),
    (Field("utm_content"), Some(Kind::Text), "score"),
    (Field("gclid"), Some(Kind::Exact), "score"),
    (Field("fbclid"), Some(Kind::Exact), "score"),
    (Field::VALUE, Some(Kind::Money), "currency"),
    (Field::TAG, Some(Kind::Tag), "consent"),
    (Field::NOTE, Some(Kind::Note), "consent"),
    (Field::OWNER, Some(Kind::Owner), "consent"),
    (Field::TERRITORY, Some(Kind::Territory), "consent"),
    (Field::ON_DNC, Some(Kind::Flag), "city"),
    (Field::CALLABLE, Some(Kind::Flag), "city"),
];

static FIELDS_BY_NAME: LazyLock<Vec<(Field, Kind)>> = LazyLock::new(|| {
    let columns = FIELDS.iter().filter_map(|field| Some((Field(field.called), field.filter?)));
    let mut fields: Vec<(Field, Kind)> = columns.collect();
    for (field, kind, next) in PLACED {
        let place = |fields: &[(Field, Kind)], name: &str| fields.iter().position(|(field, _)| field.0 == name);
        let stored = place(&fields, field.0).map(|place| fields.remove(place).1);
        let to = place(&fields, next).unwrap_or(fields.len());
        if let Some(kind) = kind.or(stored) {
            fields.insert(to, (field, kind));
        }
    }
    fields
});

/// What a condition is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    Field(Field),
    /// The custom field with this key.
    Custom(String),
}

/// The longest key of a custom field, in characters: more than an import makes.
pub const MAX_KEY: usize = 120;

impl Field {
    pub const ID: Field = Field("id");
    pub const PHONE: Field = Field("phone");
    pub const EMAIL: Field = Field("email");
    pub const NAME: Field = Field("name");
    pub const STATUS: Field = Field("status");
    pub const SOURCE: Field = Field("source");
    pub const VALUE: Field = Field("value");
    pub const TAG: Field = Field("tag");
    pub const NOTE: Field = Field("note");
    pub const OWNER: Field = Field("owner");
    pub const TERRITORY: Field = Field("territory");
    /// What put a lead into its territory.
    pub const TERRITORY_SOURCE: Field = Field("territory_source");
    pub const ON_DNC: Field = Field("on_dnc");
    /// Whether it is the hour to call.
    pub const CALLABLE: Field = Field("callable");
    pub const IMPORT: Field = Field("import");

    /// Every field, in the order of the documentation.
    pub fn all() -> impl Iterator<Item = Field> {
        FIELDS_BY_NAME.iter().map(|(field, _)| *field)
    }

    /// The field that a word names: its own name, or the column of the database and of JSON answers.
    pub fn named(word: &str) -> Option<Field> {
        let own = |word: &str| Field::all().find(|field| field.0 == word);
        let word = word.to_lowercase();
        own(&word).or_else(|| match word.as_str() {
            "phone_number" => Some(Field::PHONE),
            "tags" => Some(Field::TAG),
            "notes" => Some(Field::NOTE),
            key => name_of_key(key).and_then(own),
        })
    }

    pub fn as_str(self) -> &'static str {
        self.0
    }

    pub fn kind(self) -> Kind {
        FIELDS_BY_NAME.iter().find(|(field, _)| *field == self).map_or(Kind::Text, |(_, kind)| *kind)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl Subject {
    pub fn kind(&self) -> Kind {
        match self {
            Subject::Field(field) => field.kind(),
            Subject::Custom(_) => Kind::Custom,
        }
    }

    /// The name as a filter writes it, without quotes around the key of a custom field.
    pub fn name(&self) -> String {
        match self {
            Subject::Field(field) => field.to_string(),
            Subject::Custom(key) => format!("{}{key}", custom::PREFIX),
        }
    }

    /// The subject that a whole name means, the key of a custom field included.
    pub fn named(name: &str) -> Option<Subject> {
        match custom::key_of(name) {
            Some(key) if key.is_empty() || key.chars().count() > MAX_KEY || key.contains('\0') => None,
            Some(key) => Some(Subject::Custom(key.to_owned())),
            None => Field::named(name).map(Subject::Field),
        }
    }
}

impl Kind {
    /// The operators that a field of this kind takes.
    pub fn ops(self) -> &'static [Op] {
        use Op::*;
        match self {
            Kind::Number | Kind::Money | Kind::Probability => &[Eq, Ne, Lt, Le, Gt, Ge, In, NotIn, IsEmpty, IsNotEmpty],
            Kind::Time | Kind::Date => &[Eq, Ne, Lt, Le, Gt, Ge, Within, WithinNext, OlderThan, IsEmpty, IsNotEmpty],
            Kind::Text | Kind::Exact | Kind::Phone | Kind::Email | Kind::Source => {
                &[Eq, Ne, In, NotIn, Contains, StartsWith, IsEmpty, IsNotEmpty]
            }
            Kind::Country | Kind::Currency | Kind::Status | Kind::Word(_) | Kind::Owner | Kind::Territory => {
                &[Eq, Ne, In, NotIn, IsEmpty, IsNotEmpty]
            }
            Kind::Tag => &[Eq, Ne, Any, All, None, IsEmpty, IsNotEmpty],
            Kind::Note => &[Contains, IsEmpty, IsNotEmpty],
            Kind::Flag => &[Eq, Ne],
            Kind::Custom => &[Eq, Ne, Lt, Le, Gt, Ge, In, NotIn, Contains, StartsWith, IsEmpty, IsNotEmpty],
        }
    }

    /// What a value of this kind is, for messages.
    pub fn takes(self) -> Cow<'static, str> {
        match self {
            Kind::Number => "a whole number such as 70",
            Kind::Money => "an amount such as 1250 or 99.50, in the lead's currency",
            Kind::Probability => "a probability from 0 to 1 such as 0.35",
            Kind::Time => "a date such as 2026-03-04, a time such as 2026-03-04T15:00, or a name such as last-month or `7 days ago`",
            Kind::Date => "a date such as 2026-03-04, or a name such as next-month or `in 7 days`",
            Kind::Text | Kind::Exact => "text",
            Kind::Phone => "a phone number such as +12125550142",
            Kind::Email => "an email address",
            Kind::Source => "the name of a source",
            Kind::Country => "a country such as US",
            Kind::Currency => "a currency such as USD",
            Kind::Status => return one_of(Status::WORDS).into(),
            Kind::Word(words) => return one_of(words).into(),
            Kind::Owner => "the email or username of a user",
            Kind::Territory => "the name of a territory",
            Kind::Tag => "a tag",
            Kind::Note => "a part of what a note says",
            Kind::Flag => "yes or no",
            Kind::Custom => "text; <, <=, > and >= take a number such as 12.5",
        }
        .into()
    }
}

/// The words of a vocabulary as a sentence lists them.
fn one_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => (*word).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_columns() {
        assert_eq!(Field::named("Lead_Score"), Some(Field("score")));
        assert_eq!(Field::named("last_contacted_at"), Some(Field("last_contacted")));
        assert_eq!(Subject::named("Custom.Budget EUR"), Some(Subject::Custom("Budget EUR".into())));
        assert_eq!(Subject::named("custom."), None);
        assert_eq!(Subject::named("cüstom"), None);
        for field in Field::all() {
            assert_eq!(Field::named(field.as_str()), Some(field));
        }
    }

    #[test]
    fn fields_that_are_named_in_the_code_are_fields() {
        for (field, kind, next) in PLACED {
            assert!(Field::named(next).is_some(), "{next}");
            assert!(kind.is_none_or(|kind| field.kind() == kind), "{field}");
        }
        for field in [Field::ID, Field::STATUS, Field::SOURCE, Field::IMPORT] {
            assert!(Field::all().any(|known| known == field), "{field}");
        }
        assert_eq!(Field::all().count(), FIELDS_BY_NAME.len());
        assert_eq!(Kind::Word(&["hot", "warm", "cold"]).takes(), "hot, warm or cold");
    }
}
