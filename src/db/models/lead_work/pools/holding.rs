//! What users hold: their open leads, and what became of their closed ones.

use std::collections::{BTreeMap, HashMap, HashSet};

use diesel::prelude::*;

use crate::db::models::IN_LIST;
use crate::db::models::lead_work::outcomes::is_open;
use crate::db::models::lead_work::outcomes::tells_an_outcome;
use crate::db::schema::territory_members;
use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::lead_work::pools::conversion::Closed;
use crate::domain::leads::status::{Outcome, Status};

/// How many open leads these users have; who has none is missing.
///
/// # Errors
/// The database cannot be read.
pub fn open_leads(conn: &mut Db, org: OrgId, users: &[i64]) -> Result<HashMap<i64, i64>, DbError> {
    let mut open = HashMap::new();
    for some in users.chunks(IN_LIST) {
        let rows = Statement::new(
            "SELECT leads.owner_id, count(*) FROM leads WHERE leads.deleted_at IS NULL AND leads.organization_id = ",
        )
        .org(org)
        .sql(" AND leads.owner_id IN (")
        .joined(some.iter().map(|user| Statement::default().number(*user)), ", ")
        .sql(") AND ")
        .then(is_open())
        .sql(" GROUP BY leads.owner_id")
        .rows(conn)?;
        open.extend(rows.iter().filter_map(|row| row.at(0).number().zip(row.at(1).number())));
    }
    Ok(open)
}

/// The territories of each user.
///
/// # Errors
/// The database cannot be read.
pub fn territories(conn: &mut Db, org: OrgId) -> Result<HashMap<i64, HashSet<i64>>, DbError> {
    let rows: Vec<(i64, i64)> = territory_members::table
        .filter(territory_members::organization_id.eq(org.0))
        .select((territory_members::user_id, territory_members::territory_id))
        .load(conn)?;
    let mut territories: HashMap<i64, HashSet<i64>> = HashMap::new();
    for (user, territory) in rows {
        territories.entry(user).or_default().insert(territory);
    }
    Ok(territories)
}

/// The closed leads of all users by source. Merged and erased leads and those of undone imports are neither won nor lost.
///
/// # Errors
/// The database cannot be read.
pub fn closed_leads(conn: &mut Db, org: OrgId) -> Result<Vec<Closed>, DbError> {
    let mut found: BTreeMap<(i64, Option<String>), (i64, i64)> = BTreeMap::new();
    Statement::new(
        "SELECT leads.owner_id, leads.source, leads.status, CASE WHEN leads.deleted_at IS NULL THEN 0 ELSE 1 END, count(*)
         FROM leads WHERE leads.owner_id IS NOT NULL AND leads.organization_id = ",
    )
    .org(org)
    .sql(" AND ")
    .then(tells_an_outcome(org))
    .sql(" GROUP BY 1, 2, 3, 4")
    .each_row(conn, |cells: Cells| -> Result<(), DbError> {
        let number = |place: usize| cells.at(place).number();
        let status = cells.at(2).text().and_then(Status::from_word);
        if let (Some(user), Some(status), Some(count)) = (number(0), status, number(4))
            && let Some(outcome) = status.outcome(number(3) == Some(1))
        {
            let part = found.entry((user, cells.at(1).text().map(str::to_owned))).or_default();
            part.0 += if outcome == Outcome::Won { count } else { 0 };
            part.1 += count;
        }
        Ok(())
    })?;
    Ok(found.into_iter().map(|((user, source), (won, closed))| Closed { user, source, won, closed }).collect())
}
