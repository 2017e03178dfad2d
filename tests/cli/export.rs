//! Exports: every form, what is left out, and the way back.

use calamine::{Data, Reader};

use crate::assert_same_story;
use crate::support::{Engine, World, on_both_engines};

const PEOPLE: &str = "\
Key,Name,Phone,Work phone,Email,Company,Status,Source,Score,Tags,Owner,Consent,Email opt out,Country,Budget,Created,Value,Currency,Phone notes
1,Ada Lovelace,2125550101 x9,2125550191,ada@example.com,Straße GmbH,hot,Facebook Ads,80,\"vip; partner\",ann@example.com,granted,yes,US,1200,2026-01-05T10:20:30.123456Z,1250.5,USD,call late
2,Zoë Ünal,2125550102,,,\"ACME, 100%\",qualified,google,75,vip,,,,DE,900.5,2026-02-01,1000,JPY,
3,,,,bob@example.com,=HYPERLINK(\"http://x\"),new,,,,,denied,,,\"-1+2\",2025-12-31,,,
4,Cy Young,2125550104,2125550105,,\"line
break\",cold,facebook-ads,10,partner,,,,,,2026-01-31,-3.25,KWD,
";

fn people(world: &World) {
    world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
    let file = world.file("people.csv", PEOPLE);
    let summary = world.import(
        &file,
        &["--region", "US", "--as", "ann@example.com", "--map", "external_id=Key", "--source-system", "hubspot"],
    );
    assert_eq!(summary["created"], 4, "{summary}");
}

const ANN: [&str; 2] = ["--as", "ann@example.com"];

#[test]
fn exports_in_every_form() {
    assert_same_story!(|world| {
        people(world);
        world.ok(["dnc", "add", "+12125550105", "--as", "ann@example.com"]);
        world.tell(&["lead", "export", "--as", "ann@example.com"]);
        world.tell(&[
            "lead",
            "export",
            "--as",
            "ann@example.com",
            "--include-dnc",
            "--columns",
            "name,phone,custom.Budget",
            "--sort",
            "-score",
        ]);
        world.tell(&[
            "lead",
            "export",
            "--as",
            "ann@example.com",
            "--format",
            "ndjson",
            "--columns",
            "name,tags,value,created,on_dnc",
        ]);
        world.tell(&[
            "lead",
            "export",
            "--as",
            "ann@example.com",
            "--where",
            "status = hot",
            "--output",
            "hot.json",
            "--columns",
            "name,custom_fields",
        ]);
        world.tell_file("hot.json");
        world.tell(&["lead", "export", "--as", "ann@example.com", "--output", "hot.json"]);
        world.tell(&["lead", "export", "--as", "ann@example.com", "--output", "leads.doc"]);
        world.tell(&[
            "lead",
            "export",
            "--as",
            "ann@example.com",
            "--where",
            "status = dnc",
            "--output",
            "none.csv",
            "--columns",
            "name",
        ]);
        world.tell_file("none.csv");
        world.tell(&["lead", "export", "--as", "ann@example.com", "--format", "markdown"]);
        world.tell(&["lead", "export", "--as", "ann@example.com", "--output", "none/leads.csv"]);
    });
}

#[test]
fn an_export_imports_again_unchanged() {
    on_both_engines(|world| {
        people(world);
        world.ok(["dnc", "add", "+12125550104", ANN[0], ANN[1]]);
        let list = ["lead", "list", "--sort", "id", ANN[0], ANN[1]];
        let before = world.json(list);
        for name in ["out.csv", "out.xlsx", "out.json", "out.ndjson"] {
            let made = world.json(["lead", "export", "--include-dnc", "--output", name, ANN[0], ANN[1]]);
            assert_eq!((&made["leads"], &made["left_out"]), (&4.into(), &0.into()));
            let summary = world.import(&world.path(name), &["--on-duplicate", "update", ANN[0], ANN[1]]);
            assert_eq!((&summary["unchanged"], &summary["read"]), (&4.into(), &4.into()), "{name}: {summary}");
        }
        assert_eq!(world.json(list), before);
        // Into an empty database, it makes the same leads.
        let essence = |leads: serde_json::Value| -> Vec<serde_json::Value> {
            let mut leads = leads.as_array().unwrap().clone();
            for lead in leads.iter_mut().filter_map(serde_json::Value::as_object_mut) {
                for key in ["id", "uid", "import_id", "owner_id", "version", "updated_at", "status_changed_at"] {
                    lead.remove(key);
                }
            }
            leads
        };
        for name in ["out.csv", "out.xlsx", "out.json", "out.ndjson"] {
            let other = World::new(world.engine);
            other.ok(["user", "add", "ann@example.com", "--role", "admin"]);
            let summary = other.import(&world.path(name), &ANN);
            assert_eq!(summary["created"], 4, "{name}: {summary}");
            assert_eq!(essence(other.json(list)), essence(before.clone()), "{name}");
            other.finish();
        }
    });
}

#[test]
fn a_workbook_keeps_phones_as_text_and_scores_as_numbers() {
    on_both_engines(|world| {
        people(world);
        world.ok([
            "lead",
            "export",
            "--output",
            "x.xlsx",
            "--columns",
            "phone,score,value,created,name",
            ANN[0],
            ANN[1],
        ]);
        let mut book: calamine::Xlsx<_> = calamine::open_workbook(world.path("x.xlsx")).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        let row = |n: u32| {
            (0..5).map(|column| sheet.get_value((n, column)).cloned().unwrap_or(Data::Empty)).collect::<Vec<_>>()
        };
        assert_eq!(row(1)[..3], [Data::String("+12125550101 x9".into()), Data::Float(80.0), Data::Float(1250.5)]);
        assert_eq!(row(1)[3], Data::String("2026-01-05T10:20:30.123456Z".into()));
        assert_eq!(row(3)[0], Data::Empty);
        assert_eq!(row(0)[0], Data::String("phone".into()));
    });
}

#[test]
fn rows_of_several_systems_keep_their_external_ids() {
    on_both_engines(|world| {
        let file = world.file(
            "a.csv",
            "external_source,external_id,Email\nhubspot,7,a@example.com\nzoho,7,b@example.com\n,8,c@example.com\n",
        );
        let summary = world.import(&file, &[]);
        assert_eq!((&summary["created"], &summary["rejected"]), (&2.into(), &1.into()), "{summary}");
        let again = world.file("b.csv", "external_source,external_id,City\nzoho,7,Albany\nhubspot,7,Boston\n");
        let summary = world.import(&again, &["--on-duplicate", "update"]);
        assert_eq!(summary["updated"], 2, "{summary}");
        let leads = world.leads();
        assert_eq!((&leads[0]["city"], &leads[1]["city"]), (&"Boston".into(), &"Albany".into()));
    });
}

#[test]
fn an_export_ends_quietly_or_not_at_all() {
    let world = World::new(Engine::Sqlite);
    let rows: String = (0..20_000).map(|n| format!("+1212{:07}\n", 2_000_000 + n)).collect();
    let file = world.file("many.csv", format!("Phone\n{rows}"));
    world.import(&file, &["--phone-check", "possible"]);
    // A reader that has seen enough.
    let mut child = world.start(["lead", "export"]);
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    // A full disk leaves no file behind.
    let full = world.run(["lead", "export", "--output", "/dev/full/x.csv"]);
    assert_eq!(full.code, Some(1), "{}", full.stderr);
    let rest: Vec<_> = std::fs::read_dir(world.folder.path()).unwrap().flatten().collect();
    assert!(!rest.iter().any(|f| f.file_name().to_string_lossy().contains("crmctl-export")));
    world.finish();
}
