//! Registry files that are sheets of several columns, in any form that imports read.

use super::line::{LineProblem, number};
use super::{Numbers, Reading, RegistryFile, RegistryFileError};
use crate::domain::text::is_placeholder;
use crate::import::ImportError;
use crate::import::column_names::column_named;
use crate::import::row::CellKind;
use crate::import::source::{Item, Source, SourceOptions};

/// Reads the numbers of one column.
pub(super) fn read(
    file: &RegistryFile<'_>,
    column: &str,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Numbers, RegistryFileError> {
    let options = SourceOptions {
        named: vec![column.to_owned()],
        interrupted: file.interrupted.clone(),
        ..SourceOptions::default()
    };
    let source = Source::open(file.path, &options)?;
    let index = column_named(&source.headers, column)?;
    let mut reading = Reading::new(file, source.shown().to_owned(), source.estimated_rows, progress);
    reading.notices.extend(source.notices.iter().cloned());
    // Where there is no header, it is the first number.
    if let Some(number) =
        source.headers.get(index).and_then(|header| number(header.trim().as_bytes(), file.country).ok())
    {
        reading.number(number);
        reading.notices.push(format!("`{column}` has no header: its first cell is a number"));
    }
    let (mut failed, mut without) = (None, 0u64);
    let read = source.read(&mut |item| {
        match item {
            Item::Row(row) if row.kind(index) == CellKind::Formula => {
                reading.reject(row.number, row.cell(index).as_bytes(), LineProblem::Formula);
            }
            Item::Row(row) => {
                let cell = row.cell(index).trim();
                match number(cell.as_bytes(), file.country) {
                    Ok(number) => reading.number(number),
                    Err(_) if cell.is_empty() || is_placeholder(cell) => without += 1,
                    Err(problem) => reading.reject(row.number, cell.as_bytes(), problem),
                }
            }
            Item::Broken(row, _) => reading.reject(row.number, row.cell(index).as_bytes(), LineProblem::NoNumber),
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
        reading.notices.push(format!("rows without a number in `{column}`: {without}"));
    }
    Ok(reading.finish(source.sha256, source.file_name))
}
