//! Whom to contact next: what is shown and why, what becomes of it, and the comparison with leads that are held out.

use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

const ANN: &str = "ann@example.com";
const ROOT: &str = "root@example.com";

/// Noon in New York, where everybody of these tests may be called.
const NOON: &str = "2026-03-04T17:00:00Z";

fn by<'a>(args: &[&'a str], user: &'a str) -> Vec<&'a str> {
    [args, &["--as", user]].concat()
}

fn team(world: &mut World) {
    world.now = NOON;
    world.ok(["user", "add", ROOT, "--role", "admin"]);
    world.ok(["user", "add", ANN, "--role", "sales_rep", "--as", ROOT]);
    world.ok(["org", "edit", "acme", "--timezone", "America/New_York", "--as", ROOT]);
}

/// Leads of Ann, each with something that speaks for it or against it.
fn people(world: &mut World) {
    team(world);
    let csv = "First name,Phone,Email,Owner,Status,Score,Created,Last contacted,Last engagement,Next contact,Consent\n\
        Ada,2125550101,ada@example.com,ann@example.com,contacted,84,2026-01-05,2026-02-20 10:00,2026-03-04 10:00,2026-03-01 09:00,\n\
        Ben,2125550102,ben@example.com,ann@example.com,new,40,2026-03-04 11:58,,,,\n\
        Cleo,2125550103,cleo@example.com,ann@example.com,qualified,91,2026-01-05,2026-03-03 10:00,,2026-03-09 09:00,\n\
        Dev,2125550104,dev@example.com,ann@example.com,new,,2026-01-05,,,,\n\
        Eva,2125550105,eva@example.com,ann@example.com,hot,99,2026-01-05,2026-02-01 10:00,,2026-02-01 09:00,denied\n\
        Finn,2125550106,finn@example.com,ann@example.com,hot,98,2026-01-05,2026-02-01 10:00,,2026-02-01 09:00,\n\
        Gia,8025550107,gia@example.com,ann@example.com,hot,97,2026-01-05,2026-02-01 10:00,,2026-02-01 09:00,\n\
        Hal,8085550108,hal@example.com,ann@example.com,hot,96,2026-01-05,2026-02-01 10:00,,2026-02-01 09:00,\n\
        Ines,,ines@example.com,ann@example.com,hot,95,2026-01-05,2026-02-01 10:00,,2026-02-01 09:00,\n\
        Jon,2125550110,jon@example.com,ann@example.com,recruited,95,2026-01-05,2026-02-01 10:00,,2026-02-01 09:00,\n\
        Kim,2125550111,kim@example.com,,hot,95,2026-01-05,2026-02-01 10:00,,2026-02-01 09:00,\n";
    let file = world.file("people.csv", csv);
    let summary = world.import(&file, &["--region", "US", "--as", ROOT]);
    assert_eq!(summary["created"], 11, "{summary}");
    world.ok(by(&["dnc", "add", "+12125550106", "--reason", "asked"], ROOT));
}

fn next(world: &World, args: &[&str]) -> Value {
    world.json(by(&[&["lead", "next"], args].concat(), ANN))
}

/// Ann's list, as one who may hold leads out sees it.
fn held_out(world: &World, args: &[&str]) -> Value {
    world.json(by(&[&["lead", "next", "--owner", ANN], args].concat(), ROOT))
}

fn names(answer: &Value) -> Vec<&str> {
    answer["recommendations"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[test]
fn leads_are_shown_with_their_reasons_and_the_others_are_counted() {
    assert_same_story!(|world| {
        people(world);
        world.ok(by(
            &["task", "add", "4", "--kind", "email", "--due", "2026-03-02T12:00:00Z", "--note", "send it"],
            ANN,
        ));
        for args in [
            &["lead", "next"][..],
            &["lead", "next", "--limit", "1"],
            &["lead", "next", "--channel", "email"],
            &["lead", "next", "--channel", "sms"],
            &["lead", "next", "--any-hour", "--limit", "3"],
            &["lead", "next", "--all", "--limit", "3"],
            &["lead", "next", "--owner", "root@example.com"],
            &["lead", "next", "--format", "json", "--limit", "1"],
            &["lead", "next", "--owner", "nobody@example.com"],
            &["lead", "next", "--limit", "0"],
        ] {
            world.tell(&by(args, ANN));
        }
        // At night nobody is called, and while it is evening in the west others need not be read.
        world.now = "2026-03-05T09:00:00Z";
        world.tell(&by(&["lead", "next"], ANN));
        world.tell(&by(&["lead", "next", "--all"], ANN));
        world.now = "2026-03-05T05:30:00Z";
        world.tell(&by(&["lead", "next", "--all"], ANN));
        world.tell(&by(&["lead", "next", "--all", "--format", "json"], ANN));
    });
}

#[test]
fn somebody_has_to_be_named_where_nobody_acts() {
    let world = World::new(crate::support::Engine::Sqlite);
    let ran = world.run(["lead", "next"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--all is everybody's leads"), "{}", ran.stderr);
    world.ok(["lead", "next", "--all"]);
    world.finish();
}

#[test]
fn what_was_done_put_off_or_dismissed_does_not_come_again_until_its_time() {
    on_both_engines(|world| {
        people(world);
        assert_eq!(names(&next(world, &[])), ["Ada", "Ben", "Cleo", "Dev"]);
        world.ok(by(&["lead", "next", "done", "1"], ANN));
        world.ok(by(&["lead", "next", "snooze", "2", "--until", "2026-03-06T12:00"], ANN));
        world.ok(by(&["lead", "next", "dismiss", "3", "--reason", "moved"], ANN));
        let dry = world.run(by(&["lead", "next", "dismiss", "4", "--reason", "moved", "--dry-run"], ANN));
        assert!(dry.stdout.contains("dry run"), "{}", dry.stdout);
        let answer = next(world, &[]);
        assert_eq!(names(&answer), ["Dev"]);
        let left_out = &answer["left_out"];
        assert_eq!([&left_out["done"], &left_out["snoozed"], &left_out["dismissed"]], [1, 1, 1]);
        world.now = "2026-03-05T17:00:01Z";
        assert_eq!(names(&next(world, &[])), ["Ada", "Dev"]);
        world.now = "2026-03-06T17:00:01Z";
        assert_eq!(names(&next(world, &[])), ["Ada", "Ben", "Dev"]);
        world.now = "2026-04-04T17:00:01Z";
        assert_eq!(names(&next(world, &[])), ["Cleo", "Ada", "Ben", "Dev"]);
        // The last word counts.
        world.ok(by(&["lead", "next", "snooze", "1", "--until", "30d"], ANN));
        world.ok(by(&["lead", "next", "snooze", "1", "--until", "today"], ANN));
        assert_eq!(names(&next(world, &[])), ["Cleo", "Ada", "Ben", "Dev"]);
        let ran = world.run(by(&["lead", "next", "done", "10"], ANN));
        assert_eq!(ran.code, Some(1));
        assert!(ran.stderr.contains("the lead 10 is not open"), "{}", ran.stderr);
        let stats = world.json(by(&["lead", "next", "stats"], ANN));
        let counts: Vec<(&Value, &Value)> =
            stats.as_array().unwrap().iter().map(|line| (&line["recommendations"], &line["leads"])).collect();
        assert_eq!(counts[..3], [(&json!(1), &json!(1)), (&json!(3), &json!(2)), (&json!(1), &json!(1))]);
    });
}

/// What holds for everybody is said by whoever has the lead, or may change those of others.
#[test]
fn only_whoever_has_a_lead_puts_it_off() {
    on_both_engines(|world| {
        people(world);
        world.ok(by(&["user", "add", "bob@example.com", "--role", "sales_rep"], ROOT));
        world.ok(by(&["user", "add", "mia@example.com", "--role", "manager"], ROOT));
        for verb in [&["done", "1"][..], &["snooze", "1"], &["dismiss", "1", "--reason", "x"]] {
            let ran = world.run(by(&[&["lead", "next"], verb].concat(), "bob@example.com"));
            assert_eq!(ran.code, Some(1), "{verb:?}: {}", ran.stderr);
            assert!(ran.stderr.contains("the lead 1 is ann@example.com's"), "{}", ran.stderr);
        }
        assert_eq!(names(&next(world, &[])), ["Ada", "Ben", "Cleo", "Dev"]);
        // Nobody's lead is anybody's to work; a year is the longest.
        world.ok(by(&["lead", "next", "done", "11", "--until", "365d"], "bob@example.com"));
        let ran = world.run(by(&["lead", "next", "snooze", "1", "--until", "400d"], ANN));
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains("a lead is put off for a year at most"), "{}", ran.stderr);
        world.ok(by(&["lead", "next", "snooze", "2", "--until", "2026-03-09"], ANN));
        let ran = world.ok(by(&["lead", "next", "dismiss", "2", "--reason", "moved"], "mia@example.com"));
        assert!(ran.contains("before: snoozed by ann@example.com (tester@desk) until 2026-03-09 00:00"), "{ran}");
        // Who may not be called is no call to make.
        let ran = world.run(by(&["lead", "next", "done", "6"], ANN));
        assert!(
            ran.stderr.contains("the lead 6 may not be contacted by call: on a do-not-call list"),
            "{}",
            ran.stderr
        );
        let waiting = |whose: &[&str], user| {
            let found = world.json(by(&[&["lead", "next", "waiting"], whose].concat(), user));
            let told = |one: &Value| {
                let text = |key: &str| one[key].as_str().unwrap_or("-").to_owned();
                let who = text("actor").replace(" (tester@desk)", "");
                format!("{} {} {who} {} {}", one["lead_id"], text("outcome"), text("until"), text("reason"))
            };
            found.as_array().unwrap().iter().map(told).collect::<Vec<_>>()
        };
        let (finn, ben, kim) = (
            "6 done ann@example.com 2026-03-05T17:00:00Z -",
            "2 dismissed mia@example.com 2026-04-03T17:00:00Z moved",
            "11 done bob@example.com 2027-03-04T17:00:00Z -",
        );
        assert_eq!(waiting(&[], ANN), [finn, ben]);
        assert_eq!(waiting(&["--all"], "bob@example.com"), [finn, ben, kim]);
        assert_eq!(waiting(&["--owner", "mia@example.com"], ANN), Vec::<String>::new());
        world.ok(by(&["lead", "next", "snooze", "2", "--until", "today"], "mia@example.com"));
        assert_eq!(waiting(&["--all", "--limit", "1"], ANN), [finn]);
        assert_eq!(waiting(&["--all"], ANN), [finn, kim]);
    });
}

/// What is kept is what speaks for the lead where it is shown: to its owner, whoever says it.
#[test]
fn the_sum_that_is_kept_is_that_of_the_owner() {
    on_both_engines(|world| {
        people(world);
        let kept = world.json(by(&["lead", "next", "done", "2"], ROOT));
        assert_eq!(kept["points"], 35 + 8 + 5, "{kept}");
        let of = "SELECT u.email FROM lead_recommendations r JOIN users u ON u.id = r.user_id";
        assert_eq!(world.engine.sql(&world.url, of).unwrap(), [ANN]);
    });
}

#[test]
fn who_put_a_lead_off_is_told_and_a_merge_keeps_it() {
    on_both_engines(|world| {
        people(world);
        world.ok(by(&["lead", "next", "dismiss", "2", "--reason", "twice", "--until", "2026-05-01"], ANN));
        let timeline = world.json(by(&["lead", "timeline", "2"], ROOT)).as_array().unwrap().clone();
        let said: Vec<&Value> = timeline.iter().filter(|event| event["event"] == "recommended").collect();
        assert_eq!(said.len(), 1);
        assert_eq!(said[0]["detail"], "call dismissed, until 2026-05-01 00:00: twice");
        world.ok(by(&["lead", "merge", "2", "--into", "4", "--yes"], ROOT));
        let answer = next(world, &[]);
        assert_eq!((names(&answer), &answer["left_out"]["dismissed"]), (vec!["Ada", "Cleo"], &json!(1)), "{answer}");
        world.ok(by(&["lead", "restore", "2"], ROOT));
        assert_eq!(names(&next(world, &[])), ["Ada", "Cleo", "Dev"]);
    });
}

#[test]
fn what_was_kept_has_the_sum_and_its_reasons() {
    on_both_engines(|world| {
        people(world);
        let kept = world.json(by(&["lead", "next", "dismiss", "2", "--reason", "twice", "--channel", "email"], ANN));
        let parts = kept["reasons"].as_array().unwrap();
        let sum: i64 = parts.iter().map(|part| part["points"].as_i64().unwrap()).sum();
        assert_eq!((kept["points"].as_i64(), kept["priority"].as_str()), (Some(sum), Some("high")), "{kept}");
        assert_eq!(sum, 35 + 8 + 5);
        let shown = next(world, &["--channel", "email", "--any-hour"]);
        assert_eq!(shown["left_out"]["dismissed"], 1);
    });
}

#[test]
fn a_hold_out_is_stored_and_compared() {
    on_both_engines(|world| {
        team(world);
        let mut csv = String::from("First name,Phone,Owner\n");
        (0..160).for_each(|n| csv += &format!("P{n},212555{:04},{ANN}\n", n + 100));
        let file = world.file("many.csv", csv);
        world.import(&file, &["--region", "US", "--phone-check", "possible", "--as", ROOT]);
        let all = |world: &World| next(world, &["--limit", "1000", "--any-hour", "--channel", "sms"]);
        // Numbers beyond 555-0199 are possible and not valid: those cannot be said to be on no list.
        let valid = names(&all(world)).len();
        let told = world.run(by(&["lead", "next", "stats"], ANN)).stderr;
        assert!(told.contains("nothing is compared: no lead was held out"), "{told}");
        let hold = ["--limit", "1000", "--any-hour", "--channel", "sms", "--holdout", "50"];
        let dry = held_out(world, &[&hold[..], &["--dry-run"]].concat());
        assert_eq!(names(&all(world)).len(), valid);
        let held = held_out(world, &hold);
        assert_eq!(held, dry);
        let (shown, out) = (names(&held).len(), held["left_out"]["held_out"].as_u64().unwrap() as usize);
        assert_eq!(shown + out, valid);
        assert!(out > 5 && shown > 5, "{shown} and {out}");
        // Whoever asks, those that are held out are not shown, and nobody is stored twice.
        assert_eq!(names(&all(world)), names(&held));
        assert_eq!(held_out(world, &hold), held);
        world.now = "2026-03-05T17:00:00Z";
        let first = held["recommendations"][0]["id"].to_string();
        world.ok(by(&["lead", "status", &first, "recruited", "--force", "--reason", "won"], ANN));
        let stats = world.json(by(&["lead", "next", "stats"], ANN));
        let line = |group: &str| stats.as_array().unwrap().iter().find(|line| line["group"] == group).unwrap().clone();
        let (ours, theirs) = (line("shown"), line("held_out"));
        assert_eq!([&ours["leads"], &theirs["leads"]], [shown, out]);
        // Before their days are over nothing is said of any.
        assert_eq!([&ours["finished"], &ours["won"], &ours["advanced"], &theirs["won"]], [0, 0, 0, 0]);
        assert!(ours["won_percent"].is_null(), "{ours}");
        let told = world.run(by(&["lead", "next", "stats"], ANN)).stderr;
        assert!(told.contains("the 30 days are over for 0 shown and 0 held out, of 30 each"), "{told}");
        // With another share each lead stays in its group while it lasts.
        let other = ["--limit", "1000", "--any-hour", "--channel", "sms", "--holdout"];
        assert_eq!(held_out(world, &[&other[..], &["1"]].concat())["left_out"]["held_out"], out);
        world.now = "2026-04-04T17:00:00Z";
        let stats = world.json(by(&["lead", "next", "stats"], ANN));
        let line = |group: &str| stats.as_array().unwrap().iter().find(|line| line["group"] == group).unwrap().clone();
        let (ours, theirs) = (line("shown"), line("held_out"));
        assert_eq!([&ours["finished"], &ours["won"], &ours["advanced"], &theirs["won"]], [shown, 1, 1, 0]);
        assert_eq!(theirs["finished"], out);
        assert!(ours["won_percent_low"].as_f64() < ours["won_percent"].as_f64(), "{ours}");
        let told = world.run(by(&["lead", "next", "stats"], ANN)).stderr;
        let expected = if shown.min(out) < 30 { "too few to compare" } else { "percentage points" };
        assert!(told.contains(expected), "{told}");
        // Put into a group once more, a lead is one lead, in the group in which it was first.
        held_out(world, &[&other[..], &["1"]].concat());
        let stats = world.json(by(&["lead", "next", "stats"], ANN));
        let counts = |group: &str| {
            let line = stats.as_array().unwrap().iter().find(|line| line["group"] == group).unwrap();
            (line["recommendations"].as_u64().unwrap() as usize, line["leads"].as_u64().unwrap() as usize)
        };
        let (ours, theirs) = (counts("shown"), counts("held_out"));
        assert_eq!((ours.1, theirs.1), (shown, out));
        assert!(ours.0 > shown && ours.0 + theirs.0 == shown + out + valid - 1, "{ours:?} {theirs:?}");
    });
}

/// Both have searched before either stores: each lead is in one group, once.
#[test]
fn two_hold_outs_at_once_store_each_lead_once() {
    on_both_engines(|world| {
        people(world);
        let calls = ["10", "50"].map(|percent| {
            ["lead", "next", "--owner", ANN, "--any-hour", "--channel", "email", "--holdout", percent, "--as", ROOT]
        });
        let stored = "SELECT count(*), count(DISTINCT lead_id) FROM lead_recommendations";
        if world.engine == crate::support::Engine::Sqlite {
            let holder = rusqlite::Connection::open(&world.url).unwrap();
            holder.execute_batch("BEGIN IMMEDIATE").unwrap();
            let both = calls.map(|call| crate::task_erasure::Waiting::start(world, &call));
            holder.execute_batch("COMMIT").unwrap();
            both.into_iter().for_each(|call| assert_eq!(call.end().0, Some(0)));
        } else {
            let both = calls.map(|call| world.start(call));
            both.into_iter().for_each(|call| assert!(call.wait_with_output().unwrap().status.success()));
        }
        assert_eq!(world.engine.sql(&world.url, stored).unwrap(), ["7|7"]);
    });
}

/// Between the search and the storing others write.
#[test]
fn who_refuses_while_a_hold_out_waits_is_not_shown() {
    let world = &mut World::new(crate::support::Engine::Sqlite);
    people(world);
    let mut call = vec!["lead", "next", "--owner", ANN, "--channel", "email", "--as", ROOT];
    let before = world.json(call.clone());
    let refuses = before["recommendations"][0]["id"].as_i64().unwrap();
    call.extend(["--holdout", "10", "--format", "json"]);
    let holder = rusqlite::Connection::open(&world.url).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waits = crate::task_erasure::Waiting::start(world, &call);
    let denied = format!("UPDATE leads SET consent_status = 'denied' WHERE id = {refuses}; COMMIT");
    holder.execute_batch(&denied).unwrap();
    let (code, shown) = waits.end_with_output();
    let answer: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(code, Some(0), "{shown}");
    let ids = |answer: &Value| -> Vec<i64> {
        answer["recommendations"].as_array().unwrap().iter().map(|one| one["id"].as_i64().unwrap()).collect()
    };
    assert!(ids(&before).contains(&refuses) && !ids(&answer).contains(&refuses), "{shown}");
    let denied = |answer: &Value| answer["left_out"]["consent_denied"].as_i64().unwrap();
    assert_eq!(denied(&answer), denied(&before) + 1, "{shown}");
    let stored = format!("SELECT count(*) FROM lead_recommendations WHERE lead_id = {refuses}");
    assert_eq!(world.engine.sql(&world.url, &stored).unwrap(), ["0"]);
}

#[test]
fn what_counts_is_by_how_much_a_score_rose_within_the_week() {
    on_both_engines(|world| {
        people(world);
        let (uid, active) = match world.engine {
            crate::support::Engine::Sqlite => ("x'0190a5b0000070008000000000000001'", "1"),
            crate::support::Engine::Postgres => ("'0190a5b0-0000-7000-8000-000000000001'", "true"),
        };
        let model = format!(
            "INSERT INTO score_models (id, organization_id, uid, name, revision, kind, definition, is_active)
             VALUES (1, 1, {uid}, 'test', 1, 'rules', '{{}}', {active})"
        );
        world.engine.sql(&world.url, &model).unwrap();
        // Ada's score rose little by little, Ben's rose and fell again, Cleo's rose before the week began.
        for (lead, old, score, at) in [
            (1, 57, 66, "2026-03-01T17:00:00Z"),
            (1, 66, 75, "2026-03-02T17:00:00Z"),
            (1, 75, 84, "2026-03-03T17:00:00Z"),
            (2, 45, 65, "2026-03-02T17:00:00Z"),
            (2, 65, 40, "2026-03-03T17:00:00Z"),
            (3, 50, 91, "2026-02-24T17:00:00Z"),
        ] {
            let at = match world.engine {
                crate::support::Engine::Sqlite => at.parse::<jiff::Timestamp>().unwrap().as_microsecond().to_string(),
                crate::support::Engine::Postgres => format!("'{at}'"),
            };
            let row = format!(
                "INSERT INTO lead_score_history (organization_id, lead_id, model_id, old_score, score, actor, calculated_at)
                 VALUES (1, {lead}, 1, {old}, {score}, 'test', {at})"
            );
            world.engine.sql(&world.url, &row).unwrap();
        }
        let rise = |one: &Value| {
            let parts = one["reasons"].as_array().unwrap();
            parts.iter().find(|part| part["part"] == "rise").map(|part| part["reason"].as_str().unwrap().to_owned())
        };
        for list in [&[][..], &["--all"]] {
            let answer = next(world, list);
            let said: std::collections::BTreeMap<&str, Option<String>> = answer["recommendations"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| (one["name"].as_str().unwrap(), rise(one)))
                .collect();
            assert_eq!(said["Ada"].as_deref(), Some("score rose by 27 within 7 days"), "{said:?}");
            assert_eq!((&said["Ben"], &said["Cleo"]), (&None, &None), "{said:?}");
        }
        // What is kept of one lead is what the list says of it.
        let kept = world.json(by(&["lead", "next", "done", "1"], ANN));
        assert_eq!(rise(&kept).as_deref(), Some("score rose by 27 within 7 days"));
    });
}

#[test]
fn viewers_look_and_store_nothing() {
    on_both_engines(|world| {
        people(world);
        world.ok(by(&["user", "add", "vic@example.com", "--role", "viewer"], ROOT));
        let vic = "vic@example.com";
        assert_eq!(world.run(by(&["lead", "next", "--all"], vic)).code, Some(0));
        for args in [&["lead", "next", "--all", "--holdout", "10"][..], &["lead", "next", "done", "1"]] {
            let ran = world.run(by(args, vic));
            assert!(ran.stderr.contains("the role `viewer` does not allow this"), "{}", ran.stderr);
        }
        // Nobody hides the leads of others from everybody for thirty days who may not change many.
        let ran = world.run(by(&["lead", "next", "--all", "--holdout", "10"], ANN));
        assert!(ran.stderr.contains("the role `sales_rep` does not allow this"), "{}", ran.stderr);
    });
}

#[test]
fn leads_of_nobody_in_a_territory_are_its_members_too() {
    on_both_engines(|world| {
        people(world);
        let uid = |n: u8| match world.engine {
            crate::support::Engine::Sqlite => format!("x'0190a5b000007000800000000000000{n}'"),
            crate::support::Engine::Postgres => format!("'0190a5b0-0000-7000-8000-00000000000{n}'"),
        };
        let yes = if world.engine == crate::support::Engine::Sqlite { "1" } else { "true" };
        for sql in [
            format!(
                "INSERT INTO territories (id, organization_id, uid, name, filter, is_active) VALUES (1, 1, {}, 'North', '{{}}', {yes})",
                uid(1)
            ),
            // What lies inside a territory is worked by its members, too.
            format!(
                "INSERT INTO territories (id, organization_id, uid, name, filter, is_active, parent_id) VALUES (2, 1, {}, 'Far north', '{{}}', {yes}, 1)",
                uid(2)
            ),
            "INSERT INTO territory_members (organization_id, territory_id, user_id, role)
             SELECT 1, 1, id, 'member' FROM users WHERE email = 'ann@example.com'"
                .to_owned(),
            "UPDATE leads SET territory_id = 1, territory_source = 'manual' WHERE id = 1".to_owned(),
            "UPDATE leads SET territory_id = 2, territory_source = 'manual' WHERE id = 11".to_owned(),
        ] {
            world.engine.sql(&world.url, &sql).unwrap();
        }
        let answer = next(world, &["--channel", "email"]);
        let kim =
            answer["recommendations"].as_array().unwrap().iter().find(|one| one["name"] == "Kim").unwrap().clone();
        let parts = kim["reasons"].as_array().unwrap();
        assert!(parts.iter().any(|part| part["part"] == "owner" && part["points"] == 3), "{kim}");
        let ada =
            answer["recommendations"].as_array().unwrap().iter().find(|one| one["name"] == "Ada").unwrap().clone();
        assert!(ada["reasons"].as_array().unwrap().iter().any(|part| part["part"] == "owner" && part["points"] == 5));
    });
}

#[test]
fn a_merged_leads_task_speaks_for_its_survivor() {
    on_both_engines(|world| {
        people(world);
        world.ok(by(&["lead", "add", "--email", "dev2@example.com", "--name", "Dev"], ROOT));
        world.ok(by(&["task", "add", "dev2@example.com", "--due", "2026-03-01"], ANN));
        world.ok(by(&["lead", "merge", "4", "12", "--yes"], ROOT));
        let answer = next(world, &[]);
        let dev = answer["recommendations"].as_array().unwrap().iter().find(|one| one["id"] == 4).unwrap().clone();
        assert_eq!(dev["reasons"][0]["reason"], "a task (call) was due 3 days ago");
    });
}

/// The example of docs/next.md is what the program prints.
#[test]
fn the_example_of_the_manual_is_true() {
    let mut world = World::new(crate::support::Engine::Sqlite);
    people(&mut world);
    let page = include_str!("../../docs/next.md");
    let (_, rest) = page.split_once("```\n$ crmctl lead next --limit 3\n").expect("docs/next.md has no example");
    let (example, _) = rest.split_once("```").unwrap();
    let ran = world.run(by(&["lead", "next", "--limit", "3"], ANN));
    let printed = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(example, printed, "write it into docs/next.md:\n{printed}");
    world.finish();
}
