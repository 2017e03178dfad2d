//! Calling hours of numbers, by what the organization knows of those who have them.

use std::collections::HashMap;

use crate::db::models::IN_LIST;
use crate::db::{Cell, Db, DbError, OrgId, Statement};
use crate::domain::dnc::hours::{Address, Answer, Callable, callable};
use crate::domain::phone::PhoneProblem;
use crate::domain::phone::reading::Reading;
use crate::domain::timestamp::Timestamp;

/// The address of a lead, as far as it tells the time there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Home {
    country: Option<String>,
    state: Option<String>,
    timezone: Option<String>,
}

impl Home {
    fn address(&self) -> Address<'_> {
        Address { country: self.country.as_deref(), state: self.state.as_deref(), timezone: self.timezone.as_deref() }
    }
}

/// Where live leads with these numbers live, as their first or a further one.
#[derive(Debug, Default)]
pub struct Homes(HashMap<String, Vec<Home>>);

impl Homes {
    /// Looks for the leads of an organization with these numbers.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of_numbers<'a>(
        conn: &mut Db,
        org: OrgId,
        read: impl Iterator<Item = &'a Result<Reading, PhoneProblem>>,
    ) -> Result<Homes, DbError> {
        let numbers: Vec<String> = read.flatten().flat_map(Reading::all).map(|number| number.to_string()).collect();
        let mut homes = Homes::default();
        for some in numbers.chunks(IN_LIST) {
            let list = || some.iter().map(|number| Statement::default().text(number.clone()));
            let first = Statement::new(
                "SELECT l.phone_number, l.country, l.state, l.timezone FROM leads l WHERE l.deleted_at IS NULL AND l.organization_id = ",
            )
            .org(org)
            .sql(" AND l.phone_number IN (")
            .joined(list(), ", ")
            .sql(")");
            let further = Statement::new(
                "SELECT p.phone_number, l.country, l.state, l.timezone FROM lead_phones p
                 JOIN leads l ON l.organization_id = p.organization_id AND l.id = p.lead_id
                 WHERE l.deleted_at IS NULL AND p.organization_id = ",
            )
            .org(org)
            .sql(" AND p.phone_number IN (")
            .joined(list(), ", ")
            .sql(")");
            for statement in [first, further] {
                for row in statement.rows(conn)? {
                    homes.add(row.at(0), [row.at(1), row.at(2), row.at(3)]);
                }
            }
        }
        Ok(homes)
    }

    fn add(&mut self, number: &Cell, cells: [&Cell; 3]) {
        let [country, state, timezone] = cells.map(|cell| cell.text().map(str::to_owned));
        let home = Home { country, state, timezone };
        if let Some(number) = number.text().filter(|_| home != Home::default()) {
            self.0.entry(number.to_owned()).or_default().push(home);
        }
    }

    /// Whether what was written may be called: where it may be one of several numbers, each of them has to be in its hours.
    pub fn judge(&self, number: &Result<Reading, PhoneProblem>, at: Timestamp) -> Answer {
        let Ok(reading) = number else { return Answer::unreadable() };
        let answers = reading.all().map(|number| {
            let homes = self.0.get(&number.to_string()).map(Vec::as_slice).unwrap_or_default();
            callable(number, &homes.iter().map(Home::address).collect::<Vec<_>>(), at)
        });
        let least = answers.min_by_key(|answer| match answer.callable {
            Callable::No => 0,
            Callable::Unknown => 1,
            Callable::Yes => 2,
        });
        least.unwrap_or_else(Answer::unreadable)
    }
}
