//! Files that claim or hold more than any sheet, and files without an end: each is read or refused within the memory there
//! is for it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::books::{ods_row, raw_ods, raw_xlsx, raw_xlsx_with, text};
use crate::support::files::Cell;
use crate::support::xlsb::xlsb;
use crate::support::{Engine, Ran, World};

/// The call with an address space of 1 GB, the program itself included.
pub fn limited(world: &World, args: &[&str]) -> Command {
    let plain = world.command(args);
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "ulimit -v 1000000; exec \"$@\"", "sh"]).arg(plain.get_program()).args(plain.get_args());
    command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(world.folder.path()).stdin(Stdio::null());
    command
}

pub fn run(command: &mut Command) -> Ran {
    let started = Instant::now();
    let ran = crate::support::ran(command);
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}: {}", started.elapsed(), ran.stderr);
    assert!(ran.stderr.len() < 8_000, "{} bytes of messages: {:.400}", ran.stderr.len(), ran.stderr);
    ran
}

pub fn import(world: &World, path: &Path, options: &[&str]) -> Ran {
    run(limited(world, &["import", "leads", path.to_str().unwrap()]).args(options))
}

/// The imports, each of which reads files in the same way.
pub const KINDS: [&[&str]; 5] =
    [&["import", "leads"], &["import", "dnc"], &["import", "history"], &["import", "costs"], &["import", "rates"]];

/// Imports a file that is refused, and returns why.
pub fn refused(world: &World, path: &Path) -> String {
    let ran = import(world, path, &[]);
    assert_eq!(ran.code, Some(1), "{}: {}", path.display(), ran.stderr);
    assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
    ran.stderr
}

pub fn head() -> String {
    format!("<row r=\"1\">{}{}</row>", text("A1", "Name"), text("B1", "Phone"))
}

pub fn ada() -> String {
    format!("<row r=\"2\">{}{}</row>", text("A2", "Ada"), text("B2", "+1 212 555 0101"))
}

#[test]
fn a_cell_beyond_the_last_one_is_refused() {
    let world = World::new(Engine::Sqlite);
    let far = "A".repeat(40) + "2";
    let row = |cells: &str| format!("{}<row r=\"2\">{cells}</row>", head());
    let cases = [
        (row(&text("XFE2", "x")), "its cell Leads!XFE2 is beyond the last one of a sheet, XFD1048576"),
        (row(&text("ZZZZZZ2", "x")), "its cell Leads!ZZZZZZ2 is beyond"),
        (row(&text("A1048577", "x")), "its cell Leads!A1048577 is beyond"),
        (row(&text(&far, "x")), "damaged"),
        (row(&text("A4294967298", "x")), "damaged"),
        (format!("{}<row r=\"4294967295\"><c><v>1</v></c></row><row/>", head()), "is beyond"),
        (format!("<row r=\"1\">{}</row>", text("AAAAA1", "Phone")), "is beyond"),
    ];
    for (rows, expected) in cases {
        let told = refused(&world, &raw_xlsx(&world, "far.xlsx", &rows));
        assert!(told.contains(expected), "{rows}: {told}");
    }
    let path = raw_xlsx(&world, "last.xlsx", &format!("{}{}", head(), ada().replace("A2", "XFD2")));
    assert!(refused_or_rejected(&world, &path).contains("column XFD, which has no header"));
    let path = raw_xlsx(&world, "far.xlsx", &row(&text("ZZZZZZ2", "x")));
    for kind in KINDS {
        let ran = run(limited(&world, kind).arg(&path));
        assert_eq!(ran.code, Some(1), "{kind:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("column") || ran.stderr.contains("is beyond"), "{kind:?}: {}", ran.stderr);
    }
    world.finish();
}

pub fn refused_or_rejected(world: &World, path: &Path) -> String {
    let ran = import(world, path, &[]);
    assert!(matches!(ran.code, Some(1 | 3)), "{}", ran.stderr);
    ran.stdout + &ran.stderr
}

#[test]
fn no_size_is_believed() {
    let world = World::new(Engine::Sqlite);
    for (number, size) in ["A1:A4294967295", "A1:XFD1048576", "A1:ZZZZZ9"].into_iter().enumerate() {
        let sheet = format!("<dimension ref=\"{size}\"/><sheetData>{}{}</sheetData>", head(), ada());
        let ran = import(&world, &raw_xlsx_with(&world, "size.xlsx", &sheet, 1, &[]), &[]);
        assert_eq!(ran.code, Some(0), "{number}: {size}: {}", ran.stderr);
    }
    let sheet = format!("<sheetData>{}{}</sheetData>", head(), ada());
    for count in ["2147483648", "18446744073709551615", "4000000"] {
        for texts in [
            format!("<sst uniqueCount=\"{count}\"/>"),
            format!("<x:sst xmlns:x=\"a\" uniqueCount='{count}'><x:si/></x:sst>"),
        ] {
            let path = raw_xlsx_with(&world, "texts.xlsx", &sheet, 1, &[("xl/sharedStrings.xml", &texts)]);
            assert!(refused(&world, &path).contains("says that it has far more texts than it has"), "{texts}");
        }
    }
    world.finish();
}

#[test]
fn what_repeats_is_counted_before_it_is_written_out() {
    let world = World::new(Engine::Sqlite);
    let head = ods_row(&["Name", "Phone"]);
    let cell = |attributes: &str, inside: &str| {
        format!(
            r#"<table:table-cell {attributes} office:value-type="string"><text:p>{inside}</text:p></table:table-cell>"#
        )
    };
    let long = "x".repeat(2_000);
    let rows = |count: &str, cell: &str| {
        format!(r#"{head}<table:table-row table:number-rows-repeated="{count}">{cell}</table:table-row>"#)
    };
    for rows in [
        rows("4294967295", &cell(r#"table:number-columns-repeated="4294967295""#, "Ada")),
        rows("1048576", &cell(r#"table:number-columns-repeated="2""#, &long)),
        rows("&#49;000000", &cell("", &long)),
        rows("30", &cell(r#"table:number-columns-repeated="16384""#, &long)),
        rows("1", &cell("", r#"<text:s text:c="4294967295"/>"#)),
        rows("1", &cell("", &r#"<text:s text:c="900000"/>"#.repeat(3))),
        rows("1048576", r#"<table:table-cell office:value="1" table:number-columns-repeated="9"/>"#),
    ] {
        let told = refused(&world, &raw_ods(&world, "repeats.ods", &rows));
        let is_told = told.contains("memory") || told.contains("KiB");
        assert!(is_told, "{rows:.200}: {told}");
    }
    let cut = raw_ods(&world, "cut.ods", &format!("{head}<table:table-row>"));
    assert!(refused(&world, &cut).contains("damaged"));
    world.finish();
}

#[test]
fn no_length_of_a_record_is_believed() {
    let world = World::new(Engine::Sqlite);
    let path = world.path("people.xlsb");
    let rows = [vec![Cell::Text("Name"), Cell::Text("Phone")], vec![Cell::Text("Ada"), Cell::Text("+1 212 555 0101")]];
    xlsb(&path, "Leads", &rows);
    assert_eq!(import(&world, &path, &[]).code, Some(0));
    for (part, damage) in [
        ("xl/worksheets/sheet1.bin", &[0x00, 0xFF, 0xFF, 0xFF, 0x7F][..]),
        ("xl/styles.bin", &[0xE9, 0x04, 0xFF, 0xFF, 0xFF, 0x7F]),
        ("xl/workbook.bin", &[0x99, 0x01, 0xFF, 0xFF, 0xFF, 0xFF]),
    ] {
        let damaged = changed(&world, &path, part, damage);
        assert!(refused(&world, &damaged).contains("a piece of more than 1024 KiB"), "{part}");
    }
    // An old workbook whose sheet is said to be as large as sheets can be: nobody takes that for its rows.
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/leads/forms/people.xls");
    let mut bytes = std::fs::read(fixture).unwrap();
    let at = bytes.windows(4).position(|bytes| bytes == [0x00, 0x02, 0x0E, 0x00]).unwrap() + 4;
    bytes[at..at + 12].copy_from_slice(&[0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    let ran = import(&world, &world.file("size.xls", bytes), &["--dry-run"]);
    assert!(ran.code == Some(0) && ran.stderr.contains("would import size.xls"), "{}", ran.stderr);
    world.finish();
}

/// An archive in which the beginning of one part is other bytes.
fn changed(world: &World, path: &Path, part: &str, bytes: &[u8]) -> PathBuf {
    let mut source = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let changed = world.path("changed.xlsb");
    let mut archive = zip::ZipWriter::new(File::create(&changed).unwrap());
    for index in 0..source.len() {
        let member = source.by_index(index).unwrap();
        let name = member.name().unwrap().into_owned();
        if name == part {
            archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        } else {
            archive.raw_copy_file(member).unwrap();
        }
    }
    archive.finish().unwrap();
    changed
}

#[test]
fn a_row_is_no_longer_than_a_record() {
    let world = World::new(Engine::Sqlite);
    let long = "x".repeat(30_000);
    for rows in [
        format!("<row r=\"2\">{}</row>", text("A2", &long).repeat(50)),
        format!(
            "<row r=\"2\">{}</row>",
            (0..50).fold(String::new(), |mut row, _| {
                row += &format!("<c t=\"inlineStr\"><is><t>{long}</t></is></c>");
                row
            })
        ),
        format!("<row r=\"2\">{}</row>", text("A2", &"x".repeat(2_000_000))),
        format!("<row r=\"2\">{}</row>", text("A2", &"&amp;".repeat(400_000))),
        format!("<row r=\"2\">{}</row>", text("A2", &"x<!-- < -->".repeat(200_000))),
    ] {
        let told = refused(&world, &raw_xlsx(&world, "long.xlsx", &format!("{}{rows}", head())));
        assert!(told.contains("1024 KiB"), "{told}");
    }
    world.finish();
}

#[test]
fn files_without_an_end_are_refused() {
    let world = World::new(Engine::Sqlite);
    for args in [
        &["dnc", "check", "--file", "/dev/zero"][..],
        &["dnc", "detect", "--file", "/dev/zero"],
        &["dnc", "add", "--file", "/dev/zero", "--reason", "asked"],
        &["import", "leads", "/dev/zero"],
        &["import", "dnc", "/dev/zero"],
        &["--config", "/dev/zero", "lead", "list"],
    ] {
        let ran = run(&mut limited(&world, args));
        assert!(matches!(ran.code, Some(1 | 2)), "{args:?}: {}", ran.stderr);
        // A config file may come through a pipe, and is read as far as one may go.
        let reason = if args[0] == "--config" { "is longer than 1024 KiB" } else { "it is a device" };
        assert!(ran.stderr.contains(reason), "{args:?}: {}", ran.stderr);
    }
    for args in [
        &["import", "leads", "-"][..],
        &["import", "leads", "-", "--encoding", "utf-16le"],
        &["import", "leads", "-", "--encoding", "cp850"],
        &["dnc", "check", "--file", "-"],
        &["dnc", "detect", "--file", "-"],
        &["dnc", "add", "--file", "-", "--reason", "asked"],
    ] {
        let ran = run(limited(&world, args).stdin(File::open("/dev/zero").unwrap()));
        assert!(ran.code == Some(1) && ran.stderr.contains("is longer than 1024 KiB"), "{args:?}: {}", ran.stderr);
    }
    world.finish();
}

/// Imports what `write` writes to the standard input.
pub fn piped(world: &World, write: impl FnOnce(&mut dyn Write) + Send) -> Ran {
    let mut command = limited(world, &["import", "leads", "-", "--rejects", "rejects.csv"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // The program need not read to the end.
        scope.spawn(move || write(&mut input));
        child.wait_with_output().unwrap()
    });
    Ran {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

#[test]
fn blank_lines_take_no_memory() {
    let world = World::new(Engine::Sqlite);
    let ran = piped(&world, |input| {
        let blank = vec![b'\n'; 1 << 20];
        let _ = input.write_all(b"Name,Phone\nAda,+1 212 555 0101\n");
        // Room for so many rows would be more than the limit.
        (0..16).for_each(|_| drop(input.write_all(&blank)));
        let _ = input.write_all(b"Bob,+1 212 555 0102\n");
    });
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(world.leads().len(), 2);
    world.finish();
}

#[test]
fn a_quote_that_nothing_closes_ends_the_reading() {
    let world = World::new(Engine::Sqlite);
    for begin in ["\"", "Ada,\"", "Ada,+1 212 555 0101\nBob,\""] {
        let ran = piped(&world, |input| {
            let _ = write!(input, "Name,Phone\n{begin}");
            let lines = "some text without a quote\n".repeat(40_000);
            (0..20).for_each(|_| drop(input.write_all(lines.as_bytes())));
        });
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.contains("is never closed"), "{}", ran.stderr);
    }
    world.finish();
}

#[test]
fn sheets_are_no_wider_than_a_sheet() {
    let world = World::new(Engine::Sqlite);
    let wide = |count: usize, name: &dyn Fn(usize) -> String| {
        (1..count).fold("Phone".to_owned(), |mut row, n| {
            write!(row, ",{}", name(n)).unwrap();
            row
        })
    };
    for (kind, count) in KINDS.iter().zip([50_000, 16_385, 100_000, 20_000, 20_000]) {
        let path = world.file("wide.csv", wide(count, &|n| format!("h{n}")) + "\n+1 212 555 0101\n");
        let ran = run(limited(&world, kind).arg(&path));
        assert!(ran.stderr.contains("the header in line 1 has more than 16384 columns"), "{kind:?}: {}", ran.stderr);
    }
    let cells: String = (0..16_385).map(|n| format!("<c t=\"inlineStr\"><is><t>h{n}</t></is></c>")).collect();
    let told = refused(&world, &raw_xlsx(&world, "wide.xlsx", &format!("<row r=\"1\">{cells}</row>")));
    assert!(told.contains("XFE1 is beyond"), "{told}");
    // Many are told of in a few lines, named alike or not.
    let path = world.file("wide.csv", wide(2_000, &|_| "h".into()) + "\n+1 212 555 0101\n");
    assert_eq!(import(&world, &path, &["--drop-extra"]).code, Some(0));
    let path = world.file("names.csv", wide(2_000, &|n| format!("h{n}")).replace("Phone", "Fone") + "\n1\n");
    assert!(refused(&world, &path).contains("h29 and 1970 more"));
    let path = world.file("beyond.csv", format!("Name,Phone\nAda,+1 212 555 0101{}\n", ",x".repeat(20_000)));
    let told = refused_or_rejected(&world, &path);
    assert!(told.contains("and 19970 more") && told.len() < 4_000, "{told}");
    world.finish();
}

#[test]
fn many_sheets_are_told_of_in_a_few_lines() {
    let world = World::new(Engine::Sqlite);
    let sheet = format!("<sheetData>{}{}</sheetData>", head(), ada());
    let told = refused(&world, &raw_xlsx_with(&world, "few.xlsx", &sheet, 200, &[]));
    assert!(told.contains("several of its sheets hold rows") && told.contains("and 170 more"), "{told}");
    let path = raw_xlsx_with(&world, "many.xlsx", &sheet, 20_000, &[]);
    let told = refused(&world, &path);
    assert!(told.contains("it has 20000 sheets, more than the 1000 that are looked through"), "{told}");
    assert!(told.contains("Leads, Leads 2,") && told.contains("and 19970 more"), "{told}");
    assert_eq!(import(&world, &path, &["--sheet", "20000"]).code, Some(0));
    let ran = import(&world, &path, &["--sheet", "People"]);
    assert!(ran.stderr.contains("it has no sheet `People`") && ran.stderr.contains("and 19970 more"), "{}", ran.stderr);
    world.finish();
}

#[test]
fn damaged_workbooks_are_read_or_refused() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/fuzz-workbooks");
    let output = Command::new(script).args(["50", "21"]).env("CRMCTL", env!("CARGO_BIN_EXE_crmctl")).output();
    let output = output.expect("scripts/fuzz-workbooks needs python3");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
