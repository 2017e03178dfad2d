//! What became of leads since they were given.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::db::models::IN_LIST;
use crate::db::models::lead_work::outcomes::is_open;
use crate::db::schema::lead_assignments as log;
use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::leads::assignment::Strategy;
use crate::domain::timestamp::Timestamp;

/// A lead that a pool gave to its owner, and that nobody worked since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untouched {
    pub lead: i64,
    pub owner: i64,
    /// What the log says of how it was given.
    pub context: String,
}

/// Whether nobody worked a lead of `leads` since an entry `a` of its assignments. Worked is a lead of which the log has an entry of a
/// person after it, or that was called or reached after it, whoever wrote that down; also one with a task that was made or done after
/// it, or of which somebody said what became of a recommendation. An entry of its owner or its territory is no work, and none of an
/// import is.
const NOBODY_WORKED: &str = "
    (leads.last_contacted_at IS NULL OR leads.last_contacted_at <= a.assigned_at)
    AND (leads.last_attempted_at IS NULL OR leads.last_attempted_at <= a.assigned_at)
    AND NOT EXISTS (SELECT 1 FROM lead_audit_log g
                    WHERE g.organization_id = leads.organization_id AND g.lead_id = leads.id
                      AND g.changed_at > a.assigned_at AND g.import_id IS NULL
                      AND (g.field_name IS NULL OR g.field_name NOT IN ('owner_id', 'territory_id', 'territory_source')))
    AND NOT EXISTS (SELECT 1 FROM tasks t
                    WHERE t.organization_id = leads.organization_id AND t.lead_id = leads.id
                      AND (t.created_at > a.assigned_at OR t.done_at > a.assigned_at))
    AND NOT EXISTS (SELECT 1 FROM lead_recommendations r
                    WHERE r.organization_id = leads.organization_id AND r.lead_id = leads.id
                      AND r.outcome_at > a.assigned_at)";

/// Leads with the latest entry `a` of their assignments: an earlier one is not asked whether anybody worked since.
const WITH_LATEST: &str = " FROM leads JOIN lead_assignments a ON a.organization_id = leads.organization_id
    AND a.id = (SELECT max(b.id) FROM lead_assignments b
                WHERE b.organization_id = leads.organization_id AND b.lead_id = leads.id)";

/// The open leads that pools gave to their owners up to a time and that nobody worked since.
///
/// # Errors
/// The database cannot be read.
pub fn untouched_since(conn: &mut Db, org: OrgId, given_until: Timestamp) -> Result<Vec<Untouched>, DbError> {
    let mut found = Vec::new();
    let by_pools = Strategy::ALL.iter().filter(|strategy| strategy.is_of_pool());
    Statement::new("SELECT leads.id, leads.owner_id, a.context")
        .sql(WITH_LATEST)
        .sql(" WHERE leads.deleted_at IS NULL AND leads.organization_id = ")
        .org(org)
        .sql(" AND ")
        .then(is_open())
        .sql(" AND a.to_user_id = leads.owner_id AND a.context IS NOT NULL AND a.assigned_at <= ")
        .time(given_until)
        .sql(" AND a.strategy IN (")
        .joined(by_pools.map(|strategy| Statement::new("'").sql(strategy.as_str()).sql("'")), ", ")
        .sql(") AND ")
        .sql(NOBODY_WORKED)
        .sql(" ORDER BY leads.id")
        .each_row(conn, |cells: Cells| -> Result<(), DbError> {
            let numbers = cells.at(0).number().zip(cells.at(1).number());
            let row = numbers.zip(cells.at(2).text());
            found.extend(row.map(|((lead, owner), context)| Untouched { lead, owner, context: context.to_owned() }));
            Ok(())
        })?;
    Ok(found)
}

/// Which of these leads somebody worked since they were given or taken last: what keeps a lead from being taken back by an undo, too.
///
/// # Errors
/// The database cannot be read.
pub fn worked_since(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashSet<i64>, DbError> {
    let mut found = HashSet::new();
    for ids in leads.chunks(IN_LIST) {
        let rows = Statement::new("SELECT leads.id")
            .sql(WITH_LATEST)
            .sql(" WHERE leads.organization_id = ")
            .org(org)
            .sql(" AND leads.id IN (")
            .joined(ids.iter().map(|id| Statement::default().number(*id)), ", ")
            .sql(") AND NOT (")
            .sql(NOBODY_WORKED)
            .sql(")")
            .rows(conn)?;
        found.extend(rows.iter().filter_map(|row| row.at(0).number()));
    }
    Ok(found)
}

/// The contexts with which these leads were given or taken last.
///
/// # Errors
/// The database cannot be read.
pub fn latest_contexts(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, Option<String>>, DbError> {
    let mut found = HashMap::new();
    for ids in leads.chunks(IN_LIST) {
        let rows: Vec<(i64, Option<String>)> = log::table
            .filter(log::organization_id.eq(org.0).and(log::lead_id.eq_any(ids.to_vec())))
            .order(log::id)
            .select((log::lead_id, log::context))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}
