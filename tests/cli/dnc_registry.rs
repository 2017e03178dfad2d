//! `dnc registry`: loading lists of others, and what is said of numbers because of them.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::{Duration, Instant};

use crmctl::domain::phone::nanp::may_be_of;
use serde_json::Value;

use crate::assert_same_story;
use crate::support::sweep::Random;
use crate::support::{Engine, World, on_both_engines};

/// The verdict of each number, with the first reason of it.
fn verdicts(world: &World, numbers: &[String]) -> Vec<(String, String)> {
    world.file("asked.txt", numbers.join("\n"));
    let answers = world.json(["dnc", "check", "--file", "asked.txt"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    answers.as_array().unwrap().iter().map(|it| (text(&it["verdict"]), text(&it["reasons"][0]["reason"]))).collect()
}

fn verdict(world: &World, number: &str) -> String {
    verdicts(world, &[number.to_owned()])[0].0.clone()
}

fn zipped(world: &World, name: &str, members: &[(&str, &str)]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(world.path(name)).unwrap());
    for (name, text) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn a_year_with_registries() {
    assert_same_story!(|world| {
        world.file("list.txt", "212,5550142\r\n212,5550143\r\n718,5550144\r\n");
        world.file("added.txt", "2125550150\n");
        world.file("gone.txt", "2125550142\n");
        world.tell(&["dnc", "registry", "list"]);
        world.tell(&["dnc", "check", "2125550142"]);
        world.tell(&["dnc", "registry", "require", "us-national", "--subscription", "10012345"]);
        world.tell(&["dnc", "check", "2125550142"]);
        world.tell(&["dnc", "registry", "list"]);
        world.tell(&["dnc", "registry", "load", "us-national", "list.txt", "--as-of", "2026-03-01", "--dry-run"]);
        world.tell(&["dnc", "registry", "load", "us-national", "list.txt", "--as-of", "2026-03-01"]);
        world.tell(&["dnc", "check", "2125550142", "2125550145", "9175550142", "+442079460018", "4165550142"]);
        world.tell(&["dnc", "registry", "load", "us-national", "added.txt", "--as-of", "2026-03-03", "--mode", "add"]);
        world.tell(&["dnc", "registry", "load", "us-national", "gone.txt", "--as-of", "today", "--mode", "remove"]);
        world.tell(&["dnc", "check", "2125550142", "2125550150", "--record"]);
        world.tell(&["dnc", "history", "2125550150"]);
        world.now = "2026-04-05T09:00:00Z";
        world.tell(&["dnc", "check", "2125550142", "2125550150"]);
        world.tell(&["dnc", "registry", "list"]);
        world.tell(&["dnc", "registry", "load", "us-national", "list.txt", "--as-of", "2026-01-01"]);
        world.tell(&["dnc", "registry", "drop", "us-national", "--dry-run"]);
        world.tell(&["dnc", "registry", "drop", "us-national"]);
        world.tell(&["dnc", "registry", "drop", "us-national", "--yes"]);
        world.tell(&["dnc", "check", "2125550150"]);
        world.tell(&["dnc", "registry", "show", "us-national"]);
        world.tell(&["dnc", "registry", "unrequire", "us-national", "--yes"]);
        world.tell(&["dnc", "check", "2125550150"]);
        world.tell(&["dnc", "registry", "unrequire", "us-national", "--yes"]);
        world.tell(&["audit", "list", "--entity", "dnc_requirement"]);
    });
}

#[test]
fn what_cannot_be_loaded_is_said() {
    assert_same_story!(|world| {
        world.file("bad.txt", "212,5550142\nfoo\n212,55501\n\n+442079460018\n2125550199\n");
        world.file("wide.csv", "Name,Phone\nAda,2125550142\nBen,\nCal,nope\n");
        world.file("empty.txt", "");
        world.file("words.txt", "hello\nworld\n");
        world.file(
            "changes.xml",
            "<list type='change' level='all' val=''/><ac val='212'><ph val='5550142'/></ac></list>",
        );
        world.file("odd.xml", "<list type='full'/><ph val='5550142'/>\n<ac val='212'>\n<ph/><ph val='12'/></ac>");
        zipped(world, "two.zip", &[("212.txt", "212,5550142\n"), ("718.txt", "718,5550142\n718,nope\n")]);
        zipped(world, "nested.zip", &[("in.zip", "PK\u{3}\u{4}")]);
        let files = [
            "bad.txt",
            "wide.csv",
            "empty.txt",
            "words.txt",
            "changes.xml",
            "odd.xml",
            "two.zip",
            "nested.zip",
            "none.txt",
        ];
        for file in files {
            world.tell(&["dnc", "registry", "load", "us", file, "--as-of", "today"]);
        }
        world.tell(&["dnc", "registry", "load", "us", "bad.txt", "--as-of", "today", "--max-rejects", "3"]);
        world.tell(&["dnc", "registry", "load", "us", "wide.csv", "--as-of", "today", "--column", "phone"]);
        world.tell(&["dnc", "registry", "load", "us", "wide.csv", "--as-of", "today", "--column", "Fone"]);
        world.tell(&["dnc", "registry", "load", "us", "two.zip", "--as-of", "2026-03-06"]);
        world.tell(&["dnc", "registry", "load", "us", "two.zip", "--as-of", "soon"]);
        world.tell(&["dnc", "registry", "load", "us", "two.zip"]);
        world
            .tell(&["dnc", "registry", "load", "uk", "bad.txt", "--as-of", "today", "--mode", "add", "--region", "GB"]);
        world.tell(&[
            "dnc",
            "registry",
            "load",
            "uk",
            "bad.txt",
            "--as-of",
            "today",
            "--region",
            "GB",
            "--area-codes",
            "all",
        ]);
        world.tell(&["dnc", "registry", "load", "us", "bad.txt", "--as-of", "today", "--region", "GB"]);
        world.tell(&["dnc", "registry", "load", "internal", "bad.txt", "--as-of", "today"]);
        world.tell(&["dnc", "registry", "load", "us", "bad.txt", "--as-of", "today", "--area-codes", "21"]);
        world.tell(&["dnc", "registry", "drop", "none", "--yes"]);
        world.tell(&["dnc", "registry", "show", "none"]);
        world.tell(&["dnc", "registry", "require", "us", "--region", "GB"]);
    });
}

#[test]
fn lists_come_in_many_forms() {
    on_both_engines(|world| {
        let lines = [
            ("plain.txt", "2125550142\n2125550143\n"),
            ("comma.txt", "\u{feff}212,5550142\r\n212,5550143\r\n"),
            ("header.txt", "Phone Number\n(212) 555-0142\n+12125550143"),
            (
                "list.xml",
                "<?xml version=\"1.0\"?>\n<list type=\"full\" level=\"ac\" val=\"212\">\n<ac val=\"212\"><ph val=\"5550142\"/><ph val=\"5550143\"/></ac></list>\n",
            ),
            (
                "canada.xml",
                "<list type='full' level='all' val='' /> <ac val='212'>\n<ph val='5550142' /> <ph val='5550143' />\n</ac></list>",
            ),
            ("phones.xml", "<numbers><phone>2125550142</phone><number value='2125550143'/></numbers>"),
        ];
        for (name, text) in lines {
            world.file(name, text);
            zipped(world, &format!("{name}.zip"), &[("readme/", ""), (name, text), ("__MACOSX/._x", "junk")]);
            let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gz.write_all(text.as_bytes()).unwrap();
            world.file(&format!("{name}.gz"), gz.finish().unwrap());
        }
        world.file("wide.csv", "Name;Phone;Note\nAda;(212) 555-0142;a\nBen;212.555.0143;b\n");
        world.ok(["dnc", "registry", "require", "us"]);
        let mut calls: Vec<Vec<String>> = Vec::new();
        for (name, _) in lines {
            calls.extend(["", ".zip", ".gz"].map(|ending| vec![format!("{name}{ending}")]));
        }
        calls.push(["wide.csv", "--column", "Phone"].map(str::to_owned).to_vec());
        calls.push(["wide.csv", "--column", "#2"].map(str::to_owned).to_vec());
        world.file("a.txt", "2125550142\n");
        world.file("b.txt", "2125550143\n");
        calls.push(["a.txt", "b.txt"].map(str::to_owned).to_vec());
        let mut digests = BTreeSet::new();
        for call in calls {
            let args: Vec<String> = ["dnc", "registry", "load", "us", "--as-of", "today"].map(str::to_owned).to_vec();
            let loaded = world.json([args, call.clone()].concat());
            assert_eq!(loaded["number_count"], 2, "{call:?}: {loaded}");
            digests.insert(loaded["digest"].as_str().unwrap().to_owned());
            assert_eq!(verdict(world, "2125550143"), "blocked", "{call:?}");
            assert_eq!(verdict(world, "2125550144"), "clear", "{call:?}");
        }
        assert_eq!(digests.len(), 1, "the digest is of the numbers alone");
    });
}

#[test]
fn lists_of_the_united_kingdom_and_of_spellings() {
    on_both_engines(|world| {
        world.file("tps.txt", "0207 3787244\r\n01635 506160\r\n02079460018 \r\n");
        let loaded = world.json(["dnc", "registry", "load", "uk-tps", "tps.txt", "--as-of", "today", "--region", "GB"]);
        assert_eq!((&loaded["number_count"], &loaded["covers"]), (&3.into(), &"the country".into()), "{loaded}");
        world.ok(["dnc", "registry", "require", "uk-tps"]);
        for (number, wanted) in
            [("+442079460018", "blocked"), ("+44 1635 506160", "blocked"), ("+442079460019", "clear")]
        {
            assert_eq!(verdict(world, number), wanted, "{number}");
        }
        // Listed with the 9 of mobiles, asked for without it.
        world.file("ar.txt", "+5491123456789\n");
        world.ok(["dnc", "registry", "load", "ar", "ar.txt", "--as-of", "today", "--region", "AR"]);
        world.ok(["dnc", "registry", "require", "ar"]);
        world.ok(["lead", "add", "--phone", "+541123456789"]);
        assert_eq!(verdict(world, "+541123456789"), "blocked");
        assert_eq!(world.json(["lead", "list", "--where", "on_dnc = yes"]).as_array().unwrap().len(), 1);
    });
}

#[test]
fn a_random_registry_answers_as_a_plain_set() {
    on_both_engines(|world| {
        let mut random = Random::of_test("a_random_registry_answers_as_a_plain_set");
        let area_codes = [201, 212, 305, 415, 617, 718, 917];
        let mut listed = BTreeSet::new();
        // A part is so dense that its blocks are bits.
        while listed.len() < 1_000_000 {
            let area_code = area_codes[random.below(area_codes.len())];
            let spread = if random.below(3) == 0 { 100_000 } else { 8_000_000 };
            listed.insert(area_code * 10_000_000 + 2_000_000 + random.below(spread));
        }
        let mut numbers: Vec<usize> = listed.iter().copied().collect();
        for at in (1..numbers.len()).rev() {
            numbers.swap(at, random.below(at + 1));
        }
        let text: String = numbers.iter().map(|it| format!("{},{:07}\n", it / 10_000_000, it % 10_000_000)).collect();
        world.file("list.txt", text);
        let loaded = world.json(["dnc", "registry", "load", "us", "list.txt", "--as-of", "today"]);
        assert_eq!(loaded["number_count"], 1_000_000, "{loaded}");
        world.ok(["dnc", "registry", "require", "us"]);
        // The suite asks about some; CONTRIBUTING says how to ask about all of them, and as many others.
        let step = std::env::var("CRMCTL_REGISTRY_STEP").map_or(700, |step| step.parse().unwrap());
        let mut asked: Vec<usize> = numbers.iter().step_by(step).copied().collect();
        asked.extend(numbers.iter().step_by(step).map(|number| number + 1));
        asked
            .extend((0..1_000_000 / step).map(|_| {
                area_codes[random.below(area_codes.len())] * 10_000_000 + 2_000_000 + random.below(8_000_000)
            }));
        let written: Vec<String> = asked.iter().map(|number| format!("+1{number}")).collect();
        for (number, (verdict, reason)) in asked.iter().zip(verdicts(world, &written)) {
            // Whether a number is valid in its plan is another matter.
            let is_listed = listed.contains(number);
            assert_eq!(verdict == "blocked", is_listed, "{number}: {verdict} {reason}, {random}");
            assert!(verdict != "unknown" || reason.contains("valid"), "{number}: {reason}");
        }
    });
}

#[test]
fn additions_and_removals_in_order_make_the_full_list() {
    on_both_engines(|world| {
        let mut random = Random::of_test("additions_and_removals_in_order_make_the_full_list");
        for round in 0..3 {
            let mut wanted = BTreeSet::new();
            let name = format!("list-{round}");
            let modes = ["full", "add", "remove", "add", "remove", "add"];
            for (place, mode) in modes.into_iter().enumerate() {
                // Some blocks are shared, some come and go whole.
                let some: BTreeSet<usize> = (0..1 + random.below(400))
                    .map(|_| 2_122_000_000 + random.below(4) * 1_000_000 + random.below(700))
                    .collect();
                let before = wanted.clone();
                match mode {
                    "full" => wanted = some.clone(),
                    "add" => wanted.extend(&some),
                    _ => wanted = &wanted - &some,
                }
                if wanted.is_empty() {
                    wanted = before;
                    continue;
                }
                let file = format!("{name}-{place}.txt");
                world.file(&file, some.iter().map(|it| format!("{it}\n")).collect::<String>());
                world.ok(["dnc", "registry", "load", &name, &file, "--as-of", "today", "--mode", mode, "--yes"]);
            }
            world.file("whole.txt", wanted.iter().map(|it| format!("{it}\n")).collect::<String>());
            let whole =
                world.json(["dnc", "registry", "load", &format!("{name}-whole"), "whole.txt", "--as-of", "today"]);
            let changed = world.json(["dnc", "registry", "show", &name]);
            assert_eq!(changed["digest"], whole["digest"], "{random}");
            assert_eq!(changed["number_count"], wanted.len(), "{random}");
        }
    });
}

/// A list of so many numbers of the United States, one a block.
pub fn one_a_block(count: usize) -> String {
    let numbers = (0..).map(|at| 2_125_550_144 + at * 100_000u64);
    let numbers = numbers.filter(|number| may_be_of((number / 10_000_000) as u16, "US"));
    numbers.take(count).map(|number| format!("{number}\n")).collect()
}

#[test]
fn a_load_that_is_killed_leaves_the_old_list_whole() {
    on_both_engines(|world| {
        world.file("old.txt", "2125550142\n2125550143\n");
        world.ok(["dnc", "registry", "load", "us", "old.txt", "--as-of", "today", "--area-codes", "all"]);
        world.ok(["dnc", "registry", "require", "us"]);
        // One number a block, so that writing takes a while.
        let new = one_a_block(40_000);
        world.file("new.txt", new);
        let load = ["dnc", "registry", "load", "us", "new.txt", "--as-of", "today", "--area-codes", "all"];
        let blocks = || {
            let sql = "SELECT count(*) FROM dnc_registry_blocks WHERE revision_id <> (SELECT min(id) FROM dnc_registry_revisions)";
            world.engine.sql(&world.url, sql).unwrap()[0].parse::<u64>().unwrap()
        };
        let mut child = world.start(load);
        let began = Instant::now();
        while blocks() == 0 {
            assert!(began.elapsed() < Duration::from_secs(60), "nothing is written");
            assert!(child.try_wait().unwrap().is_none(), "the load has ended");
        }
        // While it is being loaded, the old one answers.
        assert_eq!(verdict(world, "2125550142"), "blocked");
        child.kill().unwrap();
        child.wait().unwrap();
        let after = blocks();
        assert!(after > 0 && after < 40_000, "{after}");
        assert_eq!(verdict(world, "2125550142"), "blocked");
        assert_eq!(verdict(world, "2125550144"), "clear");
        let shown = world.json(["dnc", "registry", "show", "us"]);
        assert_eq!((&shown["version"], &shown["loads"][1]["state"]), (&1.into(), &"loading".into()), "{shown}");
        let loaded = world.json(load);
        assert_eq!((&loaded["version"], &loaded["number_count"]), (&3.into(), &40_000.into()));
        assert_eq!(blocks(), 40_000, "what the killed load wrote is gone");
        assert_eq!(verdict(world, "2125550142"), "clear");
        assert_eq!(verdict(world, "2125550144"), "blocked");
    });
}

#[test]
fn of_two_loads_at_once_one_gives_way() {
    on_both_engines(|world| {
        let new = one_a_block(20_000);
        world.file("new.txt", new);
        let load = ["dnc", "registry", "load", "us", "new.txt", "--as-of", "today", "--area-codes", "all"];
        let children = [world.start(load), world.start(load)];
        let ends: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        let done = ends.iter().filter(|end| end.status.success()).count();
        assert!(done >= 1, "{ends:?}");
        for end in ends.iter().filter(|end| !end.status.success()) {
            let said = String::from_utf8_lossy(&end.stderr);
            assert!(said.contains("another load of the registry `us`"), "{said}");
            assert_eq!(end.status.code(), Some(1), "{said}");
        }
        let sql = "SELECT count(*) FROM dnc_registry_blocks";
        assert_eq!(world.engine.sql(&world.url, sql).unwrap(), ["20000"], "each block is there once");
    });
}

#[test]
fn filters_and_exports_ask_registries_too() {
    on_both_engines(|world| {
        world.file("list.txt", "2125550101\n2125550102\n");
        world.ok(["dnc", "registry", "load", "us", "list.txt", "--as-of", "today"]);
        for (phone, name) in [
            ("2125550101", "listed"),
            ("2125550103", "clear"),
            ("7185550104", "uncovered"),
            ("+442079460018", "abroad"),
            ("2125550105", "own"),
        ] {
            world.ok(["lead", "add", "--phone", phone, "--name", name]);
        }
        world.ok(["lead", "phone", "add", "2125550103", "2125550106"]);
        world.ok(["dnc", "add", "2125550105"]);
        world.ok(["lead", "add", "--email", "mail@example.com", "--name", "mail"]);
        let named = |filter: &str| -> Vec<String> {
            let leads = world.json(["lead", "list", "--where", filter, "--sort", "id", "--columns", "first_name"]);
            leads.as_array().unwrap().iter().map(|it| it["first_name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(named("on_dnc = yes"), ["own"]);
        assert_eq!(named("on_dnc = no"), ["listed", "clear", "uncovered", "abroad", "mail"]);
        world.ok(["dnc", "registry", "require", "us"]);
        assert_eq!(named("on_dnc = yes"), ["listed", "own"]);
        assert_eq!(named("on_dnc = no"), ["clear", "abroad", "mail"]);
        // What is not known is neither, however it is asked for.
        for (filter, wanted) in [
            ("not on_dnc = yes", vec!["clear", "abroad", "mail"]),
            ("not on_dnc = no", vec!["listed", "own"]),
            ("on_dnc != no", vec!["listed", "own"]),
            ("not (on_dnc = yes or name = mail)", vec!["clear", "abroad"]),
            ("not (not on_dnc = yes)", vec!["listed", "own"]),
        ] {
            assert_eq!(named(filter), wanted, "{filter}");
        }
        let shown = world.json(["lead", "list", "--sort", "id", "--columns", "first_name,on_dnc,blocked"]);
        let flags: Vec<&Value> = shown.as_array().unwrap().iter().map(|it| &it["on_dnc"]).collect();
        assert_eq!(flags, [&true.into(), &false.into(), &Value::Null, &false.into(), &true.into(), &false.into()]);
        assert_eq!(shown[0]["blocked"], serde_json::json!(["+12125550101"]));
        let export = world.run(["lead", "export", "--output", "out.csv"]);
        assert!(
            export.stderr.contains("left out 2 leads that have a number on the do-not-call list"),
            "{}",
            export.stderr
        );
        assert!(
            export.stderr.contains("left out 1 lead of whose numbers it is not known whether they may be contacted"),
            "{}",
            export.stderr
        );
        let text = std::fs::read_to_string(world.path("out.csv")).unwrap();
        assert!(!text.contains("listed") && !text.contains("uncovered") && text.contains("clear"), "{text}");
        // A further number counts as the first one does.
        world.file("more.txt", "2125550106\n");
        world.ok(["dnc", "registry", "load", "us", "more.txt", "--as-of", "today", "--mode", "add"]);
        assert_eq!(named("on_dnc = no"), ["abroad", "mail"]);
        // Too old, it answers for nobody.
        world.ok(["dnc", "registry", "require", "uk-tps", "--region", "GB"]);
        assert_eq!(named("on_dnc = no"), ["mail"]);
    });
}

#[test]
fn filters_agree_with_checks() {
    on_both_engines(|world| {
        let mut random = Random::of_test("filters_agree_with_checks");
        let mut number = || {
            let area_code = [212, 718, 416, 787, 876, 800, 917][random.below(7)];
            format!("+1{area_code}555{:04}", 100 + random.below(100))
        };
        let numbers: BTreeSet<String> = (0..300).map(|_| number()).collect();
        let us: BTreeSet<String> = (0..200).map(|_| number()).collect();
        let ca: BTreeSet<String> = (0..100).map(|_| number()).collect();
        let list = |of: &BTreeSet<String>| of.iter().cloned().collect::<Vec<_>>().join("\n");
        world.file("us.txt", list(&us));
        world.file("ca.txt", list(&ca));
        world.file("leads.csv", format!("Phone\n{}\n+442079460018\n", list(&numbers)));
        // Each has numbers of other countries, which are left out.
        let load = |name: &str, more: &[&str]| {
            let file = format!("{name}.txt");
            let load = ["dnc", "registry", "load", name, &file, "--as-of", "today", "--max-rejects", "100%"];
            assert_eq!(world.run([&load[..], more].concat()).code, Some(3));
        };
        load("us", &["--area-codes", "212,718,787,416"]);
        load("ca", &["--region", "CA"]);
        world.ok(["dnc", "registry", "require", "us"]);
        world.ok(["dnc", "registry", "require", "ca"]);
        world.ok(["import", "leads", "leads.csv"]);
        let leads = world.json(["lead", "list", "--limit", "0", "--sort", "id", "--columns", "phone,on_dnc"]);
        let leads = leads.as_array().unwrap();
        assert!(leads.len() > 200);
        let phones: Vec<String> = leads.iter().map(|it| it["phone"].as_str().unwrap().to_owned()).collect();
        for ((verdict, reason), lead) in verdicts(world, &phones).into_iter().zip(leads) {
            let wanted = match verdict.as_str() {
                "blocked" => Value::Bool(true),
                "clear" => Value::Bool(false),
                _ => Value::Null,
            };
            assert_eq!(lead["on_dnc"], wanted, "{lead}: {verdict} {reason}, {random}");
            if world.engine == Engine::Postgres {
                let phone = lead["phone"].as_str().unwrap();
                let asked = world.engine.sql(&world.url, &format!("SELECT is_on_dnc_list('{phone}', 'acme')"));
                let wanted = match verdict.as_str() {
                    "blocked" => Some("t".to_owned()),
                    "clear" => Some("f".to_owned()),
                    _ => None,
                };
                // The database's clock is the machine's, for which the lists are too old.
                let is_expected = match &asked {
                    Ok(rows) => Some(&rows[0]) == wanted.as_ref(),
                    Err(problem) => problem.contains("the registry") && wanted.as_deref() != Some("t"),
                };
                assert!(is_expected, "{phone}: {verdict}, {asked:?}");
            }
        }
    });
}

#[test]
fn a_dialer_gets_an_error_where_a_registry_cannot_answer() {
    let world = World::new(Engine::Postgres);
    let ask = |number: &str| world.engine.sql(&world.url, &format!("SELECT is_on_dnc_list('{number}', 'acme')"));
    world.file("list.txt", "2125550142\n");
    assert_eq!(ask("+12125550143").unwrap(), ["f"]);
    world.ok(["dnc", "registry", "require", "us"]);
    assert!(ask("+12125550143").unwrap_err().contains("the registry us is not loaded"));
    let today = world.engine.sql(&world.url, "SELECT current_date").unwrap()[0].clone();
    let now = format!("{today}T12:00:00Z");
    let load = |as_of: &str, more: &[&str]| {
        let args = [&["dnc", "registry", "load", "us", "list.txt", "--as-of", as_of], more].concat();
        let ran = crate::support::ran(world.command(args).env("CRM_NOW", &now));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    };
    load("40d", &[]);
    assert!(ask("+12125550143").unwrap_err().contains("the registry us is too old"));
    assert_eq!(ask("+12125550142").unwrap(), ["t"], "what is on it is on it, however old it is");
    load("today", &[]);
    assert_eq!((ask("+12125550142").unwrap(), ask("+12125550143").unwrap()), (vec!["t".into()], vec!["f".into()]));
    assert!(ask("+17185550143").unwrap_err().contains("does not cover its area code"));
    assert_eq!(ask("+14165550143").unwrap(), ["f"], "Canada's numbers are not the list's");
    load("today", &["--area-codes", "all"]);
    assert_eq!(ask("+17185550143").unwrap(), ["f"]);
    world.finish();
}

#[test]
fn a_short_list_in_place_of_a_long_one_is_asked_about() {
    let world = World::new(Engine::Sqlite);
    world.file("long.txt", (0..10).map(|at| format!("212555010{at}\n")).collect::<String>());
    world.file("short.txt", "2125550150\n");
    world.ok(["dnc", "registry", "load", "us", "long.txt", "--as-of", "today"]);
    world.ok(["dnc", "registry", "require", "us"]);
    let short = ["dnc", "registry", "load", "us", "short.txt", "--as-of", "today"];
    let ran = world.run(short);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(verdict(&world, "2125550101"), "blocked");
    assert_eq!(ran.stdout, "");
    world.ok([&short[..], &["--yes"]].concat());
    assert_eq!(verdict(&world, "2125550101"), "clear");
    world.finish();
}

#[test]
fn registries_are_for_admins() {
    let world = World::new(Engine::Sqlite);
    world.ok(["user", "add", "ann@example.com", "--role", "manager"]);
    world.file("list.txt", "2125550142\n");
    for args in [
        vec!["dnc", "registry", "load", "us", "list.txt", "--as-of", "today"],
        vec!["dnc", "registry", "require", "us"],
        vec!["dnc", "registry", "unrequire", "us", "--yes"],
        vec!["dnc", "registry", "drop", "us", "--yes"],
    ] {
        let ran = world.run([args, vec!["--as", "ann@example.com"]].concat());
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.contains("does not allow this"), "{}", ran.stderr);
    }
    world.ok(["dnc", "registry", "list", "--as", "ann@example.com"]);
    world.finish();
}
