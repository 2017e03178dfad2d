//! Finding the row that is not the same in a table and in its copy.

use std::collections::BTreeMap;

use super::error::CopyError;
use super::read::{Reader, each_row};
use super::shape::Shape;
use crate::domain::canonical::digest::{hash, part_of};
use crate::domain::canonical::value::Value;

/// The first row of a part of a table that differs.
///
/// # Errors
/// Either database cannot be read.
pub(super) fn difference(
    source: &mut Reader<'_>,
    target: &mut Reader<'_>,
    shape: &Shape,
    part: usize,
) -> Result<CopyError, CopyError> {
    let mut copied = rows_of(target, shape, part)?;
    for (key, row) in rows_of(source, shape, part)? {
        let how = match copied.remove(&key) {
            None => "it is missing".to_owned(),
            Some(other) => match differing_columns(shape, &row, &other) {
                columns if columns.is_empty() => continue,
                columns => format!("in {}", columns.join(", ")),
            },
        };
        return Ok(CopyError::Differs { row: shape.row_name(&row), how });
    }
    let row = copied.values().next().map_or_else(|| shape.name.to_owned(), |row| shape.row_name(row));
    Ok(CopyError::Differs { row, how: "it is not in the source".into() })
}

fn rows_of(reader: &mut Reader<'_>, shape: &Shape, part: usize) -> Result<BTreeMap<Vec<Value>, Vec<Value>>, CopyError> {
    let mut rows = BTreeMap::new();
    each_row(reader, shape, |row| {
        if part_of(&row, &shape.key) == part {
            let key = shape.key.iter().filter_map(|place| row.get(*place).cloned()).collect();
            rows.insert(key, row);
        }
        Ok(())
    })?;
    Ok(rows)
}

fn differing_columns(shape: &Shape, row: &[Value], other: &[Value]) -> Vec<String> {
    let pairs = shape.columns.iter().zip(row.iter().zip(other));
    let differing = pairs.filter(|(column, (one, other))| {
        let hash = |value: &Value| hash(std::slice::from_ref(value), &[column.kind]);
        hash(one) != hash(other)
    });
    differing.map(|(column, _)| column.name.clone()).collect()
}
