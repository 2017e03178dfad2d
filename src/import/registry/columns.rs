//! Registry files that are sheets of several columns, in any form that imports read.

use super::line::{LineProblem, number};
use super::{Numbers, Reading, RegistryFile, RegistryFileError};
use crate::domain::text::is_placeholder;
use crate::import::ImportError;
use crate::import::column_names::{column_name, column_named};
use crate::import::row::{CellKind, Row};
use crate::import::source::{Item, Source, SourceOptions};

/// Reads the numbers of some columns.
pub(super) fn read(
    file: &RegistryFile<'_>,
    columns: &[String],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Numbers, RegistryFileError> {
    let options =
        SourceOptions { named: columns.to_vec(), interrupted: file.interrupted.clone(), ..SourceOptions::default() };
    let source = Source::open(file.path, &options)?;
    let mut indexes: Vec<usize> =
        columns.iter().map(|column| column_named(&source.headers, column)).collect::<Result<_, _>>()?;
    indexes.sort_unstable();
    indexes.dedup();
    let mut reading = Reading::new(file, source.shown().to_owned(), source.estimated_rows, progress);
    reading.notices.extend(source.notices.iter().cloned());
    // Where there is no header, it is the first number.
    for index in &indexes {
        if let Some(number) =
            source.headers.get(*index).and_then(|header| number(header.trim().as_bytes(), file.country).ok())
        {
            reading.number(number);
            let column = column_name(&source.headers, *index);
            reading.notices.push(format!("`{column}` has no header: its first cell is a number"));
        }
    }
    let (mut failed, mut without) = (None, 0u64);
    let read = source.read(&mut |item| {
        match item {
            Item::Row(row) => {
                let mut is_without = true;
                for index in &indexes {
                    is_without &= !take(&row, *index, &mut reading);
                }
                without += u64::from(is_without);
            }
            Item::Broken(row, _) => {
                let cell = indexes.first().map_or("", |index| row.cell(*index));
                reading.reject(row.number, cell.as_bytes(), LineProblem::NoNumber);
            }
            Item::Blank(_) => {}
        }
        reading.advance(1).map_err(|error| {
            failed = Some(error);
            ImportError::Interrupted
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    read?;
    source.verify_unchanged()?;
    if without > 0 {
        let names: Vec<String> =
            indexes.iter().map(|index| format!("`{}`", column_name(&source.headers, *index))).collect();
        reading.notices.push(format!("rows without a number in {}: {without}", names.join(" and ")));
    }
    Ok(reading.finish(source.sha256, source.file_name))
}

/// Takes the cell of a row, and says whether it holds anything.
fn take(row: &Row, index: usize, reading: &mut Reading<'_>) -> bool {
    let cell = row.cell(index).trim();
    if row.kind(index) == CellKind::Formula {
        reading.reject(row.number, cell.as_bytes(), LineProblem::Formula);
        return true;
    }
    match number(cell.as_bytes(), reading.file.country) {
        Ok(number) => reading.number(number),
        Err(_) if cell.is_empty() || is_placeholder(cell) => return false,
        Err(problem) => reading.reject(row.number, cell.as_bytes(), problem),
    }
    true
}
