//! What a person is and was called and known by, in all their leads, and whom else their name may mean.

use std::collections::BTreeSet;

use crate::db::catalogue::Table;
use crate::db::models::erased_texts::{self, BETWEEN};
use crate::db::models::lead_audit_log;
use crate::db::models::lead_phones;
use crate::db::models::leads::Lead;
use crate::db::{Db, DbError, OrgId};
use crate::domain::redaction::{Redaction, name_words};

/// A person, by the leads that are theirs.
#[derive(Debug, Default)]
pub struct Person {
    first_names: BTreeSet<String>,
    last_names: BTreeSet<String>,
    pub emails: BTreeSet<String>,
    /// E.164: those that they have and had.
    pub phones: BTreeSet<String>,
}

/// What is looked for in texts, by what finding it means.
pub struct Sought {
    /// What nobody else has: emails, numbers, and full names that no other lead has.
    pub own: Redaction,
    /// Emails and numbers alone.
    pub contacts: Redaction,
    /// Full names that other leads have, too, and those of one word, which may mean anything.
    pub shared_names: Redaction,
    /// Surnames alone.
    pub surnames: Redaction,
    /// For records of the person's own number: every word of their names, and emails; the number stays.
    pub beside_number: Redaction,
}

impl Person {
    /// Gathers what these leads and their logs say.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of(conn: &mut Db, org: OrgId, stored: &[Lead]) -> Result<Person, DbError> {
        let ids: Vec<i64> = stored.iter().map(|lead| lead.id).collect();
        let mut person = Person::default();
        for lead in stored {
            person.first_names.extend(lead.first_name.clone());
            person.last_names.extend(lead.last_name.clone());
            person.emails.extend(lead.email.clone());
            person.phones.extend(lead.phone_number.clone());
        }
        for phones in lead_phones::of_leads(conn, org, &ids)?.into_values() {
            person.phones.extend(phones.into_iter().map(|phone| phone.phone_number));
        }
        for (field, old, new) in lead_audit_log::values_of_leads(conn, org, &ids)? {
            let values = old.into_iter().chain(new);
            match field.as_deref() {
                Some("first_name") => person.first_names.extend(values),
                Some("last_name") => person.last_names.extend(values),
                Some("email") => person.emails.extend(values),
                Some("phone_number" | "phone") => person.phones.extend(values),
                _ => {}
            }
        }
        Ok(person)
    }

    /// What is to be looked for, once the leads of others, all but those `own`, are asked for the same names.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn sought(&self, conn: &mut Db, org: OrgId, leads: &'static Table, own: &[i64]) -> Result<Sought, DbError> {
        let names = self.full_names();
        let all = Redaction::of([], [], names.iter().flat_map(|name| name.iter().cloned()));
        let is_one_word = |name: &BTreeSet<Vec<String>>| name.iter().all(|words| words.len() < 2);
        let mut shared: Vec<bool> = names.iter().map(is_one_word).collect();
        let each: Vec<Redaction> = names.iter().map(|name| Redaction::of([], [], name.iter().cloned())).collect();
        erased_texts::each(conn, org, leads, |key, texts| {
            // The first two texts of a lead are its names.
            let end = texts.match_indices(BETWEEN).nth(1).map_or(texts.len(), |(at, _)| at);
            let name = texts.get(..end).unwrap_or_default();
            if all.speaks(name) && !key.number().is_some_and(|id| own.contains(&id)) {
                shared.iter_mut().zip(&each).for_each(|(is_shared, one)| *is_shared |= one.speaks(name));
            }
        })?;
        let of = |wanted: bool| {
            let chosen = names.iter().zip(&shared).filter(move |(_, is_shared)| **is_shared == wanted);
            chosen.flat_map(|(name, _)| name.iter().cloned())
        };
        let surnames = self.last_names.iter().map(|name| name_words(name));
        let words = self.first_names.iter().chain(&self.last_names).flat_map(|name| name_words(name));
        Ok(Sought {
            own: Redaction::of(&self.emails, &self.phones, of(false)),
            contacts: Redaction::of(&self.emails, &self.phones, []),
            shared_names: Redaction::of([], [], of(true)),
            surnames: Redaction::of([], [], surnames),
            beside_number: Redaction::of(&self.emails, [], words.map(|word| vec![word])),
        })
    }

    /// Each full name in the orders in which people write it, also in one word.
    fn full_names(&self) -> Vec<BTreeSet<Vec<String>>> {
        let orders = |first: &str, last: &str| -> BTreeSet<Vec<String>> {
            let (first, last) = (name_words(first), name_words(last));
            let forwards: Vec<String> = first.iter().chain(&last).cloned().collect();
            let backwards: Vec<String> = last.iter().chain(&first).cloned().collect();
            let joined = [vec![forwards.concat()], vec![backwards.concat()]];
            [forwards, backwards].into_iter().chain(joined).collect()
        };
        match (self.first_names.is_empty(), self.last_names.is_empty()) {
            (_, true) => self.first_names.iter().map(|first| orders(first, "")).collect(),
            (true, _) => self.last_names.iter().map(|last| orders("", last)).collect(),
            _ => {
                let pairs =
                    self.first_names.iter().flat_map(|first| self.last_names.iter().map(move |last| (first, last)));
                pairs.map(|(first, last)| orders(first, last)).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_name_is_all_of_it_in_any_order() {
        let named = |first: &[&str], last: &[&str]| Person {
            first_names: first.iter().map(|name| (*name).to_owned()).collect(),
            last_names: last.iter().map(|name| (*name).to_owned()).collect(),
            ..Person::default()
        };
        let of = |person: &Person| -> Vec<Vec<String>> {
            let all = person.full_names().into_iter().flatten();
            all.map(|name| name.iter().map(|word| word.to_string()).collect()).collect()
        };
        let ada = of(&named(&["Ada"], &["King"]));
        assert_eq!(ada, [vec!["ada", "king"], vec!["adaking"], vec!["king", "ada"], vec!["kingada"]]);
        assert_eq!(named(&["Ada", "A."], &["King", "Byron"]).full_names().len(), 4);
        assert_eq!(of(&named(&["Ada"], &[])), [vec!["ada"]]);
    }
}
