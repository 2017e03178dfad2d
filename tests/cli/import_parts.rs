//! Workbooks whose parts have other names than usual, several parts that are large together, and parts that no reader opens.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::import_hostile::{KINDS, ada, head, import, limited, piped, refused, refused_or_rejected, run};
use crate::support::books::{ods_row, raw_ods, raw_xlsx, raw_xlsx_with, text};
use crate::support::files::Cell;
use crate::support::xlsb::xlsb;
use crate::support::{Engine, World};

const SHEET: &str = "xl/worksheets/sheet1.xml";

/// A copy of an archive whose parts have other names and contents, and which has further ones.
fn changed(path: &Path, change: &dyn Fn(&mut String, &mut Vec<u8>), further: &[(&str, &[u8])]) -> PathBuf {
    let mut source = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let to = path.with_file_name(format!("changed-{}", path.file_name().unwrap().to_str().unwrap()));
    let mut archive = zip::ZipWriter::new(File::create(&to).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for index in 0..source.len() {
        let mut member = source.by_index(index).unwrap();
        let (mut name, mut bytes) = (member.name().unwrap().into_owned(), Vec::new());
        member.read_to_end(&mut bytes).unwrap();
        change(&mut name, &mut bytes);
        archive.start_file(name, options).unwrap();
        archive.write_all(&bytes).unwrap();
    }
    for (name, bytes) in further {
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap();
    to
}

/// A copy in which a part has another name, and the relationships name it so.
fn renamed(path: &Path, part: &str, target: &str, to: (&str, &str)) -> PathBuf {
    changed(
        path,
        &|name, bytes| {
            if name == part {
                *name = to.0.to_owned();
            } else if name.ends_with(".rels") {
                *bytes = String::from_utf8(bytes.clone()).unwrap().replace(target, to.1).into_bytes();
            }
        },
        &[],
    )
}

#[test]
fn sheets_of_any_name_are_followed() {
    let world = World::new(Engine::Sqlite);
    let long = format!("{}<row r=\"2\">{}</row>", head(), text("A2", &"x".repeat(2_000_000)));
    let long = raw_xlsx(&world, "long.xlsx", &long);
    let plain = raw_xlsx(&world, "plain.xlsx", &(head() + &ada()));
    let formula = format!("{}<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\"><f>A1</f></c></row>", head());
    let formula = raw_xlsx(&world, "formula.xlsx", &formula);
    for to in [
        ("xl/worksheets/s.dat", "worksheets/s.dat"),
        ("xl/media/image1.png", "media/image1.png"),
        ("docProps/Sheet", "/docProps/Sheet"),
        ("customXml/item1.xml", "/customXml/item1.xml"),
    ] {
        let renamed = |path| renamed(path, SHEET, "worksheets/sheet1.xml", to);
        let told = refused(&world, &renamed(&long));
        assert!(told.contains("a piece of more than 1024 KiB") && told.contains(to.0), "{to:?}: {told}");
        assert_eq!(import(&world, &renamed(&plain), &[]).code, Some(0), "{to:?}");
        let told = refused_or_rejected(&world, &renamed(&formula));
        assert!(told.contains("1 formula has no stored result"), "{to:?}: {told}");
    }
    world.finish();
}

#[test]
fn the_main_part_is_followed_whatever_it_is_called() {
    let world = World::new(Engine::Sqlite);
    let plain = raw_xlsx(&world, "plain.xlsx", &(head() + &ada()));
    let long = format!("<definedName name=\"a\">{}</definedName></workbook>", "x".repeat(2_000_000));
    for (name, target) in [("xl/book.dat", "xl/book.dat"), ("xl/Main", "/xl/Main"), ("xl/a.xml", "xl/a.xml")] {
        let with = |ending: &str| {
            let of_main = format!("xl/_rels/{}.rels", &name[3..]);
            let mut source = zip::ZipArchive::new(File::open(&plain).unwrap()).unwrap();
            let mut part = |name: &str| {
                let mut text = String::new();
                source.by_name(name).unwrap().read_to_string(&mut text).unwrap();
                text
            };
            let main = part("xl/workbook.xml").replace("</workbook>", ending);
            let rels = part("xl/_rels/workbook.xml.rels");
            let point = |name: &mut String, bytes: &mut Vec<u8>| {
                if name == "_rels/.rels" {
                    *bytes = String::from_utf8(bytes.clone()).unwrap().replace("xl/workbook.xml", target).into_bytes();
                }
            };
            changed(&plain, &point, &[(name, main.as_bytes()), (&of_main, rels.as_bytes())])
        };
        assert_eq!(import(&world, &with("</workbook>"), &[]).code, Some(0), "{name}");
        let told = refused(&world, &with(&long));
        assert!(told.contains("a piece of more than 1024 KiB") && told.contains(name), "{name}: {told}");
    }
    world.finish();
}

#[test]
fn records_of_any_name_are_followed() {
    let world = World::new(Engine::Sqlite);
    let path = world.path("people.xlsb");
    let rows = [vec![Cell::Text("Name"), Cell::Text("Phone")], vec![Cell::Text("Ada"), Cell::Text("+1 212 555 0101")]];
    xlsb(&path, "Leads", &rows);
    let sheet = "xl/worksheets/sheet1.bin";
    for to in ["worksheets/s.dat", "worksheets/s.xml", "worksheets/_rels/s.rels"] {
        let part = format!("xl/{to}");
        let renamed = renamed(&path, sheet, "worksheets/sheet1.bin", (&part, to));
        assert_eq!(import(&world, &renamed, &[]).code, Some(0), "{to}");
        let damage = |name: &mut String, bytes: &mut Vec<u8>| {
            if *name == part {
                *bytes = b"<\xFF\xFF\xFF\x7F".to_vec();
            }
        };
        let told = refused(&world, &changed(&renamed, &damage, &[]));
        assert!(told.contains("a piece of more than 1024 KiB") && told.contains(to), "{to}: {told}");
    }
    world.finish();
}

#[test]
fn all_parts_share_one_budget() {
    let world = World::new(Engine::Sqlite);
    let sheet = format!("<sheetData>{}{}</sheetData>", head(), ada());
    let styles = format!("<styleSheet>{}</styleSheet>", "<xf/>".repeat(310_000));
    let texts = format!("<sst>{}</sst>", "<si/>".repeat(1_550_000));
    let styles = [("xl/styles.xml", styles.as_str())];
    let path = raw_xlsx_with(&world, "one.xlsx", &sheet, 1, &styles);
    assert_eq!(import(&world, &path, &[]).code, Some(0));
    for further in [("xl/sharedStrings.xml", texts.as_str()), ("xl/SHAREDSTRINGS.XML", &texts)] {
        let told = refused(&world, &raw_xlsx_with(&world, "two.xlsx", &sheet, 1, &[styles[0], further]));
        assert!(told.contains("would take more than 250 MB") && told.contains(further.0), "{told}");
    }
    world.finish();
}

#[test]
fn what_no_reader_opens_is_no_damage() {
    let world = World::new(Engine::Sqlite);
    let kind =
        |name: &str| format!("<?xml version=\"1.0\"?>\n<!DOCTYPE {name}:a PUBLIC \"-//O//DTD 1.0//EN\" \"a.dtd\">\n");
    let (library, dialog) = (kind("library") + "<library:libraries/>", kind("dlg") + "<dlg:window>");
    let manifest = kind("manifest");
    let rows = ods_row(&["Name", "Phone"]) + &ods_row(&["Ada", "+1 212 555 0101"]);
    let path = raw_ods(&world, "macros.ods", &rows);
    let old = |name: &mut String, bytes: &mut Vec<u8>| {
        if name == "META-INF/manifest.xml" {
            *bytes = [manifest.as_bytes(), bytes].concat();
        }
    };
    let parts: [(&str, &[u8]); 4] = [
        ("Basic/script-lc.xml", library.as_bytes()),
        ("Basic/Standard/Module1.xml", dialog.as_bytes()),
        ("Dialogs/Standard/Dialog1.xml", dialog.as_bytes()),
        ("Object 1/content.xml", b"<a"),
    ];
    assert_eq!(import(&world, &changed(&path, &old, &parts), &[]).code, Some(0));
    let svg = format!("<svg><image href=\"{}\"/>", "A".repeat(2_000_000));
    let path = raw_xlsx(&world, "media.xlsx", &(head() + &ada()));
    let parts: [(&str, &[u8]); 4] = [
        ("xl/media/image1.svg", svg.as_bytes()),
        ("customXml/item1.xml", dialog.as_bytes()),
        ("xl/printerSettings/printerSettings1.bin", b"P\0<\0a\0"),
        ("docProps/custom.xml", b"<a></b>"),
    ];
    assert_eq!(import(&world, &changed(&path, &|_, _| {}, &parts), &[]).code, Some(0));
    let path = world.path("people.xlsb");
    xlsb(&path, "Leads", &[vec![Cell::Text("Name"), Cell::Text("Phone")], vec![Cell::Text("Ada"), Cell::Empty]]);
    let link = format!("<Relationships><Relationship Target=\"http://a.example/{}\"/>", "漢字".repeat(50));
    let linked = changed(&path, &|_, _| {}, &[("xl/worksheets/_rels/sheet1.bin.rels", link.as_bytes())]);
    assert_eq!(import(&world, &linked, &[]).code, Some(3));
    world.finish();
}

#[test]
fn an_old_workbook_has_one_table_of_texts_and_each_sheet_once() {
    let world = World::new(Engine::Sqlite);
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/leads/forms/people.xls");
    let whole = std::fs::read(fixture).unwrap();
    // Records before and after the table become a second one: its index, the one of languages, a table of pictures.
    for record in [[0xFF, 0, 10, 0], [0xC1, 1, 8, 0], [0xEB, 0, 90, 0]] {
        let mut bytes = whole.clone();
        let at = bytes.windows(4).position(|found| found == record).unwrap();
        bytes[at..at + 2].copy_from_slice(&[0xFC, 0]);
        let told = refused(&world, &world.file("texts.xls", bytes));
        assert!(told.contains("the workbook is damaged: it has two tables of texts"), "{record:?}: {told}");
    }
    let mut bytes = whole.clone();
    let sheet = bytes.windows(4).position(|found| found == [0x85, 0, 13, 0]).unwrap();
    let record = bytes[sheet..sheet + 17].to_vec();
    let at = bytes.windows(4).position(|found| found == [0xEB, 0, 90, 0]).unwrap();
    bytes[at..at + 17].copy_from_slice(&record);
    bytes[at + 17..at + 21].copy_from_slice(&[0xEB, 0, 73, 0]);
    assert!(refused(&world, &world.file("sheets.xls", bytes)).contains("two of its sheets begin at the same place"));
    world.finish();
}

#[test]
fn far_cells_cost_nothing_between() {
    let world = World::new(Engine::Sqlite);
    let rows = |cells: &dyn Fn(usize) -> String| {
        (2..2_002).fold(head(), |rows, row| rows + &format!("<row r=\"{row}\">{}</row>", cells(row)))
    };
    let pair = |row: usize, near: &str, far: &str| {
        text(&format!("{near}{row}"), "Ada") + &text(&format!("{far}{row}"), "+1 212 555 0101")
    };
    for (near, far, told) in [("A", "XFD", "XFD"), ("XFD", "A", "XFD"), ("B", "WAA", "WAA")] {
        let path = raw_xlsx(&world, "far.xlsx", &rows(&|row| pair(row, near, far)));
        let said = refused_or_rejected(&world, &path);
        assert!(said.contains(&format!("in column {told}, which has no header")), "{near} {far}: {said}");
    }
    let path = raw_xlsx(&world, "far.xlsx", &rows(&|row| pair(row, "A", "XFD")));
    for kind in KINDS {
        let ran = run(limited(&world, kind).arg(&path));
        assert!(matches!(ran.code, Some(1 | 3)), "{kind:?}: {}", ran.stderr);
    }
    world.finish();
}

#[test]
fn one_letter_of_a_signature_is_none() {
    let world = World::new(Engine::Sqlite);
    for begin in [&b"P"[..], b"PK,", b"\xD0\xCF,", b"\x1F", b"%"] {
        let ran = piped(&world, |input| {
            let _ = input.write_all(begin);
            let letters = vec![b'a'; 1 << 20];
            (0..16).for_each(|_| drop(input.write_all(&letters)));
        });
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.contains("is longer than 1024 KiB"), "{begin:?}: {}", ran.stderr);
    }
    let ran = piped(&world, |input| drop(input.write_all(b"Phone,Name\n+1 212 555 0101,Ada\n")));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    world.finish();
}
