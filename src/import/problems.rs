//! The problems of rows, counted by their kinds.

use serde::Serialize;

use super::row::{ProblemKind, RowProblem};
use super::source::Source;
use crate::domain::leads::status::Status;
use crate::domain::text::nearest;

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

/// A word that means nothing in its column, with how many cells have it.
#[derive(Debug, Clone, Serialize)]
pub struct UnknownWord {
    pub kind: ProblemKind,
    pub column: String,
    pub word: String,
    pub count: u64,
    /// A word that it may be a slip of.
    pub near: Option<&'static str>,
}

/// So many different words are told.
const WORDS_TOLD: usize = 200;

/// The longest word that is told, in bytes: a longer one is prose.
const LONGEST_WORD: usize = 100;

/// Counts a word of a status, an owner or a country that means nothing.
pub fn note_word(words: &mut Vec<UnknownWord>, problem: &RowProblem) {
    let RowProblem { kind, column, value, .. } = problem;
    let is_word = matches!(kind, ProblemKind::StatusUnknown | ProblemKind::OwnerUnknown | ProblemKind::CountryUnknown);
    if !is_word || problem.index.is_none() || value.is_empty() || value.len() > LONGEST_WORD {
        return;
    }
    match words.iter().position(|it| it.kind == *kind && it.column == *column && it.word == *value) {
        Some(at) => words[at].count += 1,
        None if words.len() < WORDS_TOLD => words.push(UnknownWord {
            kind: *kind,
            column: column.clone(),
            word: value.clone(),
            count: 1,
            near: match kind {
                ProblemKind::StatusUnknown => nearest(value, Status::ALL.iter().map(|status| status.as_str())),
                _ => None,
            },
        }),
        None => {}
    }
}

/// The options under which these words are taken, and whether some hold a place for a status that is to be put there.
pub fn options_for(words: &[UnknownWord]) -> (Vec<String>, bool) {
    let mut options: Vec<String> = Vec::new();
    let mut is_open = false;
    for word in words {
        let option = match word.kind {
            ProblemKind::StatusUnknown => {
                is_open |= word.near.is_none();
                ["--status-map".to_owned(), format!("{}={}", word.word, word.near.unwrap_or("STATUS"))]
            }
            // What nobody understands is kept as it is written.
            _ => ["--keep".to_owned(), word.column.clone()],
        };
        if !options.chunks(2).any(|known| known == option) {
            options.extend(option);
        }
    }
    (options, is_open)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(kind: ProblemKind, column: &str, value: &str) -> RowProblem {
        RowProblem {
            kind,
            column: column.into(),
            index: Some(1),
            value: value.into(),
            problem: String::new(),
            remedy: String::new(),
        }
    }

    #[test]
    fn words_are_counted_and_told_with_their_options() {
        let mut words = Vec::new();
        for (kind, column, value) in [
            (ProblemKind::StatusUnknown, "Stage", "Contactd"),
            (ProblemKind::StatusUnknown, "Stage", "Asleep"),
            (ProblemKind::StatusUnknown, "Stage", "Asleep"),
            (ProblemKind::OwnerUnknown, "Owner", "Ann Roe"),
            (ProblemKind::OwnerUnknown, "Owner", "Bob Low"),
            (ProblemKind::PhoneInvalid, "Phone", "12"),
        ] {
            note_word(&mut words, &problem(kind, column, value));
        }
        assert_eq!(words.iter().map(|word| word.count).collect::<Vec<_>>(), [1, 2, 1, 1]);
        let (options, is_open) = options_for(&words);
        assert_eq!(options, ["--status-map", "Contactd=contacted", "--status-map", "Asleep=STATUS", "--keep", "Owner"]);
        assert!(is_open);
    }
}
