//! Calling hours of numbers, by what the organization knows of those who have them.

use std::collections::HashMap;

use rustc_hash::FxHashMap;

use crate::db::models::IN_LIST;
use crate::db::{Cell, Db, DbError, OrgId, Statement};
use crate::domain::dnc::hours::{Address, Answer, Callable, OpenNow, callable, strictest};
use crate::domain::phone::reading::Reading;
use crate::domain::phone::{E164, PhoneProblem};
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

/// Whether numbers may be called at one moment, by their area codes and the addresses of all live leads of an organization: for so many
/// numbers that looking for the leads of each would take long. It says the same as [`Homes::judge`].
#[derive(Debug)]
pub struct CallableNow {
    now: OpenNow,
    /// The numbers that an address keeps from being called, or leaves in doubt, where the area code does not.
    narrowed: FxHashMap<E164, Callable>,
}

impl CallableNow {
    /// Reads the addresses of the organization's live leads once.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn load(conn: &mut Db, org: OrgId, at: Timestamp) -> Result<CallableNow, DbError> {
        let mut all = CallableNow { now: OpenNow::at(at), narrowed: FxHashMap::default() };
        let first = Statement::new(
            "SELECT l.phone_number, l.country, l.state, l.timezone FROM leads l
             WHERE l.deleted_at IS NULL AND l.phone_number IS NOT NULL
                 AND coalesce(l.country, l.state, l.timezone) IS NOT NULL AND l.organization_id = ",
        )
        .org(org);
        let further = Statement::new(
            "SELECT p.phone_number, l.country, l.state, l.timezone FROM lead_phones p
             JOIN leads l ON l.organization_id = p.organization_id AND l.id = p.lead_id
             WHERE l.deleted_at IS NULL
                 AND coalesce(l.country, l.state, l.timezone) IS NOT NULL AND p.organization_id = ",
        )
        .org(org);
        for statement in [first, further] {
            statement.each_row(conn, |row| {
                let [country, state, timezone] = [row.at(1), row.at(2), row.at(3)].map(Cell::text);
                if let Some(number) = row.at(0).text().and_then(E164::from_e164) {
                    all.add(number, &Address { country, state, timezone });
                }
                Ok::<_, DbError>(())
            })?;
        }
        Ok(all)
    }

    fn add(&mut self, number: E164, address: &Address<'_>) {
        let said = self.now.number_at(number, address);
        if said != self.now.number(number) {
            let narrowed = self.narrowed.entry(number).or_insert(said);
            *narrowed = strictest([*narrowed, said].into_iter());
        }
    }

    /// Whether a number may be called.
    pub fn number(&self, number: E164) -> Callable {
        self.narrowed.get(&number).copied().unwrap_or_else(|| self.now.number(number))
    }
}
