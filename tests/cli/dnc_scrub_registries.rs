//! `dnc scrub` where registries must be honoured.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::dnc_scrub::{scrub, text};
use crate::support::sweep::Random;
use crate::support::{World, on_both_engines};

#[test]
fn registries_part_rows_with_codes_and_stand_in_the_certificate() {
    on_both_engines(|world| {
        world.file("list.txt", "2125550101\n2125550102\n");
        world.ok(["dnc", "registry", "load", "us-national", "list.txt", "--as-of", "2026-03-01"]);
        world.ok(["dnc", "registry", "require", "us-national"]);
        world.ok(["dnc", "registry", "require", "uk-tps", "--region", "GB"]);
        world.ok(["dnc", "add", "+12125550102"]);
        world.file(
            "in.csv",
            "Phone\n2125550101\n2125550102\n2125550103\n7185550104\n+442079460018\n4165550105\n+12125550103\n",
        );
        let answer = scrub(world, &[]);
        let counts = json!([answer["read"], answer["clean"], answer["blocked"], answer["unknown"]]);
        assert_eq!(counts, json!([7, 3, 2, 2]));
        assert_eq!(text(world, "clean.csv"), "Phone\n2125550103\n4165550105\n+12125550103\n");
        assert_eq!(
            text(world, "blocked.csv"),
            "Phone,dnc_reason\n2125550101,registry:us-national\n2125550102,internal;registry:us-national\n\
             7185550104,unknown:not_covered:us-national\n+442079460018,unknown:missing:uk-tps\n"
        );
        let certificate: Value = serde_json::from_str(&text(world, "clean.csv.cert.json")).unwrap();
        let shown = world.json(["dnc", "registry", "show", "us-national"]);
        assert_eq!(certificate["lists"].as_array().unwrap().len(), 3, "{certificate}");
        let missing =
            json!({"name": "uk-tps", "version": null, "size": 0, "digest": "", "state": "missing", "country": "GB"});
        assert_eq!(certificate["lists"][1], missing);
        assert_eq!(
            certificate["lists"][2],
            json!({
                "name": "us-national", "version": 1, "as_of": "2026-03-01", "size": 2, "digest": shown["digest"],
                "state": "current", "country": "US", "area_codes": [212]
            })
        );
        // A number's history names the lists that are of its country.
        let told = |number: &str| world.json(["dnc", "history", number])[0]["detail"].as_str().unwrap().to_owned();
        assert_eq!(
            told("2125550103"),
            "clear, by lists of the scrub (internal, us-national), in `in.csv` (certificate 1)"
        );
        assert!(
            told("+442079460018").contains("(internal, uk-tps, which was missing), in"),
            "{}",
            told("+442079460018")
        );
        assert!(told("4165550105").contains("(internal), in"), "{}", told("4165550105"));
        assert_eq!(
            world.run(["dnc", "verify", "clean.csv.cert.json", "in.csv", "clean.csv", "blocked.csv"]).code,
            Some(0)
        );
        // A later list: what has changed is said.
        world.file("list.txt", "2125550102\n2125550103\n");
        world.ok(["dnc", "registry", "load", "us-national", "list.txt", "--as-of", "2026-03-03"]);
        let since = scrub(world, &["--since", "clean.csv.cert.json", "--certificate", "since.json"]);
        assert_eq!(json!([since["newly_blocked"], since["newly_clear"]]), json!([2, 1]), "{since}");
        // Too old, it lets nobody through.
        world.now = "2026-04-20T12:00:00Z";
        let more = ["--since", "since.json", "--certificate", "old.json", "--changes", "changes.csv"];
        let old = scrub(world, &more);
        assert_eq!(json!([old["clean"], old["blocked"], old["unknown"]]), json!([1, 3, 3]), "{old}");
        assert_eq!(json!([old["newly_blocked"], old["newly_clear"], old["newly_unknown"]]), json!([0, 0, 1]), "{old}");
        assert_eq!(
            text(world, "changes.csv"),
            "Phone,dnc_change\n2125550101,newly_unknown;unknown:too_old:us-national\n"
        );
        let certificate: Value = serde_json::from_str(&text(world, "old.json")).unwrap();
        assert_eq!(certificate["lists"][2]["state"], "too_old");
        world.now = crate::support::NOW;
        let found = world.json(["dnc", "verify", "old.json", "changes.csv", "clean.csv"]);
        assert_eq!(json!([found[1]["subject"], found[1]["outcome"]]), json!(["changes", "good"]), "{found}");
    });
}

#[test]
fn a_scrub_says_what_a_check_says() {
    on_both_engines(|world| {
        let mut random = Random::of_test("a_scrub_says_what_a_check_says");
        let mut number = || {
            let area_code = [212, 718, 416, 787, 800, 917][random.below(6)];
            format!("+1{area_code}555{:04}", 100 + random.below(100))
        };
        let some = |number: &mut dyn FnMut() -> String, count| (0..count).map(|_| number()).collect::<BTreeSet<_>>();
        let (asked, listed, own) = (some(&mut number, 400), some(&mut number, 250), some(&mut number, 20));
        let lines = |of: &BTreeSet<String>| of.iter().map(|it| format!("{it}\n")).collect::<String>();
        world.file("list.txt", lines(&listed));
        world.file("own.txt", lines(&own));
        world.file("asked.txt", lines(&asked));
        world.file("in.csv", format!("Phone\n{}", lines(&asked)));
        let load = ["dnc", "registry", "load", "us", "list.txt", "--as-of", "today", "--area-codes", "212,718,800"];
        // Canada's numbers are left out.
        assert_eq!(world.run([&load[..], &["--max-rejects", "100%"]].concat()).code, Some(3));
        world.ok(["dnc", "registry", "require", "us"]);
        world.ok(["dnc", "add", "--file", "own.txt"]);
        let checked = world.json(["dnc", "check", "--file", "asked.txt"]);
        let answer = scrub(world, &[]);
        let clear = |it: &&Value| it["verdict"] == "clear";
        let numbers = |rows: Vec<&Value>| -> Vec<String> {
            rows.iter().map(|it| it["number"].as_str().unwrap().to_owned()).collect()
        };
        let wanted = numbers(checked.as_array().unwrap().iter().filter(clear).collect());
        let clean = text(world, "clean.csv");
        assert_eq!(clean.lines().skip(1).map(str::to_owned).collect::<Vec<_>>(), wanted, "{random}");
        let of = |verdict: &str| checked.as_array().unwrap().iter().filter(|it| it["verdict"] == verdict).count();
        assert_eq!(json!([answer["blocked"], answer["unknown"]]), json!([of("blocked"), of("unknown")]), "{random}");
        assert!(of("blocked") > 20 && of("unknown") > 20 && wanted.len() > 20, "{answer}");
    });
}

/// The files of a scrub of `in.csv`, its messages and the columns of its certificate.
fn parted(world: &World, more: &[&str]) -> (String, String, String, Value) {
    let args = ["dnc", "scrub", "in.csv", "--clean", "clean.csv", "--blocked", "blocked.csv", "--overwrite"];
    let ran = world.run([&args[..], more].concat());
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
    let certificate: Value = serde_json::from_str(&text(world, "clean.csv.cert.json")).unwrap();
    let columns = certificate["rules"]["other_columns"].clone();
    (text(world, "clean.csv"), text(world, "blocked.csv"), ran.stderr, columns)
}

#[test]
fn what_its_header_calls_something_else_is_no_matter_of_registries() {
    on_both_engines(|world| {
        world.file("list.txt", "2125550101\n2125550103\n");
        world.ok(["dnc", "registry", "load", "us", "list.txt", "--as-of", "today"]);
        world.ok(["dnc", "registry", "require", "us"]);
        world.file("in.csv", "Phone,Order,amount\n2125550102,2125550101,12\n2125550103,2125550104,13\n");
        let (clean, _, told, columns) = parted(world, &[]);
        assert_eq!(clean, "Phone,Order,amount\n2125550102,2125550101,12\n");
        assert!(told.contains("no registry is asked about Order (2), whose headers say"), "{told}");
        assert_eq!(columns, json!({"own_list": ["Order"]}));
        let (clean, _, told, columns) = parted(world, &["--map", "phone=Order"]);
        assert_eq!((clean.lines().count(), told.contains("no registry is asked")), (1, false), "{told}");
        assert_eq!(columns, Value::Null);
    });
}

#[test]
fn what_can_be_a_number_is_checked_in_every_other_column() {
    on_both_engines(|world| {
        world.file("list.txt", "2125550101\n2125550103\n");
        world.ok(["dnc", "registry", "load", "us", "list.txt", "--as-of", "today"]);
        world.ok(["dnc", "registry", "require", "us"]);
        for header in ["Ph.", "home", "Teln", "", "X17"] {
            // Bare digits, or fewer than most cells written as numbers.
            for listed in ["2125550101", "(212) 555-0101", "212-555-0101 (mobile)", "Tel: 212 555 0101"] {
                world.file(
                    "in.csv",
                    format!(
                        "Phone,{header},n\n2125550102,{listed},a\n2125550102,2125550104,b\n2125550102,see below,c\n"
                    ),
                );
                let (clean, blocked, told, columns) = parted(world, &[]);
                assert_eq!(
                    clean.lines().skip(1).collect::<Vec<_>>(),
                    ["2125550102,2125550104,b", "2125550102,see below,c"]
                );
                assert!(
                    blocked.contains(&format!("2125550102,{listed},a,registry:us")),
                    "{header} {listed}: {blocked}"
                );
                let name = if header.is_empty() { "#2" } else { header };
                assert!(told.contains(&format!("what can be a number is checked, too, in {name} (2)")), "{told}");
                assert_eq!(columns, json!({"checked": [name]}));
            }
        }
        // What is not known of a number elsewhere keeps its row back, too; what is no number does not.
        world.file(
            "in.csv",
            "Phone,home\n2125550102,7185550104\n2125550102,1000000001\n2125550102,2026-03-04\n2125550102,17\n",
        );
        let (clean, blocked, ..) = parted(world, &[]);
        assert_eq!(clean.lines().count(), 4, "{clean}");
        assert_eq!(blocked, "Phone,home,dnc_reason\n2125550102,7185550104,unknown:not_covered:us\n");
        let (clean, _, told, columns) = parted(world, &["--ignore", "home"]);
        assert_eq!((clean.lines().count(), columns), (5, json!({"not_checked": ["home"]})));
        assert!(told.contains("not checked, as was said: home"), "{told}");
        world.ok(["dnc", "registry", "require", "state"]);
        let (clean, blocked, ..) = parted(world, &["--ignore", "Phone", "--map", "phone=home"]);
        assert_eq!((clean.lines().count(), blocked.matches("unknown:missing:state").count()), (1, 2), "{blocked}");
    });
}

#[test]
fn the_country_of_a_row_is_that_of_its_national_numbers() {
    on_both_engines(|world| {
        world.file("list.txt", "020 7946 0018\n");
        world.ok(["dnc", "registry", "load", "tps", "list.txt", "--as-of", "today", "--region", "GB"]);
        world.ok(["dnc", "registry", "require", "tps"]);
        world.file(
            "in.csv",
            "Phone,Country,home\n020 7946 0018,United Kingdom,\n020 7946 0019,GB,020 7946 0018\n020 7946 0019,uk,\n\
             2125550101,,\n2125550101,US,\n2125550101,Atlantis,\n+12125550101,Atlantis,\n030 123456,unknown,by post\n",
        );
        let (clean, blocked, told, columns) = parted(world, &[]);
        assert_eq!(
            clean.lines().skip(1).collect::<Vec<_>>(),
            ["020 7946 0019,uk,", "2125550101,,", "2125550101,US,", "+12125550101,Atlantis,"]
        );
        assert_eq!(
            blocked.lines().skip(1).collect::<Vec<_>>(),
            [
                "020 7946 0018,United Kingdom,,registry:tps",
                "020 7946 0019,GB,020 7946 0018,registry:tps",
                "2125550101,Atlantis,,unknown:unreadable",
                "030 123456,unknown,by post,unknown:unreadable"
            ]
        );
        assert!(told.contains("rows whose country is none that is known: 2"), "{told}");
        assert_eq!(columns, json!({"country": "Country", "checked": ["home"]}));
        let (clean, ..) = parted(world, &["--ignore", "Country", "--region", "GB"]);
        assert!(clean.contains("020 7946 0019,uk,") && !clean.contains("2125550101,US"), "{clean}");
    });
}

#[test]
fn a_number_of_a_fax_or_a_colleague_is_not_passed_over() {
    on_both_engines(|world| {
        world.file("list.txt", "2125550101\n");
        world.ok(["dnc", "registry", "load", "us", "list.txt", "--as-of", "today"]);
        world.ok(["dnc", "registry", "require", "us"]);
        for header in ["Tel/Fax", "Fax", "Manager Phone", "Listing agent mobile"] {
            world.file("in.csv", format!("Phone,{header}\n2125550102,(212) 555-0101\n2125550103,(212) 555-0104\n"));
            let args = ["dnc", "scrub", "in.csv", "--clean", "clean.csv", "--blocked", "blocked.csv", "--overwrite"];
            let ran = world.run(args);
            assert_eq!((ran.code, ran.stderr.contains(header)), (Some(1), true), "{header}: {}", ran.stderr);
            let ran = world.run([&args[..], &["--map", &format!("phone={header}")]].concat());
            assert_eq!(ran.code, Some(3), "{}", ran.stderr);
            assert!(text(world, "blocked.csv").contains("2125550102"));
            assert_eq!(world.run([&args[..], &["--ignore", header]].concat()).code, Some(0));
        }
    });
}

#[test]
fn what_bears_the_name_of_another_file_is_told() {
    on_both_engines(|world| {
        world.file("in.csv", "Phone\n2125550102\n\n");
        scrub(world, &[]);
        world.file("in.csv", "Phone\n2125550103\n");
        std::fs::create_dir(world.path("swapped")).unwrap();
        std::fs::copy(world.path("clean.csv"), world.path("swapped/blocked.csv")).unwrap();
        std::fs::copy(world.path("blocked.csv"), world.path("swapped/clean.csv")).unwrap();
        let verify = |files: &[&str]| world.run([&["dnc", "verify", "clean.csv.cert.json"], files].concat());
        assert_eq!(verify(&["clean.csv", "blocked.csv"]).code, Some(0));
        let swapped = verify(&["swapped/clean.csv", "swapped/blocked.csv"]);
        assert_eq!((swapped.code, swapped.stdout.matches("changed").count()), (Some(3), 2), "{}", swapped.stdout);
    });
}

/// What stands in the two files of a scrub, by row: whether it is clear, blocked or unknown.
fn verdicts(world: &World) -> BTreeMap<String, &'static str> {
    let clean = text(world, "clean.csv");
    let blocked = text(world, "blocked.csv");
    let clear = clean.lines().skip(1).map(|line| (line.to_owned(), "clear"));
    let others = blocked.lines().skip(1).map(|line| {
        let (row, reason) = line.rsplit_once(',').unwrap();
        let is_blocked = reason.split(';').any(|code| code == "internal" || code.starts_with("registry:"));
        (row.to_owned(), if is_blocked { "blocked" } else { "unknown" })
    });
    clear.chain(others).collect()
}

#[test]
fn the_difference_is_what_two_whole_scrubs_differ_in() {
    on_both_engines(|world| {
        let mut random = Random::of_test("the_difference_is_what_two_whole_scrubs_differ_in");
        let mut numbers = |count: usize| -> BTreeSet<String> {
            let mut number = || format!("+1{}555{:04}", [212, 718, 416, 646][random.below(4)], 100 + random.below(100));
            (0..count).map(|_| number()).collect()
        };
        let lines = |of: &BTreeSet<String>| of.iter().map(|it| format!("{it}\n")).collect::<String>();
        let rows: String = numbers(300).iter().enumerate().map(|(at, number)| format!("{number},{at}\n")).collect();
        world.file("in.csv", format!("Phone,n\n{rows}nope,x\n,y\n"));
        world.ok(["dnc", "registry", "require", "us"]);
        world.ok(["dnc", "registry", "require", "state", "--region", "US"]);
        let load = |world: &World, name: &str, numbers: &BTreeSet<String>, codes: &str| {
            world.file("list.txt", lines(numbers));
            let args = ["dnc", "registry", "load", name, "list.txt", "--as-of", "today", "--area-codes", codes];
            // Canada's numbers are left out.
            let ran = world.run([&args[..], &["--yes", "--max-rejects", "100%"]].concat());
            assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
        };
        load(world, "state", &numbers(60), "all");
        load(world, "us", &numbers(150), "212,718");
        scrub(world, &["--certificate", "0.json"]);
        let mut changed = [0; 3];
        for round in 0..6usize {
            let before = verdicts(world);
            match round {
                // Nothing but the own list.
                0 => {
                    world.file("own.txt", lines(&numbers(40)));
                    world.ok(["dnc", "add", "--file", "own.txt"]);
                }
                1 => drop(world.run(["dnc", "remove", "--file", "own.txt", "--reason", "x", "--yes"])),
                2 => load(world, "us", &numbers(150), "212,718,646"),
                3 => drop(world.ok(["dnc", "registry", "drop", "state", "--yes"])),
                4 => load(world, "state", &numbers(50), "all"),
                // As it was.
                _ => {}
            }
            let (since, now) = (format!("{round}.json"), format!("{}.json", round + 1));
            let answer = scrub(world, &["--since", &since, "--certificate", &now, "--changes", "changes.csv"]);
            let after = verdicts(world);
            scrub(world, &["--certificate", "whole.json"]);
            assert_eq!(verdicts(world), after, "round {round}, {random}");
            let wanted: BTreeMap<&String, &str> =
                after.iter().filter(|(row, now)| before[*row] != **now).map(|(row, now)| (row, *now)).collect();
            let changes = text(world, "changes.csv");
            let got: BTreeMap<String, String> = changes
                .lines()
                .skip(1)
                .map(|line| {
                    let (row, change) = line.rsplit_once(',').unwrap();
                    (row.to_owned(), change.split(';').next().unwrap().replace("newly_", ""))
                })
                .collect();
            assert!(got.iter().map(|(row, now)| (row, now.as_str())).eq(wanted.clone()), "round {round}, {random}");
            for (place, verdict) in ["blocked", "clear", "unknown"].into_iter().enumerate() {
                let count = wanted.values().filter(|now| **now == verdict).count();
                assert_eq!(answer[format!("newly_{verdict}")], count, "round {round}, {random}");
                changed[place] += count;
            }
        }
        assert!(changed.iter().all(|count| *count > 5), "{changed:?}");
        // Where nothing has changed, nothing is told.
        assert_eq!(text(world, "changes.csv").lines().count(), 1);
        world.ok(["dnc", "verify", "6.json", "in.csv", "changes.csv"]);
    });
}
