//! Workbooks that programs write oddly, that are behind a password, or that are none.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::support::{Engine, World};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/leads").join(name)
}

/// A workbook with its members changed by `change`.
fn changed(world: &World, name: &str, change: impl Fn(&str, Vec<u8>) -> (String, Vec<u8>)) -> PathBuf {
    let mut book = zip::ZipArchive::new(std::fs::File::open(fixture("forms/people.xlsx")).unwrap()).unwrap();
    let path = world.path(name);
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for place in 0..book.len() {
        let mut member = book.by_index(place).unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut member, &mut bytes).unwrap();
        let (name, bytes) = change(&member.name().unwrap(), bytes);
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&bytes).unwrap();
    }
    zip.finish().unwrap();
    path
}

#[test]
fn workbooks_of_odd_programs_are_read() {
    let world = World::new(Engine::Sqlite);
    let created = |path: &Path| world.import(path, &["--dry-run", "--region", "US"])["created"].clone();
    let odd = changed(&world, "slashes.xlsx", |name, bytes| (name.replace('/', "\\"), bytes));
    assert_eq!(created(&odd), 6);
    let root = changed(&world, "root.xlsx", |name, bytes| {
        let text = String::from_utf8(bytes).unwrap().replace("\"xl/", "\"").replace("\"/xl/", "\"/");
        (name.trim_start_matches("xl/").to_owned(), text.into_bytes())
    });
    assert_eq!(created(&root), 6);
    world.finish();
}

#[test]
fn an_extent_that_makes_no_sense_is_passed_over() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = World::new(engine);
        for (place, extent) in [
            "ref=\"A1:XFE1048577\"",
            "ref=\"A1:ZZZZ99\"",
            "ref=\"\"",
            "ref=\"A0\"",
            "ref=\"C9:A1\"",
            "ref=\"A1:ZZZZZZZZZ9\"",
            "ref=\"rubbish\"",
            "",
        ]
        .into_iter()
        .enumerate()
        {
            let odd = changed(&world, &format!("{place}.xlsx"), |name, bytes| {
                let text = match name {
                    "xl/worksheets/sheet1.xml" => {
                        let text = String::from_utf8(bytes).unwrap();
                        let begins = text.find("<dimension ").unwrap();
                        let ends = begins + text[begins..].find('>').unwrap();
                        format!("{}<dimension {extent}/{}", &text[..begins], &text[ends..]).into_bytes()
                    }
                    _ => bytes,
                };
                (name.to_owned(), text)
            });
            let read = world.import(&odd, &["--dry-run", "--region", "US"]);
            assert_eq!((&read["created"], &read["rejected"]), (&6.into(), &0.into()), "{extent}: {read}");
        }
        world.finish();
    }
}

#[test]
fn what_is_behind_a_password_or_no_workbook_is_named() {
    let world = World::new(Engine::Sqlite);
    let archive = |name: &str, members: &[(&str, &[u8])]| {
        let path = world.path(name);
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        for (member, bytes) in members {
            zip.start_file(*member, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        path
    };
    let kind: (&str, &[u8]) = ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet");
    let list = b"<manifest:manifest><manifest:file-entry manifest:full-path=\"content.xml\"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    for (path, told) in [
        (
            archive("old.ods", &[kind, ("content.xml", b"\x00\xFE<\x07"), ("META-INF/manifest.xml", list)]),
            "protected by a password",
        ),
        (
            archive("new.ods", &[kind, ("encrypted-package", b"\x00\xFE"), ("META-INF/manifest.xml", list)]),
            "protected by a password",
        ),
        (
            archive("x.docx", &[("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")]),
            "it is a Word document",
        ),
        (archive("x.numbers", &[("Index/Document.iwa", b"x"), ("Metadata/y", b"x")]), "Apple's Numbers"),
    ] {
        let ran = world.run(["import", "leads", path.to_str().unwrap()]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.contains(told) && ran.stderr.contains("hint: "), "{}", ran.stderr);
    }
    // What stands behind the last sheet of an XLS workbook is nobody's.
    let bytes = std::fs::read(fixture("forms/people.xls")).unwrap();
    let mut compound = cfb::CompoundFile::open(std::io::Cursor::new(bytes)).unwrap();
    let mut stream = compound.open_stream("Workbook").unwrap();
    std::io::Seek::seek(&mut stream, std::io::SeekFrom::End(0)).unwrap();
    stream.write_all(&[0xAB; 777]).unwrap();
    drop(stream);
    let odd = world.file("odd.xls", compound.into_inner().into_inner());
    assert_eq!(world.import(&odd, &["--region", "US"])["created"], 6);
    world.finish();
}
