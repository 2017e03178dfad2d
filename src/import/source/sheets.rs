//! Which sheet of a workbook is read.

use calamine::DataRef;

use super::budget::{MAX_SHEETS, MOST_TOLD, cut, some, some_names};
use super::readable::Readable;
use super::typed::Extras;
use super::workbook::Book;
use crate::import::ImportError;
use crate::import::error::choices;

/// The sheet to read, and what its reader should know of others.
pub(super) struct Chosen {
    pub name: String,
    /// Hidden sheets with rows, which were left out.
    pub left_out: Vec<String>,
}

/// Chooses the sheet that was asked for, or the only one with rows.
///
/// # Errors
/// There is no such sheet, or several hold rows.
pub(super) fn choose(file: &Readable, book: &mut Book, wanted: Option<&str>) -> Result<Chosen, ImportError> {
    let tabs = book.tabs();
    let names: Vec<&str> = tabs.iter().map(|tab| tab.name.as_str()).collect();
    if let Some(wanted) = wanted {
        let by_place = wanted.parse::<usize>().ok().and_then(|n| names.get(n.checked_sub(1)?));
        let chosen = names.iter().find(|name| **name == wanted).or(by_place);
        return match chosen {
            Some(name) => Ok(Chosen { name: (*name).to_owned(), left_out: Vec::new() }),
            None => Err(ImportError::read_with(
                &file.name,
                format!("it has no sheet `{wanted}`"),
                format!("its sheets: {}", some_names(&names)),
            )),
        };
    }
    if let [only] = names.as_slice() {
        return Ok(Chosen { name: (*only).to_owned(), left_out: Vec::new() });
    }
    if tabs.len() > MAX_SHEETS {
        return Err(ImportError::read_with(
            &file.name,
            format!("it has {} sheets, more than the {MAX_SHEETS} that are looked through", tabs.len()),
            format!("choose one by its name or place, for example --sheet 1; its sheets: {}", some_names(&names)),
        ));
    }
    let (mut filled, mut hidden) = (Vec::new(), Vec::new());
    for tab in tabs.iter().filter(|tab| tab.has_cells) {
        if count_rows(file, book, &tab.name, 1)? > 0 {
            if tab.is_visible { filled.push(tab.name.clone()) } else { hidden.push(tab.name.clone()) }
        }
    }
    match filled.as_slice() {
        [only] => Ok(Chosen { name: only.clone(), left_out: hidden }),
        [] if hidden.is_empty() => Err(ImportError::read(&file.name, "the workbook is empty")),
        [] => Err(ImportError::read_by(
            &file.name,
            "only hidden sheets hold rows",
            "choose one",
            choices("--sheet", &hidden),
        )),
        several => {
            let mut list = Vec::new();
            for (place, name) in several.iter().enumerate() {
                // The rows of those that are not told are not counted.
                let rows = if place < MOST_TOLD { count_rows(file, book, name, u64::MAX)? } else { 0 };
                list.push(format!("`{}` ({rows} rows)", cut(name)));
            }
            Err(ImportError::read_by(
                &file.name,
                format!("several of its sheets hold rows: {}", some(list.into_iter())),
                "choose one",
                choices("--sheet", several),
            ))
        }
    }
}

/// The rows of a sheet that hold anything; stops at `most`.
fn count_rows(file: &Readable, book: &mut Book, sheet: &str, most: u64) -> Result<u64, ImportError> {
    let (mut rows, mut current) = (0u64, None);
    book.each_cell(file, sheet, &Extras::default(), &mut |(row, _), value, _| {
        if !matches!(value, DataRef::Empty) && current != Some(row) {
            current = Some(row);
            rows += 1;
        }
        Ok(rows < most)
    })?;
    Ok(rows)
}
