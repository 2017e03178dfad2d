//! People read times where their organization is; programs read them in UTC.

use crate::migrate::VERBS;
use crate::support::filled::filled;
use crate::support::{Engine, World};

/// The clock stands at noon of UTC, which is half past five in the afternoon in India.
const UTC: &str = "12:00";

/// What of an answer no person should read.
fn machine_times(told: &str) -> Vec<&str> {
    let machine = regex::Regex::new(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]*Z?|[0-9(]UTC\b|[0-9] UTC\b").unwrap();
    // What a caller wrote stands as it is.
    told.lines().filter(|line| machine.is_match(line) || line.contains(UTC)).collect()
}

#[test]
fn people_read_times_in_the_zone_of_the_organization() {
    let world = filled(Engine::Sqlite);
    let run = |args: &[&str]| world.run([args, &["--org", "acme", "--as", "acme@example.com"]].concat());
    assert_eq!(run(&["org", "set", "timezone", "Asia/Kolkata"]).code, Some(0));
    world.file("a.csv", "Phone,Cost,Month,Source,Status,Date\n2125550188,5,2026-03,web,hot,2026-03-01\n");
    run(&["dnc", "detect", "--number", "+12125550177", "dont call before nine", "--apply"]);
    let more: [&[&str]; 10] = [
        &["lead", "note", "1", "x", "--contacted", "--next-contact", "2026-05-04T15:00"],
        &["lead", "show", "1"],
        &["lead", "list", "--columns", "id,created,updated,status_since,last_contacted"],
        &["lead", "history", "1", "--as-of", "2026-03-04"],
        &["lead", "timeline", "1"],
        &["dnc", "add", "+12125550166", "--expires", "2026-06-01", "--requested-at", "2026-03-03T10:00"],
        &["dnc", "add", "+12125550166", "--requested-at", "2026-03-05T10:00"],
        &["dnc", "remove", "+12125550166", "--reason", "x", "--dry-run"],
        &["import", "leads", "people.csv"],
        &["org", "show", "acme"],
    ];
    let mut local = 0;
    for form in ["table", "markdown"] {
        for verb in more.iter().copied().chain(VERBS.iter().copied()) {
            // A certificate is shown as it was signed, and backups are of all organizations.
            if verb.starts_with(&["dnc", "certificate", "show"]) || verb.starts_with(&["backup"]) {
                continue;
            }
            // They end what is looked at.
            if verb.starts_with(&["lead", "erase"]) || verb.starts_with(&["org", "disable"]) {
                continue;
            }
            let ran = run(&[verb, &["--format", form][..]].concat());
            let told = format!("{}{}", ran.stdout, ran.stderr);
            assert_eq!(machine_times(&told), Vec::<&str>::new(), "{verb:?}");
            local += usize::from(told.contains("17:30"));
        }
    }
    assert!(local > 30, "{local} answers tell a time");
    for (verb, file) in [("funnel", "f.html"), ("roi", "r.html"), ("funnel", "f.svg")] {
        let option = if file.ends_with("svg") { "--svg" } else { "--html" };
        assert_eq!(run(&[verb, "show", option, file]).code, Some(0));
        let page = std::fs::read_to_string(world.path(file)).unwrap();
        assert!(!machine_times(&page).iter().any(|line| line.contains("2026")), "{page}");
    }
    // Several organizations have no zone in common.
    let list = run(&["org", "list", "--columns", "slug,created_at"]).stdout;
    assert!(list.contains("created (UTC)") && list.contains("2026-03-04 12:00"), "{list}");
    world.finish();
}

#[test]
fn the_zone_is_named_once() {
    let world = World::new(Engine::Sqlite);
    world.ok(["org", "set", "timezone", "America/New_York"]);
    world.ok(["lead", "add", "--phone", "2125550101"]);
    let list = world.ok(["lead", "list", "--columns", "id,created,updated"]);
    assert_eq!(list.matches("EST/EDT").count(), 1, "{list}");
    assert!(list.contains("2026-03-04 07:00"), "{list}");
    let show = world.ok(["lead", "show", "1"]);
    assert_eq!(show.matches("EST/EDT").count(), 1, "{show}");
    assert!(show.contains("2026-03-04 07:00 (now)"), "{show}");
    assert!(world.ok(["lead", "list", "--columns", "created", "--format", "csv"]).contains("2026-03-04T12:00:00Z"));
    world.finish();
}
