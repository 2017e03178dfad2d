//! Saved mappings: saving what was decided, reading other files by it, and the offer of one that fits.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::terminal::Terminal;
use crate::support::{Ran, World, on_both_engines};

const JANUARY: &str = "Fone,Full Name,Herkunft,Internal\n2125550101,Ann Lee,Fair,a1\n2125550102,Bob Ray,Web,b2\n";
const FEBRUARY: &str = "internal,HERKUNFT,Fone,Full  Name\na3,Fair,2125550103,Cid Fox\n";

fn leads(world: &World, file: &Path, options: &[&str]) -> Ran {
    world.run([&["import", "leads", file.to_str().unwrap()][..], options].concat())
}

fn done(ran: Ran) -> Ran {
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    ran
}

/// A database that has imported a file and saved how.
fn saved(world: &World) -> PathBuf {
    let january = world.file("january.csv", JANUARY);
    let said = ["--map", "phone=Fone", "--map", "source=#3", "--ignore", "Internal", "--tag", "fair"];
    let ran = done(leads(world, &january, &[&said[..], &["--save-mapping", "monthly"]].concat()));
    assert!(ran.stderr.contains("saved the mapping `monthly`, version 1"), "{}", ran.stderr);
    january
}

fn show(world: &World, name: &[&str]) -> Value {
    world.json([&["import", "mappings", "show"][..], name].concat())
}

#[test]
fn a_file_in_another_order_is_read_alike() {
    on_both_engines(|world| {
        saved(world);
        let mapping = show(world, &["monthly"]);
        assert_eq!((&mapping["version"], &mapping["kind"]), (&json!(1), &json!("leads")));
        assert_eq!(mapping["headers"], json!(["Fone", "Full Name", "Herkunft", "Internal"]));
        assert_eq!(
            mapping["options"],
            json!({
                "map": [{"field": "phone", "value": "Fone"}, {"field": "source", "value": "Herkunft"}],
                "known": [{"field": "name", "value": "Full Name"}],
                "ignore": ["Internal"], "tags": ["fair"],
            })
        );
        let february = world.file("february.csv", FEBRUARY);
        let summary = world.import(&february, &["--mapping", "monthly"]);
        assert_eq!((&summary["created"], &summary["mapping"]), (&json!(1), &json!("monthly@1")), "{summary}");
        let lead = &world.leads()[2];
        assert_eq!(lead["first_name"], "Cid");
        assert_eq!(
            (&lead["source"], &lead["custom_fields"], &lead["tags"]),
            (&json!("fair"), &json!({}), &json!(["fair"]))
        );
        let import = world.json(["import", "show", &summary["import_id"].to_string()]);
        assert_eq!(
            (&import["options"]["mapping"], &import["counts"]["mapping"]),
            (&json!("monthly@1"), &json!("monthly@1"))
        );
        let told = world.ok(["import", "show", &summary["import_id"].to_string()]);
        let command = told.lines().find(|line| line.contains("crmctl import leads")).unwrap();
        assert!(command.ends_with("crmctl import leads february.csv --mapping monthly@1"), "{command}");
    });
}

#[test]
fn versions_follow_what_was_decided() {
    on_both_engines(|world| {
        let january = saved(world);
        // The same decisions make no version, however they are said.
        let again = ["--mapping", "monthly", "--save-mapping", "monthly"];
        let ran = done(leads(world, &january, &again));
        assert!(ran.stderr.contains("the mapping `monthly` says so already, in version 1"), "{}", ran.stderr);
        let ran = done(leads(world, &january, &[&again[..], &["--set", "campaign=May", "--dry-run"]].concat()));
        assert!(
            ran.stderr.contains("would save the mapping `monthly`, version 2; nothing was saved"),
            "{}",
            ran.stderr
        );
        assert_eq!(show(world, &["monthly"])["version"], 1);
        done(leads(world, &january, &[&again[..], &["--set", "campaign=May"]].concat()));
        let second = show(world, &["monthly"]);
        assert_eq!(
            (&second["version"], &second["options"]["set"]),
            (&json!(2), &json!([{"field": "campaign", "value": "May"}]))
        );
        assert_eq!(show(world, &["monthly@1"])["options"]["set"], Value::Null);
        let ran = done(leads(world, &january, &["--mapping", "monthly@1", "--dry-run"]));
        assert!(ran.stderr.contains("read by the mapping `monthly`, version 1"), "{}", ran.stderr);
        let list = world.json(["import", "mappings", "list"]);
        assert_eq!((list.as_array().unwrap().len(), &list[0]["version"]), (1, &json!(2)));
        // A deleted one is no more used or offered; what it was is still shown, and its numbers are not given again.
        let ran = world.run(["import", "mappings", "delete", "monthly"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("--yes"), "{}", ran.stderr);
        world.ok(["import", "mappings", "delete", "monthly", "--dry-run"]);
        assert_eq!(show(world, &["monthly"])["version"], 2);
        world.ok(["import", "mappings", "delete", "monthly", "--yes"]);
        assert_eq!(world.json(["import", "mappings", "list"]), json!([]));
        let ran = leads(world, &january, &["--mapping", "monthly"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("there is no mapping `monthly`"), "{}", ran.stderr);
        let ran = leads(world, &january, &["--map", "phone=Fone", "--dry-run"]);
        assert!(!ran.stderr.contains("--mapping"), "{}", ran.stderr);
        assert_ne!(show(world, &["monthly@2"])["deleted_at"], Value::Null);
        saved_again(world, &january);
        let log = world.json(["audit", "list", "--entity", "import_mapping"]);
        let fields: Vec<&str> =
            log.as_array().unwrap().iter().map(|it| it["field_name"].as_str().unwrap_or("-")).collect();
        for field in ["name", "revision", "kind", "options", "headers", "deleted_at"] {
            assert!(fields.contains(&field), "{field}: {log}");
        }
    });
}

fn saved_again(world: &World, january: &Path) {
    let ran = done(leads(world, january, &["--map", "phone=Fone", "--save-mapping", "monthly"]));
    assert!(ran.stderr.contains("saved the mapping `monthly`, version 3"), "{}", ran.stderr);
}

#[test]
fn a_call_and_a_file_of_rejected_rows_go_before_a_mapping() {
    on_both_engines(|world| {
        saved(world);
        let file = world.file(
            "c.csv",
            "Fone,Mobile,Full Name,Herkunft,Internal\n2125550104,2125550105,Dee,Web,x\n12,12,Eve,Web,y\n",
        );
        let ran =
            leads(world, &file, &["--mapping", "monthly", "--map", "phone=Mobile", "--map", "further_phone=Fone"]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stderr.contains("does not know: Mobile"), "{}", ran.stderr);
        assert_eq!(world.leads()[2]["phone_number"], "+12125550105");
        let rejects = std::fs::read_to_string(world.path("c.csv.rejects.csv")).unwrap();
        let fixed = world.file("fixed.csv", rejects.replace("12,12,Eve", "2125550106,2125550107,Eve"));
        let summary = world.import(&fixed, &[]);
        assert_eq!(summary["created"], 1, "{summary}");
        let eve = &world.leads()[3];
        assert_eq!(
            (&eve["phone_number"], &eve["source"], &eve["custom_fields"]),
            (&json!("+12125550107"), &json!("web"), &json!({}))
        );
    });
}

#[test]
fn what_a_file_lacks_is_an_error_that_says_what_to_do() {
    on_both_engines(|world| {
        saved(world);
        let file = world.file("d.csv", "Telefon,Full Name,Herkunft\n2125550108,Flo,Web\n");
        let ran = leads(world, &file, &["--mapping", "monthly"]);
        assert_eq!(ran.code, Some(1));
        for text in [
            "the mapping `monthly` (version 1) reads phone from the column `Fone`, which the file has not",
            "--map phone=HEADER",
        ] {
            assert!(ran.stderr.contains(text), "{text}: {}", ran.stderr);
        }
        let ran = done(leads(world, &file, &["--mapping", "monthly", "--map", "phone=Telefon"]));
        assert!(ran.stderr.contains("and the file has not: Internal"), "{}", ran.stderr);
        let ran = leads(world, &file, &["--mapping", "monthyl"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("did you mean `monthly`?"), "{}", ran.stderr);
        let ran = leads(world, &file, &["--mapping", "monthly@7"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("did you mean `monthly@1`?"), "{}", ran.stderr);
        let ran = world.run(["import", "dnc", "d.csv", "--mapping", "monthly"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("is one of imports of leads, not of dnc"), "{}", ran.stderr);
        let ran = leads(world, &file, &["--map", "phone=Telefon", "--save-mapping", "a@b"]);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        let ran = world.run(["import", "dnc", "d.csv", "--map", "phone=Telefon", "--save-mapping", "monthly"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("one of imports of leads"), "{}", ran.stderr);
        assert_eq!(world.json(["dnc", "list"]), json!([]));
        let ran = world.run(["import", "leads", "d.csv", "d.csv", "--save-mapping", "two"]);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    });
}

#[test]
fn a_place_holds_only_where_the_same_column_stands() {
    on_both_engines(|world| {
        let file = world.file("e.csv", "Tel,X,X\n2125550101,Ann,Troy\n");
        done(leads(world, &file, &["--map", "first_name=#2", "--map", "city=#3", "--save-mapping", "xx"]));
        let other = world.file("f.csv", "X,Tel,X\nAnn,2125550102,Troy\n");
        let ran = leads(world, &other, &["--mapping", "xx"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("where the file has another one"), "{}", ran.stderr);
        // The headers are the same, and the mapping is no offer all the same.
        let ran = leads(world, &other, &["--dry-run"]);
        assert!(!ran.stderr.contains("--mapping"), "{}", ran.stderr);
        let ran = leads(world, &file, &["--dry-run"]);
        assert!(ran.stderr.contains("--mapping xx"), "{}", ran.stderr);
    });
}

#[test]
fn how_a_file_is_opened_is_saved_and_what_it_proved_is_not() {
    on_both_engines(|world| {
        let text = "a note\n\nFone;Created\n2125550101;17/03/2025\n2125550102;03/04/2025\n";
        let file = world.file("g.csv", text);
        done(leads(
            world,
            &file,
            &["--map", "phone=Fone", "--header-row", "3", "--delimiter", ";", "--save-mapping", "g"],
        ));
        let options = show(world, &["g"])["options"].clone();
        assert_eq!(options["form"], json!({"delimiter": ";", "header_row": 3}), "{options}");
        assert_eq!(options["date_order"], Value::Null);
        let next = world.file("h.csv", "other\n\nFone;Created\n2125550103;03/04/2025\n");
        let ran = leads(world, &next, &["--mapping", "g"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("--date-order"), "{}", ran.stderr);
        done(leads(world, &next, &["--mapping", "g", "--date-order", "dmy", "--save-mapping", "g"]));
        assert_eq!(show(world, &["g"])["options"]["date_order"], "dmy");
    });
}

#[test]
fn other_kinds_of_imports_save_theirs() {
    on_both_engines(|world| {
        world.file("n.csv", "Caller,Kanal,When\n2125550101,texts,2026-03-01\n");
        let ran = world.run([
            "import",
            "dnc",
            "n.csv",
            "--map",
            "scope=Kanal",
            "--save-mapping",
            "stops",
            "--reason",
            "asked",
        ]);
        done(ran);
        let options = show(world, &["stops"])["options"].clone();
        assert_eq!(options["known"], json!([{"field": "phone", "value": "Caller"}]), "{options}");
        world.file("m.csv", "When,Kanal,Caller\n2026-03-02,all,2125550102\n");
        let ran = done(world.run(["import", "dnc", "m.csv", "--mapping", "stops"]));
        assert!(ran.stderr.contains("read by the mapping `stops`, version 1"), "{}", ran.stderr);
        let list = world.json(["dnc", "list"]);
        assert_eq!(list.as_array().unwrap().len(), 2, "{list}");
        world.file("costs.csv", "Where,Spend,Month\nfacebook,5,2026-03\n");
        done(world.run(["import", "costs", "costs.csv", "--map", "source=Where", "--save-mapping", "ads"]));
        let ran = done(world.run(["import", "costs", "costs.csv", "--mapping", "ads"]));
        assert!(ran.stderr.contains("read by the mapping `ads`"), "{}", ran.stderr);
        let told = world.ok(["import", "show", "4"]);
        assert!(told.contains("crmctl import costs costs.csv --mapping ads@1"), "{told}");
    });
}

#[test]
fn a_name_known_by_its_header_is_still_looked_at() {
    on_both_engines(|world| {
        let file = world.file("p.csv", "Tel,Contact\n2125550101,Ann Lee\n");
        done(leads(world, &file, &["--save-mapping", "contacts"]));
        // What would stop an import without the mapping stops one with it.
        let rows: String = (2..9).map(|n| format!("212555010{n},a{n}@example.com\n")).collect();
        let odd = world.file("q.csv", format!("Tel,Contact\n{rows}"));
        let without = leads(world, &odd, &["--dry-run"]);
        let with = leads(world, &odd, &["--dry-run", "--mapping", "contacts"]);
        assert_eq!(without.code, with.code, "{}{}", without.stderr, with.stderr);
    });
}

#[test]
fn a_file_that_fits_is_told_the_call() {
    on_both_engines(|world| {
        let january = saved(world);
        let february = world.file("february.csv", FEBRUARY);
        for options in [&["--map", "phone=Fone", "--dry-run"][..], &["--map", "phone=Fone", "--dry-run", "--yes"]] {
            let ran = done(leads(world, &february, options));
            assert!(
                ran.stderr.contains("the mapping `monthly` was saved for these columns and is not used"),
                "{}",
                ran.stderr
            );
        }
        let ran = leads(world, &february, &[]);
        assert_eq!(ran.code, Some(1), "nothing holds a phone");
        let (line, ran) = world.as_told(&ran);
        assert!(line.ends_with("february.csv --mapping monthly"), "{line}");
        assert!(done(ran).stderr.contains("read by the mapping"));
        done(leads(world, &january, &["--map", "phone=Fone", "--save-mapping", "other one"]));
        let ran = leads(world, &february, &["--dry-run"]);
        assert!(
            ran.stderr.contains("--mapping monthly\n") && ran.stderr.contains("--mapping 'other one'\n"),
            "{}",
            ran.stderr
        );
        // One more column, and it fits no more.
        let more = world.file("more.csv", JANUARY.replace("Internal", "Internal,More"));
        let ran = leads(world, &more, &["--map", "phone=Fone", "--dry-run"]);
        assert!(!ran.stderr.contains("--mapping"), "{}", ran.stderr);
        // Other organizations hear nothing of it.
        world.ok(["org", "add", "beta", "--region", "US"]);
        let ran = leads(world, &february, &["--map", "phone=Fone", "--dry-run", "--org", "beta"]);
        assert!(!ran.stderr.contains("--mapping"), "{}", ran.stderr);
    });
}

#[test]
fn a_person_is_asked() {
    on_both_engines(|world| {
        saved(world);
        let february = world.file("february.csv", FEBRUARY);
        let args = ["import", "leads", february.to_str().unwrap(), "--map", "phone=Fone"];
        let asked = |answer: &str| {
            let mut terminal = Terminal::open(&world.command(args));
            terminal.wait_for("Read the file by it?", 1);
            terminal.press(answer);
            if answer == "n" {
                // What the columns are is asked all the same.
                terminal.wait_for("Is it right so?", 1);
                terminal.press("\r");
            }
            terminal.end()
        };
        let shown = asked("\u{3}");
        assert!(!shown.contains("imported"), "{shown}");
        assert_eq!(world.leads().len(), 2);
        let shown = asked("n");
        assert!(shown.contains("imported") && !shown.contains("read by the mapping"), "{shown}");
        assert_eq!(world.leads()[2]["custom_fields"]["internal"], "a3");
        let last = world.json(["import", "list"])[0]["id"].to_string();
        world.ok(["import", "undo", &last, "--yes"]);
        let shown = asked("y");
        assert!(shown.contains("read by the mapping `monthly`, version 1"), "{shown}");
        assert_eq!(world.json(["import", "list"])[0]["options"]["mapping"], "monthly@1");
        let mut terminal = Terminal::open(&world.command([&args[..], &["--no-input", "--dry-run"]].concat()));
        assert!(!terminal.shows_or_ends("Read the file by it?"), "{}", terminal.shown());
    });
}

/// Two imports that save the same new mapping at once both end: what differs is the next version.
#[test]
fn a_mapping_that_two_imports_save_at_once_has_two_versions() {
    on_both_engines(|world| {
        let files: Vec<PathBuf> =
            (1..=4).map(|n| world.file(&format!("{n}.csv"), format!("Fone,Town\n212555010{n},Rome\n"))).collect();
        let begun: Vec<_> = files
            .iter()
            .zip(["campaign=A", "campaign=B", "campaign=C", "campaign=C"])
            .map(|(file, set)| {
                let words = ["import", "leads", file.to_str().unwrap(), "--map", "phone=Fone", "--set", set];
                world.start([&words[..], &["--save-mapping", "monthly"]].concat())
            })
            .collect();
        for child in begun {
            let output = child.wait_with_output().unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(0), "{stderr}");
            assert!(stderr.contains("the mapping `monthly`"), "{stderr}");
        }
        assert_eq!(world.leads().len(), 4);
        let latest = show(world, &["monthly"])["version"].as_u64().unwrap();
        assert!((3..=4).contains(&latest), "{latest}");
        assert_eq!(show(world, &["monthly@1"])["version"], 1);
    });
}
