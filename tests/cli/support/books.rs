//! Workbooks whose cells are more than texts, and workbooks put together from their XML.

use std::io::Write;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, Workbook, Worksheet};

use super::World;

/// Writes a workbook of one sheet.
pub fn book(world: &World, name: &str, headers: &[&str], fill: impl FnOnce(&mut Worksheet)) -> PathBuf {
    let path = world.path(name);
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, header) in (0u16..).zip(headers) {
        sheet.write_string(0, column, *header).unwrap();
    }
    fill(sheet);
    workbook.save(&path).unwrap();
    path
}

/// Writes a number with its format.
pub fn number(sheet: &mut Worksheet, row: u32, column: u16, number: f64, format: &str) {
    let format = Format::new().set_num_format(format);
    sheet.write_number_with_format(row, column, number, &format).unwrap();
}

fn archive(path: &Path, parts: &[(&str, &str)]) {
    let mut archive = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, text) in parts {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
}

/// A workbook of the given rows of its XML, whose strings stand in the cells.
pub fn raw_xlsx(world: &World, name: &str, rows: &str) -> PathBuf {
    raw_xlsx_with(world, name, &format!("<sheetData>{rows}</sheetData>"), 1, &[])
}

/// A workbook of sheets that all are the same XML, and of further parts.
pub fn raw_xlsx_with(world: &World, name: &str, sheet: &str, sheets: usize, further: &[(&str, &str)]) -> PathBuf {
    let path = world.path(name);
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let each = |text: &dyn Fn(usize) -> String| (1..=sheets).map(text).collect::<String>();
    let tabs = each(&|n| {
        let name = if n == 1 { "Leads".to_owned() } else { format!("Leads {n}") };
        format!(r#"<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>"#)
    });
    let targets =
        each(&|n| format!(r#"<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>"#));
    let parts = [
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "[Content_Types].xml",
            format!(
                r#"<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{tabs}</sheets></workbook>"#),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(r#"<Relationships xmlns="{package}/relationships">{targets}</Relationships>"#),
        ),
        ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="{main}">{sheet}</worksheet>"#)),
    ];
    let parts: Vec<(&str, &str)> =
        parts.iter().map(|(name, text)| (*name, text.as_str())).chain(further.iter().copied()).collect();
    archive(&path, &parts);
    path
}

/// A cell of text in the XML of a sheet.
pub fn text(address: &str, text: &str) -> String {
    format!(r#"<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

/// A workbook of OpenDocument with the given rows of its XML.
pub fn raw_ods(world: &World, name: &str, rows: &str) -> PathBuf {
    let path = world.path(name);
    let spaces: String = ["office", "table", "text"]
        .map(|space| format!(r#" xmlns:{space}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0""#))
        .concat();
    archive(
        &path,
        &[
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
            (
                "META-INF/manifest.xml",
                r#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"#,
            ),
            (
                "content.xml",
                &format!(
                    r#"<office:document-content{spaces}><office:body><office:spreadsheet><table:table table:name="Leads">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"#
                ),
            ),
        ],
    );
    path
}

/// A row of a sheet of OpenDocument; what begins with `<` is a cell as it is.
pub fn ods_row(cells: &[&str]) -> String {
    let cell = |cell: &&str| match cell.starts_with('<') {
        true => (*cell).to_owned(),
        false => format!(r#"<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>"#),
    };
    format!("<table:table-row>{}</table:table-row>", cells.iter().map(cell).collect::<String>())
}
