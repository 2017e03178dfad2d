//! The columns of a file by their names.

use std::collections::HashMap;

use super::ImportError;
use super::options::Assignment;
use crate::domain::invisible::is_invisible;
use crate::domain::text::{fold_key, nearest};
use crate::error::Again;

/// The columns that files of rejected and skipped rows add.
pub const OWN_COLUMNS: [&str; 7] = ["_row", "_column", "_problem", "_hint", "_import", "_lead", "_reason"];

/// Whether a header is one that files of rejected and skipped rows add.
pub fn is_own_column(header: &str) -> bool {
    OWN_COLUMNS.contains(&header.trim())
}

/// The names by which options find all columns of a file, as [`column_name`] has that of one.
pub fn column_names(headers: &[String]) -> Vec<String> {
    let mut times: HashMap<&str, usize> = HashMap::new();
    headers.iter().for_each(|header| *times.entry(header.trim()).or_default() += 1);
    let name = |(index, header): (usize, &String)| match header.trim() {
        // What looks like a place is found as one.
        plain if is_plain(plain) && !plain.starts_with('#') && times.get(plain) == Some(&1) => plain.to_owned(),
        _ => format!("#{}", index + 1),
    };
    headers.iter().enumerate().map(name).collect()
}

/// Whether a header can be told in a message and typed again.
fn is_plain(header: &str) -> bool {
    !header.is_empty() && header.len() <= 100 && !header.chars().any(is_hidden)
}

/// A name by which an option finds a column: its header, or its place where that is not the only one.
pub fn column_name(headers: &[String], index: usize) -> String {
    let header = headers.get(index).map_or("", |header| header.trim());
    match is_plain(header) && column_named(headers, header).is_ok_and(|found| found == index) {
        true => header.to_owned(),
        false => format!("#{}", index + 1),
    }
}

/// Whether a character could be lost between a message and a command line.
fn is_hidden(c: char) -> bool {
    c.is_control() || is_invisible(c) || (c.is_whitespace() && c != ' ')
}

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
    ImportError::Mapping { problem, columns: headers.to_vec(), remedy: remedy.to_owned(), again: None }
}

/// Finds the column that an assignment names; one that is nearly a header is told with what would be right.
///
/// # Errors
/// No column, or more than one, has the name.
pub fn column_of(headers: &[String], option: &str, assignment: &Assignment) -> Result<usize, ImportError> {
    column_named(headers, &assignment.value).map_err(|error| match error {
        ImportError::Mapping { problem, columns, remedy, .. } => {
            let near = nearest(&assignment.value, headers.iter().map(String::as_str)).map(|near| {
                let index = headers.iter().position(|header| header == near).unwrap_or(0);
                column_name(headers, index)
            });
            let with = |name: String| vec![option.to_owned(), format!("{}={name}", assignment.field)];
            let without = vec![format!("{}={}", assignment.field, assignment.value)];
            ImportError::Mapping {
                problem,
                columns,
                remedy: near.as_ref().map_or(remedy, |near| format!("did you mean `{near}`?")),
                again: near.map(|near| Box::new(Again { without, with: with(near), or: Vec::new() })),
            }
        }
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_named_alone_as_among_all() {
        let headers = ["Phone", " City ", "X", "X", "", "#2", "phone", "a\u{200b}b"].map(str::to_owned);
        let alone: Vec<String> = (0..headers.len()).map(|index| column_name(&headers, index)).collect();
        assert_eq!(column_names(&headers), alone);
        assert_eq!(alone, ["Phone", "City", "#3", "#4", "#5", "#6", "phone", "#8"]);
    }
}
