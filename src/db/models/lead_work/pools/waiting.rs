//! Leads that wait for an owner, and who had them before.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use crate::db::models::IN_LIST;
use crate::db::models::lead_work::outcomes::is_open;
use crate::db::models::leads::states_for_change;
use crate::db::schema::lead_assignments;
use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::lead_work::pools::LeadOrder;

/// A lead without an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingLead {
    pub id: i64,
    /// In microseconds since 1970.
    pub created: i64,
    pub score: Option<i64>,
    pub territory: Option<i64>,
    /// Whether the person has denied consent, so that nobody may write or call.
    pub is_denied: bool,
}

/// The open leads without an owner for which a condition on `leads` holds, of those that an import made if one is named, in this
/// order.
///
/// # Errors
/// The database cannot be read.
pub fn waiting(
    conn: &mut Db,
    org: OrgId,
    condition: Option<&Statement>,
    import: Option<i64>,
    order: LeadOrder,
) -> Result<Vec<WaitingLead>, DbError> {
    let mut statement = Statement::new(
        "SELECT leads.id, leads.created_at, leads.lead_score, leads.territory_id,
             CASE leads.consent_status WHEN 'denied' THEN 1 ELSE 0 END FROM leads
         WHERE leads.deleted_at IS NULL AND leads.owner_id IS NULL AND leads.organization_id = ",
    )
    .org(org)
    .sql(" AND ")
    .then(is_open());
    if let Some(import) = import {
        statement = statement.sql(" AND leads.import_id = ").number(import);
    }
    if let Some(condition) = condition {
        statement = statement.sql(" AND (").then(condition.clone()).sql(")");
    }
    let mut found = Vec::new();
    statement.each_row(conn, |cells: Cells| -> Result<(), DbError> {
        let number = |place: usize| cells.at(place).number();
        let lead = number(0).zip(number(1));
        found.extend(lead.map(|(id, created)| WaitingLead {
            id,
            created,
            score: number(2),
            territory: number(3),
            is_denied: number(4) == Some(1),
        }));
        Ok(())
    })?;
    match order {
        LeadOrder::Newest => found.sort_unstable_by_key(|lead| (std::cmp::Reverse(lead.created), lead.id)),
        LeadOrder::Oldest => found.sort_unstable_by_key(|lead| (lead.created, lead.id)),
        // Those without a score come last, the newest of equal ones first.
        LeadOrder::Score => {
            found.sort_unstable_by_key(|lead| (std::cmp::Reverse(lead.score), std::cmp::Reverse(lead.created), lead.id))
        }
    }
    Ok(found)
}

/// Holds these leads against changes by others, and tells which of them still wait. On SQLite nobody else writes.
///
/// # Errors
/// The database cannot be read.
pub fn hold(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashSet<i64>, DbError> {
    if matches!(conn, Db::Sqlite(_)) {
        return Ok(leads.iter().copied().collect());
    }
    let states = states_for_change(conn, org, leads)?;
    let waits = states.iter().filter(|state| state.owner_id.is_none() && state.status.is_open());
    Ok(waits.map(|state| state.id).collect())
}

/// Whose these leads were last, as the log of assignments has it.
///
/// # Errors
/// The database cannot be read.
pub fn previous_owners(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, i64>, DbError> {
    let mut owners = HashMap::new();
    for ids in leads.chunks(IN_LIST) {
        let rows: Vec<(i64, Option<i64>, Option<i64>)> = lead_assignments::table
            .filter(lead_assignments::organization_id.eq(org.0).and(lead_assignments::lead_id.eq_any(ids.to_vec())))
            .order(lead_assignments::id)
            .select((lead_assignments::lead_id, lead_assignments::from_user_id, lead_assignments::to_user_id))
            .load(conn)?;
        for (lead, from, to) in rows {
            if let Some(owner) = to.or(from) {
                owners.insert(lead, owner);
            }
        }
    }
    Ok(owners)
}
