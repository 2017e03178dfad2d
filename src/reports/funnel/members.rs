//! The leads of a cohort, and which lead the rows of a merged lead count for.

use rustc_hash::FxHashMap;

use super::{Question, in_window};
use crate::db::models::IN_LIST;
use crate::db::models::leads::lead_merges::{self, Family};
use crate::db::models::leads::status_rows::{self, Counted, StatusRow};
use crate::db::{Cell, Cells, Db, DbError, Statement};
use crate::domain::leads::status::Status;
use crate::domain::reports::funnel::Exit;
use crate::domain::timestamp::Timestamp;

/// A live lead of the cohort.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub id: i64,
    /// The earliest creation among the lead and those that were merged into it.
    pub created: Timestamp,
    /// How it has left the funnel by now.
    pub exit: Option<Exit>,
    /// The value of the column that was asked for.
    pub value: Cell,
}

/// The leads of a cohort, with the leads that were merged into them.
pub(super) struct Members {
    pub leads: Vec<Member>,
    /// The place of each lead by its id; a merged lead has the place of its survivor.
    places: Places,
    /// Those whose rows the condition of the cohort does not find: merged leads, and leads that belong to the cohort by
    /// one that was merged into them.
    beside: Vec<i64>,
}

/// Places by the ids of leads. Ids are mostly given one after the other, so that a list is smaller and faster than a map.
#[derive(Default)]
struct Places {
    /// By id; [`NOWHERE`] where there is none.
    listed: Vec<u32>,
    /// Of ids far beyond the others.
    beyond: FxHashMap<i64, u32>,
    count: usize,
}

/// The place of a lead that is not in the cohort.
const NOWHERE: u32 = u32::MAX;

impl Places {
    fn insert(&mut self, id: i64, place: u32) {
        self.count += 1;
        // A list that is at most some times as long as the ids are many, whatever ids come.
        let most = 1024 + self.count * 32;
        match usize::try_from(id) {
            Ok(index) if index < most => {
                if index >= self.listed.len() {
                    self.listed.resize(index + 1, NOWHERE);
                }
                self.listed[index] = place;
            }
            _ => drop(self.beyond.insert(id, place)),
        }
    }

    fn get(&self, id: i64) -> Option<u32> {
        let listed = usize::try_from(id).ok().and_then(|index| self.listed.get(index)).copied();
        match listed {
            Some(place) if place != NOWHERE => Some(place),
            _ if self.beyond.is_empty() => None,
            _ => self.beyond.get(&id).copied(),
        }
    }
}

/// Above this part of the history, going through all of it is faster than looking leads up.
const WORTH_LOOKING_UP: i64 = 4;

impl Members {
    /// Loads the live leads that were created in the window, with a column of each.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn load(conn: &mut Db, question: &Question, column: Option<&'static str>) -> Result<Members, DbError> {
        let families = lead_merges::families(conn, question.at.org)?;
        let mut members = Members { leads: Vec::new(), places: Places::default(), beside: Vec::new() };
        let windowed = question.live().then(in_window("leads.created_at", &question.window));
        let is_all =
            question.filter.is_none() && question.window.since().is_none() && question.window.until().is_none();
        select(column, is_all, windowed).each_row(conn, |row| -> Result<(), DbError> {
            members.take(row, question, &families, false);
            Ok(())
        })?;
        let elsewhere: Vec<i64> = families
            .iter()
            .filter(|(survivor, family)| {
                question.window.contains(family.created) && members.place(**survivor).is_none()
            })
            .map(|(survivor, _)| *survivor)
            .collect();
        for ids in elsewhere.chunks(IN_LIST) {
            let list = ids.iter().map(|id| Statement::default().number(*id));
            let named = question.live().sql(" AND leads.id IN (").joined(list, ", ").sql(")");
            for row in select(column, false, named).rows(conn)? {
                members.take(row, question, &families, true);
            }
        }
        for (survivor, family) in families {
            if let Some(place) = members.places.get(survivor) {
                members.beside.extend(&family.absorbed);
                family.absorbed.into_iter().for_each(|id| members.places.insert(id, place));
            }
        }
        Ok(members)
    }

    fn take(&mut self, row: Cells, question: &Question, families: &FxHashMap<i64, Family>, is_beside: bool) {
        let number = |place: usize| row.at(place).number().unwrap_or_default();
        let (id, own) = (number(0), Timestamp::from_micros(number(1)));
        let created = families.get(&id).map_or(own, |family| own.min(family.created));
        if !question.window.contains(created) {
            return;
        }
        let exit = match number(2) {
            0 => None,
            1 => Some(Exit::Cold),
            _ => Some(Exit::Dnc),
        };
        // A few hundred million leads would fill the memory long before.
        self.places.insert(id, self.leads.len() as u32);
        if is_beside {
            self.beside.push(id);
        }
        self.leads.push(Member { id, created, exit, value: row.at(3).clone() });
    }

    /// The place of the lead that a lead's rows count for.
    pub fn place(&self, lead: i64) -> Option<usize> {
        self.places.get(lead).map(|place| place as usize)
    }

    /// Reads the rows that count for the leads of the cohort, in no order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn each_row(
        &self,
        conn: &mut Db,
        question: &Question,
        mut take: impl FnMut(usize, StatusRow),
    ) -> Result<(), DbError> {
        let counted = Counted::of(conn, question.at.org)?;
        let mut give = |row: StatusRow| {
            if let Some(place) = self.place(row.lead) {
                take(place, row);
            }
        };
        // A lead has some rows.
        let wanted = i64::try_from(self.leads.len()).unwrap_or(i64::MAX).saturating_mul(3);
        let all = status_rows::about_all(conn, question.at.org)?;
        if wanted.saturating_mul(WORTH_LOOKING_UP) > all {
            return status_rows::each(conn, counted, Statement::default(), all, give);
        }
        // PostgreSQL would look for the leads a second time, and longer than their ids take to send.
        let ids: Vec<String> = match conn {
            Db::Sqlite(_) => Vec::new(),
            Db::Postgres(_) => self.leads.iter().map(|lead| lead.id.to_string()).collect(),
        };
        let again = Statement::new(" AND h.lead_id IN (SELECT leads.id FROM leads WHERE ")
            .then(question.live())
            .then(in_window("leads.created_at", &question.window))
            .sql(")");
        let sent =
            Statement::new(" AND h.lead_id = ANY(").text(format!("{{{}}}", ids.join(","))).sql("::text::bigint[])");
        status_rows::each(conn, counted, Statement::default().either_of(again, sent), wanted, &mut give)?;
        status_rows::each_of(conn, counted, &self.beside, give)
    }
}

/// The statement that reads leads with their creation, their exit and a column. SQLite goes through all of them in the
/// order of the table when they are wanted, not in that of an index.
fn select(column: Option<&'static str>, is_all: bool, condition: Statement) -> Statement {
    Statement::new(
        "SELECT leads.id, leads.created_at, CASE leads.status WHEN 'cold' THEN 1 WHEN 'dnc' THEN 2 ELSE 0 END, ",
    )
    .sql(column.unwrap_or("NULL"))
    .sql(" FROM leads")
    .either(if is_all { " NOT INDEXED" } else { "" }, "")
    .sql(" WHERE ")
    .then(condition)
}

/// Whether a status is an exit of the funnel.
pub(super) fn exit_of(status: Status) -> Option<Exit> {
    match status {
        Status::Cold => Some(Exit::Cold),
        Status::Dnc => Some(Exit::Dnc),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_whatever_the_ids() {
        let ids = [1, 2, 5, 1023, 2000, 40, 1_000_000_007, i64::MAX, -3];
        let mut places = Places::default();
        ids.iter().enumerate().for_each(|(place, id)| places.insert(*id, place as u32));
        let found: Vec<Option<u32>> = ids.iter().map(|id| places.get(*id)).collect();
        assert_eq!(found, (0..9).map(Some).collect::<Vec<_>>());
        assert!([0, 3, 1024, 1_000_000_008, i64::MIN].iter().all(|id| places.get(*id).is_none()));
        assert!(places.listed.len() < 2000);
    }
}
