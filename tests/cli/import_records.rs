//! Files whose rows are no lines: HTML tables, spreadsheets of Excel 2003 in XML, JSON and vCards, under whatever name.

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

/// Name, phone, email and city of each lead.
fn people(world: &World) -> Vec<[String; 4]> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |lead: &Value| {
        let name = [text(&lead["first_name"]), text(&lead["last_name"])].join(" ");
        [name.trim().to_owned(), text(&lead["phone_number"]), text(&lead["email"]), text(&lead["city"])]
    };
    world.leads().iter().map(of).collect()
}

fn two() -> Vec<[String; 4]> {
    [["Ada Sample", "+12125550101", "ada@example.com", "Troy"], ["Ben & Co Probe", "+12125550102", "", "São Paulo"]]
        .map(|person| person.map(str::to_owned))
        .to_vec()
}

const PLAIN_TABLE: &str = "<html><head><meta charset=utf-8><style>td{color:red}</style><title>x</title></head><body>
<table border=1><tr><th>First name<th>Last name<th>Phone<th>Email<th>City</tr>
<tr><td>Ada</td><td> Sample\n </td><td>(212) 555-0101</td><td>ada@example.com</td><td>Troy</td></tr>
<tr><td>Ben &amp; Co</td><td>Probe</td><td>212-555-0102</td><td></td><td>S&atilde;o Paulo</td></tr></table></body></html>";

/// As Excel writes it, with its namespaces, a title over all columns, and a cell that fills two rows.
const EXCEL_PAGE: &str =
    "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\">
<body><table><col width=64><tr><td colspan=5>Leads of the fair</td></tr>
<tr><td>City</td><td>First name</td><td>Last name</td><td>Phone</td><td>Email</td></tr>
<tr><td>Troy</td><td>Ada<td>Sample<td x:num>2125550101<td><a href=\"mailto:ada@example.com\">ada@example.com</a></tr>
<tr><td rowspan=2>S&#227;o&nbsp;Paulo</td><td>Ben &amp; Co</td><td>Probe</td><td>2125550102</td><td></td></tr>
</table></body></html>";

/// A layout table around the one that counts, in an old encoding.
fn nested_page() -> Vec<u8> {
    let text = "\u{feff}<!DOCTYPE html>\n<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=iso-8859-1\"></head>
<table><tr><td><table><thead><tr><td>Name</td><td>Phone</td><td>Email</td><td>City</td></tr></thead>
<tbody><tr><td>Ada<br>Sample</td><td>+1 212 555 0101</td><td>ada@example.com</td><td>Troy</td></tr>
<tr><td>Ben &amp; Co Probe</td><td>+1 212 555 0102</td><td></td><td>S\u{e3}o Paulo</td></tr></table></td></tr></table>";
    text.trim_start_matches('\u{feff}').chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

#[test]
fn tables_of_html_are_read_whatever_the_file_is_called() {
    for (name, bytes) in [
        ("report.xls", PLAIN_TABLE.as_bytes().to_vec()),
        ("leads.csv", EXCEL_PAGE.as_bytes().to_vec()),
        ("export.html", nested_page()),
    ] {
        on_both_engines(|world| {
            let file = world.file(name, &bytes);
            let ran = world.run(["import", "leads", file.to_str().unwrap()]);
            assert_eq!(ran.code, Some(0), "{name}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains("HTML, table "), "{name}: {}", ran.stderr);
            let spaces = |city: String| city.replace('\u{a0}', " ");
            let got: Vec<_> = people(world).into_iter().map(|[a, b, c, d]| [a, b, c, spaces(d)]).collect();
            assert_eq!(got, two(), "{name}");
        });
    }
}

fn sheet2003(sheets: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n\
         <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\n\
         <Styles><Style ss:ID=\"a\"/></Styles>{sheets}</Workbook>"
    )
}

const HEADER_2003: &str = "<Row><Cell><Data ss:Type=\"String\">First name</Data></Cell><Cell><Data ss:Type=\"String\">Last name</Data></Cell>\
     <Cell><Data ss:Type=\"String\">Phone</Data></Cell><Cell><Data ss:Type=\"String\">Email</Data></Cell>\
     <Cell><Data ss:Type=\"String\">City</Data></Cell><Cell><Data ss:Type=\"String\">Created</Data></Cell></Row>";

#[test]
fn spreadsheets_of_excel_2003_are_read() {
    let rows = "<Row><Cell><Data ss:Type=\"String\">Ada</Data><Comment><ss:Data>a note</ss:Data></Comment></Cell>\
        <Cell><Data ss:Type=\"String\">Sample</Data></Cell><Cell><Data ss:Type=\"Number\">2125550101</Data></Cell>\
        <Cell><ss:Data ss:Type=\"String\" xmlns=\"http://www.w3.org/TR/REC-html40\"><B>ada@</B>example.com</ss:Data></Cell>\
        <Cell><Data ss:Type=\"String\">Troy</Data></Cell><Cell><Data ss:Type=\"DateTime\">2026-02-03T00:00:00.000</Data></Cell></Row>\
        <Row ss:Index=\"5\" ss:Hidden=\"1\"><Cell><Data ss:Type=\"String\">Ben &amp; Co</Data></Cell><Cell><Data ss:Type=\"String\">Probe</Data></Cell>\
        <Cell><Data ss:Type=\"Number\">2.125550102E9</Data></Cell><Cell ss:Index=\"5\"><Data ss:Type=\"String\">S&#xE3;o Paulo</Data></Cell></Row>";
    let table = |name: &str, rows: &str| {
        format!("<Worksheet ss:Name=\"{name}\"><Table>{HEADER_2003}{rows}</Table></Worksheet>")
    };
    let empty = "<Worksheet ss:Name=\"Sheet2\"><Table/></Worksheet>";
    for text in [
        sheet2003(&table("Leads", rows)),
        sheet2003(&format!("{empty}{}", table("Leads", rows))),
        format!("\u{feff}{}", sheet2003(&table("Leads", rows)).replace("\"?>\n<?mso", "\" encoding=\"UTF-8\"?><?mso")),
    ] {
        on_both_engines(|world| {
            let file = world.file("export.xls", &text);
            let ran = world.run(["import", "leads", file.to_str().unwrap()]);
            assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains("XML spreadsheet of Excel 2003, sheet `Leads`"), "{}", ran.stderr);
            assert!(ran.stderr.contains("1 hidden row is read"), "{}", ran.stderr);
            assert_eq!(people(world), two());
            assert_eq!(world.leads()[0]["created_at"], "2026-02-03T00:00:00Z");
        });
    }
    on_both_engines(|world| {
        let several = sheet2003(&format!("{}{}", table("Old", rows), table("New", rows)));
        let file = world.file("several.xml", &several);
        let ran = world.run(["import", "leads", file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("`Old` (3 rows)") && ran.stderr.contains("--sheet"), "{}", ran.stderr);
        for sheet in ["New", "2"] {
            assert_eq!(world.import(&file, &["--sheet", sheet])["read"], 2, "{sheet}");
        }
        let cut = world.file("cut.xls", &several[..several.len() - 30]);
        let ran = world.run(["import", "leads", cut.to_str().unwrap(), "--sheet", "1"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("damaged or cut off"), "{}", ran.stderr);
    });
}

#[test]
fn json_in_every_shape_is_read() {
    let ada = json!({"First Name": "Ada", "Last Name": "Sample", "phone": "+12125550101", "email": "ada@example.com", "city": "Troy", "tags": ["a", "b"], "id": 123456789012345678u64});
    let ben = json!({"First Name": "Ben & Co", "Last Name": "Probe", "email": null, "phone": 12125550102u64, "city": "São Paulo", "more": {"size": 3}});
    let wrapped = |of: &Value| json!({ "properties": of });
    for text in [
        json!([ada, ben]).to_string(),
        format!("\u{feff}{ada}\n{ben}\n"),
        serde_json::to_string_pretty(&json!({"total": 2, "results": [ada, ben], "links": []})).unwrap(),
        format!("[{},{}]", wrapped(&ada), wrapped(&ben)),
    ] {
        on_both_engines(|world| {
            let file = world.file("leads.csv", &text);
            let ran = world.run(["import", "leads", file.to_str().unwrap()]);
            assert_eq!(ran.code, Some(0), "{text}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains("JSON"), "{}", ran.stderr);
            assert_eq!(people(world), two(), "{text}");
            let leads = world.leads();
            assert_eq!(leads[0]["tags"], json!(["a", "b"]));
            assert_eq!(leads[0]["custom_fields"]["id"], "123456789012345678");
            assert_eq!(leads[1]["custom_fields"]["more.size"], "3");
        });
    }
    on_both_engines(|world| {
        for (text, told) in [
            ("[{\"phone\": \"+12125550101\"}, {\"phone\"", "cut off"),
            ("[{\"phone\": \"+12125550101\", \"phone\": \"+12125550102\"}]", "record 1 has `phone` twice"),
            ("[{\"phone\": 1}, 7]", "record 2 is no object"),
            ("{\"leads\": [{\"phone\": 1}], \"deals\": [{\"id\": 1}]}", "several lists: `leads`, `deals`"),
            ("[]", "no records"),
            ("[{\"phone\": 1}] x", "trailing"),
        ] {
            let file = world.file("bad.json", text);
            let ran = world.run(["import", "leads", file.to_str().unwrap()]);
            assert_eq!(ran.code, Some(1), "{text}: {}", ran.stderr);
            assert!(ran.stderr.contains(told), "{text}: {}", ran.stderr);
        }
    });
}

/// As iOS, Google and Outlook write them.
const CARDS: [&str; 3] = [
    "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Apple Inc.//iPhone OS 17.0//EN\r\nN:Sample;Ada;;;\r\nFN:Ada Sample\r\nORG:Difference Works;\r\n\
     EMAIL;type=INTERNET;type=HOME;type=pref:ada@example.com\r\nitem1.TEL;type=pref:(212) 555-0101\r\nitem1.X-ABLabel:main\r\n\
     TEL;type=CELL;type=VOICE:(212) 555-0109\r\nADR;type=HOME;type=pref:;;1 Main St\\, Apt 2;Troy;NY;12180;US\r\nNOTE:met at the fair\\, twi\r\n ce\r\n\
     PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD\r\n /2wBDAAgGBgcGBQgHBwcJCQ\r\nEND:VCARD\r\n\
     BEGIN:VCARD\r\nVERSION:3.0\r\nN:Probe;Ben & Co;;;\r\nFN:Ben & Co Probe\r\nTEL;type=WORK:+1 212-555-0102\r\nADR:;;;São Paulo;;;\r\nEND:VCARD\r\n",
    "BEGIN:VCARD\nVERSION:4.0\nFN:Ada Sample\nN:Sample;Ada;;;\nEMAIL;TYPE=home;PREF=1:ada@example.com\nTEL;VALUE=uri;TYPE=\"voice,cell\":tel:+1-212-555-0109\n\
     TEL;VALUE=uri;PREF=1:tel:+1-212-555-0101\nORG:Difference Works\nADR:;;\"1 Main St\\, Apt 2\";Troy;NY;12180;US\nNOTE:met at the fair\\, twice\nEND:VCARD\n\n\
     BEGIN:VCARD\nVERSION:4.0\nN:Probe;Ben & Co;;;\nFN:Ben & Co Probe\nTEL:+1 212 555 0102\nADR:;;;São Paulo;;;\nCATEGORIES:a,b\nEND:VCARD\n",
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;LANGUAGE=en-us:Sample;Ada\r\nFN:Ada Sample\r\nORG:Difference Works\r\nTEL;PREF;VOICE:(212) 555-0101\r\nTEL;CELL;VOICE:(212) 555-0109\r\n\
     EMAIL;PREF;INTERNET:ada@example.com\r\nADR;WORK;PREF;ENCODING=QUOTED-PRINTABLE:;;1 Main St=0D=0A=\r\nApt 2;Troy;NY;12180;US\r\nNOTE;ENCODING=QUOTED-PRINTABLE:met at the fair=2C t=\r\nwice\r\nEND:VCARD\r\n\
     BEGIN:VCARD\r\nVERSION:2.1\r\nN:Probe;Ben & Co\r\nFN:Ben & Co Probe\r\nTEL;WORK:+12125550102\r\nADR;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:;;;S=E3o Paulo;;;\r\nEND:VCARD\r\n",
];

#[test]
fn people_of_vcards_are_leads() {
    for text in CARDS {
        on_both_engines(|world| {
            let file = world.file("contacts.vcf", text);
            let ran = world.run(["import", "leads", file.to_str().unwrap()]);
            assert_eq!(ran.code, Some(0), "{text}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains("vCards"), "{}", ran.stderr);
            assert_eq!(people(world), two(), "{text}");
            let ada = world.json(["lead", "show", "1"]);
            assert_eq!(ada["company"], "Difference Works", "{text}");
            assert_eq!(ada["phones"][0]["phone_number"], "+12125550109", "{text}: {ada}");
            assert_eq!(ada["notes"][0]["body"], "met at the fair, twice", "{text}");
            assert_eq!(
                (&ada["state"], &ada["postal_code"], &ada["country"]),
                (&json!("NY"), &json!("12180"), &json!("US"))
            );
        });
    }
    on_both_engines(|world| {
        let file = world.file("cut.vcf", &CARDS[0][..CARDS[0].len() - 20]);
        let ran = world.run(["import", "leads", file.to_str().unwrap()]);
        assert!(ran.code == Some(1) && ran.stderr.contains("has no end"), "{}", ran.stderr);
        let file = world.file("photo.vcf", CARDS[0]);
        assert!(
            world
                .run(["import", "leads", file.to_str().unwrap()])
                .stderr
                .contains("1 picture, sound or key is left out")
        );
    });
}

/// The same person in the spellings of the three versions.
const WHOLE_CARDS: [&str; 3] = [
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Sample;Ada;B.;Dr.;\r\nFN:Dr. Ada B. Sample (Works)\r\nORG:Difference Works;Sales;West\r\n\
     TITLE:Head\\, Sales\r\nTEL;type=CELL;type=VOICE:(212) 555-0109\r\nTEL;type=WORK;type=pref:(212) 555-0101\r\n\
     TEL;type=WORK;type=FAX:(212) 555-0108\r\nEMAIL;type=INTERNET:other@example.com\r\nEMAIL;type=INTERNET;type=pref:ada@example.com\r\n\
     item1.TEL:(212) 555-0107\r\nitem1.X-ABLabel:Boat\r\nitem2.URL:https\\://www.linkedin.com/in/ada\r\nitem2.X-ABLabel:_$!<HomePage>!$_\r\n\
     URL:https://works.example.com\r\nADR;type=HOME:;;2 Side St;Utica;NY;13501;US\r\nADR;type=WORK;type=pref:;;1 Main St\\; Apt 2;Troy;NY;12180;US\r\n\
     BDAY:1980-02-03\r\nCATEGORIES:fair,vip\r\nNOTE:met at the fair\\, twi\r\n ce\r\nEND:VCARD\r\n",
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Sample;Ada;B.;Dr.\r\nFN:Dr. Ada B. Sample (Works)\r\nORG:Difference Works;Sales;West\r\nTITLE:Head, Sales\r\n\
     TEL;CELL;VOICE:(212) 555-0109\r\nTEL;WORK;PREF:(212) 555-0101\r\nTEL;WORK;FAX:(212) 555-0108\r\nEMAIL;INTERNET:other@example.com\r\n\
     EMAIL;INTERNET;PREF:ada@example.com\r\nitem1.TEL:(212) 555-0107\r\nitem1.X-ABLabel;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=42oat\r\n\
     URL:https://www.linkedin.com/in/ada\r\nURL:https://works.example.com\r\nADR;HOME:;;2 Side St;Utica;NY;13501;US\r\n\
     ADR;WORK;PREF;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:;;1 Main St\\; Ap=\r\nt 2;Troy;NY;12180;US\r\nBDAY:1980-02-03\r\nCATEGORIES:fair,vip\r\n\
     NOTE;ENCODING=QUOTED-PRINTABLE:met at the fair=2C t=\r\nwice\r\nEND:VCARD\r\n",
    "BEGIN:VCARD\nVERSION:4.0\nN;SORT-AS=\"Sample,Ada\":Sample;Ada;B.;Dr.;\nFN:Dr. Ada B. Sample (Works)\nORG:Difference Works;Sales;West\nTITLE:Head\\, Sales\n\
     TEL;VALUE=uri;PREF=20;TYPE=\"voice,cell\":tel:+1-212-555-0109\nTEL;VALUE=uri;PREF=1;TYPE=work:tel:+1-212-555-0101\n\
     TEL;VALUE=uri;TYPE=\"work,fax\":tel:+1-212-555-0108\nEMAIL;PREF=9:other@example.com\nEMAIL;PREF=1:ada@example.com\nitem1.TEL:(212) 555-0107\n\
     item1.X-ABLabel:Boat\nURL;TYPE=home:https://www.linkedin.com/in/ada\nURL:https://works.example.com\nADR;TYPE=home:;;2 Side St;Utica;NY;13501;US\n\
     ADR;PREF=1;LABEL=\"1 Main St;Troy\":;;1 Main St\\; Apt 2;Troy;NY;12180;US\nBDAY:1980-02-03\nCATEGORIES:fair,vip\nNOTE:met at the fair\\, twice\nEND:VCARD\n",
];

#[test]
fn everything_of_a_vcard_is_kept() {
    for text in WHOLE_CARDS {
        on_both_engines(|world| {
            let file = world.file("contacts.vcf", text);
            let summary = world.import(&file, &["--region", "US"]);
            assert_eq!((&summary["created"], &summary["rejected"]), (&json!(1), &json!(0)), "{text}: {summary}");
            let ada = world.json(["lead", "show", "1"]);
            for (key, expected) in [
                ("first_name", "Ada"),
                ("last_name", "Sample"),
                ("phone_number", "+12125550101"),
                ("email", "ada@example.com"),
                ("company", "Difference Works"),
                ("job_title", "Head, Sales"),
                ("website", "https://works.example.com"),
                ("linkedin_url", "https://www.linkedin.com/in/ada"),
                ("city", "Troy"),
                ("state", "NY"),
                ("postal_code", "12180"),
                ("country", "US"),
            ] {
                assert_eq!(ada[key], expected, "{key}: {text}");
            }
            assert_eq!(ada["notes"][0]["body"], "met at the fair, twice", "{text}");
            let custom = json!({
                "Middle name": "B.",
                "Name prefix": "Dr.",
                "Department": "Sales, West",
                "Fax": "(212) 555-0108",
                "Street": "1 Main St; Apt 2",
                "Further address": "2 Side St, Utica, NY, 13501, US",
                "Birthday": "1980-02-03",
                "vCard FN": "Dr. Ada B. Sample (Works)",
                "vCard X-ABLABEL": "Boat: (212) 555-0107",
            });
            for (key, expected) in custom.as_object().unwrap() {
                let found = ada["custom_fields"][key].as_str().unwrap_or_default().replace("+1-212-555-", "(212) 555-");
                assert_eq!(&json!(found), expected, "{key}: {text}");
            }
            let phones: Vec<&str> =
                ada["phones"].as_array().unwrap().iter().filter_map(|phone| phone["phone_number"].as_str()).collect();
            assert!(phones.contains(&"+12125550109") && phones.contains(&"+12125550107"), "{phones:?}");
            assert!(ada.to_string().contains("other@example.com"), "{ada}");
            let tags = ada["tags"].to_string();
            assert!(tags.contains("fair") && tags.contains("vip"), "{tags}");
        });
    }
}

#[test]
fn what_is_no_part_of_a_vcard_is_said() {
    on_both_engines(|world| {
        let text = "hello\nBEGIN:VCARD\nVERSION:2.1\nTEL:+12125550101\nNOTE:one\ntwo without a fold\nAGENT:\nBEGIN:VCARD\nTEL:+12125550102\nEND:VCARD\n\
                    PHOTO;ENCODING=BASE64:/9j/4AAQ\nSkZJRgABAQ\n\nEND:VCARD\n";
        let file = world.file("a.vcf", &text["hello\n".len()..]);
        let ran = world.run(["import", "leads", file.to_str().unwrap()]);
        for told in
            ["line 5 belongs to no vCard", "1 vCard inside another is left out", "1 picture, sound or key is left out"]
        {
            assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
        }
        assert_eq!(world.leads().len(), 1);
    });
}

/// JSON on one line that is longer than a line of text may be.
#[test]
fn compact_exports_are_read_however_they_come() {
    let records: Vec<_> = (0..600)
        .map(|n| json!({"name": format!("Zo\u{eb} {n}"), "email": format!("p{n}@example.com"), "about": "x".repeat(8000)}))
        .collect();
    let list = serde_json::to_string(&records).unwrap();
    let wrapped = serde_json::to_string(&json!({"count": 600, "contacts": records})).unwrap();
    let behind: String = records.iter().map(|record| record.to_string()).collect();
    let utf_16 =
        |text: &str| -> Vec<u8> { format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let packed = |text: &str| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, text.as_bytes()).unwrap();
        packed.finish().unwrap()
    };
    let blank = format!("{}{list}", " ".repeat(200));
    on_both_engines(|world| {
        for bytes in [list.clone().into_bytes(), packed(&wrapped), utf_16(&behind), utf_16(&blank)] {
            let file = world.file("one.json", bytes);
            let ran = world.shell(&format!("crmctl import leads - --dry-run --format json < '{}'", file.display()));
            assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
            assert!(ran.stdout.contains("\"read\": 600"), "{}", ran.stdout);
        }
    });
}

#[test]
fn what_is_rejected_is_mended_in_a_file_of_its_own() {
    let bad = json!([{"name": "Ada", "phone": "+12125550101"}, {"name": "Ben", "phone": "5", "note": "two\nlines"}])
        .to_string();
    on_both_engines(|world| {
        let file = world.file("leads.json", &bad);
        let ran = world.run(["import", "leads", file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stdout.contains("row 2"), "{}", ran.stdout);
        let rejects = file.with_extension("json.rejects.csv");
        let text = std::fs::read_to_string(&rejects).unwrap().replacen(",5,", ",+12125550102,", 1);
        std::fs::write(&rejects, text).unwrap();
        assert_eq!(world.import(&rejects, &[])["created"], 1);
        assert_eq!(world.leads().len(), 2);
        // The same once more.
        let summary = world.import(&world.file("again.json", &bad), &[]);
        assert_eq!((&summary["skipped"], &summary["rejected"]), (&json!(1), &json!(1)), "{summary}");
    });
}

#[test]
fn utf_16_needs_no_byte_order_mark() {
    let text =
        "Name,Phone,Email,City\nAda Sample,+12125550101,ada@example.com,Troy\nBen & Co Probe,+12125550102,,São Paulo\n";
    let page = PLAIN_TABLE.replace(" charset=utf-8", "");
    let json = json!([{"name": "Ada Sample", "phone": "+12125550101", "email": "ada@example.com", "city": "Troy"},
        {"name": "Ben & Co Probe", "phone": "+12125550102", "city": "São Paulo"}]);
    for text in [text, &page, &json.to_string()] {
        for bytes_of in [u16::to_le_bytes, u16::to_be_bytes] {
            on_both_engines(|world| {
                let file = world.file("leads.txt", text.encode_utf16().flat_map(bytes_of).collect::<Vec<u8>>());
                let ran = world.run(["import", "leads", file.to_str().unwrap()]);
                assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
                assert!(ran.stderr.contains("UTF-16"), "{}", ran.stderr);
                assert_eq!(people(world), two());
            });
        }
    }
}

#[test]
fn what_is_no_table_is_named() {
    on_both_engines(|world| {
        for (text, told) in [
            ("{\\rtf1\\ansi hello}", "RTF"),
            ("<?xml version=\"1.0\"?><leads><lead phone=\"1\"/></leads>", "XML document"),
            ("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n", "MHTML"),
            ("<html><body><p>Please log in</p></body></html>", "no table with rows"),
        ] {
            let file = world.file("leads.xls", text);
            let ran = world.run(["import", "leads", file.to_str().unwrap()]);
            assert_eq!(ran.code, Some(1), "{text}: {}", ran.stderr);
            assert!(ran.stderr.contains(told) && ran.stderr.contains("hint"), "{text}: {}", ran.stderr);
        }
    });
}
