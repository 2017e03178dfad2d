//! What `territory assign` plans is what it does, and what a plain computation over the same leads says: random territories, random leads,
//! both engines.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::support::{Engine, World};

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

const STATES: [&str; 5] = ["CA", "OR", "NY", "ny", ""];
const COMPANIES: [&str; 4] = ["Contoso", "Straße", "STRASSE", ""];

/// A condition, as a filter and as plain code.
#[derive(Debug, Clone)]
enum Wanted {
    State(Vec<&'static str>),
    Company(&'static str),
    Score(i64),
    HasTag(bool),
    Both(Box<Wanted>, Box<Wanted>),
    Either(Box<Wanted>, Box<Wanted>),
    Not(Box<Wanted>),
}

fn wanted(random: &mut Random, depth: usize) -> Wanted {
    let inner = |random: &mut Random| Box::new(wanted(random, depth.saturating_sub(1)));
    match random.below(if depth == 0 { 6 } else { 9 }) {
        0 | 1 => Wanted::State((0..=random.below(3)).map(|_| random.one_of(&STATES[..4])).collect()),
        2 => Wanted::Company(random.one_of(&COMPANIES[..3])),
        3 | 4 => Wanted::Score(random.below(100) as i64),
        5 => Wanted::HasTag(random.below(2) == 0),
        6 => Wanted::Both(inner(random), inner(random)),
        7 => Wanted::Either(inner(random), inner(random)),
        _ => Wanted::Not(inner(random)),
    }
}

impl Wanted {
    fn filter(&self) -> String {
        match self {
            Wanted::State(states) if states.len() == 1 => format!("state = {}", states[0]),
            Wanted::State(states) => format!("state in ({})", states.join(", ")),
            Wanted::Company(name) => format!("company = \"{name}\""),
            Wanted::Score(least) => format!("score >= {least}"),
            Wanted::HasTag(true) => "tag = vip".to_owned(),
            Wanted::HasTag(false) => "tag is empty".to_owned(),
            Wanted::Both(a, b) => format!("({} and {})", a.filter(), b.filter()),
            Wanted::Either(a, b) => format!("({} or {})", a.filter(), b.filter()),
            Wanted::Not(part) => format!("not ({})", part.filter()),
        }
    }

    fn holds(&self, lead: &Json) -> bool {
        let same = |key: &str, wanted: &str| {
            let folded = |text: &str| text.to_lowercase().to_uppercase();
            lead[key].as_str().is_some_and(|text| folded(text) == folded(wanted))
        };
        match self {
            Wanted::State(states) => states.iter().any(|state| same("state", state)),
            Wanted::Company(name) => same("company", name),
            Wanted::Score(least) => lead["lead_score"].as_i64().is_some_and(|score| score >= *least),
            Wanted::HasTag(has) => (lead["tags"] == json!(["vip"])) == *has,
            Wanted::Both(a, b) => a.holds(lead) && b.holds(lead),
            Wanted::Either(a, b) => a.holds(lead) || b.holds(lead),
            Wanted::Not(part) => !part.holds(lead),
        }
    }
}

struct Territory {
    name: String,
    parent: Option<usize>,
    priority: usize,
    is_active: bool,
    wanted: Wanted,
}

/// The territory of a lead, said without a tree: of all active ones that it lies in with everything around them, the one whose way from
/// the top comes first, where what is inside comes before what is around it.
fn belongs(lead: &Json, territories: &[Territory]) -> Option<String> {
    let around = |mut at: usize| {
        let mut way = vec![at];
        while let Some(parent) = territories[at].parent {
            way.insert(0, parent);
            at = parent;
        }
        way
    };
    let key = |at: usize| {
        let mut way: Vec<(usize, &str)> =
            around(at).into_iter().map(|it| (territories[it].priority, territories[it].name.as_str())).collect();
        way.push((usize::MAX, ""));
        way
    };
    let taking = (0..territories.len()).filter(|at| territories[*at].is_active);
    let taking = taking.filter(|at| around(*at).into_iter().all(|it| territories[it].wanted.holds(lead)));
    taking.min_by_key(|at| key(*at)).map(|at| territories[at].name.clone())
}

fn territories(random: &mut Random) -> Vec<Territory> {
    (0..2 + random.below(9))
        .map(|at| Territory {
            // Names in no order.
            name: format!("T{} {at}", random.below(5)),
            parent: (at > 0 && random.below(2) == 0).then(|| random.below(at)),
            priority: random.below(3),
            is_active: random.below(6) > 0,
            wanted: wanted(random, 2),
        })
        .collect()
}

fn filled(engine: Engine, random: &mut Random) -> World {
    let world = World::new(engine);
    let mut csv = String::from("Phone,State,Company,Score,Tags\n");
    for n in 0..60 {
        let score = if random.below(4) == 0 { String::new() } else { random.below(101).to_string() };
        let tags = if random.below(3) == 0 { "vip" } else { "" };
        let (state, company) = (random.one_of(&STATES), random.one_of(&COMPANIES));
        csv.push_str(&format!("+121255501{n:02},{state},{company},{score},{tags}\n"));
    }
    let summary = world.import(&world.file("p.csv", csv), &["--region", "US"]);
    assert_eq!(summary["created"], 60, "{summary}");
    world
}

/// Where each lead lies, by its phone.
fn places(world: &World) -> BTreeMap<String, (Option<String>, Option<String>)> {
    let listed = world.ok([
        "lead",
        "list",
        "--columns",
        "phone,territory,territory_source",
        "--format",
        "ndjson",
        "--limit",
        "0",
    ]);
    let text = |value: &Json| value.as_str().map(str::to_owned);
    let place = |line: &str| {
        let lead: Json = serde_json::from_str(line).unwrap();
        (text(&lead["phone"]).unwrap(), (text(&lead["territory"]), text(&lead["territory_source"])))
    };
    listed.lines().map(place).collect()
}

/// From where to where, and how many.
fn moves(answer: &Json) -> BTreeMap<(Option<String>, Option<String>), i64> {
    let text = |value: &Json| value.as_str().map(str::to_owned);
    let all = answer["moves"].as_array().unwrap();
    all.iter().map(|it| ((text(&it["from"]), text(&it["to"])), it["count"].as_i64().unwrap())).collect()
}

fn foots(answer: &Json) {
    let count = |key: &str| answer[key].as_i64().unwrap();
    assert_eq!(count("leads"), count("moved") + count("unchanged") + count("manual"), "{answer}");
    assert_eq!(count("moved"), moves(answer).values().sum::<i64>(), "{answer}");
}

fn round(engine: Engine, seed: u64) -> Vec<String> {
    let random = &mut Random(seed * 7919 + 1);
    let world = filled(engine, random);
    let mut territories = territories(random);
    for territory in &territories {
        let (priority, filter) = (territory.priority.to_string(), territory.wanted.filter());
        let mut args = vec!["territory", "add", &territory.name, "--where", &filter, "--priority", &priority];
        if let Some(parent) = territory.parent {
            args.extend(["--parent", &territories[parent].name]);
        }
        args.extend((!territory.is_active).then_some("--disable"));
        world.ok(args);
    }
    let mut manual = BTreeSet::new();
    let mut story = Vec::new();
    for step in 0..3 {
        let leads = world.leads();
        let before = places(&world);
        let expected: BTreeMap<String, (Option<String>, Option<String>)> = leads
            .iter()
            .map(|lead| {
                let phone = lead["phone_number"].as_str().unwrap().to_owned();
                if manual.contains(&phone) {
                    return (phone.clone(), before[&phone].clone());
                }
                let place = belongs(lead, &territories);
                let source = place.as_ref().map(|_| "rule".to_owned());
                (phone, (place, source))
            })
            .collect();
        let mut wanted = BTreeMap::new();
        for (phone, (to, _)) in &expected {
            let from = &before[phone].0;
            if from != to {
                *wanted.entry((from.clone(), to.clone())).or_insert(0) += 1;
            }
        }
        let plan = world.json(["territory", "assign", "--dry-run"]);
        foots(&plan);
        assert_eq!(moves(&plan), wanted, "{engine:?} seed {seed} step {step}");
        assert_eq!(plan["manual"], manual.len(), "{plan}");
        assert_eq!(places(&world), before, "a dry run moves nothing");
        // One alone first: only what comes into it or leaves it moves.
        let only = &territories[random.below(territories.len())].name;
        let alone = |(from, to): &(Option<String>, Option<String>)| [from, to].contains(&&Some(only.clone()));
        let of_one: BTreeMap<_, _> =
            wanted.iter().filter(|(way, _)| alone(way)).map(|(k, v)| (k.clone(), *v)).collect();
        let done = world.json(["territory", "assign", "--only", only, "--yes"]);
        foots(&done);
        assert_eq!(moves(&done), of_one, "{engine:?} seed {seed} step {step} only {only}");
        let rest: BTreeMap<_, _> = wanted.into_iter().filter(|(way, _)| !alone(way)).collect();
        let done = world.json(["territory", "assign", "--yes"]);
        foots(&done);
        assert_eq!(moves(&done), rest, "{engine:?} seed {seed} step {step}");
        assert_eq!(places(&world), expected, "{engine:?} seed {seed} step {step}");
        assert_eq!(world.json(["territory", "assign", "--dry-run"])["moved"], 0);
        story.push(format!("{expected:?}"));
        // Somebody moves a lead by hand, leads change, and so does a territory.
        let phone = format!("+121255501{:02}", random.below(60));
        world.ok(["lead", "assign", &phone, "--territory", &territories[0].name]);
        manual.insert(phone);
        for _ in 0..5 {
            let phone = format!("+121255501{:02}", random.below(60));
            let (state, score) = (random.one_of(&STATES[..4]), random.below(101).to_string());
            world.ok(["lead", "edit", &phone, "--state", state, "--score", &score]);
        }
        let changed = random.below(territories.len());
        territories[changed].wanted = self::wanted(random, 2);
        let filter = territories[changed].wanted.filter();
        world.ok(["territory", "edit", &territories[changed].name, "--where", &filter]);
    }
    log_tells_where_leads_lie(&world);
    world.finish();
    story
}

/// The log suffices to say where each lead lies.
fn log_tells_where_leads_lie(world: &World) {
    for lead in world.leads() {
        let id = lead["id"].to_string();
        let history = world.json(["lead", "history", &id]);
        let changes = history.as_array().unwrap();
        let of = |field: &str| changes.iter().filter(|it| it["field"] == field).collect::<Vec<_>>();
        for field in ["territory_id", "territory_source"] {
            let steps = of(field);
            let mut at = &Json::Null;
            for step in steps {
                assert_eq!(&step["old"], at, "{field} of {id}: {history}");
                at = &step["new"];
            }
            let now = match &lead[field] {
                Json::Number(id) => json!(id.to_string()),
                other => other.clone(),
            };
            assert_eq!(at, &now, "{field} of {id}: {history}");
        }
    }
}

#[test]
fn a_plan_is_what_is_done_and_what_a_plain_computation_says() {
    for seed in 1..=4 {
        let stories = [Engine::Sqlite, Engine::Postgres].map(|engine| round(engine, seed));
        assert_eq!(stories[0], stories[1], "seed {seed}: the engines differ");
    }
}

/// Sixty territories next to each other, inside each other, and with long lists of values.
#[test]
fn many_territories_are_one_statement() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let world = World::new(engine);
        for number in 0..3 {
            world.ok([
                "lead",
                "add",
                "--phone",
                &format!("+1212555010{number}"),
                "--postal-code",
                &format!("1000{number}"),
            ]);
        }
        let codes: Vec<String> = (0..40).map(|n| format!("2{n:04}")).collect();
        for n in 0..60 {
            let codes = format!("postal_code in ({}, 10002)", codes.join(", "));
            let filter = if n == 59 { codes } else { format!("postal_code = 1000{n}") };
            let name = format!("T{n:02}");
            let mut args = vec!["territory", "add", &name, "--where", &filter];
            let parent = format!("T{:02}", n / 20 * 20);
            if n % 20 > 0 && n < 59 {
                args.extend(["--parent", &parent]);
            }
            world.ok(args);
        }
        let done = world.json(["territory", "assign", "--yes"]);
        assert_eq!((&done["moved"], &done["leads"]), (&json!(2), &json!(3)), "{done}");
        let places = places(&world);
        assert_eq!(places["+12125550100"].0.as_deref(), Some("T00"));
        // Inside T00, which does not take it.
        assert_eq!(places["+12125550101"].0, None);
        assert_eq!(places["+12125550102"].0.as_deref(), Some("T59"));
        world.finish();
    }
}
