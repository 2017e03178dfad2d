//! The files of a scrub have the form of the sheet, and its rows as they stand.

use std::fs;

use crate::support::{Engine, World};

fn scrub(world: &World, file: &str, clean: &str, blocked: &str) -> String {
    let ran = world.run(["dnc", "scrub", file, "--clean", clean, "--blocked", blocked, "--overwrite"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{}{}", ran.stdout, ran.stderr);
    ran.stderr
}

/// A name, the file, and what is clean and blocked of it.
type Case<'a> = (&'a str, Vec<u8>, Vec<u8>, Vec<u8>);

#[test]
fn a_text_keeps_its_bytes() {
    let world = World::new(Engine::Sqlite);
    world.ok(["dnc", "add", "+12125550102"]);
    let wide =
        |text: &str| [&[0xFF, 0xFE][..], &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
    let cases: [Case<'_>; 4] = [
        (
            "mark.csv",
            "\u{feff}Phone,Note\r\n2125550101,\"a\r\n\"\"b\"\"\"\r\n\r\n2125550102,=1+1\r\n2125550103".into(),
            "\u{feff}Phone,Note\r\n2125550101,\"a\r\n\"\"b\"\"\"\r\n".into(),
            "\u{feff}Phone,Note,dnc_reason\r\n2125550102,=1+1,internal\r\n2125550103,,unknown:broken_row".into(),
        ),
        (
            "latin.csv",
            b"Name\tPhone\nM\xFCller\t2125550101\nCaf\xE9\t2125550102\n".to_vec(),
            b"Name\tPhone\nM\xFCller\t2125550101\n".to_vec(),
            b"Name\tPhone\tdnc_reason\nCaf\xE9\t2125550102\tinternal\n".to_vec(),
        ),
        (
            "wide.csv",
            wide("Name,Phone\r\nĊ਀,2125550101\r\nBob,2125550102\r\n"),
            wide("Name,Phone\r\nĊ਀,2125550101\r\n"),
            wide("Name,Phone,dnc_reason\r\nBob,2125550102,internal\r\n"),
        ),
        (
            "declared.csv",
            b"sep=;\nList of March;\n\nPhone;Mobile\n2125550101;\n2125550102;2125550103\n".to_vec(),
            b"sep=;\nList of March;\n\nPhone;Mobile\n2125550101;\n".to_vec(),
            b"sep=;\nList of March;\n\nPhone;Mobile;dnc_reason\n2125550102;2125550103;internal\n".to_vec(),
        ),
    ];
    for (name, bytes, clean, blocked) in cases {
        world.file(name, bytes);
        scrub(&world, name, "clean.csv", "blocked.csv");
        let got = |file: &str| fs::read(world.path(file)).unwrap();
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(shown(&got("clean.csv")), shown(&clean), "{name}");
        assert_eq!(shown(&got("blocked.csv")), shown(&blocked), "{name}");
    }
    world.finish();
}

#[test]
fn a_sheet_without_header_and_one_with_old_ends() {
    let world = World::new(Engine::Sqlite);
    world.ok(["dnc", "add", "+12125550102"]);
    world.file("in.csv", "Ann,2125550101\nBob,2125550102\n");
    let args = ["dnc", "scrub", "in.csv", "--clean", "c.csv", "--blocked", "b.csv", "--no-header", "--map", "phone=#2"];
    assert_eq!(world.run(args).code, Some(3));
    assert_eq!(fs::read_to_string(world.path("c.csv")).unwrap(), "Ann,2125550101\n");
    assert_eq!(fs::read_to_string(world.path("b.csv")).unwrap(), "Bob,2125550102,internal\n");
    world.file("old.csv", "Name,Phone\rAnn,2125550101\rBob,2125550102\r");
    let said = scrub(&world, "old.csv", "c.csv", "b.csv");
    assert!(said.contains("old ways"), "{said}");
    assert_eq!(fs::read_to_string(world.path("b.csv")).unwrap(), "Name,Phone,dnc_reason\nBob,2125550102,internal\n");
    world.finish();
}

#[test]
fn a_workbook_gives_workbooks_and_others_give_csv() {
    let world = World::new(Engine::Sqlite);
    world.ok(["dnc", "add", "+12125550102"]);
    world.file("in.json", r#"[{"phone":"2125550101","n":1.5},{"phone":"2125550102","n":2}]"#);
    // What other programs write is made of what an export writes.
    let said = scrub(&world, "in.json", "clean.xlsx", "blocked.csv");
    assert!(said.contains("blocked.csv: written as CSV"), "{said}");
    assert_eq!(fs::read_to_string(world.path("blocked.csv")).unwrap(), "phone,n,dnc_reason\n2125550102,2,internal\n");
    world.ok(["dnc", "add", "+12125550101"]);
    scrub(&world, "clean.xlsx", "again.xlsx", "listed.xlsx");
    scrub(&world, "listed.xlsx", "x.csv", "listed.csv");
    let listed = fs::read_to_string(world.path("listed.csv")).unwrap();
    assert_eq!(listed, "phone,n,dnc_reason,dnc_reason\n2125550101,1.5,internal,internal\n");
    world.file("in.csv", "Phone\n2125550101\n");
    let ran = world.run(["dnc", "scrub", "in.csv", "--clean", "z.xlsx", "--blocked", "y.csv"]);
    assert_eq!((ran.code, ran.stderr.contains("stay text")), (Some(1), true), "{}", ran.stderr);
    world.finish();
}

#[test]
fn a_workbook_wider_than_its_header_becomes_csv() {
    let world = World::new(Engine::Sqlite);
    world.ok(["dnc", "add", "+12125550102"]);
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in
        [&["Name", "Phone"][..], &["Ann", "2125550101", "x"], &["Bob", "2125550102", "y", "z"], &["Cy", "2125550103"]]
            .iter()
            .enumerate()
    {
        for (column, cell) in cells.iter().enumerate() {
            sheet.write(row as u32, column as u16, *cell).unwrap();
        }
    }
    book.save(world.path("in.xlsx")).unwrap();
    scrub(&world, "in.xlsx", "clean.csv", "blocked.csv");
    assert_eq!(fs::read_to_string(world.path("clean.csv")).unwrap(), "Name,Phone\nCy,2125550103\n");
    assert_eq!(
        fs::read_to_string(world.path("blocked.csv")).unwrap(),
        "Name,Phone,dnc_reason\nAnn,2125550101,unknown:broken_row,x\nBob,2125550102,unknown:broken_row,y,z\n"
    );
    world.finish();
}

#[test]
fn errors_speak_of_a_scrub_and_keys_are_no_place_for_files() {
    let world = World::new(Engine::Sqlite);
    world.file("in.csv", "Phone,Fone\n2125550101,(212) 555-0102\n");
    let told = |clean: &str| {
        let ran = world.run(["dnc", "scrub", "in.csv", "--clean", clean, "--blocked", "b.csv"]);
        assert!(matches!(ran.code, Some(1 | 2)), "{}", ran.stderr);
        ran.stderr
    };
    let said = told("c.csv");
    assert!(said.contains("no file was written") && said.contains("--map phone=Fone to check it"), "{said}");
    assert!(!said.contains("import"), "{said}");
    let said = told("c.xlsx");
    assert!(said.contains("stay text") && said.contains("--clean, --blocked and --certificate"), "{said}");
    world.file("in.csv", "Phone\n2125550101\n");
    scrub(&world, "in.csv", "c.csv", "b.csv");
    let key = world.json(["dnc", "key", "show"])["file"].as_str().unwrap().to_owned();
    let folder = std::path::Path::new(&key).parent().unwrap().to_owned();
    for name in ["signing-key.pem", "x.pub.pem", "clean.csv", "below/clean.csv"] {
        let said = told(folder.join(name).to_str().unwrap());
        assert!(
            said.contains("the folder of the keys that sign certificates") || said.contains("the key that signs"),
            "{said}"
        );
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    world.finish();
}
