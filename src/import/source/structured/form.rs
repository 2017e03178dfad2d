//! The forms of files whose rows are no lines.

/// The forms, by their content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Html,
    /// SpreadsheetML, which Excel 2003 and many CRMs write.
    Sheet2003,
    Json,
    VCard,
}

impl Form {
    /// What the file is called.
    pub fn describe(self, table: Option<&str>) -> String {
        match (self, table) {
            (Form::Html, Some(table)) => format!("HTML, table {table}"),
            (Form::Html, None) => "HTML".to_owned(),
            (Form::Sheet2003, Some(sheet)) => format!("XML spreadsheet of Excel 2003, sheet `{sheet}`"),
            (Form::Sheet2003, None) => "XML spreadsheet of Excel 2003".to_owned(),
            (Form::Json, _) => "JSON".to_owned(),
            (Form::VCard, _) => "vCards".to_owned(),
        }
    }
}

/// What to do with a file that holds no table that is read.
pub(super) const SAVE_AS: &str = "open it and save the table as CSV or XLSX";
