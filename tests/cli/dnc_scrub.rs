//! `dnc scrub`: every row is in one of two files, by the answers of `dnc check`.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::support::{Engine, World, on_both_engines};

/// Scrubs `in.csv`, and returns the answer.
pub fn scrub(world: &World, more: &[&str]) -> Value {
    let args = ["dnc", "scrub", "in.csv", "--clean", "clean.csv", "--blocked", "blocked.csv", "--overwrite"];
    world.json([&args[..], more].concat())
}

pub fn text(world: &World, name: &str) -> String {
    fs::read_to_string(world.path(name)).unwrap()
}

#[test]
fn rows_are_parted_as_they_stand_with_their_reasons() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+12125550102", "--reason", "asked"]);
        world.ok(["dnc", "add", "+12125550104", "--scope", "texts"]);
        world.file(
            "in.csv",
            "Name;Phone;Mobile\n\"Ann; A\";212 555 0101;\nBob;2125550101;(212) 555-0102\nCy;;\nDi;call me;\n\
             Ed;+12125550104;\nFay;2125550106; n/a \nGus;1115550106\n",
        );
        let ran = world.run(["dnc", "scrub", "in.csv", "--clean", "clean.csv", "--blocked", "blocked.csv"]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert_eq!(text(world, "clean.csv"), "Name;Phone;Mobile\n\"Ann; A\";212 555 0101;\nFay;2125550106; n/a \n");
        assert_eq!(
            text(world, "blocked.csv"),
            "Name;Phone;Mobile;dnc_reason\nBob;2125550101;(212) 555-0102;internal\nCy;;;unknown:no_number\n\
             Di;call me;;unknown:unreadable\nEd;+12125550104;;internal\nGus;1115550106;;unknown:not_valid\n"
        );
        // Nothing is written over unasked.
        let again = world.run(["dnc", "scrub", "in.csv", "--clean", "clean.csv", "--blocked", "blocked.csv"]);
        assert_eq!((again.code, again.stderr.contains("--overwrite")), (Some(1), true), "{}", again.stderr);
        let answer = scrub(world, &["--channel", "calls"]);
        let counts = json!([answer["read"], answer["clean"], answer["blocked"], answer["unknown"]]);
        assert_eq!(counts, json!([7, 3, 1, 3]));
        let reasons = json!({"internal": 1, "unknown:no_number": 1, "unknown:not_valid": 1, "unknown:unreadable": 1});
        assert_eq!(answer["by_reason"], reasons);
        assert_eq!(answer["certificate"], "clean.csv.cert.json");
        // When all is clean, that is the exit code.
        world.file("in.csv", "Phone\n2125550101\n");
        world.ok(["dnc", "scrub", "in.csv", "--clean", "c.csv", "--blocked", "b.csv", "--certificate", "x.json"]);
        assert_eq!(text(world, "b.csv"), "Phone,dnc_reason\n");
        assert!(world.path("x.json").exists());
    });
}

#[test]
fn a_column_of_numbers_that_nobody_checks_stops() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+12125550102"]);
        world.file("in.csv", "Phone,Fone\n2125550101,(212) 555-0102\n");
        let args = ["dnc", "scrub", "in.csv", "--clean", "clean.csv", "--blocked", "blocked.csv"];
        let ran = world.run(args);
        assert_eq!((ran.code, ran.stderr.contains("the column `Fone`")), (Some(1), true), "{}", ran.stderr);
        assert!(!world.path("clean.csv").exists() && !world.path("clean.csv.cert.json").exists());
        assert_eq!(world.run([&args[..], &["--map", "phone=Fone"]].concat()).code, Some(3));
        assert_eq!(text(world, "blocked.csv"), "Phone,Fone,dnc_reason\n2125550101,(212) 555-0102,internal\n");
        let none = world.file("in.csv", "Name\nAnn\n");
        let ran = world.run(["dnc", "scrub", none.to_str().unwrap(), "--clean", "x.csv", "--blocked", "y.csv"]);
        assert_eq!((ran.code, ran.stderr.contains("phone")), (Some(1), true), "{}", ran.stderr);
    });
}

#[test]
fn a_listed_number_is_not_clear_in_a_column_that_nobody_claims() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+12125550102"]);
        world.file("in.csv", "Phone,Order\n2125550101,2125550102\n2125550103,2125550104\n,2125550102\n");
        let answer = scrub(world, &[]);
        assert_eq!(json!([answer["clean"], answer["blocked"], answer["unknown"]]), json!([1, 2, 0]));
        assert_eq!(text(world, "clean.csv"), "Phone,Order\n2125550103,2125550104\n");
        let blocked = "2125550101,2125550102,internal\n,2125550102,internal;unknown:no_number\n";
        assert_eq!(text(world, "blocked.csv"), format!("Phone,Order,dnc_reason\n{blocked}"));
        world.ok(["dnc", "remove", "+12125550102", "--reason", "x", "--yes"]);
        let since = scrub(world, &["--since", "clean.csv.cert.json", "--certificate", "x.json"]);
        assert_eq!(json!([since["newly_blocked"], since["newly_clear"]]), json!([0, 1]));
        world.ok(["dnc", "add", "+12125550102"]);
        let since = scrub(world, &["--since", "x.json", "--certificate", "y.json"]);
        // One of them had no number but that, and was unknown.
        assert_eq!(json!([since["newly_blocked"], since["newly_clear"]]), json!([2, 0]));
        // Unless somebody says that it is none.
        assert_eq!(scrub(world, &["--ignore", "Order"])["clean"], 2);
    });
}

/// A few hundred numbers in many spellings, some of them listed.
fn numbers() -> Vec<String> {
    let mut state = 7u64;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut numbers = Vec::new();
    for _ in 0..300 {
        let line = random(100);
        numbers.push(match random(9) {
            0 => format!("+121255501{line:02}"),
            1 => format!("(212) 555-01{line:02}"),
            2 => format!("21255501{line:02}"),
            3 => format!("+54911234567{line:02}"),
            4 => format!("+5411234567{line:02}"),
            5 => format!("+39 06 698123{line:02}"),
            6 => format!("1 212 555 01{line:02}"),
            7 => format!("+4915123456{line:02}7"),
            _ => format!("555-01{line:02}"),
        });
    }
    numbers
}

#[test]
fn a_scrub_says_of_every_number_what_a_check_says() {
    on_both_engines(|world| {
        let numbers = numbers();
        for number in numbers.iter().step_by(5) {
            for scope in ["all", "texts"] {
                world.run(["dnc", "add", "--region", "US", "--scope", scope, number]);
            }
        }
        world.run(["dnc", "detect", "--number", "+12125550111", "we must stop this bill", "--apply"]);
        world.file("numbers.txt", numbers.join("\n"));
        world.file("in.csv", format!("Phone,n\n{}", numbers.iter().map(|n| format!("{n},x\n")).collect::<String>()));
        for channel in [&[][..], &["--channel", "calls"], &["--channel", "texts"]] {
            let checked = world.json([&["dnc", "check", "--file", "numbers.txt", "--region", "US"], channel].concat());
            let mut wanted: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            let mut known = BTreeMap::new();
            for answer in checked.as_array().unwrap() {
                let verdict = answer["verdict"].as_str().unwrap();
                let is_clear = if verdict == "clear" { "clean" } else { "blocked" };
                wanted.entry(is_clear).or_default().push(answer["input"].as_str().unwrap().to_owned());
                *known.entry(verdict).or_insert(0u64) += 1;
            }
            let answer = scrub(world, channel);
            for (name, verdict) in [("clean", "clear"), ("blocked", "blocked"), ("unknown", "unknown")] {
                assert_eq!(answer[name].as_u64(), known.get(verdict).copied().or(Some(0)), "{verdict} {channel:?}");
            }
            for file in ["clean", "blocked"] {
                let text = text(world, &format!("{file}.csv"));
                let got: Vec<&str> = text.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
                assert_eq!(got, wanted.get(file).cloned().unwrap_or_default(), "{file} {channel:?}");
            }
        }
    });
}

#[test]
fn a_scrub_is_recorded_for_the_history_of_its_numbers() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+12125550102"]);
        world.file("in.csv", "Phone\n2125550101\n2125550102\n+541123456789\n");
        scrub(world, &[]);
        let scrubbed = |number: &str| -> Vec<Value> {
            let history = world.json(["dnc", "history", number]);
            history.as_array().unwrap().iter().filter(|event| event["event"] == "scrubbed").cloned().collect()
        };
        let clear = scrubbed("2125550101");
        assert_eq!(clear[0]["detail"], "clear, by lists of the scrub (internal), in `in.csv` (certificate 1)");
        assert!(clear[0]["actor"].as_str().unwrap().contains("tester@desk"));
        assert_eq!(
            scrubbed("2125550102")[0]["detail"],
            "blocked, by lists of the scrub (internal), in `in.csv` (certificate 1)"
        );
        let other = &scrubbed("+5491123456789")[0];
        assert_eq!(
            other["detail"],
            "as +541123456789: clear, by lists of the scrub (internal), in `in.csv` (certificate 1)"
        );
        assert_eq!(scrubbed("2125550109"), Vec::<Value>::new());
        scrub(world, &["--channel", "texts"]);
        assert_eq!(
            scrubbed("2125550101")[1]["detail"],
            "clear for texts, by lists of the scrub (internal), in `in.csv` (certificate 2)"
        );
    });
}

#[test]
fn a_scrub_since_another_tells_what_changed_and_is_whole() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+12125550102"]);
        world.file("in.csv", "Phone\n2125550101\n2125550102\n2125550103\nnope\n");
        scrub(world, &["--certificate", "first.json"]);
        world.ok(["dnc", "add", "+12125550101"]);
        world.ok(["dnc", "remove", "+12125550102", "--reason", "x", "--yes"]);
        let since = scrub(world, &["--since", "first.json", "--certificate", "second.json"]);
        assert_eq!(json!([since["newly_blocked"], since["newly_clear"]]), json!([1, 1]));
        let files = ["clean.csv", "blocked.csv"].map(|name| text(world, name));
        let full = scrub(world, &["--certificate", "third.json"]);
        assert_eq!(["clean.csv", "blocked.csv"].map(|name| text(world, name)), files);
        assert_eq!((&since["clean"], &since["blocked"]), (&full["clean"], &full["blocked"]));
        let certificate: Value = serde_json::from_str(&text(world, "second.json")).unwrap();
        assert_eq!(certificate["since"]["newly_blocked"], 1);
        // Of another file there is nothing to compare with.
        world.file("in.csv", "Phone\n2125550101\n");
        let args = ["dnc", "scrub", "in.csv", "--clean", "x.csv", "--blocked", "y.csv", "--since", "first.json"];
        let ran = world.run(args);
        assert_eq!((ran.code, ran.stderr.contains("is of another file")), (Some(1), true), "{}", ran.stderr);
    });
}

#[test]
fn whatever_changed_a_scrub_since_is_a_full_one() {
    on_both_engines(|world| {
        let numbers = numbers();
        world.file("in.csv", format!("Phone,n\n{}", numbers.iter().map(|n| format!("{n},x\n")).collect::<String>()));
        scrub(world, &["--certificate", "0.json"]);
        for round in 1..4 {
            for number in numbers.iter().skip(round).step_by(23) {
                world.run(["dnc", "add", "--region", "US", number]);
            }
            for number in numbers.iter().skip(round * 2).step_by(29) {
                world.run(["dnc", "remove", "--region", "US", number, "--reason", "x", "--yes"]);
            }
            world.run(["dnc", "detect", "--number", "+12125550111", "we must stop this bill", "--apply"]);
            let clean =
                |world: &World| -> Vec<String> { text(world, "clean.csv").lines().map(str::to_owned).collect() };
            let before = clean(world);
            let (since, now) = (format!("{}.json", round - 1), format!("{round}.json"));
            let changed = scrub(world, &["--since", &since, "--certificate", &now]);
            let after = clean(world);
            let files = ["clean.csv", "blocked.csv"].map(|name| text(world, name));
            scrub(world, &["--certificate", "full.json"]);
            assert_eq!(["clean.csv", "blocked.csv"].map(|name| text(world, name)), files, "round {round}");
            // The same rows stand in the same order, so that counting tells what left and what came.
            let count = |rows: &[String], row: &String| rows.iter().filter(|it| *it == row).count();
            let left = before.iter().filter(|row| count(&after, row) == 0).count();
            let came = after.iter().filter(|row| count(&before, row) == 0).count();
            let [blocked, clear, unknown] =
                ["newly_blocked", "newly_clear", "newly_unknown"].map(|key| changed[key].as_u64().unwrap() as usize);
            assert_eq!(clear, came, "round {round}");
            // Some that are blocked now were unknown.
            assert!(blocked + unknown >= left && left > 0, "round {round}: {changed} {left}");
        }
    });
}

#[test]
fn a_viewer_may_scrub_and_each_organization_has_its_chain() {
    on_both_engines(|world| {
        world.ok(["org", "add", "beta", "--region", "US"]);
        world.file("in.csv", "Phone\n2125550101\n");
        for org in ["acme", "beta"] {
            world.ok(["user", "add", "eve@example.com", "--role", "admin", "--org", org]);
            world.ok(["user", "add", "vic@example.com", "--role", "viewer", "--org", org, "--as", "eve@example.com"]);
            // Not by a key that no admin has trusted.
            let args = ["dnc", "scrub", "in.csv", "--clean", "c.csv", "--blocked", "b.csv", "--org", org];
            let ran = world.run([&args[..], &["--as", "vic@example.com"]].concat());
            assert_eq!((ran.code, ran.stderr.contains("crmctl dnc key trust")), (Some(1), true), "{}", ran.stderr);
            assert!(!world.path("c.csv").exists());
            let refused = world.run(["dnc", "key", "trust", "--org", org, "--as", "vic@example.com"]);
            assert_eq!(refused.code, Some(1), "{}", refused.stderr);
            assert_eq!(world.json(["dnc", "key", "list", "--org", org, "--as", "vic@example.com"]), json!([]));
            world.file("key.pem", world.ok(["dnc", "key", "export"]));
            let trusted = world.json(["dnc", "key", "trust", "key.pem", "--org", org, "--as", "eve@example.com"]);
            let listed = world.json(["dnc", "key", "list", "--org", org, "--as", "vic@example.com"]);
            assert_eq!(listed[0]["fingerprint"], trusted["fingerprint"]);
            assert!(listed[0]["actor"].as_str().unwrap().starts_with("eve@example.com"), "{listed}");
            let again = world.run(["dnc", "key", "trust", "--org", org, "--as", "eve@example.com"]);
            assert!(again.stderr.contains("nothing to change"), "{}", again.stderr);
            for sequence in 1..3 {
                scrub(world, &["--org", org, "--as", "vic@example.com"]);
                let certificate: Value = serde_json::from_str(&text(world, "clean.csv.cert.json")).unwrap();
                assert_eq!(
                    (&certificate["sequence"], &certificate["organization"]["slug"]),
                    (&json!(sequence), &json!(org))
                );
                assert!(certificate["actor"].as_str().unwrap().starts_with("vic@example.com"));
            }
            let own = |args: &[&str]| world.json([args, &["--org", org, "--as", "vic@example.com"]].concat());
            assert_eq!(own(&["dnc", "certificate", "list"]).as_array().unwrap().len(), 2);
            let shown: Value =
                serde_json::from_str(own(&["dnc", "certificate", "show", "1"])["certificate"].as_str().unwrap())
                    .unwrap();
            assert_eq!(shown["organization"]["slug"], org);
        }
    });
}

#[test]
fn many_rows_are_each_in_one_file() {
    let world = World::new(Engine::Sqlite);
    let numbers: String = (0..60_000u32).map(|n| format!("+1{}555{:04},{n}\n", 201 + n / 10_000, n % 10_000)).collect();
    world.file("in.csv", format!("phone,n\n{numbers}"));
    let listed: String =
        (0..60_000u32).step_by(3).map(|n| format!("+1{}555{:04}\n", 201 + n / 10_000, n % 10_000)).collect();
    world.file("listed.txt", listed);
    world.run(["dnc", "add", "--file", "listed.txt"]);
    let answer = scrub(&world, &[]);
    let total: u64 = ["clean", "blocked", "unknown"].iter().map(|key| answer[*key].as_u64().unwrap()).sum();
    assert_eq!((answer["read"].as_u64(), total, answer["blocked"].as_u64()), (Some(60_000), 60_000, Some(20_000)));
    let rows = |name: &str| {
        text(&world, name)
            .lines()
            .skip(1)
            .map(|line| line.split(',').nth(1).unwrap().parse::<u32>().unwrap())
            .collect::<Vec<_>>()
    };
    let mut all = [rows("clean.csv"), rows("blocked.csv")].concat();
    all.sort_unstable();
    assert!(all.into_iter().eq(0..60_000));
    world.finish();
}

#[test]
fn a_disabled_organization_scrubs_no_more() {
    on_both_engines(|world| {
        world.ok(["org", "add", "beta", "--region", "US"]);
        world.file("in.csv", "Phone\n2125550101\n");
        world.ok(["org", "disable", "beta", "--yes"]);
        let args = ["dnc", "scrub", "in.csv", "--clean", "c.csv", "--blocked", "b.csv", "--org", "beta"];
        let ran = world.run(args);
        assert_eq!((ran.code, ran.stderr.contains("crmctl org edit beta --enable")), (Some(1), true), "{}", ran.stderr);
        assert!(!world.path("c.csv").exists());
        // What only reads goes on, what is recorded does not.
        assert_eq!(world.run(["dnc", "check", "+12125550101", "--org", "beta"]).code, Some(0));
        assert_eq!(world.run(["dnc", "check", "+12125550101", "--org", "beta", "--record"]).code, Some(1));
    });
}

#[test]
fn a_replaced_certificate_is_written_again() {
    on_both_engines(|world| {
        world.file("in.csv", "Phone\n2125550101\n2125550102\n");
        scrub(world, &[]);
        let first = text(world, "clean.csv.cert.json");
        scrub(world, &[]);
        assert_ne!(text(world, "clean.csv.cert.json"), first);
        assert_eq!(world.ok(["dnc", "certificate", "show", "1"]), first);
        assert_eq!(world.json(["dnc", "certificate", "show", "1"])["certificate"], first);
        let listed = world.json(["dnc", "certificate", "list"]);
        assert_eq!(json!([listed[0]["sequence"], listed[1]["sequence"], listed[1]["rows_clean"]]), json!([2, 1, 2]));
        world.file("again.json", first);
        world.ok(["dnc", "verify", "again.json", "in.csv", "clean.csv"]);
        let none = world.run(["dnc", "certificate", "show", "3"]);
        assert_eq!((none.code, none.stderr.contains("dnc certificate list")), (Some(1), true), "{}", none.stderr);
    });
}
