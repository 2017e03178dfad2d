//! What was known of leads at a time, read from the leads and back through their log, and what became of each.

use std::collections::HashMap;

use super::fields::AskedField;
use crate::db::models::IN_LIST;
use crate::db::models::lead_work::outcomes::tells_an_outcome;
use crate::db::models::leads::status_rows::{self, Counted, StatusRow};
use crate::db::{Cell, Cells, Db, DbError, OrgId, Statement};
use crate::domain::lead_work::scores::learned::{FieldKind, Seen};
use crate::domain::leads::status::{Outcome, Status};
use crate::domain::reports::funnel::Stages;
use crate::domain::timestamp::Timestamp;

/// So many leads are read together.
const TOGETHER: i64 = 20_000;

/// About so many status rows a lead has.
const ROWS_OF_LEAD: i64 = 4;

/// As of when leads are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    Now,
    /// So long after each was made, in microseconds, and before it was closed.
    Age(i64),
}

/// Which leads are read, and what of them.
#[derive(Debug)]
pub struct Asked<'a> {
    pub org: OrgId,
    pub fields: &'a [AskedField],
    pub stages: &'a Stages,
    pub as_of: AsOf,
    /// A further condition on a row of `leads`.
    pub chosen: Statement,
}

/// What became of a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    pub is_won: bool,
    pub at: Timestamp,
}

/// A lead as it was.
#[derive(Debug)]
pub struct Past {
    pub lead: i64,
    pub created: Timestamp,
    /// As of when it is told.
    pub time: Timestamp,
    pub closed: Option<Closed>,
    /// When it was first won, by its history.
    pub first_won: Option<Timestamp>,
    pub score: Option<i64>,
    /// The parts of its score, as they are stored.
    pub factors: Option<String>,
    pub probability: Option<i64>,
    /// The value of each field then.
    pub seen: Vec<Seen>,
    /// The last stage, short of a win, that it reached before it was closed, or until now.
    pub furthest: Seen,
    /// Whether each field has a value now, and when that was changed last.
    pub now: Vec<(bool, Option<Timestamp>)>,
}

/// An entry of the log.
struct Entry {
    field: String,
    old: Option<String>,
    new: Option<String>,
    at: Timestamp,
}

/// What the logs say of leads that are read together.
#[derive(Default)]
struct Logs {
    entries: HashMap<i64, Vec<Entry>>,
    /// When each stage was entered.
    stages: HashMap<i64, Vec<(Timestamp, Status)>>,
}

impl Asked<'_> {
    /// Reads the leads by id: without those of undone imports, merged ones and erased ones.
    ///
    /// # Errors
    /// Those of `take`, or the database cannot be read.
    pub fn each(&self, conn: &mut Db, mut take: impl FnMut(Past) -> Result<(), DbError>) -> Result<(), DbError> {
        self.pages(conn, |_, page| page.into_iter().try_for_each(&mut take))
    }

    /// The same, page after page; what one is taken for may be written before the next one is read.
    ///
    /// # Errors
    /// Those of `take`, or the database cannot be read.
    pub fn pages(
        &self,
        conn: &mut Db,
        mut take: impl FnMut(&mut Db, Vec<Past>) -> Result<(), DbError>,
    ) -> Result<(), DbError> {
        let counted = Counted::of(conn, self.org)?;
        let mut after = i64::MIN;
        loop {
            let rows = self.rows(conn, after)?;
            let ids: Vec<i64> = rows.iter().map(|row| row.at(0).number().unwrap_or_default()).collect();
            let Some(last) = ids.last().copied() else { return Ok(()) };
            let logs = self.logs(conn, counted, &ids)?;
            let page = rows.iter().map(|row| self.past(row, &logs)).collect();
            drop((rows, logs));
            take(conn, page)?;
            if (ids.len() as i64) < TOGETHER {
                return Ok(());
            }
            after = last;
        }
    }

    fn rows(&self, conn: &mut Db, after: i64) -> Result<Vec<Cells>, DbError> {
        self.fields
            .iter()
            .fold(
                Statement::new(
                    "SELECT leads.id, leads.created_at, leads.status, leads.status_changed_at, leads.deleted_at, leads.lead_score, \
                     leads.win_probability, leads.lead_score_factors",
                ),
                |statement, field| statement.sql(", ").then(field.select()),
            )
            .sql(" FROM leads WHERE leads.organization_id = ")
            .org(self.org)
            .sql(" AND ")
            .then(tells_an_outcome(self.org))
            .sql(" AND leads.id > ")
            .number(after)
            .then(self.chosen.clone())
            .sql(" ORDER BY leads.id LIMIT ")
            .number(TOGETHER)
            .rows(conn)
    }

    fn logs(&self, conn: &mut Db, counted: Counted, ids: &[i64]) -> Result<Logs, DbError> {
        let mut logs = Logs::default();
        let among = Among::of(ids);
        if self.fields.iter().any(|field| field.field.kind == FieldKind::Stage) || self.as_of != AsOf::Now {
            let take = |row: StatusRow| {
                if self.stages.place(row.status).is_some() && !row.puts_back {
                    logs.stages.entry(row.lead).or_default().push((row.at, row.status));
                }
            };
            match among {
                Among::Range(..) => {
                    status_rows::each(conn, counted, among.condition("h.lead_id"), TOGETHER * ROWS_OF_LEAD, take)?;
                }
                Among::List(ids) => status_rows::each_of(conn, counted, ids, take)?,
            }
        }
        let logged: Vec<&str> = self.fields.iter().filter_map(|field| field.logged.as_deref()).collect();
        if self.as_of == AsOf::Now || logged.is_empty() {
            return Ok(logs);
        }
        for some in among.parts() {
            self.entries(conn, &some, &logged, &mut logs)?;
        }
        Ok(logs)
    }

    fn entries(&self, conn: &mut Db, among: &Among<'_>, logged: &[&str], logs: &mut Logs) -> Result<(), DbError> {
        Statement::new("SELECT a.lead_id, a.field_name, a.old_value, a.new_value, a.changed_at FROM lead_audit_log a WHERE a.organization_id = ")
            .org(self.org)
            .then(among.condition("a.lead_id"))
            .sql(" AND a.field_name IN (")
            .joined(logged.iter().map(|field| Statement::default().text(*field)), ", ")
            .sql(") ORDER BY a.id")
            .each_row(conn, |row: Cells| -> Result<(), DbError> {
                let text = |place: usize| row.at(place).text().map(str::to_owned);
                let at = Timestamp::from_micros(row.at(4).number().unwrap_or_default());
                let entry = Entry { field: text(1).unwrap_or_default(), old: text(2), new: text(3), at };
                logs.entries.entry(row.at(0).number().unwrap_or_default()).or_default().push(entry);
                Ok(())
            })
    }

    fn past(&self, row: &Cells, logs: &Logs) -> Past {
        let time = |place: usize| row.at(place).number().map(Timestamp::from_micros);
        let (lead, created) = (row.at(0).number().unwrap_or_default(), time(1).unwrap_or_default());
        let closed = closed(row.at(2).text().and_then(Status::from_word), time(3), time(4));
        let as_of = match self.as_of {
            AsOf::Now => Timestamp::from_micros(i64::MAX),
            AsOf::Age(age) => {
                let then = created.as_micros().saturating_add(age);
                Timestamp::from_micros(closed.map_or(then, |closed| then.min(closed.at.as_micros() - 1)))
            }
        };
        let entries = logs.entries.get(&lead).map(Vec::as_slice).unwrap_or_default();
        let stages = logs.stages.get(&lead).map(Vec::as_slice).unwrap_or_default();
        let mut seen = Vec::with_capacity(self.fields.len());
        let mut now = Vec::with_capacity(self.fields.len());
        for (place, field) in self.fields.iter().enumerate() {
            let of_field = || entries.iter().filter(|entry| Some(entry.field.as_str()) == field.logged.as_deref());
            let words = words_of(row.at(8 + place), field.field.kind);
            now.push((!words.is_empty(), of_field().map(|entry| entry.at).max()));
            seen.push(match field.field.kind {
                FieldKind::Stage => self.furthest(stages, as_of),
                kind => field.seen(&taken_back(words, of_field().rev().filter(|entry| entry.at > as_of), kind)),
            });
        }
        let won = stages.iter().filter(|(_, status)| *status == Status::Recruited).map(|(at, _)| *at);
        Past {
            lead,
            created,
            time: as_of,
            closed,
            first_won: won.min(),
            score: row.at(5).number(),
            factors: row.at(7).text().map(str::to_owned),
            probability: row.at(6).number(),
            seen,
            furthest: self.furthest(stages, closed.map_or(Timestamp::from_micros(i64::MAX), |closed| closed.at)),
            now,
        }
    }

    /// The last stage, short of a win, that a lead had reached by a time.
    fn furthest(&self, stages: &[(Timestamp, Status)], time: Timestamp) -> Seen {
        let open = self.stages.count().saturating_sub(1);
        let reached = stages.iter().filter(|(at, _)| *at <= time).filter_map(|(_, status)| self.stages.place(*status));
        Seen::Stage(reached.filter(|place| *place < open).max().unwrap_or(0))
    }
}

/// How the rows of a page's leads are found in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Among<'a> {
    /// From the first id to the last one.
    Range(i64, i64),
    List(&'a [i64]),
}

/// Where fewer than one of so many ids of a range is a lead of the page, the leads are listed.
const SPARSE: i128 = 4;

impl Among<'_> {
    /// Of ids that go up.
    fn of(ids: &[i64]) -> Among<'_> {
        match ids {
            [] => Among::List(ids),
            [first, .., last] if i128::from(*last) - i128::from(*first) >= SPARSE * ids.len() as i128 => {
                Among::List(ids)
            }
            [first, ..] => Among::Range(*first, ids.last().copied().unwrap_or(*first)),
        }
    }

    /// The same in parts that one statement can hold.
    fn parts(&self) -> Vec<Among<'_>> {
        match self {
            Among::Range(..) => vec![*self],
            Among::List(ids) => ids.chunks(IN_LIST).map(Among::List).collect(),
        }
    }

    fn condition(&self, column: &'static str) -> Statement {
        let condition = Statement::new(" AND ").sql(column);
        match self {
            Among::Range(first, last) => {
                condition.sql(" >= ").number(*first).sql(" AND ").sql(column).sql(" <= ").number(*last)
            }
            Among::List(ids) => {
                condition.sql(" IN (").joined(ids.iter().map(|id| Statement::default().number(*id)), ", ").sql(")")
            }
        }
    }
}

/// Whether a lead is closed, and how.
fn closed(status: Option<Status>, since: Option<Timestamp>, deleted: Option<Timestamp>) -> Option<Closed> {
    let is_won = status?.outcome(deleted.is_some())? == Outcome::Won;
    let at = if status?.outcome(false).is_some() { since } else { deleted };
    at.map(|at| Closed { is_won, at })
}

fn words_of(cell: &Cell, kind: FieldKind) -> Vec<String> {
    match (kind, cell) {
        (_, Cell::Empty) => Vec::new(),
        (FieldKind::Tags, Cell::Text(text)) => serde_json::from_str(text).unwrap_or_default(),
        (_, Cell::Text(text)) => vec![text.clone()],
        (_, Cell::Number(number)) => vec![number.to_string()],
    }
}

/// Values without what entries wrote, the latest first.
fn taken_back<'a>(mut words: Vec<String>, entries: impl Iterator<Item = &'a Entry>, kind: FieldKind) -> Vec<String> {
    for entry in entries {
        match kind {
            FieldKind::Tags => {
                words.retain(|word| Some(word) != entry.new.as_ref());
                words.extend(entry.old.clone());
            }
            _ => words = entry.old.clone().into_iter().collect(),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing below the first lead is read, and between few leads of many nothing, either.
    #[test]
    fn logs_are_read_for_the_leads_of_a_page() {
        assert_eq!(Among::of(&[1_000_000]), Among::Range(1_000_000, 1_000_000));
        assert_eq!(Among::of(&[7, 8, 11]), Among::Range(7, 11));
        assert_eq!(Among::of(&[1, 1_000_000]), Among::List(&[1, 1_000_000]));
        assert_eq!(Among::of(&[i64::MIN, i64::MAX]), Among::List(&[i64::MIN, i64::MAX]));
        let many: Vec<i64> = (0..30_000).map(|id| id * 10).collect();
        let parts = Among::of(&many);
        let held = |part: &Among<'_>| if let Among::List(ids) = part { ids.len() } else { 0 };
        assert_eq!(parts.parts().iter().map(held).sum::<usize>(), many.len());
        assert!(parts.parts().iter().all(|part| held(part) <= IN_LIST));
    }

    #[test]
    fn what_is_closed_and_how() {
        let at = |second: i64| Some(Timestamp::from_micros(second));
        let is_won =
            |status, deleted| closed(Some(status), at(5), deleted).map(|closed| (closed.is_won, closed.at.as_micros()));
        assert_eq!(is_won(Status::Recruited, None), Some((true, 5)));
        assert_eq!(is_won(Status::Recruited, at(9)), Some((true, 5)), "whatever came later");
        assert_eq!((is_won(Status::Cold, at(9)), is_won(Status::Dnc, None)), (Some((false, 5)), Some((false, 5))));
        assert_eq!((is_won(Status::Hot, at(9)), is_won(Status::Hot, None)), (Some((false, 9)), None));
    }

    #[test]
    fn values_are_taken_back_entry_by_entry() {
        let entry = |old: Option<&str>, new: Option<&str>| Entry {
            field: "x".into(),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
            at: Timestamp::from_micros(0),
        };
        let log = [entry(None, Some("a")), entry(Some("a"), Some("b")), entry(None, Some("c"))];
        let words =
            |kind, now: &[&str]| taken_back(now.iter().map(|it| (*it).to_owned()).collect(), log.iter().rev(), kind);
        assert_eq!(words(FieldKind::Category, &["c"]), Vec::<String>::new());
        // c was added, a became b, a was added.
        assert_eq!(words(FieldKind::Tags, &["b", "c", "d"]), ["d"]);
    }
}
