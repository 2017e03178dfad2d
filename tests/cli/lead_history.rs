//! `lead history`, `--as-of` and `lead timeline`.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

#[test]
fn every_change_and_all_that_happened() {
    assert_same_story!(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        let ann = ["--as", "ann@example.com"];
        let ok = |world: &World, args: &[&str]| world.ok([args, &ann].concat());
        world.file("fair.csv", "Phone,First Name,City,Status\n2125550101,Ada,Albany,contacted\n");
        ok(world, &["import", "leads", "fair.csv"]);
        world.now = "2026-03-05T12:00:00Z";
        ok(world, &["lead", "edit", "1", "--city", "Troy", "--company", "Engines", "--owner", "ann@example.com"]);
        world.now = "2026-03-06T12:00:00Z";
        ok(world, &["lead", "note", "1", "call in May"]);
        ok(world, &["lead", "add", "--phone", "2125550102", "--name", "Ada L.", "--tag", "vip"]);
        world.now = "2026-03-07T12:00:00Z";
        ok(world, &["lead", "merge", "2", "--into", "1", "--yes"]);
        world.now = "2026-03-08T12:00:00Z";
        ok(world, &["dnc", "add", "2125550101", "--reason", "asked on the phone"]);
        world.tell(&[&["lead", "history", "1"][..], &ann].concat());
        world.tell(&[&["lead", "history", "2125550102"][..], &ann].concat());
        world.tell(&[&["lead", "history", "2", "--format", "json"][..], &ann].concat());
        world.tell(&[&["lead", "history", "1", "--as-of", "2026-03-05T11:59:59Z"][..], &ann].concat());
        world.tell(&[&["lead", "history", "1", "--as-of", "2026-03-06"][..], &ann].concat());
        world.tell(&[&["lead", "history", "1", "--as-of", "2026-03-03"][..], &ann].concat());
        world.tell(&[&["lead", "history", "1", "--as-of", "yesterday"][..], &ann].concat());
        world.tell(&[&["lead", "timeline", "1"][..], &ann].concat());
        world.tell(&[&["lead", "timeline", "1", "--newest", "--limit", "2"][..], &ann].concat());
        world.tell(&[&["lead", "timeline", "1", "--limit", "1", "--format", "csv"][..], &ann].concat());
        world.tell(&[&["lead", "timeline", "99"][..], &ann].concat());
    });
}

/// What a lead is, without what its state does not hold.
fn state(world: &World, args: &[&str]) -> Value {
    let mut lead = world.json(args);
    let object = lead.as_object_mut().unwrap();
    for key in ["blocked", "recent_changes", "status_history"] {
        object.remove(key);
    }
    for note in object["notes"].as_array_mut().unwrap() {
        note.as_object_mut().unwrap().remove("id");
    }
    // The log does not say of what kind a number was that is gone.
    let phones: Vec<String> =
        object["phones"].as_array().unwrap().iter().map(|phone| phone["phone_number"].to_string()).collect();
    object["phones"] = json!(phones);
    let emails: Vec<String> =
        object["emails"].as_array().unwrap().iter().map(|email| email["email"].to_string()).collect();
    object["emails"] = json!(emails);
    lead
}

/// A random change of lead 1; lead 2 is another one of the same person. A change may be refused.
fn change() -> impl Strategy<Value = Vec<String>> {
    let words = |text: &'static str| Just(text.split(' ').map(str::to_owned).collect::<Vec<_>>());
    let city = prop::sample::select(vec!["Troy", "Albany", "Utica"]);
    let status = prop::sample::select(vec!["contacted", "qualified", "hot", "cold", "recruited", "nurturing"]);
    let tag = prop::sample::select(vec!["vip", "math", "fair"]);
    let clear = prop::sample::select(vec!["city", "company", "lead_score", "value_cents", "owner_id", "custom.Budget"]);
    let with = |text: String| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    prop_oneof![
        city.prop_map(move |city| with(format!("lead edit 1 --city {city} --score {}", city.len()))),
        (1..100u32).prop_map(move |n| with(format!("lead edit 1 --company C{n} --set value={n}.5"))),
        clear.prop_map(move |field| with(format!("lead edit 1 --clear {field}"))),
        (3..8u32).prop_map(move |n| with(format!("lead edit 1 --phone +1212555010{n} --tag new{n} --note note{n}"))),
        status.clone().prop_map(move |status| with(format!("lead status 1 {status}"))),
        status.prop_map(move |status| with(format!("lead status 1 {status} --force --reason so"))),
        tag.clone().prop_map(move |tag| with(format!("lead tag 1 {tag}"))),
        tag.prop_map(move |tag| with(format!("lead untag 1 {tag}"))),
        (1..4u32).prop_map(move |n| with(format!("lead note 1 note{n}"))),
        (3..8u32).prop_map(move |n| with(format!("lead phone add 1 +1212555010{n}"))),
        (3..8u32).prop_map(move |n| with(format!("lead phone delete 1 +1212555010{n}"))),
        (3..8u32).prop_map(move |n| with(format!("lead phone primary 1 +1212555010{n}"))),
        (3..8u32).prop_map(move |n| with(format!("lead email add 1 n{n}@example.com"))),
        (3..8u32).prop_map(move |n| with(format!("lead email delete 1 n{n}@example.com"))),
        (3..8u32).prop_map(move |n| with(format!("lead email primary 1 n{n}@example.com"))),
        words("lead assign 1 --to ann@example.com"),
        words("lead assign 1 --nobody"),
        words("dnc add +12125550101"),
        words("dnc add +12125550104"),
        words("dnc remove +12125550101 --reason x --yes"),
        words("dnc remove +12125550104 --reason x --yes"),
        words("lead delete 1 --yes"),
        words("lead restore 1"),
        words("lead restore 1"),
        words("lead merge 2 --into 1 --yes"),
        words("lead merge 1 --into 2 --yes"),
        words("lead restore 2"),
        words("import leads again.csv --on-duplicate update"),
        words("import leads more.csv --on-duplicate update"),
        words("import undo 1 --yes"),
        words("import undo 2 --yes"),
        words("import undo 3 --yes"),
    ]
}

#[test]
fn each_earlier_state_is_rebuilt_from_the_log() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        let ann = |args: &[&str]| {
            [args, &["--as", "ann@example.com"]].concat().iter().map(|a| (*a).to_owned()).collect::<Vec<_>>()
        };
        world.file(
            "again.csv",
            "Email,City,Tags,Status,custom.Budget,Note\nada@example.com,Boston,fair,hot,10,imported\n",
        );
        world.file("more.csv", "Email,Company,Consent,custom.Budget,Score\nada@example.com,More,denied,20,9\n");
        world.ok(ann(&[
            "lead",
            "add",
            "--phone",
            "+12125550101",
            "--email",
            "ada@example.com",
            "--tag",
            "vip",
            "--note",
            "note1",
        ]));
        world.ok(ann(&[
            "lead",
            "add",
            "--phone",
            "+12125550102",
            "--company",
            "Other",
            "--tag",
            "two",
            "--score",
            "5",
            "--note",
            "theirs",
        ]));
        let mut runner = TestRunner::default();
        let (mut states, mut done): (Vec<(String, Value)>, Vec<String>) = (Vec::new(), Vec::new());
        for minute in 1..300 {
            if states.len() == 30 {
                break;
            }
            let time = format!("2026-03-04T{:02}:{:02}:00Z", 12 + minute / 60, minute % 60);
            let args = change().new_tree(&mut runner).unwrap().current();
            let mut command = world.command(ann(&args.iter().map(String::as_str).collect::<Vec<_>>()));
            let output = command.env("CRM_NOW", &time).output().unwrap();
            assert!(
                matches!(output.status.code(), Some(0..=3)),
                "{args:?}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            if !matches!(output.status.code(), Some(1 | 2)) {
                done.push(args.join(" "));
                // As of its own time a lead is what it is now: that alone shows a merged or deleted one by its id.
                states.push((
                    time.clone(),
                    state(world, &["lead", "history", "1", "--as-of", &time, "--as", "ann@example.com"]),
                ));
                let listed = world.json(["lead", "list", "--deleted", "--as", "ann@example.com"]);
                let live = world.json(["lead", "list", "--as", "ann@example.com"]);
                let lead = [&listed, &live]
                    .into_iter()
                    .flat_map(|list| list.as_array().unwrap())
                    .find(|lead| lead["id"] == 1)
                    .unwrap()
                    .clone();
                let now = &states.last().unwrap().1;
                for (key, value) in lead.as_object().unwrap().iter().filter(|(key, _)| *key != "blocked") {
                    assert_eq!(now[key], *value, "{:?} {key} after {done:#?}", world.engine);
                }
            }
        }
        assert_eq!(states.len(), 30, "too few changes were allowed: {done:#?}");
        for (place, (time, expected)) in states.iter().enumerate() {
            let then = state(world, &["lead", "history", "1", "--as-of", time, "--as", "ann@example.com"]);
            for (key, value) in expected.as_object().unwrap() {
                assert_eq!(then[key], *value, "{:?}: {key} as of {time}, {} of {done:#?}", world.engine, place + 1);
            }
        }
    });
}

#[test]
fn amounts_of_an_absorbed_lead_are_in_no_currency_of_another() {
    on_both_engines(|world| {
        let lead = |phone: &str, currency: &str| {
            world.ok(["lead", "add", "--phone", phone, "--set", "value=5", "--set", &format!("currency={currency}")]);
        };
        lead("+12125550101", "USD");
        lead("+12125550102", "EUR");
        world.ok(["lead", "edit", "2", "--set", "value=6", "--set", "currency=EUR"]);
        assert!(world.ok(["lead", "history", "2"]).contains("6.00 EUR"));
        world.ok(["lead", "merge", "1", "2", "--yes"]);
        for verb in ["history", "timeline"] {
            let told = world.ok(["lead", verb, "1"]);
            assert!(told.contains("600 minor units") && !told.contains("6.00 USD"), "{told}");
        }
    });
}
