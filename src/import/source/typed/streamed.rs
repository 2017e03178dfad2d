//! XLSX and XLSB come cell by cell: the end of a sheet is not read before its beginning is handed over.

use std::io::{Cursor, Write};

use super::Extras;
use crate::import::source::format::WorkbookKind;
use crate::import::source::readable::Readable;
use crate::import::source::workbook::Book;

/// So many rows stand before the place at which a sheet breaks off.
const ROWS: u32 = 3000;

fn archive(parts: &[(&str, &[u8])]) -> Readable {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    Readable::copied("book", |out| {
        out.write_all(&bytes).unwrap();
        Ok(())
    })
    .unwrap()
}

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A sheet of XLSX that ends within a tag.
fn xlsx() -> Readable {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let of_sheet = |target: &str, kind: &str| {
        format!(
            "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let book = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
    );
    let rows = (1..=ROWS).map(|n| format!("<row r=\"{n}\"><c r=\"A{n}\"><v>{n}</v></c></row>")).collect::<String>();
    let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}<row r=\"{}\"><c r=\"A", ROWS + 1);
    archive(&[
        ("_rels/.rels", of_sheet("xl/workbook.xml", "officeDocument").as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", of_sheet("worksheets/sheet1.xml", "worksheet").as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

/// One record of XLSB: its kind and its length as seven-bit groups, the lowest first, then the data.
fn record(out: &mut Vec<u8>, kind: u8, data: &[u8]) {
    match kind {
        0..128 => out.push(kind),
        _ => out.extend([kind & 0x7F | 0x80, kind >> 7]),
    }
    out.push(u8::try_from(data.len()).unwrap());
    out.extend(data);
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let length = u32::try_from(units.len()).unwrap().to_le_bytes();
    length.into_iter().chain(units.iter().flat_map(|unit| unit.to_le_bytes())).collect()
}

/// A sheet of XLSB that ends within a record.
fn xlsb() -> Readable {
    let (mut book, mut sheet) = (Vec::new(), Vec::new());
    let bundle = [vec![0, 0, 0, 0, 1, 0, 0, 0], wide("rId1"), wide("S")].concat();
    for (kind, data) in [(131, &[][..]), (153, &[0; 12]), (143, &[]), (156, &bundle), (144, &[]), (132, &[])] {
        record(&mut book, kind, data);
    }
    let size: Vec<u8> = [0, ROWS, 0, 0].iter().flat_map(|n| n.to_le_bytes()).collect();
    for (kind, data) in [(129, &[][..]), (148, &size), (145, &[])] {
        record(&mut sheet, kind, data);
    }
    for row in 0..ROWS {
        record(&mut sheet, 0, &[&row.to_le_bytes()[..], &[0; 13]].concat());
        record(&mut sheet, 5, &[&[0; 8][..], &f64::from(row).to_le_bytes()].concat());
    }
    sheet.extend([5, 16, 0, 0]);
    let rels = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet1.bin\"/></Relationships>"
    );
    archive(&[
        ("xl/_rels/workbook.bin.rels", rels.as_bytes()),
        ("xl/workbook.bin", &book),
        ("xl/worksheets/sheet1.bin", &sheet),
    ])
}

#[test]
fn rows_come_before_the_end_of_their_sheet_is_read() {
    for (kind, file) in [(WorkbookKind::Xlsx, xlsx()), (WorkbookKind::Xlsb, xlsb())] {
        let mut book = Book::open(&file, kind, None).unwrap();
        let mut rows = 0;
        let ended = book.each_cell(&file, "S", &Extras::default(), &mut |(row, _), _, _| {
            rows = row + 1;
            Ok(true)
        });
        assert!(ended.is_err(), "{kind:?}: the sheet is whole");
        assert_eq!(rows, ROWS, "{kind:?}");
        // Whoever has seen enough reads no further.
        let mut book = Book::open(&file, kind, None).unwrap();
        let few = book.each_cell(&file, "S", &Extras::default(), &mut |(row, _), _, _| Ok(row < 9));
        assert!(few.is_ok(), "{kind:?}");
    }
}
