//! `lead count --by`: the figures of a plain count over the listed leads, and of the engine's own GROUP BY.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::filter_oracle::{ANN, ZONE, filled};
use crate::support::{Engine, World, on_both_engines};

type Counts = BTreeMap<String, i64>;

/// The groups of an answer, each named by its values as JSON.
fn counted(world: &World, by: &str, more: &[&str]) -> Counts {
    let answer = world.json([&["lead", "count", "--by", by], more, &ANN].concat());
    let groups = answer.as_array().unwrap().iter().map(|group| {
        let mut group = group.as_object().unwrap().clone();
        let count = group.remove("count").unwrap().as_i64().unwrap();
        (json!(group).to_string(), count)
    });
    groups.collect()
}

/// The span of a time in the organization's zone, by hand.
fn span(value: &Value, unit: &str) -> Value {
    let Some(text) = value.as_str() else { return Value::Null };
    let zone = TimeZone::get(ZONE).unwrap();
    let day = match text.parse::<jiff::Timestamp>() {
        Ok(time) => time.to_zoned(zone).strftime("%Y-%m-%d").to_string(),
        Err(_) => text.to_owned(),
    };
    let date: jiff::civil::Date = day.parse().unwrap();
    match unit {
        "day" => day.into(),
        "week" => date.strftime("%G-W%V").to_string().into(),
        "month" => day[..7].into(),
        "quarter" => {
            format!("{}Q{}", &day[..4], date.strftime("%m").to_string().parse::<u32>().unwrap().div_ceil(3)).into()
        }
        "year" => day[..4].into(),
        other => panic!("{other}"),
    }
}

#[test]
fn groups_are_those_of_a_plain_count() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = filled(engine);
        let columns = "id,status,source,owner,custom.Key,score,country,tags,on_dnc,created,last_contacted,expected_close_date,email_opt_out,city";
        let leads = world.json(["lead", "list", "--limit", "0", "--columns", columns, "--as", ANN[1]]);
        let leads = leads.as_array().unwrap();
        assert!(leads.len() > 50);
        let by_hand = |of: &dyn Fn(&Value) -> Value| -> Counts {
            let mut counts = Counts::new();
            leads.iter().for_each(|lead| *counts.entry(of(lead).to_string()).or_default() += 1);
            counts
        };
        for (name, key) in [
            ("status", "status"),
            ("source", "source"),
            ("owner", "owner"),
            ("custom.Key", "custom.Key"),
            ("score", "lead_score"),
            ("country", "country"),
            ("on_dnc", "on_dnc"),
            ("email_opt_out", "email_opt_out"),
            ("city", "city"),
        ] {
            assert_eq!(counted(&world, name, &[]), by_hand(&|lead| json!({ key: lead[key] })), "{engine:?}: {name}");
        }
        for (name, key) in [
            ("created", "created_at"),
            ("last_contacted", "last_contacted_at"),
            ("expected_close_date", "expected_close_date"),
        ] {
            for unit in ["day", "week", "month", "quarter", "year"] {
                let wanted = by_hand(&|lead| json!({ key: span(&lead[key], unit) }));
                assert_eq!(counted(&world, &format!("{name}:{unit}"), &[]), wanted, "{engine:?}: {name}:{unit}");
            }
        }
        let two =
            by_hand(&|lead| json!({ "status": lead["status"], "created_at": span(&lead["created_at"], "month") }));
        assert_eq!(counted(&world, "status,created:month", &[]), two);
        let mut tags = Counts::new();
        for lead in leads {
            let of_lead = lead["tags"].as_array().unwrap();
            for tag in of_lead {
                *tags.entry(json!({ "tags": tag }).to_string()).or_default() += 1;
            }
            if of_lead.is_empty() {
                *tags.entry(json!({ "tags": null }).to_string()).or_default() += 1;
            }
        }
        assert_eq!(counted(&world, "tags", &[]), tags);
        // The engine's own.
        let sql = "SELECT status, count(*) FROM leads WHERE deleted_at IS NULL AND lead_score >= 50 GROUP BY status";
        let own: Counts = world
            .engine
            .sql(&world.url, sql)
            .unwrap()
            .iter()
            .map(|line| {
                let (status, count) = line.split_once('|').unwrap();
                (json!({ "status": status }).to_string(), count.parse().unwrap())
            })
            .collect();
        assert_eq!(counted(&world, "status", &["--where", "score >= 50"]), own);
        drop(world.finish());
    }
}

#[test]
fn days_are_those_of_the_organization_in_any_year() {
    on_both_engines(|world| {
        for (place, zone) in ["Africa/Monrovia", "America/St_Johns", "Asia/Kathmandu"].into_iter().enumerate() {
            world.ok(["org", "edit", "--timezone", zone]);
            let times = [
                "1971-06-30T00:44:00Z",
                "1971-06-30T00:45:00Z",
                "2026-01-08T03:29:59Z",
                "2026-01-08T03:30:00Z",
                "2025-07-01T18:14:59Z",
                "2025-07-01T18:15:00Z",
            ];
            let rows: String =
                times.iter().enumerate().map(|(row, time)| format!("2125550{place}0{row},{time},z{place}\n")).collect();
            let file = world.file("a.csv", format!("Phone,Created,Tags\n{rows}"));
            world.import(&file, &["--phone-check", "possible"]);
            let wanted: Counts = times.iter().fold(Counts::new(), |mut counts, time| {
                let time: jiff::Timestamp = time.parse().unwrap();
                let day = time.to_zoned(TimeZone::get(zone).unwrap()).strftime("%Y-%m-%d").to_string();
                *counts.entry(day).or_default() += 1;
                counts
            });
            let tag = format!("tag = z{place}");
            let answer = world.json(["lead", "count", "--by", "created", "--where", &tag]);
            let got: Vec<(String, i64)> = answer
                .as_array()
                .unwrap()
                .iter()
                .map(|group| (group["created_at"].as_str().unwrap().to_owned(), group["count"].as_i64().unwrap()))
                .collect();
            assert_eq!(got, wanted.into_iter().collect::<Vec<_>>(), "{zone}");
        }
    });
}

#[test]
fn what_cannot_be_counted_by_is_said() {
    on_both_engines(|world| {
        world.ok([
            "lead",
            "add",
            "--phone",
            "2125550101",
            "--set",
            "custom.Industry=Retail",
            "--tag",
            "a",
            "--tag",
            "b",
        ]);
        world.ok(["lead", "add", "--phone", "2125550102"]);
        assert_eq!(
            world.ok(["lead", "count", "--by", "custom.Industry"]),
            "custom.Industry  leads\nRetail               1\n–                    1\n"
        );
        let ran = world.run(["lead", "count", "--by", "tags"]);
        assert!(ran.stderr.contains("2 leads in 3 groups; a lead counts for each of its tags"), "{}", ran.stderr);
        for (by, told) in [
            ("statsu", "status"),
            ("value", "cannot be counted"),
            ("status,status", "twice"),
            ("status,source,city,country", "at most 3"),
            ("created:fortnight", "week"),
        ] {
            let ran = world.run(["lead", "count", "--by", by]);
            assert_eq!(ran.code, Some(2), "{by}: {}", ran.stderr);
            assert!(ran.stderr.contains(told), "{by}: {}", ran.stderr);
        }
        let ran = world.run(["lead", "count", "--by", "custom.Industy"]);
        assert!(ran.stderr.contains("`Industry`") || ran.stderr.contains("Industry"), "{}", ran.stderr);
        assert!(
            world.run(["lead", "count", "--by", "status", "--where", "city = Nowhere"]).stderr.contains("no leads")
        );
    });
}
