//! `lead merge` and its undoing: nothing of a person is lost, and a merged lead is found through its survivor.

use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

/// Two leads of one person, a day apart.
fn two_adas(world: &mut World) {
    world.ok([
        "lead",
        "add",
        "--phone",
        "2125550101",
        "--name",
        "Ada Lovelace",
        "--tag",
        "vip",
        "--note",
        "met at the fair",
    ]);
    world.now = "2026-03-05T12:00:00Z";
    let second = [
        "lead",
        "add",
        "--phone",
        "2125550102",
        "--email",
        "ada@example.com",
        "--name",
        "A. Lovelace",
        "--tag",
        "math",
        "--company",
        "Difference Works",
        "--consent",
        "denied",
        "--set",
        "further_phone=2125550109",
        "--note",
        "wrote back",
        "--set",
        "value=99.50",
        "--score",
        "70",
        "--set",
        "external_id=77",
        "--source-system",
        "hubspot",
    ];
    world.ok(second);
    world.ok(["lead", "status", "2", "contacted"]);
    world.now = "2026-03-06T12:00:00Z";
}

/// A lead as it is, without what counts changes.
fn state(world: &World, id: &str) -> Value {
    let wanted: i64 = id.parse().unwrap();
    let list = world.json(["lead", "list", "--sort", "id"]);
    let listed = list.as_array().unwrap().iter().any(|lead| lead["id"] == wanted);
    let mut lead = match listed {
        true => world.json(["lead", "show", id]),
        false => world
            .json(["lead", "list", "--deleted"])
            .as_array()
            .unwrap()
            .iter()
            .find(|lead| lead["id"] == wanted)
            .cloned()
            .unwrap(),
    };
    let object = lead.as_object_mut().unwrap();
    for key in ["updated_at", "version", "recent_changes", "status_history"] {
        object.remove(key);
    }
    for note in object.get_mut("notes").and_then(Value::as_array_mut).into_iter().flatten() {
        note.as_object_mut().unwrap().remove("id");
    }
    lead
}

#[test]
fn leads_of_one_person_are_merged_and_restored() {
    assert_same_story!(|world| {
        two_adas(world);
        world.tell(&["lead", "merge", "1", "2", "--dry-run"]);
        world.tell(&["lead", "merge", "1", "ada@example.com"]);
        world.tell(&["lead", "merge", "1", "ada@example.com", "--yes"]);
        world.tell(&["lead", "show", "2125550102", "--format", "csv"]);
        world.tell(&["lead", "list", "--deleted"]);
        world.now = "2026-03-07T12:00:00Z";
        world.ok(["lead", "edit", "1", "--company", "Engines Ltd"]);
        world.ok(["lead", "untag", "1", "math"]);
        world.now = "2026-03-08T12:00:00Z";
        world.tell(&["lead", "restore", "2"]);
        world.tell(&["lead", "show", "1"]);
    });
}

#[test]
fn merges_that_cannot_be() {
    assert_same_story!(|world| {
        two_adas(world);
        world.ok(["lead", "add", "--phone", "2125550103", "--name", "Bob"]);
        world.tell(&["lead", "merge", "1"]);
        world.tell(&["lead", "merge", "1", "2125550101"]);
        world.tell(&["lead", "merge", "1", "99"]);
        world.tell(&["lead", "merge", "1", "2", "--into", "3", "--survivor", "oldest"]);
        world.ok(["user", "add", "boss@example.com", "--role", "admin"]);
        world.ok(["user", "add", "rep@example.com", "--role", "sales_rep", "--as", "boss@example.com"]);
        let boss = ["--yes", "--as", "boss@example.com"];
        world.tell(&["lead", "merge", "1", "2", "--as", "rep@example.com"]);
        world.ok([&["lead", "delete", "3"][..], &boss].concat());
        world.tell(&[&["lead", "merge", "1", "--into", "3"][..], &boss].concat());
        world.tell(&[&["lead", "merge", "2", "--into", "1"][..], &boss].concat());
        world.tell(&[&["lead", "merge", "2", "--into", "1"][..], &boss].concat());
        world.now = "2026-03-07T12:00:00Z";
        // Another lead takes the absorbed one's phone by hand: that reaches the survivor.
        world.tell(&["lead", "add", "--phone", "2125550102", "--name", "Eve", "--as", "boss@example.com"]);
        // A chain: its first link is restored only after the second.
        world.ok(["lead", "restore", "3", "--as", "boss@example.com"]);
        world.now = "2026-03-08T12:00:00Z";
        world.ok([&["lead", "merge", "1", "--into", "3"][..], &boss].concat());
        world.tell(&["lead", "restore", "2", "--as", "boss@example.com"]);
        world.tell(&["lead", "show", "2", "--format", "csv", "--as", "boss@example.com"]);
    });
}

#[test]
fn a_merge_and_its_restoring_leave_all_as_before() {
    on_both_engines(|world| {
        two_adas(world);
        world.ok(["lead", "add", "--email", "ada@example.org", "--name", "Ada L."]);
        world.ok(["dnc", "add", "+12125550102"]);
        let before: Vec<Value> = ["1", "2", "3"].map(|id| state(world, id)).into();
        // The third has no phone: it takes over the number of the second, which is listed.
        world.now = "2026-03-07T12:00:00Z";
        world.ok(["lead", "merge", "2", "1", "--into", "3", "--yes"]);
        let merged = state(world, "3");
        assert_eq!((&merged["phone_number"], &merged["status"]), (&json!("+12125550102"), &json!("dnc")));
        assert_eq!((&merged["external_id"], &merged["tags"]), (&json!("77"), &json!(["math", "vip"])));
        for (now, id) in [("2026-03-08T12:00:00Z", "1"), ("2026-03-09T12:00:00Z", "2")] {
            world.now = now;
            world.ok(["lead", "restore", id]);
        }
        let after: Vec<Value> = ["1", "2", "3"].map(|id| state(world, id)).into();
        assert_eq!(after, before, "{:?}", world.engine);
        // A lead that was deleted when it was merged is deleted again.
        world.ok(["lead", "delete", "1", "--yes"]);
        let before = state(world, "1");
        world.now = "2026-03-10T12:00:00Z";
        world.ok(["lead", "merge", "1", "--into", "2", "--yes"]);
        world.now = "2026-03-11T12:00:00Z";
        world.ok(["lead", "restore", "1"]);
        assert_eq!(state(world, "1"), before, "{:?}", world.engine);
    });
}

#[test]
fn what_an_absorbed_lead_was_known_by_reaches_the_survivor() {
    on_both_engines(|world| {
        two_adas(world);
        world.ok(["lead", "add", "--phone", "2125550103", "--name", "Ada King", "--email", "king@example.com"]);
        world.ok(["lead", "edit", "1", "--email", "ada@example.org"]);
        world.now = "2026-03-06T13:00:00Z";
        world.ok(["lead", "merge", "2", "--into", "1", "--yes"]);
        world.now = "2026-03-07T12:00:00Z";
        world.ok(["lead", "merge", "1", "--into", "3", "--yes"]);
        for name in ["1", "2", "+12125550101", "+12125550102", "ada@example.com", "ada@example.org"] {
            assert_eq!(world.json(["lead", "show", name])["id"], json!(3), "{:?} {name}", world.engine);
        }
        world.now = "2026-03-08T12:00:00Z";
        let file = world.file(
            "again.csv",
            "Phone,City,Id,Email\n2125550102,Albany,,\n2125550101,,,\n,,,ada@example.org\n,Troy,77,\n",
        );
        let options =
            ["--on-duplicate", "update", "--map", "external_id=Id", "--source-system", "hubspot", "--ignore", "Name"];
        for (many, times) in [(false, 1), (true, 2)] {
            // A large file beside few leads loads all of them at once.
            let text =
                format!("Phone,City,Id\n{}", (0..1500).map(|n| format!("+1212555{n:04},,\n")).collect::<String>());
            let file = if many { world.file("many.csv", text) } else { file.clone() };
            let summary = world.import(&file, &options[..6]);
            let expected = if many { json!(1497) } else { json!(0) };
            assert_eq!(summary["created"], expected, "{:?} {summary}", world.engine);
            let lead = world.json(["lead", "show", "3"]);
            assert_eq!((&lead["phone_number"], &lead["city"]), (&json!("+12125550103"), &json!("Troy")), "{times}");
            assert_eq!((&lead["external_id"], &lead["email"]), (&json!("77"), &json!("king@example.com")));
        }
        // Restored, the absorbed lead is found by itself again.
        world.now = "2026-03-09T12:00:00Z";
        world.ok(["lead", "restore", "1"]);
        assert_eq!(world.json(["lead", "show", "+12125550101"])["id"], json!(1));
        assert_eq!(
            world.json(["lead", "show", "+12125550102"])["id"],
            json!(1),
            "the chain goes on to the first survivor"
        );
    });
}

#[test]
fn a_note_that_was_written_again_stays() {
    on_both_engines(|world| {
        two_adas(world);
        world.ok(["lead", "merge", "2", "--into", "1", "--yes"]);
        let notes = |world: &World, args: &[&str]| world.json(args)["notes"].as_array().unwrap().len();
        assert_eq!(notes(world, &["lead", "show", "1"]), 2);
        // The timeline tells a note once that the merge copied.
        let timeline = world.json(["lead", "timeline", "1"]);
        let told = timeline.as_array().unwrap().iter().filter(|event| event["event"] == "note").count();
        assert_eq!(told, 2, "{timeline}");
        world.now = "2026-03-07T12:00:00Z";
        world.ok(["lead", "note", "1", "wrote back"]);
        world.now = "2026-03-08T12:00:00Z";
        let ran = world.run(["lead", "restore", "2"]);
        assert!(ran.stderr.contains("keeps what was changed after the merge: note"), "{}", ran.stderr);
        assert_eq!(notes(world, &["lead", "show", "1"]), 3);
    });
}

#[test]
fn two_merges_at_once_make_no_circle() {
    on_both_engines(|world| {
        for round in 0..3 {
            let (a, b) = (2 * round + 1, 2 * round + 2);
            for id in [a, b] {
                world.ok(["lead", "add", "--phone", &format!("21255501{id:02}")]);
            }
            let (a, b) = (a.to_string(), b.to_string());
            let there = world.start(["lead", "merge", &a, "--into", &b, "--yes"]);
            let back = world.start(["lead", "merge", &b, "--into", &a, "--yes"]);
            let codes = [there, back].map(|child| child.wait_with_output().unwrap().status.code());
            assert_eq!(codes.iter().filter(|code| **code == Some(0)).count(), 1, "{:?}: {codes:?}", world.engine);
            let shown = [&a, &b].map(|id| world.json(["lead", "show", id])["id"].clone());
            assert_eq!(shown[0], shown[1], "{:?}", world.engine);
        }
    });
}
