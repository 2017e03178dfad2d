//! What a person is and was called and known by, in all their leads.

use std::collections::BTreeSet;

use crate::db::models::lead_audit_log;
use crate::db::models::lead_identities;
use crate::db::models::leads::Lead;
use crate::db::models::{lead_phones, leads};
use crate::db::{Db, DbError, OrgId};
use crate::domain::erasure::Redaction;

/// A person, by the leads that are theirs.
#[derive(Debug, Default)]
pub struct Person {
    pub names: BTreeSet<String>,
    pub emails: BTreeSet<String>,
    /// E.164: those that they have and had.
    pub phones: BTreeSet<String>,
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
            person.names.extend(lead.first_name.clone());
            person.names.extend(lead.last_name.clone());
            person.emails.extend(lead.email.clone());
            person.phones.extend(lead.phone_number.clone());
        }
        for phones in lead_phones::of_leads(conn, org, &ids)?.into_values() {
            person.phones.extend(phones.into_iter().map(|phone| phone.phone_number));
        }
        for entry in lead_audit_log::of_leads(conn, org, &ids)? {
            let values = entry.old_value.into_iter().chain(entry.new_value);
            match entry.field_name.as_deref() {
                Some("first_name" | "last_name") => person.names.extend(values),
                Some("email") => person.emails.extend(values),
                Some("phone_number" | "phone") => person.phones.extend(values),
                _ => {}
            }
        }
        Ok(person)
    }

    /// What must leave free texts.
    pub fn redaction(&self) -> Redaction {
        let mut redaction = Redaction::default();
        self.names.iter().for_each(|name| redaction.add_name(name));
        self.emails.iter().for_each(|email| redaction.add_email(email));
        self.phones.iter().for_each(|number| redaction.add_phone(number));
        redaction
    }

    /// Leads that have or had one of the person's phones or emails and are none of these, live or deleted.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn others(&self, conn: &mut Db, org: OrgId, own: &[i64]) -> Result<Vec<i64>, DbError> {
        let mut others = BTreeSet::new();
        for email in &self.emails {
            others.extend(leads::live_by_email(conn, org, email)?.iter().map(|lead| lead.id));
            others.extend(leads::deleted_by_phone_or_email(conn, org, email)?.iter().map(|lead| lead.id));
        }
        let phones: Vec<String> = self.phones.iter().cloned().collect();
        others.extend(leads::live_by_phones(conn, org, &phones)?.iter().map(|lead| lead.id));
        for number in &phones {
            others.extend(leads::deleted_by_phone_or_email(conn, org, number)?.iter().map(|lead| lead.id));
        }
        others.extend(lead_identities::with_further_numbers(conn, org, &phones)?);
        let keys: Vec<String> = self.phones.iter().chain(&self.emails).cloned().collect();
        others.extend(lead_audit_log::leads_with_values(conn, org, &keys)?);
        Ok(others.into_iter().filter(|id| !own.contains(id)).collect())
    }
}
