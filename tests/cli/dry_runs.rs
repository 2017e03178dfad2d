//! Whatever writes can be tried: `--dry-run` does the work, says so, and leaves everything as it was.

use std::fs;

use crate::migrate::VERBS;
use crate::support::filled::{everything, filled};
use crate::support::{Engine, Ran, World};

/// Verbs that write and have no dry run.
const WITHOUT: [(&[&str], &str); 4] = [
    (&["lead", "search"], "it keeps an index that follows the leads, whoever asks"),
    (&["migrate", "seed"], "it has one, and no row of a filled database is its own"),
    (&["dnc", "scrub"], "it writes new files, and its record is the proof of them"),
    (&["backup", "make"], "it writes a new file, and nothing of the database but that it did"),
];

/// A file that every kind of import reads.
const SHEET: &str = "Phone,Cost,Month,Source,Status,Date\n2125550188,5,2026-03,web,hot,2026-03-01\n";

fn run(world: &World, verb: &[&str], more: &[&str]) -> Ran {
    world.run([verb, &["--org", "acme", "--as", "acme@example.com"], more].concat())
}

fn is_without(verb: &[&str]) -> bool {
    WITHOUT.iter().any(|(without, _)| verb.starts_with(without))
}

/// A database in which each verb finds what it is about.
fn prepared(engine: Engine) -> World {
    let world = filled(engine);
    world.file("a.csv", SHEET);
    world.file("rules.toml", crate::score::RULES);
    let done = run(&world, &["dnc", "detect", "--number", "+12125550177", "dont call before nine", "--apply"], &[]);
    assert!(matches!(done.code, Some(0 | 3)), "{}", done.stderr);
    for verb in [
        &["lead", "phone", "add", "1", "2125550150"][..],
        &["segment", "create", "x", "--where", "status = hot"],
        &["lead", "email", "add", "1", "b@example.com"],
        &["user", "add", "b@example.com"],
        &["lead", "add", "--phone", "2125550160", "--name", "Cid"],
        &["lead", "delete", "2125550160", "--yes"],
        &["pool", "create", "x"],
        &["pool", "member", "add", "x", "b@example.com"],
        &["lead", "add", "--phone", "2125550161", "--name", "Dee"],
        &["budget", "deposit", "100"],
    ] {
        assert_eq!(run(&world, verb, &[]).code, Some(0), "{verb:?}");
    }
    world
}

/// Calls that change the prepared database.
const MORE: [&[&str]; 19] = [
    &["lead", "assign", "1", "--territory", "north"],
    &["lead", "assign", "1", "--no-territory"],
    &["pool", "member", "add", "x", "acme@example.com"],
    &["pool", "member", "edit", "x", "b@example.com", "--weight", "2"],
    &["pool", "member", "remove", "x", "b@example.com"],
    &["lead", "add", "--phone", "2125550170"],
    &["segment", "create", "y", "--where", "status = new"],
    &["lead", "restore", "2125550160"],
    &["lead", "merge", "1", "2125550161", "--yes"],
    &["lead", "status", "2125550161", "dnc"],
    &["lead", "phone", "remove", "1", "+12125550150"],
    &["lead", "phone", "primary", "1", "+12125550150"],
    &["lead", "email", "remove", "1", "b@example.com"],
    &["lead", "email", "primary", "1", "b@example.com"],
    &["dnc", "remove", "+12125550103", "--reason", "x", "--yes"],
    &["user", "edit", "b@example.com", "--role", "viewer"],
    &["user", "disable", "b@example.com"],
    &["lead", "edit", "1", "--clear", "first_name"],
    &["lead", "tag", "--where", "status = new", "x", "--yes"],
];

#[test]
fn what_writes_can_be_tried() {
    let world = prepared(Engine::Sqlite);
    let before = fs::read(&world.url).unwrap();
    let content = everything(&world);
    let mut writers: Vec<&[&str]> = Vec::new();
    let due = run(&world, &["dnc", "due"], &["--format", "json"]).stdout;
    let due: serde_json::Value = serde_json::from_str(&due).unwrap();
    let request = due[0]["id"].to_string();
    let decide: [&[&str]; 1] = [&["dnc", "decide", &request, "honour"]];
    for verb in VERBS.iter().copied().chain(MORE).chain(decide) {
        run(&world, verb, &[]);
        // What only brings an index or the like up to date changes no row.
        if fs::read(&world.url).unwrap() != before {
            if everything(&world) != content && !is_without(verb) {
                writers.push(verb);
            }
            fs::write(&world.url, &before).unwrap();
        }
        let _ = fs::remove_file(world.path("x.db"));
    }
    assert!(writers.len() > 42, "{writers:?}");
    let try_out = |world: &World, verb: &[&str]| {
        let ran = run(world, verb, &["--dry-run"]);
        assert!(matches!(ran.code, Some(0 | 3)), "{:?} {verb:?}: {}{}", world.engine, ran.stdout, ran.stderr);
        let told = format!("{}{}", ran.stdout, ran.stderr);
        let says_so =
            ["dry run", "nothing was changed", "would ", "nothing was kept"].iter().any(|it| told.contains(it));
        assert!(says_so, "{:?} {verb:?}: {told}", world.engine);
    };
    for verb in &writers {
        try_out(&world, verb);
        assert!(fs::read(&world.url).unwrap() == before, "a dry run of {verb:?} wrote");
    }
    world.finish();
    let world = prepared(Engine::Postgres);
    let before = everything(&world);
    // Its requests have other numbers.
    for verb in writers.iter().filter(|verb| !verb.starts_with(&["dnc", "decide"])) {
        try_out(&world, verb);
    }
    let due = run(&world, &["dnc", "due"], &["--format", "json"]).stdout;
    let due: serde_json::Value = serde_json::from_str(&due).unwrap();
    try_out(&world, &["dnc", "decide", &due[0]["id"].to_string(), "honour"]);
    assert_eq!(everything(&world), before);
    world.finish();
}
