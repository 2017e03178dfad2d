//! `lead next` beside plain computations: the order is that of the sum, however many leads there are, and nobody is shown who may not be
//! contacted.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use crmctl::db::models::lead_work::next::candidates::{self, Open, Place};
use crmctl::db::models::lead_work::next::{Scope, Window, pace};
use crmctl::db::{Database, Location, OpenOptions, OrgId, SchemaUse, ServerOptions, Statement};
use crmctl::domain::timestamp::Timestamp;
use serde_json::Value;

use crate::import_random::Random;
use crate::support::{Engine, World};

const DAY: i64 = 86_400_000_000;

fn micros(value: &Value) -> Option<i64> {
    value.as_str().map(|text| text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
}

/// What speaks for a lead besides its row.
#[derive(Default)]
struct Besides {
    tasks: BTreeMap<i64, i64>,
    rises: BTreeMap<i64, i64>,
    /// The median of the times from the last contact to the win.
    pace: Option<i64>,
}

/// The sum of a lead as docs/next.md has it, written anew.
fn sum(lead: &Value, besides: &Besides, now: i64) -> i64 {
    let id = lead["id"].as_i64().unwrap();
    let time = |key: &str| micros(&lead[key]);
    let mut sum = lead["lead_score"].as_i64().unwrap_or(0) / 5;
    let due = [time("next_contact_at"), besides.tasks.get(&id).copied()].into_iter().flatten().min();
    if let Some(due) = due.filter(|due| *due <= now) {
        sum += 30 + ((now - due) / DAY).min(10);
    }
    let (contacted, attempted) = (time("last_contacted_at"), time("last_attempted_at"));
    if lead["status"] == "new" && contacted.is_none() && attempted.is_none() {
        let age = now - time("created_at").unwrap();
        sum += match age {
            _ if age < 0 => 0,
            _ if age < DAY / 288 => 35,
            _ if age < DAY / 24 => 30,
            _ if age < DAY => 20,
            _ if age < 7 * DAY => 10,
            _ => 0,
        };
    }
    if let Some(answered) = time("last_engagement_at").filter(|at| Some(*at) > contacted.max(attempted)) {
        let age = now - answered;
        sum += match age {
            _ if age < 0 => 0,
            _ if age < DAY => 20,
            _ if age < 7 * DAY => 12,
            _ if age < 30 * DAY => 5,
            _ => 0,
        };
    }
    sum += match besides.rises.get(&id) {
        Some(rise) if *rise >= 20 => 10,
        Some(rise) if *rise >= 10 => 5,
        _ => 0,
    };
    if let (Some(contacted), Some(pace)) = (contacted, besides.pace) {
        sum += 10 * (now - contacted).clamp(0, pace) / pace;
    }
    sum
}

/// How random leads are made.
struct Shape {
    seed: u64,
    leads: usize,
    /// One of so many has a value.
    scored: usize,
    contacted: usize,
    due: usize,
    answered: usize,
    /// Days since the creation at most.
    age: usize,
    /// The first leads were never contacted.
    late_contacts: bool,
}

fn ago(now: &str, random: &mut Random, days: usize) -> String {
    let now: jiff::Timestamp = now.parse().unwrap();
    let minutes = random.below(days * 24 * 60) as i64;
    (now - jiff::SignedDuration::from_mins(minutes)).to_string()
}

fn leads_of(shape: &Shape, now: &str) -> String {
    let mut random = Random(shape.seed);
    let mut csv = String::from("Email,Status,Score,Created,Last contacted,Last engagement,Next contact\n");
    for n in 0..shape.leads {
        let one_of = |random: &mut Random, many: usize| many > 0 && random.below(many) == 0;
        let status = ["new", "new", "contacted", "qualified", "nurturing", "hot", "recruited", "cold"][random.below(8)];
        let score = if one_of(&mut random, shape.scored) { random.below(101).to_string() } else { String::new() };
        let is_late = !shape.late_contacts || n > shape.leads * 9 / 10;
        let mut when = |many: usize, days: usize| match one_of(&mut random, many) {
            true => ago(now, &mut random, days),
            false => String::new(),
        };
        let contacted = when(if is_late { shape.contacted } else { 0 }, 60);
        let (engaged, due) = (when(shape.answered, 40), when(shape.due, 15));
        let created = ago(now, &mut random, shape.age);
        csv += &format!("p{n}@example.com,{status},{score},{created},{contacted},{engaged},{due}\n");
    }
    csv
}

/// Puts tasks and rises of the score beside the leads; rises as a run of a model would store them.
fn besides(world: &World, random: &mut Random, leads: &[Value], now: &str) -> Besides {
    let mut besides = Besides::default();
    for _ in 0..6 {
        let id = leads[random.below(leads.len())]["id"].as_i64().unwrap();
        let due = ago(now, random, 12);
        world.ok(["task", "add", &id.to_string(), "--due", &due, "--as", "root@example.com"]);
        let at = due.parse::<jiff::Timestamp>().unwrap().as_microsecond();
        besides.tasks.entry(id).and_modify(|first| *first = at.min(*first)).or_insert(at);
    }
    let (uid, active) = match world.engine {
        Engine::Sqlite => ("x'0190a5b0000070008000000000000001'", "1"),
        Engine::Postgres => ("'0190a5b0-0000-7000-8000-000000000001'", "true"),
    };
    let model = format!(
        "INSERT INTO score_models (id, organization_id, uid, name, revision, kind, definition, is_active)
         VALUES (1, 1, {uid}, 'test', 1, 'rules', '{{}}', {active})"
    );
    world.engine.sql(&world.url, &model).unwrap();
    let end = now.parse::<jiff::Timestamp>().unwrap();
    for n in 0..60 {
        // Some leads have several runs.
        let place = if n % 3 == 0 { random.below(5) } else { random.below(leads.len()) };
        let id = leads[place]["id"].as_i64().unwrap();
        let (old, score, days) = (random.below(60), random.below(80), random.below(12) as i64);
        let at = end - jiff::SignedDuration::from_hours(days * 24 + 1);
        let at = match world.engine {
            Engine::Sqlite => at.as_microsecond().to_string(),
            Engine::Postgres => format!("'{at}'"),
        };
        let row = format!(
            "INSERT INTO lead_score_history (organization_id, lead_id, model_id, old_score, score, actor, calculated_at)
             VALUES (1, {id}, 1, {old}, {score}, 'test', {at})"
        );
        world.engine.sql(&world.url, &row).unwrap();
    }
    let won = leads.iter().filter(|lead| lead["status"] == "recruited");
    let waited = won.filter_map(|lead| Some(micros(&lead["status_changed_at"])? - micros(&lead["last_contacted_at"])?));
    let mut waited: Vec<i64> = waited.filter(|time| *time >= 0).collect();
    waited.sort_unstable();
    let middle = waited.len() / 2;
    besides.pace = (waited.len() >= 5).then(|| {
        let median = match waited.len() % 2 {
            0 => waited[middle - 1] + (waited[middle] - waited[middle - 1]) / 2,
            _ => waited[middle],
        };
        median.max(DAY)
    });
    besides
}

const SHAPES: [Shape; 4] = [
    // More of everything than is read of a list at once.
    Shape { seed: 1, leads: 6000, scored: 1, contacted: 2, due: 2, answered: 2, age: 20, late_contacts: false },
    // Nothing but scores, most of them empty, and contacts where the walk comes last.
    Shape { seed: 2, leads: 6000, scored: 5, contacted: 3, due: 0, answered: 0, age: 90, late_contacts: true },
    // Fresh leads without scores, more than are read at once.
    Shape { seed: 3, leads: 5000, scored: 0, contacted: 9, due: 50, answered: 50, age: 6, late_contacts: false },
    Shape { seed: 4, leads: 300, scored: 2, contacted: 2, due: 3, answered: 3, age: 9, late_contacts: false },
];

#[test]
fn the_order_is_that_of_the_sum_however_many_leads_there_are() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        for shape in &SHAPES {
            let mut fresh = World::new(engine);
            fresh.now = "2026-03-04T12:00:00Z";
            fresh.ok(["user", "add", "root@example.com", "--role", "admin"]);
            let file = fresh.file("leads.csv", leads_of(shape, fresh.now));
            let summary = fresh.import(&file, &["--as", "root@example.com"]);
            assert_eq!(summary["created"], shape.leads, "{summary}");
            let leads = fresh.json(["lead", "list", "--limit", "0", "--as", "root@example.com"]);
            let leads = leads.as_array().unwrap();
            let besides = besides(&fresh, &mut Random(shape.seed + 100), leads, fresh.now);
            for (now, limit) in
                [("2026-03-04T12:00:00Z", "1000"), ("2026-03-05T18:00:00Z", "40"), ("2026-03-20T00:00:00Z", "1")]
            {
                fresh.now = now;
                let rises = rises_until(&fresh, leads, now);
                let at = now.parse::<jiff::Timestamp>().unwrap().as_microsecond();
                let here = Besides { tasks: besides.tasks.clone(), rises, pace: besides.pace };
                let open = leads.iter().filter(|lead| lead["status"] != "recruited" && lead["status"] != "cold");
                let mut wanted: Vec<(i64, Option<i64>, i64)> = open
                    .map(|lead| (sum(lead, &here, at), lead["lead_score"].as_i64(), lead["id"].as_i64().unwrap()))
                    .collect();
                wanted.sort_by_key(|(points, score, id)| (Reverse(*points), Reverse(*score), *id));
                let args =
                    ["lead", "next", "--all", "--channel", "email", "--limit", limit, "--as", "root@example.com"];
                let answer = fresh.json(args);
                let found = answer["recommendations"].as_array().unwrap();
                let got: Vec<(i64, i64)> =
                    found.iter().map(|one| (one["points"].as_i64().unwrap(), one["id"].as_i64().unwrap())).collect();
                wanted.truncate(limit.parse().unwrap());
                let wanted: Vec<(i64, i64)> = wanted.into_iter().map(|(points, _, id)| (points, id)).collect();
                assert_eq!(got, wanted, "{:?}: seed {} at {now}", fresh.engine, shape.seed);
                assert_eq!(answer["considered"], got.len());
                for one in found {
                    let parts = one["reasons"].as_array().unwrap();
                    let points: i64 = parts.iter().map(|part| part["points"].as_i64().unwrap()).sum();
                    assert_eq!(Some(points), one["points"].as_i64(), "{one}");
                }
            }
            fresh.finish();
        }
    }
}

/// By how much each lead's score is higher than seven days before a time, where a run raised it since, by plain SQL.
fn rises_until(world: &World, leads: &[Value], now: &str) -> BTreeMap<i64, i64> {
    let since = now.parse::<jiff::Timestamp>().unwrap() - jiff::SignedDuration::from_hours(7 * 24);
    let since = match world.engine {
        Engine::Sqlite => since.as_microsecond().to_string(),
        Engine::Postgres => format!("'{since}'"),
    };
    let sql = format!(
        "SELECT lead_id, old_score, score FROM lead_score_history WHERE calculated_at > {since} ORDER BY calculated_at, id"
    );
    let mut runs: BTreeMap<i64, Vec<(i64, i64)>> = BTreeMap::new();
    for row in world.engine.sql(&world.url, &sql).unwrap() {
        let cells: Vec<i64> = row.split('|').map(|cell| cell.parse().unwrap()).collect();
        runs.entry(cells[0]).or_default().push((cells[1], cells[2]));
    }
    let score = |id: i64| leads.iter().find(|lead| lead["id"] == id)?["lead_score"].as_i64();
    runs.retain(|_, runs| runs.iter().any(|(old, new)| new > old));
    runs.into_iter().filter_map(|(id, runs)| Some((id, score(id)? - runs[0].0))).collect()
}

fn open(world: &World) -> Database {
    let options = OpenOptions {
        allow_bypass: false,
        schema: SchemaUse::Current,
        after_migrating: |_| Ok(()),
        notify: Arc::new(|_| {}),
        committed: Arc::new(|| {}),
        commit: Arc::new(Mutex::new(())),
        interrupted: Arc::default(),
        server: ServerOptions::default(),
    };
    Database::open(Location::parse(&world.url).unwrap(), options).unwrap()
}

#[test]
fn every_list_of_leads_is_read_by_its_index() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mut world = World::new(engine);
        world.now = "2026-03-04T12:00:00Z";
        let shape =
            Shape { seed: 5, leads: 8000, scored: 2, contacted: 2, due: 2, answered: 2, age: 90, late_contacts: false };
        let file = world.file("leads.csv", leads_of(&shape, world.now));
        assert_eq!(world.import(&file, &[])["created"], 8000);
        if engine == Engine::Postgres {
            use crate::support::engine::{database_of, psql, url_of};
            psql(&url_of("postgres", database_of(&world.url)), "VACUUM ANALYZE");
        }
        let now = Timestamp::from(world.now.parse::<jiff::Timestamp>().unwrap());
        let window = |days: i64| Window { since: now.before(days * DAY), now, most: 100 };
        let org = OrgId(1);
        let place = Place { score: Some(70), id: 300 };
        let all = Open::all(org);
        let some = Open { org, areas: Some(vec!["212".to_owned(), "808".to_owned()]) };
        for (statement, index) in [
            (candidates::scored(&some, None), "leads_open_score"),
            (candidates::due(&some, &window(0)), "leads_live_next_contact"),
            (candidates::parts_of(&some, &Scope::All).swap_remove(0), "leads_live_phone"),
            (candidates::scored(&all, None), "leads_open_score"),
            (candidates::scored(&all, Some(place)), "leads_open_score"),
            (
                candidates::unscored(&all, 300),
                if engine == Engine::Sqlite { "leads_open_score" } else { "Index Scan using leads_" },
            ),
            (candidates::due(&all, &window(0)), "leads_live_next_contact"),
            (candidates::engaged(&all, &window(30)), "leads_live_engaged"),
            (candidates::contacted(&all, &window(0)), "leads_live_contacted"),
            (
                candidates::fresh(&all, &window(1)),
                if engine == Engine::Sqlite { "leads_live_created" } else { "leads_" },
            ),
        ]
        .into_iter()
        // PostgreSQL reads the empty table otherwise.
        .chain(
            (engine == Engine::Sqlite)
                .then(|| {
                    [
                        (pace::raised_rows(org, &window(7)), "lead_score_history_risen"),
                        (pace::won_rows(org), "SEARCH l USING INTEGER PRIMARY KEY"),
                    ]
                })
                .into_iter()
                .flatten(),
        ) {
            let explained =
                Statement::default().either("EXPLAIN QUERY PLAN ", "EXPLAIN ").then(statement).sql(" LIMIT 100");
            let rows = open(&world).read(org, |conn| explained.rows(conn)).unwrap();
            let plan: Vec<&str> = rows.iter().flat_map(|row| row.0.iter().filter_map(|cell| cell.text())).collect();
            let plan = plan.join("\n");
            assert!(plan.contains(index), "{engine:?}: {index}\n{plan}");
            // Where the order is that of the index, nothing is sorted but within one time.
            let is_sorted = plan.contains("TEMP B-TREE FOR ORDER BY") || plan.contains("Sort  (");
            assert!(!is_sorted, "{engine:?}: {index}\n{plan}");
        }
        world.finish();
    }
}

const AREAS: [&str; 8] = ["212", "305", "206", "808", "802", "800", "604", "415"];

/// Random people with lists, opt-outs and registries around them.
fn random_people(world: &World, random: &mut Random) {
    let mut csv = String::from("First name,Phone,Phone 2,Email,Status,Consent,Email opt out,State,Country,Owner\n");
    for n in 0..40 {
        let phone =
            |random: &mut Random| format!("+1{}55501{:02}", AREAS[random.below(AREAS.len())], random.below(100));
        let first = if random.below(8) == 0 { String::new() } else { phone(random) };
        let second = if random.below(5) == 0 { phone(random) } else { String::new() };
        let email = if random.below(6) == 0 && !first.is_empty() { String::new() } else { format!("p{n}@example.com") };
        let status = ["new", "contacted", "hot", "cold", "recruited"][random.below(5)];
        let consent = ["", "", "granted", "denied"][random.below(4)];
        let out = ["", "", "yes"][random.below(3)];
        let state = ["", "", "NY", "Florida", "Tejas", "WA"][random.below(6)];
        csv += &format!("P{n},{first},{second},{email},{status},{consent},{out},{state},US,root@example.com\n");
    }
    let file = world.file("people.csv", csv);
    world.import(&file, &["--map", "further_phone=Phone 2", "--as", "root@example.com"]);
}

fn numbers_of(lead: &Value) -> Vec<String> {
    let further = lead["further_phones"].as_array().into_iter().flatten();
    std::iter::once(&lead["phone_number"]).chain(further).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What `dnc check` or `dnc callable` says of each number.
fn said(world: &World, verb: &[&str], numbers: &BTreeSet<String>, key: &str) -> BTreeMap<String, String> {
    let file = world.file("numbers.txt", numbers.iter().map(|number| format!("{number}\n")).collect::<String>());
    let args = [verb, &["--file", file.to_str().unwrap(), "--as", "root@example.com"]].concat();
    let answers = world.json(args);
    let one = |answer: &Value| (answer["input"].as_str().unwrap().to_owned(), answer[key].as_str().unwrap().to_owned());
    answers.as_array().unwrap().iter().map(one).collect()
}

#[test]
fn nobody_is_shown_who_may_not_be_contacted() {
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    let mut narrowed = BTreeSet::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        for seed in 0..4 {
            let mut world = World::new(engine);
            let mut random = Random(seed * 7 + 3);
            // In the last one it is the hour in the far west alone.
            world.now =
                ["2026-03-04T15:30:00Z", "2026-03-05T02:30:00Z", "2026-07-15T14:00:00Z", "2026-03-05T05:30:00Z"]
                    [seed as usize];
            world.ok(["user", "add", "root@example.com", "--role", "admin"]);
            random_people(&world, &mut random);
            let columns = "id,phone_number,further_phone,email,status,consent_status,email_opted_out_at";
            let all = ["lead", "list", "--limit", "0", "--columns", columns, "--as", "root@example.com"];
            let leads = world.json(all);
            let numbers: BTreeSet<String> = leads.as_array().unwrap().iter().flat_map(numbers_of).collect();
            for number in &numbers {
                match random.below(9) {
                    0 => drop(world.ok(["dnc", "add", number, "--as", "root@example.com"])),
                    1 => drop(world.ok(["dnc", "add", number, "--scope", "texts", "--as", "root@example.com"])),
                    _ => {}
                }
            }
            if seed % 2 == 1 {
                let listed: String = numbers
                    .iter()
                    .filter(|number| !number.starts_with("+1604") && random.below(6) == 0)
                    .map(|number| format!("{}\n", &number[2..]))
                    .collect();
                world.file("registry.txt", listed + "2125550199\n");
                let load = [
                    "dnc",
                    "registry",
                    "load",
                    "us-national",
                    "registry.txt",
                    "--as-of",
                    "today",
                    "--area-codes",
                    "212,305,206,808,802,800",
                ];
                world.ok([&load[..], &["--as", "root@example.com"]].concat());
                world.ok([
                    "dnc",
                    "registry",
                    "require",
                    "us-national",
                    "--subscription",
                    "1",
                    "--as",
                    "root@example.com",
                ]);
            }
            let leads = world.json(all);
            let hours = said(&world, &["dnc", "callable"], &numbers, "callable");
            for (channel, listed) in [("call", "calls"), ("sms", "texts"), ("email", "")] {
                let lists = match listed {
                    "" => BTreeMap::new(),
                    _ => said(&world, &["dnc", "check", "--channel", listed], &numbers, "verdict"),
                };
                let list = ["lead", "next", "--limit", "1000", "--channel", channel, "--as", "root@example.com"];
                let answer = world.json(list);
                // Everybody's leads are narrowed by their area codes: the same ones are shown.
                let everybodys = world.json([&list[..], &["--all"]].concat());
                let ids = |answer: &Value| -> BTreeSet<i64> {
                    answer["recommendations"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|one| one["id"].as_i64().unwrap())
                        .collect()
                };
                assert_eq!(ids(&everybodys), ids(&answer), "{engine:?} seed {seed} {channel}");
                narrowed.insert(everybodys["open_area_codes"].as_u64());
                let shown: BTreeSet<i64> = answer["recommendations"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|one| one["id"].as_i64().unwrap())
                    .collect();
                let mut left_out: BTreeMap<String, u64> = BTreeMap::new();
                for lead in leads.as_array().unwrap() {
                    if lead["status"] == "cold" || lead["status"] == "recruited" {
                        assert!(!shown.contains(&lead["id"].as_i64().unwrap()));
                        continue;
                    }
                    let why = by_hand(lead, channel, &lists, &hours);
                    let is_shown = shown.contains(&lead["id"].as_i64().unwrap());
                    assert_eq!(is_shown, why.is_none(), "{engine:?} seed {seed} {channel}: {lead} {why:?}");
                    if let Some(why) = why {
                        *left_out.entry(why.to_owned()).or_default() += 1;
                        *reasons.entry(why.to_owned()).or_default() += 1;
                    }
                }
                let told: BTreeMap<String, u64> = serde_json::from_value(answer["left_out"].clone()).unwrap();
                assert_eq!(told, left_out, "{engine:?} seed {seed} {channel}");
                assert_eq!(answer["considered"].as_u64().unwrap(), shown.len() as u64 + left_out.values().sum::<u64>());
                assert_eq!(answer["is_whole"], true);
            }
            world.finish();
        }
    }
    assert!(narrowed.contains(&None) && narrowed.iter().flatten().any(|areas| *areas > 0), "{narrowed:?}");
    // Reasons that never came up would show nothing.
    for why in [
        "no_number",
        "no_email",
        "consent_denied",
        "email_opted_out",
        "on_list",
        "not_checked",
        "out_of_hours",
        "hours_not_known",
    ] {
        assert!(reasons.get(why).is_some_and(|count| *count > 2), "{why}: {reasons:?}");
    }
}

fn by_hand(
    lead: &Value,
    channel: &str,
    lists: &BTreeMap<String, String>,
    hours: &BTreeMap<String, String>,
) -> Option<&'static str> {
    let denied = lead["consent_status"] == "denied";
    if channel == "email" {
        return match () {
            () if lead["email"].is_null() => Some("no_email"),
            () if denied => Some("consent_denied"),
            () if !lead["email_opted_out_at"].is_null() => Some("email_opted_out"),
            () if lead["status"] == "dnc" => Some("on_list"),
            () => None,
        };
    }
    let numbers = numbers_of(lead);
    let any = |said: &BTreeMap<String, String>, word: &str| numbers.iter().any(|number| said[number] == word);
    match () {
        () if numbers.is_empty() => Some("no_number"),
        () if denied => Some("consent_denied"),
        () if any(lists, "blocked") || lead["status"] == "dnc" => Some("on_list"),
        () if any(lists, "unknown") => Some("not_checked"),
        () if any(hours, "no") => Some("out_of_hours"),
        () if any(hours, "unknown") => Some("hours_not_known"),
        () => None,
    }
}
