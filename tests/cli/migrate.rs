//! Migrations on both engines.

use crate::support::engine::{admin_url, database_of, psql, url_of};
use crate::support::{Engine, World, on_both_engines, program, ran};

/// How many migrations there are.
pub fn migrations() -> usize {
    std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap().count()
}

/// The same database as the role that owns the schema.
fn owner(world: &World) -> String {
    match world.engine {
        Engine::Sqlite => world.url.clone(),
        Engine::Postgres => url_of("crmctl_owner", database_of(&world.url)),
    }
}

#[test]
fn down_to_zero_and_up_again() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101"]);
        world.ok(["dnc", "add", "+12125550101", "--expires", "2026-12-31"]);
        let owner = owner(world);
        let verb = |args: &[&str]| world.run([args, &["--database-url", &owner]].concat());
        assert_eq!(verb(&["migrate", "down", "--all"]).code, Some(1), "it must ask first");
        let down = verb(&["migrate", "down", "--all", "--yes"]);
        assert_eq!((down.code, down.stdout.matches("reverted").count()), (Some(0), migrations()), "{}", down.stderr);
        if world.engine == Engine::Sqlite {
            let backup = std::fs::read_dir(world.folder.path())
                .unwrap()
                .flatten()
                .find(|f| f.file_name().to_string_lossy().contains("backup"))
                .unwrap();
            let kept = Engine::Sqlite.sql(backup.path().to_str().unwrap(), "SELECT phone_number FROM leads").unwrap();
            assert_eq!(kept, ["+12125550101"]);
        }
        let status = verb(&["migrate", "status"]);
        assert_eq!((status.code, status.stdout.matches(" no").count()), (Some(3), migrations()), "{}", status.stdout);
        let up = verb(&["migrate", "up"]);
        assert_eq!((up.code, up.stdout.matches("applied").count()), (Some(0), migrations()), "{}", up.stderr);
        assert!(verb(&["migrate", "up"]).stderr.contains("nothing is pending"));
        assert_eq!(verb(&["migrate", "redo", "--yes"]).code, Some(0));
        assert_eq!(verb(&["migrate", "status"]).code, Some(0));
        if world.engine == Engine::Postgres {
            psql(&owner, &crmctl::db::catalogue::grants("crmctl_app").join(" "));
        }
        world.ok(["org", "add", "again"]);
        assert!(world.leads().is_empty());
    });
}

/// Every verb that opens the database, but those that look after migrations.
pub const VERBS: &[&[&str]] = &[
    &["import", "leads", "a.csv"],
    &["import", "list"],
    &["import", "show", "1"],
    &["import", "apply", "a.plan"],
    &["import", "undo", "1", "--yes"],
    &["import", "mappings", "list"],
    &["import", "mappings", "show", "monthly"],
    &["import", "mappings", "delete", "monthly", "--yes"],
    &["lead", "add", "--phone", "+12125550101"],
    &["lead", "show", "1"],
    &["lead", "email", "add", "1", "a@example.com"],
    &["lead", "email", "delete", "1", "a@example.com"],
    &["lead", "email", "primary", "1", "a@example.com"],
    &["lead", "list"],
    &["lead", "count"],
    &["lead", "export"],
    &["lead", "tag", "1", "x"],
    &["lead", "untag", "1", "x"],
    &["lead", "assign", "1", "--nobody"],
    &["lead", "next", "list", "--all", "--channel", "email"],
    &["lead", "next", "waiting", "--all"],
    &["lead", "next", "stats"],
    &["lead", "next", "done", "1"],
    &["lead", "next", "snooze", "1"],
    &["lead", "next", "dismiss", "1", "--reason", "x"],
    &["task", "add", "1", "--due", "today"],
    &["task", "list"],
    &["task", "snooze", "1", "--until", "tomorrow"],
    &["task", "done", "1"],
    &["task", "delete", "1", "--yes"],
    &["segment", "add", "x", "--where", "status = hot"],
    &["segment", "list"],
    &["segment", "show", "x"],
    &["segment", "edit", "x", "--public"],
    &["segment", "delete", "x", "--yes"],
    &["segment", "count", "x"],
    &["segment", "refresh", "x"],
    &["segment", "export", "x"],
    &["segment", "explain", "x"],
    &["territory", "add", "x", "--where", "status = hot"],
    &["territory", "list"],
    &["territory", "show", "north"],
    &["territory", "edit", "north", "--priority", "5"],
    &["territory", "member", "add", "north", "b@example.com"],
    &["territory", "member", "list", "north"],
    &["territory", "member", "remove", "north", "acme@example.com"],
    &["territory", "assign", "--yes"],
    &["territory", "delete", "north", "--unassign", "--yes"],
    &["score", "model", "check", "rules.toml"],
    &["score", "model", "set", "rules.toml"],
    &["score", "model", "show"],
    &["score", "model", "list"],
    &["score", "model", "use", "rules@1"],
    &["score", "run"],
    &["score", "explain", "1"],
    &["score", "distribution"],
    &["score", "history", "1"],
    &["score", "train"],
    &["score", "backtest", "learned", "--split", "2026-01-01"],
    &["pool", "add", "x"],
    &["pool", "list"],
    &["pool", "show", "x"],
    &["pool", "edit", "x", "--priority", "7"],
    &["pool", "member", "add", "x", "a@example.com"],
    &["pool", "member", "list", "x"],
    &["pool", "member", "edit", "x", "a@example.com", "--weight", "2"],
    &["pool", "member", "remove", "x", "a@example.com"],
    &["pool", "run"],
    &["pool", "runs"],
    &["pool", "undo", "1"],
    &["pool", "reclaim", "--untouched", "4h"],
    &["pool", "delete", "x", "--yes"],
    &["lead", "edit", "1", "--city", "x"],
    &["lead", "status", "1", "hot"],
    &["import", "dnc", "a.csv"],
    &["import", "history", "a.csv"],
    &["import", "costs", "a.csv"],
    &["roi"],
    &["roi", "cost", "add", "x", "2026-03", "5"],
    &["roi", "cost", "list"],
    &["roi", "cost", "delete", "1", "--yes"],
    &["roi", "cost", "history"],
    &["roi", "rate", "set", "EUR", "2026-03", "1.1"],
    &["roi", "rate", "list"],
    &["budget", "account", "add", "x"],
    &["budget", "account", "list"],
    &["budget", "deposit", "5"],
    &["budget", "charge", "5"],
    &["budget", "refund", "5"],
    &["budget", "adjust", "5", "--description", "x"],
    &["budget", "balance"],
    &["budget", "list"],
    &["budget", "verify"],
    &["import", "rates", "a.csv"],
    &["funnel"],
    &["funnel", "stages"],
    &["funnel", "stuck"],
    &["dnc", "add", "+12125550101"],
    &["dnc", "remove", "+12125550101", "--reason", "x", "--yes"],
    &["dnc", "expire"],
    &["dnc", "check", "+12125550101"],
    &["dnc", "callable", "+12125550101"],
    &["dnc", "history", "+12125550101"],
    &["dnc", "list"],
    &["dnc", "stats"],
    &["dnc", "due"],
    &["dnc", "decide", "1", "honour"],
    &["dnc", "registry", "list"],
    &["dnc", "registry", "show", "us-national"],
    &["dnc", "registry", "require", "us-national", "--subscription", "7"],
    &["dnc", "registry", "load", "us-national", "a.csv", "--as-of", "today", "--column", "Phone"],
    &["dnc", "registry", "unrequire", "us-national", "--yes"],
    &["dnc", "registry", "drop", "us-national", "--yes"],
    &["dnc", "detect", "--number", "+12125550101", "stop", "--apply"],
    &["dnc", "scrub", "a.csv", "--clean", "clean.csv", "--blocked", "blocked.csv", "--overwrite"],
    &["dnc", "certificate", "list"],
    &["dnc", "certificate", "show", "1"],
    &["dnc", "key", "list"],
    &["dnc", "key", "trust"],
    &["lead", "note", "1", "x"],
    &["lead", "history", "1"],
    &["lead", "erase", "1", "--yes"],
    &["lead", "duplicates"],
    &["lead", "search", "x"],
    &["lead", "timeline", "1"],
    &["lead", "phone", "add", "1", "+12125550101"],
    &["lead", "merge", "1", "2", "--yes"],
    &["lead", "delete", "1", "--yes"],
    &["lead", "restore", "1"],
    &["org", "add", "x"],
    &["org", "list"],
    &["org", "show", "acme"],
    &["org", "edit", "acme", "--name", "x"],
    &["org", "set", "name", "x"],
    &["org", "group", "add", "x", "acme"],
    &["org", "group", "list"],
    &["org", "group", "show", "x"],
    &["org", "group", "remove", "x", "acme"],
    &["user", "add", "a@example.com"],
    &["user", "list"],
    &["audit", "list"],
    &["migrate", "seed"],
    &["lead", "phone", "delete", "1", "+12125550101"],
    &["lead", "phone", "primary", "1", "+12125550101"],
    &["funnel", "show"],
    &["roi", "show"],
    &["org", "disable", "acme", "--yes"],
    &["user", "show", "a@example.com"],
    &["user", "edit", "a@example.com", "--role", "viewer"],
    &["user", "disable", "a@example.com"],
    &["backup", "make", "--output", "x.db"],
    &["backup", "list"],
    &["backup", "prune", "--keep", "last:1", "--yes"],
];

#[test]
fn every_verb_is_tried() {
    fn leaves(command: &clap::Command, path: &mut Vec<String>, found: &mut Vec<String>) {
        let verbs: Vec<_> = command.get_subcommands().filter(|verb| verb.get_name() != "help").collect();
        for verb in &verbs {
            path.push(verb.get_name().to_owned());
            leaves(verb, path, found);
            path.pop();
        }
        if verbs.is_empty() {
            found.push(path.join(" "));
        }
    }
    let mut found = Vec::new();
    leaves(&crmctl::cli::command(), &mut Vec::new(), &mut found);
    assert!(found.len() > 60);
    let needs_none = |verb: &str| {
        [
            "config",
            "completions",
            "help",
            "man",
            "import template",
            "import presets",
            "dnc verify",
            "dnc key",
            "backup verify",
            "restore",
        ]
        .iter()
        .any(|it| verb.starts_with(it))
    };
    // It tells of another schema what it tells of everything that is wrong.
    let looks_after = |verb: &str| verb == "doctor" || verb.starts_with("migrate") && verb != "migrate seed";
    for verb in found.iter().filter(|verb| !needs_none(verb) && !looks_after(verb)) {
        let tried = VERBS.iter().any(|args| format!("{} ", args.join(" ")).starts_with(&format!("{verb} ")));
        assert!(tried, "VERBS lacks `{verb}`");
    }
}

#[test]
fn pending_migrations_stop_every_verb_on_postgresql() {
    let world = World::new(Engine::Postgres);
    let ran = world.run(["migrate", "down", "--yes", "--database-url", &owner(&world)]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    world.file("a.csv", "Phone\n2125550101\n");
    for verb in VERBS {
        let ran = world.run(*verb);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{verb:?}");
        assert!(
            ran.stderr.contains("1 pending migration") && ran.stderr.contains("crmctl migrate up"),
            "{verb:?}: {}",
            ran.stderr
        );
    }
    world.finish();
}

#[test]
fn the_embedded_database_migrates_itself_and_refuses_a_newer_one() {
    let world = World::new(Engine::Sqlite);
    world.ok(["migrate", "down", "--yes"]);
    world.ok(["lead", "list"]);
    world.ok(["migrate", "status"]);
    Engine::Sqlite
        .sql(&world.url, "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000001')")
        .unwrap();
    let ran = world.run(["lead", "list"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("migrated by a newer crmctl"), "{}", ran.stderr);
    world.finish();
}

#[test]
fn sample_data_loads_once() {
    on_both_engines(|world| {
        let seeded = world.json(["migrate", "seed"]);
        assert_eq!((seeded["leads"].as_u64(), seeded["dnc_entries"].as_u64()), (Some(10), Some(2)));
        assert_eq!((seeded["costs"].as_u64(), seeded["transactions"].as_u64()), (Some(3), Some(2)));
        world.ok(["budget", "verify"]);
        let again = world.json(["migrate", "seed"]);
        assert_eq!((again["leads"].as_u64(), world.leads().len()), (Some(0), 10));
        assert_eq!((again["costs"].as_u64(), again["transactions"].as_u64()), (Some(0), Some(0)));
        let statuses: std::collections::BTreeSet<String> =
            world.leads().iter().map(|lead| lead["status"].as_str().unwrap().to_owned()).collect();
        assert_eq!(statuses.len(), 8);
    });
}

#[test]
fn sample_leads_are_given_to_who_acts() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        let ann = ["--as", "ann@example.com"];
        let seeded = world.json(["migrate", "seed"].into_iter().chain(ann));
        assert_eq!((seeded["leads"].as_u64(), seeded["assignments"].as_u64()), (Some(10), Some(2)));
        let owned = world.json(["lead", "list", "--owner", "ann@example.com"].into_iter().chain(ann));
        assert_eq!(owned.as_array().unwrap().len(), 2);
        assert_eq!(seeded["tasks"], 2);
        assert_eq!(world.json(["task", "list"].into_iter().chain(ann)).as_array().map(Vec::len), Some(2));
        let again = world.json(["migrate", "seed"].into_iter().chain(ann));
        assert_eq!((again["assignments"].as_u64(), again["tasks"].as_u64()), (Some(0), Some(0)));
    });
}

#[test]
fn databases_that_are_none() {
    let world = World::new(Engine::Sqlite);
    let text = world.file("text.db", "this is no database, however long the text may be ".repeat(100));
    let cases = [
        (text.to_str().unwrap().to_owned(), "is not a crmctl database", 1),
        (world.folder.path().display().to_string(), "it is a directory", 1),
        ("mysql://u:secret@localhost/x".into(), "`mysql` are not supported", 2),
        ("postgres://u:secret@127.0.0.1:1/x".into(), "cannot open the database `postgres://u:***@127.0.0.1:1/x`", 1),
    ];
    for (url, expected, code) in cases {
        let ran = world.run(["lead", "list", "--database-url", &url]);
        assert_eq!(ran.code, Some(code), "{}", ran.stderr);
        assert!(ran.stderr.contains(expected) && !ran.stderr.contains("secret"), "{}", ran.stderr);
    }
    world.finish();
}

#[test]
fn two_programs_may_open_a_new_embedded_database_at_once() {
    let home = tempfile::tempdir().unwrap();
    let children: Vec<_> = (0..4)
        .map(|n| {
            program(home.path())
                .args(["segment", "add", &format!("segment {n}"), "--where", "id > 0"])
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let orgs = ran(program(home.path()).args(["org", "list", "--format", "ndjson"]));
    assert_eq!(orgs.stdout.lines().count(), 1, "{}", orgs.stdout);
}

#[test]
fn an_empty_postgresql_database_is_never_changed_silently() {
    let name = format!("crmctl_empty_{}", std::process::id());
    psql(&admin_url(), &format!("CREATE DATABASE {name}"));
    let url = url_of("postgres", &name);
    let home = tempfile::tempdir().unwrap();
    let listed = ran(program(home.path()).args(["lead", "list", "--database-url", &url]));
    assert_eq!(listed.code, Some(1));
    assert!(
        listed.stderr.contains(&format!("{} pending migrations", migrations()))
            && listed.stderr.contains("crmctl migrate up"),
        "{}",
        listed.stderr
    );
    assert_eq!(psql(&url, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"), ["0"]);
    Engine::Postgres.drop_database(&url);
}
