//! `funnel`: how far leads came, what happened, how long they stayed, and who is stuck.

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

/// The leads and events of the example in docs/funnel.md.
pub fn example(world: &mut World) {
    world.now = "2026-05-01T12:00:00Z";
    world.ok(["org", "set", "timezone", "America/New_York"]);
    let fixture = |name: &str| format!("{}/fixtures/funnel/{name}", env!("CARGO_MANIFEST_DIR"));
    world.ok(["import", "leads", &fixture("leads.csv")]);
    let summary = world.json(["import", "history", &fixture("history.csv")]);
    assert_eq!((&summary["rejected"], &summary["created"]), (&0.into(), &47.into()), "{summary}");
    world.now = "2026-05-01T12:00:01Z";
    world.ok(["lead", "merge", "16", "--into", "15", "--yes"]);
    world.ok(["lead", "delete", "17", "--yes"]);
}

#[test]
fn the_example_of_the_docs() {
    assert_same_story!(|world: &mut World| {
        example(world);
        world.tell(&["funnel", "--month", "2026-03"]);
        world.tell(&["funnel", "--month", "2026-03", "--by", "source", "--compare", "previous"]);
        world.tell(&["funnel", "--month", "2026-03", "--within", "7d", "--format", "csv"]);
        world.tell(&["funnel", "--mode", "activity", "--month", "2026-03", "--compare", "previous"]);
        world.tell(&["funnel", "--mode", "activity", "--quarter", "2026Q2", "--by", "month"]);
        world.tell(&["funnel", "stages", "--month", "2026-03"]);
        world.tell(&["funnel", "stuck", "--longer-than", "5w"]);
        world.tell(&["funnel", "--month", "2026-03", "--format", "json"]);
    });
}

#[test]
fn the_docs_print_what_the_program_prints() {
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/funnel.md")).unwrap();
    on_both_engines(|world| {
        example(world);
        for args in [
            &["funnel", "--month", "2026-03"][..],
            &["funnel", "--month", "2026-03", "--by", "source"],
            &["funnel", "stages", "--month", "2026-03"],
            &["funnel", "--mode", "activity", "--month", "2026-03"],
        ] {
            let printed = world.ok(args.iter().copied());
            assert!(docs.contains(&format!("$ crmctl {}\n{printed}```\n", args.join(" "))), "{args:?}\n{printed}");
        }
    });
}
