//! The fields that a model can learn from, and how the values of each are read.

use std::borrow::Cow;

use crate::db::Statement;
use crate::db::lead_fields::{FIELDS, Kind, StoredField};
use crate::domain::erasure::on_erase::OnErase;
use crate::domain::lead_work::scores::learned::train::Field;
use crate::domain::lead_work::scores::learned::{FieldKind, Seen};
use crate::domain::leads::custom;

/// The fields that are taken where none are named.
pub const USUAL: [&str; 7] = ["source", "campaign", "country", "state", "value", "tag", "stage"];

/// The longest line of text that is a word, in characters.
const LONGEST_WORD: usize = 300;

/// The columns whose words can be counted: those that name nobody.
fn words() -> impl Iterator<Item = &'static StoredField> {
    FIELDS.iter().filter(|field| {
        let is_word =
            matches!(field.filter, Some(Kind::Text | Kind::Source | Kind::Country | Kind::Currency | Kind::Word(_)));
        let is_short = field.max_length.is_none_or(|most| most <= LONGEST_WORD);
        is_word && is_short && field.on_erase != Some(OnErase::Identity)
    })
}

/// A field as it is read.
#[derive(Debug, Clone)]
pub struct AskedField {
    pub field: Field,
    /// What the log calls it; nothing for stages, which have a log of their own.
    pub logged: Option<Cow<'static, str>>,
    select: Statement,
}

impl AskedField {
    /// The field with this name.
    pub fn named(name: &str) -> Option<AskedField> {
        let name = name.trim();
        let of = |name: &str, kind, logged, select| AskedField {
            field: Field { name: name.to_owned(), kind },
            logged,
            select,
        };
        if let Some(key) = custom::key_of(name).filter(|key| !key.is_empty()) {
            let select = Statement::new("nullif(leads.custom_fields ->> ").text(key).sql(", '')");
            let name = format!("{}{key}", custom::PREFIX);
            return Some(of(&name, FieldKind::Category, Some(name.clone().into()), select));
        }
        let lower = name.to_lowercase();
        Some(match lower.as_str() {
            "value" => of("value", FieldKind::Number, Some("value_cents".into()), Statement::new("leads.value_cents")),
            "tag" | "tags" => of("tag", FieldKind::Tags, Some("tag".into()), tags()),
            "stage" => of("stage", FieldKind::Stage, None, Statement::new("NULL")),
            word => {
                let stored = words().find(|field| field.called == word || field.name == word)?;
                of(stored.called, FieldKind::Category, Some(stored.name.into()), Statement::new(stored.sql))
            }
        })
    }

    /// The names of all fields but custom ones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        words().map(|field| field.called).chain(["value", "tag", "stage"])
    }

    pub(super) fn select(&self) -> Statement {
        self.select.clone()
    }

    /// A value as it was, from the words that stood there.
    pub(super) fn seen(&self, words: &[String]) -> Seen {
        match (self.field.kind, words) {
            (FieldKind::Tags, words) => Seen::Words(words.to_vec()),
            (_, []) | (FieldKind::Stage, _) => Seen::Nothing,
            (FieldKind::Number, [word, ..]) => word.parse().map_or(Seen::Nothing, Seen::Number),
            (FieldKind::Category, [word, ..]) if word.trim().is_empty() => Seen::Nothing,
            (FieldKind::Category, [word, ..]) => Seen::Word(word.clone()),
        }
    }
}

fn tags() -> Statement {
    Statement::default().either(
        "(SELECT json_group_array(t.tag) FROM lead_tags t WHERE t.organization_id = leads.organization_id AND t.lead_id = leads.id)",
        "(SELECT json_agg(t.tag)::text FROM lead_tags t WHERE t.organization_id = leads.organization_id AND t.lead_id = leads.id)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_by_what_people_call_them() {
        for name in AskedField::names().chain(USUAL) {
            assert_eq!(AskedField::named(name).unwrap().field.name, name);
        }
        assert_eq!(AskedField::named("custom.Industry").unwrap().field.name, "custom.Industry");
        assert_eq!(AskedField::named("Consent_Status").unwrap().field.name, "consent");
        assert!(["email", "phone", "status", "shoe", "custom."].iter().all(|name| AskedField::named(name).is_none()));
    }
}
