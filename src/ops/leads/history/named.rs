//! Values of a lead's log as people read them: users by their emails, territories by their names, amounts in their currency.

use std::collections::HashMap;

use crate::db::models::access::users;
use crate::db::models::lead_work::territories;
use crate::db::{Db, DbError, OrgId};
use crate::domain::lead_work::pools::context::read;
use crate::domain::money::amount::with_currency;

/// What the ids and minor units of a log stand for.
#[derive(Debug, Default)]
pub struct Named {
    emails: HashMap<i64, String>,
    territories: HashMap<i64, String>,
    /// What all amounts of the log are in, if that is one currency.
    currency: Option<String>,
}

impl Named {
    /// Reads what the values of a lead's log stand for; `log` has each entry's field and old value.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn read<'a>(
        conn: &mut Db,
        org: OrgId,
        currency: Option<&str>,
        mut log: impl Iterator<Item = (Option<&'a str>, Option<&'a str>)>,
    ) -> Result<Named, DbError> {
        let emails = users::all(conn, org)?.into_iter().map(|user| (user.id, user.email)).collect();
        let territories = territories::names(conn, org)?;
        // Of an amount it is not written what it was in before its currency changed.
        let has_changed = log.any(|(field, old)| field == Some("currency") && old.is_some());
        Ok(Named { emails, territories, currency: currency.filter(|_| !has_changed).map(str::to_owned) })
    }

    /// The email of a user.
    pub fn email(&self, user: i64) -> Option<&String> {
        self.emails.get(&user)
    }

    /// The name of a territory.
    pub fn territory(&self, territory: i64) -> Option<&String> {
        self.territories.get(&territory)
    }

    /// What is kept of an assignment, as people read it: the filter by which the lead was chosen, or what a pool says.
    pub fn context(&self, context: &str) -> String {
        let email = |id: i64| self.email(id).cloned().unwrap_or_else(|| id.to_string());
        read(context).map_or_else(|| context.to_owned(), |said| said.in_words(email))
    }

    /// The users by their ids.
    pub fn emails(&self) -> &HashMap<i64, String> {
        &self.emails
    }

    /// A value of a field as people read it.
    pub fn value(&self, field: &str, value: &str) -> String {
        let number = || value.parse::<i64>().ok();
        let told = match (field, &self.currency) {
            ("owner_id", _) => number().and_then(|id| self.email(id)).cloned(),
            ("territory_id", _) => number().and_then(|id| self.territory(id)).cloned(),
            ("value_cents", Some(code)) => number().map(|cents| with_currency(cents, code)),
            ("value_cents", None) => Some(format!("{value} minor units")),
            _ => None,
        };
        told.unwrap_or_else(|| value.to_owned())
    }

    /// Puts what people read in the place of a value.
    pub fn name(&self, field: Option<&str>, value: &mut Option<String>) {
        if let (Some(field), Some(text)) = (field, value) {
            *text = self.value(field, text);
        }
    }
}
