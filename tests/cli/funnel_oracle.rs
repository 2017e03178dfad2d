//! The funnel of random histories is the one that a plain computation over the stored rows gives, on both engines.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::{Engine, World};

const STATUSES: [&str; 8] = ["new", "contacted", "qualified", "nurturing", "hot", "cold", "recruited", "dnc"];
const DEFAULT: [&str; 6] = ["new", "contacted", "qualified", "nurturing", "hot", "recruited"];
const DAY: i64 = 86_400_000_000;

/// A lead of the made-up world, and what other systems tell of it.
#[derive(Debug, Clone)]
pub struct Made {
    created: i64,
    source: Option<&'static str>,
    tags: Vec<&'static str>,
    events: Vec<(i64, usize)>,
}

pub fn made() -> impl Strategy<Value = Made> {
    let begin = "2026-01-10T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
    let source = proptest::option::of(prop_oneof![Just("web"), Just("fair"), Just("mail")]);
    let tags = proptest::sample::subsequence(vec!["vip", "eu", "old"], 0..3);
    let events = proptest::collection::vec((0i64..60 * 86_400, 0usize..8), 0..7);
    (0i64..100 * 86_400, source, tags, events).prop_map(move |(after, source, tags, mut events)| {
        events.sort_unstable();
        Made { created: begin + after, source, tags, events }
    })
}

fn iso(second: i64) -> String {
    jiff::Timestamp::from_second(second).unwrap().to_string()
}

/// A row of the history, and a lead, as they are stored.
#[derive(Debug, Clone)]
pub struct Row {
    pub lead: i64,
    pub status: String,
    pub at: i64,
    /// Whether the do-not-call list put back what it had taken.
    puts_back: bool,
}

impl Row {
    /// Whether the lead entered a status by it.
    pub fn enters(&self, status: &str) -> bool {
        self.status == status && !self.puts_back
    }
}

#[derive(Debug, Clone)]
pub struct Lead {
    id: i64,
    pub created: i64,
    status: String,
    pub source: Option<String>,
    /// Minor units and currency.
    pub value: Option<(i64, String)>,
    merged_into: Option<i64>,
    is_live: bool,
}

/// What the database holds, read past the program.
pub struct Stored {
    leads: Vec<Lead>,
    tags: Vec<(i64, String)>,
    rows: Vec<Row>,
}

pub fn stored(world: &World) -> Stored {
    let micros = |column: &str| match world.engine {
        Engine::Sqlite => column.to_owned(),
        Engine::Postgres => format!("(extract(epoch from {column}) * 1000000)::bigint"),
    };
    let sql = |text: &str| -> Vec<Vec<String>> {
        let rows = world.engine.sql(&world.url, text).unwrap();
        rows.iter().map(|row| row.split('|').map(str::to_owned).collect()).collect()
    };
    let number = |text: &str| text.parse::<i64>().unwrap();
    let leads = sql(&format!(
        "SELECT id, {}, status, coalesce(source, ''), coalesce(merged_into_id, 0),
                CASE WHEN deleted_at IS NULL THEN 1 ELSE 0 END, coalesce(value_cents, -1), coalesce(currency, '') FROM leads WHERE organization_id = 1 ORDER BY id",
        micros("created_at")
    ));
    let rows = sql(&format!(
        "SELECT h.lead_id, h.to_status, {}, h.trigger_type, coalesce(i.status, '')
         FROM lead_status_history h LEFT JOIN imports i ON i.id = h.import_id WHERE h.organization_id = 1 ORDER BY h.id",
        micros("h.changed_at")
    ));
    Stored {
        leads: leads
            .into_iter()
            .map(|row| Lead {
                id: number(&row[0]),
                created: number(&row[1]),
                status: row[2].clone(),
                source: Some(row[3].clone()).filter(|source| !source.is_empty()),
                merged_into: Some(number(&row[4])).filter(|id| *id > 0),
                is_live: row[5] == "1",
                value: Some((number(&row[6]), row[7].clone())).filter(|(cents, _)| *cents >= 0),
            })
            .collect(),
        tags: sql("SELECT lead_id, tag FROM lead_tags WHERE organization_id = 1 ORDER BY 1, 2")
            .into_iter()
            .map(|row| (number(&row[0]), row[1].clone()))
            .collect(),
        rows: rows
            .into_iter()
            .filter(|row| row[3] != "undo" && row[3] != "merge" && row[4] != "undone")
            .map(|row| Row {
                lead: number(&row[0]),
                status: row[1].clone(),
                at: number(&row[2]),
                puts_back: row[3] == "dnc" && row[1] != "dnc",
            })
            .collect(),
    }
}

/// A person: a live lead with all that was merged into it.
#[derive(Debug)]
pub struct Person {
    pub lead: Lead,
    pub created: i64,
    tags: BTreeSet<String>,
    pub rows: Vec<Row>,
}

pub fn people(stored: &Stored) -> Vec<Person> {
    let into: BTreeMap<i64, i64> = stored.leads.iter().filter_map(|lead| Some((lead.id, lead.merged_into?))).collect();
    let end = |mut id: i64| {
        while let Some(next) = into.get(&id) {
            id = *next;
        }
        id
    };
    let mut people: BTreeMap<i64, Person> = BTreeMap::new();
    for lead in stored.leads.iter().filter(|lead| lead.is_live) {
        let person = Person { created: lead.created, tags: BTreeSet::new(), rows: Vec::new(), lead: lead.clone() };
        people.insert(lead.id, person);
    }
    for lead in &stored.leads {
        if let Some(person) = people.get_mut(&end(lead.id)) {
            person.created = person.created.min(lead.created);
        }
    }
    for (id, tag) in &stored.tags {
        if let Some(person) = people.get_mut(id) {
            person.tags.insert(tag.clone());
        }
    }
    for row in &stored.rows {
        if let Some(person) = people.get_mut(&end(row.lead)) {
            person.rows.push(row.clone());
        }
    }
    people.into_values().collect()
}

fn rank(mut values: Vec<i64>, part: usize, whole: usize) -> Value {
    values.sort_unstable();
    match values.len() {
        0 => Value::Null,
        n => json!((values[(n * part).div_ceil(whole) - 1] as f64 / 3600.0 * 10_000.0).round() / 10_000.0),
    }
}

pub fn share(part: usize, whole: usize) -> Value {
    match whole {
        0 => Value::Null,
        _ => json!((part as f64 / whole as f64 * 1e6).round() / 1e6),
    }
}

/// The stages of some people, computed one figure after the other.
fn expected(people: &[&Person], stages: &[&str], within: Option<i64>) -> Value {
    let rows = |p: &Person| -> Vec<Row> {
        let end = within.map_or(i64::MAX, |days| p.created + days * DAY);
        p.rows.iter().filter(|row| row.at < end).cloned().collect()
    };
    let entered = |p: &Person, stage: &str| rows(p).iter().filter(|row| row.enters(stage)).map(|row| row.at).min();
    let furthest = |p: &Person| (0..stages.len()).rev().find(|k| entered(p, stages[*k]).is_some()).unwrap_or(0);
    let gone = |p: &Person| -> String {
        match within {
            None => p.lead.status.clone(),
            Some(_) => {
                let finality =
                    |status: &str| ["cold", "dnc"].iter().position(|exit| *exit == status).map_or(0, |at| at + 1);
                let last = rows(p).into_iter().max_by_key(|row| (row.at, finality(&row.status)));
                last.map_or(String::new(), |row| row.status)
            }
        }
    };
    let count = |holds: &dyn Fn(&Person) -> bool| people.iter().filter(|p| holds(p)).count();
    let mut all = Vec::new();
    for (k, stage) in stages.iter().enumerate() {
        let reached = count(&|p| furthest(p) >= k);
        let before = count(&|p| k > 0 && furthest(p) >= k - 1);
        let waits: Vec<i64> = people
            .iter()
            .filter_map(|p| Some((entered(p, stages[k.checked_sub(1)?])?, entered(p, stage)?)))
            .filter(|(before, after)| before <= after)
            .map(|(before, after)| (after - before) / 1_000_000)
            .collect();
        all.push(json!({
            "stage": stage,
            "reached": reached,
            "share": share(reached, people.len()),
            "conversion": if k == 0 { Value::Null } else { share(reached, before) },
            "advanced": count(&|p| furthest(p) > k),
            "exited_cold": count(&|p| furthest(p) == k && gone(p) == "cold"),
            "exited_dnc": count(&|p| furthest(p) == k && gone(p) == "dnc"),
            "here_now": count(&|p| furthest(p) == k && !["cold", "dnc"].contains(&gone(p).as_str())),
            "skipped": count(&|p| furthest(p) >= k && entered(p, stage).is_none()),
            "median_hours": rank(waits.clone(), 1, 2),
            "p90_hours": rank(waits, 9, 10),
        }));
    }
    Value::Array(all)
}

/// Groups by name, without their order.
fn by_name(report: &Value) -> BTreeMap<Option<String>, (Value, Value)> {
    let groups = report["groups"].as_array().unwrap().iter();
    groups
        .map(|group| {
            let name = group["group"].as_str().map(str::to_owned);
            (name, (group.get("cohort").or(group.get("entries")).unwrap().clone(), group["stages"].clone()))
        })
        .collect()
}

/// Some leads, of which the seventh, which is merged into the sixth, is the older one.
pub fn many(runner: &mut TestRunner) -> Vec<Made> {
    let mut made = proptest::collection::vec(made(), 40..80).new_tree(runner).unwrap().current();
    made[6].created = made[5].created - 86_400;
    made
}

pub fn filled(engine: Engine, made: &[Made]) -> World {
    let mut world = World::new(engine);
    world.now = "2026-06-20T12:00:00Z";
    world.ok(["org", "set", "timezone", "America/New_York"]);
    let phone = |at: usize| format!("+1212555{at:04}");
    let mut leads = String::from("Phone,Source,Tags,Value,Currency,Created\n");
    // Two other systems, of which the second is undone.
    let mut histories = [String::from("Phone,Status,Date\n"), String::from("Phone,Status,Date\n")];
    for (at, lead) in made.iter().enumerate() {
        let tags = lead.tags.join(";");
        // Every fifth has no value, every third another currency.
        let value = if at % 5 == 0 { String::new() } else { format!("{}.{:02}", at * 17, at * 7 % 100) };
        let currency = if at % 3 == 0 { "EUR" } else { "USD" };
        leads +=
            &format!("{},{},{tags},{value},{currency},{}\n", phone(at), lead.source.unwrap_or(""), iso(lead.created));
        for (number, (after, status)) in lead.events.iter().enumerate() {
            let history = &mut histories[usize::from(number % 3 == 2)];
            *history += &format!("{},{},{}\n", phone(at), STATUSES[*status], iso(lead.created + after));
        }
    }
    world.import(&world.file("leads.csv", leads), &["--phone-check", "possible"]);
    let import = |world: &World, name: &str, text: &str| {
        let file = world.file(name, text);
        let summary = world.json(["import", "history", file.to_str().unwrap()]);
        assert_eq!(summary["rejected"], 0, "{summary}");
        summary["import_id"].to_string()
    };
    import(&world, "a.csv", &histories[0]);
    world.now = "2026-06-20T12:00:01Z";
    let undone = import(&world, "b.csv", &histories[1]);
    world.now = "2026-06-20T12:00:02Z";
    world.run(["import", "undo", &undone, "--yes"]);
    world.now = "2026-06-20T12:00:03Z";
    // Leads that an undone import moved, made, and left because somebody had edited them.
    let more = "Phone,Status,Source\n+12125550000,hot,web\n+12125550001,cold,web\n+12125559001,qualified,fair\n+12125559002,hot,fair\n";
    let update = ["--on-duplicate", "update", "--phone-check", "possible"];
    let undone = world.import(&world.file("more.csv", more), &update)["import_id"].to_string();
    world.now = "2026-06-20T12:00:04Z";
    world.run(["lead", "edit", "+12125559002", "--city", "Troy"]);
    world.now = "2026-06-20T12:00:05Z";
    world.run(["import", "undo", &undone, "--yes"]);
    world.now = "2026-06-20T12:00:06Z";
    for (absorbed, into) in [("3", "4"), ("4", "5"), ("7", "6"), ("9", "8")] {
        world.run(["lead", "merge", absorbed, "--into", into, "--yes"]);
    }
    world.now = "2026-06-20T12:00:07Z";
    world.run(["lead", "restore", "9"]);
    world.run(["lead", "delete", "10", "11", "--yes"]);
    for (lead, status) in [("12", "contacted"), ("13", "cold"), ("14", "contacted")] {
        world.run(["lead", "status", lead, status]);
    }
    listed_and_not(&mut world, &["+12125550015", "+12125550016", "+12125550017"]);
    world
}

/// Numbers that go on the do-not-call list and off it again, three times, and one that stays on it.
fn listed_and_not(world: &mut World, numbers: &[&str]) {
    let mut add = vec!["dnc", "add"];
    add.extend(numbers);
    for now in ["2026-06-20T12:00:08Z", "2026-06-20T12:00:10Z", "2026-06-20T12:00:12Z"] {
        world.now = now;
        world.run(add.iter().copied());
        world.run(["dnc", "remove", numbers[0], numbers[1], "--reason", "a mistake", "--yes"]);
    }
    world.now = "2026-06-20T12:00:14Z";
}

#[test]
fn the_funnel_is_what_a_plain_computation_gives() {
    let mut runner = TestRunner::default();
    for round in 0..2 {
        let made = many(&mut runner);
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let world = filled(engine, &made);
            if round == 1 {
                world.ok(["org", "set", "funnel.stages", "new,qualified,recruited"]);
            }
            let stages: &[&str] = if round == 1 { &["new", "qualified", "recruited"] } else { &DEFAULT };
            check(&world, stages);
            drop(world.finish());
        }
    }
}

fn check(world: &World, stages: &[&str]) {
    let people = people(&stored(world));
    assert!(people.len() > 30 && people.iter().any(|p| p.created < p.lead.created), "{}", people.len());
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    let day = |text: &str| -> i64 {
        let date: jiff::civil::Date = text.parse().unwrap();
        date.to_zoned(zone.clone()).unwrap().timestamp().as_microsecond()
    };
    let march = (day("2026-03-01"), day("2026-04-01"));
    let windows: [(&[&str], (i64, i64)); 4] = [
        (&[], (i64::MIN, i64::MAX)),
        (&["--month", "2026-03"], march),
        (&["--quarter", "2026Q1"], (day("2026-01-01"), day("2026-04-01"))),
        (&["--since", "2026-02-10", "--until", "2026-03-09"], (day("2026-02-10"), day("2026-03-09"))),
    ];
    for (args, (since, until)) in windows {
        for within in [None, Some(20)] {
            let mut call = vec!["funnel"];
            call.extend(args);
            if within.is_some() {
                call.extend(["--within", "20d"]);
            }
            let cohort: Vec<&Person> = people.iter().filter(|p| (since..until).contains(&p.created)).collect();
            let report = world.json(call.iter().copied());
            assert_eq!(report["cohort"], cohort.len(), "{:?} {call:?}", world.engine);
            assert_eq!(report["stages"], expected(&cohort, stages, within), "{:?} {call:?}", world.engine);
            check_parts(world, &call, &cohort, stages, within);
        }
        check_activity(world, args, &people, (since, until));
    }
}

fn check_parts(world: &World, call: &[&str], cohort: &[&Person], stages: &[&str], within: Option<i64>) {
    let month = |p: &Person| {
        let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
        let day = jiff::Timestamp::from_microsecond(p.created).unwrap().to_zoned(zone);
        vec![Some(day.strftime("%Y-%m").to_string())]
    };
    let tags = |p: &Person| match p.tags.is_empty() {
        true => vec![None],
        false => p.tags.iter().cloned().map(Some).collect(),
    };
    type Groups<'a> = &'a dyn Fn(&Person) -> Vec<Option<String>>;
    let by: [(&str, Groups<'_>); 3] =
        [("source", &|p: &Person| vec![p.lead.source.clone()]), ("month", &month), ("tag", &tags)];
    for (name, groups_of) in by {
        let mut parts: BTreeMap<Option<String>, Vec<&Person>> = BTreeMap::new();
        for person in cohort {
            for group in groups_of(person) {
                parts.entry(group).or_default().push(person);
            }
        }
        let report = world.json(call.iter().copied().chain(["--by", name]));
        let wanted: BTreeMap<Option<String>, (Value, Value)> = parts
            .into_iter()
            .map(|(group, people)| (group, (json!(people.len()), expected(&people, stages, within))))
            .collect();
        assert_eq!(by_name(&report), wanted, "{:?} {call:?} by {name}", world.engine);
        if name != "tag" {
            for (at, stage) in report["stages"].as_array().unwrap().iter().enumerate() {
                let parts = report["groups"].as_array().unwrap().iter();
                let sum: u64 = parts.map(|group| group["stages"][at]["reached"].as_u64().unwrap()).sum();
                assert_eq!(stage["reached"], sum, "{call:?} by {name}");
            }
        }
    }
}

fn check_activity(world: &World, args: &[&str], people: &[Person], (since, until): (i64, i64)) {
    let counts = |rows: &mut dyn Iterator<Item = &Row>| {
        let mut counts: BTreeMap<String, u64> = STATUSES.iter().map(|status| ((*status).to_owned(), 0)).collect();
        let rows = rows.filter(|row| (since..until).contains(&row.at) && !row.puts_back);
        rows.for_each(|row| *counts.get_mut(&row.status).unwrap() += 1);
        counts
    };
    let told = |stages: &Value| -> BTreeMap<String, u64> {
        let stages = stages.as_array().unwrap().iter();
        stages.map(|s| (s["stage"].as_str().unwrap().to_owned(), s["entries"].as_u64().unwrap())).collect()
    };
    let call = ["funnel", "--mode", "activity"];
    let report = world.json(call.iter().chain(args).copied());
    assert_eq!(
        told(&report["stages"]),
        counts(&mut people.iter().flat_map(|p| &p.rows)),
        "{:?} {args:?}",
        world.engine
    );
    let by_source = world.json(call.iter().chain(args).copied().chain(["--by", "source"]));
    for (group, (_, stages)) in by_name(&by_source) {
        let rows = people.iter().filter(|p| p.lead.source == group).flat_map(|p| &p.rows);
        assert_eq!(told(&stages), counts(&mut { rows }), "{:?} {args:?} {group:?}", world.engine);
    }
    for by in ["source", "month"] {
        let report = world.json(call.iter().chain(args).copied().chain(["--by", by]));
        let sum: u64 = report["groups"].as_array().unwrap().iter().map(|g| g["entries"].as_u64().unwrap()).sum();
        assert_eq!(report["entries"], sum, "{args:?} by {by}");
    }
}
