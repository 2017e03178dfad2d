//! The leads created in a window, and what those are worth that were recruited. The database adds them up; only leads with
//! values in other currencies, and survivors of merges, are looked at one by one.

use std::collections::HashMap;

use rustc_hash::FxHashMap;

use super::rates::Rates;
use super::{By, Groups, Names, Question, RoiError};
use crate::db::models::IN_LIST;
use crate::db::models::leads::lead_merges::{self, Family};
use crate::db::models::leads::status_rows::Counted;
use crate::db::{Cells, Db, DbError, Statement};
use crate::domain::time::month::{Month, begin_of};
use crate::domain::timestamp::Timestamp;
use crate::reports::leads::{in_window, live};

/// Adds the leads to the groups.
///
/// # Errors
/// An amount is too large, or the database cannot be read.
pub(super) fn gather(
    conn: &mut Db,
    question: &Question,
    names: &mut Names,
    rates: &mut Rates,
    groups: &mut Groups,
) -> Result<(), RoiError> {
    let families = lead_merges::families(conn, question.at.org)?;
    let counted = Counted::of(conn, question.at.org)?;
    let cohort = cohort(question, !families.is_empty());
    let group = group_of(question, &names.months);
    // Of few leads each is looked up. Of many, PostgreSQL joins those that were recruited and adds up by hashing; SQLite would
    // sort what it adds up, so that it is faster to count leads by an index and to look at the recruited ones apart.
    let statements = match (is_narrow(conn, question)?, &conn) {
        (true, _) => vec![looked_up(question, counted, &group, cohort)],
        (false, Db::Postgres(_)) => vec![joined(question, counted, &group, cohort)],
        (false, Db::Sqlite(_)) => {
            vec![count(question, &group, cohort.clone()), recruited(question, counted, &group, cohort)]
        }
    };
    let zone = question.at.zone.clone();
    for statement in statements {
        statement.each_row(conn, |row: Cells| -> Result<(), RoiError> {
            let (leads, recruits) = (row.at(1).number().unwrap_or_default().unsigned_abs(), Recruits::of(&row));
            let group = names.group(row.at(0), leads);
            groups.entry(group.clone()).or_default().leads += leads;
            recruits.add(groups, group, rates, |at| Month::at(at, &zone))
        })?;
    }
    survivors(conn, question, counted, families, names, rates, groups)
}

/// Where the window holds fewer than one of so many leads, it is faster to look each of them up (measured).
const NARROW_ON_SQLITE: i64 = 10;
const NARROW_ON_POSTGRES: i64 = 5;

/// Whether the window holds few of all leads.
fn is_narrow(conn: &mut Db, question: &Question) -> Result<bool, DbError> {
    if question.window.since().is_none() || question.window.until().is_none() {
        return Ok(false);
    }
    let of_all = live(&question.at, &None);
    let of_window = of_all.clone().then(in_window("leads.created_at", &question.window));
    let (all, narrow) = match conn {
        Db::Sqlite(_) => {
            let last = Statement::new("SELECT max(id) FROM leads").rows(conn)?;
            (last.first().and_then(|row| row.at(0).number()).unwrap_or_default(), NARROW_ON_SQLITE)
        }
        Db::Postgres(_) => (about(conn, of_all)?, NARROW_ON_POSTGRES),
    };
    Ok(about(conn, of_window)?.saturating_mul(narrow) < all)
}

/// About how many leads there are for which a condition holds. SQLite counts by an index, PostgreSQL estimates, for it would
/// look at them.
fn about(conn: &mut Db, condition: Statement) -> Result<i64, DbError> {
    let rows = Statement::default()
        .either("SELECT count(*)", "EXPLAIN (FORMAT JSON) SELECT 1")
        .sql(" FROM leads WHERE ")
        .then(condition)
        .rows(conn)?;
    let planned = |text: &str| {
        let plan: serde_json::Value = serde_json::from_str(text).ok()?;
        plan.pointer("/0/Plan/Plan Rows")?.as_i64()
    };
    let cell = rows.first().map(|row| row.at(0));
    Ok(cell.and_then(|cell| cell.number().or_else(|| cell.text().and_then(planned))).unwrap_or(i64::MAX))
}

/// The condition on a lead that the database adds up: of the cohort, and no survivor of a merge.
fn cohort(question: &Question, any_merged: bool) -> Statement {
    let condition = live(&question.at, &question.filter)
        .then(in_window("leads.created_at", &question.window))
        .sql(" AND leads.created_at <= ")
        .time(question.as_of);
    match any_merged {
        false => condition,
        true => condition
            .sql(" AND leads.id NOT IN (SELECT m.merged_into_id FROM leads m WHERE m.merged_into_id IS NOT NULL AND m.organization_id = ")
            .org(question.at.org)
            .sql(")"),
    }
}

/// The value of a lead that decides on its group.
fn group_of(question: &Question, months: &[Month]) -> Statement {
    match question.by {
        By::Source => Statement::new("leads.source"),
        By::Campaign => Statement::new("leads.campaign"),
        By::Owner => Statement::new("leads.owner_id"),
        By::Month => {
            let begins: Vec<Timestamp> =
                months.iter().map(|month| begin_of(month.first_day(), &question.at.zone)).collect();
            place_of(&begins, 0)
        }
    }
}

/// The place of the last of these times that is not later than the creation of a lead, by halves.
fn place_of(begins: &[Timestamp], first: i64) -> Statement {
    match begins {
        [] => Statement::new("NULL"),
        [_] => Statement::default().number(first),
        _ => {
            let middle = begins.len() / 2;
            Statement::new("CASE WHEN leads.created_at < ")
                .time(begins[middle])
                .sql(" THEN ")
                .then(place_of(&begins[..middle], first))
                .sql(" ELSE ")
                .then(place_of(&begins[middle..], first + middle as i64))
                .sql(" END")
        }
    }
}

/// How many leads each group has: group, leads.
fn count(question: &Question, group: &Statement, cohort: Statement) -> Statement {
    // An index holds creation and source; for anything else it is faster to go through all leads as they lie.
    let as_they_lie = question.filter.is_none()
        && question.window.since().is_none()
        && question.window.until().is_none()
        && matches!(question.by, By::Campaign | By::Owner);
    Statement::new("SELECT ")
        .then(group.clone())
        .sql(", count(*) FROM leads")
        .either(if as_they_lie { " NOT INDEXED" } else { "" }, "")
        .sql(" WHERE ")
        .then(cohort)
        .sql(" GROUP BY 1")
}

/// The columns of recruited leads, those with values in the organization's currency added up, the others one by one: how many,
/// how many with a value, sum of the values, their currency, when the first of them was, and the lead.
const RECRUITS: &str = ", count(recruited_at), count(CASE WHEN recruited_at IS NOT NULL THEN leads.value_cents END), \
    CAST(sum(CASE WHEN recruited_at IS NOT NULL THEN leads.value_cents END) AS bigint), \
    min(CASE WHEN recruited_at IS NOT NULL THEN leads.currency END), min(recruited_at), \
    CASE WHEN recruited_at IS NOT NULL AND leads.currency <> ";

/// When each lead was first recruited.
fn first_entries(question: &Question, counted: Counted) -> Statement {
    Statement::new("SELECT h.lead_id, min(h.changed_at) AS recruited_at FROM lead_status_history h WHERE ")
        .then(entered(question, counted))
        .sql(" GROUP BY h.lead_id")
}

/// The leads that were recruited: group, no leads, and [`RECRUITS`].
fn recruited(question: &Question, counted: Counted, group: &Statement, cohort: Statement) -> Statement {
    Statement::new("WITH r AS (")
        .then(first_entries(question, counted))
        .sql(") SELECT ")
        .then(group.clone())
        .sql(", 0")
        .sql(RECRUITS)
        .text(question.base.code())
        .sql(" THEN leads.id END FROM r CROSS JOIN leads WHERE leads.id = r.lead_id AND ")
        .then(cohort)
        .sql(" GROUP BY 1, 8")
}

/// The leads of the cohort, joined with those that were recruited: group, leads, and [`RECRUITS`].
fn joined(question: &Question, counted: Counted, group: &Statement, cohort: Statement) -> Statement {
    figures(question, group.clone())
        .sql("leads LEFT JOIN (")
        .then(first_entries(question, counted))
        .sql(") r ON r.lead_id = leads.id WHERE ")
        .then(cohort)
        .sql(" GROUP BY 1, 8")
}

/// The leads of the cohort, of each of which is looked up when it was recruited: group, leads, and [`RECRUITS`].
fn looked_up(question: &Question, counted: Counted, group: &Statement, cohort: Statement) -> Statement {
    // Materialized, so that each is looked up once.
    Statement::new("WITH c AS MATERIALIZED (SELECT ")
        .then(group.clone())
        .sql(" AS part, leads.id, leads.currency, leads.value_cents, (SELECT min(h.changed_at) FROM lead_status_history h WHERE ")
        .then(entered(question, counted))
        .sql(" AND h.lead_id = leads.id) AS recruited_at FROM leads WHERE ")
        .then(cohort)
        .sql(") ")
        .then(figures(question, Statement::new("leads.part")))
        .sql("c AS leads GROUP BY 1, 8")
}

/// Selects group, leads, and [`RECRUITS`].
fn figures(question: &Question, group: Statement) -> Statement {
    Statement::new("SELECT ")
        .then(group)
        .sql(", count(*)")
        .sql(RECRUITS)
        .text(question.base.code())
        .sql(" THEN leads.id END FROM ")
}

/// The condition on a row of the history that a lead was recruited, as far as it was known.
fn entered(question: &Question, counted: Counted) -> Statement {
    Statement::new("h.to_status = 'recruited' AND ")
        .then(counted.is_entry())
        .sql(" AND h.changed_at <= ")
        .time(question.as_of)
}

/// Recruited leads of one group and currency.
struct Recruits {
    currency: Option<String>,
    count: u64,
    with_value: u64,
    value_cents: i64,
    /// When the first of them was.
    at: Timestamp,
    /// The lead, when it is one.
    lead: Option<i64>,
}

impl Recruits {
    fn of(row: &Cells) -> Recruits {
        let count = |place: usize| row.at(place).number().unwrap_or_default();
        Recruits {
            count: count(2).unsigned_abs(),
            with_value: count(3).unsigned_abs(),
            value_cents: count(4),
            currency: row.at(5).text().map(str::to_owned),
            at: Timestamp::from_micros(count(6)),
            lead: row.at(7).number(),
        }
    }

    fn add(
        self,
        groups: &mut Groups,
        group: Option<String>,
        rates: &mut Rates,
        month: impl Fn(Timestamp) -> Month,
    ) -> Result<(), RoiError> {
        let sums = groups.entry(group).or_default();
        sums.recruited += self.count;
        sums.without_value += self.count.saturating_sub(self.with_value);
        let Some(currency) = self.currency else { return Ok(()) };
        let what =
            || self.lead.map_or_else(|| "the sum of the values".to_owned(), |id| format!("the value of lead {id}"));
        let value = rates.convert(self.value_cents, &currency, month(self.at), what)?;
        let too_large = || RoiError::TooLarge("the sum of the values".to_owned());
        sums.value_cents = sums.value_cents.checked_add(value).ok_or_else(too_large)?;
        Ok(())
    }
}

/// Adds the survivors of merges: each counts once, with the earliest creation among its leads, and as recruited when the first
/// of them was.
fn survivors(
    conn: &mut Db,
    question: &Question,
    counted: Counted,
    families: FxHashMap<i64, Family>,
    names: &mut Names,
    rates: &mut Rates,
    groups: &mut Groups,
) -> Result<(), RoiError> {
    let mut ids: Vec<i64> = families.keys().copied().collect();
    ids.sort_unstable();
    let column = match question.by {
        By::Month => "NULL",
        By::Source => "leads.source",
        By::Campaign => "leads.campaign",
        By::Owner => "leads.owner_id",
    };
    for some in ids.chunks(IN_LIST) {
        let stored = Statement::new("SELECT leads.id, leads.created_at, leads.currency, leads.value_cents, ")
            .sql(column)
            .sql(" FROM leads WHERE ")
            .then(live(&question.at, &question.filter))
            .sql(" AND leads.id IN (")
            .joined(some.iter().map(|id| Statement::default().number(*id)), ", ")
            .sql(")")
            .rows(conn)?;
        let members: Vec<i64> = some
            .iter()
            .filter_map(|id| families.get(id).map(|family| (*id, family)))
            .flat_map(|(id, family)| std::iter::once(id).chain(family.absorbed.iter().copied()))
            .collect();
        let recruited = recruited_at(conn, question, counted, &members)?;
        for row in stored {
            let number = |place: usize| row.at(place).number().unwrap_or_default();
            let Some(family) = families.get(&number(0)) else { continue };
            let created = Timestamp::from_micros(number(1)).min(family.created);
            if !question.window.contains(created) || created > question.as_of {
                continue;
            }
            let group = match question.by {
                By::Month => Some(Month::at(created, &question.at.zone).to_string()),
                _ => names.group(row.at(4), 1),
            };
            groups.entry(group.clone()).or_default().leads += 1;
            let all =
                std::iter::once(&number(0)).chain(&family.absorbed).filter_map(|id| recruited.get(id)).min().copied();
            let Some(at) = all else { continue };
            let recruit = Recruits {
                currency: row.at(2).text().map(str::to_owned),
                count: 1,
                with_value: u64::from(row.at(3).number().is_some()),
                value_cents: number(3),
                at,
                lead: Some(number(0)),
            };
            recruit.add(groups, group, rates, |at| Month::at(at, &question.at.zone))?;
        }
    }
    Ok(())
}

/// When each of these leads was first recruited.
fn recruited_at(
    conn: &mut Db,
    question: &Question,
    counted: Counted,
    leads: &[i64],
) -> Result<HashMap<i64, Timestamp>, DbError> {
    let mut found = HashMap::new();
    for some in leads.chunks(IN_LIST) {
        let rows = Statement::new("SELECT h.lead_id, min(h.changed_at) FROM lead_status_history h WHERE ")
            .then(entered(question, counted))
            .sql(" AND h.lead_id IN (")
            .joined(some.iter().map(|id| Statement::default().number(*id)), ", ")
            .sql(") GROUP BY h.lead_id")
            .rows(conn)?;
        found.extend(
            rows.iter().filter_map(|row| Some((row.at(0).number()?, Timestamp::from_micros(row.at(1).number()?)))),
        );
    }
    Ok(found)
}
