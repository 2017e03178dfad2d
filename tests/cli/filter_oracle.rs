//! Any filter finds the same leads on both engines, and those that a plain evaluation over the same leads finds.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crmctl::filter::field::Kind;
use crmctl::filter::value::Value;
use crmctl::filter::{Condition, Field, Filter, Op, Reading, Subject, parse};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value as Json;
use unicode_normalization::UnicodeNormalization;

use crate::filter_whens::{WHENS, bounds, in_span};
use crate::support::{Engine, World};

pub const ANN: [&str; 2] = ["--as", "ann@example.com"];
pub const ZONE: &str = "America/New_York";

/// How many filters are tried; each takes a call on each engine.
const CASES: usize = 160;

#[test]
fn any_filter_is_the_same_in_text_json_sql_and_by_hand() {
    let worlds = [Engine::Sqlite, Engine::Postgres].map(filled);
    let leads = [0, 1].map(|at| people(&worlds[at]));
    for (a, b) in leads[0].iter().zip(&leads[1]) {
        assert_eq!(a, b, "the engines hold other leads");
    }
    assert!(leads[0].len() > 50);
    let mut runner = TestRunner::default();
    let mut found = 0;
    for _ in 0..CASES {
        let text = filter().new_tree(&mut runner).unwrap().current();
        let filter = parse(&text, &reading()).unwrap_or_else(|e| panic!("{text}: {e}"));
        let json = filter.to_json();
        assert_eq!(Filter::from_json(&json, &reading()).unwrap(), filter, "{text}");
        assert_eq!(parse(&filter.to_string(), &reading()).unwrap().to_json(), json, "{text} → {filter}");
        let wanted: BTreeSet<String> =
            leads[0].iter().filter(|lead| holds(&filter, lead)).map(|lead| name(lead).to_owned()).collect();
        for world in &worlds {
            let list = ["lead", "list", "--where", &text, "--columns", "custom.Key", "--format", "ndjson"];
            let answer = world.ok(list.into_iter().chain(ANN));
            let got: BTreeSet<String> =
                answer.lines().map(|line| name(&serde_json::from_str(line).unwrap()).to_owned()).collect();
            assert_eq!(got, wanted, "{:?}: {text}", world.engine);
        }
        found += wanted.len();
    }
    // Filters that find nothing, or everything, would show nothing.
    let (least, most) = (CASES * 2, CASES * (leads[0].len() - 2));
    assert!((least..most).contains(&found), "{found} leads found by {CASES} filters");
    worlds.into_iter().for_each(|world| drop(world.finish()));
}

fn reading() -> Reading {
    Reading { region: Some("US".parse().unwrap()) }
}

fn name(lead: &Json) -> &str {
    lead["custom.Key"].as_str().or(lead["custom_fields"]["Key"].as_str()).unwrap()
}

/// Leads as they are listed, without what differs from engine to engine.
fn people(world: &World) -> Vec<Json> {
    let list = ["lead", "list", "--sort", "id", "--as", ANN[1]];
    let owners = world.ok(list.into_iter().chain([
        "--columns",
        "custom.Key,owner,territory,value,further_email",
        "--format",
        "ndjson",
    ]));
    let mut leads = world.json(list).as_array().unwrap().clone();
    for (lead, owner) in leads.iter_mut().zip(owners.lines()) {
        let shown = world.json(["lead", "show", &lead["id"].to_string(), "--as", ANN[1]]);
        lead["notes"] = shown["notes"].as_array().unwrap().iter().map(|note| note["body"].clone()).collect();
        let owner: Json = serde_json::from_str(owner).unwrap();
        assert_eq!(name(lead), name(&owner));
        lead["owner"] = owner["owner"].clone();
        lead["territory"] = owner["territory"].clone();
        lead["value"] = owner["value"].clone();
        lead["further_emails"] = owner["further_emails"].clone();
        ["id", "uid", "import_id", "owner_id", "territory_id"]
            .iter()
            .for_each(|key| drop(lead.as_object_mut().unwrap().remove(*key)));
    }
    leads
}

const TEXTS: [&str; 14] = [
    "Acme",
    "ACME",
    "acme 100%",
    "acme_corp",
    "Zoë",
    "Zoe",
    "ZOË",
    "Straße",
    "STRASSE",
    "ΟΔΟΣ",
    "οδος",
    "O'Brien",
    "王",
    "a\"b\\c",
];
const SOURCES: [&str; 3] = ["facebook_ads", "google", "Ünique"];
const TAGS: [&str; 4] = ["vip", "partner", "trade show", "élan"];
const NUMBERS: [&str; 6] = ["50", "99.50", "-3", "1200", "0", "many"];
const STATUSES: [&str; 5] = ["new", "hot", "qualified", "cold", "dnc"];
const DATES: [&str; 6] =
    ["2026-01-31", "2026-02-01", "2026-01-31T23:30:00Z", "2026-03-03T09:00", "2026-03-04", "2025-11-30"];
const MONEY: [(&str, &str); 5] =
    [("1250.50", "USD"), ("1250", "JPY"), ("0.5", "EUR"), ("1250.505", "KWD"), ("-10", "USD")];

/// Seventy leads that have every value and none.
pub fn filled(engine: Engine) -> World {
    // The list changes leads later than the import.
    let mut world = World::new(engine);
    world.now = "2026-03-04T09:00:00Z";
    world.ok(["org", "edit", "acme", "--timezone", ZONE]);
    world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
    world.ok(["user", "add", "bob@example.com", "--role", "admin", "--as", ANN[1]]);
    let mut csv = csv::Writer::from_writer(Vec::new());
    let header = "Key,Phone,Other phone,Email,Email 2,First name,Last name,Company,City,Status,Source,Score,Temperature,Tags,\
                  Owner,Consent,Country,Value,Currency,Created,Budget,Segment,Email opt out,\
                  Last contacted,First attempt,Last reply,Next contact,Close date,utm_source,utm_content,gclid,Notes";
    csv.write_record(header.split(',').map(str::trim)).unwrap();
    for n in 0..70usize {
        let pick = |values: &[&str], step: usize| match n * step % (values.len() + 2) {
            at if at < values.len() => values[at].to_owned(),
            _ => String::new(),
        };
        let (value, currency) = MONEY.get(n % 8).copied().unwrap_or_default();
        let status = pick(&STATUSES[..4], 3);
        // Every so manyth lead has a time, so many days from the questions: some of them at the very moment.
        let day = |n: usize, every: usize, days: i64| match n % every {
            0 => {
                let asked: jiff::Timestamp = "2026-03-04T08:30:00Z".parse().unwrap();
                (asked + jiff::SignedDuration::from_hours(24 * days)).to_string()
            }
            _ => String::new(),
        };
        csv.write_record([
            &format!("L{n:02}"),
            &if n % 7 == 6 { String::new() } else { format!("+121255501{n:02}") },
            &if n % 11 == 3 { format!("+131255501{n:02}") } else { String::new() },
            &if n % 7 == 6 || n % 3 == 0 { format!("P{n}@Example.com") } else { String::new() },
            &if n % 10 == 2 { format!("x{n}@example.org; p3@example.com") } else { String::new() },
            &pick(&TEXTS, 5),
            &pick(&TEXTS, 3),
            &pick(&TEXTS, 1),
            &pick(&TEXTS[4..8], 1),
            &status,
            &pick(&SOURCES, 1),
            &if n % 4 == 0 { String::new() } else { (n * 13 % 101).to_string() },
            &pick(&["hot", "warm", "cold"], 2),
            &[pick(&TAGS, 1), pick(&TAGS, 3)].join(";"),
            &pick(&["ann@example.com", "bob@example.com"], 1),
            &pick(&["granted", "denied"], 1),
            &pick(&["US", "DE"], 1),
            value,
            currency,
            &pick(&DATES, 1),
            &pick(&NUMBERS, 1),
            &pick(&TEXTS, 7),
            &if n % 9 == 4 { "yes".to_owned() } else { String::new() },
            &day(n, 3, -(n as i64 % 50)),
            &day(n, 5, -(n as i64 % 90)),
            &day(n, 4, -(n as i64 * 7 % 80)),
            &day(n, 3, n as i64 % 40 - 10),
            day(n, 4, n as i64 * 5 % 120 - 40).get(..10).unwrap_or_default(),
            &pick(&TEXTS, 2),
            &pick(&TEXTS, 3),
            &pick(&TEXTS[..3], 1),
            &if n % 3 == 0 { format!("asked about {}\nagain", pick(&TEXTS, 5)) } else { String::new() },
        ])
        .unwrap();
    }
    let file = world.file("people.csv", csv.into_inner().unwrap());
    let summary =
        world.import(&file, &["--as", "ann@example.com", "--region", "US", "--map", "further_phone=Other phone"]);
    assert_eq!((&summary["created"], &summary["rejected"]), (&70.into(), &0.into()), "{summary}");
    for (name, wanted) in [("North", "city = Zoë"), ("South", "city is empty"), ("Key accounts", "score > 50")] {
        world.ok(["territory", "add", name, "--where", wanted, "--as", "ann@example.com"]);
    }
    // A trigger looks at the clock when a change leaves the time as it was.
    world.now = "2026-03-04T10:00:00Z";
    world.ok(["territory", "assign", "--yes", "--as", "ann@example.com"]);
    world.now = "2026-03-04T11:00:00Z";
    world.ok(["lead", "assign", "--where", "country = DE", "--territory", "South", "--yes", "--as", "ann@example.com"]);
    world.now = crate::support::NOW;
    for number in ["+12125550105", "+12125550114", "+13125550125"] {
        world.ok(["dnc", "add", number, "--as", "ann@example.com"]);
    }
    world.ok(["lead", "note", "P3@example.com", "50% of ACME_corp", "--as", "ann@example.com"]);
    world
}

/// A random filter as text.
fn filter() -> impl Strategy<Value = String> {
    let leaf = condition();
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            3 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            2 => inner.clone().prop_map(|a| format!("not ({a})")),
            1 => inner.prop_map(|a| format!("NOT {a}")),
        ]
    })
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A random condition on any field, with a value that leads have or nearly have.
fn condition() -> impl Strategy<Value = String> {
    let subject = prop_oneof![
        // Ids differ from engine to engine.
        12 => prop::sample::select(Field::all().collect::<Vec<_>>())
            .prop_filter("ids", |field| !matches!(*field, Field::ID | Field::IMPORT))
            .prop_map(|field| (field.to_string(), field.kind())),
        2 => prop::sample::select(vec!["custom.Budget", "custom.Segment", "custom.\"no such key\""])
            .prop_map(|name| (name.to_owned(), Kind::Custom)),
    ];
    subject.prop_flat_map(|(name, kind)| {
        prop::sample::select(kind.ops().to_vec()).prop_flat_map(move |op| {
            let name = name.clone();
            let value = value(&name, kind, op);
            prop::collection::vec(value, 1..4).prop_map(move |values| match op {
                Op::IsEmpty | Op::IsNotEmpty => format!("{name} {op}"),
                Op::In | Op::NotIn | Op::Any | Op::All | Op::None => format!("{name} {op} ({})", values.join(", ")),
                _ => format!("{name} {op} {}", values[0]),
            })
        })
    })
}

fn value(name: &str, kind: Kind, op: Op) -> BoxedStrategy<String> {
    let of = |values: &[&str]| prop::sample::select(values.iter().map(|v| quoted(v)).collect::<Vec<_>>()).boxed();
    let part = matches!(op, Op::Contains | Op::StartsWith);
    if matches!(op, Op::Within | Op::WithinNext | Op::OlderThan) {
        return (0u16..90, prop::sample::select(vec!["hours", "days", "weeks", "month"]))
            .prop_map(|(n, unit)| format!("{n} {unit}"))
            .boxed();
    }
    match kind {
        Kind::Number => (-5i64..110).prop_map(|n| n.to_string()).boxed(),
        Kind::Probability => of(&["0", "0.35", "0.3127", "1"]),
        Kind::Money => of(&["1250.5", "1250", "0.5", "1250.505", "-10", "0"]),
        Kind::Time => of(&[&DATES[..], &["2026-03-04 07:00"], &WHENS.map(|(name, ..)| name)].concat()),
        Kind::Date => of(&WHENS.map(|(name, ..)| name)),
        Kind::Phone if part => of(&["+1212", "555", "0105", "%"]).prop_filter("digits", |v| v != "\"%\"").boxed(),
        Kind::Phone => of(&["+12125550105", "(212) 555-0110", "+13125550199"]),
        Kind::Email if part => of(&["EXAMPLE", "p1", "_", "%", "x1", "@example.org"]),
        Kind::Email => of(&["p3@example.com", "P6@EXAMPLE.com", "x12@example.org", "nobody@example.com"]),
        Kind::Source => of(&["Facebook Ads", "google", "ünique", "face"]),
        Kind::Country => of(&["US", "germany", "FR"]),
        Kind::Currency => of(&["usd", "JPY", "GBP"]),
        Kind::Status => of(&STATUSES),
        Kind::Word(words) => of(words),
        Kind::Owner => of(&["ann@example.com", "bob@example.com"]),
        Kind::Territory => of(&["North", "South", "Key accounts"]),
        Kind::Tag => of(&TAGS),
        Kind::Flag => of(&["yes", "no"]),
        Kind::Note => of(&["ACME", "zoë", "50%", "_", "strasse\nAGAIN", "again", "about οδο"]),
        Kind::Custom if matches!(op, Op::Lt | Op::Le | Op::Gt | Op::Ge) => of(&["50", "99.5", "-3", "1000"]),
        Kind::Custom => of(&[&NUMBERS[..], &TEXTS[..]].concat()),
        Kind::Text | Kind::Exact if part => of(&["acme", "oë", "%", "_", "ss", "\\", "'", "ΟΣ", "a", "zo"]),
        Kind::Text | Kind::Exact if name == "name" => of(&["Acme Acme", "Zoë", "zoë 王"]),
        Kind::Text | Kind::Exact => of(&TEXTS),
    }
}

/// The day on which the filters are asked.
fn today() -> jiff::civil::Date {
    let now: jiff::Timestamp = crate::support::NOW.parse().unwrap();
    now.to_zoned(TimeZone::get(ZONE).unwrap()).date()
}

/// Whether a lead, as it is listed, is meant: two-valued, for an empty value satisfies nothing but what is said of emptiness.
fn holds(filter: &Filter, lead: &Json) -> bool {
    match filter {
        Filter::All(parts) => parts.iter().all(|part| holds(part, lead)),
        Filter::Any(parts) => parts.iter().any(|part| holds(part, lead)),
        Filter::Not(part) => !holds(part, lead),
        Filter::Is(condition) => is(condition, lead),
    }
}

fn is(condition: &Condition, lead: &Json) -> bool {
    let Condition { subject, op, values } = condition;
    let any = |op: Op| values.iter().any(|value| compares(subject, op, value, lead));
    let tags = || -> Vec<&str> { lead["tags"].as_array().unwrap().iter().filter_map(Json::as_str).collect() };
    let asked = || values.iter().map(Value::text);
    match (subject.kind(), op) {
        (Kind::Tag, Op::IsEmpty) => tags().is_empty(),
        (Kind::Tag, Op::IsNotEmpty) => !tags().is_empty(),
        (Kind::Tag, Op::Eq | Op::Any) => asked().any(|tag| tags().contains(&tag.as_str())),
        (Kind::Tag, Op::Ne | Op::None) => !asked().any(|tag| tags().contains(&tag.as_str())),
        (Kind::Tag, _) => asked().all(|tag| tags().contains(&tag.as_str())),
        (Kind::Note, Op::IsEmpty) => lead["notes"].as_array().unwrap().is_empty(),
        (Kind::Note, Op::IsNotEmpty) => !lead["notes"].as_array().unwrap().is_empty(),
        (Kind::Note, _) => lead["notes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|note| asked().any(|asked| upper(note.as_str().unwrap()).contains(&upper(&asked)))),
        (_, Op::IsEmpty) => all_stored(subject, lead).is_empty(),
        (_, Op::IsNotEmpty) => !all_stored(subject, lead).is_empty(),
        (_, Op::Ne) => !any(Op::Eq),
        (_, Op::NotIn) => !any(Op::Eq),
        (_, Op::In) => any(Op::Eq),
        (_, op) => any(*op),
    }
}

/// The values of a field in a listed lead: of emails there may be several.
fn all_stored(subject: &Subject, lead: &Json) -> Vec<Json> {
    let further = match subject {
        Subject::Field(Field::EMAIL) => lead["further_emails"].as_array().unwrap().clone(),
        _ => Vec::new(),
    };
    stored(subject, lead).into_iter().chain(further).collect()
}

/// The value of a field in a listed lead; empty ones are none.
fn stored(subject: &Subject, lead: &Json) -> Option<Json> {
    let key = match subject {
        Subject::Custom(key) => return lead["custom_fields"].get(key).cloned(),
        Subject::Field(Field::ON_DNC) => return Some(Json::Bool(!lead["blocked"].as_array().unwrap().is_empty())),
        // At this hour nobody may be called where their numbers are; tests/cli/dnc_hours.rs has other hours.
        Subject::Field(Field::CALLABLE) => return Some(Json::Bool(false)),
        Subject::Field(Field::NAME) => {
            let names = ["first_name", "last_name"].map(|key| lead[key].as_str().unwrap_or_default());
            let name = names.join(" ").trim().to_owned();
            return Some(name).filter(|name| !name.is_empty()).map(Json::String);
        }
        Subject::Field(field) => match field.as_str() {
            "phone" => "phone_number",
            "status_since" => "status_changed_at",
            "score" => "lead_score",
            "consent" => "consent_status",
            "consent_since" => "consent_at",
            "email_opted_out" => "email_opted_out_at",
            "first_contacted" => "first_contacted_at",
            "last_contacted" => "last_contacted_at",
            "first_attempted" => "first_attempted_at",
            "last_attempted" => "last_attempted_at",
            "last_engagement" => "last_engagement_at",
            "next_contact" => "next_contact_at",
            key @ ("utm_source" | "utm_medium" | "utm_campaign" | "utm_term" | "utm_content" | "gclid" | "fbclid") => {
                return lead["source_metadata"].get(key).cloned();
            }
            "created" => "created_at",
            "updated" => "updated_at",
            other => other,
        },
    };
    Some(lead[key].clone()).filter(|value| !value.is_null())
}

/// A text without its case: lower case first, for ẞ; the upper case of ı is that of i.
fn upper(text: &str) -> String {
    text.replace('ı', "?").to_lowercase().to_uppercase().nfc().collect()
}

fn compares(subject: &Subject, op: Op, value: &Value, lead: &Json) -> bool {
    all_stored(subject, lead).iter().any(|stored| compares_one(subject, op, value, stored))
}

fn compares_one(subject: &Subject, op: Op, value: &Value, stored: &Json) -> bool {
    let ordered = |order: Ordering| match op {
        Op::Eq => order.is_eq(),
        Op::Lt => order.is_lt(),
        Op::Le => order.is_le(),
        Op::Gt => order.is_gt(),
        _ => order.is_ge(),
    };
    match (value, stored) {
        (Value::Number(asked), Json::Number(number)) => ordered(number.as_i64().unwrap().cmp(asked)),
        (Value::Money(asked), Json::String(amount)) => {
            let (units, part) = amount.split_once('.').unwrap_or((amount, ""));
            let amount: i64 = format!("{units}{part:0<4}").parse().unwrap();
            ordered(amount.cmp(asked))
        }
        (Value::Money(asked), Json::Number(share)) => {
            ordered(((share.as_f64().unwrap() * 10_000.0).round() as i64).cmp(asked))
        }
        (Value::Flag(asked), Json::Bool(flag)) => flag == asked,
        (Value::Decimal(asked), Json::String(text)) => {
            let plain = regex::Regex::new(r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$").unwrap().is_match(text);
            plain && ordered(text.parse::<f64>().unwrap().total_cmp(&asked.parse().unwrap()))
        }
        (Value::Text(asked), Json::String(text)) => match (op, subject.kind()) {
            (Op::Contains, _) => upper(text).contains(&upper(asked)),
            (Op::StartsWith, _) => upper(text).starts_with(&upper(asked)),
            (_, Kind::Text | Kind::Custom) => upper(text) == upper(asked),
            _ => text == asked,
        },
        (Value::Time(when), Json::String(day)) if subject.kind() == Kind::Date => {
            // A point means its day.
            let ((begin, end), day): (_, jiff::civil::Date) = (bounds(when), day.parse().unwrap());
            let last = end - jiff::SignedDuration::from_micros(1);
            ordered(in_span(&day, &begin.date(), &last.date().tomorrow().unwrap()))
        }
        (Value::Age(age), Json::String(day)) if subject.kind() == Kind::Date => {
            let (day, today): (jiff::civil::Date, _) = (day.parse().unwrap(), today());
            let (zone, now) = (TimeZone::get(ZONE).unwrap(), crate::support::NOW.parse::<jiff::Timestamp>().unwrap());
            let on = |time: crmctl::domain::timestamp::Timestamp| time.to_jiff().to_zoned(zone.clone()).date();
            match op {
                Op::Within => (on(age.before(now.into(), &zone))..=today).contains(&day),
                Op::WithinNext => (today..=on(age.after(now.into(), &zone))).contains(&day),
                _ => day < on(age.before(now.into(), &zone)),
            }
        }
        (Value::Time(when), Json::String(time)) => {
            let time: jiff::Timestamp = time.parse().unwrap();
            let (begin, end) = bounds(when);
            ordered(in_span(&time.to_zoned(TimeZone::get(ZONE).unwrap()).datetime(), &begin, &end))
        }
        (Value::Age(age), Json::String(time)) => {
            let time: jiff::Timestamp = time.parse().unwrap();
            let now: jiff::Timestamp = crate::support::NOW.parse().unwrap();
            let then = age.before(now.into(), &TimeZone::get(ZONE).unwrap()).to_jiff();
            let ahead = age.after(now.into(), &TimeZone::get(ZONE).unwrap()).to_jiff();
            match op {
                Op::Within => (then..=now).contains(&time),
                Op::WithinNext if age.to_string().ends_with("hours") => (now..=ahead).contains(&time),
                Op::WithinNext => {
                    let zone = TimeZone::get(ZONE).unwrap();
                    let midnight = today().to_zoned(zone).unwrap().timestamp();
                    (midnight..=ahead).contains(&time)
                }
                _ => time < then,
            }
        }
        (value, stored) => panic!("{value:?} against {stored}"),
    }
}
