//! Models of rules, and the scores that they give.

use serde_json::json;

use crate::assert_same_story;
use crate::support::engine::{database_of, psql, try_psql, url_of};
use crate::support::{Engine, World, on_both_engines};

/// A model for tests that are about other things.
pub const RULES: &str = "
[[rules]]
name = \"new\"
group = \"qualification\"
points = 30
when = \"status = new\"

[[rules]]
name = \"fresh\"
group = \"engagement\"
points = 20
when = \"created is not empty\"
half_life_days = 10
since = \"created\"
";

const LEADS: &str = "Phone,Status,Score,Company,Last Engagement,Created
2125550101,hot,80,Acme,2026-02-22T12:00:00Z,2026-01-01
2125550102,contacted,,Acme,2026-03-04T12:00:00Z,2026-02-01
2125550103,new,12,,,2026-03-04
2125550104,cold,,,2025-03-04T12:00:00Z,2025-03-04
";

const MODEL: &str = "
[caps]
qualification = 50
engagement = 20
intent = 20
demographic = 10

[[rules]]
name = \"hot\"
group = \"qualification\"
points = 40
when = \"status = hot\"

[[rules]]
name = \"warm or hot\"
group = \"qualification\"
points = 20
when = \"status in (hot, contacted)\"

[[rules]]
name = \"answered\"
group = \"engagement\"
points = 25
when = \"last_engagement is not empty\"
half_life_days = 10
since = \"last_engagement_at\"

[[rules]]
name = \"cold\"
group = \"intent\"
points = -10
when = \"status = cold\"

[[rules]]
name = \"company\"
group = \"demographic\"
points = 10
when = \"company is not empty\"

[[rules]]
name = \"from nowhere\"
group = \"demographic\"
points = 5
when = \"country = FR\"
";

fn filled(world: &World) {
    let file = world.file("leads.csv", LEADS);
    world.import(&file, &["--region", "US"]);
    world.file("rules.toml", MODEL);
}

#[test]
fn a_model_is_checked_set_run_and_explained() {
    assert_same_story!(|world| {
        filled(world);
        world.tell(&["score", "model", "list"]);
        world.tell(&["score", "model", "check", "rules.toml"]);
        world.tell(&["score", "model", "check", "rules.toml", "--where", "id > 99"]);
        world.tell(&["score", "model", "set", "rules.toml", "--dry-run"]);
        world.tell(&["score", "model", "set", "rules.toml", "--name", "spring"]);
        world.tell(&["score", "model", "set", "rules.toml", "--name", "spring"]);
        world.tell(&["score", "model", "show"]);
        world.tell(&["score", "distribution"]);
        world.tell(&["score", "run", "--dry-run"]);
        world.tell(&["score", "run"]);
        world.tell(&["score", "run"]);
        world.tell(&["score", "explain", "1"]);
        world.tell(&["score", "explain", "2", "--format", "json"]);
        world.tell(&["score", "history", "1"]);
        world.tell(&["score", "distribution", "--where", "status != cold", "--format", "csv"]);
        world.now = "2026-03-14T12:00:00Z";
        world.tell(&["score", "run", "--where", "status = hot"]);
        world.tell(&["score", "history", "1", "--verify"]);
        world.tell(&["score", "history", "1", "--format", "json"]);
        // A person says otherwise, until the next run.
        world.ok(["lead", "edit", "1", "--set", "score=5"]);
        world.tell(&["score", "explain", "1"]);
        world.file("rules.toml", RULES);
        world.tell(&["score", "model", "set", "rules.toml", "--name", "spring"]);
        world.tell(&["score", "model", "use", "spring@1"]);
        world.tell(&["score", "model", "use", "spring@7"]);
        world.tell(&["score", "model", "list"]);
        world.tell(&["score", "model", "show", "spring@2"]);
        world.tell(&["lead", "list", "--columns", "id,score,score_factors", "--format", "json"]);
        world.tell(&["audit", "list", "--entity", "score_model"]);
    });
}

#[test]
fn without_a_model_the_built_in_one_scores() {
    on_both_engines(|world| {
        filled(world);
        assert_eq!(world.json(["score", "model", "list"]), json!([]));
        let ran = world.json(["score", "run"]);
        assert_eq!((&ran["model"], &ran["version"], &ran["scored"]), (&json!("default"), &json!(1), &json!(4)));
        let models = world.json(["score", "model", "list"]);
        assert_eq!((&models[0]["name"], &models[0]["is_active"]), (&json!("default"), &json!(false)));
        assert!(world.run(["score", "model", "list"]).stderr.contains("leads are scored by the built-in one"));
        // The file that it prints is read as the same model.
        world.file("shown.json", world.ok(["score", "model", "show", "--format", "json"]));
        let set = world.ok(["score", "model", "set", "shown.json", "--name", "default"]);
        assert_eq!(set, "score model default: active no → yes\n");
        assert_eq!(world.json(["score", "run"])["changed"], 0);
        assert_eq!(world.run(["score", "model", "list"]).stderr, "");
        // It can be taken out of use again.
        let none = ["score", "model", "use", "--none", "rules"];
        assert_eq!(world.ok(none), "score model default: active yes → no\n");
        let ran = world.run(none);
        assert!(ran.code == Some(1) && ran.stderr.contains("no model of the kind `rules` is in use"), "{}", ran.stderr);
    });
}

#[test]
fn what_is_no_model_is_refused_by_name_and_nothing_changes() {
    on_both_engines(|world| {
        filled(world);
        let one = |line: &str| format!("[[rules]]\nname = \"x\"\ngroup = \"intent\"\npoints = 5\n{line}\n");
        for (model, said) in [
            ("[caps]\nintent = 50\n".to_owned() + &one("when = \"id > 0\""), "130 together"),
            (one("when = \"statsu = hot\""), "statsu"),
            (one("when = \"score > 5\""), "the rule `x` reads the score"),
            (one("when = \"owner = nobody@example.com\""), "nobody@example.com"),
            (one("when = \"id > 0\"\nhalf_life_days = 5\nsince = \"company\""), "`company`, which is no time"),
            (one("when = \"id > 0\"\nhalf_life_days = 5\nsince = \"createt\""), "did you mean `created`"),
            (one("when = \"id > 0\"\ngroup2 = 1"), "group2"),
            ("rules = 5".to_owned(), "expected a sequence"),
            (
                one("when = \"id > 0\"\nhalf_life_days = -5\nsince = \"created\""),
                "`half_life_days` = -5; it is a whole number",
            ),
            (String::new(), "it has no rules"),
        ] {
            world.file("bad.toml", &model);
            for verb in ["set", "check"] {
                let ran = world.run(["score", "model", verb, "bad.toml"]);
                assert_eq!(ran.code, Some(1), "{model}: {}", ran.stderr);
                assert!(ran.stderr.contains(said), "{model}: {}", ran.stderr);
                assert_eq!(ran.stderr.matches("error:").count(), 1, "{}", ran.stderr);
            }
        }
        for (args, said) in [
            (["set", "rules.toml", "--name", "a@2"], "no name for a model"),
            (["show", "a@x", "--format", "json"], "no version of a model"),
        ] {
            let ran = world.run([&["score", "model"], &args[..]].concat());
            assert!(ran.code == Some(2) && ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
        }
        let missing = world.run(["score", "model", "set", "nowhere.toml"]);
        assert!(missing.code == Some(1) && missing.stderr.contains("nowhere.toml"), "{}", missing.stderr);
        assert_eq!(world.json(["score", "model", "list"]), json!([]));
    });
}

#[test]
fn a_run_is_no_change_of_a_lead() {
    on_both_engines(|world| {
        filled(world);
        let key = |world: &World| {
            let leads = world.json(["lead", "list", "--columns", "id,version,updated_at"]);
            (
                leads,
                world.json(["lead", "history", "1"]),
                world.json(["audit", "list", "--limit", "0", "--entity", "lead"]),
            )
        };
        let before = key(world);
        world.now = "2026-03-05T12:00:00Z";
        assert_eq!(world.json(["score", "run"])["changed"], 4);
        assert_eq!(key(world), before);
        // Yet the lead as it was has the score that it had.
        let then = world.json(["lead", "history", "1", "--as-of", "2026-03-04T12:00:00Z"]);
        assert_eq!((&then["lead_score"], &then["lead_score_factors"]), (&json!(80), &json!({ "source": "import" })));
        let now = world.json(["lead", "history", "1", "--as-of", "2026-03-05T12:00:00Z"]);
        assert_eq!(now["lead_score"], world.json(["lead", "show", "1"])["lead_score"]);
        assert_eq!(now["lead_score_factors"]["total"], now["lead_score"]);
        // Undoing an import trips over no score that a run gave since.
        let file = world.file("later.csv", "Phone,Score,City\n2125550101,90,Troy\n2125550103,91,\n");
        world.import(&file, &["--region", "US", "--on-duplicate", "update"]);
        assert_eq!(world.json(["lead", "show", "3"])["lead_score"], 91);
        world.ok(["score", "run"]);
        let scored = world.json(["lead", "list", "--columns", "id,score"]);
        let undone = world.json(["import", "undo", "2", "--yes"]);
        assert_eq!((&undone["restored"], &undone["kept"], &undone["kept_fields"]), (&json!(2), &json!(0), &json!([])));
        assert_eq!(world.json(["lead", "show", "1"])["city"], json!(null));
        assert_eq!(world.json(["lead", "list", "--columns", "id,score"]), scored);
        assert_eq!(world.json(["import", "undo", "1", "--yes"])["deleted"], 4);
    });
}

#[test]
fn scores_of_others_say_where_they_are_from() {
    on_both_engines(|world| {
        filled(world);
        let factors = |world: &World, lead: &str| world.json(["lead", "show", lead])["lead_score_factors"].clone();
        assert_eq!(factors(world, "1"), json!({ "source": "import" }));
        assert_eq!(factors(world, "2"), json!(null));
        world.ok(["lead", "edit", "2", "--set", "score=30"]);
        assert_eq!(factors(world, "2"), json!({ "source": "hand" }));
        world.ok(["lead", "add", "--phone", "2125550109", "--set", "score=7"]);
        assert_eq!(factors(world, "5"), json!({ "source": "hand" }));
        // What an export has, an import reads.
        world.ok(["lead", "export", "--output", "all.csv"]);
        world.import(&world.path("all.csv"), &["--region", "US", "--on-duplicate", "update"]);
        assert_eq!(factors(world, "5"), json!({ "source": "hand" }));
        world.ok(["score", "run"]);
        assert_eq!(factors(world, "5")["total"], world.json(["lead", "show", "5"])["lead_score"]);
        let given = world.json(["score", "history", "5"]);
        assert_eq!(
            (&given[0]["old_score"], &given[0]["inputs"]["replaced"]),
            (&json!(7), &json!({ "source": "hand" }))
        );
        // Profiling is told to the person.
        let personal = world.json(["lead", "show", "5", "--export-personal"]);
        let scores = &personal["leads"][0]["scores"];
        for key in ["score", "old_score", "factors", "inputs", "model", "version", "calculated_at"] {
            assert!(!scores[0][key].is_null(), "{key}: {personal}");
            assert_eq!(scores[0][key], given[0][key], "{key}");
        }
    });
}

#[test]
fn roles_and_organizations_keep_to_theirs() {
    on_both_engines(|world| {
        filled(world);
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        for (user, role) in
            [("bob@example.com", "sales_rep"), ("meg@example.com", "manager"), ("eve@example.com", "viewer")]
        {
            world.ok(["user", "add", user, "--role", role, "--as", "ann@example.com"]);
        }
        let run =
            |user: &str, args: &[&str]| world.run([args, &["--as", &format!("{user}@example.com")]].concat()).code;
        for args in
            [&["score", "model", "set", "rules.toml"][..], &["score", "model", "use", "rules@1"], &["score", "run"]]
        {
            assert_eq!((run("bob", args), run("eve", args)), (Some(1), Some(1)), "{args:?}");
            assert_eq!(run("meg", args), Some(0), "{args:?}");
        }
        for args in [
            &["score", "explain", "1"][..],
            &["score", "distribution"],
            &["score", "history", "1"],
            &["score", "model", "show"],
        ] {
            assert_eq!(run("eve", args), Some(0), "{args:?}");
        }
    });
}

#[test]
fn an_erased_lead_leaves_its_scores_and_not_what_they_were_made_of() {
    on_both_engines(|world| {
        let file = world.file("leads.csv", "Phone,First Name,Email,Score\n2125550101,Ada,ada@example.com,80\n");
        world.import(&file, &["--region", "US"]);
        world.file("rules.toml", RULES.replace("status = new", "email = ada@example.com and name = Ada"));
        world.ok(["score", "model", "set", "rules.toml"]);
        world.ok(["score", "run"]);
        let given = world.json(["score", "history", "1"]);
        assert_eq!(given[0]["inputs"]["values"]["email"], "ada@example.com");
        let ran = world.run(["lead", "erase", "1", "--yes"]);
        assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
        let erased = world.json(["score", "history", "1", "--verify"]);
        assert_eq!((&erased[0]["factors"], &erased[0]["inputs"]), (&json!(null), &json!(null)));
        assert_eq!((&erased[0]["score"], &erased[0]["verified"]), (&given[0]["score"], &json!("unknown")));
    });
}

#[test]
fn a_merged_lead_s_scores_are_read_with_those_of_the_survivor() {
    on_both_engines(|world| {
        filled(world);
        world.ok(["score", "run"]);
        world.ok(["lead", "merge", "2", "--into", "1", "--yes"]);
        let given = world.json(["score", "history", "1"]);
        let leads: Vec<i64> = given.as_array().unwrap().iter().map(|row| row["lead_id"].as_i64().unwrap()).collect();
        assert_eq!(leads, [1, 2]);
    });
}

#[test]
fn a_merge_is_undone_past_the_scores_that_runs_gave_since() {
    on_both_engines(|world| {
        filled(world);
        world.ok(["lead", "merge", "3", "--into", "2", "--yes"]);
        assert_eq!(world.json(["lead", "show", "2"])["lead_score"], 12);
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["score", "run"]);
        let scored = world.json(["lead", "show", "2"])["lead_score"].clone();
        assert_ne!(scored, 12);
        let ran = world.run(["lead", "restore", "3"]);
        assert!(ran.code == Some(0) && !ran.stderr.contains("keeps"), "{}", ran.stderr);
        assert_eq!(world.json(["lead", "show", "2"])["lead_score"], scored);
    });
}

/// A run waits for imports, which hold leads in another order. When its turn comes the models are looked at again.
#[test]
fn a_run_that_waited_scores_by_no_model_that_is_in_use_no_longer() {
    let world = World::new(Engine::Postgres);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    let admin = url_of("postgres", database_of(&world.url));
    let until = |question: &str| {
        let began = std::time::Instant::now();
        let sessions = format!(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND {question}"
        );
        while psql(&admin, &sessions).is_empty() {
            assert!(began.elapsed() < std::time::Duration::from_secs(60), "{question}");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    };
    let url = admin.clone();
    let held = "SET application_name = 'holder'; BEGIN; SELECT pg_advisory_xact_lock(72116, 1); SELECT pg_sleep(120)";
    let holder = std::thread::spawn(move || try_psql(&url, held));
    until("application_name = 'holder' AND wait_event = 'PgSleep'");
    let run = world.start(["score", "run"]);
    until("query LIKE '%pg_try_advisory%'");
    let rules = world.file("rules.toml", "[[rules]]\ngroup = \"intent\"\npoints = 7\nwhen = \"phone is not empty\"\n");
    world.ok(["score", "model", "set", rules.to_str().unwrap()]);
    psql(
        &admin,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holder' AND datname = current_database()",
    );
    assert!(holder.join().unwrap().is_err());
    let output = run.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("another model was put into use meanwhile"), "{said}");
    assert_eq!(world.json(["lead", "show", "1"])["lead_score"], json!(null));
    world.ok(["score", "run"]);
    assert_eq!(world.json(["lead", "show", "1"])["lead_score"], json!(7));
    world.finish();
}

/// What somebody changes while leads are scored is what they are scored by, and what it replaced is kept.
#[test]
fn a_lead_that_changes_meanwhile_is_scored_as_it_becomes() {
    let world = World::new(Engine::Postgres);
    for number in 1..=3 {
        world.ok(["lead", "add", "--phone", &format!("+1212555010{number}")]);
    }
    let rules = world.file(
        "rules.toml",
        "[[rules]]\ngroup = \"intent\"\npoints = 7\nwhen = \"status = new\"\n[[rules]]\ngroup = \"engagement\"\npoints = 9\nwhen = \"status = hot\"\n",
    );
    world.ok(["score", "model", "set", rules.to_str().unwrap()]);
    let admin = url_of("postgres", database_of(&world.url));
    let sql = "BEGIN; UPDATE leads SET status = 'hot', lead_score = 77, lead_score_factors = '{\"source\": \"hand\"}',
                   updated_at = updated_at + interval '1 second' WHERE id = 2; SELECT pg_sleep(2); COMMIT";
    let writer = std::thread::spawn({
        let admin = admin.clone();
        move || psql(&admin, sql)
    });
    let began = std::time::Instant::now();
    while psql(&admin, "SELECT count(*) FROM (SELECT FROM leads WHERE id = 2 FOR UPDATE SKIP LOCKED) l") != ["0"] {
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "nobody holds the lead");
    }
    let run = world.json(["score", "run"]);
    writer.join().unwrap();
    assert_eq!([&run["scored"], &run["changed"]], [&json!(3), &json!(3)], "{run}");
    let given = world.json(["score", "history", "2"])[0].clone();
    assert_eq!([&given["old_score"], &given["score"]], [&json!(77), &json!(9)], "{given}");
    let kept = psql(&admin, "SELECT inputs -> 'replaced' ->> 'source' FROM lead_score_history WHERE lead_id = 2");
    assert_eq!(kept, ["hand"]);
    world.finish();
}

#[test]
fn rules_that_no_statement_can_ask_about_are_refused_by_name() {
    on_both_engines(|world| {
        let values: Vec<String> = (0..180).map(|n| format!("value = {n}")).collect();
        let rule = |name: &str, group: &str, when: &str| {
            format!("[[rules]]\nname = \"{name}\"\ngroup = \"{group}\"\npoints = 1\nwhen = \"{when}\"\n")
        };
        let long = values.join(" or ");
        let text: String = (0..4).map(|n| rule(&format!("long {n}"), "intent", &long)).collect();
        let file = world.file("rules.toml", text + &rule("short", "intent", "status = hot"));
        for verb in ["check", "set"] {
            let ran = world.run(["score", "model", verb, file.to_str().unwrap()]);
            assert_eq!(ran.code, Some(1), "{verb}: {}", ran.stderr);
            assert!(ran.stderr.contains("20000 can be asked about") && ran.stderr.contains("`long "), "{}", ran.stderr);
        }
        assert_eq!(world.json(["score", "model", "list"]), json!([]));
    });
}
