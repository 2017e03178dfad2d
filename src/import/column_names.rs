//! The columns of a file by their names.

use super::ImportError;
use crate::domain::text::fold_key;

/// The columns that files of rejected and skipped rows add.
pub const OWN_COLUMNS: [&str; 7] = ["_row", "_column", "_problem", "_hint", "_import", "_lead", "_reason"];

/// Finds a column by its header, exactly or after folding, or by its place as `#3`.
pub fn column_named(headers: &[String], name: &str) -> Result<usize, ImportError> {
    if let Some(place) = name.strip_prefix('#').and_then(|n| n.parse::<usize>().ok())
        && (1..=headers.len()).contains(&place)
    {
        return Ok(place - 1);
    }
    let exact: Vec<usize> = (0..headers.len()).filter(|&i| headers[i].trim() == name.trim()).collect();
    let found = match exact.is_empty() {
        false => exact,
        true => (0..headers.len()).filter(|&i| fold_key(&headers[i]) == fold_key(name)).collect(),
    };
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(mapping_error(
            headers,
            format!("no column is named `{name}`"),
            "use a header of the file, or its place as #1",
        )),
        [first, ..] => Err(mapping_error(
            headers,
            format!("{} columns are named `{name}`", found.len()),
            &format!("name the column by its place, for example #{}", first + 1),
        )),
    }
}

/// What is wrong with an option that names a column or a field.
pub fn mapping_error(headers: &[String], problem: String, remedy: &str) -> ImportError {
    ImportError::Mapping { problem, columns: headers.to_vec(), remedy: remedy.to_owned() }
}
