//! How users, organizations, settings, segments, budget accounts and saved mappings are written: the row and what the log says of it in one
//! transaction, so that the log alone suffices to rebuild the row. What is logged of a row, and how it is written, its model says (`db::audited`).

mod log;
mod pieces;

pub use log::Difference;
pub(super) use log::{in_order, record};

use crate::db::Stamp;
use crate::db::audited::{Addable, Audited, Deletable, Editable};
use crate::db::{Db, DbError};

/// A row after a change.
#[derive(Debug)]
pub struct Edited<T> {
    pub row: T,
    /// What changed, field by field; if nothing, nothing was written.
    pub changes: Vec<Difference>,
}

/// Adds a row and returns it.
///
/// # Errors
/// A unique key is taken, or the database refuses.
pub fn add<T: Addable>(conn: &mut Db, new: &T::New<'_>, stamp: &Stamp) -> Result<T, DbError> {
    let made = T::insert(conn, new)?;
    record(conn, None, Some(&made), stamp)?;
    Ok(made)
}

/// What a new row is, as the log says it.
pub fn described<T: Audited>(row: &T) -> Vec<Difference> {
    let values = row.fields().into_iter().filter(|(_, value)| value.is_some());
    values.map(|(field, new)| Difference { field: field.into_owned(), old: None, new }).collect()
}

/// Changes the row with this id by `edit`, which is given what is stored now; `None` when there is no such row.
///
/// # Errors
/// Those of `edit`, a unique key is taken, or the database refuses.
pub fn change<T: Editable, E: From<DbError>>(
    conn: &mut Db,
    id: i64,
    stamp: &Stamp,
    edit: impl FnOnce(&mut T) -> Result<(), E>,
) -> Result<Option<Edited<T>>, E> {
    let Some(before) = T::held(conn, stamp.org, id)? else { return Ok(None) };
    let mut row = before.clone();
    edit(&mut row)?;
    let stamp = &in_order(conn, &before, stamp)?;
    let changes = record(conn, Some(&before), Some(&row), stamp)?;
    if changes.is_empty() {
        return Ok(Some(Edited { row: before, changes }));
    }
    row.store(&before, conn, stamp.now)?;
    Ok(Some(Edited { row, changes }))
}

/// Deletes the row with this id and returns it; `None` when there is no such row.
///
/// # Errors
/// Something refers to it, or the database refuses.
pub fn delete<T: Deletable>(conn: &mut Db, id: i64, stamp: &Stamp) -> Result<Option<T>, DbError> {
    let Some(row) = T::held(conn, stamp.org, id)? else { return Ok(None) };
    let stamp = &in_order(conn, &row, stamp)?;
    record(conn, Some(&row), None, stamp)?;
    row.clone().delete(conn)?;
    Ok(Some(row))
}
