//! `lead phone` and `lead note`.

use crate::assert_same_story;
use crate::support::on_both_engines;

#[test]
fn numbers_are_added_removed_and_made_the_first() {
    assert_same_story!(|world| {
        world.ok(["lead", "add", "--phone", "2125550101 x9", "--name", "Ada Lovelace"]);
        world.ok(["lead", "add", "--phone", "2125550102", "--name", "Bob"]);
        world.now = "2026-03-05T12:00:00Z";
        world.tell(&["lead", "phone", "add", "1", "(212) 555-0109", "--kind", "mobile"]);
        world.tell(&["lead", "phone", "add", "1", "2125550109", "--quiet", "--format", "csv"]);
        // A lead is found by further numbers, too.
        world.tell(&["lead", "show", "212-555-0109", "--format", "csv"]);
        world.tell(&["lead", "phone", "add", "1", "12345"]);
        world.tell(&["lead", "phone", "add", "1", "2125550108 x3"]);
        world.now = "2026-03-06T12:00:00Z";
        world.ok(["dnc", "add", "2125550109"]);
        world.now = "2026-03-06T13:00:00Z";
        world.tell(&["lead", "phone", "primary", "1", "2125550109"]);
        world.tell(&["lead", "phone", "delete", "1", "2125550109"]);
        world.tell(&["lead", "phone", "primary", "1", "2125550107"]);
        world.now = "2026-03-07T12:00:00Z";
        world.tell(&["lead", "phone", "primary", "1", "2125550101"]);
        world.now = "2026-03-08T12:00:00Z";
        world.ok(["lead", "phone", "add", "1", "2125550102"]);
        world.now = "2026-03-09T12:00:00Z";
        world.tell(&["lead", "phone", "primary", "1", "2125550102"]);
        world.tell(&["lead", "phone", "delete", "1", "2125550102"]);
        world.tell(&["lead", "phone", "delete", "1", "2125550102"]);
        world.tell(&["lead", "phone", "add", "99", "2125550102"]);
    });
}

#[test]
fn notes_are_kept_as_they_are_written() {
    assert_same_story!(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--name", "Ada Lovelace"]);
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["lead", "note", "2125550101", "called, no answer"]);
        world.now = "2026-03-06T12:00:00Z";
        world.tell(&["lead", "note", "2125550101", "called, no answer"]);
        world.tell(&["lead", "note", "2125550101", "  "]);
        world.tell(&["lead", "note", "2125550101", "-"]);
        world.tell(&["lead", "note", "2125550199", "who?"]);
    });
}

#[test]
fn a_note_is_read_from_standard_input() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101"]);
        world.now = "2026-03-05T12:00:00Z";
        let file = world.file("note.txt", "first line\nsecond line\n");
        let mut command = world.command(["lead", "note", "1", "-", "--format", "json"]);
        let output = command.stdin(std::fs::File::open(file).unwrap()).output().unwrap();
        let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(shown["notes"][0]["body"], "first line\nsecond line");
    });
}
