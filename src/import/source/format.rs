//! What a file is found to be.

use super::records::CellForm;
use super::structured::Form;

vocabulary! {
    /// The kinds of workbook, by their content.
    WorkbookKind {
        Xlsx = "XLSX",
        Xlsb = "XLSB",
        Xls = "XLS",
        Ods = "ODS",
    }
}

/// What a file was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    Text {
        cells: CellForm,
        encoding: &'static str,
    },
    Workbook {
        kind: WorkbookKind,
        sheet: String,
    },
    /// Rows of a file that has no lines for them.
    Rows {
        form: Form,
        table: Option<String>,
    },
}

impl Format {
    /// The sheet of a workbook, or the table of another file that has several.
    pub fn sheet(&self) -> Option<&str> {
        match self {
            Format::Workbook { sheet, .. } => Some(sheet),
            Format::Rows { table, .. } => table.as_deref(),
            Format::Text { .. } => None,
        }
    }

    /// What people call it.
    pub fn describe(&self) -> String {
        match self {
            Format::Text { cells, encoding } => {
                let name = match cells.delimiter {
                    b',' => "comma".to_owned(),
                    b';' => "semicolon".to_owned(),
                    b'\t' => "tab".to_owned(),
                    b'|' => "bar".to_owned(),
                    other => format!("`{}`", char::from(other)),
                };
                format!("{encoding} text with {name} between the cells")
            }
            Format::Workbook { kind, sheet } => format!("{kind} workbook, sheet `{sheet}`"),
            Format::Rows { form, table } => form.describe(table.as_deref()),
        }
    }
}
