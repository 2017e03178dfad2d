//! Segments: filters with a name.

use crate::assert_same_story;
use crate::support::on_both_engines;

#[test]
fn the_life_of_a_segment() {
    assert_same_story!(|world| {
        let file =
            world.file("p.csv", "Phone,Status,Score\n2125550101,hot,80\n2125550102,hot,60\n2125550103,cold,90\n");
        world.import(&file, &["--region", "US"]);
        world.ok(["dnc", "add", "+12125550102"]);
        world.tell(&["segment", "list"]);
        world.tell(&[
            "segment",
            "add",
            "Hot  ones",
            "--where",
            "status=hot or (score >= 85)",
            "--description",
            "to call",
        ]);
        world.tell(&["segment", "add", "hot ones", "--where", "status = hot", "--public"]);
        world.tell(&["segment", "add", "Hot ones", "--where", "status = hot"]);
        world.tell(&["segment", "add", "none"]);
        world.tell(&["segment", "add", "bad", "--where", "status = hott"]);
        world.tell(&["segment", "count", "Hot ones", "--format", "json"]);
        world.now = "2026-03-04T13:00:00Z";
        world.tell(&["segment", "refresh", "--all"]);
        world.now = "2026-03-04T14:00:00Z";
        world.tell(&["segment", "list"]);
        world.tell(&["segment", "show", "Hot ones", "--format", "json"]);
        world.tell(&[
            "segment",
            "edit",
            "Hot ones",
            "--where",
            "status = hot and score > 70",
            "--name",
            "best",
            "--clear",
            "description",
        ]);
        world.now = "2026-03-04T15:00:00Z";
        world.tell(&["segment", "edit", "best", "--public", "--if-version", "1"]);
        world.tell(&["segment", "edit", "best", "--public", "--if-version", "2"]);
        world.tell(&["segment", "edit", "best", "--name", "hot ones"]);
        world.tell(&["segment", "count", "bset"]);
        world.tell(&["segment", "export", "hot ones", "--columns", "phone,score"]);
        world.tell(&["lead", "list", "--segment", "best", "--where", "score < 100", "--columns", "phone"]);
        world.tell(&["segment", "delete", "best"]);
        world.tell(&["segment", "delete", "best", "--dry-run"]);
        world.tell(&["segment", "delete", "best", "--yes"]);
        world.tell(&["segment", "list", "--format", "ndjson"]);
    });
}

#[test]
fn private_segments_are_their_owners() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        for (user, role) in [("bob@example.com", "sales_rep"), ("eve@example.com", "viewer")] {
            world.ok(["user", "add", user, "--role", role, "--as", "ann@example.com"]);
        }
        let run = |user: &str, args: &[&str]| world.run([args, &["--as", &format!("{user}@example.com")]].concat());
        assert_eq!(run("ann", &["segment", "add", "mine", "--where", "score > 5"]).code, Some(0));
        assert_eq!(run("bob", &["segment", "add", "ours", "--where", "score > 6", "--public"]).code, Some(0));
        assert_eq!(run("eve", &["segment", "add", "x", "--where", "score > 6"]).code, Some(1));
        // Others neither see nor use it, but its name is taken.
        for args in
            [&["segment", "show", "mine"][..], &["segment", "count", "mine"], &["lead", "list", "--segment", "mine"]]
        {
            let ran = run("bob", args);
            assert_eq!(ran.code, Some(1));
            assert!(ran.stderr.contains("there is no segment `mine`"), "{}", ran.stderr);
        }
        assert!(run("bob", &["segment", "add", "mine", "--where", "score > 5"]).stderr.contains("already"));
        assert_eq!(run("bob", &["segment", "list", "--format", "csv"]).stdout.lines().count(), 2);
        assert_eq!(run("ann", &["segment", "list", "--format", "csv"]).stdout.lines().count(), 3);
        // A public one is read by all and changed by its owner or an admin.
        assert_eq!(run("eve", &["segment", "count", "ours"]).code, Some(0));
        assert_eq!(run("ann", &["segment", "edit", "ours", "--description", "x"]).code, Some(0));
        run("ann", &["segment", "add", "all", "--where", "score > 1", "--public"]);
        let ran = run("bob", &["segment", "delete", "all", "--yes"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("belongs to somebody else"), "{}", ran.stderr);
        // Made private, it is gone for others.
        assert_eq!(run("bob", &["segment", "edit", "ours", "--private"]).code, Some(0));
        assert_eq!(run("eve", &["segment", "count", "ours"]).code, Some(1));
    });
}

#[test]
fn explaining_counts_each_condition() {
    assert_same_story!(|world| {
        let file =
            world.file("p.csv", "Phone,Status,Score\n2125550101,hot,80\n2125550102,hot,60\n2125550103,cold,90\n");
        world.import(&file, &["--region", "US"]);
        world.ok(["segment", "add", "hot", "--where", "status = hot and score >= 70 and not tag = vip"]);
        let explained = world.json(["segment", "explain", "hot"]);
        assert_eq!(explained["count"], 1);
        assert_eq!(explained["conditions"][1]["alone"], 2);
        assert_eq!(explained["conditions"][1]["left"], 1);
        assert!(!explained["sql"].as_str().unwrap().contains("hot"), "values are bound: {}", explained["sql"]);
        let ran = world.run(["segment", "explain", "--where", "status = hot or score = 90"]);
        let story = ran.stdout.split("SQL").next().unwrap().to_owned();
        world.file("story.txt", story);
        world.tell_file("story.txt");
        world.tell(&["segment", "explain"]);
    });
}
