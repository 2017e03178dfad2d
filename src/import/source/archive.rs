//! Guards against workbooks that are bombs: the limits hold while inflating, whatever the archive says of itself.

use std::io::{BufReader, Read};

use zip::ZipArchive;

use super::readable::Readable;
use super::typed::xlsx::Search;
use super::workbook_kind::WorkbookKind;
use crate::import::ImportError;

/// The most that all members may hold, in bytes: more than a full sheet of lead columns.
const MAX_TOTAL: u64 = 2 << 30;
/// The most that the table of shared strings may hold, in bytes: it stays in memory.
const MAX_SHARED_STRINGS: u64 = 96 << 20;
/// A member that is both larger than this and compressed more than [`MAX_RATIO`] times is a bomb.
const SUSPICIOUS: u64 = 32 << 20;
const MAX_RATIO: u64 = 250;

/// The kind of workbook that an archive is; `None` when it is none.
///
/// # Errors
/// The archive is damaged.
pub(super) fn kind_of(file: &Readable) -> Result<Option<WorkbookKind>, ImportError> {
    let archive = ZipArchive::new(BufReader::new(file.open()?)).map_err(|e| damaged(file, &e))?;
    let members = [
        ("xl/workbook.xml", WorkbookKind::Xlsx),
        ("xl/workbook.bin", WorkbookKind::Xlsb),
        ("content.xml", WorkbookKind::Ods),
    ];
    Ok(members.into_iter().find(|(name, _)| archive.index_for_name(name).is_some()).map(|(_, kind)| kind))
}

fn damaged(file: &Readable, error: &dyn std::fmt::Display) -> ImportError {
    ImportError::read_with(
        &file.name,
        format!("the workbook is damaged or cut off ({error})"),
        "get the file again, or save it anew",
    )
}

/// Inflates every member once, without keeping it. Returns the sheets of an XLSX workbook that hold formulas, hidden rows or
/// merged cells.
///
/// # Errors
/// The archive is damaged, or larger than a workbook may be.
pub(super) fn check(file: &Readable) -> Result<Vec<String>, ImportError> {
    let shown = file.name.as_str();
    let damaged = |e: &dyn std::fmt::Display| damaged(file, e);
    let mut archive = ZipArchive::new(BufReader::new(file.open()?)).map_err(|e| damaged(&e))?;
    let mut total = 0;
    let mut special = Vec::new();
    let mut buffer = vec![0u8; 1 << 18];
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).map_err(|e| damaged(&e))?;
        let name = member.name().map_err(|e| damaged(&e))?.into_owned();
        let packed = member.compressed_size().max(1);
        let mut size = 0u64;
        let mut search = Search::is_sheet(&name).then(Search::default);
        loop {
            let read = member.read(&mut buffer).map_err(|e| damaged(&e))?;
            if read == 0 {
                break;
            }
            if let Some(search) = &mut search {
                search.take(buffer.get(..read).unwrap_or_default());
            }
            size += read as u64;
            total += read as u64;
            let limit = match name.ends_with("sharedStrings.xml") || name.ends_with("sharedStrings.bin") {
                true => MAX_SHARED_STRINGS,
                false => MAX_TOTAL,
            };
            if size > limit || total > MAX_TOTAL || (size > SUSPICIOUS && size / packed > MAX_RATIO) {
                return Err(ImportError::read_with(
                    shown,
                    format!("its part `{name}` inflates to more than {} MiB", size >> 20),
                    "no workbook of leads does that; if it is one, save it as CSV",
                ));
            }
        }
        if search.is_some_and(|search| search.found) {
            special.push(name);
        }
    }
    Ok(special)
}
