//! `org group`: what one organization of a group lists is blocked in all of them and in no other.

use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::engine::{database_of, psql, url_of};
use crate::support::{Engine, World, on_both_engines};

/// Those of the group `holding`, and one besides.
const ORGS: [&str; 4] = ["acme", "beta", "gamma", "other"];

/// `acme`, `beta` and `gamma`, where each has a lead with this number, and share their lists; `other` has one, too, and does not.
fn company(world: &World, number: &str) {
    for slug in &ORGS[1..] {
        world.ok(["org", "add", slug, "--region", "US"]);
    }
    for slug in ORGS {
        world.ok(["lead", "add", "--phone", number, "--status", "hot", "--org", slug]);
    }
    world.ok(["org", "group", "add", "holding", "acme", "beta", "gamma"]);
}

fn at(world: &World, org: &str, args: &[&str]) -> Value {
    world.json([args, &["--org", org]].concat())
}

/// What the list of each organization says of a number for calls and for texts, and the status of its lead.
fn states(world: &World, number: &str) -> Vec<[String; 3]> {
    let statuses = format!(
        "SELECT status FROM leads WHERE phone_number = '{number}' AND phone_extension = '' ORDER BY organization_id"
    );
    let statuses = world.engine.sql(&world.url, &statuses).unwrap();
    let state = |(org, status): (&&str, String)| {
        let check = at(world, org, &["dnc", "check", number])[0].clone();
        let scopes = check["reasons"].to_string();
        assert_eq!(check["verdict"] == "blocked", scopes != "[]", "{check}");
        let verdict = |channel: &str| {
            let forbids = ["all", channel].iter().any(|scope| scopes.contains(&format!("\"scope\":\"{scope}\"")));
            if forbids { "blocked" } else { "clear" }.to_owned()
        };
        [verdict("calls"), verdict("texts"), status]
    };
    ORGS.iter().zip(statuses).map(state).collect()
}

fn expect(world: &World, number: &str, members: [&str; 3], what: &str) {
    let states = states(world, number);
    let engine = world.engine;
    for (org, state) in ORGS.iter().zip(&states).take(3) {
        assert_eq!(state, &members, "{engine:?}: {what}: {org}");
    }
    assert_eq!(states[3], ["clear", "clear", "hot"], "{engine:?}: {what}");
}

const ALL: [&str; 3] = ["blocked", "blocked", "dnc"];
const CALLS: [&str; 3] = ["blocked", "clear", "dnc"];
const TEXTS: [&str; 3] = ["clear", "blocked", "hot"];
const FREE: [&str; 3] = ["clear", "clear", "hot"];
const NUMBER: &str = "+12125550101";

/// A name, a file, the calls, and what the members are then.
type Way = (&'static str, &'static str, &'static [&'static [&'static str]], [&'static str; 3]);

/// Calls in `acme` that list the number; a file is written before that as `list.csv`.
const WAYS: [Way; 17] = [
    ("dnc add", "", &[&["dnc", "add", NUMBER]], ALL),
    ("dnc add --scope calls", "", &[&["dnc", "add", NUMBER, "--scope", "calls"]], CALLS),
    ("dnc add --scope texts", "", &[&["dnc", "add", NUMBER, "--scope", "texts"]], TEXTS),
    (
        "texts, widened by calls",
        "",
        &[&["dnc", "add", NUMBER, "--scope", "texts"], &["dnc", "add", NUMBER, "--scope", "calls"]],
        ALL,
    ),
    ("dnc add --file", "2125550101\n", &[&["dnc", "add", "--file", "list.csv"]], ALL),
    ("import dnc", "Phone,Reason\n2125550101,asked\n", &[&["import", "dnc", "list.csv"]], ALL),
    ("import dnc of texts", "Phone,Scope\n2125550101,texts\n", &[&["import", "dnc", "list.csv"]], TEXTS),
    ("a flag of a lead", "Phone,DNC\n2125550101,yes\n", &[&["import", "leads", "list.csv"]], ALL),
    (
        "a status of a lead",
        "Phone,Status\n2125550101,dnc\n",
        &[&["import", "leads", "list.csv", "--on-duplicate", "update"]],
        ALL,
    ),
    ("a flag for texts", "Phone,Do Not Text\n2125550101,yes\n", &[&["import", "leads", "list.csv"]], TEXTS),
    (
        "import history",
        "Phone,Status,Changed At\n2125550101,dnc,2026-03-03\n",
        &[&["import", "history", "list.csv"]],
        ALL,
    ),
    ("lead status", "", &[&["lead", "status", NUMBER, "dnc"]], ALL),
    ("many leads", "", &[&["lead", "status", "--where", "status = hot", "dnc", "--yes"]], ALL),
    ("a new lead", "", &[&["lead", "add", "--phone", "212-555-0101 x7", "--status", "dnc"]], ALL),
    ("a reply", "", &[&["dnc", "detect", "--number", NUMBER, "STOP", "--apply"]], ALL),
    (
        "a sheet of replies",
        "Phone,Text\n2125550101,STOP\n",
        &[&["dnc", "detect", "--replies", "list.csv", "--apply"]],
        ALL,
    ),
    (
        "a decision",
        "",
        &[&["dnc", "detect", "--number", NUMBER, "can you stop?", "--apply"], &["dnc", "decide", "DUE", "honour"]],
        ALL,
    ),
];

fn listed(world: &World, file: &str, calls: &[&[&str]], org: &str) {
    world.file("list.csv", file);
    for call in calls {
        let due = || at(world, org, &["dnc", "due"])[0]["id"].to_string();
        let args = call.iter().map(|arg| if *arg == "DUE" { due() } else { (*arg).to_owned() });
        let ran = world.run(args.chain(["--org".to_owned(), org.to_owned()]));
        // A doubtful reply, and a lead that is known already, are told by the code.
        assert!(matches!(ran.code, Some(0 | 3)), "{call:?}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn every_way_of_listing_blocks_in_all_members_and_in_no_other_organization() {
    on_both_engines(|world| {
        company(world, NUMBER);
        expect(world, NUMBER, FREE, "before");
        for (name, file, calls, expected) in WAYS {
            listed(world, file, calls, "acme");
            expect(world, NUMBER, expected, name);
            // And goes from all of them, except where somebody else lists it, too.
            world.ok(["dnc", "add", NUMBER, "--scope", "texts", "--org", "beta"]);
            let removed = at(world, "acme", &["dnc", "remove", NUMBER, "--reason", "x", "--yes"]);
            assert_eq!(removed["still_shared"], json!([NUMBER]), "{name}: {removed}");
            expect(world, NUMBER, TEXTS, name);
            world.ok(["dnc", "remove", NUMBER, "--reason", "x", "--yes", "--org", "beta"]);
            expect(world, NUMBER, FREE, name);
        }
    });
}

#[test]
fn every_way_of_taking_off_travels() {
    on_both_engines(|world| {
        company(world, NUMBER);
        let imported = |world: &World, kind: &str, text: &str| {
            let path = world.file("list.csv", text);
            at(world, "acme", &["import", kind, path.to_str().unwrap()])["import_id"].to_string()
        };
        let ways = [
            ("remove", "", ""),
            ("undo dnc", "", ""),
            ("undo leads", "", ""),
            ("expire", "2026-03-10", "2026-03-11T00:00:00Z"),
            ("expire by another verb", "2026-03-12", "2026-03-13T00:00:00Z"),
            ("remove", "", ""),
            ("undo dnc", "", ""),
            ("undo leads", "", ""),
            ("expire", "2026-03-14", "2026-03-15T00:00:00Z"),
            ("expire by another verb", "2026-03-16", "2026-03-17T00:00:00Z"),
        ];
        for (round, (way, expires, then)) in ways.into_iter().enumerate() {
            let also_in_beta = round >= 5;
            if also_in_beta {
                world.ok(["dnc", "add", NUMBER, "--scope", "texts", "--org", "beta", "--reason", "told beta"]);
            }
            let import = match way {
                "undo dnc" => Some(imported(world, "dnc", "Phone\n2125550101\n")),
                "undo leads" => Some(imported(world, "leads", "Phone,DNC\n2125550101,yes\n")),
                "remove" => {
                    world.ok(["dnc", "add", NUMBER, "--org", "acme"]);
                    None
                }
                _ => {
                    world.ok(["dnc", "add", NUMBER, "--expires", expires, "--org", "acme"]);
                    None
                }
            };
            expect(world, NUMBER, ALL, way);
            match (way, import) {
                (_, Some(id)) => {
                    world.ok(["import", "undo", &id, "--with-dnc", "--yes", "--org", "acme"]);
                }
                ("remove", _) => {
                    world.ok(["dnc", "remove", NUMBER, "--reason", "x", "--yes", "--org", "acme"]);
                }
                _ => {
                    world.now = then;
                    for org in &ORGS[..3] {
                        let email = format!("ada{round}@example.com");
                        match way {
                            "expire" => world.ok(["dnc", "expire", "--org", org]),
                            _ => world.ok(["lead", "add", "--email", &email, "--org", org]),
                        };
                    }
                }
            }
            expect(world, NUMBER, if also_in_beta { TEXTS } else { FREE }, way);
            if also_in_beta {
                let entry = at(world, "beta", &["dnc", "list"])[0].clone();
                assert_eq!((&entry["reason"], &entry["origin"]), (&json!("told beta"), &json!("own")), "{way}");
                world.ok(["dnc", "remove", NUMBER, "--reason", "x", "--yes", "--org", "beta"]);
                expect(world, NUMBER, FREE, way);
            }
        }
    });
}

#[test]
fn only_who_lists_a_number_takes_it_off() {
    assert_same_story!(|world| {
        company(world, NUMBER);
        world.tell(&["dnc", "add", NUMBER, "--reason", "asked", "--evidence", "a letter", "--org", "acme"]);
        world.tell(&["dnc", "check", NUMBER, "--org", "beta"]);
        world.tell(&["dnc", "list", "--org", "beta", "--format", "json"]);
        world.tell(&["dnc", "history", NUMBER, "--org", "beta"]);
        world.tell(&["lead", "history", "1", "--org", "acme"]);
        world.tell(&["lead", "history", NUMBER, "--org", "beta"]);
        world.tell(&["dnc", "remove", NUMBER, "--reason", "x", "--yes", "--org", "beta"]);
        // What a member lists itself is its own, too, with what was said.
        world.tell(&["dnc", "add", NUMBER, "--scope", "calls", "--reason", "told beta", "--org", "beta"]);
        world.tell(&["dnc", "list", "--org", "beta", "--format", "json"]);
        world.tell(&["dnc", "remove", NUMBER, "--reason", "new owner", "--yes", "--org", "acme"]);
        world.tell(&["dnc", "check", NUMBER, "--org", "acme"]);
        world.tell(&["dnc", "remove", NUMBER, "--reason", "x", "--yes", "--org", "acme"]);
        world.tell(&["dnc", "remove", NUMBER, "--reason", "x", "--yes", "--org", "beta"]);
        world.tell(&["dnc", "history", NUMBER, "--org", "acme"]);
        world.tell(&["dnc", "history", NUMBER, "--org", "gamma"]);
        world.tell(&["dnc", "history", NUMBER, "--org", "other"]);
    });
}

#[test]
fn groups_are_made_joined_and_left() {
    assert_same_story!(|world| {
        for slug in &ORGS[1..] {
            world.ok(["org", "add", slug, "--region", "US"]);
            world.ok(["lead", "add", "--phone", "2125550101", "--org", slug]);
        }
        for (number, org) in
            [("2125550101", "acme"), ("2125550102", "acme"), ("2125550102", "beta"), ("2125550103", "gamma")]
        {
            world.ok(["dnc", "add", number, "--org", org]);
        }
        world.ok(["dnc", "add", "2125550104", "--scope", "texts", "--org", "acme"]);
        world.ok(["dnc", "add", "2125550104", "--scope", "calls", "--expires", "2026-04-01", "--org", "gamma"]);
        world.tell(&["org", "group", "list"]);
        world.tell(&["org", "group", "add", "No Slug", "acme"]);
        world.tell(&["org", "group", "add", "holding"]);
        world.tell(&["org", "group", "add", "holding", "acme", "nobody"]);
        world.tell(&["org", "group", "add", "holding", "acme", "beta", "--dry-run"]);
        world.tell(&["org", "group", "list"]);
        world.tell(&["org", "group", "add", "holding", "acme", "beta", "acme"]);
        world.tell(&["org", "group", "add", "holding", "acme", "beta"]);
        world.tell(&["org", "group", "add", "holding", "gamma"]);
        world.tell(&["org", "group", "add", "another", "other", "gamma"]);
        world.tell(&["org", "group", "list"]);
        world.tell(&["org", "group", "show", "holding"]);
        world.tell(&["org", "group", "show", "another"]);
        world.tell(&["dnc", "check", "2125550101", "2125550102", "2125550103", "2125550104", "--org", "beta"]);
        world.tell(&["audit", "list", "--org", "gamma"]);
        world.tell(&["org", "group", "remove", "another", "acme"]);
        world.tell(&["org", "group", "remove", "holding", "other"]);
        world.tell(&["org", "group", "remove", "holding", "gamma", "--dry-run"]);
        world.tell(&["org", "group", "remove", "holding", "gamma"]);
        world.tell(&["dnc", "check", "2125550101", "2125550102", "2125550103", "2125550104", "--org", "gamma"]);
        world.tell(&["dnc", "check", "2125550101", "2125550102", "2125550103", "2125550104", "--org", "beta"]);
        // Nothing travels any more, and what stayed is one's own.
        let shared =
            "SELECT count(*) FROM dnc_list WHERE organization_id = 3 AND removed_at IS NULL AND origin <> 'own'";
        assert_eq!(world.engine.sql(&world.url, shared).unwrap(), ["0"]);
        world.tell(&["dnc", "remove", "2125550101", "--reason", "x", "--yes", "--org", "gamma"]);
        world.tell(&["dnc", "check", "2125550101", "--org", "beta"]);
        world.tell(&["dnc", "add", "2125550109", "--org", "gamma"]);
        world.tell(&["dnc", "check", "2125550109", "--org", "beta"]);
        world.tell(&["org", "group", "remove", "holding", "acme", "beta"]);
        world.tell(&["org", "group", "list"]);
        world.tell(&["dnc", "remove", "2125550103", "--reason", "x", "--yes", "--org", "acme"]);
    });
}

#[test]
fn it_takes_an_admin_of_each_organization() {
    on_both_engines(|world| {
        world.ok(["org", "add", "beta"]);
        world.ok(["org", "add", "gamma"]);
        for (org, role) in [("acme", "admin"), ("beta", "admin"), ("gamma", "manager")] {
            // The first user makes the others.
            world.ok(["user", "add", "ada@example.com", "--role", "admin", "--org", org]);
            let first = ["user", "add", "ben@example.com", "--role", "admin", "--org", org, "--as", "ada@example.com"];
            world.ok(first);
            world.ok(["user", "edit", "ada@example.com", "--role", role, "--org", org, "--as", "ben@example.com"]);
        }
        world.ok(["user", "add", "eve@example.com", "--role", "admin", "--org", "gamma", "--as", "ben@example.com"]);
        let refused = |args: &[&str], user: &str| {
            let ran = world.run([args, &["--as", user]].concat());
            assert_eq!(ran.code, Some(1), "{args:?}: {}{}", ran.stdout, ran.stderr);
        };
        refused(&["org", "group", "add", "holding", "acme", "gamma"], "ada@example.com");
        refused(&["org", "group", "add", "holding", "acme", "beta"], "eve@example.com");
        // A username is one person's in each organization alone.
        world.ok(["user", "edit", "ada@example.com", "--username", "boss", "--org", "acme", "--as", "ben@example.com"]);
        world.ok(["user", "edit", "ben@example.com", "--username", "boss", "--org", "beta", "--as", "ada@example.com"]);
        refused(&["org", "group", "add", "holding", "acme", "beta"], "boss");
        world.ok(["org", "group", "add", "holding", "acme", "beta", "--as", "ada@example.com"]);
        // Whoever is nothing in the group brings nobody in, and sees nothing of it.
        refused(&["org", "group", "add", "holding", "gamma"], "eve@example.com");
        refused(&["org", "group", "remove", "holding", "acme"], "eve@example.com");
        world.ok(["org", "group", "add", "holding", "gamma", "--as", "ben@example.com"]);
        world.ok(["org", "group", "remove", "holding", "gamma", "--as", "eve@example.com"]);
    });
}

#[test]
fn a_disabled_organization_gets_entries_and_spellings_too() {
    on_both_engines(|world| {
        company(world, NUMBER);
        world.ok(["org", "disable", "beta", "--yes"]);
        // A mobile of Mexico, which older lists write with a 1.
        for number in [NUMBER, "+525512345678"] {
            world.ok(["dnc", "add", number, "--org", "acme"]);
        }
        expect(world, NUMBER, ALL, "disabled");
        let spellings = "SELECT count(*) FROM dnc_spellings WHERE organization_id = ";
        let of = |id: i32| world.engine.sql(&world.url, &format!("{spellings}{id}")).unwrap();
        assert_ne!(of(1), ["0"]);
        assert_eq!((of(2), of(3), of(4)), (of(1), of(1), vec!["0".to_owned()]));
        assert_eq!(at(world, "gamma", &["dnc", "check", "+5215512345678"])[0]["verdict"], "blocked");
    });
}

#[test]
fn the_everyday_role_sees_one_organization_and_not_from_where() {
    let world = World::new(Engine::Postgres);
    company(&world, NUMBER);
    world.ok(["dnc", "add", NUMBER, "--reason", "secret", "--evidence", "secret", "--org", "acme"]);
    world.ok(["dnc", "add", "+12125550102", "--org", "beta"]);
    let app = url_of("crmctl_app", database_of(&world.url));
    let asked = |org: i32, sql: &str| psql(&app, &format!("SET app.current_org_id = '{org}'; {sql}"));
    for (org, numbers) in [(1, 2), (2, 2), (3, 2), (4, 0)] {
        let seen =
            asked(org, "SELECT count(*), count(DISTINCT organization_id) FROM dnc_list WHERE removed_at IS NULL");
        assert_eq!(seen, [format!("{numbers}|{}", i32::from(numbers > 0))], "{org}");
    }
    let gamma = asked(3, "SELECT d::text FROM dnc_list d ORDER BY id").join("\n");
    let log = asked(3, "SELECT a::text FROM lead_audit_log a ORDER BY id").join("\n");
    for told in ["secret", "acme", "beta", "tester"] {
        assert!(!gamma.contains(told), "{told}: {gamma}");
    }
    assert!(log.contains("group holding") && !log.contains("secret"), "{log}");
    // Whose wish an entry is cannot be forged.
    for set in ["origin = 'both', own_scope = 'all'", "own_scope = 'all'", "origin = 'group'"] {
        let forged = format!("SET app.current_org_id = '1'; UPDATE dnc_list SET {set} WHERE origin <> 'group'");
        assert!(crate::support::engine::try_psql(&app, &forged).is_err(), "{set}");
    }
    world.finish();
}

/// The members of the group list and take off numbers at once, while another organization joins.
#[test]
fn several_at_once_leave_equal_lists() {
    on_both_engines(|world| {
        company(world, NUMBER);
        let number = |n: usize| format!("+1212555{:04}", 110 + n);
        let mut running = Vec::new();
        for round in 0..4 {
            for (place, org) in ORGS[..3].iter().enumerate() {
                let (own, shared) = (number(round * 3 + place), number(30 + round));
                running.push(world.start(["dnc", "add", own.as_str(), shared.as_str(), "--org", org]));
            }
            if round == 1 {
                running.push(world.start(["org", "group", "add", "holding", "other"]));
            }
        }
        for child in running {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{:?}: {}", world.engine, String::from_utf8_lossy(&output.stderr));
        }
        let live = |org: i32| {
            let sql = "SELECT phone_number FROM dnc_list WHERE removed_at IS NULL AND organization_id =";
            world.engine.sql(&world.url, &format!("{sql} {org} ORDER BY 1")).unwrap()
        };
        assert_eq!(live(1).len(), 16);
        assert_eq!((live(2), live(3), live(4)), (live(1), live(1), live(1)));
    });
}

#[test]
fn a_lead_that_another_member_imports_follows_when_it_ends() {
    let world = World::new(Engine::Postgres);
    company(&world, NUMBER);
    let app = url_of("crmctl_app", database_of(&world.url));
    // An import under way in `beta`: its locks, and a lead that it has changed. It does not come to its end.
    let held = "BEGIN; SET LOCAL app.current_org_id = '2'; SELECT pg_advisory_xact_lock(72116, 2);
                UPDATE leads SET city = 'Troy' WHERE organization_id = 2; SELECT pg_sleep(2); ROLLBACK";
    let holder = std::thread::spawn(move || psql(&app, held));
    std::thread::sleep(std::time::Duration::from_millis(700));
    let add = world.start(["dnc", "add", NUMBER, "--org", "acme"]);
    holder.join().unwrap();
    let output = add.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    expect(&world, NUMBER, ALL, "beside an import");
    world.finish();
}
