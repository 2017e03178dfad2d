//! The figures of `roi` over random leads, histories and costs are those that a plain computation over the stored rows
//! gives, on both engines.

use std::collections::BTreeMap;

use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::funnel_oracle::{Person, filled, many, people, share, stored};
use crate::support::{Engine, World};

const MONTHS: [&str; 8] = ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07"];

/// Source, month, minor units, currency.
const COSTS: [(&str, &str, i64, &str); 7] = [
    ("web", "2026-02", 12_345, "USD"),
    ("Web", "2026-03", 12_301, "EUR"),
    ("fair", "2026-03", 99_999, "EUR"),
    ("FAIR", "2026-03", 1, "USD"),
    ("mail", "2026-01", 501, "EUR"),
    ("radio", "2026-03", 70_000, "USD"),
    ("radio", "2026-07", 33_333, "EUR"),
];

/// The rate of a month, in hundredths.
fn rate(month: &str) -> i64 {
    if month.ends_with(['1', '3', '5', '7']) { 150 } else { 225 }
}

/// An amount in dollars, to the nearest even cent.
fn dollars(cents: i64, currency: &str, month: &str) -> i64 {
    if currency == "USD" {
        return cents;
    }
    let (whole, rest) = (cents * rate(month) / 100, cents * rate(month) % 100);
    match rest {
        51.. => whole + 1,
        50 => whole + whole % 2,
        _ => whole,
    }
}

fn month_of(micros: i64) -> String {
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    jiff::Timestamp::from_microsecond(micros).unwrap().to_zoned(zone).strftime("%Y-%m").to_string()
}

#[derive(Default)]
struct Sums {
    leads: usize,
    recruited: usize,
    cost: i64,
    value: i64,
}

/// The lines of a report, computed one lead after the other.
fn expected(
    people: &[Person],
    (since, until): (&str, &str),
    as_of: i64,
    group_of: &dyn Fn(&Person) -> Option<String>,
    cost_of: &dyn Fn(&str, &str) -> Option<String>,
) -> BTreeMap<Option<String>, Value> {
    let mut groups: BTreeMap<Option<String>, Sums> = BTreeMap::new();
    for person in people.iter().filter(|person| person.created <= as_of) {
        let month = month_of(person.created);
        if month.as_str() < since || month.as_str() >= until {
            continue;
        }
        let sums = groups.entry(group_of(person)).or_default();
        sums.leads += 1;
        let recruited = person.rows.iter().filter(|row| row.enters("recruited") && row.at <= as_of);
        let Some(at) = recruited.map(|row| row.at).min() else { continue };
        sums.recruited += 1;
        if let Some((cents, currency)) = &person.lead.value {
            sums.value += dollars(*cents, currency, &month_of(at));
        }
    }
    for (source, month, cents, currency) in COSTS {
        if month >= since && month < until {
            let source = source.to_lowercase();
            groups.entry(cost_of(&source, month)).or_default().cost += dollars(cents, currency, month);
        }
    }
    let line = |sums: Sums| {
        json!({
            "leads": sums.leads,
            "recruited": sums.recruited,
            "cost_cents": sums.cost,
            "value_cents": sums.value,
            "conversion": share(sums.recruited, sums.leads),
        })
    };
    groups.into_iter().map(|(group, sums)| (group, line(sums))).collect()
}

/// The same of what the program printed.
fn told(report: &Value, by: &str) -> BTreeMap<Option<String>, Value> {
    let lines = report[format!("{by}s")].as_array().unwrap().iter();
    let keys = ["leads", "recruited", "cost_cents", "value_cents", "conversion"];
    lines
        .map(|line| {
            let kept: serde_json::Map<String, Value> =
                keys.iter().map(|key| ((*key).to_owned(), line[*key].clone())).collect();
            (line[by].as_str().map(str::to_owned), Value::Object(kept))
        })
        .collect()
}

fn check(world: &World) {
    let people = people(&stored(world));
    assert!(people.iter().any(|person| person.created < person.lead.created));
    let day = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
    let (all, march, quarter) = (("0000-00", "9999-99"), ("2026-03", "2026-04"), ("2026-01", "2026-04"));
    let now = day("2026-06-20T12:00:07Z");
    for (args, window, as_of) in [
        (&[][..], all, now),
        (&["--month", "2026-03"], march, now),
        (&["--quarter", "2026Q1"], quarter, now),
        (
            &["--since", "2026-01", "--until", "2026-04", "--as-of", "2026-03-20T12:00:00Z"],
            quarter,
            day("2026-03-20T12:00:00Z"),
        ),
    ] {
        let by_source = world.json([&["roi"], args].concat());
        let group = |person: &Person| person.lead.source.clone();
        let wanted = expected(&people, window, as_of, &group, &|source, _| Some(source.to_owned()));
        assert_eq!(told(&by_source, "source"), wanted, "{:?} {args:?}", world.engine);
        let by_month = world.json([&["roi", "--by", "month"], args].concat());
        let group = |person: &Person| Some(month_of(person.created));
        let wanted = expected(&people, window, as_of, &group, &|_, month| Some(month.to_owned()));
        assert_eq!(told(&by_month, "month"), wanted, "{:?} {args:?} by month", world.engine);
        for key in ["leads", "recruited", "cost_cents", "value_cents"] {
            assert_eq!(by_source["total"][key], by_month["total"][key], "{args:?} {key}");
        }
        // A group of the report is what the report of that group alone gives.
        let web = world.json([&["roi", "--where", "source = web"], args].concat());
        let lines = told(&by_source, "source");
        if let Some(line) = lines.get(&Some("web".to_owned())).filter(|line| line["leads"] != 0) {
            assert_eq!(told(&web, "source").get(&Some("web".to_owned())), Some(line), "{args:?}");
        }
    }
}

#[test]
fn roi_is_what_a_plain_computation_gives() {
    let mut runner = TestRunner::default();
    for round in 0..2 {
        let made = many(&mut runner);
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let world = filled(engine, &made);
            if round == 1 {
                // Among many others, the leads of a window are looked up one by one.
                let rows: String = (0..900).map(|n| format!("+1312555{n:04},pad,2025-12-05\n")).collect();
                let file = world.file("others.csv", format!("Phone,Source,Created\n{rows}"));
                assert_eq!(world.import(&file, &["--phone-check", "possible"])["created"], 900);
            }
            let rates: String =
                MONTHS.iter().map(|month| format!("EUR,{month},{:.2}\n", rate(month) as f64 / 100.0)).collect();
            world.file("rates.csv", format!("Currency,Month,Rate\n{rates}"));
            world.ok(["import", "rates", "rates.csv"]);
            let costs: String = COSTS
                .iter()
                .map(|(source, month, cents, currency)| {
                    format!("{source},{month},{}.{:02},{currency}\n", cents / 100, cents % 100)
                })
                .collect();
            world.file("costs.csv", format!("Source,Month,Cost,Currency\n{costs}"));
            assert_eq!(world.json(["import", "costs", "costs.csv"])["created"], COSTS.len());
            check(&world);
            drop(world.finish());
        }
    }
}
