//! XLS workbooks that other programs read: of Excel 5 and 95, in old code pages, without a container, or in a damaged one.

use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::support::{World, on_both_engines};

fn people() -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/leads/forms/people.xls")).unwrap()
}

fn stream_of(book: &[u8]) -> Vec<u8> {
    let mut container = cfb::CompoundFile::open(Cursor::new(book)).unwrap();
    let mut stream = Vec::new();
    container.open_stream("Workbook").unwrap().read_to_end(&mut stream).unwrap();
    stream
}

/// In a container with sectors of 512 bytes, or of 4096.
fn contained(name: &str, stream: &[u8]) -> Vec<u8> {
    let version = if name == "Book" { cfb::Version::V3 } else { cfb::Version::V4 };
    let mut container = cfb::CompoundFile::create_with_version(version, Cursor::new(Vec::new())).unwrap();
    container.create_stream(name).unwrap().write_all(stream).unwrap();
    container.flush().unwrap();
    container.into_inner().into_inner()
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A workbook of Excel 95 (BIFF5) with two leads, its texts in a code page; `size` is the declared size of its sheet.
fn excel_95(page: Option<u16>, koeln: &[u8], size: [u16; 5]) -> Vec<u8> {
    let begin = |kind: u16| record(0x0809, &words(&[0x0500, kind, 0, 0]));
    let text = |row: u16, column: u16, text: &[u8]| {
        record(0x0204, &[words(&[row, column, 0, text.len() as u16]), text.to_vec()].concat())
    };
    let page = page.map(|page| record(0x0042, &words(&[page]))).unwrap_or_default();
    let format = record(0x00E0, &words(&[0; 8]));
    let name = b"Leads";
    let head = [begin(5), page, format].concat();
    let place = (head.len() + 4 + 7 + name.len() + 4) as u32;
    let sheet = record(0x0085, &[&place.to_le_bytes()[..], &[0, 0, name.len() as u8], name].concat());
    let number = [words(&[2, 2, 0]), 70f64.to_le_bytes().to_vec()].concat();
    let cells = [
        text(0, 0, b"Phone"),
        text(0, 1, b"City"),
        text(0, 2, b"Score"),
        text(1, 0, b"+12125550101"),
        text(1, 1, koeln),
        text(2, 0, b"+12125550102"),
        record(0x0203, &number),
    ];
    [head, sheet, record(0x000A, &[]), begin(0x10), record(0x0200, &words(&size)), cells.concat(), record(0x000A, &[])]
        .concat()
}

const SIZE: [u16; 5] = [0, 3, 0, 3, 0];

fn cities_and_scores(world: &World) -> Vec<(serde_json::Value, serde_json::Value)> {
    world.leads().iter().map(|lead| (lead["city"].clone(), lead["lead_score"].clone())).collect()
}

#[test]
fn workbooks_of_excel_95_are_read_in_their_code_page() {
    on_both_engines(|world| {
        for (page, koeln) in [
            (None, &b"K\xF6ln"[..]),
            (Some(1252), b"K\xF6ln"),
            (Some(32_769), b"K\xF6ln"),
            (Some(10_000), b"K\x9Aln"),
            (Some(32_768), b"K\x9Aln"),
            (Some(437), b"K\x94ln"),
            (Some(850), b"K\x94ln"),
        ] {
            let file = world.file("old.xls", contained("Book", &excel_95(page, koeln, SIZE)));
            let read = world.import(&file, &["--on-duplicate", "update"]);
            assert_eq!((&read["read"], &read["rejected"]), (&json!(2), &json!(0)), "{page:?}: {read}");
            assert_eq!(cities_and_scores(world), [(json!("Köln"), json!(null)), (json!(null), json!(70))], "{page:?}");
        }
        let file = world.file("unknown.xls", contained("Book", &excel_95(Some(9999), b"K", SIZE)));
        let ran = world.run(["import", "leads", file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("code page 9999") && ran.stderr.contains("hint: "), "{}", ran.stderr);
    });
}

/// The bytes with the first piece that is `from` replaced.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|piece| piece == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn what_an_xls_says_of_itself_in_vain_is_passed_over() {
    on_both_engines(|world| {
        let stream = stream_of(&people());
        let mut files: Vec<(String, PathBuf)> = Vec::new();
        let mut add = |what: String, bytes: Vec<u8>| {
            let path = world.file(&format!("{}.xls", files.len()), bytes);
            files.push((what, path));
        };
        let page = record(0x0042, &words(&[1200]));
        for other in [0u16, 1252, 9999, 32_768, 65_001] {
            let odd = replaced(&stream, &page, &record(0x0042, &words(&[other])));
            add(format!("page {other}"), contained("Workbook", &odd));
        }
        let place = stream.windows(4).position(|head| head == [0, 2, 14, 0]).unwrap() + 4;
        for size in [[0u16, 0, 0xFFFF, 0xFFFF, 0, 0xFFFF, 0], [9, 0, 2, 0, 5, 1, 0], [0, 0, 0, 1, 0, 256, 0]] {
            let mut odd = stream.clone();
            odd[place..place + 14].copy_from_slice(&words(&size));
            add(format!("size {size:?}"), contained("Workbook", &odd));
        }
        add("named Book".into(), contained("Book", &stream));
        add("named WORKBOOK".into(), contained("WORKBOOK", &stream));
        add("no container".into(), stream);
        for (what, path) in files {
            let read = world.import(&path, &["--dry-run", "--region", "US"]);
            assert_eq!((&read["created"], &read["rejected"]), (&json!(6), &json!(0)), "{what}: {read}");
        }
        let file = world.file("size.xls", contained("Book", &excel_95(None, b"Troy", [9, 0, 9, 0, 0])));
        assert_eq!(world.import(&file, &[])["created"], 2);
        let file = world.file("bare.xls", excel_95(Some(437), b"K\x94ln", SIZE));
        assert_eq!(world.import(&file, &["--on-duplicate", "update"])["updated"], 1);
        assert_eq!(cities_and_scores(world)[0].0, "Köln");
    });
}

#[test]
fn a_container_may_be_damaged_where_nobody_reads() {
    on_both_engines(|world| {
        let good = people();
        let number = |at: usize| u32::from_le_bytes(good[at..at + 4].try_into().unwrap()) as usize;
        let folder = 512 * (number(48) + 1);
        let edited = |at: usize, bytes: &[u8]| {
            let mut odd = good.clone();
            odd[at..at + bytes.len()].copy_from_slice(bytes);
            odd
        };
        for (place, (what, bytes)) in [
            ("a garbled entry behind the workbook's", edited(folder + 3 * 128, &[0xAA; 66])),
            ("an entry of no color", edited(folder + 128 + 67, &[9])),
            ("another version", edited(26, &[4, 0])),
            ("bytes behind the end", [&good[..], &[7; 100]].concat()),
            ("rubbish behind the end", [&good[..], &[0xFE; 700]].concat()),
        ]
        .into_iter()
        .enumerate()
        {
            let file = world.file(&format!("{place}.xls"), bytes);
            let ran = world.run([
                "import",
                "leads",
                file.to_str().unwrap(),
                "--dry-run",
                "--region",
                "US",
                "--format",
                "json",
            ]);
            assert_eq!(ran.code, Some(0), "{what}: {}", ran.stderr);
            assert!(ran.stdout.contains("\"created\": 6"), "{what}: {}", ran.stdout);
        }
        // What is cut off in the workbook itself is no whole file.
        for cut in [good.len() / 2, 1000, 513] {
            let file = world.file("cut.xls", &good[..cut]);
            let ran = world.run(["import", "leads", file.to_str().unwrap()]);
            assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains("damaged"), "{}", ran.stderr);
        }
        // Sheets of before Excel 5 are named.
        for (head, told) in [
            ([9u8, 0, 4, 0], "Excel 2"),
            ([9, 2, 6, 0], "Excel 3"),
            ([9, 4, 6, 0], "Excel 4"),
            ([9, 4, 8, 0], "Excel 4"),
        ] {
            let file = world.file("older.xls", [&head[..], &[2, 0, 16, 0, 0, 0, 10, 0, 0, 0]].concat());
            let ran = world.run(["import", "leads", file.to_str().unwrap()]);
            assert_eq!(ran.code, Some(1));
            assert!(ran.stderr.contains(told) && ran.stderr.contains("hint: "), "{}", ran.stderr);
        }
    });
}
