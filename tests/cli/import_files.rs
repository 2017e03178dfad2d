//! The forms in which lead sheets come, and files that are none.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::files::{Cell, xlsx};
use crate::support::{Engine, World, on_both_engines};

const ROWS: [[&str; 6]; 3] = [
    ["Inés \"Nena\" Díaz", "(212) 555-0101", "ines@example.com", "70", "vip; fair", "2025-11-02"],
    ["Zoë Müller, Jr.", "212-555-0102", "", "", "", ""],
    ["王 小明", "+442079460103", "wang@example.com", "5", "", "2025-01-31"],
];
const HEADER: [&str; 6] = ["Name", "Phone", "Email", "Score", "Tags", "Created"];

fn delimited(delimiter: u8) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(HEADER).unwrap();
    ROWS.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.into_inner().unwrap()
}

fn workbook(path: &Path) {
    let mut rows = vec![HEADER.iter().map(|text| Cell::Text(text)).collect::<Vec<_>>()];
    for row in &ROWS {
        let mut cells: Vec<Cell<'_>> =
            row.iter().map(|text| if text.is_empty() { Cell::Empty } else { Cell::Text(text) }).collect();
        if let Ok(score) = row[3].parse() {
            cells[3] = Cell::Number(score);
        }
        cells[5] = match row[5] {
            "2025-11-02" => Cell::Date(2025, 11, 2),
            "2025-01-31" => Cell::Date(2025, 1, 31),
            _ => Cell::Empty,
        };
        rows.push(cells);
    }
    xlsx(path, &rows);
}

/// Writes the rows to a file in one form.
type Form<'a> = &'a dyn Fn(&Path);

#[test]
fn every_form_of_a_sheet_gives_the_same_leads() {
    let mut seen: Option<Vec<Value>> = None;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let text = || String::from_utf8(delimited(b'\t')).unwrap();
        let forms: [(&str, Form); 14] = [
            ("comma.csv", &|path| std::fs::write(path, delimited(b',')).unwrap()),
            ("semicolon.csv", &|path| std::fs::write(path, delimited(b';')).unwrap()),
            ("tab.tsv", &|path| std::fs::write(path, delimited(b'\t')).unwrap()),
            ("bar.txt", &|path| std::fs::write(path, delimited(b'|')).unwrap()),
            ("bom.csv", &|path| std::fs::write(path, [b"\xEF\xBB\xBF".to_vec(), delimited(b',')].concat()).unwrap()),
            ("book.xlsx", &workbook),
            ("book-named.csv", &workbook),
            ("text-named.xlsx", &|path| std::fs::write(path, delimited(b';')).unwrap()),
            ("utf16le.tsv", &|path| {
                std::fs::write(
                    path,
                    b"\xFF\xFE"
                        .iter()
                        .copied()
                        .chain(text().encode_utf16().flat_map(u16::to_le_bytes))
                        .collect::<Vec<u8>>(),
                )
                .unwrap();
            }),
            ("utf16be.tsv", &|path| {
                std::fs::write(
                    path,
                    b"\xFE\xFF"
                        .iter()
                        .copied()
                        .chain(text().encode_utf16().flat_map(u16::to_be_bytes))
                        .collect::<Vec<u8>>(),
                )
                .unwrap();
            }),
            ("packed.csv.gz", &|path| std::fs::write(path, gzip(&delimited(b';'))).unwrap()),
            ("book.xlsx.gz", &|path| {
                workbook(path);
                let packed = gzip(&std::fs::read(path).unwrap());
                std::fs::write(path, packed).unwrap();
            }),
            ("one.zip", &|path| std::fs::write(path, zipped(&[("leads.csv", &delimited(b','))])).unwrap()),
            ("book.zip", &|path| {
                workbook(path);
                let inside = std::fs::read(path).unwrap();
                std::fs::write(path, zipped(&[("folder/book.xlsx", &inside)])).unwrap();
            }),
        ];
        for (name, write) in forms {
            let world = World::new(engine);
            let path = world.path(name);
            write(&path);
            let summary = world.import(&path, &[]);
            assert_eq!(
                (summary["created"].as_u64(), summary["rejected"].as_u64()),
                (Some(3), Some(0)),
                "{name}: {summary}"
            );
            let leads = world.essence();
            let expected = seen.get_or_insert_with(|| leads.clone());
            assert_eq!(&leads, expected, "{engine:?} {name}");
            world.finish();
        }
    }
    let leads = seen.unwrap();
    assert_eq!((&leads[0]["first_name"], &leads[0]["last_name"]), (&"Inés \"Nena\"".into(), &"Díaz".into()));
    assert_eq!((&leads[2]["created_at"], &leads[2]["lead_score"]), (&"2025-01-31T00:00:00Z".into(), &5.into()));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn legacy_encodings_are_recognised_or_named() {
    on_both_engines(|world| {
        // "Zürich", "François" and a dash of Windows-1252, which is no ISO 8859-1.
        let latin =
            b"Phone;City;First Name\n2125550101;Z\xfcrich;Fran\xe7ois\n2125550102;Gen\xe8ve \x96 Nord;Ren\xe9e\n";
        let ran = world.run(["import", "leads", world.file("latin.csv", latin).to_str().unwrap()]);
        assert!(ran.stderr.contains("windows-1252 text with semicolon"), "{}", ran.stderr);
        let leads = world.leads();
        assert_eq!((&leads[0]["city"], &leads[0]["first_name"]), (&"Zürich".into(), &"François".into()));
        assert_eq!((&leads[1]["city"], &leads[1]["first_name"]), (&"Genève – Nord".into(), &"Renée".into()));
        let cyrillic = world.file("koi.csv", b"Phone,City\n2125550103,\xed\xcf\xd3\xcb\xd7\xc1\n");
        world.import(&cyrillic, &["--encoding", "koi8-r"]);
        assert_eq!(world.json(["lead", "show", "+12125550103"])["city"], "Москва");
        let wrong = world.run(["import", "leads", cyrillic.to_str().unwrap(), "--encoding", "utf-8"]);
        assert_eq!(wrong.code, Some(1));
        assert!(wrong.stderr.contains("line 2 is not UTF-8"), "{}", wrong.stderr);
        assert_eq!(world.run(["import", "leads", "koi.csv", "--encoding", "klingon"]).code, Some(2));
        let recorded = world.json(["import", "show", "1"]);
        assert_eq!(recorded["file_size"], latin.len());
    });
}

#[test]
fn standard_input_is_a_file_like_any_other() {
    on_both_engines(|world| {
        let mut child = world
            .command(["import", "leads", "-", "--format", "json"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"Phone\n2125550101\n12\n").unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
        let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((summary["created"].as_u64(), &summary["file_name"]), (Some(1), &"standard-input".into()));
        assert!(world.path("standard-input.rejects.csv").exists());
    });
}

#[test]
fn an_archive_of_several_files_is_refused() {
    let world = World::new(Engine::Sqlite);
    let path = world.file("two.zip", zipped(&[("a.csv", b"Phone\n"), ("b.csv", b"Phone\n")]));
    assert!(refused(&world, &path).contains("a ZIP archive of 2 files"));
    world.finish();
}

#[test]
fn phones_that_a_spreadsheet_took_for_numbers() {
    on_both_engines(|world| {
        let path = world.path("phones.xlsx");
        let row = |cell| vec![cell];
        xlsx(
            &path,
            &[
                row(Cell::Text("Phone")),
                row(Cell::Number(2_125_550_101.0)),
                row(Cell::Number(12_125_550_102.0)),
                row(Cell::Text("2125550103")),
                row(Cell::Text("1.2125550104E+10")),
                row(Cell::Text("12125550105.0")),
                row(Cell::Text("1.21E+10")),
                row(Cell::Text("#N/A")),
                row(Cell::Date(2025, 11, 2)),
            ],
        );
        let summary = world.import(&path, &[]);
        assert_eq!(
            (summary["created"].as_u64(), summary["repaired"].as_u64(), summary["rejected"].as_u64()),
            (Some(5), Some(2), Some(3))
        );
        let phones: Vec<String> =
            world.leads().iter().map(|lead| lead["phone_number"].as_str().unwrap().to_owned()).collect();
        assert_eq!(phones, (101..=105).map(|n| format!("+12125550{n}")).collect::<Vec<_>>());
        let kinds: Vec<&str> =
            summary["problems"].as_array().unwrap().iter().map(|p| p["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["phone_lost_digits", "spreadsheet_error", "phone_invalid"]);
    });
}

#[test]
fn sheets_are_chosen_or_asked_for() {
    let world = World::new(Engine::Sqlite);
    let path = world.path("two.xlsx");
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, phone) in [("Leads", "2125550101"), ("Old", "2125550102"), ("Empty", "")] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        if !phone.is_empty() {
            sheet.write_string(0, 0, "Phone").unwrap();
            sheet.write_string(1, 0, phone).unwrap();
        }
    }
    book.save(&path).unwrap();
    let asked = world.run(["import", "leads", path.to_str().unwrap()]);
    assert_eq!(asked.code, Some(1));
    assert!(asked.stderr.contains("`Leads` (2 rows), `Old` (2 rows)"), "{}", asked.stderr);
    assert_eq!(world.import(&path, &["--sheet", "Old"])["created"], 1);
    assert_eq!(world.import(&path, &["--sheet", "1"])["created"], 1);
    world.finish();
}

#[test]
fn rows_that_cannot_be_followed_are_rejected_or_end_the_import() {
    on_both_engines(|world| {
        let ragged = world.file("ragged.csv", "Phone,City\n2125550101,Albany\n2125550102\n2125550103,Boston,extra\n2125550104,Troy,\n\n2125550105,\"New\nYork\"\n2125550106,A\0B\n");
        let summary = world.import(&ragged, &[]);
        assert_eq!(
            (
                summary["read"].as_u64(),
                summary["created"].as_u64(),
                summary["rejected"].as_u64(),
                summary["blank_rows"].as_u64()
            ),
            (Some(6), Some(4), Some(2), Some(1))
        );
        let rows: Vec<u64> =
            summary["problems"].as_array().unwrap().iter().map(|p| p["example_row"].as_u64().unwrap()).collect();
        assert_eq!(rows, [4, 9]);
        let open = world.file("open.csv", "Phone,City\n2125550107,\"Albany\n2125550108,Boston\n");
        let ran = world.run(["import", "leads", open.to_str().unwrap()]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("line 2 is never closed"), "{}", ran.stderr);
        assert_eq!(world.leads().len(), 4);
    });
}

/// Runs an import that must fail: one clear error, within five seconds and 300 MB.
fn refused(world: &World, path: &Path) -> String {
    let started = Instant::now();
    let mut child = world.start(["import", "leads", path.to_str().unwrap()]);
    let mut peak = 0u64;
    while child.try_wait().unwrap().is_none() {
        if let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", child.id())) {
            // Before it is the program, it is a copy of this process.
            let lines = || status.lines().filter(|_| status.starts_with("Name:\tcrmctl"));
            let line = lines().find(|line| line.starts_with("VmHWM:")).map(str::to_owned);
            peak = peak.max(line.and_then(|l| l.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0));
        }
        assert!(started.elapsed() < Duration::from_secs(60), "it hangs");
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{}: {stderr}", path.display());
    assert!(output.stdout.is_empty());
    assert_eq!(stderr.matches("error:").count(), 1, "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert!(peak < 300 * 1024, "{}: {peak} KiB", path.display());
    stderr
}

#[test]
fn files_that_are_no_sheets_get_one_clear_error() {
    let world = World::new(Engine::Sqlite);
    let good = world.path("good.xlsx");
    workbook(&good);
    let bytes = std::fs::read(&good).unwrap();
    let cases: [(&str, Vec<u8>, &str); 9] = [
        ("cut.xlsx", bytes[..bytes.len() / 2].to_vec(), "damaged or cut off"),
        ("empty.csv", Vec::new(), "it is empty"),
        ("blank.csv", b"\n\n  \n".to_vec(), "nothing but blank lines"),
        ("line.csv", vec![b'x'; 100_000_000], "line 1 is longer than 1024 KiB"),
        (
            "damaged.csv",
            "Phone,City\n2125550101,Zürich\n2125550102,Genève\n".bytes().chain(*b"2125550103,Z\xfcrich\n").collect(),
            "line 4 is not UTF-8: it holds the byte 0xFC",
        ),
        ("nul.csv", b"Phone,Ci\0ty\n2125550101,x\n".to_vec(), "its header holds the character U+0000"),
        ("old.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), "the workbook is damaged"),
        ("cut.csv.gz", b"\x1f\x8b\x08\0".to_vec(), "damaged or cut off"),
        ("names.csv", b"Name,Fone,City\nAda,1,2\n".to_vec(), "no column of"),
    ];
    for (name, content, expected) in cases {
        let stderr = refused(&world, &world.file(name, content));
        assert!(stderr.contains(expected), "{name}: {stderr}");
    }
    assert!(refused(&world, &world.path("missing.csv")).contains("there is no such file"));
    assert!(refused(&world, world.folder.path()).contains("it is a directory"));
    assert!(world.leads().is_empty());
    world.finish();
}

#[test]
fn bombs_are_refused_while_inflating() {
    let world = World::new(Engine::Sqlite);
    for part in ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"] {
        let path = world.path("bomb.xlsx");
        let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        archive.start_file("xl/workbook.xml", options).unwrap();
        archive.write_all(b"<workbook/>").unwrap();
        archive.start_file(part, options).unwrap();
        let block = vec![b' '; 1 << 20];
        (0..400).for_each(|_| archive.write_all(&block).unwrap());
        archive.finish().unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() < 2_000_000);
        let stderr = refused(&world, &path);
        assert!(stderr.contains("inflates to more than"), "{stderr}");
    }
    let packed = gzip(&vec![b' '; 400 << 20]);
    assert!(refused(&world, &world.file("bomb.csv.gz", packed)).contains("inflates to more than"));
    world.finish();
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new(Engine::Sqlite);
    let path = world.file("secret.csv", "Phone\n2125550101\n");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    // Root reads everything, so there the import succeeds and proves nothing more.
    match std::fs::File::open(&path) {
        Err(_) => assert!(refused(&world, &path).contains("permission denied")),
        Ok(_) => assert_eq!(world.import(&path, &[])["created"], 1),
    }
    world.finish();
}

#[test]
fn a_header_without_rows_is_no_error() {
    on_both_engines(|world| {
        let path = world.file("header.csv", "Phone,City\n");
        let ran = world.run(["import", "leads", path.to_str().unwrap(), "--format", "json"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("\"read\": 0"));
    });
}

#[test]
fn an_archive_hides_no_file() {
    on_both_engines(|world| {
        // What macOS puts beside each file is no second one.
        let with_forks = zipped(&[
            ("a.csv", b"Phone\n+12125550101\n"),
            ("__MACOSX/", b""),
            ("__MACOSX/._a.csv", b"\x00\x05\x16\x07"),
            (".DS_Store", b"Bud1"),
        ]);
        assert_eq!(world.import(&world.file("mac.zip", with_forks), &[])["created"], 1);
        // Of two files with one name a reader of archives knows the last.
        for (kind, columns) in [("leads", "Phone\n"), ("dnc", "Phone,Reason\n")] {
            let mut twins = zipped(&[("a.csv", columns.as_bytes()), ("b.csv", b"Phone\n+12125550103\n")]);
            while let Some(at) = twins.windows(5).position(|five| five == b"b.csv") {
                twins[at] = b'a';
            }
            let ran = world.run(["import", kind, world.file("twins.zip", &twins).to_str().unwrap()]);
            assert_eq!(ran.code, Some(1), "{}", ran.stderr);
            assert!(ran.stderr.contains("lists 2 files of which only 1"), "{}", ran.stderr);
        }
    });
}
