//! HTML tables and spreadsheets of Excel 2003 as programs write them: typed cells, hidden and merged ones, damage, and what is
//! not read.

use std::io::Write;

use serde_json::{Value, json};

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
        let rows = TABLE.replace("<table>", "").replace("0101", "0102");
        imported(world, "rows.xls", rows.as_bytes(), 2);
        let text = imported(world, "text.csv", b"<b>,Phone\nBen,+12125550103\n", 3);
        assert!(text.contains("UTF-8 text"), "{text}");
    });
}

/// Excel, with the numbers that its cells round; LibreOffice, which writes them for every number.
#[test]
fn numbers_behind_what_a_page_shows_are_read() {
    let excel = "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><body><table>
        <tr><td>Name<td>Phone<td>Postal code<td>Value<td>Created</tr>
        <tr><td>Ada Sample<td x:num=\"12125550101\">1.21256E+10<td x:num=\"2035\">02035<td x:num=\"1234.56\">1,234.6<td x:num=\"46056\">2026-02-03</tr></table></body></html>";
    let office = "<!DOCTYPE html><html><body><table cellspacing=0><tr><td>Name</td><td>Phone</td><td>Postal code</td><td>Value</td><td>Created</td></tr>
        <tr><td>Ada Sample</td><td sdval=\"12125550101\" sdnum=\"1033;\">12125550101</td><td sdval=\"2035\" sdnum=\"1033;0;00000\">02035</td>
        <td sdval=\"1234.56\" sdnum=\"1033;1031;#.##0,0\">1.234,6</td><td sdval=\"46056\" sdnum=\"1033;0;YYYY-MM-DD\">2026-02-03</td></tr></table></body></html>";
    for text in [excel, office, &excel.replace("1.21256E+10", "########")] {
        on_both_engines(|world| {
            imported(world, "fair.xls", text.as_bytes(), 1);
            let lead = &world.leads()[0];
            let got = ["phone_number", "postal_code", "created_at"].map(|key| lead[key].clone());
            assert_eq!(got, ["+12125550101", "02035", "2026-02-03T00:00:00Z"].map(|text| json!(text)), "{lead}");
            assert_eq!(lead["value_cents"], 123_456, "{lead}");
        });
    }
}

#[test]
fn what_a_page_hides_merges_or_lacks_is_told() {
    let page = "<html><table><tr><td>Name<td>Phone<td>City</tr>
        <tr style='mso-height-source:auto; display: none'><td>Ada Sample<td>+12125550101<td rowspan=2>Troy</tr>
        <tr><td>Ben Probe<td>+12125550102</tr>
        <tr><td>Cy Trial<td>+12125550103<td><table><tr><td>Berlin<td>DE</tr></table></tr></table></html>";
    on_both_engines(|world| {
        let file = world.file("leads.xls", page);
        let summary = world.import(&file, &["--sheet", "1"]);
        assert_eq!((&summary["created"], &summary["hidden_rows"]), (&json!(3), &json!(1)), "{summary}");
        let said = world.run(["import", "leads", file.to_str().unwrap(), "--sheet", "1", "--dry-run"]).stderr;
        assert!(said.contains("a merged range covers several rows") && said.contains("C2:C3"), "{said}");
        assert!(said.contains("1 row holds a table in a cell, first row 4"), "{said}");
        let cut = "<table><tr><td>Name<td>Phone</tr><tr><td>Di Essay<td>+12125550104</tr><tr><td>Ed";
        let said = imported_with_rejects(world, cut);
        assert!(said.contains("it may be cut off behind row 3"), "{said}");
        // Programs forget the end of a table, and close their page.
        let forgotten = format!("<html>{}</html>", TABLE.replace("</table>", "").replace("0101", "0105"));
        let said = imported(world, "forgotten.html", forgotten.as_bytes(), 5);
        assert!(!said.contains("cut off"), "{said}");
    });
}

fn imported_with_rejects(world: &World, text: &str) -> String {
    let file = world.file("cut.html", text);
    let ran = world.run(["import", "leads", file.to_str().unwrap()]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
    ran.stderr
}

fn cell(kind: &str, text: &str, more: &str) -> String {
    format!("<Cell{more}><Data ss:Type=\"{kind}\">{text}</Data></Cell>")
}

fn book(sheets: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n\
         <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\n\
         <Styles><Style ss:ID=\"Default\"><NumberFormat/></Style><Style ss:ID=\"zip\"><NumberFormat ss:Format=\"00000\"/></Style>\
         <Style ss:ID=\"own\" ss:Parent=\"zip\"><Font ss:Bold=\"1\"/></Style>\
         <Style ss:ID=\"eur\"><NumberFormat ss:Format=\"#,##0.00\\ &quot;€&quot;\"/></Style></Styles>{sheets}</Workbook>"
    )
}

fn sheet(name: &str, rows: &str, options: &str) -> String {
    let header: String = ["Name", "Phone", "Postal code", "Value"].map(|name| cell("String", name, "")).concat();
    format!(
        "<Worksheet ss:Name=\"{name}\"><Table><Column ss:Index=\"3\" ss:StyleID=\"own\"/><Row>{header}</Row>{rows}</Table>\
         <WorksheetOptions xmlns=\"urn:schemas-microsoft-com:office:excel\">{options}</WorksheetOptions></Worksheet>"
    )
}

fn person(name: &str, phone: &str, postal: &str, value: &str) -> String {
    cell("String", name, "") + &cell("Number", phone, "") + postal + value
}

#[test]
fn formats_of_excel_2003_fix_digits_and_show_currencies() {
    let euro = cell("Number", "1234.5600000000001", " ss:StyleID=\"eur\"");
    let by_cell = person("Ada Sample", "12125550101", &cell("Number", "2035", " ss:StyleID=\"zip\""), &euro);
    let by_column = person("Ben Probe", "1.2125550102E10", &cell("Number", "2036", ""), &euro);
    let by_row = person("Cy Trial", "12125550103", &cell("Number", "2037", ""), "");
    let rows = format!("<Row>{by_cell}</Row><Row>{by_column}</Row><Row ss:StyleID=\"zip\">{by_row}</Row>");
    on_both_engines(|world| {
        imported(world, "crm.xls", book(&sheet("Leads", &rows, "")).as_bytes(), 3);
        let leads = world.leads();
        let told = |key: &str| leads.iter().map(|lead| lead[key].clone()).collect::<Vec<_>>();
        assert_eq!(told("postal_code"), ["02035", "02036", "02037"].map(|text| json!(text)));
        assert_eq!((&leads[0]["value_cents"], &leads[0]["currency"]), (&json!(123_456), &json!("EUR")));
    });
}

#[test]
fn hidden_sheets_and_rows_of_excel_2003_are_told() {
    let row = |name: &str, phone: &str, more: &str| {
        format!("<Row{more}>{}</Row>", person(name, phone, &cell("String", "12180", ""), ""))
    };
    let rows =
        row("Ada Sample", "12125550101", " ss:Hidden=\"1\"") + "<Row ss:Span=\"2\"/>" + &row("Ben Probe", "5", "");
    let merged = rows.replacen(
        "<Cell><Data ss:Type=\"String\">12180",
        "<Cell ss:MergeDown=\"1\"><Data ss:Type=\"String\">12180",
        1,
    );
    let sheets = sheet("Leads", &merged, "<Visible>SheetVisible</Visible>")
        + &sheet("Old", &row("Cy Trial", "12125550103", ""), "<Visible>SheetHidden</Visible>");
    on_both_engines(|world| {
        let file = world.file("crm.xml", book(&sheets));
        let ran = world.run(["import", "leads", file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
        for told in [
            "hidden sheets with rows left out: Old",
            "1 hidden row is read",
            "a merged range covers several rows",
            "C2:C3",
        ] {
            assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
        }
        // The blank rows that one stands for count.
        assert!(ran.stdout.contains("Leads!B6") && ran.stdout.contains("blank rows   3"), "{}", ran.stdout);
        assert_eq!(world.import(&file, &["--sheet", "Old"])["created"], 1);
        let hidden = book(&sheet("Old", &row("Cy Trial", "12125550103", ""), "<Visible>SheetVeryHidden</Visible>"));
        let ran = world.run(["import", "leads", world.file("hidden.xml", hidden).to_str().unwrap()]);
        assert!(ran.code == Some(1) && ran.stderr.contains("only hidden sheets hold rows"), "{}", ran.stderr);
    });
}

#[test]
fn bad_cells_of_excel_2003_come_back_mended() {
    let rows = format!(
        "<Row>{}{}</Row><Row>{}<Cell ss:Formula=\"=A1\"/></Row><Row>{}</Row>",
        cell("String", "Ada Sample", ""),
        cell("Error", "#N/A", ""),
        cell("String", "Ben Probe", ""),
        person("Cy Trial", "12125550103", &cell("Number", "2035", ""), "")
    );
    on_both_engines(|world| {
        let file = world.file("crm.xls", book(&sheet("Leads", &rows, "")));
        let ran = world.run(["import", "leads", file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("Leads!B2") && ran.stdout.contains("#N/A"), "{}", ran.stdout);
        assert!(
            ran.stderr.contains("1 formula has no stored result") && ran.stderr.contains("Leads!B3"),
            "{}",
            ran.stderr
        );
        let rejects = file.with_extension("xls.rejects.xlsx");
        let again = world.run(["import", "leads", rejects.to_str().unwrap()]);
        assert_eq!(again.code, Some(3), "{}{}", again.stdout, again.stderr);
        assert!(again.stdout.contains("read    2") && again.stdout.contains("rejected   2"), "{}", again.stdout);
        assert_eq!(world.leads().len(), 1);
    });
}

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
