//! Leads whose status is not the one that their history tells.

use crate::db::{Db, DbError, OrgId, Statement};
use crate::domain::leads::status::Status;

/// So many are told at most.
const MOST: i64 = 10_000;

/// The last row `h` of the history of a lead `l`, in this order, of those that no import of a history wrote: such events may tell of
/// another status than the lead has, when it stayed.
fn last_status(order: &'static str) -> Statement {
    Statement::new(
        "(SELECT h.to_status FROM lead_status_history h
          LEFT JOIN imports i ON i.organization_id = h.organization_id AND i.id = h.import_id
          WHERE h.organization_id = l.organization_id AND h.lead_id = l.id AND coalesce(i.kind, '') <> 'history'
          ORDER BY ",
    )
    .sql(order)
    .sql(" LIMIT 1)")
}

/// The live leads within these ranges of ids whose status is neither the last one of their history, by when it was true or was written,
/// nor one of an event that an import of a history wrote and that is in force: the lead, its status, and the last one written.
///
/// # Errors
/// The database cannot be read.
pub fn disagreements(
    conn: &mut Db,
    org: OrgId,
    ranges: &[(i64, i64)],
) -> Result<Vec<(i64, Status, Option<Status>)>, DbError> {
    const WRITTEN: &str = "h.id DESC";
    let mut found = Vec::new();
    for (first, last) in ranges {
        Statement::new("SELECT l.id, l.status, ")
            .then(last_status(WRITTEN))
            .sql(" FROM leads l WHERE l.organization_id = ")
            .org(org)
            .sql(" AND l.deleted_at IS NULL AND l.id BETWEEN ")
            .number(*first)
            .sql(" AND ")
            .number(*last)
            .sql(" AND l.status <> coalesce(")
            .then(last_status(WRITTEN))
            .sql(", '') AND l.status <> coalesce(")
            .then(last_status("h.changed_at DESC, h.id DESC"))
            .sql(
                ", '') AND NOT EXISTS (
                   SELECT 1 FROM lead_status_history h
                   JOIN imports i ON i.organization_id = h.organization_id AND i.id = h.import_id
                   WHERE h.organization_id = l.organization_id AND h.lead_id = l.id AND h.to_status = l.status
                     AND i.kind = 'history' AND i.status = 'done'
                 ) ORDER BY l.id LIMIT ",
            )
            .number(MOST)
            .each_row(conn, |row| -> Result<(), DbError> {
                let status = |place: usize| row.at(place).text().and_then(Status::from_word);
                if let (Some(lead), Some(now)) = (row.at(0).number(), status(1)) {
                    found.push((lead, now, status(2)));
                }
                Ok(())
            })?;
    }
    Ok(found)
}
