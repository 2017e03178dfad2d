//! What users hold: their open leads, and what became of their closed ones.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::waiting::is_open;
use crate::db::models::IN_LIST;
use crate::db::schema::territory_members;
use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::lead_work::pools::conversion::Closed;

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

/// The closed leads of all users by source: recruited ones are won; cold, do-not-call and deleted ones lost. Merged and erased leads and
/// those of undone imports are neither.
///
/// # Errors
/// The database cannot be read.
pub fn closed_leads(conn: &mut Db, org: OrgId) -> Result<Vec<Closed>, DbError> {
    let mut found = Vec::new();
    Statement::new(
        "SELECT l.owner_id, l.source, sum(CASE WHEN l.status = 'recruited' AND l.deleted_at IS NULL THEN 1 ELSE 0 END), count(*)
         FROM leads l
         WHERE l.owner_id IS NOT NULL AND l.merged_into_id IS NULL
           AND (l.status IN ('recruited', 'cold', 'dnc') OR l.deleted_at IS NOT NULL)
           AND (l.deleted_at IS NULL OR (
               NOT EXISTS (SELECT 1 FROM erasures e WHERE e.organization_id = l.organization_id AND e.lead_id = l.id)
               AND NOT EXISTS (SELECT 1 FROM imports i WHERE i.organization_id = l.organization_id AND i.id = l.import_id
                               AND i.status = 'undone')))
           AND l.organization_id = ",
    )
    .org(org)
    .sql(" GROUP BY l.owner_id, l.source")
    .each_row(conn, |cells: Cells| -> Result<(), DbError> {
        let number = |place: usize| cells.at(place).number();
        if let (Some(user), Some(won), Some(closed)) = (number(0), number(2), number(3)) {
            found.push(Closed { user, source: cells.at(1).text().map(str::to_owned), won, closed });
        }
        Ok(())
    })?;
    Ok(found)
}
