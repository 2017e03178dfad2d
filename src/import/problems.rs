//! The problems of rows, counted by their kinds.

use serde::Serialize;

use super::row::{ProblemKind, RowProblem};
use super::source::Source;

/// The problems of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct ProblemGroup {
    pub kind: ProblemKind,
    pub count: u64,
    pub example_row: u64,
    /// The cell as a spreadsheet names it, in a workbook.
    pub example_cell: Option<String>,
    pub example_value: String,
    pub example_column: String,
    pub example_problem: String,
    /// What a person can do about it.
    pub hint: String,
}

/// Counts a problem under its kind.
pub fn note(groups: &mut Vec<ProblemGroup>, source: &Source, row: u64, problem: &RowProblem) {
    note_as(groups, source, row, problem, |group| group.kind == problem.kind);
}

/// Counts a remark under its kind and column: what holds instead differs from column to column.
pub fn note_by_column(groups: &mut Vec<ProblemGroup>, source: &Source, row: u64, remark: &RowProblem) {
    note_as(groups, source, row, remark, |group| group.kind == remark.kind && group.example_column == remark.column);
}

fn note_as(
    groups: &mut Vec<ProblemGroup>,
    source: &Source,
    row: u64,
    problem: &RowProblem,
    is_alike: impl Fn(&ProblemGroup) -> bool,
) {
    match groups.iter_mut().find(|group| is_alike(group)) {
        Some(group) => group.count += 1,
        None => groups.push(ProblemGroup {
            kind: problem.kind,
            count: 1,
            example_row: row,
            example_cell: problem.cell(source, row),
            // PostgreSQL's JSON knows no U+0000; its picture stands for it.
            example_value: problem.value.replace('\0', "␀"),
            example_column: problem.column.clone(),
            example_problem: problem.problem.clone(),
            hint: problem.remedy.clone(),
        }),
    }
}

impl RowProblem {
    /// The cell as a spreadsheet names it, in a row of a workbook.
    pub fn cell(&self, source: &Source, row: u64) -> Option<String> {
        self.index.and_then(|index| source.cell_address(index, row))
    }
}
