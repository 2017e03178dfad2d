//! Plans of imports, and rows that are explained.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::support::engine::Engine;
use crate::support::sweep::Random;
use crate::support::{World, on_both_engines};

/// The lines of a plan: what it is bound to, its rows, its counts.
fn plan_of(world: &World, name: &str) -> (Value, Vec<Value>, Value) {
    let text = fs::read_to_string(world.path(name)).unwrap();
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.pop().unwrap()["sha256"].is_string());
    let counts = lines.pop().unwrap()["counts"].clone();
    (lines.remove(0), lines, counts)
}

const KNOWN: &str = "Phone,Email,City\n2125550101,ann@example.com,\n2125550102,,Troy\n";
const FILE: &str = "Phone,Email,City,Status,Do not call\n2125550101,,Rome,hot,\n2125550102,,Troy,,\n2125550109,new@example.com,Oslo,,\n\
                    2125550109,,Bergen,,\n12,,,,\n2125550107,cy@example.com,,,yes\n";

fn planned(world: &World, options: &[&str]) -> Vec<Value> {
    world.import(&world.file("known.csv", KNOWN), &[]);
    let file = world.file("a.csv", FILE);
    world.import(&file, &[options, &["--plan", "a.plan"]].concat());
    plan_of(world, "a.plan").1
}

#[test]
fn a_plan_tells_each_row_and_changes_nothing() {
    on_both_engines(|world| {
        let rows = planned(world, &["--on-duplicate", "update"]);
        assert_eq!(world.leads().len(), 2);
        assert_eq!(world.json(["import", "list"]).as_array().unwrap().len(), 1);
        assert!(!world.path("a.csv.rejects.csv").exists());
        let told: Vec<(u64, &str, &Value, &Value, &Value)> = rows
            .iter()
            .map(|row| {
                let outcome = row["outcome"].as_str().unwrap();
                (row["row"].as_u64().unwrap(), outcome, &row["lead"], &row["lead_of_row"], &row["matched_by"])
            })
            .collect();
        let (none, phone) = (Value::Null, json!("phone"));
        let (one, two) = (json!(1), json!(2));
        assert_eq!(
            told,
            [
                (2, "updated", &one, &none, &phone),
                (3, "unchanged", &two, &none, &phone),
                (4, "created", &none, &json!(4), &none),
                (5, "updated", &none, &json!(4), &phone),
                (6, "rejected", &none, &none, &none),
                (7, "created", &none, &json!(7), &none),
            ]
        );
        assert_eq!(rows[0]["version"], 1);
        let changes = json!([
            {"field": "city", "old": null, "new": "Rome"},
            {"field": "status", "old": "new", "new": "hot"},
        ]);
        assert_eq!(rows[0]["changes"], changes);
        assert_eq!(rows[3]["changes"], json!([{"field": "city", "old": "Oslo", "new": "Bergen"}]));
        let new: BTreeMap<&str, &Value> = rows[2]["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| (it["field"].as_str().unwrap(), &it["new"]))
            .collect();
        let expected =
            [("phone_number", "+12125550109"), ("email", "new@example.com"), ("status", "new"), ("city", "Oslo")];
        assert_eq!(new, expected.map(|(field, value)| (field, json!(value))).iter().map(|(f, v)| (*f, v)).collect());
        assert!(rows[4]["problems"][0]["problem"].as_str().unwrap().contains("number"), "{}", rows[4]);
        assert!(rows[5]["changes"].to_string().contains(r#""new":"dnc""#), "{}", rows[5]);
    });
}

#[test]
fn a_plan_is_applied_exactly() {
    on_both_engines(|world| {
        planned(world, &["--on-duplicate", "update", "--tag", "fair"]);
        let counts = plan_of(world, "a.plan").2;
        let dry = world.run(["import", "apply", "a.plan", "--dry-run"]);
        assert_eq!((dry.code, world.leads().len()), (Some(3), 2), "{}", dry.stderr);
        let ran = world.run(["import", "apply", "a.plan", "--format", "json"]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        let done: Value = serde_json::from_str(&ran.stdout).unwrap();
        for (key, count) in counts.as_object().unwrap() {
            assert_eq!(done[key], *count, "{key}");
        }
        assert!(world.path("a.csv.rejects.csv").exists());
        assert_eq!(world.leads().len(), 4);
        assert_eq!(world.run(["dnc", "check", "+12125550107"]).code, Some(3));
        // What is applied is done, and the plan holds no more.
        let again = world.run(["import", "apply", "a.plan"]);
        assert_eq!((again.code, world.leads().len()), (Some(1), 4), "{}", again.stderr);
        assert!(again.stderr.contains("row 2: planned updated (lead 1), now unchanged (lead 1)"), "{}", again.stderr);
        assert!(again.stderr.contains("row 4: planned created, now u"), "{}", again.stderr);
    });
}

/// What changes, how, and what is told of it.
type Step<'a> = (&'a str, &'a dyn Fn(&World), &'a str);

#[test]
fn what_has_changed_since_is_refused_by_name() {
    let steps: [Step<'_>; 8] = [
        ("a lead", &|world| drop(world.ok(["lead", "edit", "2", "--city", "Utica"])), "row 3: "),
        (
            "a lead that is skipped",
            &|world| drop(world.ok(["lead", "tag", "1", "vip"])),
            "row 2: lead 1 has changed: version 1 then",
        ),
        (
            "a new lead",
            &|world| drop(world.ok(["lead", "add", "--phone", "+12125550109"])),
            "row 4: planned created, now skipped (lead ",
        ),
        (
            "a deleted lead",
            &|world| drop(world.ok(["lead", "delete", "2", "--yes"])),
            "row 3: planned skipped (lead 2), now created",
        ),
        ("a listed number", &|world| drop(world.ok(["dnc", "add", "+12125550109", "--reason", "asked"])), "row 4: "),
        ("the file", &|world| drop(world.file("a.csv", FILE.replace("Oslo", "Moss"))), "the file has changed since"),
        (
            "a setting",
            &|world| drop(world.ok(["org", "set", "import.on_duplicate", "fill"])),
            "on_duplicate: none then, fill now",
        ),
        ("the region", &|world| drop(world.ok(["org", "edit", "acme", "--timezone", "Europe/Oslo"])), "timezone: "),
    ];
    for (what, step, told) in steps {
        on_both_engines(|world| {
            planned(world, &["--region", "US"]);
            step(world);
            let before = (world.essence(), world.json(["dnc", "list"]), world.json(["import", "list"]));
            let ran = world.run(["import", "apply", "a.plan"]);
            assert_eq!(ran.code, Some(1), "{what}: {}", ran.stderr);
            assert!(ran.stderr.contains(told) && ran.stderr.contains("nothing was imported"), "{what}: {}", ran.stderr);
            assert_eq!(
                before,
                (world.essence(), world.json(["dnc", "list"]), world.json(["import", "list"])),
                "{what}"
            );
            assert!(!world.path("a.csv.rejects.csv").exists(), "{what}");
            // The line that it names makes another plan, and that holds.
            let line = ran.stderr.lines().find_map(|line| Some(line.split_once("the plan: ")?.1)).unwrap();
            let anew = world.shell(line);
            assert!(anew.code == Some(3) || anew.code == Some(0), "{what}: {line}\n{}", anew.stderr);
            let ran = world.run(["import", "apply", "a.plan"]);
            assert!(ran.code == Some(3) || ran.code == Some(0), "{what}: {}", ran.stderr);
        });
    }
}

#[test]
fn a_plan_that_is_not_as_it_was_written_is_refused() {
    on_both_engines(|world| {
        planned(world, &[]);
        let whole = fs::read_to_string(world.path("a.plan")).unwrap();
        let cut = |lines: usize| whole.lines().take(lines).map(|line| format!("{line}\n")).collect::<String>();
        let one = whole.replacen("\"skipped\"", "\"created\"", 1);
        for (text, told) in [
            (String::new(), "it is empty"),
            ("Phone\n2125550101\n".to_owned(), "it is no plan"),
            (cut(1), "it ends too early"),
            (cut(3), "it ends too early"),
            (whole.trim_end().to_owned(), "it ends too early"),
            (one, "it was changed after it was written"),
            (whole.replacen("\"crmctl_plan\":1", "\"crmctl_plan\":9", 1), "its form 9 is not known"),
            (format!("{whole}{{}}\n"), "it ends too early"),
        ] {
            world.file("b.plan", text);
            let ran = world.run(["import", "apply", "b.plan"]);
            assert_eq!(ran.code, Some(1), "{told}: {}", ran.stderr);
            assert!(ran.stderr.contains(told), "{told}: {}", ran.stderr);
        }
        assert_eq!(world.run(["import", "apply", "none.plan"]).code, Some(1));
        // Only an earlier plan is replaced by a plan.
        for (place, code) in [("known.csv", 1), ("a.plan", 0)] {
            let ran = world.run(["import", "leads", "a.csv", "--region", "US", "--plan", place]);
            assert!(ran.code == Some(code) || code == 0 && ran.code == Some(3), "{place}: {}", ran.stderr);
        }
        assert_eq!(fs::read_to_string(world.path("known.csv")).unwrap(), KNOWN);
        assert_eq!(world.leads().len(), 2);
        world.ok(["org", "add", "other"]);
        let ran = world.run(["import", "apply", "a.plan", "--org", "other"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("of another organization, `acme`"), "{}", ran.stderr);
    });
}

#[test]
fn a_plan_of_a_pipe_is_applied_to_a_file() {
    on_both_engines(|world| {
        world.file("a.csv", "Phone\n2125550101\n");
        let ran = world.shell("cat a.csv | crmctl import leads - --region US --plan a.plan");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stderr.contains("crmctl import apply a.plan FILE"), "{}", ran.stderr);
        let refused = world.run(["import", "apply", "a.plan"]);
        assert!(refused.code == Some(1) && refused.stderr.contains("name the file"), "{}", refused.stderr);
        world.ok(["import", "apply", "a.plan", "a.csv"]);
        assert_eq!(world.leads().len(), 1);
    });
}

/// A plan that is applied does what the import does without one.
#[test]
fn random_files_are_imported_alike_with_a_plan_and_without() {
    let mut random = Random::of_test("random_files_are_imported_alike_with_a_plan_and_without");
    for round in 0..3 {
        let mut file = |rows: usize| {
            let mut text = "Phone,Email,City,Status,Opt out\n".to_owned();
            for _ in 0..rows {
                let phone = match random.below(8) {
                    0 => String::new(),
                    1 => "12".to_owned(),
                    _ => format!("212555010{}", random.below(10)),
                };
                let email = match random.below(3) {
                    0 => String::new(),
                    _ => format!("p{}@example.com", random.below(8)),
                };
                let city = ["", "Rome", "Oslo", "Bonn"][random.below(4)];
                let status = ["", "new", "hot", "contacted", "recruited", "asleep"][random.below(6)];
                let opt_out = ["", "", "", "yes"][random.below(4)];
                text.push_str(&format!("{phone},{email},{city},{status},{opt_out}\n"));
            }
            text
        };
        let (first, second) = (file(12), file(40));
        let policy = ["update", "fill", "skip"][round];
        on_both_engines(|world| {
            let mut other = World::new(world.engine);
            let today = world.now;
            (world.now, other.now) = ("2026-03-03T12:00:00Z", "2026-03-03T12:00:00Z");
            let options = ["--region", "US", "--on-duplicate", policy];
            for world in [&*world, &other] {
                world.import(&world.file("first.csv", &first), &options);
                world.file("second.csv", &second);
            }
            (world.now, other.now) = (today, today);
            let direct = other.import(&other.path("second.csv"), &options);
            let plan = world.import(&world.path("second.csv"), &[&options[..], &["--plan", "p"]].concat());
            // A plan holds tomorrow, too.
            world.now = "2026-03-05T09:30:00Z";
            let ran = world.run(["import", "apply", "p"]);
            world.now = today;
            assert!(ran.code == Some(0) || ran.code == Some(3), "{}\n{second}", ran.stderr);
            let (_, rows, counts) = plan_of(world, "p");
            for key in ["read", "created", "updated", "unchanged", "skipped", "rejected", "dnc_flagged"] {
                assert_eq!((&plan[key], &counts[key]), (&direct[key], &direct[key]), "{key}\n{first}\n{second}");
            }
            for outcome in ["created", "updated", "unchanged", "skipped", "rejected"] {
                let count = rows.iter().filter(|row| row["outcome"] == outcome).count();
                assert_eq!(json!(count), direct[outcome], "{outcome}\n{first}\n{second}");
            }
            let same_but_for_times = |world: &World| {
                let mut leads = world.essence();
                for lead in leads.iter_mut().filter_map(Value::as_object_mut) {
                    lead.retain(|key, _| !key.ends_with("_at") || key == "deleted_at");
                }
                leads
            };
            assert_eq!(same_but_for_times(world), same_but_for_times(&other), "{first}\n{second}");
            let _ = other.finish();
        });
    }
}

#[test]
fn a_row_is_explained() {
    on_both_engines(|world| {
        world.import(&world.file("known.csv", KNOWN), &[]);
        let file = world.file("a.csv", FILE);
        let told = world.import(&file, &["--on-duplicate", "update", "--explain", "2"]);
        assert_eq!(
            (&told["outcome"], &told["lead"], &told["matched_by"]),
            (&json!("updated"), &json!(1), &json!("phone"))
        );
        assert_eq!(told["cells"][0], json!({"column": "Phone", "value": "2125550101", "becomes": "phone"}));
        let rows = world.import(&file, &["--explain", "6", "--explain", "3"]);
        let outcomes: Vec<&Value> = rows.as_array().unwrap().iter().map(|row| &row["outcome"]).collect();
        assert_eq!(outcomes, [&json!("skipped"), &json!("rejected")]);
        assert_eq!(rows[0]["reasons"], json!(["the lead is known, and known leads are skipped"]));
        let ran = world.run(["import", "leads", "a.csv", "--region", "US", "--explain", "6"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("rejected") && ran.stdout.contains("what to do"), "{}", ran.stdout);
        let ran = world.run(["import", "leads", "a.csv", "--region", "US", "--explain", "99"]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.contains("`a.csv` has no row 99") && ran.stderr.contains("2 to 7"), "{}", ran.stderr);
        assert_eq!(world.leads().len(), 2);
    });
}

/// What remains after a plan is done by an import, and the lines that are told are those of one.
#[test]
fn what_remains_of_a_plan_is_told_as_an_import() {
    on_both_engines(|world| {
        world.file("a.csv", "Phone,Owner\n2125550101,Sam Sales\n2125550102,\n");
        let words = [
            "import",
            "leads",
            "a.csv",
            "--region",
            "US",
            "--org",
            "acme",
            "--max-rejects",
            "50%",
            "--plan",
            "a b.plan",
        ];
        let ran = world.run(words);
        let (line, applied) = world.as_told(&ran);
        assert_eq!(line, "crmctl import apply 'a b.plan' --org acme");
        assert_eq!(applied.code, Some(3), "{}", applied.stderr);
        let (line, done) = world.as_told(&applied);
        assert!(line.starts_with("crmctl import leads --org acme --max-rejects 50.0% --region US "), "{line}");
        assert!(line.ends_with("a.csv.rejects.csv --keep Owner"), "{line}");
        assert!(done.code == Some(0) && done.stdout.contains("created    1"), "{line}: {}{}", done.stdout, done.stderr);
        assert_eq!(world.leads().len(), 2);
        // Of a file that has changed, the line makes the plan anew in the place where it is applied.
        world.file("a.csv", "Phone,Owner\n2125550103,\n");
        let refused = world.run(["import", "apply", "a b.plan", "--org", "acme", "--dry-run"]);
        let (line, done) = world.as_told(&refused);
        assert!(
            line.contains("a.csv --org acme --max-rejects 50.0% --region US") && line.ends_with("--plan 'a b.plan'"),
            "{line}"
        );
        assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
        // What is wrong with another file is told as what makes a plan.
        world.file("b.csv", "Owner,Fone\n,(212) 555-0104\n");
        let refused = world.run(["import", "apply", "a b.plan", "b.csv", "--org", "acme"]);
        let (line, done) = world.as_told(&refused);
        assert!(
            refused.code == Some(1) && line.contains("--plan 'a b.plan' --map phone=Fone"),
            "{line}: {}",
            refused.stderr
        );
        assert!(done.stderr.contains("the plan is in a b.plan"), "{line}: {}", done.stderr);
    });
}

/// A plan on a machine that has no database yet is applied there.
#[test]
fn a_plan_may_be_made_before_there_is_a_database() {
    let world = World::new(Engine::Sqlite);
    world.file("a.csv", "Phone\n2125550101\n");
    for (line, leads) in [("import leads a.csv --region US --plan a.plan", false), ("import apply a.plan", true)] {
        let ran = world.shell(&format!("CRM_DATABASE_URL=new.db crmctl {line}"));
        assert_eq!((ran.code, world.path("new.db").exists()), (Some(0), leads), "{line}: {}", ran.stderr);
    }
    // Of another database it is not.
    let ran = world.shell("CRM_DATABASE_URL=new.db crmctl import leads a.csv --region US --plan b.plan");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ran = world.shell("CRM_DATABASE_URL=other.db crmctl import apply b.plan");
    assert!(ran.code == Some(1) && ran.stderr.contains("it is of another database"), "{}", ran.stderr);
    let _ = world.finish();
}
