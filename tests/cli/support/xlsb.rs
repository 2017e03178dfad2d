//! Workbooks in Excel's binary form (MS-XLSB), which no other program at hand writes.

use std::io::Write;
use std::path::Path;

use zip::write::SimpleFileOptions;

use super::files::Cell;

/// Writes an XLSB workbook with one sheet.
pub fn xlsb(path: &Path, sheet: &str, rows: &[Vec<Cell<'_>>]) {
    let mut archive = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    let mut part = |name: &str, bytes: &[u8]| {
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    };
    part(
        "[Content_Types].xml",
        br#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>"#,
    );
    part(
        "xl/_rels/workbook.bin.rels",
        br#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/></Relationships>"#,
    );
    part("xl/workbook.bin", &workbook(sheet));
    part("xl/styles.bin", &styles());
    part("xl/worksheets/sheet1.bin", &worksheet(rows));
    archive.finish().unwrap();
}

/// One record: its kind and its length as seven-bit groups, the lowest first, then the data.
fn record(out: &mut Vec<u8>, kind: u16, data: &[u8]) {
    match kind {
        0..128 => out.push(kind as u8),
        _ => out.extend([(kind & 0x7F) as u8 | 0x80, (kind >> 7) as u8]),
    }
    let mut length = data.len();
    while length >= 128 {
        out.push((length & 0x7F) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend(data);
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut bytes = (units.len() as u32).to_le_bytes().to_vec();
    units.iter().for_each(|unit| bytes.extend(unit.to_le_bytes()));
    bytes
}

fn workbook(sheet: &str) -> Vec<u8> {
    let mut out = Vec::new();
    record(&mut out, 131, &[]); // BrtBeginBook
    record(&mut out, 153, &[0; 12]); // BrtWbProp
    record(&mut out, 143, &[]); // BrtBeginBundleShs
    let mut bundle = vec![0, 0, 0, 0, 1, 0, 0, 0];
    bundle.extend(wide("rId1"));
    bundle.extend(wide(sheet));
    record(&mut out, 156, &bundle); // BrtBundleSh
    record(&mut out, 144, &[]); // BrtEndBundleShs
    record(&mut out, 132, &[]); // BrtEndBook
    out
}

/// Two cell formats: the general one, and date with time (22).
fn styles() -> Vec<u8> {
    let mut out = Vec::new();
    record(&mut out, 617, &2u32.to_le_bytes()); // BrtBeginCellXFs
    for format in [0u16, 22] {
        let mut xf = vec![0, 0];
        xf.extend(format.to_le_bytes());
        xf.extend([0; 12]);
        record(&mut out, 47, &xf); // BrtXF
    }
    record(&mut out, 618, &[]);
    out
}

fn worksheet(rows: &[Vec<Cell<'_>>]) -> Vec<u8> {
    let mut out = Vec::new();
    record(&mut out, 129, &[]); // BrtBeginSheet
    let width = rows.iter().map(Vec::len).max().unwrap_or(0) as u32;
    let size: Vec<u8> = [0, rows.len() as u32 - 1, 0, width - 1].iter().flat_map(|n| n.to_le_bytes()).collect();
    record(&mut out, 148, &size); // BrtWsDim
    record(&mut out, 145, &[]); // BrtBeginSheetData
    for (number, row) in (0u32..).zip(rows) {
        let mut head = number.to_le_bytes().to_vec();
        head.extend([0; 13]);
        record(&mut out, 0, &head); // BrtRowHdr
        for (column, cell) in (0u32..).zip(row) {
            let place = |style: u8| {
                let mut data = column.to_le_bytes().to_vec();
                data.extend([style, 0, 0, 0]);
                data
            };
            match cell {
                Cell::Empty => {}
                Cell::Date(..) => panic!("write a date as its day number"),
                Cell::Text(text) => record(&mut out, 6, &[place(0), wide(text)].concat()), // BrtCellSt
                Cell::Number(number) => record(&mut out, 5, &[place(0), number.to_le_bytes().to_vec()].concat()), // BrtCellReal
                Cell::Serial(day) => record(&mut out, 5, &[place(1), day.to_le_bytes().to_vec()].concat()),
            }
        }
    }
    record(&mut out, 146, &[]); // BrtEndSheetData
    record(&mut out, 130, &[]); // BrtEndSheet
    out
}
