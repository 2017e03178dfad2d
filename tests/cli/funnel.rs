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

/// Runs with so many columns.
fn at_width(world: &World, columns: &str, args: &[&str]) -> String {
    let output = world.command(args).env("COLUMNS", columns).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn bars_fill_the_width() {
    on_both_engines(|world| {
        example(world);
        let call = ["funnel", "--month", "2026-03", "--by", "source"];
        for columns in ["80", "160"] {
            let printed = at_width(world, columns, &call);
            let widest = printed.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= columns.parse().unwrap() && widest >= 79, "{widest} of {columns}\n{printed}");
            insta::assert_snapshot!(format!("funnel_at_{columns}_columns"), printed);
        }
        let cut = world.json(call.into_iter().chain(["--limit", "1"]));
        assert_eq!(cut["groups"].as_array().unwrap().len(), 1);
        assert_eq!(cut["notes"][1], "3 groups are left out; --limit 0 shows all");
        // Whatever the width, nothing of a table is cut in a pipe.
        assert!(at_width(world, "30", &call).contains("share that reached each stage, by source"));
    });
}

#[test]
fn a_window_begins_and_ends_as_a_calendar_there_does() {
    on_both_engines(|world| {
        world.now = "2026-03-09T12:00:00Z";
        world.ok(["org", "set", "timezone", "America/New_York"]);
        // The clocks go forward at two o'clock of March 8: that day has 23 hours.
        let created = [
            "2026-03-01T04:59:59Z",
            "2026-03-01T05:00:00Z",
            "2026-03-08T04:59:59Z",
            "2026-03-08T05:00:00Z",
            "2026-03-09T03:59:59Z",
            "2026-03-09T04:00:00Z",
            "2026-02-01T04:59:59Z",
            "2026-02-01T05:00:00Z",
        ];
        let rows: String = created.iter().enumerate().map(|(at, time)| format!("21255501{at:02},{time}\n")).collect();
        world.import(&world.file("leads.csv", format!("Phone,Created\n{rows}")), &[]);
        for (window, leads) in [
            (&["--since", "2026-03-08", "--until", "2026-03-09"][..], 2),
            (&["--days", "1"], 1),
            (&["--days", "2"], 3),
            (&["--month", "2026-02"], 2),
            (&["--month", "2026-03"], 5),
            (&["--quarter", "2026Q1"], 8),
            (&["--since", "2026-03-08T00:00:00-05:00", "--until", "2026-03-08T23:59:59-04:00"], 1),
            (&["--until", "2026-02-01"], 1),
            (&[], 8),
        ] {
            let cohort = world.json(["funnel"].iter().chain(window).copied());
            assert_eq!(cohort["cohort"], leads, "{window:?}");
            // Their first statuses were entered when they were created.
            let activity = world.json(["funnel", "--mode", "activity"].iter().chain(window).copied());
            assert_eq!(activity["entries"], leads, "{window:?}");
        }
        let months = world.json(["funnel", "--by", "month"]);
        let told: Vec<(&str, u64)> = months["groups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| (group["group"].as_str().unwrap(), group["cohort"].as_u64().unwrap()))
            .collect();
        assert_eq!(told, [("2026-01", 1), ("2026-02", 2), ("2026-03", 5)]);
    });
}

#[test]
fn a_cohort_too_young_for_its_median_is_told() {
    on_both_engines(|world| {
        world.now = "2026-03-20T12:00:00Z";
        let leads = "Phone,Created\n2125550101,2026-03-01\n2125550102,2026-03-01\n2125550103,2026-03-16\n";
        world.import(&world.file("leads.csv", leads), &[]);
        // From new to contacted took four days, on to hot six more.
        let events = "Phone,Status,Date\n2125550101,contacted,2026-03-05\n2125550101,hot,2026-03-11\n";
        world.file("events.csv", events);
        world.ok(["import", "history", "events.csv"]);
        world.ok(["org", "set", "funnel.stages", "new,contacted,hot"]);
        let young = |world: &World, args: &[&str]| -> Option<String> {
            let report = world.json(["funnel"].iter().chain(args).copied());
            let notes = report["notes"].as_array().unwrap().iter().filter_map(|note| note.as_str());
            notes.filter(|note| note.contains("less time")).map(str::to_owned).next()
        };
        let note = young(world, &[]).unwrap();
        assert!(note.starts_with("1 lead has had less time than the 10.0 days"), "{note}");
        assert_eq!(young(world, &["--until", "2026-03-10"]), None);
        // Whoever asks for equal times is told who has not had it.
        assert!(young(world, &["--within", "5d"]).unwrap().starts_with("1 lead has had less time than the 5 days"));
        assert_eq!(young(world, &["--within", "4d"]), None);
        world.now = "2026-03-26T00:00:00Z";
        assert_eq!(young(world, &[]), None);
        world.now = "2026-03-25T23:59:59Z";
        assert!(young(world, &[]).is_some());
    });
}

#[test]
fn pictures_and_pages_need_no_other_file_and_trust_no_text() {
    on_both_engines(|world| {
        world.now = "2026-03-20T12:00:00Z";
        let leads = "Phone,Campaign\n2125550101,<b>R&D</b> \"x\"\n2125550102,\n";
        world.import(&world.file("leads.csv", leads), &[]);
        let call = ["funnel", "--by", "campaign", "--svg", "f.svg", "--html", "f.html"];
        world.ok(call);
        let [svg, html] = ["f.svg", "f.html"].map(|name| std::fs::read_to_string(world.path(name)).unwrap());
        for text in [&svg, &html] {
            assert!(!text.contains("<b>") && text.contains("&lt;b&gt;R&amp;D&lt;/b&gt; &quot;x&quot;"), "{text}");
            assert!(text.contains("prefers-color-scheme") && !text.contains("http://www.w3.org/1999/xlink"));
            let others = text.replace("http://www.w3.org/2000/svg", "");
            assert!(!others.contains("http") && !others.contains("<script") && !others.contains("url("), "{text}");
        }
        assert!(html.contains("@media print") && html.contains("width=device-width"));
        let mut reader = quick_xml::Reader::from_str(&svg);
        while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
        // A file that exists stays, unless it may be replaced.
        let again = world.run(call);
        assert_eq!(again.code, Some(1));
        assert!(again.stderr.contains("`f.svg` exists") && again.stderr.contains("--overwrite"), "{}", again.stderr);
        world.ok(call.into_iter().chain(["--overwrite"]));
    });
}

#[test]
fn what_cannot_be_asked() {
    assert_same_story!(|world: &mut World| {
        world.ok(["lead", "add", "--phone", "2125550101"]);
        for args in [
            &["funnel", "--month", "2026-13"][..],
            &["funnel", "--month", "2026-03", "--days", "3"],
            &["funnel", "--since", "2026-03-05", "--until", "2026-03-05"],
            &["funnel", "--compare", "previous"],
            &["funnel", "--mode", "activity", "--within", "30d"],
            &["funnel", "--within", "a while"],
            &["funnel", "--by", "segment"],
            &["funnel", "--where", "stage = hot"],
            &["org", "set", "funnel.stages", "new,cold"],
            &["org", "set", "funnel.stages", "new,contacted,recruited"],
            &["funnel", "--where", "custom.Colour = red", "--format", "csv"],
            &["funnel", "stuck"],
        ] {
            world.tell(args);
        }
    });
}

#[test]
fn a_group_is_what_a_restriction_to_it_gives() {
    on_both_engines(|world| {
        example(world);
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        fn as_ann<'a>(args: &[&'a str]) -> Vec<&'a str> {
            [args, &["--as", "ann@example.com"]].concat()
        }
        world.now = "2026-05-01T12:00:02Z";
        world.ok(as_ann(&["lead", "assign", "--where", "id in (1, 5, 9)", "--to", "ann@example.com", "--yes"]));
        world.ok(as_ann(&["segment", "add", "web", "--where", "source = website", "--public"]));
        world.ok(as_ann(&["segment", "add", "early", "--where", "created < 2026-03-10", "--public"]));
        for mode in [&["funnel"][..], &["funnel", "--mode", "activity", "--month", "2026-03"]] {
            let json = |more: &[&str]| world.json(as_ann(&[mode, more].concat()));
            for (by, groups) in [
                (
                    "owner",
                    [
                        (Some("ann@example.com"), "--where", "owner = ann@example.com"),
                        (None, "--where", "owner is empty"),
                    ],
                ),
                ("segment", [(Some("web"), "--segment", "web"), (Some("early"), "--segment", "early")]),
                ("source", [(Some("referral"), "--where", "source = referral"), (None, "--where", "source is empty")]),
            ] {
                let report = json(&["--by", by]);
                let parts = report["groups"].as_array().unwrap();
                for (name, flag, value) in groups {
                    let part = parts.iter().find(|part| part["group"].as_str() == name).unwrap();
                    assert_eq!(part["stages"], json(&[flag, value])["stages"], "{mode:?} {by} {name:?}");
                }
                let overlaps = report["notes"].to_string().contains("do not add up");
                assert_eq!(overlaps, by == "segment");
            }
        }
    });
}

#[test]
fn files_are_made_together_or_not_at_all() {
    on_both_engines(|world| {
        world.file("taken.html", "mine");
        let ran = world.run(["funnel", "--svg", "new.svg", "--html", "taken.html"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{}", ran.stderr);
        assert!(ran.stderr.contains("`taken.html` exists"), "{}", ran.stderr);
        assert!(!world.path("new.svg").exists());
        assert_eq!(std::fs::read_to_string(world.path("taken.html")).unwrap(), "mine");
        let twice = world.run(["funnel", "--svg", "a.html", "--html", "a.html"]);
        assert!(twice.code == Some(2) && twice.stderr.contains("that of --svg"), "{}", twice.stderr);
        assert!(!world.path("a.html").exists());
        assert_eq!(world.run(["funnel", "--svg", "nowhere/a.svg"]).code, Some(1));
    });
}

#[test]
fn what_puts_a_status_back_is_no_activity() {
    on_both_engines(|world| {
        world.import(
            &world.file(
                "leads.csv",
                "Phone,Status,Source\n+12125550101,qualified,web\n+12125550102,recruited,web\n+12125550103,new,web\n",
            ),
            &[],
        );
        let numbers = ["+12125550101", "+12125550102", "+12125550103"];
        let add = |more: &[&'static str]| {
            ["dnc", "add"].into_iter().chain(numbers).chain(more.iter().copied()).collect::<Vec<_>>()
        };
        let mut round = |begin: &'static str, end: &'static str| {
            world.now = begin;
            world.ok(add(&[]));
            world.now = end;
            world.ok(["dnc", "remove"].into_iter().chain(numbers).chain(["--reason", "a mistake", "--yes"]));
        };
        round("2026-03-05T12:00:00Z", "2026-03-06T12:00:00Z");
        round("2026-03-07T12:00:00Z", "2026-03-08T12:00:00Z");
        // The third end comes by itself.
        world.now = "2026-03-09T12:00:00Z";
        world.ok(add(&["--expires", "2026-03-10T12:00:00Z"]));
        world.now = "2026-03-11T12:00:00Z";
        world.ok(["dnc", "expire"]);
        // A change of the number puts a status back, too.
        world.ok(["dnc", "add", "+12125550101"]);
        world.ok(["lead", "edit", "1", "--phone", "+12125550104"]);
        assert_eq!(
            world.leads().iter().map(|lead| lead["status"].as_str().unwrap()).collect::<Vec<_>>(),
            ["qualified", "recruited", "new"]
        );

        let entries = |args: &[&str]| -> Vec<u64> {
            let report = world.json(["funnel", "--mode", "activity"].iter().chain(args));
            report["stages"].as_array().unwrap().iter().map(|stage| stage["entries"].as_u64().unwrap()).collect()
        };
        // new, contacted, qualified, nurturing, hot, recruited, cold, and each entry into dnc once.
        assert_eq!(entries(&[]), [1, 0, 1, 0, 0, 1, 0, 10]);
        assert_eq!(entries(&["--since", "2026-03-05"]), [0, 0, 0, 0, 0, 0, 0, 10]);
        let stays = world.json(["funnel", "stages"]);
        let stay = |name: &str| -> (u64, u64) {
            let stages = stays["stages"].as_array().unwrap();
            let stage = stages.iter().find(|stage| stage["stage"] == name).unwrap();
            (stage["stays"].as_u64().unwrap(), stage["here_now"].as_u64().unwrap())
        };
        assert_eq!((stay("qualified"), stay("recruited"), stay("new"), stay("dnc")), ((0, 1), (0, 1), (0, 1), (10, 0)));
        let recruited = &world.json(["roi", "--by", "month"])["total"]["recruited"];
        assert_eq!(recruited, 1);
    });
}
