//! The files of rows that an import did not take, and of values. Rejected rows: the original cells, then what is wrong; fixed there,
//! the file imports as it is. Skipped rows: the original cells, then the lead that each one matched. Dropped values: a line each.

use std::path::PathBuf;

use super::ImportError;
use super::column_names::OWN_COLUMNS;
use super::row::{ProblemKind, Row, RowProblem};
use super::rowfile::{Mark, NamedRows, RowCell, RowFile};
use super::source::Source;
use crate::db::RunMode;
use crate::db::types::Uid;

/// The columns that follow the original ones in a file of rejected rows.
const REJECT_COLUMNS: [&str; 5] = ["_row", "_column", "_problem", "_hint", "_import"];
/// Those of dropped values.
const DROP_COLUMNS: [&str; 6] = ["row", "column", "value", "problem", "hint", "lead"];
/// Those of skipped rows.
const SKIP_COLUMNS: [&str; 3] = ["_row", "_lead", "_reason"];

/// The columns of the source that are not our own from an earlier round.
struct Original(Vec<usize>);

impl Original {
    fn of(source: &Source) -> Original {
        let is_own = |index: &usize| source.headers.get(*index).is_some_and(|h| OWN_COLUMNS.contains(&h.as_str()));
        Original((0..source.headers.len()).filter(|index| !is_own(index)).collect())
    }

    fn headers(&self, source: &Source, more: &[&str]) -> Vec<String> {
        let own = self.0.iter().filter_map(|index| source.headers.get(*index).cloned());
        own.chain(more.iter().map(|name| (*name).to_owned())).collect()
    }

    fn cells<const N: usize>(&self, row: &Row, more: [String; N]) -> Vec<RowCell> {
        let own = self.0.iter().map(|index| RowCell { kind: row.kind(*index), text: row.cell(*index).to_owned() });
        own.chain(more.into_iter().map(RowCell::text)).collect()
    }
}

/// Where a file of rows goes: where it was named, else beside the source, a workbook beside a workbook. A dry run writes none
/// that is not named.
fn path_of_call(named: &Option<PathBuf>, source: &Source, what: &str, mode: RunMode) -> Option<PathBuf> {
    let ending = if source.sheet().is_some() { "xlsx" } else { "csv" };
    match (named, mode) {
        (Some(path), _) => Some(path.clone()),
        (None, RunMode::Commit) => Some(RowFile::path_beside(source.path(), what, ending)),
        (None, RunMode::DryRun) => None,
    }
}

/// Writes rejected rows.
pub struct RejectsWriter {
    file: RowFile,
    original: Original,
    /// The import whose options the fixed file is to be imported with.
    import_uid: String,
}

impl RejectsWriter {
    fn new(path: PathBuf, source: &Source, import_uid: String) -> RejectsWriter {
        let original = Original::of(source);
        let file = RowFile::new(path, original.headers(source, &REJECT_COLUMNS));
        RejectsWriter { file, original, import_uid }
    }

    /// The writer of a call: a dry run writes no file unless one is named.
    pub fn of_call(named: &Option<PathBuf>, source: &Source, import: Uid, mode: RunMode) -> Option<RejectsWriter> {
        let import = if mode.is_dry_run() { String::new() } else { import.0.to_string() };
        path_of_call(named, source, "rejects", mode).map(|path| RejectsWriter::new(path, source, import))
    }

    /// Writes one row with everything that is wrong with it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, source: &Source, row: &Row, problems: &[RowProblem]) -> Result<(), ImportError> {
        let join = |texts: Vec<String>| {
            let mut texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
            texts.dedup();
            texts.join("; ")
        };
        let told = |problem: &RowProblem| match problem.cell(source, row.number) {
            Some(cell) => format!("{cell}: {}", problem.describe()),
            None => problem.describe(),
        };
        let more = [
            row.number.to_string(),
            join(problems.iter().map(|p| p.column.clone()).collect()),
            join(problems.iter().map(told).collect()),
            join(problems.iter().map(|p| p.remedy.clone()).collect()),
            self.import_uid.clone(),
        ];
        let marks: Vec<Mark> = self
            .original
            .0
            .iter()
            .enumerate()
            .filter_map(|(column, index)| {
                let notes = problems.iter().filter(|p| p.index == Some(*index));
                let notes: Vec<String> = notes.map(|p| format!("{}; {}", p.describe(), p.remedy)).collect();
                (!notes.is_empty()).then(|| Mark { column, note: notes.join("\n") })
            })
            .collect();
        let mut cells = self.original.cells(row, more);
        // A blank cell would be taken as such when the file comes back; this is refused until it is filled in.
        for problem in problems.iter().filter(|problem| problem.kind == ProblemKind::FormulaWithoutResult) {
            let place = self.original.0.iter().position(|index| Some(*index) == problem.index);
            if let Some(cell) = place.and_then(|place| cells.get_mut(place)) {
                *cell = RowCell::text("#N/A".into());
            }
        }
        self.file.write(&cells, &marks)
    }

    /// Gives the file its name, if any row was written; it has to be kept to stay.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(&mut self) -> Result<Option<NamedRows>, ImportError> {
        self.file.finish()
    }
}

/// Writes skipped rows.
pub struct SkippedWriter {
    file: RowFile,
    original: Original,
}

impl SkippedWriter {
    pub fn new(path: PathBuf, source: &Source) -> SkippedWriter {
        let original = Original::of(source);
        let file = RowFile::new(path, original.headers(source, &SKIP_COLUMNS));
        SkippedWriter { file, original }
    }

    /// Writes one row with the lead that it matched, if it matched one, and why it was skipped.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, row: &Row, lead: Option<i64>, reason: &str) -> Result<(), ImportError> {
        let more = [row.number.to_string(), lead.map(|id| id.to_string()).unwrap_or_default(), reason.to_owned()];
        self.file.write(&self.original.cells(row, more), &[])
    }

    /// Gives the file its name, if any row was written; it has to be kept to stay.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(&mut self) -> Result<Option<NamedRows>, ImportError> {
        self.file.finish()
    }
}

/// Writes values that were dropped from rows that were taken.
pub struct DroppedWriter {
    file: RowFile,
}

impl DroppedWriter {
    /// The writer of a call: a dry run writes no file unless one is named.
    pub fn of_call(named: &Option<PathBuf>, source: &Source, mode: RunMode) -> Option<DroppedWriter> {
        let path = path_of_call(named, source, "dropped", mode)?;
        let headers = DROP_COLUMNS.iter().map(|name| (*name).to_owned()).collect();
        Some(DroppedWriter { file: RowFile::new(path, headers) })
    }

    /// Writes one dropped value, whole, with the lead of its row.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(
        &mut self,
        source: &Source,
        row: &Row,
        lead: Option<i64>,
        problem: &RowProblem,
    ) -> Result<(), ImportError> {
        let value = problem.index.map_or(problem.value.as_str(), |index| row.cell(index));
        let place = problem.cell(source, row.number).map(|cell| format!(" ({cell})")).unwrap_or_default();
        let cells = [
            row.number.to_string(),
            format!("{}{place}", problem.column),
            value.to_owned(),
            problem.problem.clone(),
            problem.remedy.clone(),
            lead.map(|id| id.to_string()).unwrap_or_default(),
        ];
        self.file.write(&cells.map(RowCell::text), &[])
    }

    /// Gives the file its name, if any value was written; it has to be kept to stay.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(&mut self) -> Result<Option<NamedRows>, ImportError> {
        self.file.finish()
    }
}
