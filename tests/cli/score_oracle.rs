//! The scores of random leads by a model with caps, negative points and half-lives are those that a plain computation gives,
//! after random edits and some weeks, on both engines; and each comes out again from what was kept with it.

use serde_json::Value;

use crate::support::{World, on_both_engines};

/// Numbers that look random and are the same in each run (Knuth's MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }
}

const STATUSES: [&str; 5] = ["new", "contacted", "qualified", "hot", "cold"];
const COMPANIES: [&str; 4] = ["Acme", "acme ltd", "Zoë & Søn", ""];
const TAGS: [&str; 3] = ["vip", "fair", ""];
const TEMPERATURES: [&str; 4] = ["hot", "warm", "cold", ""];

const LEADS: usize = 60;

fn sheet(random: &mut Random) -> String {
    let mut sheet = "Phone,Status,Company,Tags,Temperature,Value,Score,Created,Last Engagement\n".to_owned();
    for lead in 0..LEADS {
        let value = random.of(&["", "5", "99.50", "20000"]);
        let score = random.of(&["", "0", "40", "100"]);
        let engaged = random.of(&["", "2026-02-22T12:00:00Z", "2026-03-04T11:59:59.999999Z", "2025-12-24T00:00:01Z"]);
        sheet.push_str(&format!(
            "21255501{lead:02},{},{},{},{},{value},{score},2026-0{}-0{}T0{}:30:00Z,{engaged}\n",
            random.of(&STATUSES),
            random.of(&COMPANIES),
            random.of(&TAGS),
            random.of(&TEMPERATURES),
            random.below(2) + 1,
            random.below(9) + 1,
            random.below(10),
        ));
    }
    sheet
}

/// A rule, and what it asks in plain words of the lead that a list prints.
struct Rule {
    group: usize,
    points: i64,
    when: &'static str,
    holds: fn(&Value) -> bool,
    half_life: Option<(u32, &'static str)>,
}

const GROUPS: [&str; 4] = ["qualification", "engagement", "intent", "demographic"];
const CAPS: [i64; 4] = [35, 30, 20, 15];

fn text<'a>(lead: &'a Value, key: &str) -> &'a str {
    lead[key].as_str().unwrap_or_default()
}

fn has(lead: &Value, tag: &str) -> bool {
    lead["tags"].as_array().unwrap().iter().any(|it| it == tag)
}

const RULES: [Rule; 12] = [
    Rule { group: 0, points: 30, when: "status = hot", holds: |l| l["status"] == "hot", half_life: None },
    Rule {
        group: 0,
        points: 12,
        when: "status in (hot, qualified, contacted)",
        holds: |l| ["hot", "qualified", "contacted"].contains(&text(l, "status")),
        half_life: None,
    },
    Rule { group: 0, points: -25, when: "not tag = vip", holds: |l| !has(l, "vip"), half_life: None },
    Rule {
        group: 0,
        points: 9,
        when: "tag any (vip, fair)",
        holds: |l| has(l, "vip") || has(l, "fair"),
        half_life: Some((3, "created")),
    },
    Rule {
        group: 1,
        points: 25,
        when: "last_engagement is not empty",
        holds: |l| !l["last_engagement_at"].is_null(),
        half_life: Some((10, "last_engagement")),
    },
    Rule {
        group: 1,
        points: 15,
        when: "status != cold",
        holds: |l| l["status"] != "cold",
        half_life: Some((7, "created")),
    },
    Rule { group: 1, points: -5, when: "status = new", holds: |l| l["status"] == "new", half_life: None },
    Rule { group: 1, points: 11, when: "score_unknown", holds: |_| true, half_life: Some((20, "last_contacted")) },
    Rule {
        group: 2,
        points: 15,
        when: "temperature = hot or value >= 99.5",
        holds: |l| l["temperature"] == "hot" || text(l, "value").parse::<f64>().is_ok_and(|v| v >= 99.5),
        half_life: None,
    },
    Rule {
        group: 2,
        points: 7,
        when: "temperature is not empty",
        holds: |l| !l["temperature"].is_null(),
        half_life: None,
    },
    Rule {
        group: 3,
        points: 10,
        when: "company contains ACME",
        holds: |l| text(l, "company").to_lowercase().contains("acme"),
        half_life: None,
    },
    Rule { group: 3, points: 10, when: "company is not empty", holds: |l| !l["company"].is_null(), half_life: None },
];

fn model() -> String {
    let caps: Vec<String> = GROUPS.iter().zip(CAPS).map(|(group, cap)| format!("{group} = {cap}\n")).collect();
    let rules = RULES.iter().enumerate().map(|(place, rule)| {
        // A time that no lead has gives nothing.
        let when = if rule.when == "score_unknown" { "id > 0" } else { rule.when };
        let decay = rule.half_life.map(|(days, since)| format!("half_life_days = {days}\nsince = \"{since}\"\n"));
        format!(
            "[[rules]]\nname = \"rule {place}\"\ngroup = \"{}\"\npoints = {}\nwhen = \"{when}\"\n{}",
            GROUPS[rule.group],
            rule.points,
            decay.unwrap_or_default()
        )
    });
    format!("[caps]\n{}{}", caps.concat(), rules.collect::<String>())
}

/// The points of each group, and their sum.
fn expected(lead: &Value, now: &str) -> ([i64; 4], i64) {
    let micros = |time: &str| time.parse::<jiff::Timestamp>().unwrap().as_microsecond() as f64;
    let mut sums = [0.0_f64; 4];
    for rule in RULES.iter().filter(|rule| (rule.holds)(lead)) {
        let share = match rule.half_life {
            None => 1.0,
            Some((days, since)) => match lead[format!("{since}_at")].as_str() {
                None => 0.0,
                Some(time) => 0.5_f64.powf((micros(now) - micros(time)).max(0.0) / (f64::from(days) * 86_400e6)),
            },
        };
        sums[rule.group] += rule.points as f64 * share;
    }
    let mut parts = [0; 4];
    for place in 0..4 {
        let (down, rest) = (sums[place].floor(), sums[place] - sums[place].floor());
        let up = rest > 0.5 || (rest == 0.5 && down % 2.0 != 0.0);
        parts[place] = (down as i64 + i64::from(up)).clamp(0, CAPS[place]);
    }
    (parts, parts.iter().sum())
}

const COLUMNS: &str = "id,status,company,tags,temperature,value,created_at,last_engagement_at,last_contacted_at,lead_score,lead_score_factors,updated_at,version";

fn leads(world: &World) -> Vec<Value> {
    let list = world.json(["lead", "list", "--limit", "0", "--columns", COLUMNS]);
    list.as_array().unwrap().clone()
}

/// How many rows the history has.
fn rows(world: &World) -> i64 {
    let found = world.engine.sql(&world.url, "SELECT count(*) FROM lead_score_history").unwrap();
    found[0].parse().unwrap()
}

/// Scores all leads and compares each with the plain computation. Returns how many changed.
fn run_and_compare(world: &World) -> i64 {
    let (before, had) = (leads(world), rows(world));
    let ran = world.json(["score", "run"]);
    let after = leads(world);
    assert_eq!(ran["scored"].as_u64().unwrap() as usize, LEADS);
    let mut changed = 0;
    for (before, after) in before.iter().zip(&after) {
        let (parts, total) = expected(after, world.now);
        let factors = &after["lead_score_factors"];
        assert_eq!(after["lead_score"], total, "{:?}: {after}", world.engine);
        for (group, part) in GROUPS.iter().zip(parts) {
            assert_eq!(factors[*group], part, "{:?}: {group} of {after}", world.engine);
        }
        assert_eq!(factors["total"], total);
        assert_eq!((&before["version"], &before["updated_at"]), (&after["version"], &after["updated_at"]));
        changed += i64::from(before["lead_score_factors"] != *factors);
    }
    assert_eq!(ran["changed"], changed, "{:?}", world.engine);
    assert_eq!(rows(world) - had, changed);
    // Nothing more changes.
    assert_eq!((world.json(["score", "run"])["changed"].as_i64(), rows(world) - had), (Some(0), changed));
    let counted: i64 = world
        .json(["score", "distribution"])
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["leads"].as_i64().unwrap())
        .sum();
    assert_eq!(counted as usize, LEADS);
    changed
}

fn edit(world: &World, random: &mut Random) {
    for _ in 0..12 {
        let lead = (random.below(LEADS as u64) + 1).to_string();
        let ran = match random.below(5) {
            0 => world.run(["lead", "status", &lead, random.of(&STATUSES), "--force", "--reason", "x"]),
            1 => world.run(["lead", "edit", &lead, "--clear", "company"]),
            2 => world.run(["lead", "edit", &lead, "--set", "temperature=warm", "--set", "score=50"]),
            3 => world.run(["lead", "tag", &lead, "vip"]),
            _ => world.run(["lead", "untag", &lead, "vip"]),
        };
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
}

#[test]
fn random_scores_are_sums_of_capped_groups() {
    let mut of_engines: Vec<Vec<(Value, Value)>> = Vec::new();
    let seen = std::cell::RefCell::new(&mut of_engines);
    on_both_engines(|world| {
        let mut random = Random(14);
        let file = world.file("leads.csv", sheet(&mut random));
        world.import(&file, &["--region", "US"]);
        world.file("rules.toml", model());
        world.ok(["score", "model", "set", "rules.toml"]);
        let mut changed = run_and_compare(world);
        for now in ["2026-03-04T12:00:01Z", "2026-03-11T12:00:00Z", "2026-04-21T09:00:00Z"] {
            world.now = now;
            edit(world, &mut random);
            changed += run_and_compare(world);
        }
        assert!(changed > LEADS as i64 * 2, "{changed}");
        let mut verified = 0;
        for lead in 1..=LEADS {
            let given = world.json(["score", "history", &lead.to_string(), "--verify"]);
            for row in given.as_array().unwrap() {
                assert_eq!(row["verified"], "same", "{:?}: {row}", world.engine);
                verified += 1;
            }
        }
        assert_eq!(verified, changed);
        let scores = leads(world).into_iter().map(|mut lead| (lead["id"].take(), lead["lead_score_factors"].take()));
        seen.borrow_mut().push(scores.collect());
    });
    assert_eq!(of_engines[0], of_engines[1], "SQLite and PostgreSQL differ");
}
