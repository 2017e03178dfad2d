//! The parts of a workbook that its readers open. They are followed whatever they are called; no other part is read.

use std::collections::HashSet;
use std::io::{Read, Seek};

use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::import::source::format::WorkbookKind;

/// The most that relationships are read of, in bytes: a hundred thousand sheets.
pub const MAX_RELATIONSHIPS: u64 = 32 << 20;

/// How a part is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    Markup,
    /// As the records of XLSB.
    Records,
    /// As it is, into memory.
    Loaded,
    Never,
}

/// Why it cannot be said which parts are read.
#[derive(Debug)]
pub enum Fault {
    Damaged(Box<dyn std::error::Error>),
    /// The relationships are longer than any.
    TooLong(String),
}

/// Which parts of a workbook are read. A part is known by the end of its path, since readers differ in how they put paths
/// together.
#[derive(Debug)]
pub struct Parts {
    kind: WorkbookKind,
    /// The part about the workbook itself.
    pub main: String,
    fixed: HashSet<String>,
    sheets: HashSet<String>,
}

/// A path as readers look it up.
pub fn folded(path: &str) -> String {
    path.replace('\\', "/").to_ascii_lowercase()
}

/// The end of a folded path.
pub fn last_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Parts {
    /// Reads the relationships of a workbook, of which nothing else has been looked at.
    ///
    /// # Errors
    /// The archive is damaged, or the relationships are too long.
    pub fn of<R: Read + Seek>(archive: &mut ZipArchive<R>, kind: WorkbookKind) -> Result<Parts, Fault> {
        let main = if kind == WorkbookKind::Xlsb { "xl/workbook.bin" } else { "xl/workbook.xml" };
        let mut parts = Parts { kind, main: main.to_owned(), fixed: HashSet::new(), sheets: HashSet::new() };
        let mut left = MAX_RELATIONSHIPS;
        parts.fixed.extend(
            match kind {
                WorkbookKind::Xlsx => vec![".rels", "workbook.xml", "sharedstrings.xml", "styles.xml", "theme1.xml"],
                WorkbookKind::Xlsb => vec!["workbook.bin", "sharedstrings.bin", "styles.bin"],
                WorkbookKind::Ods | WorkbookKind::Xls => return Ok(parts),
            }
            .into_iter()
            .map(str::to_owned),
        );
        let mut of_main = HashSet::from([format!("{}.rels", last_of(main))]);
        if kind == WorkbookKind::Xlsx {
            let mut found = None;
            each_relationship(archive, &|path| path == "_rels/.rels", &mut left, &mut |kind, target| {
                if kind.ends_with("/relationships/officeDocument") {
                    found = Some(target.to_owned());
                    let name = folded(target);
                    of_main.insert(format!("{}.rels", last_of(&name)));
                    parts.fixed.insert(last_of(&name).to_owned());
                }
            })?;
            if let Some(found) = found.filter(|found| !found.ends_with('/')) {
                parts.main = found.trim_start_matches('/').to_owned();
            }
        }
        each_relationship(archive, &|path| of_main.contains(last_of(path)), &mut left, &mut |kind, target| {
            // The reader of XLSB looks at the folder alone.
            let is_sheet = ["worksheet", "chartsheet", "dialogsheet"].iter().any(|sheet| kind.ends_with(sheet));
            if is_sheet || parts.kind == WorkbookKind::Xlsb {
                parts.sheets.insert(last_of(&folded(target)).to_owned());
            }
        })?;
        parts.fixed.extend(of_main);
        Ok(parts)
    }

    /// How the part at a folded path is read.
    pub fn reading(&self, path: &str) -> Reading {
        let last = last_of(path);
        match self.kind {
            WorkbookKind::Ods => match path {
                "content.xml" | "meta-inf/manifest.xml" => Reading::Markup,
                "meta.xml" => Reading::Loaded,
                _ => Reading::Never,
            },
            WorkbookKind::Xlsb if path == "xl/_rels/workbook.bin.rels" => Reading::Markup,
            WorkbookKind::Xlsb => {
                let in_sheets =
                    ["xl/worksheets/", "xl/chartsheets/", "xl/dialogsheets/"].iter().any(|room| path.starts_with(room));
                let is_read = (in_sheets && self.sheets.contains(last)) || self.fixed.contains(last);
                if is_read { Reading::Records } else { Reading::Never }
            }
            _ if self.fixed.contains(last) || self.sheets.contains(last) => Reading::Markup,
            _ => Reading::Never,
        }
    }

    /// Whether the part at a folded path may be a sheet.
    pub fn is_sheet(&self, path: &str) -> bool {
        self.sheets.contains(last_of(path))
    }
}

/// Calls `each` with the types and the targets of the relationships in some parts, as they are written and as they are
/// meant. What cannot be followed further is refused by the reader, too.
fn each_relationship<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    is_meant: &dyn Fn(&str) -> bool,
    left: &mut u64,
    each: &mut dyn FnMut(&str, &str),
) -> Result<(), Fault> {
    let damaged = |error: zip::result::ZipError| Fault::Damaged(error.into());
    let mut places = Vec::new();
    for (place, name) in archive.file_names().enumerate() {
        if is_meant(&folded(&name.map_err(damaged)?)) {
            places.push(place);
        }
    }
    for place in places {
        let mut bytes = Vec::new();
        let member = archive.by_index(place).map_err(damaged)?;
        let name = member.name().map_err(damaged)?.into_owned();
        member.take(*left + 1).read_to_end(&mut bytes).map_err(|error| Fault::Damaged(error.into()))?;
        *left = left.checked_sub(bytes.len() as u64).ok_or(Fault::TooLong(name))?;
        let mut xml = quick_xml::Reader::from_reader(bytes.as_slice());
        xml.config_mut().check_end_names = false;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer) {
                Ok(Event::Start(element) | Event::Empty(element)) => {
                    let kinds = attributes(&element, "Type");
                    for target in attributes(&element, "Target") {
                        match kinds.is_empty() {
                            true => each("", &target),
                            false => kinds.iter().for_each(|kind| each(kind, &target)),
                        }
                    }
                }
                Ok(Event::Eof) | Err(_) => break,
                Ok(_) => {}
            }
        }
    }
    Ok(())
}

/// The values of all attributes of a name, whatever prefix it has.
fn attributes(element: &BytesStart<'_>, name: &str) -> Vec<String> {
    let mut all = element.attributes();
    all.with_checks(false)
        .flatten()
        .filter(|attribute| attribute.key.local_name().as_ref() == name)
        .flat_map(|attribute| {
            let written = attribute.value.to_string();
            let meant = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(|v| v.into_owned());
            [Some(written.clone()), meant.filter(|meant| *meant != written)]
        })
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use super::*;

    fn parts(kind: WorkbookKind, members: &[(&str, &str)]) -> Parts {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in members {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        Parts::of(&mut ZipArchive::new(zip.finish().unwrap()).unwrap(), kind).unwrap()
    }

    fn related(kind: &str, target: &str) -> String {
        format!(
            "<Relationships><Relationship Id=\"a\" Type=\"o/relationships/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    }

    #[test]
    fn what_a_relationship_names_is_read_whatever_it_is_called() {
        for (target, path) in [
            ("worksheets/s.dat", "xl/worksheets/s.dat"),
            ("/other/s", "other/s"),
            ("media/image1.png", "xl/media/image1.png"),
            ("..\\docProps\\S.BIN", "docprops/s.bin"),
            ("worksheets/&#115;.xml", "xl/worksheets/s.xml"),
        ] {
            let rels = related("worksheet", target);
            let parts = parts(WorkbookKind::Xlsx, &[("xl\\_rels\\Workbook.xml.rels", &rels)]);
            assert_eq!((parts.reading(path), parts.is_sheet(path)), (Reading::Markup, true), "{target}");
            assert_eq!(parts.reading("xl/media/image2.png"), Reading::Never);
        }
        let custom = related("customXml", "../customXml/item1.xml");
        let parts = parts(WorkbookKind::Xlsx, &[("xl/_rels/workbook.xml.rels", &custom)]);
        assert_eq!(parts.reading("customxml/item1.xml"), Reading::Never);
        assert_eq!(parts.reading("xl/sharedstrings.xml"), Reading::Markup);
    }

    #[test]
    fn the_main_part_may_have_any_name() {
        let (package, rels) = (related("officeDocument", "/a/book.dat"), related("worksheet", "s.dat"));
        let parts = parts(WorkbookKind::Xlsx, &[("_rels/.rels", &package), ("a/_rels/book.dat.rels", &rels)]);
        assert_eq!(parts.main, "a/book.dat");
        for path in ["a/book.dat", "a/_rels/book.dat.rels", "a/s.dat", "a/styles.xml", "_rels/.rels"] {
            assert_eq!(parts.reading(path), Reading::Markup, "{path}");
        }
    }

    #[test]
    fn sheets_of_binary_workbooks_are_records() {
        let rels = related("worksheet", "worksheets/s.xml");
        let parts = parts(WorkbookKind::Xlsb, &[("xl/_rels/workbook.bin.rels", &rels)]);
        for path in ["xl/worksheets/s.xml", "xl/workbook.bin", "xl/styles.bin", "xl/sharedstrings.bin"] {
            assert_eq!(parts.reading(path), Reading::Records, "{path}");
        }
        for path in ["xl/worksheets/_rels/s.bin.rels", "xl/theme/theme1.xml", "xl/media/s.xml"] {
            assert_eq!(parts.reading(path), Reading::Never, "{path}");
        }
        assert_eq!(parts.reading("xl/_rels/workbook.bin.rels"), Reading::Markup);
    }

    #[test]
    fn of_an_ods_workbook_two_parts_are_read() {
        let parts = parts(WorkbookKind::Ods, &[]);
        assert_eq!(parts.reading("content.xml"), Reading::Markup);
        assert_eq!(parts.reading("meta-inf/manifest.xml"), Reading::Markup);
        for path in ["basic/script-lc.xml", "basic/standard/module1.xml", "dialogs/standard/d.xml", "styles.xml"] {
            assert_eq!(parts.reading(path), Reading::Never, "{path}");
        }
    }
}
