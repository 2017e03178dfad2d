//! XLSX workbooks, read cell by cell as a stream.

use std::fs::File;
use std::io::BufReader;

use calamine::{DataRef, Reader, Xlsx, XlsxError};

use super::readable::Readable;
use super::{Format, Item, Sink, SourceOptions, Text, archive};
use crate::import::ImportError;
use crate::import::row::{ProblemKind, Row, RowProblem};

/// Looks at a workbook once: which sheet, its header, how many rows.
///
/// # Errors
/// The workbook is damaged, has no rows, or several sheets with rows and none was named.
pub(super) fn open(file: &Readable, options: &SourceOptions) -> Result<Text, ImportError> {
    let shown = file.name.as_str();
    archive::check(file)?;
    let mut workbook = open_workbook(file)?;
    let sheet = choose_sheet(shown, &mut workbook, options.sheet.as_deref())?;
    let (headers, last_row) = {
        let mut header: Option<Row> = None;
        let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(|e| damaged(shown, &e))?;
        let declared = u64::from(cells.dimensions().end.0) + 1;
        let mut rows = RowAssembler::default();
        while header.is_none() {
            match cells.next_cell().map_err(|e| damaged(shown, &e))? {
                Some(cell) => header = rows.add(cell.get_position(), cell.get_value()),
                None => {
                    header = rows.finish();
                    break;
                }
            }
        }
        (header, declared)
    };
    let Some(header) = headers else {
        return Err(ImportError::read(shown, format!("its sheet `{sheet}` is empty")));
    };
    let mut names: Vec<String> = header.cells().map(|cell| cell.trim().to_owned()).collect();
    while names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    let estimated_rows = last_row.saturating_sub(header.number);
    Ok(Text { format: Format::Xlsx { sheet }, headers: names, estimated_rows, sha256: None })
}

/// Reads every row after the header.
///
/// # Errors
/// The sheet is damaged, or the sink's own error.
pub(super) fn read(file: &Readable, sheet: &str, width: usize, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let shown = file.name.as_str();
    let mut workbook = open_workbook(file)?;
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|e| damaged(shown, &e))?;
    let mut rows = RowAssembler::default();
    let mut last: Option<u64> = None;
    loop {
        let next = cells.next_cell().map_err(|e| damaged(shown, &e))?;
        let row = match &next {
            Some(cell) => rows.add(cell.get_position(), cell.get_value()),
            None => rows.finish(),
        };
        if let Some(row) = row {
            let before = last.replace(row.number);
            // The first row that is not blank is the header.
            if let Some(before) = before {
                deliver(row, before, width, sink)?;
            }
        }
        if next.is_none() {
            return Ok(());
        }
    }
}

fn deliver(mut row: Row, before: u64, width: usize, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let blank = row.number.saturating_sub(before + 1);
    if blank > 0 {
        sink(Item::Blank(blank))?;
    }
    while row.len() < width {
        row.push("");
    }
    match (width..row.len()).find(|&index| !row.cell(index).trim().is_empty()) {
        None if row.contains_nul() => {
            let problem = problem(ProblemKind::NulByte, row.cell(0), "holds the character U+0000", "remove it");
            sink(Item::Broken(row, problem))
        }
        None => sink(Item::Row(row)),
        Some(index) => {
            let text =
                format!("has the cell `{}` in column {}, which has no header", row.cell(index), column_letters(index));
            let problem =
                problem(ProblemKind::RaggedRow, row.cell(index), &text, "give the column a header, or empty the cell");
            sink(Item::Broken(row, problem))
        }
    }
}

fn problem(kind: ProblemKind, value: &str, text: &str, remedy: &str) -> RowProblem {
    RowProblem {
        kind,
        column: String::new(),
        value: value.to_owned(),
        problem: text.to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// Puts cells, which come one by one, together to rows.
#[derive(Default)]
struct RowAssembler {
    row: Option<Row>,
}

impl RowAssembler {
    /// Takes a cell; returns the row before when the cell begins another. Rows without text are passed over.
    fn add(&mut self, (row, column): (u32, u32), value: &DataRef<'_>) -> Option<Row> {
        let number = u64::from(row) + 1;
        let before = match &self.row {
            Some(current) if current.number == number => None,
            _ => self.row.replace(Row::new(number)).filter(|row| !row.is_blank()),
        };
        if let Some(current) = &mut self.row
            && !matches!(value, DataRef::Empty)
        {
            while current.len() < column as usize {
                current.push("");
            }
            if current.len() == column as usize {
                push_value(current, value);
            }
        }
        before
    }

    fn finish(&mut self) -> Option<Row> {
        self.row.take().filter(|row| !row.is_blank())
    }
}

/// The text of a cell: numbers without `.0`, dates as ISO 8601, errors by their name.
fn push_value(row: &mut Row, value: &DataRef<'_>) {
    match value {
        DataRef::Empty => row.push(""),
        DataRef::String(text) => row.push(text),
        DataRef::SharedString(text) => row.push(text),
        DataRef::Int(number) => row.push(&number.to_string()),
        DataRef::Float(number) => row.push(&number.to_string()),
        DataRef::Bool(flag) => row.push(if *flag { "TRUE" } else { "FALSE" }),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => row.push(text),
        DataRef::Error(error) => row.push(&error.to_string()),
        DataRef::DateTime(time) if time.is_datetime() => {
            let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
            if (hour, minute, second, milli) == (0, 0, 0, 0) {
                row.push(&format!("{year:04}-{month:02}-{day:02}"));
            } else {
                row.push(&format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}"));
            }
        }
        DataRef::DateTime(time) => row.push(&time.as_f64().to_string()),
    }
}

fn choose_sheet(file: &str, workbook: &mut Xlsx<BufReader<File>>, wanted: Option<&str>) -> Result<String, ImportError> {
    let names = workbook.sheet_names();
    if let Some(wanted) = wanted {
        let by_place = wanted.parse::<usize>().ok().and_then(|n| names.get(n.checked_sub(1)?));
        let chosen = names.iter().find(|name| name.as_str() == wanted).or(by_place);
        return chosen.cloned().ok_or_else(|| {
            ImportError::read_with(
                file,
                format!("it has no sheet `{wanted}`"),
                format!("its sheets: {}", names.join(", ")),
            )
        });
    }
    let mut filled = Vec::new();
    for name in &names {
        // A sheet that is a chart has no cells to read.
        if let Ok(mut cells) = workbook.worksheet_cells_reader(name) {
            let mut rows = 0u64;
            let mut current = None;
            while let Some(cell) = cells.next_cell().map_err(|e| damaged(file, &e))? {
                let (row, _) = cell.get_position();
                if !matches!(cell.get_value(), DataRef::Empty) && current != Some(row) {
                    current = Some(row);
                    rows += 1;
                    if names.len() == 1 {
                        break;
                    }
                }
            }
            if rows > 0 {
                filled.push((name.clone(), rows));
            }
        }
    }
    match filled.as_slice() {
        [(only, _)] => Ok(only.clone()),
        [] => Err(ImportError::read(file, "the workbook is empty")),
        several => {
            let list: Vec<String> = several.iter().map(|(name, rows)| format!("`{name}` ({rows} rows)")).collect();
            Err(ImportError::read_with(
                file,
                format!("several of its sheets hold rows: {}", list.join(", ")),
                format!("choose one, for example --sheet '{}'", several[0].0),
            ))
        }
    }
}

fn open_workbook(file: &Readable) -> Result<Xlsx<BufReader<File>>, ImportError> {
    Xlsx::new(BufReader::new(file.open()?)).map_err(|e| damaged(&file.name, &e))
}

fn damaged(file: &str, error: &XlsxError) -> ImportError {
    match error {
        XlsxError::Password => {
            ImportError::read_with(file, "the workbook is protected by a password", "save it without one")
        }
        other => ImportError::read_with(
            file,
            format!("the workbook is damaged or cut off ({other})"),
            "get the file again, or save it anew",
        ),
    }
}

/// The letters by which a spreadsheet names a column: 0 is A, 26 is AA.
fn column_letters(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'A' + (index % 26) as u8);
        match index / 26 {
            0 => break,
            rest => index = rest - 1,
        }
    }
    letters.reverse();
    String::from_utf8_lossy(&letters).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_in_a_spreadsheet() {
        assert_eq!([0, 25, 26, 701, 702].map(column_letters), ["A", "Z", "AA", "ZZ", "AAA"]);
    }

    #[test]
    fn rows_are_put_together_and_gaps_filled() {
        let mut rows = RowAssembler::default();
        assert!(rows.add((0, 1), &DataRef::Float(12125550142.0)).is_none());
        assert!(rows.add((0, 3), &DataRef::Bool(true)).is_none());
        let first = rows.add((4, 0), &DataRef::Empty).unwrap();
        assert_eq!((first.number, first.cells().collect::<Vec<_>>()), (1, vec!["", "12125550142", "", "TRUE"]));
        assert!(rows.finish().is_none());
    }
}
