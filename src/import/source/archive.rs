//! Guards against workbooks that are bombs: the limits hold while inflating, whatever the archive says of itself.

use std::io::{BufReader, Read};

use zip::ZipArchive;

use super::budget::markup::{Fault, Markup};
use super::budget::records::Records;
use super::budget::{cut, inflates, is_bomb};
use super::readable::Readable;
use super::typed::xlsx::Search;
use super::workbook_kind::WorkbookKind;
use crate::import::ImportError;

/// The most that all members may hold, in bytes: more than a full sheet of lead columns.
const MAX_TOTAL: u64 = 2 << 30;
/// The most that the table of shared strings may hold, in bytes: it stays in memory.
const MAX_SHARED_STRINGS: u64 = 96 << 20;
/// The most that a member may hold whose markup is not followed, in bytes.
const MAX_UNFOLLOWED: u64 = 48 << 20;
/// The most that a member may hold which the library loads as it is, in bytes.
const MAX_LOADED: u64 = 8 << 20;

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

/// What is followed of a member while it is inflated.
enum Followed {
    Markup(Box<Markup>),
    Records(Records),
    /// Nothing, but it may hold no more than this.
    Size(u64),
}

impl Followed {
    fn of(member: &str, kind: WorkbookKind) -> Followed {
        let name = member.replace('\\', "/").to_ascii_lowercase();
        let is_binary = || {
            ["workbook.bin", "styles.bin", "sharedstrings.bin"].iter().any(|part| name.ends_with(part))
                || name.contains("sheets/") && name.ends_with(".bin")
        };
        match kind {
            _ if name == "meta.xml" => Followed::Size(MAX_LOADED),
            // What programs keep there is no sheet's.
            _ if name.starts_with("customxml/") || name.starts_with("docprops/") => Followed::Size(MAX_UNFOLLOWED),
            _ if name.ends_with(".xml") || name.ends_with(".rels") => Followed::Markup(Box::default()),
            WorkbookKind::Xlsb if is_binary() => Followed::Records(Records::default()),
            _ => Followed::Size(MAX_TOTAL),
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        match self {
            Followed::Markup(markup) => markup.take(bytes),
            Followed::Records(records) => records.take(bytes),
            Followed::Size(_) => Ok(()),
        }
    }

    fn limit(&self, member: &str) -> u64 {
        match self {
            Followed::Size(most) => *most,
            _ if member.ends_with("sharedStrings.xml") || member.ends_with("sharedStrings.bin") => MAX_SHARED_STRINGS,
            _ => MAX_TOTAL,
        }
    }

    fn finish(self) -> Result<(), Fault> {
        match self {
            Followed::Markup(markup) => markup.finish(),
            Followed::Records(_) | Followed::Size(_) => Ok(()),
        }
    }
}

/// Inflates every member once, without keeping it. Returns the sheets of an XLSX workbook that hold formulas, hidden rows or
/// merged cells.
///
/// # Errors
/// The archive is damaged, larger than a workbook may be, or would take more memory than there is for it.
pub(super) fn check(file: &Readable, kind: WorkbookKind) -> Result<Vec<String>, ImportError> {
    let shown = file.name.as_str();
    let damaged = |e: &dyn std::fmt::Display| damaged(file, e);
    let mut archive = ZipArchive::new(BufReader::new(file.open()?)).map_err(|e| damaged(&e))?;
    let mut total = 0;
    let mut special = Vec::new();
    let mut buffer = vec![0u8; 1 << 18];
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).map_err(|e| damaged(&e))?;
        let name = member.name().map_err(|e| damaged(&e))?.into_owned();
        let packed = member.compressed_size();
        let mut size = 0u64;
        let mut search = Search::is_sheet(&name).then(Search::default);
        let (mut followed, mut fault) = (Followed::of(&name, kind), None);
        let limit = followed.limit(&name);
        loop {
            let read = member.read(&mut buffer).map_err(|e| damaged(&e))?;
            if read == 0 {
                break;
            }
            let bytes = buffer.get(..read).unwrap_or_default();
            if let Some(search) = &mut search {
                search.take(bytes);
            }
            size += read as u64;
            total += read as u64;
            if size > limit || total > MAX_TOTAL || is_bomb(size, packed) {
                return Err(inflates(shown, Some(&name), size));
            }
            // A bomb is told as one, whatever else is wrong with it.
            if fault.is_none() {
                fault = followed.take(bytes).err();
            }
        }
        fault.map_or_else(|| followed.finish(), Err).map_err(|fault| refused(file, &name, fault))?;
        if search.is_some_and(|search| search.found) {
            special.push(name);
        }
    }
    Ok(special)
}

fn refused(file: &Readable, member: &str, fault: Fault) -> ImportError {
    let part = format!("its part `{}` {}", cut(member), fault.text());
    match fault {
        Fault::Held => {
            ImportError::read_with(&file.name, part, "save it as CSV, which is read row by row, or in several files")
        }
        Fault::Piece => ImportError::read_with(&file.name, part, "no workbook of leads does that; save it anew"),
        Fault::Claim | Fault::Nesting | Fault::Doctype => ImportError::read_with(
            &file.name,
            format!("the workbook is damaged: {part}"),
            "get the file again, or save it anew",
        ),
    }
}
