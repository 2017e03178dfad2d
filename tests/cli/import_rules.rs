//! Rules of docs/import-rules.md that no other test shows.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::books::{raw_xlsx, text};
use crate::support::engine::{database_of, psql, url_of};
use crate::support::{Engine, World, on_both_engines};

/// What all leads have in one column.
fn column(world: &World, key: &str) -> Vec<Value> {
    world.leads().iter().map(|lead| lead[key].clone()).collect()
}

/// How many rows became what: created, updated, skipped, rejected.
fn counts(summary: &Value) -> [u64; 4] {
    ["created", "updated", "skipped", "rejected"].map(|key| summary[key].as_u64().unwrap())
}

#[test]
fn a_delimiter_that_is_said_counts() {
    on_both_engines(|world| {
        let text = "Phone;City,State\n2125550101;Rome,NY\n2125550102;Troy,NY\n";
        world.import(&world.file("a.csv", text), &["--delimiter", ";"]);
        assert_eq!(column(world, "phone_number"), ["+12125550101", "+12125550102"]);
        assert_eq!(world.leads()[0]["custom_fields"], json!({ "City,State": "Rome,NY" }));
        let ran = world.run(["import", "leads", "a.csv", "--delimiter", ",", "--map", "phone=Phone;City"]);
        assert!(ran.stderr.contains("comma between the cells"), "{}", ran.stderr);
    });
}

#[test]
fn a_workbook_with_macros_is_read() {
    on_both_engines(|world| {
        let plain = raw_xlsx(
            world,
            "plain.xlsx",
            &format!("<row r=\"1\">{}</row><row r=\"2\">{}</row>", text("A1", "Phone"), text("A2", "2125550101")),
        );
        let mut book = zip::ZipArchive::new(File::open(plain).unwrap()).unwrap();
        let path = world.path("macros.xlsm");
        let mut macros = zip::ZipWriter::new(File::create(&path).unwrap());
        let options = zip::write::SimpleFileOptions::default();
        for place in 0..book.len() {
            let part = book.by_index(place).unwrap();
            if part.name().unwrap() != "[Content_Types].xml" {
                macros.raw_copy_file(part).unwrap();
            }
        }
        macros.start_file("[Content_Types].xml", options).unwrap();
        macros.write_all(MACROS.as_bytes()).unwrap();
        macros.start_file("xl/vbaProject.bin", options).unwrap();
        macros.write_all(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1").unwrap();
        macros.finish().unwrap();
        assert_eq!(counts(&world.import(&path, &[])), [1, 0, 0, 0]);
        assert_eq!(column(world, "phone_number"), ["+12125550101"]);
    });
}

/// What an archive says of itself that holds a workbook with macros.
const MACROS: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>"#;

/// What is left of it after a crash has no name.
#[cfg(target_os = "linux")]
#[test]
fn standard_input_is_copied_to_a_file_without_a_name() {
    let world = World::new(Engine::Sqlite);
    let folder = world.path("copies");
    std::fs::create_dir(&folder).unwrap();
    let mut command = world.command(["import", "leads", "-", "--format", "json"]);
    command.env("TMPDIR", &folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"Phone\n").unwrap();
    let files = PathBuf::from(format!("/proc/{}/fd", child.id()));
    let is_copy = |file: PathBuf| {
        let target = std::fs::read_link(file).unwrap_or_default();
        target.starts_with(&folder) && target.to_string_lossy().ends_with(" (deleted)")
    };
    let began = Instant::now();
    while !std::fs::read_dir(&files).unwrap().any(|file| is_copy(file.unwrap().path())) {
        assert!(began.elapsed() < Duration::from_secs(10), "there is no copy");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    input.write_all(b"2125550101\n").unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(column(&world, "phone_number"), ["+12125550101"]);
    world.finish();
}

#[test]
fn results_of_formulas_are_read_and_errors_reject_their_rows() {
    on_both_engines(|world| {
        let rows = format!(
            "<row r=\"1\">{}{}</row>\
             <row r=\"2\"><c r=\"A2\" t=\"str\"><f>\"212\"&amp;\"5550101\"</f><v>2125550101</v></c>{}</row>\
             <row r=\"3\"><c r=\"A3\" t=\"e\"><v>#N/A</v></c>{}</row>\
             <row r=\"4\">{}<c r=\"B4\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c></row>",
            text("A1", "Phone"),
            text("B1", "City"),
            text("B2", "Rome"),
            text("B3", "Troy"),
            text("A4", "2125550103"),
        );
        let summary = world.import(&raw_xlsx(world, "a.xlsx", &rows), &[]);
        assert_eq!(counts(&summary), [1, 0, 0, 2], "{summary}");
        assert_eq!(column(world, "phone_number"), ["+12125550101"]);
        let problem = &summary["problems"][0];
        let told = ["kind", "count", "example_cell"].map(|key| problem[key].clone());
        assert_eq!(told, [json!("spreadsheet_error"), json!(2), json!("Leads!A3")], "{summary}");
        let all = summary["problems"].as_array().unwrap().len();
        assert_eq!(all, 1, "{summary}");
    });
}

#[test]
fn a_workbook_of_excel_behind_a_password_is_named() {
    let world = World::new(Engine::Sqlite);
    let mut compound = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    drop(compound.create_stream("EncryptedPackage").unwrap());
    drop(compound.create_stream("EncryptionInfo").unwrap());
    let file = world.file("secret.xlsx", compound.into_inner().into_inner());
    let ran = world.run(["import", "leads", file.to_str().unwrap()]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let told = ["the workbook is protected by a password", "save it without one"];
    assert!(told.iter().all(|told| ran.stderr.contains(told)), "{}", ran.stderr);
    world.finish();
}

#[test]
fn the_region_is_the_row_s_the_call_s_or_the_organization_s() {
    on_both_engines(|world| {
        let text = "Phone,Country\n020 7946 0101,United Kingdom\n030 23125 142,\n";
        assert_eq!(counts(&world.import(&world.file("a.csv", text), &["--region", "DE"])), [2, 0, 0, 0]);
        world.import(&world.file("b.csv", "Phone\n2125550101\n"), &[]);
        assert_eq!(column(world, "phone_number"), ["+442079460101", "+493023125142", "+12125550101"]);
        // An organization without one.
        world.ok(["org", "add", "bare"]);
        let summary = world.import(&world.file("c.csv", "Phone\n2125550102\n+12125550103\n"), &["--org", "bare"]);
        assert_eq!(counts(&summary), [1, 0, 0, 1], "{summary}");
        let hint = summary["problems"][0]["hint"].as_str().unwrap();
        assert!(hint.contains("--region US") && hint.contains("with + and country code"), "{hint}");
    });
}

#[test]
fn numbers_of_possible_length_are_taken_when_that_is_said() {
    on_both_engines(|world| {
        let file = world.file("a.csv", "Phone\n2121550101\n555-01\n");
        let summary = world.import(&file, &[]);
        assert_eq!(counts(&summary), [0, 0, 0, 2], "{summary}");
        assert_eq!(summary["problems"][0]["kind"], "phone_invalid");
        assert_eq!(counts(&world.import(&file, &["--phone-check", "possible"])), [1, 0, 0, 1]);
        assert_eq!(column(world, "phone_number"), ["+12121550101"]);
    });
}

#[test]
fn emails_are_trimmed_checked_and_compared_in_any_case() {
    on_both_engines(|world| {
        let summary = world.import(&world.file("a.csv", "Email\n Ada@Example.COM \nada@\n"), &[]);
        assert_eq!((counts(&summary), &summary["problems"][0]["kind"]), ([1, 0, 0, 1], &json!("email_invalid")));
        assert_eq!(column(world, "email"), ["ada@example.com"]);
        let file = world.file("b.csv", "Email,City\nADA@example.com,Troy\n");
        assert_eq!(counts(&world.import(&file, &["--on-duplicate", "update"])), [0, 1, 0, 0]);
        assert_eq!(column(world, "city"), ["Troy"]);
    });
}

#[test]
fn an_unknown_status_rejects_its_row_with_the_list() {
    on_both_engines(|world| {
        let summary = world.import(&world.file("a.csv", "Phone,Status\n2125550101,Sleeping\n2125550102,Hot\n"), &[]);
        assert_eq!((counts(&summary), column(world, "status")), ([1, 0, 0, 1], vec![json!("hot")]));
        let hint = summary["problems"][0]["hint"].as_str().unwrap();
        let all = ["new", "contacted", "qualified", "nurturing", "hot", "cold", "recruited", "dnc"];
        assert!(all.iter().all(|status| hint.contains(status)), "{hint}");
    });
}

#[test]
fn sources_tags_and_countries_have_a_normal_form() {
    on_both_engines(|world| {
        let text = "Email,Source,Tags,Country\na@example.com,Facebook Ads,\"VIP, Fair\",United States\n\
                    b@example.com,facebook-ads,vip;fair,uk\nc@example.com,FACEBOOK_ADS,VIP|Fair,DEU\n\
                    d@example.com,,,\ne@example.com,,,Atlantis\n";
        let summary = world.import(&world.file("a.csv", text), &["--tag", "Berlin"]);
        assert_eq!((counts(&summary), &summary["problems"][0]["kind"]), ([4, 0, 0, 1], &json!("country_unknown")));
        assert_eq!(
            column(world, "source"),
            [json!("facebook_ads"), json!("facebook_ads"), json!("facebook_ads"), Value::Null]
        );
        let tags = json!(["berlin", "fair", "vip"]);
        assert_eq!(column(world, "tags"), [tags.clone(), tags.clone(), tags, json!(["berlin"])]);
        assert_eq!(column(world, "country"), [json!("US"), json!("GB"), json!("DE"), Value::Null]);
        for asked in ["Facebook Ads", "facebook-ads", "FACEBOOK_ADS"] {
            let found = world.json(["lead", "list", "--source", asked]);
            assert_eq!(found.as_array().unwrap().len(), 3, "{asked}");
            let found = world.json(["lead", "list", "--where", &format!("source = '{asked}'")]);
            assert_eq!(found.as_array().unwrap().len(), 3, "{asked}");
        }
    });
}

#[test]
fn words_for_nothing_count_as_empty() {
    on_both_engines(|world| {
        let text = "Phone,Email,City,State,Company,Budget\n2125550101,Select,N/A,-,null,none\n2125550102,,,,NONE,\n";
        let summary = world.import(&world.file("a.csv", text), &[]);
        assert_eq!(counts(&summary), [2, 0, 0, 0], "{summary}");
        for key in ["email", "city", "state", "company"] {
            assert_eq!(column(world, key), [Value::Null, Value::Null], "{key}");
        }
        // What no field claims is kept as it is, and is no value that was left out.
        assert_eq!(world.leads()[0]["custom_fields"], json!({ "Budget": "none" }));
        assert_eq!(summary["placeholders"], 5, "{summary}");
    });
}

#[test]
fn a_yes_lists_the_number_with_the_import_as_its_evidence() {
    on_both_engines(|world| {
        let yes = ["yes", "Y", "TRUE", "1", "x", "ja", "Sí"];
        let no = ["no", "N", "false", "0", "nein", ""];
        let rows = yes.iter().chain(&no).enumerate().map(|(n, word)| format!("21255501{n:02},{word}\n"));
        let text = format!("Phone,Do Not Call\n{}", rows.collect::<String>());
        let summary = world.import(&world.file("a.csv", text), &[]);
        assert_eq!((counts(&summary), &summary["dnc_flagged"]), ([13, 0, 0, 0], &json!(7)), "{summary}");
        let listed = world.json(["dnc", "list"]);
        let mut numbers: Vec<_> = listed.as_array().unwrap().iter().map(|it| it["phone_number"].to_string()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..7).map(|n| format!("\"+121255501{n:02}\"")).collect::<Vec<_>>());
        let added = &world.json(["dnc", "history", "+12125550100"])[0];
        assert_eq!((&added["source"], &added["import_id"]), (&json!("import"), &json!(1)), "{added}");
        let evidence = world.engine.sql(&world.url, "SELECT DISTINCT evidence FROM dnc_list").unwrap();
        assert_eq!(evidence, ["import 1 of a.csv"]);
    });
}

#[test]
fn a_phone_with_another_extension_is_another_lead() {
    on_both_engines(|world| {
        let file = world.file("a.csv", "Phone,City\n2125550101,Rome\n2125550101 x7,Troy\n");
        assert_eq!(counts(&world.import(&file, &[])), [2, 0, 0, 0]);
        assert_eq!(counts(&world.import(&file, &[])), [0, 0, 2, 0]);
        let one = world.file("b.csv", "Phone,City\n2125550101 ext. 7,Utica\n");
        assert_eq!(counts(&world.import(&one, &["--on-duplicate", "update"])), [0, 1, 0, 0]);
        assert_eq!(column(world, "city"), ["Rome", "Utica"]);
    });
}

#[test]
fn ids_of_two_systems_name_two_leads() {
    on_both_engines(|world| {
        let import = |system: &str| {
            let file = world.file("a.csv", "ID,Name\n1,Ann Roe\n");
            counts(&world.import(&file, &["--map", "external_id=ID", "--source-system", system]))
        };
        assert_eq!([import("one"), import("two"), import("one")], [[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]]);
        // A column that is only called so matches nobody.
        let summary = world.import(&world.file("b.csv", "ID,Phone\n1,2125550101\n"), &[]);
        assert_eq!(counts(&summary), [1, 0, 0, 0], "{summary}");
        assert_eq!(world.leads()[2]["custom_fields"], json!({ "ID": "1" }));
    });
}

#[test]
fn only_accepted_rows_are_remembered() {
    on_both_engines(|world| {
        let text = "Phone,Score,City\n2125550101,900,Rome\n2125550101,5,Oslo\n2125550101,6,Bonn\n";
        assert_eq!(counts(&world.import(&world.file("a.csv", text), &[])), [1, 0, 1, 1]);
        assert_eq!(column(world, "city"), ["Oslo"]);
    });
}

#[test]
fn each_changed_field_is_a_row_of_the_log_and_each_status_one_of_its_history() {
    on_both_engines(|world| {
        world.import(&world.file("a.csv", "Phone,City,Status\n2125550101,Rome,new\n2125550102,Bonn,new\n"), &[]);
        world.now = "2026-03-05T12:00:00Z";
        let file = world.file("b.csv", "Phone,City,Status,Company\n2125550101,Oslo,hot,Acme\n2125550102,Bonn,,\n");
        world.import(&file, &["--on-duplicate", "update"]);
        let rows = |sql: &str| world.engine.sql(&world.url, sql).unwrap();
        let log = "SELECT lead_id, import_id, action, field_name FROM lead_audit_log ORDER BY 1, 2, 3, 4";
        assert_eq!(
            rows(log),
            ["1|1|create|", "1|2|update|city", "1|2|update|company", "1|2|update|status", "2|1|create|"]
        );
        let statuses = "SELECT lead_id, import_id, from_status, to_status FROM lead_status_history ORDER BY 1, 2";
        assert_eq!(rows(statuses), ["1|1||new", "1|2|new|hot", "2|1||new"]);
        assert_eq!(column(world, "import_id"), [1, 1]);
    });
}

#[test]
fn the_summary_foots_and_has_the_keys_of_the_record() {
    on_both_engines(|world| {
        let text = "Phone,City\n2125550101,Rome\n2125550101,Rome\n12,Rome\n\n2125550102,Rome\n";
        let file = world.file("a.csv", text);
        let summary = world.import(&file, &["--on-duplicate", "update"]);
        let all = ["created", "updated", "unchanged", "skipped", "rejected"].map(|key| summary[key].as_u64().unwrap());
        assert_eq!((all, &summary["read"], &summary["blank_rows"]), ([2, 0, 1, 0, 1], &json!(4), &json!(1)));
        assert!(summary["seconds"].as_f64().is_some_and(|seconds| seconds >= 0.0), "{summary}");
        assert!(summary["rows_per_second"].as_u64().is_some(), "{summary}");
        let record = world.json(["import", "show", "1"]);
        for key in ["file_name", "file_sha256"] {
            assert_eq!(record[key], summary[key], "{key}");
        }
        assert_eq!((&record["file_name"], &record["file_size"]), (&json!("a.csv"), &json!(text.len())));
        assert_eq!(record["file_sha256"].as_str().map(str::len), Some(64), "{record}");
        assert_eq!((&record["actor"], &record["counts"]["created"]), (&json!("tester@desk"), &json!(2)));
        assert_eq!(record["started_at"], "2026-03-04T12:00:00Z");
        // The bytes tell, not the name.
        world.file("other.csv", text);
        let ran = world.run(["import", "leads", "other.csv"]);
        assert!(ran.stderr.contains("the same file was imported before: import 1 of a.csv"), "{}", ran.stderr);
        assert!(ran.stderr.contains("imported other.csv in ") && ran.stderr.contains(" rows/s)"), "{}", ran.stderr);
        world.file("a.csv", format!("{text}2125550103,Rome\n"));
        let ran = world.run(["import", "leads", "a.csv"]);
        assert!(!ran.stderr.contains("imported before"), "{}", ran.stderr);
    });
}

#[test]
fn an_undo_refuses_who_was_merged_or_erased_and_keeps_who_was_deleted() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550109"]);
        world.import(&world.file("a.csv", "Phone\n2125550101\n2125550102\n2125550103\n2125550104\n"), &[]);
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["lead", "merge", "2", "--into", "1", "--yes"]);
        world.ok(["lead", "erase", "3", "--yes"]);
        world.ok(["lead", "delete", "4", "--yes"]);
        world.now = "2026-03-06T12:00:00Z";
        let undone = world.json(["import", "undo", "1", "--yes"]);
        let groups = ["deleted", "restored", "partly_restored", "kept", "refused"];
        assert_eq!(groups.map(|key| undone[key].as_u64().unwrap()), [1, 0, 0, 1, 2], "{undone}");
        let refused = json!([
            { "lead_id": 2, "reason": "merged into the lead 1 since" },
            { "lead_id": 3, "reason": "erased since" },
        ]);
        assert_eq!(undone["refused_leads"], refused);
        assert_eq!(column(world, "id"), [1]);
    });
}

#[test]
fn an_import_waits_for_another_one_and_says_so() {
    let world = World::new(Engine::Postgres);
    let app = url_of("crmctl_app", database_of(&world.url));
    // The lock of an import under way.
    let held = "BEGIN; SELECT pg_advisory_xact_lock(72116, 1); SELECT pg_sleep(3); COMMIT";
    let holder = std::thread::spawn(move || psql(&app, held));
    std::thread::sleep(Duration::from_millis(700));
    let file = world.file("a.csv", "Phone\n2125550101\n");
    let ran = world.run(["import", "leads", file.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("waiting for an import into this organization"), "{}", ran.stderr);
    holder.join().unwrap();
    assert_eq!(world.leads().len(), 1);
    world.finish();
}
