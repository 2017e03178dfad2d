//! The kinds of workbook.

vocabulary! {
    /// The kinds of workbook, by their content.
    WorkbookKind {
        Xlsx = "XLSX",
        Xlsb = "XLSB",
        Xls = "XLS",
        Ods = "ODS",
    }
}
