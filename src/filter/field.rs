//! The fields of a lead that a filter can speak of, and what may be asked of each.

use super::columns::name_of_key;
use super::tree::Op;
use crate::domain::leads::custom;

vocabulary! {
    /// A field of a lead, by the name that people use.
    Field {
        Id = "id",
        Phone = "phone",
        Email = "email",
        Name = "name",
        FirstName = "first_name",
        LastName = "last_name",
        Company = "company",
        JobTitle = "job_title",
        Website = "website",
        LinkedinUrl = "linkedin_url",
        Status = "status",
        StatusSince = "status_since",
        Source = "source",
        Campaign = "campaign",
        Score = "score",
        Temperature = "temperature",
        Value = "value",
        Currency = "currency",
        Tag = "tag",
        Owner = "owner",
        Consent = "consent",
        ConsentSince = "consent_since",
        EmailOptedOut = "email_opted_out",
        OnDnc = "on_dnc",
        City = "city",
        State = "state",
        PostalCode = "postal_code",
        Country = "country",
        Timezone = "timezone",
        ExternalSource = "external_source",
        ExternalId = "external_id",
        Import = "import",
        FirstContacted = "first_contacted",
        LastContacted = "last_contacted",
        Created = "created",
        Updated = "updated",
    }
}

/// What kind of value a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Number,
    /// A sum of money, in units of the lead's currency.
    Money,
    /// A point in time.
    Time,
    /// Text for people, compared without regard to case.
    Text,
    /// Text that is compared as it is.
    Exact,
    Phone,
    Email,
    Source,
    Country,
    Currency,
    Status,
    Temperature,
    Consent,
    /// A user, by email.
    Owner,
    Tag,
    /// Yes or no.
    Flag,
    /// A custom field: text, or a number that is written as text.
    Custom,
}

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
    /// The field that a word names: its own name, or the column of the database and of JSON answers.
    pub fn named(word: &str) -> Option<Field> {
        let word = word.to_lowercase();
        Field::from_word(&word).or_else(|| match word.as_str() {
            "phone_number" => Some(Field::Phone),
            "tags" => Some(Field::Tag),
            key => name_of_key(key).and_then(Field::from_word),
        })
    }

    pub fn kind(self) -> Kind {
        match self {
            Field::Id | Field::Score | Field::Import => Kind::Number,
            Field::Value => Kind::Money,
            Field::StatusSince
            | Field::ConsentSince
            | Field::EmailOptedOut
            | Field::FirstContacted
            | Field::LastContacted
            | Field::Created
            | Field::Updated => Kind::Time,
            Field::ExternalSource | Field::ExternalId => Kind::Exact,
            Field::Phone => Kind::Phone,
            Field::Email => Kind::Email,
            Field::Source => Kind::Source,
            Field::Country => Kind::Country,
            Field::Currency => Kind::Currency,
            Field::Status => Kind::Status,
            Field::Temperature => Kind::Temperature,
            Field::Consent => Kind::Consent,
            Field::Owner => Kind::Owner,
            Field::Tag => Kind::Tag,
            Field::OnDnc => Kind::Flag,
            _ => Kind::Text,
        }
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
            Kind::Number | Kind::Money => &[Eq, Ne, Lt, Le, Gt, Ge, In, NotIn, IsEmpty, IsNotEmpty],
            Kind::Time => &[Eq, Ne, Lt, Le, Gt, Ge, Within, OlderThan, IsEmpty, IsNotEmpty],
            Kind::Text | Kind::Exact | Kind::Phone | Kind::Email | Kind::Source => {
                &[Eq, Ne, In, NotIn, Contains, StartsWith, IsEmpty, IsNotEmpty]
            }
            Kind::Country | Kind::Currency | Kind::Status | Kind::Temperature | Kind::Consent | Kind::Owner => {
                &[Eq, Ne, In, NotIn, IsEmpty, IsNotEmpty]
            }
            Kind::Tag => &[Eq, Ne, Any, All, None, IsEmpty, IsNotEmpty],
            Kind::Flag => &[Eq, Ne],
            Kind::Custom => &[Eq, Ne, Lt, Le, Gt, Ge, In, NotIn, Contains, StartsWith, IsEmpty, IsNotEmpty],
        }
    }

    /// What a value of this kind is, for messages.
    pub fn takes(self) -> &'static str {
        match self {
            Kind::Number => "a whole number such as 70",
            Kind::Money => "an amount such as 1250 or 99.50, in the lead's currency",
            Kind::Time => "a date such as 2026-03-04, a time such as 2026-03-04T15:00, today or yesterday",
            Kind::Text | Kind::Exact => "text",
            Kind::Phone => "a phone number such as +12125550142",
            Kind::Email => "an email address",
            Kind::Source => "the name of a source",
            Kind::Country => "a country such as US",
            Kind::Currency => "a currency such as USD",
            Kind::Status => "new, contacted, qualified, nurturing, hot, cold, recruited or dnc",
            Kind::Temperature => "hot, warm or cold",
            Kind::Consent => "granted, denied or pending",
            Kind::Owner => "the email of a user",
            Kind::Tag => "a tag",
            Kind::Flag => "yes or no",
            Kind::Custom => "text; <, <=, > and >= take a number such as 12.5",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_columns() {
        assert_eq!(Field::named("Lead_Score"), Some(Field::Score));
        assert_eq!(Field::named("last_contacted_at"), Some(Field::LastContacted));
        assert_eq!(Subject::named("Custom.Budget EUR"), Some(Subject::Custom("Budget EUR".into())));
        assert_eq!(Subject::named("custom."), None);
        assert_eq!(Subject::named("cüstom"), None);
        for &field in Field::ALL {
            assert_eq!(Field::named(field.as_str()), Some(field));
        }
    }
}
