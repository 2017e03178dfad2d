//! `dnc scrub` where registries must be honoured.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::dnc_scrub::{scrub, text};
use crate::support::on_both_engines;
use crate::support::sweep::Random;

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
        assert_eq!(certificate["lists"].as_array().unwrap().len(), 2, "{certificate}");
        assert_eq!(
            certificate["lists"][1],
            json!({"name": "us-national", "version": 1, "as_of": "2026-03-01", "size": 2, "digest": shown["digest"]})
        );
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
        let old = scrub(world, &[]);
        assert_eq!(json!([old["clean"], old["blocked"], old["unknown"]]), json!([1, 3, 3]), "{old}");
        world.now = crate::support::NOW;
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
        world.ok(["dnc", "registry", "load", "us", "list.txt", "--as-of", "today", "--area-codes", "212,718,800"]);
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

#[test]
fn what_looks_like_a_number_elsewhere_is_no_matter_of_registries() {
    on_both_engines(|world| {
        world.file("list.txt", "2125550101\n2125550103\n");
        world.ok(["dnc", "registry", "load", "us", "list.txt", "--as-of", "today"]);
        world.ok(["dnc", "registry", "require", "us"]);
        world.file("in.csv", "Phone,Order\n2125550102,2125550101\n2125550103,2125550104\n");
        let answer = scrub(world, &[]);
        assert_eq!(json!([answer["clean"], answer["blocked"], answer["unknown"]]), json!([1, 1, 0]), "{answer}");
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
