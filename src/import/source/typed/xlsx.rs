//! What is special of a sheet of an XLSX workbook (ECMA-376, part 1, 18.3): read in a pass of its own, and only of sheets
//! in which a quick search found any of it.

use std::borrow::Cow;
use std::io::{BufRead, BufReader};

use memchr::memmem;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::{Extras, Merged, position_of};
use crate::import::ImportError;
use crate::import::source::readable::Readable;

/// Searches the bytes of a sheet for what [`read`] would find, as they come.
#[derive(Default)]
pub struct Search {
    /// The end of the last bytes.
    tail: Vec<u8>,
    pub found: bool,
}

impl Search {
    /// Takes the next bytes.
    pub fn take(&mut self, bytes: &[u8]) {
        /// Longer than what is searched for.
        const OVERLAP: usize = 16;
        if self.found {
            return;
        }
        self.tail.extend_from_slice(bytes.get(..OVERLAP).unwrap_or(bytes));
        self.found = is_special(&self.tail) || is_special(bytes);
        if bytes.len() >= OVERLAP {
            self.tail.clear();
            self.tail.extend_from_slice(bytes.get(bytes.len() - OVERLAP..).unwrap_or_default());
        } else {
            self.tail.drain(..self.tail.len().saturating_sub(OVERLAP));
        }
    }
}

fn is_special(bytes: &[u8]) -> bool {
    let is_formula = |name: &[u8]| {
        let ends = |at: usize| matches!(bytes.get(at + name.len()), Some(b'>' | b' ' | b'/'));
        memmem::find_iter(bytes, name).any(ends)
    };
    [b"hidden=".as_slice(), b"mergeCell"].iter().any(|name| memmem::find(bytes, name).is_some())
        || is_formula(b"<f")
        || is_formula(b":f")
}

/// Reads what is special of a sheet. `main` is the part about the workbook, and `special` are the members of the archive in which a search found any of it.
///
/// # Errors
/// The workbook is damaged.
pub fn read(file: &Readable, main: &str, sheet: &str, special: &[String]) -> Result<Extras, ImportError> {
    if special.is_empty() {
        return Ok(Extras::default());
    }
    let damaged = |e: &dyn std::fmt::Display| {
        ImportError::read_with(
            &file.name,
            format!("the workbook is damaged or cut off ({e})"),
            "get the file again, or save it anew",
        )
    };
    let mut archive = ZipArchive::new(BufReader::new(file.open()?)).map_err(|e| damaged(&e))?;
    let Some(book) = Book::of(&mut archive, main, sheet).map_err(|e| damaged(&e))? else {
        return Ok(Extras::default());
    };
    let is_sheet = |member: &str| part_of("", member).eq_ignore_ascii_case(&book.member);
    let Some(member) = special.iter().find(|member| is_sheet(member)) else {
        return match archive.file_names().flatten().any(|member| is_sheet(&member)) {
            true => Ok(Extras::default()),
            // Formulas in it would be read as blank.
            false => Err(damaged(&format_args!("it has no part {}", book.member))),
        };
    };
    let input = BufReader::with_capacity(1 << 16, archive.by_name(member).map_err(|e| damaged(&e))?);
    extras_of(input, book.is_computed_anew).map_err(|e| damaged(&e))
}

/// What the parts about the workbook say of a sheet.
struct Book {
    member: String,
    /// Whether a spreadsheet program is asked to compute every formula anew when it opens the file: then a stored 0 may be
    /// no result, as libraries write it.
    is_computed_anew: bool,
}

impl Book {
    fn of<R: std::io::Read + std::io::Seek>(
        archive: &mut ZipArchive<R>,
        main: &str,
        sheet: &str,
    ) -> Result<Option<Book>, Box<dyn std::error::Error>> {
        let (mut id, mut is_computed_anew) = (None, false);
        each_element(archive, main, &mut |element| match element.local_name().as_ref() {
            "sheet" if attribute(element, "name").as_deref() == Some(sheet) => id = attribute(element, "id"),
            "calcPr" => is_computed_anew = attribute(element, "fullCalcOnLoad").is_some_and(|said| is_true(&said)),
            _ => {}
        })?;
        let Some(id) = id else { return Ok(None) };
        let mut target = None;
        let (folder, name) = main.rsplit_once('/').unwrap_or(("", main));
        each_element(archive, &part_of(folder, &format!("_rels/{name}.rels")), &mut |element| {
            if attribute(element, "Id").as_deref() == Some(&id) {
                target = attribute(element, "Target");
            }
        })?;
        // Some programs write the whole path without the slash before it.
        let member = target.map(|target| match target.starts_with(['/', '\\']) || target.starts_with("xl/") {
            true => part_of("", &target),
            false => part_of(folder, &target),
        });
        Ok(member.map(|member| Book { member, is_computed_anew }))
    }
}

/// The path of a part in the archive, from the folder that refers to it so.
fn part_of(folder: &str, target: &str) -> String {
    let mut path: Vec<&str> = Vec::new();
    for piece in folder.split('/').chain(target.split(['/', '\\'])) {
        match piece {
            "" | "." => {}
            ".." => drop(path.pop()),
            piece => path.push(piece),
        }
    }
    path.join("/")
}

fn each_element<R: std::io::Read + std::io::Seek>(
    archive: &mut ZipArchive<R>,
    member: &str,
    each: &mut dyn FnMut(&BytesStart<'_>),
) -> Result<(), Box<dyn std::error::Error>> {
    let is_meant = |name: &Cow<'_, str>| part_of("", name).eq_ignore_ascii_case(member);
    let name = archive.file_names().flatten().find(is_meant).map(|name| name.into_owned());
    let part = archive.by_name(name.as_deref().unwrap_or(member))?;
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(part));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer)? {
            Event::Start(element) | Event::Empty(element) => each(&element),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// The value of an attribute, whatever prefix its name has.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

fn is_true(text: &str) -> bool {
    matches!(text, "1" | "true")
}

/// A cell under way.
#[derive(Default)]
struct Open {
    is_formula: bool,
    /// Whether a value stands there at all, be it an empty one.
    has_value: bool,
    value: String,
    is_text: bool,
}

impl Open {
    fn lacks_result(&self, is_computed_anew: bool) -> bool {
        self.is_formula
            && match self.value.trim() {
                // A formula may come to an empty text, which is stored as such.
                "" => !(self.is_text && self.has_value),
                value => is_computed_anew && !self.is_text && value == "0",
            }
    }
}

fn extras_of(input: impl BufRead, is_computed_anew: bool) -> Result<Extras, quick_xml::Error> {
    let mut xml = quick_xml::Reader::from_reader(input);
    xml.config_mut().expand_empty_elements = true;
    let (mut buffer, mut extras) = (Vec::new(), Extras::default());
    let (mut row, mut column) = (0u32, 0u32);
    let (mut is_hidden, mut is_filled, mut in_value) = (false, false, false);
    let mut cell = Open::default();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer)? {
            Event::Start(element) => match element.local_name().as_ref() {
                "row" => {
                    row = attribute(&element, "r").and_then(|r| r.parse::<u32>().ok()?.checked_sub(1)).unwrap_or(row);
                    column = 0;
                    (is_hidden, is_filled) = (attribute(&element, "hidden").is_some_and(|said| is_true(&said)), false);
                }
                "c" => {
                    (row, column) = attribute(&element, "r").and_then(|r| position_of(&r)).unwrap_or((row, column));
                    cell =
                        Open { is_text: attribute(&element, "t").is_some_and(|kind| kind == "str"), ..Open::default() };
                }
                "f" => cell.is_formula = true,
                "v" => (in_value, cell.has_value) = (true, true),
                "is" => is_filled = true,
                "mergeCell" => extras.merged.extend(attribute(&element, "ref").and_then(|range| merged(&range))),
                _ => {}
            },
            Event::Text(text) if in_value => cell.value.push_str(text.as_ref()),
            Event::GeneralRef(_) if in_value => cell.value.push('&'),
            Event::End(element) => match element.local_name().as_ref() {
                "v" => in_value = false,
                "c" => {
                    let lacks = cell.lacks_result(is_computed_anew);
                    is_filled |= lacks || !cell.value.is_empty();
                    if lacks {
                        extras.formulas.insert((row, column));
                    }
                    column = column.saturating_add(1);
                }
                "row" => {
                    if is_hidden && is_filled {
                        extras.hidden.push(row);
                    }
                    row = row.saturating_add(1);
                }
                _ => {}
            },
            Event::Eof => return Ok(extras),
            _ => {}
        }
    }
}

fn merged(range: &str) -> Option<Merged> {
    let (first, last) = range.split_once(':')?;
    let (first, last) = (position_of(first)?, position_of(last)?);
    Some(Merged { rows: (first.0, last.0), columns: (first.1, last.1) })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn extras(rows: &str, is_computed_anew: bool) -> Extras {
        let xml = format!("<x:worksheet xmlns:x=\"u\"><x:sheetData>{rows}</x:sheetData></x:worksheet>");
        extras_of(xml.as_bytes(), is_computed_anew).unwrap()
    }

    fn formulas(cell: &str, is_computed_anew: bool) -> usize {
        let rows = format!("<row r=\"2\">{cell}</row>");
        let found = extras(&rows, is_computed_anew).formulas;
        assert!(found.iter().all(|position| *position == (1, 1)), "{found:?}");
        found.len()
    }

    #[test]
    fn formulas_without_stored_results() {
        for cell in [
            "<c r=\"B2\"><f>IF(1=1,\"yes\",\"no\")</f></c>",
            "<c r=\"B2\"><f>A1</f><v/></c>",
            "<c r=\"B2\"><f>A1</f><v></v></c>",
            "<c r=\"B2\" t=\"str\"><f>A1</f></c>",
            "<c r=\"B2\" s=\"3\"><f t=\"shared\" si=\"0\"/></c>",
            "<c r=\"A2\"><v>1</v></c><c><f>A1</f></c>",
        ] {
            assert_eq!(formulas(cell, false), 1, "{cell}");
        }
        for cell in [
            "<c r=\"B2\" t=\"str\"><f>A1</f><v></v></c>",
            "<c r=\"B2\" t=\"str\"><f>A1</f><v>yes</v></c>",
            "<c r=\"B2\"><f>A1</f><v>0</v></c>",
            "<c r=\"B2\" t=\"str\"><f>A1</f><v>&amp;</v></c>",
            "<c r=\"B2\"/>",
        ] {
            assert_eq!(formulas(cell, false), 0, "{cell}");
        }
        assert_eq!(formulas("<c r=\"B2\"><f>A1</f><v>0</v></c>", true), 1);
        assert_eq!(formulas("<c r=\"B2\"><f>A1</f><v>7</v></c>", true), 0);
        assert_eq!(formulas("<c r=\"B2\"><v>0</v></c>", true), 0);
    }

    /// The formulas found in a workbook whose sheet is the part `member`, when the workbook refers to it as `target`.
    fn formulas_of(target: &str, member: &str) -> Option<usize> {
        let sheet = "<worksheet><sheetData><row><c><f>A1</f></c></row></sheetData></worksheet>";
        let rels = format!("<Relationships><Relationship Id=\"rId1\" Target=\"{target}\"/></Relationships>");
        let book = "<workbook><sheets><sheet name=\"S\" r:id=\"rId1\"/></sheets></workbook>";
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in [("xl/workbook.xml", book), ("xl/_rels/workbook.xml.rels", &rels), (member, sheet)] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        let file = Readable::copied("a.xlsx", |out| {
            out.write_all(&bytes).unwrap();
            Ok(())
        })
        .unwrap();
        read(&file, "xl/workbook.xml", "S", &[member.to_owned()]).ok().map(|extras| extras.formulas.len())
    }

    #[test]
    fn the_part_of_a_sheet_is_found_however_it_is_named() {
        let usual = "xl/worksheets/sheet1.xml";
        for (target, member) in [
            ("worksheets/sheet1.xml", usual),
            ("./worksheets/sheet1.xml", usual),
            ("../xl/worksheets/sheet1.xml", usual),
            ("worksheets/./other/../Sheet1.xml", usual),
            ("/xl/worksheets/sheet1.xml", usual),
            ("xl/worksheets/sheet1.xml", usual),
            ("worksheets\\sheet1.xml", usual),
            ("worksheets/sheet1.xml", "xl\\worksheets\\sheet1.xml"),
        ] {
            assert_eq!(formulas_of(target, member), Some(1), "{target} {member}");
        }
        assert_eq!(formulas_of("worksheets/sheet2.xml", usual), None);
    }

    #[test]
    fn hidden_rows_and_merged_cells() {
        let found = extras(
            "<row r=\"2\" hidden=\"1\"><c r=\"A2\"><v>1</v></c></row><row hidden=\"true\"><c><v>1</v></c></row>\
             <row r=\"9\" hidden=\"1\"/><row hidden=\"0\"><c><v>1</v></c></row>\
             <mergeCells><mergeCell ref=\"B2:B4\"/><mergeCell ref=\"nonsense\"/></mergeCells>",
            false,
        );
        assert_eq!(found.hidden, [1, 2]);
        assert_eq!(found.merged, [Merged { rows: (1, 3), columns: (1, 1) }]);
    }

    #[test]
    fn the_search_sees_what_is_cut_in_two() {
        for text in ["<c><f>A1</f></c>", "<x:f t=\"shared\"/>", "<row hidden=\"1\">", "<mergeCells>"] {
            for cut in 0..text.len() {
                let mut search = Search::default();
                [&text.as_bytes()[..cut], &text.as_bytes()[cut..]].iter().for_each(|part| search.take(part));
                assert!(search.found, "{text} cut at {cut}");
            }
        }
        let mut search = Search::default();
        search.take(b"<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><font/>a:fax");
        assert!(!search.found);
    }
}
