//! Times of contact and what else a lead's owner plans by: from each way in to each way out.

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

/// A field by what people call it, its column, a header of other programs, a value, and how JSON has it.
struct Known {
    name: &'static str,
    column: &'static str,
    header: &'static str,
    text: &'static str,
    stored: &'static str,
    /// Filters that find the value, and one that does not; none for what cannot be asked for.
    filters: &'static [&'static str],
    not: &'static str,
}

const fn time(
    name: &'static str,
    column: &'static str,
    header: &'static str,
    filters: &'static [&'static str],
    not: &'static str,
) -> Known {
    Known { name, column, header, text: "2026-02-20 10:30", stored: "2026-02-20T10:30:00Z", filters, not }
}

const FIELDS: [Known; 8] = [
    time(
        "first_attempted",
        "first_attempted_at",
        "First outreach date",
        &["first_attempted = 2026-02-20", "first_attempted within 30 days"],
        "first_attempted > 2026-02-20",
    ),
    time(
        "last_attempted",
        "last_attempted_at",
        "Last call date",
        &["last_attempted < 2026-02-21", "last_attempted older than 5 days"],
        "last_attempted within 1 week",
    ),
    time(
        "first_contacted",
        "first_contacted_at",
        "First Contact",
        &["first_contacted is not empty", "first_contacted <= 2026-02-20T10:30"],
        "first_contacted < 2026-02-20",
    ),
    time(
        "last_contacted",
        "last_contacted_at",
        "Last Contacted",
        &["last_contacted >= 2026-02-20", "last_contacted older than 10 days"],
        "last_contacted older than 30 days",
    ),
    time(
        "last_engagement",
        "last_engagement_at",
        "Last reply",
        &["last_engagement = 2026-02-20T10:30:00Z", "last_engagement within 1 month"],
        "last_engagement is empty",
    ),
    Known {
        name: "next_contact",
        column: "next_contact_at",
        header: "Next activity date",
        text: "2026-03-10",
        stored: "2026-03-10T00:00:00Z",
        filters: &["next_contact within next 7 days", "next_contact > tomorrow", "next_contact = 2026-03-10"],
        not: "next_contact within 7 days",
    },
    Known {
        name: "expected_close_date",
        column: "expected_close_date",
        header: "Close Date",
        text: "2026-03-31",
        stored: "2026-03-31",
        filters: &[
            "expected_close_date = 2026-03-31",
            "expected_close_date within next 4 weeks",
            "expected_close_date > 2026-03-30 and expected_close_date < 2026-04-01",
        ],
        not: "expected_close_date within next 26 days",
    },
    Known {
        name: "score_factors",
        column: "lead_score_factors",
        header: "Score factors",
        text: r#"{"intent": 15, "engagement": 25}"#,
        stored: r#"{"engagement":25,"intent":15}"#,
        filters: &[],
        not: "",
    },
];

impl Known {
    fn is_in(&self, lead: &Value) -> bool {
        match &lead[self.column] {
            Value::String(text) => text == self.stored,
            Value::Null => false,
            other => serde_json::from_str::<Value>(self.stored).is_ok_and(|stored| stored == *other),
        }
    }
}

fn found(world: &World, filter: &str) -> Vec<i64> {
    let leads = world.json(["lead", "list", "--sort", "id", "--where", filter]);
    leads.as_array().unwrap().iter().filter_map(|lead| lead["id"].as_i64()).collect()
}

#[test]
fn each_field_is_imported_found_exported_undone_and_merged() {
    on_both_engines(|world| {
        world.file("leads.csv", "Phone,Score\n2125550101,40\n2125550102,40\n");
        world.import(&world.path("leads.csv"), &[]);
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(["Phone", "Score"].into_iter().chain(FIELDS.iter().map(|field| field.header))).unwrap();
        csv.write_record(["2125550101", "40"].into_iter().chain(FIELDS.iter().map(|field| field.text))).unwrap();
        csv.write_record(["2125550103", "40"].into_iter().chain(FIELDS.iter().map(|field| field.text))).unwrap();
        let file = world.file("times.csv", csv.into_inner().unwrap());
        let summary = world.import(&file, &["--on-duplicate", "fill"]);
        assert_eq!((&summary["updated"], &summary["created"]), (&json!(1), &json!(1)), "{summary}");
        let leads = world.leads();
        let audit = world.json(["lead", "history", "1"]);
        for field in &FIELDS {
            let (name, engine) = (field.name, world.engine);
            let has: Vec<bool> = leads.iter().map(|lead| field.is_in(lead)).collect();
            assert_eq!(has, [true, false, true], "{engine:?} {name}: {}", leads[0][field.column]);
            for filter in field.filters {
                assert_eq!(found(world, filter), [1, 3], "{engine:?} {filter}");
            }
            if !field.not.is_empty() {
                assert!(!found(world, field.not).contains(&1), "{engine:?} {}", field.not);
                let sorted = world.ok(["lead", "list", "--sort", name, "--columns", &format!("id,{name}")]);
                assert!(sorted.lines().last().unwrap().contains('2'), "empty ones come last: {sorted}");
            }
            assert!(audit.to_string().contains(&format!("\"{}\"", field.column)), "{name}: {audit}");
        }
        // What is exported comes back the same.
        world.ok(["lead", "export", "--output", "all.csv", "--sort", "id"]);
        let other = World::new(world.engine);
        let text = std::fs::read(world.path("all.csv")).unwrap();
        other.import(&other.file("all.csv", text), &[]);
        for (lead, again) in leads.iter().zip(other.leads()) {
            FIELDS.iter().for_each(|field| assert_eq!(lead[field.column], again[field.column], "{}", field.name));
        }
        other.finish();
        world.ok(["import", "undo", "2", "--yes"]);
        for id in ["1", "2"] {
            let lead = world.json(["lead", "show", id]);
            // The scores are those of the import, which are told to be from it.
            let emptied = FIELDS.iter().filter(|field| field.name != "score_factors");
            emptied.for_each(|field| assert!(lead[field.column].is_null(), "{}: {lead}", field.name));
            assert_eq!(lead["lead_score_factors"], serde_json::json!({ "source": "import" }), "{lead}");
        }
        // A survivor takes over what it lacks, and gives it back.
        world.import(&file, &[]);
        let restored = world.leads().last().unwrap()["id"].to_string();
        world.ok(["lead", "merge", "2", &restored, "--yes"]);
        let lacked = || FIELDS.iter().filter(|field| field.name != "score_factors");
        let merged = world.json(["lead", "show", "2"]);
        lacked().for_each(|field| assert!(field.is_in(&merged), "{}: {merged}", field.name));
        world.ok(["lead", "restore", &restored]);
        let lead = world.json(["lead", "show", "2"]);
        lacked().for_each(|field| assert!(lead[field.column].is_null(), "{}: {lead}", field.name));
    });
}

#[test]
fn each_field_is_typed_cleared_and_told_of() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101", "--score", "40"]);
        for field in &FIELDS {
            let set = format!("{}={}", field.name, field.text);
            let score = if field.name == "score_factors" { ["--set", "score=40"].as_slice() } else { &[] };
            world.ok([&["lead", "edit", "1", "--set", &set], score].concat());
            let lead = world.json(["lead", "show", "1"]);
            assert!(field.is_in(&lead), "{}: {}", field.name, lead[field.column]);
            let as_of = world.json(["lead", "history", "1", "--as-of", "2026-03-05"]);
            assert!(field.is_in(&as_of), "{}: {as_of}", field.name);
        }
        for field in FIELDS.iter().filter(|field| field.name != "score_factors") {
            world.ok(["lead", "edit", "1", "--clear", field.name]);
            assert!(world.json(["lead", "show", "1"])[field.column].is_null(), "{}", field.name);
        }
        // A score that changes is no more made of what the old one was made of.
        world.ok(["lead", "edit", "1", "--score", "50"]);
        let factors = world.json(["lead", "show", "1"])["lead_score_factors"].clone();
        assert_eq!(factors, serde_json::json!({ "source": "hand" }));
        let bad: [(&str, &str); 5] = [
            ("last_contacted=2031-01-01", "lies in the future"),
            ("first_attempted=soon", "is not a date or time"),
            ("expected_close_date=2026-02-30", "2026-02-30"),
            ("score_factors={\"a\": \"b\"}", "is not an object of numbers"),
            ("next_contact=03/04/2026", "03/04/2026"),
        ];
        for (set, problem) in bad {
            let ran = world.run(["lead", "edit", "1", "--set", set]);
            assert_eq!(ran.code, Some(2), "{set}: {}", ran.stderr);
            assert!(ran.stderr.contains(problem), "{set}: {}", ran.stderr);
        }
    });
}

#[test]
fn files_add_to_what_is_known_in_any_order() {
    let files = [
        "Phone,First contacted,Last contacted\n2125550101,2026-02-10,2026-02-12\n",
        "Phone,Last contacted\n2125550101,2026-02-20\n",
        "Phone,Last contacted\n2125550101,2026-02-03\n",
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let world = World::new(crate::support::Engine::Sqlite);
        for (place, file) in order.into_iter().enumerate() {
            let policy = if place == 1 { "fill" } else { "update" };
            world.import(&world.file("times.csv", files[file]), &["--on-duplicate", policy]);
        }
        let lead = world.json(["lead", "show", "1"]);
        let times = (&lead["first_contacted_at"], &lead["last_contacted_at"]);
        assert_eq!(times, (&json!("2026-02-03T00:00:00Z"), &json!("2026-02-20T00:00:00Z")), "{order:?}");
        world.finish();
    }
}

#[test]
fn who_is_contacted_is_found_by_it() {
    on_both_engines(|world| {
        let lead = |world: &World, id: &str| world.json(["lead", "show", id]);
        world.now = "2026-01-10T09:00:00Z";
        for number in ["2125550101", "2125550102", "2125550103", "2125550104", "2125550105"] {
            world.ok(["lead", "add", "--phone", number]);
        }
        world.ok(["lead", "status", "1", "contacted"]);
        world.ok(["lead", "note", "2", "no answer", "--attempted"]);
        world.now = "2026-02-20T09:00:00Z";
        world.ok(["lead", "status", "--where", "id in (3, 4)", "contacted", "--yes"]);
        world.ok(["lead", "note", "4", "spoke in January", "--contacted", "--at", "2026-01-12"]);
        let next = ["--next-contact", "2026-03-20 15:00"];
        world.ok([&["lead", "note", "4", "call again", "--contacted", "--at", "2026-02-20 08:00"][..], &next].concat());
        world.now = "2026-03-04T12:00:00Z";
        // The example of docs/filters.md.
        assert_eq!(found(world, "last_contacted older than 30 days or last_contacted is empty"), [1, 2, 5]);
        assert_eq!(found(world, "last_contacted older than 30 days"), [1]);
        assert_eq!(found(world, "first_attempted is not empty and last_contacted is empty"), [2]);
        assert_eq!(found(world, "next_contact within next 3 weeks"), [4]);
        let four = lead(world, "4");
        assert_eq!(four["first_contacted_at"], "2026-01-12T00:00:00Z");
        assert_eq!(four["last_contacted_at"], "2026-02-20T09:00:00Z");
        assert_eq!(four["first_attempted_at"], "2026-01-12T00:00:00Z");
        assert_eq!(four["next_contact_at"], "2026-03-20T15:00:00Z");
        assert_eq!((&four["status"], &four["notes"].as_array().unwrap().len()), (&json!("contacted"), &2));
        assert_eq!(lead(world, "2")["last_contacted_at"], Value::Null);
        // Nobody contacted a lead that was there already, or one that only moved on.
        world.ok(["lead", "status", "5", "qualified"]);
        assert_eq!(lead(world, "5")["last_contacted_at"], Value::Null);
        for (args, problem) in [
            (&["--at", "2026-02-01"][..], "--at says when, and not what"),
            (&["--contacted", "--at", "2031-01-01"], "lies in the future"),
            (&["--attempted", "--contacted"], "excludes"),
            (&["--next-contact", "whenever"], "--next-contact: `whenever`"),
        ] {
            let ran = world.run([&["lead", "note", "5", "x"], args].concat());
            assert!(ran.code == Some(2) && ran.stderr.contains(problem), "{args:?}: {}", ran.stderr);
        }
        assert_eq!(lead(world, "5")["notes"], json!([]));
        // The log rebuilds it as it is.
        let as_of = world.json(["lead", "history", "4", "--as-of", "2026-03-04T12:00"]);
        for field in ["first_contacted_at", "last_contacted_at", "last_attempted_at", "next_contact_at"] {
            assert_eq!(as_of[field], four[field], "{field}");
        }
    });
}

#[test]
fn what_people_noted_outlasts_the_undo_of_a_file() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "2125550101"]);
        let file = world.file("times.csv", "Phone,Last contacted\n2125550101,2026-02-20\n");
        world.import(&file, &["--on-duplicate", "update"]);
        world.ok(["lead", "note", "1", "spoke", "--contacted", "--at", "2026-02-05"]);
        // One of the values is kept for the note's sake, and told.
        assert_eq!(world.run(["import", "undo", "1", "--yes"]).code, Some(3));
        let lead = world.json(["lead", "show", "1"]);
        for field in ["first_contacted_at", "last_contacted_at", "first_attempted_at", "last_attempted_at"] {
            assert_eq!(lead[field], "2026-02-05T00:00:00Z", "{field}: {lead}");
        }
        // What a person emptied does not come back with a file that says nothing of it.
        world.ok(["lead", "edit", "1", "--clear", "first_contacted"]);
        let file = world.file("city.csv", "Phone,City\n2125550101,Troy\n");
        world.import(&file, &["--on-duplicate", "update"]);
        assert_eq!(world.json(["lead", "show", "1"])["first_contacted_at"], Value::Null);
    });
}

#[test]
fn the_week_begins_with_today() {
    on_both_engines(|world| {
        world.ok(["org", "edit", "acme", "--timezone", "America/New_York"]);
        for (number, next) in [("2125550101", "2026-03-04"), ("2125550102", "2026-03-03"), ("2125550103", "2026-03-11")]
        {
            world.ok(["lead", "add", "--phone", number, "--next-contact", next]);
        }
        assert_eq!(found(world, "next_contact within next 1 day"), [1]);
        assert_eq!(found(world, "next_contact within next 7 days"), [1, 3]);
        assert_eq!(found(world, "next_contact within next 6 days"), [1]);
        assert_eq!(found(world, "next_contact within next 2 hours"), Vec::<i64>::new());
    });
}

#[test]
fn columns_that_hold_no_dates_are_told_apart_and_can_be_kept() {
    let world = World::new(crate::support::Engine::Sqlite);
    let text = "Phone,Last Contacted,Close Date\n2125550101,never,TBD\n2125550102,3 days ago,Q4 2026\n";
    let file = world.file("words.csv", text);
    let refused = world.import(&file, &["--dry-run"]);
    let problems: Vec<_> = refused["problems"].as_array().unwrap().iter().collect();
    assert_eq!(problems.len(), 2, "{refused}");
    for (problem, column) in problems.iter().zip(["Last Contacted", "Close Date"]) {
        assert_eq!((&problem["example_column"], &problem["count"]), (&json!(column), &json!(2)));
        let hint = problem["hint"].as_str().unwrap();
        assert!(hint.ends_with(&format!("--keep '{column}'")), "{hint}");
    }
    let kept = world.import(&file, &["--keep", "Last Contacted", "--keep", "Close Date"]);
    assert_eq!((&kept["created"], &kept["rejected"]), (&json!(2), &json!(0)), "{kept}");
    assert_eq!(world.json(["lead", "show", "1"])["custom_fields"]["Close Date"], "TBD");
    world.finish();
}

#[test]
fn times_are_named_in_one_language() {
    on_both_engines(|world| {
        world.ok(["org", "edit", "acme", "--timezone", "America/New_York"]);
        world.ok([
            "lead",
            "add",
            "--phone",
            "2125550101",
            "--next-contact",
            "tomorrow",
            "--expected-close-date",
            "30d",
        ]);
        let is = |world: &World, next: &str, close: &str, last: Option<&str>| {
            let lead = world.json(["lead", "show", "1"]);
            let got = ["next_contact_at", "expected_close_date", "last_contacted_at"].map(|key| lead[key].as_str());
            assert_eq!(got, [Some(next), Some(close), last], "{:?}", world.engine);
        };
        // 2026-03-04 07:00 there.
        is(world, "2026-03-05T05:00:00Z", "2026-04-03", None);
        world.now = "2026-03-04T13:00:00Z";
        let edit =
            ["--next-contact", "7d", "--expected-close-date", "next-quarter", "--set", "last_contacted=2 days ago"];
        world.ok([&["lead", "edit", "1"][..], &edit].concat());
        // The clocks go forward on the 8th.
        is(world, "2026-03-11T12:00:00Z", "2026-04-01", Some("2026-03-02T13:00:00Z"));
        world.now = "2026-03-04T14:00:00Z";
        let said = ["--contacted", "--at", "1h", "--next-contact", "next-week"];
        world.ok([&["lead", "note", "1", "will decide"][..], &said].concat());
        is(world, "2026-03-09T04:00:00Z", "2026-04-01", Some("2026-03-04T13:00:00Z"));
        assert_eq!(world.run(["lead", "note", "1", "x", "--contacted", "--at", "in 2h"]).code, Some(2));
        let wrong = world.run(["lead", "note", "1", "x", "--contacted", "--at", "lastweek"]);
        assert!(wrong.stderr.contains("did you mean `last-week`?"), "{}", wrong.stderr);
        let number = world.run(["lead", "note", "1", "x", "--contacted", "--at", "46000"]);
        assert_eq!(number.code, Some(2), "{}", number.stderr);
        // The first day outside.
        world.ok(["dnc", "add", "2125550102", "--expires", "30d"]);
        world.ok(["dnc", "add", "2125550103", "--expires", "2026-03-31"]);
        let listed = |args: &[&str]| world.json([&["dnc", "list"], args].concat()).as_array().unwrap().len();
        assert_eq!((listed(&["--until", "2026-03-04"]), listed(&["--until", "tomorrow"])), (0, 2));
        assert_eq!((listed(&["--month", "this-month"]), listed(&["--since", "2026-W11"])), (2, 0));
        let ends = world.json(["dnc", "list"]);
        let ends: Vec<_> = ends.as_array().unwrap().iter().map(|entry| entry["expires_at"].as_str().unwrap()).collect();
        assert_eq!(ends, ["2026-04-01T04:00:00Z", "2026-04-03T13:00:00Z"], "{:?}", world.engine);
    });
}

#[test]
fn events_of_another_system_tell_when_leads_were_contacted() {
    on_both_engines(|world| {
        world.file("leads.csv", "Phone,Last Contacted\n2125550101,\n2125550102,2026-02-20\n2125550103,\n");
        world.ok(["import", "leads", "leads.csv"]);
        world.now = "2026-03-05T12:00:00Z";
        world.file(
            "events.csv",
            "Phone,Status,Changed At\n\
             2125550101,contacted,2026-01-05T10:00:00Z\n\
             2125550101,new,2026-01-20T10:00:00Z\n\
             2125550101,contacted,2026-02-07T10:00:00Z\n\
             2125550102,contacted,2026-02-10T10:00:00Z\n\
             2125550103,qualified,2026-02-10T10:00:00Z\n",
        );
        let times = |world: &World| -> Vec<Value> {
            let leads = world.json(["lead", "list", "--sort", "id"]);
            let keys = ["first_contacted_at", "last_contacted_at", "last_attempted_at"];
            leads.as_array().unwrap().iter().map(|lead| json!(keys.map(|key| &lead[key]))).collect()
        };
        let before = times(world);
        world.ok(["import", "history", "events.csv"]);
        let told = [
            json!(["2026-01-05T10:00:00Z", "2026-02-07T10:00:00Z", "2026-02-07T10:00:00Z"]),
            json!(["2026-02-10T10:00:00Z", "2026-02-20T00:00:00Z", "2026-02-20T00:00:00Z"]),
            json!([null, null, null]),
        ];
        assert_eq!(times(world), told, "{:?}", world.engine);
        // The same file again tells nothing new.
        world.now = "2026-03-06T12:00:00Z";
        world.ok(["import", "history", "events.csv"]);
        assert_eq!(times(world), told);
        let audit = world.json(["lead", "history", "1"]);
        let of_import = |entry: &&Value| entry["import_id"] == 2;
        let fields = audit.as_array().unwrap().iter().filter(of_import).map(|entry| entry["field"].as_str().unwrap());
        let fields: std::collections::BTreeSet<_> = fields.collect();
        assert!(fields.is_superset(&["first_contacted_at", "last_contacted_at"].into()), "{fields:?}");
        world.now = "2026-03-07T12:00:00Z";
        world.ok(["import", "undo", "2", "--yes"]);
        assert_eq!(times(world), before, "{:?}", world.engine);
    });
}
