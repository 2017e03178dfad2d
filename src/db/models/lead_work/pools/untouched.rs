//! What became of leads since they were given.

use std::collections::HashMap;

use diesel::prelude::*;

use super::waiting::is_open;
use crate::db::models::IN_LIST;
use crate::db::schema::lead_assignments as log;
use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::timestamp::Timestamp;

/// A lead that a pool gave to its owner, and that nobody worked since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untouched {
    pub lead: i64,
    pub owner: i64,
    /// What the log says of how it was given.
    pub context: String,
}

/// The open leads that pools gave to their owners up to a time and that nobody worked since. Worked is a lead of which the log has an
/// entry of a person after the assignment, or that was called or reached after it, whoever wrote that down; also one with a task that was
/// made or done after it, or of which somebody said what became of a recommendation. An entry of its owner or its territory is no work,
/// and none of an import is.
///
/// # Errors
/// The database cannot be read.
pub fn untouched_since(conn: &mut Db, org: OrgId, given_until: Timestamp) -> Result<Vec<Untouched>, DbError> {
    let mut found = Vec::new();
    Statement::new(
        "SELECT leads.id, leads.owner_id, a.context
         FROM leads JOIN lead_assignments a ON a.organization_id = leads.organization_id AND a.lead_id = leads.id
         WHERE leads.deleted_at IS NULL AND leads.organization_id = ",
    )
    .org(org)
    .sql(" AND ")
    .then(is_open())
    .sql(" AND a.to_user_id = leads.owner_id AND a.context IS NOT NULL AND a.assigned_at <= ")
    .time(given_until)
    .sql(
        " AND a.strategy IN ('round_robin', 'weighted', 'least_loaded', 'territory', 'skill', 'score', 'earlier_lead')
          AND (leads.last_contacted_at IS NULL OR leads.last_contacted_at <= a.assigned_at)
          AND (leads.last_attempted_at IS NULL OR leads.last_attempted_at <= a.assigned_at)
          AND NOT EXISTS (SELECT 1 FROM lead_assignments b
                          WHERE b.organization_id = a.organization_id AND b.lead_id = a.lead_id AND b.id > a.id)
          AND NOT EXISTS (SELECT 1 FROM lead_audit_log g
                          WHERE g.organization_id = leads.organization_id AND g.lead_id = leads.id
                            AND g.changed_at > a.assigned_at AND g.import_id IS NULL
                            AND (g.field_name IS NULL OR g.field_name NOT IN ('owner_id', 'territory_id', 'territory_source')))
          AND NOT EXISTS (SELECT 1 FROM tasks t
                          WHERE t.organization_id = leads.organization_id AND t.lead_id = leads.id
                            AND (t.created_at > a.assigned_at OR t.done_at > a.assigned_at))
          AND NOT EXISTS (SELECT 1 FROM lead_recommendations r
                          WHERE r.organization_id = leads.organization_id AND r.lead_id = leads.id
                            AND r.outcome_at > a.assigned_at)
          ORDER BY leads.id",
    )
    .each_row(conn, |cells: Cells| -> Result<(), DbError> {
        let numbers = cells.at(0).number().zip(cells.at(1).number());
        let row = numbers.zip(cells.at(2).text());
        found.extend(row.map(|((lead, owner), context)| Untouched { lead, owner, context: context.to_owned() }));
        Ok(())
    })?;
    Ok(found)
}

/// How a lead was given or taken last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest {
    pub context: Option<String>,
    pub at: Timestamp,
}

/// How these leads were given or taken last.
///
/// # Errors
/// The database cannot be read.
pub fn latest_assignments(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, Latest>, DbError> {
    let mut found = HashMap::new();
    for ids in leads.chunks(IN_LIST) {
        let rows: Vec<(i64, Option<String>, Timestamp)> = log::table
            .filter(log::organization_id.eq(org.0).and(log::lead_id.eq_any(ids.to_vec())))
            .order(log::id)
            .select((log::lead_id, log::context, log::assigned_at))
            .load(conn)?;
        found.extend(rows.into_iter().map(|(lead, context, at)| (lead, Latest { context, at })));
    }
    Ok(found)
}

/// When something was written of these leads last.
///
/// # Errors
/// The database cannot be read.
pub fn latest_changes(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, Timestamp>, DbError> {
    let mut found = HashMap::new();
    for ids in leads.chunks(IN_LIST) {
        let rows = Statement::new("SELECT lead_id, max(changed_at) FROM lead_audit_log WHERE organization_id = ")
            .org(org)
            .sql(" AND lead_id IN (")
            .joined(ids.iter().map(|id| Statement::default().number(*id)), ", ")
            .sql(") GROUP BY lead_id")
            .rows(conn)?;
        let change = |row: &Cells| Some((row.at(0).number()?, Timestamp::from_micros(row.at(1).number()?)));
        found.extend(rows.iter().filter_map(change));
    }
    Ok(found)
}
