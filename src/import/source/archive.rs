//! Guards against workbooks that are bombs: the limits hold while inflating, whatever the archive says of itself.

use std::io::{BufReader, Read, Seek};

use memchr::memmem;
use zip::ZipArchive;

use super::budget::markup::{Fault, Markup};
use super::budget::parts::{self, MAX_RELATIONSHIPS, Parts, Reading, folded, last_of};
use super::budget::records::Records;
use super::budget::{Held, cut, inflates, is_bomb};
use super::format::WorkbookKind;
use super::readable::Readable;
use super::typed::extent::{Beginning, Mended};
use super::typed::xlsx::Search;
use crate::import::ImportError;

/// The most that all members may hold, in bytes: more than a full sheet of lead columns.
const MAX_TOTAL: u64 = 2 << 30;
/// The most that the table of shared strings may hold, in bytes: it stays in memory.
const MAX_SHARED_STRINGS: u64 = 96 << 20;
/// The most that a member may hold which the library loads as it is, in bytes.
const MAX_LOADED: u64 = 8 << 20;

/// The kind of workbook that an archive is; `None` when it is none.
///
/// # Errors
/// The archive is damaged.
pub(super) fn kind_of(file: &Readable) -> Result<Option<WorkbookKind>, ImportError> {
    let mut archive = ZipArchive::new(BufReader::new(file.open()?)).map_err(|e| damaged(file, &e))?;
    let names: Vec<String> = archive.file_names().flatten().map(|name| folded(&name)).collect();
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    // Programs put the workbook into a folder of another name, or into none.
    let is_book = |wanted: &str| has("[content_types].xml") && names.iter().any(|name| last_of(name) == wanted);
    let kind = match () {
        () if has("xl/workbook.xml") => WorkbookKind::Xlsx,
        () if has("xl/workbook.bin") => WorkbookKind::Xlsb,
        () if is_book("workbook.xml") => WorkbookKind::Xlsx,
        () if has("content.xml") => WorkbookKind::Ods,
        () if has("encrypted-package") && has("mimetype") => return Err(password(file)),
        () => return Ok(None),
    };
    match kind == WorkbookKind::Ods && is_encrypted(file, &mut archive)? {
        true => Err(password(file)),
        false => Ok(Some(kind)),
    }
}

/// Whether the parts of an ODS workbook are encrypted, as its list of them says (OpenDocument 1.3, part 2, 4.8).
fn is_encrypted<R: Read + Seek>(file: &Readable, archive: &mut ZipArchive<R>) -> Result<bool, ImportError> {
    let Ok(list) = archive.by_name("META-INF/manifest.xml") else { return Ok(false) };
    let mut bytes = Vec::new();
    list.take(MAX_LOADED).read_to_end(&mut bytes).map_err(|e| damaged(file, &e))?;
    Ok(memmem::find(&bytes, b"encryption-data").is_some())
}

pub(super) fn password(file: &Readable) -> ImportError {
    ImportError::read_with(&file.name, "the workbook is protected by a password", "save it without one")
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
    /// Nothing.
    Size,
}

impl Followed {
    fn of(reading: Reading, held: Held) -> Followed {
        match reading {
            Reading::Markup => Followed::Markup(Box::new(Markup::besides(held))),
            Reading::Records => Followed::Records(Records::besides(held)),
            Reading::Loaded | Reading::Never => Followed::Size,
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        match self {
            Followed::Markup(markup) => markup.take(bytes),
            Followed::Records(records) => records.take(bytes),
            Followed::Size => Ok(()),
        }
    }

    /// Ends the member; returns what is held with it, when `held` was before.
    fn finish(self, held: Held) -> Result<Held, Fault> {
        match self {
            Followed::Markup(markup) => markup.finish(),
            Followed::Records(records) => Ok(records.finish()),
            Followed::Size => Ok(held),
        }
    }
}

/// The most that the part at a folded path may hold, in bytes.
fn limit(path: &str, reading: Reading) -> u64 {
    match (reading, last_of(path)) {
        (Reading::Loaded, _) => MAX_LOADED,
        (Reading::Markup, "sharedstrings.xml") | (Reading::Records, "sharedstrings.bin") => MAX_SHARED_STRINGS,
        _ => MAX_TOTAL,
    }
}

/// A workbook whose parts are sound.
pub(super) struct Checked {
    /// The sheets of an XLSX workbook that hold formulas, hidden rows or merged cells.
    pub special: Vec<String>,
    /// The part about the workbook itself.
    pub main: String,
    /// Sheets of an XLSX workbook whose declared extent makes no sense.
    pub mended: Vec<(String, Mended)>,
    /// What is held of all parts.
    pub held: Held,
}

/// Inflates every member once, without keeping it.
///
/// # Errors
/// The archive is damaged, larger than a workbook may be, or would take more memory than there is for it.
pub(super) fn check(file: &Readable, kind: WorkbookKind) -> Result<Checked, ImportError> {
    let shown = file.name.as_str();
    let damaged = |e: &dyn std::fmt::Display| damaged(file, e);
    let mut archive = ZipArchive::new(BufReader::new(file.open()?)).map_err(|e| damaged(&e))?;
    let parts = Parts::of(&mut archive, kind).map_err(|fault| match fault {
        parts::Fault::Damaged(error) => damaged(&error),
        parts::Fault::TooLong(name) => inflates(shown, Some(&name), MAX_RELATIONSHIPS),
    })?;
    let (mut total, mut held) = (0, Held::default());
    let (mut special, mut mended) = (Vec::new(), Vec::new());
    let mut buffer = vec![0u8; 1 << 18];
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).map_err(|e| damaged(&e))?;
        let name = member.name().map_err(|e| damaged(&e))?.into_owned();
        let packed = member.compressed_size();
        let path = folded(&name);
        let reading = parts.reading(&path);
        let mut size = 0u64;
        let mut search =
            (kind == WorkbookKind::Xlsx && parts.is_sheet(&path)).then(|| (Search::default(), Beginning::default()));
        let (mut followed, mut fault) = (Followed::of(reading, held), None);
        let limit = limit(&path, reading);
        loop {
            let read = member.read(&mut buffer).map_err(|e| damaged(&e))?;
            if read == 0 {
                break;
            }
            let bytes = buffer.get(..read).unwrap_or_default();
            if let Some((search, beginning)) = &mut search {
                search.take(bytes);
                beginning.take(bytes);
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
        held = fault.map_or_else(|| followed.finish(held), Err).map_err(|fault| refused(file, &name, fault))?;
        if let Some((search, beginning)) = search {
            mended.extend(beginning.mended().map(|extent| (name.clone(), extent)));
            if search.found {
                special.push(name);
            }
        }
    }
    Ok(Checked { special, main: parts.main, mended, held })
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
