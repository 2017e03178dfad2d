//! What the imports of every kind share on the command line.

use crate::import::leads::Observer;
use crate::import::summary::ProblemGroup;
use crate::ui::{Column, Progress, Ui, UiError};

/// Tells on stderr how an import goes.
pub(super) struct Watcher {
    ui: Ui,
    progress: Progress,
}

impl Watcher {
    pub fn new(ui: Ui) -> Watcher {
        Watcher { ui, progress: ui.progress() }
    }
}

impl Observer for Watcher {
    fn notice(&mut self, text: &str) {
        self.progress.line(|| self.ui.note(text));
    }

    fn progress(&mut self, rows: u64, of_about: u64) {
        self.progress.set(rows, of_about);
    }
}

/// Prints what was wrong with the rejected rows, a line a kind.
pub(super) fn print_problems(problems: &[ProblemGroup], ui: Ui) -> Result<(), UiError> {
    let lines: Vec<ProblemLine> = problems.iter().map(ProblemLine::of).collect();
    ui.part("problems", &lines, PROBLEM_COLUMNS)
}

/// The problems of one kind, as a person reads them.
#[derive(serde::Serialize)]
struct ProblemLine {
    count: u64,
    place: String,
    column: String,
    value: String,
    problem: String,
    hint: String,
}

const PROBLEM_COLUMNS: &[Column] = &[
    Column::count("count", "count"),
    Column::whole("place", "for example"),
    Column::text("column", "column"),
    Column::text("value", "value"),
    Column::text("problem", "problem"),
    Column::text("hint", "what to do"),
];

impl ProblemLine {
    fn of(group: &ProblemGroup) -> ProblemLine {
        ProblemLine {
            count: group.count,
            place: group.example_cell.clone().unwrap_or_else(|| format!("row {}", group.example_row)),
            column: group.example_column.clone(),
            value: group.example_value.clone(),
            problem: group.example_problem.clone(),
            hint: group.hint.clone(),
        }
    }
}

/// What separates cells, as a person says it.
pub(super) fn delimiter(text: &str) -> Result<char, String> {
    match text {
        "tab" | "\\t" => Ok('\t'),
        _ => match text.chars().collect::<Vec<_>>().as_slice() {
            [c] if c.is_ascii() => Ok(*c),
            _ => Err("use one ASCII character, or the word tab".into()),
        },
    }
}
