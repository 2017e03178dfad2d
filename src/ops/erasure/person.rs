//! What a person is and was called and known by, in all their leads, and whom else their name may mean.

use std::collections::BTreeSet;

use crate::db::models::erasure::erased_texts;
use crate::db::models::leads::Lead;
use crate::db::models::leads::lead_audit_log;
use crate::db::models::leads::lead_emails::{self, FURTHER_EMAIL};
use crate::db::models::leads::lead_phones;
use crate::db::{Db, DbError, OrgId};
use crate::domain::erasure::redaction::{Redaction, name_words};
use crate::domain::leads::search::words;

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
    /// What may mean something else: names that other leads have, too, forms of names, local numbers.
    pub ambiguous: Redaction,
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
        for emails in lead_emails::of_leads(conn, org, &ids)?.into_values() {
            person.emails.extend(emails.into_iter().map(|email| email.email));
        }
        for (field, old, new) in lead_audit_log::values_of_leads(conn, org, &ids)? {
            let values = old.into_iter().chain(new);
            match field.as_deref() {
                Some("first_name") => person.first_names.extend(values),
                Some("last_name") => person.last_names.extend(values),
                Some("email" | FURTHER_EMAIL) => person.emails.extend(values),
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
    pub fn sought(&self, conn: &mut Db, org: OrgId, own: &[i64]) -> Result<Sought, DbError> {
        let (names, mut ambiguous) = self.names();
        let of = |name: &Name| Redaction::of([], [], name.iter().cloned()).lenient();
        let all = Redaction::of([], [], names.iter().flat_map(|name| name.iter().cloned())).lenient();
        let each: Vec<Redaction> = names.iter().map(of).collect();
        let mut shared = vec![false; names.len()];
        erased_texts::each_name(conn, org, |id, name| {
            if all.speaks(name) && !own.contains(&id) {
                shared.iter_mut().zip(&each).for_each(|(is_shared, one)| *is_shared |= one.speaks(name));
            }
        })?;
        let mut unique = Name::new();
        for (name, is_shared) in names.into_iter().zip(shared) {
            ambiguous.extend(name.iter().cloned());
            if !is_shared {
                unique.extend(name);
            }
        }
        let surnames = self.last_names.iter().map(|name| name_words(name));
        let words = self.first_names.iter().chain(&self.last_names).flat_map(|name| name_words(name));
        Ok(Sought {
            own: Redaction::of(&self.emails, &self.phones, unique),
            contacts: Redaction::of(&self.emails, &self.phones, []),
            ambiguous: Redaction::of([], &self.phones, ambiguous).lenient(),
            surnames: Redaction::of([], [], surnames).lenient(),
            beside_number: Redaction::of(&self.emails, [], words.map(|word| vec![word])).lenient(),
        })
    }

    /// Each full name in the orders in which people write it; and the forms of them all that may well mean something else: in
    /// one word, and the first of several first names with the surname.
    fn names(&self) -> (Vec<Name>, Name) {
        let (mut names, mut ambiguous) = (Vec::new(), Name::new());
        let none = BTreeSet::from([String::new()]);
        let or_none = |names: &'_ BTreeSet<String>| if names.is_empty() { none.clone() } else { names.clone() };
        for first in or_none(&self.first_names) {
            for last in or_none(&self.last_names) {
                let (whole_first, whole_last) = (words(&first).concat(), words(&last).concat());
                let (first, last) = (name_words(&first), name_words(&last));
                let orders = |first: &[String]| {
                    let forwards: Vec<String> = first.iter().chain(&last).cloned().collect();
                    let backwards: Vec<String> = last.iter().chain(first).cloned().collect();
                    Name::from([forwards, backwards])
                };
                let full = orders(&first);
                match full.iter().all(|words| words.len() > 1) {
                    true => names.push(full),
                    false => ambiguous.extend(full),
                }
                ambiguous
                    .extend([vec![format!("{whole_first}{whole_last}")], vec![format!("{whole_last}{whole_first}")]]);
                if first.len() > 1 {
                    ambiguous.extend(orders(first.get(..1).unwrap_or_default()));
                }
            }
        }
        (names, ambiguous)
    }
}

/// A name in several forms, each by its words.
type Name = BTreeSet<Vec<String>>;

#[cfg(test)]
mod tests {
    use super::*;

    fn named(first: &[&str], last: &[&str]) -> Person {
        let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Person { first_names: of(first), last_names: of(last), ..Person::default() }
    }

    fn shown(names: impl IntoIterator<Item = Vec<String>>) -> Vec<String> {
        names.into_iter().map(|words| words.join(" ")).collect()
    }

    #[test]
    fn a_full_name_is_all_of_it_in_any_order() {
        let (names, ambiguous) = named(&["Ada"], &["King"]).names();
        assert_eq!(shown(names.into_iter().flatten()), ["ada king", "king ada"]);
        assert_eq!(shown(ambiguous), ["adaking", "kingada"]);
        assert_eq!(named(&["Ada", "A."], &["King", "Byron"]).names().0.len(), 2);
    }

    #[test]
    fn what_may_mean_something_else_is_no_full_name() {
        let (names, ambiguous) = named(&["Ada Rose"], &["King"]).names();
        assert_eq!(shown(names.into_iter().flatten()), ["ada rose king", "king ada rose"]);
        assert!(shown(ambiguous).contains(&"ada king".to_owned()));
        let (names, ambiguous) = named(&["Hope"], &[]).names();
        assert_eq!((names.len(), shown(ambiguous)), (0, vec!["hope".to_owned()]));
        let (_, ambiguous) = named(&["小明"], &["王"]).names();
        assert!(shown(ambiguous).contains(&"王小明".to_owned()));
    }
}
