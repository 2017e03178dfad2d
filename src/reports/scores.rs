//! How many leads have which score.

use crate::db::{Cells, Db, DbError, Statement};
use crate::domain::lead_work::scores::distribution::Distribution;
use crate::filter::LeadQuery;

/// Counts leads by the score that they have.
///
/// # Errors
/// The database cannot be read.
pub fn distribution(conn: &mut Db, query: &LeadQuery) -> Result<Distribution, DbError> {
    let mut distribution = Distribution::default();
    Statement::new("SELECT leads.lead_score, count(*) FROM leads WHERE ")
        .then(query.condition())
        .sql(" GROUP BY leads.lead_score")
        .each_row(conn, |row: Cells| -> Result<(), DbError> {
            distribution.add(row.at(0).number(), row.at(1).number().unwrap_or_default());
            Ok(())
        })?;
    Ok(distribution)
}
