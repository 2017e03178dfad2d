//! Presets: exports of other programs are read as they write them, and a person adds to them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

/// The fixtures of a kind, by name.
fn fixtures(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/presets").join(kind);
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_none_or(|it| it != "json")).collect();
    files.sort();
    files
}

/// Compares what a fixture gives with what is committed beside it.
fn compare(file: &Path, found: &Value) {
    let beside = PathBuf::from(format!("{}.json", file.display()));
    if std::env::var("INSTA_UPDATE").as_deref() == Ok("always") {
        std::fs::write(&beside, format!("{}\n", serde_json::to_string_pretty(found).unwrap())).unwrap();
    }
    let expected = std::fs::read_to_string(&beside).unwrap_or_default();
    let expected: Value = serde_json::from_str(&expected).unwrap_or_default();
    assert_eq!(found, &expected, "{}", file.display());
}

/// Who keeps the leads of the fixtures, and acts where there are users.
const SAM: &str = "sam.sales@example.com";

fn add_sam(world: &World) {
    world.ok(["user", "add", SAM, "--role", "admin", "--first-name", "Sam", "--last-name", "Sales"]);
}

/// Imports a fixture without any option; returns the preset that is kept with the import, and the summary.
fn import(world: &World, kind: &str, file: &Path) -> (Value, Value) {
    let name = file.file_name().unwrap().to_str().unwrap();
    // Rejected rows would go beside it.
    let copy = world.file(name, std::fs::read(file).unwrap());
    let ran = world.run(["import", kind, copy.to_str().unwrap(), "--format", "json", "--as", SAM]);
    assert_eq!(ran.code, Some(0), "{name}: {}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("reads as an export of "), "{name}: {}", ran.stderr);
    let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
    let record = world.json(["import", "show", &summary["import_id"].to_string(), "--as", SAM]);
    (record["options"]["preset"].clone(), summary)
}

/// A lead without what differs from database to database, and without what is empty.
fn essence(mut lead: Value) -> Value {
    let lead = lead.as_object_mut().unwrap();
    let dropped = ["id", "uid", "import_id", "owner_id", "recent_changes", "status_history", "assignments", "version"];
    let is_empty = |value: &Value| match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::Object(all) => all.is_empty(),
        _ => false,
    };
    lead.retain(|key, value| !dropped.contains(&key.as_str()) && !is_empty(value));
    if let Some(notes) = lead.get_mut("notes").and_then(Value::as_array_mut) {
        notes.iter_mut().for_each(|note| *note = note["body"].clone());
    }
    Value::Object(lead.clone())
}

#[test]
fn each_fixture_of_leads_gives_the_leads_beside_it() {
    on_both_engines(|world| {
        add_sam(world);
        for file in fixtures("leads") {
            let (preset, summary) = import(world, "leads", &file);
            let leads = ["lead", "list", "--sort", "id", "--limit", "500", "--columns", "id,import_id", "--as", SAM];
            let leads = world.json(leads);
            let of_import = leads.as_array().unwrap().iter().filter(|lead| lead["import_id"] == summary["import_id"]);
            let ids: Vec<String> = of_import.map(|lead| lead["id"].to_string()).collect();
            let leads: Vec<Value> =
                ids.iter().map(|id| essence(world.json(["lead", "show", id, "--as", SAM]))).collect();
            assert_eq!(summary["created"], leads.len(), "{}", file.display());
            compare(&file, &json!({ "preset": preset, "leads": leads }));
        }
    });
}

#[test]
fn each_fixture_of_costs_gives_the_costs_beside_it() {
    on_both_engines(|world| {
        add_sam(world);
        for file in fixtures("costs") {
            let (preset, summary) = import(world, "costs", &file);
            let told = ["source", "campaign", "period", "currency", "cost_cents"];
            let mut costs = Vec::new();
            for cost in world.json(["roi", "cost", "list", "--as", SAM]).as_array().unwrap() {
                costs.push(
                    told.iter().map(|key| ((*key).to_owned(), cost[*key].clone())).collect::<serde_json::Map<_, _>>(),
                );
            }
            compare(&file, &json!({ "preset": preset, "costs": costs }));
            world.ok(["import", "undo", &summary["import_id"].to_string(), "--yes", "--as", SAM]);
        }
    });
}

/// Every built-in preset has a fixture.
#[test]
fn every_preset_is_shown_and_has_a_fixture() {
    on_both_engines(|world| {
        let all = world.json(["import", "presets"]);
        assert_eq!(all, world.json(["import", "presets", "list"]));
        for preset in all.as_array().unwrap() {
            let (name, kind) = (preset["name"].as_str().unwrap(), preset["kind"].as_str().unwrap());
            assert_eq!((&preset["from"], &preset["problem"]), (&json!("built in"), &Value::Null));
            let has_fixture = fixtures(kind).iter().any(|file| {
                let beside = std::fs::read_to_string(format!("{}.json", file.display())).unwrap_or_default();
                serde_json::from_str::<Value>(&beside).is_ok_and(|expected| expected["preset"] == name)
            });
            assert!(has_fixture, "{name} has no fixture");
            let shown = world.ok(["import", "presets", "show", name]);
            assert!(shown.contains(&format!("name = \"{name}\"")) && shown.starts_with("# "), "{shown}");
            // What is shown is a preset.
            let saved = world.file("saved.toml", &shown);
            let read = world.json(["import", "presets", "show", saved.to_str().unwrap()]);
            assert_eq!((&read["name"], &read["title"], &read["kind"]), (&json!(name), &preset["title"], &json!(kind)));
        }
    });
}

const BADGES: &str =
    "Badge,Visitor,Fone,Hall,No mail\nB1,Ada Marsh,tel:212-555-0101,7,\nB2,Ben Roe,tel:2125550102,7,on\n";

const FAIR: &str = "name = 'fair'\ntitle = 'Trade fair'\nkind = 'leads'\nsource_system = 'fair'\n\
    signature = [['Badge', 'Visitor', 'Fone']]\nignore = ['Hall']\n[map]\nexternal_id = 'Badge'\nname = 'Visitor'\n\
    phone = 'Fone'\nemail_opt_out = 'No mail'\n[set]\nsource = 'fair'\n[[unwrap]]\ncolumns = ['Fone']\nstrip = ['tel:']\n";

/// Writes a preset of the person's own.
fn own(world: &World, file: &str, text: &str) -> PathBuf {
    let folder = world.path(".config/crmctl/presets");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(file), text).unwrap();
    folder.join(file)
}

#[test]
fn a_preset_of_ones_own_is_one_like_the_others() {
    on_both_engines(|world| {
        let file = world.file("badges.csv", BADGES);
        let file = file.to_str().unwrap();
        let loose = world.file("fair.toml", FAIR);
        let named = world.run(["import", "leads", file, "--preset", loose.to_str().unwrap(), "--dry-run"]);
        assert_eq!(named.code, Some(0), "{}", named.stderr);
        assert!(named.stderr.contains("with the preset fair"), "{}", named.stderr);
        own(world, "fair.toml", FAIR);
        let listed = world.json(["import", "presets"]);
        assert_eq!((&listed[0]["name"], &listed[0]["columns"]), (&json!("fair"), &json!(5)));
        let ran = world.run(["import", "leads", file]);
        assert!(ran.stderr.contains("reads as an export of Trade fair, by your own preset fair in "), "{}", ran.stderr);
        let lead = world.json(["lead", "show", "+12125550101"]);
        let told =
            ["external_source", "external_id", "last_name", "source", "custom_fields"].map(|key| lead[key].clone());
        assert_eq!(json!(told), json!(["fair", "B1", "Marsh", "fair", {}]));
        assert!(world.json(["lead", "show", "+12125550102"])["email_opted_out_at"].is_string());
        // Without it the phones cannot be read as they are written.
        let without = world.run(["import", "leads", file, "--preset", "none", "--dry-run"]);
        assert!(!without.stderr.contains("Trade fair") && without.code != Some(0), "{}", without.stderr);
        // A person's words go first.
        let options = [
            "--set",
            "source=booth",
            "--map",
            "job_title=Hall",
            "--source-system",
            "scanner",
            "--on-duplicate",
            "update",
        ];
        world.ok([&["import", "leads", file][..], &options].concat());
        let lead = world.json(["lead", "show", "+12125550101"]);
        assert_eq!((&lead["source"], &lead["job_title"]), (&json!("booth"), &json!("7")));
    });
}

#[test]
fn a_broken_preset_is_told_where_it_is_used() {
    on_both_engines(|world| {
        let path = own(world, "fair.toml", &FAIR.replace("phone =", "fone ="));
        let listed = world.json(["import", "presets"]);
        assert_eq!(listed[0]["name"], "fair");
        let problem = listed[0]["problem"].as_str().unwrap();
        let expected =
            format!("the preset `{}`, line 10: `fone` is not a field of leads; did you mean `phone`?", path.display());
        assert_eq!(problem, expected);
        for args in [&["import", "presets", "show", "fair"][..], &["import", "leads", "a.csv", "--preset", "fair"]] {
            world.file("a.csv", BADGES);
            let ran = world.run(args);
            assert_eq!(ran.code, Some(1), "{args:?}");
            assert!(ran.stderr.contains("line 10: `fone` is not a field of leads"), "{}", ran.stderr);
        }
        // Files of others are not held up.
        let other = world.file("b.csv", "Phone\n2125550103\n");
        world.ok(["import", "leads", other.to_str().unwrap()]);
        let near = world.run(["import", "presets", "show", "hubspt"]);
        assert!(
            near.stderr.contains("did you mean `hubspot`?") && !near.stderr.contains("--preset"),
            "{}",
            near.stderr
        );
        let file = world.file("costs.csv", BADGES);
        let kind = world.run(["import", "costs", file.to_str().unwrap(), "--preset", "zoho"]);
        assert!(kind.stderr.contains("the preset `zoho` reads leads, and this import reads costs"), "{}", kind.stderr);
        let none = world.run(["import", "leads", other.to_str().unwrap(), "--preset", "outlook"]);
        assert!(none.stderr.contains("has none of the columns that the preset `outlook` reads"), "{}", none.stderr);
    });
}

#[test]
fn two_presets_that_fit_equally_stop_the_import() {
    on_both_engines(|world| {
        own(world, "fair.toml", FAIR);
        own(world, "expo.toml", &FAIR.replacen("'fair'", "'expo'", 1));
        let file = world.file("badges.csv", BADGES);
        let ran = world.run(["import", "leads", file.to_str().unwrap()]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.contains("fits several presets equally: expo, fair"), "{}", ran.stderr);
        for name in ["expo", "fair"] {
            assert!(ran.stderr.contains(&format!("badges.csv --preset {name}")), "{}", ran.stderr);
        }
        let (line, done) = world.as_told(&ran);
        assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
        // A longer signature says more.
        own(world, "fair.toml", &FAIR.replacen("'Fone']", "'Fone', 'Hall']", 1));
        let ran = world.run(["import", "leads", file.to_str().unwrap(), "--dry-run"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    });
}

#[test]
fn a_reject_file_brings_the_preset_back() {
    on_both_engines(|world| {
        own(world, "fair.toml", FAIR);
        let file = world.file("badges.csv", BADGES.replace("tel:2125550102", "tel:12"));
        let first = world.import(&file, &[]);
        assert_eq!((&first["created"], &first["rejected"]), (&json!(1), &json!(1)));
        let record = world.json(["import", "show", &first["import_id"].to_string()]);
        assert_eq!(record["options"]["preset"], "fair");
        let shown = world.ok(["import", "show", &first["import_id"].to_string()]);
        assert!(shown.contains("--preset fair"), "{shown}");
        let rejects = std::fs::read_to_string(world.path("badges.csv.rejects.csv")).unwrap();
        assert!(rejects.contains("tel:12,7,on"), "the cells are as they were: {rejects}");
        let fixed = world.file("fixed.csv", rejects.replace("tel:12,", "tel:2125550102,"));
        assert_eq!(world.import(&fixed, &[])["created"], 1);
        let lead = world.json(["lead", "show", "+12125550102"]);
        assert_eq!((&lead["external_source"], &lead["source"]), (&json!("fair"), &json!("fair")));
        // What was read without a preset is read so again.
        let options = ["--preset", "none", "--map", "phone=Fone", "--phone-check", "possible"];
        let file = world.file("plain.csv", "Badge,Visitor,Fone\nB3,Cleo,12\nB4,Dan,2125550104\n");
        world.import(&file, &options);
        let rejects = std::fs::read_to_string(world.path("plain.csv.rejects.csv")).unwrap();
        let again = world.run(["import", "leads", world.file("again.csv", rejects).to_str().unwrap()]);
        assert!(!again.stderr.contains("Trade fair"), "{}", again.stderr);
    });
}

#[test]
fn rows_that_are_none_are_told() {
    on_both_engines(|world| {
        let file = fixtures("costs").into_iter().find(|file| file.ends_with("google-ads.csv")).unwrap();
        let file = world.file("google.csv", std::fs::read(file).unwrap());
        let ran = world.run(["import", "costs", file.to_str().unwrap(), "--dry-run"]);
        assert!(
            ran.stderr.contains("passed over, as Google Ads writes totals and notes: row 7 (Total: Campaigns"),
            "{}",
            ran.stderr
        );
        // Without the preset they are rejected.
        let without = ["--preset", "none", "--source", "google_ads", "--dry-run"];
        let ran = world.run([&["import", "costs", file.to_str().unwrap()][..], &without].concat());
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    });
}

/// Whatever a person's preset says of columns that refuse, and of rows that are people, is no reason to contact anybody.
#[test]
fn no_preset_switches_a_refusal_off() {
    let begin = "name = 'fair'\ntitle = 'Fair'\nkind = 'leads'\nsignature = [['Badge', 'Visitor']]\n";
    let people = "Badge,Visitor,Mobile,DNC,Do Not Call,Opt out\n1,A,2125550151,Yes,,\n2,B,2125550152,,Yes,\n\
                  3,C,2125550153,,,2026-03-01\n4,D,2125550154,do not call,,\n5,E,2125550155,,,\n";
    on_both_engines(|world| {
        for (preset, what) in [
            ("ignore = ['DNC', 'Do Not Call', 'Opt out']\n[map]\nphone = 'Mobile'\n", "ignored"),
            ("ignore = ['*']\n[map]\nphone = 'Mobile'\n", "all ignored"),
            ("keep = ['D*', 'Opt*']\n[map]\nphone = 'Mobile'\n", "kept"),
            ("[map]\ncompany = 'DNC'\njob_title = 'Do Not Call'\nnote = 'Opt out'\n", "taken for texts"),
            (
                "[map]\ndo_not_call = 'D*'\n[[unwrap]]\ncolumns = ['*']\nwords = {'yes' = 'no', 'do*' = '', '20*' = ''}\n",
                "reworded",
            ),
            (
                "[map]\nphone = 'Mobile'\n[[unwrap]]\ncolumns = ['D*', 'Opt*']\nremove = ['Yes', 'do not call', '2026-03-01']\n",
                "removed",
            ),
            ("[map]\nphone = 'Mobile'\n[[pass_over]]\ncolumn = 'Visitor'\ntext = '*'\n", "passed over"),
        ] {
            world.file("fair.toml", format!("{begin}{preset}"));
            let file = world.file("h.csv", people);
            let summary = world.import(&file, &["--region", "US", "--preset", "./fair.toml", "--dry-run"]);
            assert_eq!((&summary["read"], &summary["dnc_flagged"]), (&json!(5), &json!(4)), "{what}: {summary}");
        }
    });
}

#[test]
fn a_preset_in_place_of_a_built_in_one_is_told_and_what_is_no_file_is_none() {
    on_both_engines(|world| {
        let folder = world.path(".config/crmctl/presets");
        std::fs::create_dir_all(&folder).unwrap();
        let pipe = folder.join("pipe.toml");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        std::os::unix::fs::symlink("/dev/zero", folder.join("zero.toml")).unwrap();
        std::os::unix::fs::symlink("loop.toml", folder.join("loop.toml")).unwrap();
        let own = "name = 'hubspot'\ntitle = 'Ours'\nkind = 'leads'\nsignature = [['Badge']]\n[map]\nphone = 'Phone'\n";
        world.file(".config/crmctl/presets/ours.toml", own);
        world.file("a.csv", "Badge,Phone\n1,2125550101\n");
        let ran = world.run(["import", "leads", "a.csv", "--region", "US"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stderr.contains("by your own preset hubspot in "), "{}", ran.stderr);
        assert!(ran.stderr.contains("pipe.toml is passed over: "), "{}", ran.stderr);
        let listed = world.ok(["import", "presets"]);
        assert_eq!(listed.matches("it is no regular file").count(), 2, "{listed}");
        let ran = world.run(["import", "leads", "a.csv", "--preset", "pipe"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("it is no regular file"), "{}", ran.stderr);
    });
}
