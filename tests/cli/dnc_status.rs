//! Every path into the status `dnc` and out of it, with history, consent and the list.

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

/// One way of changing things, and what the leads are afterwards.
struct Path {
    name: &'static str,
    steps: &'static [Step],
    /// Each lead by id: status, consent, and its moves as `from>to:trigger`.
    leads: &'static [(&'static str, &'static str, &'static [&'static str])],
    /// The numbers that are listed in the end.
    listed: &'static [&'static str],
}

enum Step {
    Run(&'static [&'static str]),
    /// Imports this sheet with these options.
    Import(&'static str, &'static [&'static str]),
    Clock(&'static str),
    Undo(&'static str, &'static [&'static str]),
}

use Step::*;

const ADA: Step = Run(&["lead", "add", "--phone", "2125550101", "--email", "ada@example.com", "--status", "hot"]);
const LIST_ADA: Step = Run(&["dnc", "add", "2125550101", "--reason", "asked"]);
const BORN_HOT: &str = ">hot:manual";

const PATHS: &[Path] = &[
    Path {
        name: "dnc add, remove",
        steps: &[ADA, LIST_ADA, Run(&["dnc", "remove", "2125550101", "--reason", "mistake", "--yes"])],
        leads: &[("hot", "pending", &[BORN_HOT, "hot>dnc:dnc", "dnc>hot:dnc"])],
        listed: &[],
    },
    Path {
        name: "texts only leave the status alone",
        steps: &[ADA, Run(&["dnc", "add", "2125550101", "--scope", "texts"])],
        leads: &[("hot", "pending", &[BORN_HOT])],
        listed: &["+12125550101"],
    },
    Path {
        name: "texts widened to all",
        steps: &[ADA, Run(&["dnc", "add", "2125550101", "--scope", "texts"]), LIST_ADA],
        leads: &[("dnc", "pending", &[BORN_HOT, "hot>dnc:dnc"])],
        listed: &["+12125550101"],
    },
    Path {
        name: "born on a listed number: own status, then dnc; removing returns to it",
        steps: &[LIST_ADA, ADA, Run(&["dnc", "remove", "2125550101", "--reason", "mistake", "--yes"])],
        leads: &[("hot", "pending", &[BORN_HOT, "hot>dnc:dnc", "dnc>hot:dnc"])],
        listed: &[],
    },
    Path {
        name: "import flag",
        steps: &[ADA, Import("Phone,DNC\n2125550101,yes\n2125550102,yes\n", &[])],
        leads: &[("dnc", "pending", &[BORN_HOT, "hot>dnc:dnc"]), ("dnc", "pending", &[">new:import", "new>dnc:dnc"])],
        listed: &["+12125550101", "+12125550102"],
    },
    Path {
        name: "import flag without a phone denies consent",
        steps: &[Import("Email,DNC\nada@example.com,yes\n", &[])],
        leads: &[("new", "denied", &[">new:import"])],
        listed: &[],
    },
    Path {
        name: "status verb",
        steps: &[ADA, Run(&["lead", "status", "ada@example.com", "dnc", "--reason", "told the rep"])],
        leads: &[("dnc", "pending", &[BORN_HOT, "hot>dnc:dnc"])],
        listed: &["+12125550101"],
    },
    Path {
        name: "status verb without a phone denies consent",
        steps: &[
            Run(&["lead", "add", "--email", "ada@example.com"]),
            Run(&["lead", "status", "ada@example.com", "dnc"]),
        ],
        leads: &[("new", "denied", &[">new:manual"])],
        listed: &[],
    },
    Path {
        name: "onto a listed number, and off it",
        steps: &[
            ADA,
            Run(&["dnc", "add", "2125550109"]),
            Run(&["lead", "edit", "ada@example.com", "--phone", "2125550109"]),
            Run(&["lead", "edit", "ada@example.com", "--phone", "2125550108"]),
        ],
        leads: &[("hot", "pending", &[BORN_HOT, "hot>dnc:dnc", "dnc>hot:dnc"])],
        listed: &["+12125550109"],
    },
    Path {
        name: "a listed number taken away keeps the opt-out as denied consent",
        steps: &[ADA, LIST_ADA, Run(&["lead", "edit", "ada@example.com", "--clear", "phone_number"])],
        leads: &[("hot", "denied", &[BORN_HOT, "hot>dnc:dnc", "dnc>hot:dnc"])],
        listed: &["+12125550101"],
    },
    Path {
        name: "an import moves a lead onto a listed number",
        steps: &[
            Run(&["lead", "add", "--email", "ada@example.com"]),
            Run(&["dnc", "add", "2125550101"]),
            Import("Email,Phone\nada@example.com,2125550101\n", &["--on-duplicate", "update"]),
        ],
        leads: &[("dnc", "pending", &[">new:manual", "new>dnc:dnc"])],
        listed: &["+12125550101"],
    },
    Path {
        name: "an import does not lead a listed person away from the number",
        steps: &[
            ADA,
            LIST_ADA,
            Import("Email,Phone,Status\nada@example.com,2125550108,contacted\n", &["--on-duplicate", "update"]),
        ],
        leads: &[
            ("dnc", "pending", &[BORN_HOT, "hot>dnc:dnc"]),
            // Email alone is not enough: a new lead, which inherits the opt-out with its number.
            ("dnc", "denied", &[">contacted:import", "contacted>dnc:dnc"]),
        ],
        listed: &["+12125550101", "+12125550108"],
    },
    Path {
        name: "expiry by its own verb",
        steps: &[
            ADA,
            Run(&["dnc", "add", "2125550101", "--expires", "2026-03-10"]),
            Clock("2026-03-11T00:00:00Z"),
            Run(&["dnc", "expire"]),
        ],
        leads: &[("hot", "pending", &[BORN_HOT, "hot>dnc:dnc", "dnc>hot:dnc"])],
        listed: &[],
    },
    Path {
        name: "expiry by the next writing verb",
        steps: &[
            ADA,
            Run(&["dnc", "add", "2125550101", "--expires", "2026-03-10"]),
            Clock("2026-03-11T00:00:00Z"),
            Run(&["lead", "add", "--phone", "2125550102"]),
        ],
        leads: &[("hot", "pending", &[BORN_HOT, "hot>dnc:dnc", "dnc>hot:dnc"]), ("new", "pending", &[">new:manual"])],
        listed: &[],
    },
    Path {
        name: "an entry that was prolonged does not expire",
        steps: &[
            ADA,
            Run(&["dnc", "add", "2125550101", "--expires", "2026-03-10"]),
            LIST_ADA,
            Clock("2026-03-11T00:00:00Z"),
            Run(&["dnc", "expire"]),
        ],
        leads: &[("dnc", "pending", &[BORN_HOT, "hot>dnc:dnc"])],
        listed: &["+12125550101"],
    },
    Path {
        name: "undo of an import of requests",
        steps: &[ADA, Undo("dnc", &["Phone\n2125550101\n2125550102\n"])],
        leads: &[("hot", "pending", &[BORN_HOT, "hot>dnc:dnc", "dnc>hot:undo"])],
        listed: &[],
    },
    Path {
        name: "undo of an import of leads keeps opt-outs",
        steps: &[ADA, Undo("leads", &["Phone,DNC\n2125550101,yes\n"])],
        leads: &[("dnc", "pending", &[BORN_HOT, "hot>dnc:dnc"])],
        listed: &["+12125550101"],
    },
    Path {
        name: "undo of an import of leads with --with-dnc",
        steps: &[ADA, Undo("leads", &["Phone,DNC\n2125550101,yes\n", "--with-dnc"])],
        leads: &[("hot", "pending", &[BORN_HOT, "hot>dnc:dnc", "dnc>hot:undo"])],
        listed: &[],
    },
    Path {
        name: "removed after an undo that kept the opt-out: the status before the undone import",
        steps: &[
            ADA,
            Undo("leads", &["Phone,Status,DNC\n2125550101,qualified,yes\n", "--on-duplicate=update"]),
            Run(&["dnc", "remove", "2125550101", "--reason", "mistake", "--yes"]),
        ],
        leads: &[("hot", "pending", &[BORN_HOT, "hot>qualified:import", "qualified>dnc:dnc", "dnc>hot:dnc"])],
        listed: &[],
    },
    Path {
        name: "several leads with one number, each back to its own status",
        steps: &[
            ADA,
            Run(&["lead", "add", "--phone", "212-555-0101 x7", "--status", "cold"]),
            LIST_ADA,
            Run(&["dnc", "remove", "2125550101", "--reason", "mistake", "--yes"]),
        ],
        leads: &[
            ("hot", "pending", &[BORN_HOT, "hot>dnc:dnc", "dnc>hot:dnc"]),
            ("cold", "pending", &[">cold:manual", "cold>dnc:dnc", "dnc>cold:dnc"]),
        ],
        listed: &[],
    },
    Path {
        name: "a deleted lead that returns meets the list",
        steps: &[ADA, Run(&["lead", "delete", "ada@example.com", "--yes"]), LIST_ADA, Run(&["lead", "restore", "1"])],
        leads: &[("dnc", "pending", &[BORN_HOT, "hot>dnc:dnc"])],
        listed: &["+12125550101"],
    },
    Path {
        name: "a re-created person inherits the opt-out by email",
        steps: &[
            ADA,
            LIST_ADA,
            Run(&["lead", "delete", "ada@example.com", "--yes"]),
            Run(&["lead", "add", "--phone", "2125550107", "--email", "ada@example.com"]),
        ],
        leads: &[("new", "denied", &[">new:manual"])],
        listed: &["+12125550101"],
    },
    Path {
        name: "a reply",
        steps: &[ADA, Run(&["dnc", "detect", "--number", "2125550101", "Stop please", "--apply"])],
        leads: &[("dnc", "pending", &[BORN_HOT, "hot>dnc:dnc"])],
        listed: &["+12125550101"],
    },
];

#[test]
fn every_path_into_dnc_and_out_of_it() {
    on_both_engines(|world| {
        // One organization for each path: the database is made once.
        for (number, path) in PATHS.iter().enumerate() {
            let org = format!("path-{number}");
            world.ok(["org", "add", &org, "--region", "US"]);
            world.now = crate::support::NOW;
            for step in path.steps {
                take(world, step, &org, path);
            }
            compare(world, &org, path);
        }
    });
}

fn take(world: &mut World, step: &Step, org: &str, path: &Path) {
    match step {
        Run(args) => {
            // A lead is named by its place in the organization.
            let args: Vec<String> = args
                .iter()
                .map(|arg| if *arg == "1" { id_of(world, org) } else { (*arg).to_owned() })
                .chain(["--org".into(), org.into()])
                .collect();
            let ran = world.run(&args);
            assert_eq!(ran.code, Some(0), "{}: {args:?}: {}{}", path.name, ran.stdout, ran.stderr);
        }
        Import(sheet, options) => {
            world.file("sheet.csv", sheet);
            world.ok([&["import", "leads", "sheet.csv", "--org", org][..], options].concat());
        }
        Clock(now) => world.now = now,
        Undo(kind, rest) => {
            world.file("sheet.csv", rest[0]);
            let (undo, import): (Vec<&str>, Vec<&str>) = rest[1..].iter().partition(|option| **option == "--with-dnc");
            let done = world.json([&["import", kind, "sheet.csv", "--org", org][..], &import].concat());
            let id = done["import_id"].to_string();
            let undone = world.run([&["import", "undo", &id, "--yes", "--org", org][..], &undo].concat());
            assert!(matches!(undone.code, Some(0 | 3)), "{}: {}", path.name, undone.stderr);
        }
    }
}

/// The first lead of an organization, live or deleted.
fn id_of(world: &World, org: &str) -> String {
    let ids = |more: &[&str]| {
        let leads = world.json([&["lead", "list", "--org", org][..], more].concat());
        leads.as_array().unwrap().iter().filter_map(|lead| lead["id"].as_i64()).collect::<Vec<_>>()
    };
    [ids(&[]), ids(&["--deleted"])].concat().into_iter().min().unwrap().to_string()
}

fn compare(world: &World, org: &str, path: &Path) {
    let leads = world.json(["lead", "list", "--sort", "id", "--org", org]);
    let found: Vec<(Value, Value, Vec<String>)> = leads
        .as_array()
        .unwrap()
        .iter()
        .map(|lead| {
            let shown = world.json(["lead", "show", &lead["id"].to_string(), "--org", org]);
            (lead["status"].clone(), lead["consent_status"].clone(), moves(&shown, path))
        })
        .collect();
    let expected: Vec<(Value, Value, Vec<String>)> = path
        .leads
        .iter()
        .map(|(status, consent, moves)| {
            (json!(status), json!(consent), moves.iter().map(|m| (*m).to_owned()).collect())
        })
        .collect();
    assert_eq!(found, expected, "{:?}: {}", world.engine, path.name);
    let entries = world.json(["dnc", "list", "--org", org]);
    let mut listed: Vec<_> = entries.as_array().unwrap().iter().map(|entry| entry["phone_number"].clone()).collect();
    listed.sort_by_key(Value::to_string);
    assert_eq!(listed, path.listed.iter().map(|number| json!(number)).collect::<Vec<_>>(), "{}", path.name);
    for lead in leads.as_array().unwrap() {
        let is_listed = path.listed.iter().any(|number| lead["phone_number"] == *number);
        assert_eq!(lead["blocked"].as_array().unwrap().is_empty(), !is_listed, "{}", path.name);
    }
}

/// The moves of a lead in the order in which they were written; each was true when it was written, the first one maybe
/// before, and each but the first has its audit entry.
fn moves(shown: &Value, path: &Path) -> Vec<String> {
    let mut rows: Vec<&Value> = shown["status_history"].as_array().unwrap().iter().collect();
    rows.sort_by_key(|row| row["recorded_at"].to_string());
    let changes = shown["recent_changes"].as_array().unwrap();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for row in &rows {
        assert!(row["changed_at"].as_str() <= row["recorded_at"].as_str(), "{}", path.name);
        // A new lead has one audit entry for all of it.
        let is_birth = row["recorded_at"] == shown["created_at"];
        let audited = changes.iter().any(|change| {
            change["field_name"] == "status"
                && change["old_value"] == row["from_status"]
                && change["new_value"] == row["to_status"]
        });
        assert!(audited || is_birth, "{}: {row} is not in the audit log", path.name);
    }
    let told = |row: &&Value| {
        format!("{}>{}:{}", word(&row["from_status"]), word(&row["to_status"]), word(&row["trigger_type"]))
    };
    rows.iter().map(told).collect()
}

/// By hand a lead goes on the list with all its numbers, as by an import.
#[test]
fn a_lead_is_listed_with_all_its_numbers() {
    on_both_engines(|world| {
        for (lead, first, further) in [("1", "2125550101", "2125550102"), ("2", "2125550103", "2125550104")] {
            world.ok(["lead", "add", "--phone", first, "--score", lead]);
            world.ok(["lead", "phone", "add", lead, further]);
        }
        world.ok(["lead", "status", "1", "dnc", "--reason", "asked"]);
        world.ok(["lead", "status", "--where", "score = 2", "dnc", "--yes"]);
        let listed = world.json(["dnc", "check", "2125550102", "2125550104"]);
        let verdicts: Vec<&Value> = listed.as_array().unwrap().iter().map(|one| &one["verdict"]).collect();
        assert_eq!(verdicts, ["blocked", "blocked"], "{:?}", world.engine);
        // A number that comes later is listed by saying it again.
        world.ok(["lead", "phone", "add", "1", "2125550105"]);
        world.ok(["lead", "status", "1", "dnc"]);
        assert_eq!(world.run(["dnc", "check", "2125550105"]).code, Some(3));
    });
}
