//! What an erasure is going to do, on PostgreSQL: it is looked for while the person's own rows are empty already, taken back, and
//! done as a whole by the function of the database.

use serde_json::{Value, json};

use super::sweep::{Sweep, Touched};
use crate::db::Stamp;
use crate::db::catalogue::{self, Table, Text};
use crate::db::models::erasure::erased_texts::RowKey;
use crate::db::models::erasure::recorded::{Erasure, looking_ahead, record};
use crate::db::{Db, DbError};

/// What is to be done.
#[derive(Default)]
pub struct Plan {
    /// The person's own rows, which the function empties and deletes.
    pub own: Vec<Touched>,
    /// Rows of others.
    pub rows: Vec<Planned>,
}

/// A row of others that is going to change.
pub struct Planned {
    pub table: &'static Table,
    pub key: RowKey,
    pub texts: Vec<Redacted>,
}

/// A text out of which the person is taken.
pub struct Redacted {
    pub text: &'static Text,
    pub value: String,
    /// The places that are cut out, for the database.
    pub cuts: Vec<Value>,
}

impl Planned {
    /// The row as the function of the database takes it; `None` when the row is no log's and is changed as any other.
    fn as_opened(&self) -> Option<Value> {
        if !self.table.opens_for_erasure() {
            return None;
        }
        let texts: Vec<&Value> = self.texts.iter().flat_map(|redacted| &redacted.cuts).collect();
        Some(json!({ "table": self.table.name, "row": self.key.number()?, "texts": texts }))
    }
}

/// Sweeps through all tables by such a plan.
///
/// # Errors
/// The database refuses.
pub fn carry_out(
    conn: &mut Db,
    erasure: &Erasure<'_>,
    sweep: &mut Sweep<'_>,
    tables: &[&'static Table],
    stamp: &Stamp,
) -> Result<(), DbError> {
    let mut plan = Plan::default();
    for table in catalogue::tables() {
        plan.own.push(sweep.count_own(conn, table)?);
    }
    sweep.plan = Some(plan);
    looking_ahead(conn, |conn| {
        record(conn, erasure, &[], stamp)?;
        tables.iter().try_for_each(|table| sweep.table(conn, table))
    })?;
    let mut redactions = Vec::new();
    for row in sweep.plan.take().unwrap_or_default().rows {
        let Some(redaction) = row.as_opened() else {
            // Looked at again: whoever waited for the row may have changed it since.
            sweep.row(conn, row.table, &row.key)?;
            continue;
        };
        redactions.push(redaction);
        let columns: Vec<&'static str> = row.texts.iter().map(|redacted| redacted.text.name).collect();
        sweep.log(conn, row.table, &row.key, &columns)?;
    }
    record(conn, erasure, &redactions, stamp)
}
