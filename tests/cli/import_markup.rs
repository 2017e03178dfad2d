//! HTML tables as programs write them, packed and piped, and what is not read.

use std::io::Write;

use serde_json::Value;

use crate::support::{World, on_both_engines};

const TABLE: &str =
    "<table><tr><th>Name</th><th>Phone</th></tr><tr><td>Ada Sample</td><td>+12125550101</td></tr></table>";

/// What an import of a text says on both streams; it made so many leads.
fn imported(world: &World, name: &str, bytes: &[u8], leads: usize) -> String {
    let file = world.file(name, bytes);
    let ran = world.run(["import", "leads", file.to_str().unwrap()]);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code, Some(0), "{name}: {said}");
    assert_eq!(world.leads().len(), leads, "{name}: {said}");
    said
}

#[test]
fn pages_begin_in_many_ways() {
    for before in [
        "\r\n\r\n<h3>Report</h3>",
        "<font face=Arial>",
        "<script>var a = '<table>';</script>\n",
        "<b>Leads</b><br>",
        "<meta charset=utf-16>",
        "<html><meta http-equiv=Content-Type content=\"text/html; charset=unicode\">",
        "<?xml version=\"1.0\"?>\n<!DOCTYPE html><html>",
    ] {
        on_both_engines(|world| {
            assert!(imported(world, "report.xls", format!("{before}{TABLE}").as_bytes(), 1).contains("HTML, table 1"));
        });
    }
    on_both_engines(|world| {
        let long = format!("<!-- {} -->{TABLE}", "x".repeat(9_000));
        assert!(imported(world, "comment.xls", long.as_bytes(), 1).contains("HTML, table 1"));
        let text = imported(world, "text.csv", b"<b>,Phone\nBen,+12125550103\n", 2);
        assert!(text.contains("UTF-8 text"), "{text}");
    });
}

/// Excel, with the numbers that its cells round; LibreOffice, which writes them for every number.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn pages_and_sheets_come_packed_and_piped() {
    on_both_engines(|world| {
        let packed = gzip(TABLE.as_bytes());
        assert!(imported(world, "leads.xls.gz", &packed, 1).contains("gzip of HTML, table 1"));
        let summary = world.json(["import", "show", "1"]);
        let hash = |bytes: &[u8]| {
            use sha2::Digest;
            sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        assert_eq!(summary["file_sha256"], hash(&packed), "{summary}");
        // One line of six MiB, in UTF-8 and in an old encoding, from standard input and from a file.
        let row =
            |n: usize| format!("<tr><td>P{n} S\u{e4}mple<td>+1212555{:04}<td>{}</tr>", 100 + n % 100, "x".repeat(900));
        let rows: String = (0..7000).map(row).collect();
        let page = format!("<meta charset=windows-1252><table><tr><td>Name<td>Phone<td>Note</tr>{rows}</table>");
        let old: Vec<u8> = page.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        for bytes in [page.replace("windows-1252", "utf-8").into_bytes(), old] {
            let file = world.file("one.html", bytes);
            for call in ["import leads - --dry-run <", "import leads --dry-run"] {
                let ran = world.shell(&format!("crmctl {call} '{}'", file.display()));
                assert_eq!(ran.code, Some(0), "{call}: {}{}", ran.stdout, ran.stderr);
                assert!(ran.stdout.contains("7,000"), "{}", ran.stdout);
            }
        }
    });
}

#[test]
fn kinds_that_are_not_read_are_named() {
    let kinds: [(&[u8], &str, &str); 12] = [
        (b"Received: from x\r\nSubject: leads\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", "a mail", "save the file"),
        (b"Return-Path: <a@example.com>\r\nMIME-Version: 1.0\r\n\r\nhello\r\n", "a mail", "save the file"),
        (b"From: <Saved by Blink>\r\nSnapshot-Content-Location: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary=b\r\n\r\n", "MHTML", "CSV or XLSX"),
        (b"ID;PWXL;N;E\r\nC;Y1;X1;K\"Name\"\r\nE\r\n", "SYLK", "CSV or XLSX"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture", "get the list"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture", "get the list"),
        (b"7z\xbc\xaf\x27\x1c\0\x04\0\0", "7z archive", "unpack it"),
        (b"Rar!\x1a\x07\x01\0\0\0", "RAR archive", "unpack it"),
        (b"\xfd7zXZ\0\0\x04\0", "xz", "unpack it"),
        (b"SQLite format 3\0\x10\0\x01\x01", "SQLite database", "export the table"),
        (b"PAR1\x15\x04\x15\0\0", "Parquet", "export the table"),
        (b"\x09\x04\x06\0\0\0\x10\0\0\0", "Excel 4", "CSV or XLSX"),
    ];
    on_both_engines(|world| {
        for (bytes, what, remedy) in kinds {
            let file = world.file("leads.csv", bytes);
            let ran = world.run(["import", "leads", file.to_str().unwrap()]);
            assert_eq!(ran.code, Some(1), "{what}: {}", ran.stderr);
            assert!(ran.stderr.contains(what) && ran.stderr.contains(remedy), "{what}: {}", ran.stderr);
        }
        assert_eq!(world.leads(), Vec::<Value>::new());
    });
}
