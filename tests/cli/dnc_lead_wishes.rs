//! A lead that says it is not to be called is a wish of its own, whoever lists its number already, and for how long.

use crate::support::{World, on_both_engines};

const NUMBER: &str = "+12125550101";

/// How a lead says it, each in the form of its calls.
const WAYS: [&[&[&str]]; 6] = [
    &[&["import", "leads", "flag.csv"]],
    &[&["import", "leads", "flag.csv", "--on-duplicate", "update"]],
    &[&["import", "leads", "status.csv"]],
    &[&["lead", "status", "1", "dnc", "--reason", "asked on the phone"]],
    &[&["lead", "status", "--where", "id = 1", "dnc", "--yes"]],
    &[&["import", "history", "events.csv"]],
];

fn world(world: &mut World) {
    world.file("leads.csv", "Name,Phone\nAda,2125550101\n");
    world.file("flag.csv", "Name,Phone,Do not call\nAda,2125550101,yes\n");
    world.file("status.csv", "Name,Phone,Status\nAda,2125550101,dnc\n");
    world.file("events.csv", "Phone,Status,Changed At\n2125550101,dnc,2026-03-04T12:30:00Z\n");
    world.ok(["import", "leads", "leads.csv"]);
    world.now = "2026-03-04T13:00:00Z";
}

fn code(world: &World, channel: &str) -> Option<i32> {
    world.run(["dnc", "check", NUMBER, "--channel", channel]).code
}

#[test]
fn what_ends_or_is_narrower_is_widened() {
    // A status alone says nothing of how long: an own export would make every entry one for good.
    for way in WAYS.into_iter().filter(|way| !way[0].contains(&"status.csv")) {
        for earlier in [
            &["--expires", "2026-03-05T12:00:00Z"][..],
            &["--scope", "calls"],
            &["--expires", "2026-03-05", "--scope", "calls"],
        ] {
            on_both_engines(|it| {
                world(it);
                it.ok([&["dnc", "add", NUMBER][..], earlier].concat());
                it.now = "2026-03-04T14:00:00Z";
                way.iter().for_each(|call| drop(it.ok(*call)));
                it.now = "2026-03-20T12:00:00Z";
                let told = format!("{:?}: {earlier:?}, then {way:?}", it.engine);
                assert_eq!((code(it, "calls"), code(it, "texts")), (Some(3), Some(3)), "{told}");
                assert_eq!(it.json(["lead", "show", "1"])["status"], "dnc", "{told}");
                // Again it changes nothing.
                let entries = || it.json(["dnc", "list"]).as_array().unwrap().len();
                let before = entries();
                way.iter().filter(|call| !call.contains(&"--reason")).for_each(|call| drop(it.ok(*call)));
                assert_eq!(entries(), before, "{told}");
            });
        }
    }
}

#[test]
fn what_others_of_the_group_list_is_listed_by_the_organization_too() {
    for way in WAYS {
        on_both_engines(|it| {
            world(it);
            it.ok(["org", "add", "other", "--org", "acme"]);
            it.ok(["org", "group", "add", "holding", "acme", "other", "--org", "acme"]);
            it.ok(["dnc", "add", NUMBER, "--org", "other"]);
            it.now = "2026-03-04T14:00:00Z";
            way.iter().for_each(|call| drop(it.ok([call, &["--org", "acme"][..]].concat())));
            it.now = "2026-03-04T15:00:00Z";
            it.ok(["dnc", "remove", NUMBER, "--reason", "by mistake", "--yes", "--org", "other"]);
            for org in ["acme", "other"] {
                let ran = it.run(["dnc", "check", NUMBER, "--org", org]);
                assert_eq!(ran.code, Some(3), "{:?}: {org} after {way:?}: {}", it.engine, ran.stdout);
            }
        });
    }
}
