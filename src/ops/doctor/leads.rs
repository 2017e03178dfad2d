//! Whether what is kept of leads beside their rows agrees with them.

use super::Scope;
use super::finding::{Finding, some_of};
use crate::db::health::statuses::disagreements;
use crate::db::models::access::organizations::Organization;
use crate::db::models::leads::lead_search;
use crate::db::{Db, DbError, OrgId};
use crate::domain::doctor::{Repair, Severity, Subject, sample_of};
use crate::ops::leads::search::unindexed;

/// Leads that a quick look reads.
pub(super) const SAMPLE: i64 = 2000;
/// Leads whose words a look at the index of searches reads.
const SAMPLE_OF_SEARCHES: i64 = 1000;

/// The ranges of ids of the leads that are looked at; none when there are no leads.
pub(super) fn looked_at(conn: &mut Db, org: OrgId, scope: &Scope) -> Result<Vec<(i64, i64)>, DbError> {
    let range = lead_search::id_range(conn, org)?;
    Ok(match (range, scope.full) {
        (None, _) => Vec::new(),
        (Some(all), true) => vec![all],
        (Some((first, last)), false) => sample_of(first, last, SAMPLE),
    })
}

pub(super) fn status_history(conn: &mut Db, org: &Organization, scope: &Scope) -> Result<Vec<Finding>, DbError> {
    let ranges = looked_at(conn, org.org_id(), scope)?;
    let leads = disagreements(conn, org.org_id(), &ranges)?;
    if leads.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = leads.iter().map(|(lead, ..)| lead.to_string()).collect();
    let message = format!("the status of leads is not the last of their history: {}", some_of(&ids));
    Ok(vec![Finding::new(Subject::StatusHistory, Severity::Error, message).repaired_by(Repair::StatusHistory)])
}

pub(super) fn search_index(conn: &mut Db, org: &Organization, _: &Scope) -> Result<Vec<Finding>, DbError> {
    let Some((first, last)) = lead_search::id_range(conn, org.org_id())? else { return Ok(Vec::new()) };
    let ranges = sample_of(first, last, SAMPLE_OF_SEARCHES);
    let leads = unindexed(conn, org.org_id(), &ranges)?;
    if leads.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = leads.iter().map(i64::to_string).collect();
    let message = format!("searches may not find leads, for the index lacks words of them: {}", some_of(&ids));
    Ok(vec![Finding::new(Subject::SearchIndex, Severity::Error, message).repaired_by(Repair::SearchIndex)])
}
