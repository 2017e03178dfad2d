//! The columns that a call asks for, in every form, and ids to feed other calls.

use crate::assert_same_story;
use crate::migrate::VERBS;
use crate::support::{Engine, World, on_both_engines};

#[test]
fn columns_are_chosen_in_every_form() {
    assert_same_story!(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101", "--name", "Ada Lovelace", "--set", "custom.Budget=100"]);
        world.ok(["dnc", "add", "+12125550102", "--reason", "asked"]);
        world.ok(["roi", "cost", "add", "web", "2026-03", "1250"]);
        for format in ["table", "json", "ndjson", "csv", "markdown"] {
            world.tell(&["dnc", "list", "--columns", "scope,phone_number,removal_kind", "--format", format]);
            world.tell(&["lead", "show", "1", "--columns", "status,id", "--format", format]);
        }
        world.tell(&["lead", "list", "--columns", "id,name,custom.Budget", "--format", "json"]);
        world.tell(&["lead", "list", "--columns", "+custom.Budget,id"]);
        world.tell(&["dnc", "list", "--columns", "+origin"]);
        world.tell(&["lead", "show", "1", "--columns", "id,tags,status_history"]);
        world.tell(&["funnel", "--columns", "stage,reached,share"]);
        world.tell(&["funnel", "--json", "stage,reached"]);
        world.tell(&["roi", "--columns", "source,cost_cents"]);
        world.tell(&["dnc", "check", "+12125550102", "--json", "number,verdict,since"]);
        world.tell(&["budget", "verify", "--json", "account,faults"]);
        world.tell(&["lead", "export", "--columns", "id,phone", "--format", "csv"]);
        world.tell(&["audit", "list", "--columns", "entity,action,change", "--format", "csv"]);
        world.tell(&["org", "show", "acme", "--columns", "slug,industry"]);
    });
}

#[test]
fn names_that_are_no_column_are_refused_with_those_that_are() {
    let world = World::new(Engine::Sqlite);
    for (args, said, nearest) in [
        (vec!["dnc", "list", "--columns", "scpe"], "`scpe` is no column of this answer", "its columns: scope, "),
        (vec!["lead", "list", "--columns", "compny"], "`compny` is no column of leads", "its columns: company, "),
        (vec!["lead", "export", "--columns", "id,compny"], "`compny` is no column of leads", "its columns: company, "),
        (vec!["org", "list", "--json", "slgu"], "`slgu` is no column of this answer", "its columns: slug, "),
        (vec!["funnel", "--columns", "stages"], "`stages` is no column of this answer", "its columns: stage, "),
        (vec!["org", "show", "acme", "--columns", "nmae"], "`nmae` is no column of this answer", "its columns: name, "),
        (vec!["dnc", "list", "--columns", "scope,scope"], "`scope` is named twice", "once"),
        (vec!["dnc", "list", "--columns", ","], "no column is named", "--columns id,status"),
        (vec!["funnel", "--format", "ids"], "this answer has no ids", "a column `id`"),
        (
            vec!["lead", "list", "--format", "ids", "--columns", "name"],
            "--columns cannot be chosen with --format ids",
            "",
        ),
    ] {
        let ran = world.run(&args);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said) && ran.stderr.contains(nearest), "{args:?}: {}", ran.stderr);
    }
    for args in [["--json", "--format", "csv"], ["--json", "--columns", "slug"]] {
        assert_eq!(world.run(["org", "list"].into_iter().chain(args)).code, Some(2), "{args:?}");
    }
    world.finish();
}

#[test]
fn json_is_said_shortly() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101", "--name", "Ada"]);
    let whole = world.ok(["lead", "show", "1", "--format", "json"]);
    for args in [
        vec!["lead", "show", "1", "--json"],
        vec!["lead", "show", "--json", "1"],
        vec!["--json", "lead", "show", "1"],
        vec!["lead", "--json", "show", "+12125550101"],
        vec!["lead", "show", "--json", "--", "1"],
    ] {
        assert_eq!(world.ok(&args), whole, "{args:?}");
    }
    for args in [
        vec!["lead", "show", "1", "--json", "id,first_name"],
        vec!["lead", "show", "--json", "id,first_name", "1"],
        vec!["lead", "show", "--json=id,first_name", "1"],
        vec!["--json=id,first_name", "lead", "show", "1"],
    ] {
        let picked = world.ok(&args);
        assert_eq!(picked, "{\n  \"id\": 1,\n  \"first_name\": \"Ada\"\n}\n", "{args:?}");
    }
    assert!(world.ok(["funnel", "--json"]).starts_with('{'));
    assert!(world.ok(["--json", "funnel"]).starts_with('{'));
    assert!(world.ok(["lead", "export", "--json"]).contains("\"Ada\""));
    world.finish();
}

#[test]
fn ids_feed_other_calls() {
    on_both_engines(|world| {
        for n in 1..4 {
            world.ok(["lead", "add", "--phone", &format!("+1212555010{n}")]);
        }
        let ids = world.ok(["lead", "list", "--sort", "id", "--format", "ids"]);
        let known: Vec<String> = world.leads().iter().map(|lead| lead["id"].to_string()).collect();
        assert_eq!(ids.lines().collect::<Vec<_>>(), known);
        for id in ids.lines() {
            world.ok(["lead", "show", id]);
        }
        assert_eq!(world.ok(["lead", "list", "--status", "hot", "--format", "ids"]), "");
        assert_eq!(world.ok(["lead", "show", known[0].as_str(), "--format", "ids"]), format!("{}\n", known[0]));
        let refused = world.run(["lead", "export", "--format", "ids"]);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    });
}

/// How many rows each table has.
fn rows(world: &World) -> Vec<(String, i64)> {
    let db = rusqlite::Connection::open(&world.url).unwrap();
    let mut tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").unwrap();
    let names: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let count = |name: &str| db.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |row| row.get(0)).unwrap();
    names.iter().map(|name| (name.clone(), count(name))).collect()
}

#[test]
fn every_verb_refuses_a_column_that_is_none_before_it_changes_anything() {
    let world = World::new(Engine::Sqlite);
    world.file("a.csv", "Phone,Month,Source,Cost,Status,At\n2125550101,2026-03,x,5,new,2026-03-03T10:00:00Z\n");
    world.file("rules.toml", crate::score::RULES);
    world.import(&world.file("b.csv", "Phone\n2125550101\n2125550102\n"), &["--save-mapping", "monthly"]);
    world.ok(["segment", "create", "x", "--where", "status = new"]);
    world.ok(["territory", "create", "north", "--where", "status = new"]);
    world.ok(["user", "add", "a@example.com"]);
    world.ok(["pool", "create", "x"]);
    world.ok(["pool", "member", "add", "x", "a@example.com"]);
    world.ok(["org", "group", "add", "x", "acme"]);
    let detected = world.run(["dnc", "detect", "--number", "+12125550103", "we must stop this bill", "--apply"]);
    assert_eq!(detected.code, Some(3));
    world.ok(["roi", "cost", "add", "y", "2026-03", "5"]);
    world.ok(["budget", "deposit", "500"]);
    let before = rows(&world);
    let others: [&[&str]; 8] = [
        &["migrate", "down", "--yes"],
        &["migrate", "redo", "--yes"],
        &["migrate", "status"],
        &["migrate", "status", "--tables"],
        &["migrate", "copy", "--to", "copy.db"],
        &["config", "show"],
        &["lead", "tag", "--where", "id > 0", "x", "--yes"],
        &["lead", "delete", "--where", "id > 0", "--yes"],
    ];
    for args in VERBS.iter().chain(&others) {
        let ran = world.run(args.iter().chain(&["--columns", "nonsense"]));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("`nonsense` is no column"), "{args:?}: {}", ran.stderr);
        assert_eq!(rows(&world), before, "{args:?}");
    }
    // What is written besides, and ids where there are none.
    for args in [
        &["dnc", "check", "+12125550101", "--record", "--columns", "nonsense"][..],
        &["dnc", "check", "+12125550101", "--record", "--format", "ids"],
        &["lead", "export", "--output", "written", "--format", "ids"],
        &["lead", "export", "--output", "written.csv", "--format", "ids"],
        &["segment", "export", "x", "--output", "written.csv", "--format", "ids"],
        &["funnel", "--svg", "written", "--columns", "nonsense"],
        &["funnel", "stages", "--html", "written", "--format", "ids"],
        &["roi", "--html", "written", "--columns", "nonsense"],
        &["man", "--output", "written", "--columns", "nonsense"],
    ] {
        let ran = world.run(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{args:?}: {}", ran.stderr);
        assert_eq!(rows(&world), before, "{args:?}");
        assert!(!world.path("written").exists() && !world.path("written.csv").exists(), "{args:?}");
    }
    world.finish();
}

#[test]
fn columns_that_are_asked_for_are_shown_though_they_are_empty() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101"]);
        for asked in ["id,city", "+city", "city"] {
            let shown = world.ok(["lead", "list", "--columns", asked]);
            assert!(shown.lines().next().is_some_and(|header| header.contains("city")), "{asked}: {shown}");
        }
        let shown = world.ok(["org", "list", "--columns", "+website"]);
        assert!(shown.lines().next().is_some_and(|header| header.contains("website")), "{shown}");
    });
}

#[test]
fn a_custom_field_that_no_lead_has_is_said() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--set", "custom.Industry=Retail"]);
        world.ok(["lead", "add", "--phone", "2125550102"]);
        let said = |columns: &str| world.run(["lead", "list", "--columns", columns]).stderr;
        let typo = said("id,custom.Industy");
        assert!(typo.contains("Industy") && typo.contains("Industry"), "{typo}");
        // The first lead of the list has none, another one has.
        assert!(!said("id,custom.Industry").contains("custom field"));
    });
}
