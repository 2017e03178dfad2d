//! The names that filters of an organization can speak of: its sources and tags.

use crate::db::{Db, DbError, OrgId, Statement};

/// The sources of live leads, at most `most` of them.
///
/// # Errors
/// The database cannot be read.
pub fn sources(conn: &mut Db, org: OrgId, most: usize) -> Result<Vec<String>, DbError> {
    let each = Statement::new("FROM leads WHERE leads.deleted_at IS NULL AND leads.organization_id = ").org(org);
    distinct(conn, "leads.source", each, most)
}

/// The tags of leads, at most `most` of them.
///
/// # Errors
/// The database cannot be read.
pub fn tags(conn: &mut Db, org: OrgId, most: usize) -> Result<Vec<String>, DbError> {
    let each = Statement::new("FROM lead_tags WHERE lead_tags.organization_id = ").org(org);
    distinct(conn, "lead_tags.tag", each, most)
}

/// Selects all tags as `found.name`; more conditions may follow.
pub(super) fn all_tags(org: OrgId) -> Statement {
    each_once("lead_tags.tag", Statement::new("FROM lead_tags WHERE lead_tags.organization_id = ").org(org))
}

/// The values of a column, each found by the index behind the one before: there are few among very many rows.
fn distinct(conn: &mut Db, column: &'static str, each: Statement, most: usize) -> Result<Vec<String>, DbError> {
    let rows = each_once(column, each).sql(" LIMIT ").number(i64::try_from(most).unwrap_or(i64::MAX)).rows(conn)?;
    Ok(rows.iter().filter_map(|row| row.at(0).text()).map(str::to_owned).collect())
}

fn each_once(column: &'static str, each: Statement) -> Statement {
    let least = || Statement::new("SELECT min(").sql(column).sql(") ").then(each.clone());
    Statement::new("WITH RECURSIVE found (name) AS (")
        .then(least())
        .sql(" UNION ALL SELECT (")
        .then(least())
        .sql(" AND ")
        .sql(column)
        .sql(" > found.name) FROM found WHERE found.name IS NOT NULL) SELECT found.name FROM found WHERE found.name IS NOT NULL")
}
