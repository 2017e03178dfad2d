//! Looking through every text of an organization for a person, as the catalogue of tables says, and taking the person out.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::person::{Person, Sought};
use super::plan::{Plan, Planned, Redacted};
use crate::db::Stamp;
use crate::db::catalogue::{self, Belongs, OnErase, Table, Text};
use crate::db::models::audit::audit_log::{self, NewEntry};
use crate::db::models::erasure::erased_texts::{self, RowKey};
use crate::db::models::leads::lead_audit_log;
use crate::db::models::leads::lead_emails::FURTHER_EMAIL;
use crate::db::{Cell, Db, DbError};
use crate::domain::audit::AuditAction;
use crate::domain::audit::entity::Entity;
use crate::domain::erasure::cut::cuts_of_json;
use crate::domain::erasure::redaction::Redaction;
use crate::domain::leads::custom;

vocabulary! {
    /// Why a place still speaks of an erased person, or may do so.
    WhyLeft {
        Ambiguous = "ambiguous",
        SurnameOnly = "surname_only",
        NotChanged = "not_changed",
        Kept = "kept",
    }
}

impl WhyLeft {
    /// The reason as a person reads it.
    pub fn meaning(self) -> &'static str {
        match self {
            WhyLeft::Ambiguous => "it may mean somebody or something else",
            WhyLeft::SurnameOnly => "the surname, which may mean somebody else",
            WhyLeft::NotChanged => "it cannot be changed, or it means something by what it says",
            WhyLeft::Kept => "it has to be kept",
        }
    }
}

/// A place in which a person is still spoken of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Left {
    pub table: &'static str,
    pub column: &'static str,
    /// The row, by its name, its lead or its key; of what is kept, how many rows.
    pub row: String,
    pub why: WhyLeft,
}

/// What was done to a table.
#[derive(Debug, Clone, Serialize)]
pub struct Touched {
    pub table: &'static str,
    /// Rows of the person that were deleted.
    pub deleted: i64,
    /// Rows of the person whose texts were emptied.
    pub emptied: i64,
    /// Rows of others out of whose texts the person was taken.
    pub redacted: i64,
}

impl Touched {
    fn none(table: &Table) -> Touched {
        Touched { table: table.name, deleted: 0, emptied: 0, redacted: 0 }
    }
}

/// The column of the number of which a row tells.
const NUMBER: &str = "phone_number";

/// A sweep through the tables.
pub struct Sweep<'a> {
    pub person: &'a Person,
    pub sought: &'a Sought,
    /// The leads of the person, by id.
    pub own: &'a [i64],
    pub stamp: &'a Stamp,
    pub touched: Vec<Touched>,
    /// Leads of others that have or had an email or a number of the person.
    pub other_leads: BTreeSet<i64>,
    pub left: BTreeSet<Left>,
    /// In how many rows a text that has to be kept speaks of the person.
    pub kept: BTreeMap<(&'static str, &'static str), u64>,
    /// Where changes are gathered instead of made.
    pub plan: Option<Plan>,
}

impl Sweep<'_> {
    /// The places that still speak of the person.
    pub fn left(&self) -> Vec<Left> {
        let kept = self.kept.iter().map(|((table, column), rows)| {
            let row = format!("{rows} row{}", if *rows == 1 { "" } else { "s" });
            Left { table, column, row, why: WhyLeft::Kept }
        });
        let mut left: Vec<Left> = self.left.iter().cloned().chain(kept).collect();
        left.sort();
        left
    }

    /// Sweeps through a table.
    ///
    /// # Errors
    /// The database refuses.
    pub fn table(&mut self, conn: &mut Db, table: &'static Table) -> Result<(), DbError> {
        if table.texts.is_empty() {
            return Ok(());
        }
        let mut touched = self.own_rows(conn, table)?;
        let mut found = Vec::new();
        let (sought, phones, kept) = (self.sought, &self.person.phones, &mut self.kept);
        erased_texts::each(conn, self.stamp.org, table, |key, texts| {
            let is_theirs =
                |(text, value): &(&Text, Cow<'_, str>)| text.name == NUMBER && phones.contains(value.as_ref());
            let is_of_number = table.belongs == Belongs::AboutNumber && texts.of_row.iter().any(is_theirs);
            let mut speaks = false;
            for (text, value) in &texts.of_row {
                match text.on_erase {
                    OnErase::Kept(_) => {
                        if sought.own.speaks(value) {
                            *kept.entry((table.name, text.name)).or_default() += 1;
                        }
                    }
                    on_erase => {
                        speaks = speaks
                            || sought.finds(table, on_erase, value)
                            || (is_of_number && sought.beside_number.speaks(value));
                    }
                }
            }
            if speaks {
                found.push(key.clone());
            }
        })?;
        for key in found {
            touched.redacted += i64::from(self.row(conn, table, &key)?);
        }
        if touched.deleted + touched.emptied + touched.redacted > 0 {
            self.touched.push(touched);
        }
        Ok(())
    }

    /// Deletes or empties the person's own rows.
    fn own_rows(&mut self, conn: &mut Db, table: &'static Table) -> Result<Touched, DbError> {
        if let Some(plan) = &self.plan {
            let own = plan.own.iter().find(|touched| touched.table == table.name);
            return Ok(own.cloned().unwrap_or_else(|| Touched::none(table)));
        }
        let touched = self.count_own(conn, table)?;
        match table.belongs {
            Belongs::Lead => erased_texts::bury(conn, table, self.own, self.stamp)?,
            Belongs::PartOfLead => erased_texts::remove_parts(conn, self.stamp.org, table, self.own)?,
            Belongs::AboutLead => {
                for lead in self.own {
                    erased_texts::blank_log(conn, self.stamp.org, table, *lead, &catalogue::kept_fields())?;
                }
            }
            Belongs::AboutNumber | Belongs::Mentioned | Belongs::Nobody => {}
        }
        Ok(touched)
    }

    /// Counts the person's own rows.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn count_own(&self, conn: &mut Db, table: &'static Table) -> Result<Touched, DbError> {
        let mut touched = Touched::none(table);
        let org = self.stamp.org;
        match table.belongs {
            Belongs::Lead => touched.emptied = i64::try_from(self.own.len()).unwrap_or(i64::MAX),
            Belongs::PartOfLead => touched.deleted = erased_texts::count_parts(conn, org, table, self.own)?,
            Belongs::AboutLead => {
                let kept = catalogue::kept_fields();
                for lead in self.own {
                    touched.emptied += erased_texts::count_log(conn, org, table, *lead, &kept)?;
                }
            }
            Belongs::AboutNumber | Belongs::Mentioned | Belongs::Nobody => {}
        }
        Ok(touched)
    }

    /// Takes the person out of a row that speaks of them; false when nothing of it changes.
    pub(super) fn row(&mut self, conn: &mut Db, table: &'static Table, key: &RowKey) -> Result<bool, DbError> {
        let Some(erased_texts::Row { label, texts }) = erased_texts::row(conn, self.stamp.org, table, key)? else {
            return Ok(false);
        };
        let value = |name: &str| {
            let place = table.texts.iter().position(|text| text.name == name)?;
            texts.get(place)?.clone()
        };
        let row = Row {
            table,
            lead: match (table.belongs, &label) {
                (Belongs::Lead, _) => key.number(),
                (Belongs::PartOfLead | Belongs::AboutLead, Cell::Number(lead)) => Some(*lead),
                _ => None,
            },
            is_of_number: table.belongs == Belongs::AboutNumber
                && value(NUMBER).is_some_and(|number| self.person.phones.contains(&number)),
            field: value("field_name"),
            named: match label {
                Cell::Text(name) => name,
                Cell::Number(lead) => format!("lead {lead}"),
                Cell::Empty => key.to_string(),
            },
        };
        let mut changed = Vec::new();
        for (text, value) in table.texts.iter().zip(texts) {
            if let Some(value) = value {
                changed.extend(self.text(&row, text, &value));
            }
        }
        let (Some(first), false) = (self.own.first(), changed.is_empty()) else { return Ok(false) };
        if let Some(plan) = &mut self.plan {
            plan.rows.push(Planned { table, key: key.clone(), texts: changed });
            return Ok(true);
        }
        let columns: Vec<&'static str> = changed.iter().map(|redacted| redacted.text.name).collect();
        let texts = changed.into_iter().map(|redacted| (redacted.text, redacted.value)).collect();
        erased_texts::set(conn, table, key, texts, *first, self.stamp)?;
        self.log(conn, table, key, &columns)?;
        Ok(true)
    }

    /// Tells the log that texts of a row changed, without what they said.
    ///
    /// # Errors
    /// The database refuses.
    pub fn log(&self, conn: &mut Db, table: &Table, key: &RowKey, columns: &[&'static str]) -> Result<(), DbError> {
        match (Entity::of_table(table.name), key.number()) {
            (Some(Entity::Lead), Some(lead)) => {
                lead_audit_log::append(conn, &[self.stamp.audit(lead, AuditAction::Redact)])
            }
            (Some(entity), Some(id)) => {
                let entry = NewEntry::new(self.stamp, entity, id, AuditAction::Redact);
                let of = |column: &&str| NewEntry { field_name: Some((*column).to_owned()), ..entry.clone() };
                audit_log::append(conn, &columns.iter().map(of).collect::<Vec<_>>())
            }
            _ => Ok(()),
        }
    }

    /// A text without the person; `None` when it stays. Tells where it still speaks of them.
    fn text(&mut self, row: &Row, text: &'static Text, value: &str) -> Option<Redacted> {
        let on_erase = match text.on_erase {
            OnErase::Value => of_field(row.field.as_deref()),
            OnErase::Identity if row.lead.is_none() => OnErase::Report,
            other => other,
        };
        let redacted = match on_erase {
            OnErase::Blank | OnErase::Redact => {
                let what = if row.is_of_number { &self.sought.beside_number } else { &self.sought.own };
                redact(what, text, value)
            }
            OnErase::Identity if self.sought.contacts.speaks(value) => {
                self.other_leads.extend(row.lead.filter(|lead| !self.own.contains(lead)));
                return None;
            }
            OnErase::Identity | OnErase::Report | OnErase::Code | OnErase::Kept(_) | OnErase::Value => None,
        };
        let rest = redacted.as_ref().map_or(value, |redacted| redacted.value.as_str());
        if let Some(why) = self.why_left(row, on_erase, text, rest) {
            self.left.insert(Left { table: row.table.name, column: text.name, row: row.named.clone(), why });
        }
        redacted
    }

    fn why_left(&self, row: &Row, on_erase: OnErase, text: &Text, rest: &str) -> Option<WhyLeft> {
        // In a text about their number, the number stays.
        let own = match (row.is_of_number, on_erase.changes()) {
            (true, true) => &self.sought.beside_number,
            _ => &self.sought.own,
        };
        let said = erased_texts::said(text, rest);
        match on_erase {
            OnErase::Kept(_) => None,
            _ if own.speaks(&said) => Some(WhyLeft::NotChanged),
            // Who has the name is somebody else.
            OnErase::Identity => None,
            _ if row.is_of_number => None,
            _ if self.sought.ambiguous.speaks(&said) => Some(WhyLeft::Ambiguous),
            _ if is_mention(row.table, on_erase) && self.sought.surnames.speaks(&without_keys(text, rest)) => {
                Some(WhyLeft::SurnameOnly)
            }
            _ => None,
        }
    }
}

impl Sought {
    /// Whether a text of a table's row has to be looked at.
    fn finds(&self, table: &Table, on_erase: OnErase, said: &str) -> bool {
        self.own.speaks(said)
            || self.ambiguous.speaks(said)
            || (is_mention(table, on_erase) && self.surnames.speaks(said))
    }
}

/// Whether a surname alone is told in such a text.
fn is_mention(table: &Table, on_erase: OnErase) -> bool {
    table.belongs == Belongs::Mentioned && !matches!(on_erase, OnErase::Code | OnErase::Kept(_))
}

/// A text without the keys of JSON, which are the program's own words.
fn without_keys<'a>(text: &Text, value: &'a str) -> Cow<'a, str> {
    match serde_json::from_str::<serde_json::Value>(value) {
        Ok(json) if text.is_json => erased_texts::words_of(&json, erased_texts::Keys::LeftOut).into(),
        _ => value.into(),
    }
}

/// A row that speaks of the person.
struct Row {
    table: &'static Table,
    /// The lead that it is, belongs to or tells of.
    lead: Option<i64>,
    /// Whether it tells of a number of the person.
    is_of_number: bool,
    /// The field of which it holds values.
    field: Option<String>,
    named: String,
}

fn redact(what: &Redaction, text: &'static Text, value: &str) -> Option<Redacted> {
    if !text.is_json {
        let cut = what.cut(value)?;
        return Some(Redacted { text, value: cut.apply(value)?, cuts: vec![cut.to_json(text.name, &[], value)] });
    }
    let mut json: serde_json::Value = serde_json::from_str(value).ok()?;
    let cuts = cuts_of_json(what, text.name, &json);
    what.redact_json(&mut json).then(|| Redacted { text, value: json.to_string(), cuts })
}

/// What the erasure of a person does with a value of a lead's field, in the log of another lead.
fn of_field(field: Option<&str>) -> OnErase {
    let column = |table: &str, name: &str| catalogue::table(table)?.text(name).map(|text| text.on_erase);
    let found = match field {
        None => None,
        Some("phone") => column("lead_phones", "phone_number"),
        Some(FURTHER_EMAIL) => column("lead_emails", "email"),
        Some("tag") => column("lead_tags", "tag"),
        Some("note") => column("lead_notes", "body"),
        Some(field) if field.starts_with(custom::PREFIX) => column("leads", "custom_fields"),
        Some(field) => column("leads", field),
    };
    found.unwrap_or(OnErase::Redact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_other_leads_are_treated_like_their_fields() {
        assert_eq!(of_field(Some("email")), OnErase::Identity);
        assert_eq!(of_field(Some("phone")), OnErase::Identity);
        assert_eq!(of_field(Some("further_email")), OnErase::Identity);
        assert_eq!(of_field(Some("company")), OnErase::Blank);
        assert_eq!(of_field(Some("custom.Friend")), OnErase::Blank);
        assert_eq!(of_field(Some("note")), OnErase::Redact);
        assert_eq!(of_field(Some("source")), OnErase::Report);
        assert_eq!(of_field(None), OnErase::Redact);
    }
}
