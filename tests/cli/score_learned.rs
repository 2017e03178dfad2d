//! Models that have learned: what they count, what they say, and how good they would have been, beside plain computations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::{World, on_both_engines};

const DAY: i64 = 86_400_000_000;

fn micros(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_microsecond()
}

/// A lead of whom it is known what became of it.
struct Person {
    source: &'static str,
    campaign: &'static str,
    created: i64,
    /// When it was closed, and whether it was won.
    closed: Option<(i64, bool)>,
}

const SOURCES: [&str; 3] = ["web", "fair", "ads"];
const AREAS: [&str; 9] = ["212", "312", "415", "213", "305", "404", "617", "702", "206"];
const CAMPAIGNS: [&str; 3] = ["spring", "autumn", ""];

/// People who come from the web are won more often than others.
fn people(count: u64) -> Vec<Person> {
    let mut state = 41_u64;
    let mut below = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    let begin = micros("2025-01-01T12:00:00Z");
    (0..count)
        .map(|place| {
            let source = below(3) as usize;
            let created = begin + place as i64 * DAY * 360 / count as i64;
            let is_won = below(10) < [7, 4, 2][source];
            let closed = (below(8) > 0).then(|| (created + (4 + below(120) as i64) * DAY, is_won));
            // Nobody is closed in the future.
            let closed = closed.filter(|(at, _)| *at < micros("2026-03-01T00:00:00Z"));
            Person { source: SOURCES[source], campaign: CAMPAIGNS[below(3) as usize], created, closed }
        })
        .collect()
}

fn time(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).unwrap().to_string()
}

/// Imports people as leads, the first one with the id 1, and what became of them as events.
fn fill(world: &World, people: &[Person]) {
    let (mut leads, mut events) = ("Phone,Source,Campaign,Created\n".to_owned(), "Phone,Status,When\n".to_owned());
    for (place, person) in people.iter().enumerate() {
        let phone = format!("{}55501{:02}", AREAS[place / 100], place % 100);
        leads.push_str(&format!("{phone},{},{},{}\n", person.source, person.campaign, time(person.created)));
        if let Some((at, is_won)) = person.closed {
            events.push_str(&format!("{phone},contacted,{}\n", time(person.created + DAY)));
            let status = if is_won { "recruited" } else { "cold" };
            events.push_str(&format!("{phone},{status},{}\n", time(at)));
        }
    }
    world.import(&world.file("leads.csv", leads), &["--region", "US"]);
    let file = world.file("events.csv", events);
    world.ok(["import", "history", file.to_str().unwrap(), "--region", "US"]);
}

/// Won and lost leads by value.
type Counts = BTreeMap<String, [f64; 2]>;

fn counts<'a>(people: impl Iterator<Item = &'a Person>, value: fn(&Person) -> &str) -> Counts {
    let mut counts = Counts::new();
    for person in people.filter(|person| !value(person).is_empty()) {
        let (_, is_won) = person.closed.unwrap();
        counts.entry(value(person).to_owned()).or_default()[usize::from(!is_won)] += 1.0;
    }
    counts
}

/// What a field says of a person.
type Word = fn(&Person) -> &str;

/// The logarithm of the odds by the definition of naive Bayes.
struct Learned {
    won: f64,
    lost: f64,
    fields: [(Word, Counts); 2],
}

impl Learned {
    fn of(closed: &[&Person]) -> Learned {
        let won = closed.iter().filter(|person| person.closed.unwrap().1).count() as f64;
        let fields: [fn(&Person) -> &str; 2] = [|person| person.source, |person| person.campaign];
        let counted = fields.map(|value| (value, counts(closed.iter().copied(), value)));
        Learned { won, lost: closed.len() as f64 - won, fields: counted }
    }

    fn log_odds(&self, person: &Person) -> f64 {
        let mut odds = ((self.won + 0.1) / (self.lost + 0.1)).ln();
        for (value, counts) in &self.fields {
            let Some(found) = counts.get(value(person)) else { continue };
            let share = |outcome: usize| {
                let all: f64 = counts.values().map(|it| it[outcome]).sum();
                (found[outcome] + 0.1) / (all + 0.1 * counts.len() as f64)
            };
            odds += (share(0) / share(1)).ln();
        }
        odds
    }

    fn probability(&self, person: &Person) -> f64 {
        1.0 / (1.0 + (-self.log_odds(person)).exp())
    }
}

const TRAIN: [&str; 4] = ["score", "train", "--fields", "source,campaign"];

#[test]
fn what_is_counted_is_what_became_of_leads() {
    on_both_engines(|world| {
        let people = people(200);
        fill(world, &people);
        let closed: Vec<&Person> = people.iter().filter(|person| person.closed.is_some()).collect();
        let learned = Learned::of(&closed);
        let trained = world.json(TRAIN);
        assert_eq!((trained["won"].as_f64(), trained["lost"].as_f64()), (Some(learned.won), Some(learned.lost)));
        let model = world.json(["score", "model", "show", "learned"]);
        for (place, (_, counts)) in learned.fields.iter().enumerate() {
            let cells = model["fields"][place]["cells"].as_array().unwrap();
            let found: Counts = cells
                .iter()
                .map(|cell| {
                    (cell["value"].as_str().unwrap().to_owned(), ["won", "lost"].map(|key| cell[key].as_f64().unwrap()))
                })
                .collect();
            assert_eq!(found, *counts, "{:?}", world.engine);
        }
        // Nothing is written before it is in use.
        world.ok(["score", "run"]);
        assert_eq!(world.json(["lead", "count", "--where", "win_probability is not empty"])["count"], 0);
        world.ok(["score", "model", "use", "learned@1"]);
        let ran = world.json(["score", "run"]);
        let open: Vec<usize> = (0..people.len()).filter(|place| people[*place].closed.is_none()).collect();
        assert_eq!(ran["predicted"], json!({ "predicted": open.len(), "changed": open.len(), "unchanged": 0 }));
        for place in open {
            let id = (place + 1).to_string();
            let lead = world.json(["lead", "show", &id]);
            let share = (learned.probability(&people[place]) * 10_000.0).round() / 10_000.0;
            assert_eq!(lead["win_probability"].as_f64(), Some(share), "{:?}: {lead}", world.engine);
            let explained = world.json(["score", "explain", &id]);
            assert_eq!(explained["learned"]["win_probability"], lead["win_probability"]);
            let odds: f64 =
                explained["learned"]["factors"].as_object().unwrap().values().map(|it| it.as_f64().unwrap()).sum();
            assert!((odds - learned.log_odds(&people[place])).abs() < 2e-4, "{explained}");
            // The score is the rules' still.
            assert_eq!(lead["lead_score"], explained["score"]);
        }
        assert_eq!(world.json(["score", "run"])["predicted"]["changed"], 0);
        let likely = world.json([
            "lead",
            "list",
            "--limit",
            "0",
            "--where",
            "win_probability >= 0.5",
            "--columns",
            "id,win_probability",
        ]);
        assert!(likely.as_array().unwrap().iter().all(|lead| lead["win_probability"].as_f64().unwrap() >= 0.5));
        // A model that says so gives the score.
        world.ok([&TRAIN[..], &["--sets-score", "--name", "both"]].concat());
        world.ok(["score", "model", "use", "both"]);
        // Also where the score is the same by chance.
        let first = &likely[0];
        let by_hand = (first["win_probability"].as_f64().unwrap() * 100.0).round_ties_even();
        world.ok(["lead", "edit", &first["id"].to_string(), "--set", &format!("score={by_hand}")]);
        assert_eq!(
            world.json(["lead", "show", &first["id"].to_string()])["lead_score_factors"],
            json!({ "source": "hand" })
        );
        world.ok(["score", "run"]);
        for lead in likely.as_array().unwrap() {
            let shown = world.json(["lead", "show", &lead["id"].to_string()]);
            let score = (lead["win_probability"].as_f64().unwrap() * 100.0).round_ties_even() as i64;
            assert_eq!(shown["lead_score"], score);
            assert!(shown["lead_score_factors"]["intercept"].is_number());
        }
        expect_explained_and_taken_away(world, first, by_hand as i64);
    });
}

/// A model that sets scores explains them, and nothing is predicted of who is closed, or when no such model is in use.
fn expect_explained_and_taken_away(world: &mut World, first: &Value, score: i64) {
    let id = first["id"].to_string();
    let explained = world.json(["score", "explain", &id]);
    let said = |explained: &Value| ["model", "score", "rules"].map(|key| explained[key].clone());
    assert_eq!(said(&explained), [json!("both"), json!(score), json!([])]);
    let given = world.json(["score", "history", &id]);
    let last = given.as_array().unwrap().last().unwrap();
    assert_eq!((&last["model"], &last["inputs"]["replaced"]), (&json!("both"), &json!({ "source": "hand" })));
    let count =
        |world: &World| world.json(["lead", "count", "--where", "win_probability is not empty"])["count"].clone();
    let all = count(world).as_i64().unwrap();
    world.now = "2026-03-05T12:00:00Z";
    world.ok(["lead", "status", &id, "cold", "--force", "--reason", "x"]);
    assert_eq!(world.json(["score", "run"])["taken_away"], 1);
    let closed = world.json(["lead", "show", &id]);
    assert_eq!((&closed["win_probability"], &closed["lead_score"]), (&json!(null), &json!(score)));
    assert_eq!(said(&world.json(["score", "explain", &id])), [json!("both"), json!(null), json!([])]);
    world.now = "2026-03-06T12:00:00Z";
    assert_eq!(world.ok(["score", "model", "use", "--none", "learned"]), "score model both: active yes → no\n");
    let ran = world.json(["score", "run"]);
    assert_eq!(
        [&ran["model"], &ran["predicted"], &ran["taken_away"]],
        [&json!("default"), &json!(null), &json!(all - 1)]
    );
    assert_eq!((count(world), &world.json(["score", "run"])["taken_away"]), (json!(0), &json!(0)));
    // The leads as they were have it.
    let then = |day: &str| world.json(["lead", "history", &id, "--as-of", day])["win_probability"].clone();
    assert_eq!(
        [then("2026-03-04T12:00:00Z"), then("2026-03-05T12:00:00Z")],
        [first["win_probability"].clone(), json!(null)]
    );
}

/// As many as figures can be relied on: those of spring are learned from, those of autumn are measured.
fn many_people() -> Vec<Person> {
    let mut state = 7_u64;
    let mut below = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    let (spring, autumn) = (micros("2025-01-01T12:00:00Z"), micros("2025-09-02T12:00:00Z"));
    let mut person = |created: i64| {
        let source = below(3) as usize;
        let is_won = below(10) < [8, 5, 2][source];
        let closed = (below(16) > 0).then(|| (created + (4 + below(50) as i64) * DAY, is_won));
        Person { source: SOURCES[source], campaign: CAMPAIGNS[below(3) as usize], created, closed }
    };
    let early = (0..700).map(|place| spring + place * DAY * 150 / 700);
    let late = (0..150).map(|place| autumn + place * DAY * 80 / 150);
    early.chain(late).map(&mut person).collect()
}

/// The chance that one that was won was given more than one that was not, pair by pair.
fn auc(shares: &[(f64, bool)]) -> f64 {
    let (mut pairs, mut better) = (0.0, 0.0);
    for (share, _) in shares.iter().filter(|it| it.1) {
        for (other, _) in shares.iter().filter(|it| !it.1) {
            pairs += 1.0;
            better += if (share - other).abs() < 1e-12 { 0.5 } else { f64::from(u8::from(share > other)) };
        }
    }
    better / pairs
}

fn brier(shares: &[(f64, bool)]) -> f64 {
    shares.iter().map(|(share, is_won)| (share - f64::from(u8::from(*is_won))).powi(2)).sum::<f64>()
        / shares.len() as f64
}

#[test]
fn a_backtest_gives_the_figures_of_its_definition() {
    on_both_engines(|world| {
        let people = many_people();
        fill(world, &people);
        world.ok(TRAIN);
        world.ok(["score", "model", "use", "learned"]);
        let backtest = |world: &World, split: &str| -> (Value, Option<i32>) {
            let ran = world.run(["score", "backtest", "learned", "--split", split, "--format", "json"]);
            (serde_json::from_str(&ran.stdout).unwrap(), ran.code)
        };
        let (tried, code) = backtest(world, "2025-09-01");
        let (split, now) = (micros("2025-09-01T00:00:00Z"), micros(world.now));
        let before = |person: &Person| person.closed.is_some_and(|(at, _)| at < split);
        let numbered = || people.iter().enumerate().map(|(place, person)| (place + 1, person));
        let trained: Vec<&Person> = numbered().filter(|(id, it)| id % 5 != 0 && before(it)).map(|(_, it)| it).collect();
        let slice: Vec<&Person> = numbered().filter(|(id, it)| id % 5 == 0 && before(it)).map(|(_, it)| it).collect();
        let sizes = |key: &str| (tried[format!("{key}_on")].as_u64(), tried[format!("{key}_won")].as_u64());
        let counted = |people: &[&Person]| {
            (Some(people.len() as u64), Some(people.iter().filter(|it| it.closed.unwrap().1).count() as u64))
        };
        assert_eq!((sizes("trained"), sizes("calibrated")), (counted(&trained), counted(&slice)), "{:?}", world.engine);
        let learned = Learned::of(&trained);
        let measured: Vec<&Person> =
            people.iter().filter(|it| it.created >= split && it.created + 90 * DAY <= now).collect();
        let is_won =
            |person: &&Person| person.closed.is_some_and(|(at, is_won)| is_won && at <= person.created + 90 * DAY);
        let said = |share: &dyn Fn(&Person) -> f64| -> Vec<(f64, bool)> {
            measured.iter().map(|it| (share(it), is_won(it))).collect()
        };
        let figure = |tried: &Value, key: &str| tried[key].as_f64().unwrap();
        let raw = said(&|it| learned.probability(it));
        assert_eq!(tried["raw"]["leads"].as_u64(), Some(raw.len() as u64), "{:?}", world.engine);
        assert!((figure(&tried["raw"], "auc") - auc(&raw)).abs() < 1e-9, "{} in {tried}", auc(&raw));
        assert!((figure(&tried["raw"], "brier") - brier(&raw)).abs() < 1e-9);
        assert!(figure(&tried["raw"], "auc") > 0.6, "{tried}");
        // The line is where its loss on the slice neither rises nor falls, by Platt's targets.
        let (slope, shift) = (figure(&tried["calibration"], "slope"), figure(&tried["calibration"], "shift"));
        let on_line = |person: &Person| 1.0 / (1.0 + (-(slope * learned.log_odds(person) + shift)).exp());
        let won = slice.iter().filter(|it| it.closed.unwrap().1).count() as f64;
        let target = |it: &Person| match it.closed.unwrap().1 {
            true => (won + 1.0) / (won + 2.0),
            false => 1.0 / (slice.len() as f64 - won + 2.0),
        };
        let falls: f64 = slice.iter().map(|it| on_line(it) - target(it)).sum();
        let turns: f64 = slice.iter().map(|it| (on_line(it) - target(it)) * learned.log_odds(it)).sum();
        assert!(falls.abs() < 1e-3 && turns.abs() < 1e-3 && slope > 0.0, "{falls}, {turns}: {tried}");
        let calibrated = said(&on_line);
        assert!(
            (figure(&tried["calibrated"], "auc") - auc(&raw)).abs() < 1e-9,
            "a line that does not fall keeps the order"
        );
        assert!((figure(&tried["calibrated"], "brier") - brier(&calibrated)).abs() < 1e-9);
        // There are enough of either kind everywhere.
        let enough = |leads: u64, won: u64| won >= 50 && leads - won >= 50;
        for people in [counted(&trained), counted(&slice)] {
            assert!(enough(people.0.unwrap(), people.1.unwrap()), "{people:?}");
        }
        assert!(enough(raw.len() as u64, raw.iter().filter(|it| it.1).count() as u64));
        assert_eq!((&tried["verdict"], code), (&json!("enough"), Some(0)));
        // The model in use has learned from all of them: nothing is measured that it was told.
        assert_eq!((&tried["in_use"], &tried["learned_from"]), (&json!(null), &json!(raw.len())));
        world.ok([&TRAIN[..], &["--until", "2025-09-01", "--name", "early"]].concat());
        world.ok(["score", "model", "use", "early"]);
        let (tried, _) = backtest(world, "2025-09-01");
        let early: Vec<&Person> = people.iter().filter(|it| before(it)).collect();
        let early = Learned::of(&early);
        let used = said(&|it| early.probability(it));
        assert_eq!((&tried["learned_from"], &tried["in_use"]["untold"]), (&json!(0), &json!(0)));
        assert!((figure(&tried["in_use"]["figures"], "auc") - auc(&used)).abs() < 1e-9, "{tried}");
        assert!((figure(&tried["in_use"]["figures"], "brier") - brier(&used)).abs() < 1e-9);
        let (tried, code) = backtest(world, "2025-02-15");
        assert_eq!((&tried["verdict"], code), (&json!("too few"), Some(3)));
    });
}

#[test]
fn values_count_as_they_were_some_days_after_a_lead_was_made() {
    on_both_engines(|world| {
        let mut at = |day: &'static str, args: &[&str]| {
            world.now = day;
            world.ok(args);
        };
        // Ten, for words of fewer leads are not kept.
        let phones: Vec<String> = (1..=10).map(|place| format!("21255501{place:02}")).collect();
        for phone in &phones {
            at(
                "2026-01-01T12:00:00Z",
                &["lead", "add", "--phone", phone, "--source", "web", "--campaign", "spring", "--tag", "early"],
            );
            at("2026-01-03T12:00:00Z", &["lead", "edit", phone, "--set", "source=fair", "--set", "campaign=summer"]);
            at("2026-01-09T12:00:00Z", &["lead", "edit", phone, "--set", "campaign=winter"]);
        }
        // The last one comes far, and is lost all the same.
        at("2026-01-21T12:00:00Z", &["lead", "status", "2125550110", "qualified", "--force", "--reason", "x"]);
        at("2026-02-01T12:00:00Z", &["lead", "status", "2125550101", "recruited", "--force", "--reason", "x"]);
        for phone in &phones[1..] {
            at("2026-02-01T12:00:00Z", &["lead", "status", phone, "cold", "--force", "--reason", "x"]);
        }
        at("2026-03-01T12:00:00Z", &["score", "train", "--fields", "source,campaign,stage"]);
        let words = |world: &World, version: &str| -> BTreeSet<String> {
            let model = world.json(["score", "model", "show", version]);
            let fields = model["fields"].as_array().unwrap().iter().take(2);
            fields
                .flat_map(|field| field["cells"].as_array().unwrap())
                .map(|cell| cell["value"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(words(world, "learned"), BTreeSet::from(["fair", "summer"].map(str::to_owned)));
        world.ok(["score", "train", "--fields", "source,campaign,stage", "--at", "1d"]);
        assert_eq!(words(world, "learned@2"), BTreeSet::from(["web", "spring"].map(str::to_owned)));
        world.ok(["score", "train", "--fields", "source,campaign,stage", "--at", "2w"]);
        assert_eq!(words(world, "learned@3"), BTreeSet::from(["fair", "winter"].map(str::to_owned)));
        // One that was won counts in every stage, one that was lost in those up to the last that it reached before, however late.
        let model = world.json(["score", "model", "show", "learned"]);
        let stages = model["fields"][2]["cells"].as_array().unwrap();
        let counts: Vec<(i64, i64)> =
            stages.iter().map(|cell| (cell["won"].as_i64().unwrap(), cell["lost"].as_i64().unwrap())).collect();
        let place = stages.iter().position(|cell| cell["value"] == "qualified").unwrap();
        let expected: Vec<(i64, i64)> =
            (0..stages.len()).map(|at| (1, if at == 0 { 9 } else { i64::from(at <= place) })).collect();
        assert_eq!(counts, expected, "{:?}", world.engine);
        assert!(place > 0 && place + 1 < stages.len());
    });
}

#[test]
fn who_was_not_lost_in_truth_is_neither() {
    on_both_engines(|world| {
        let sheet = "Phone,Status,Source\n2125550101,recruited,web\n2125550102,cold,web\n2125550103,new,web\n2125550104,new,web\n2125550105,cold,web\n";
        world.import(&world.file("leads.csv", sheet), &["--region", "US"]);
        let undone = world.file("undone.csv", "Phone,Status,Source\n2125550106,new,web\n2125550107,cold,web\n");
        world.import(&undone, &["--region", "US"]);
        world.ok(["import", "undo", "2", "--yes"]);
        world.ok(["lead", "delete", "3", "--yes"]);
        world.ok(["lead", "merge", "5", "--into", "4", "--yes"]);
        let trained = world.json(["score", "train", "--fields", "source,campaign,tag"]);
        assert_eq!(trained["left_out"], json!(["campaign", "tag"]), "{trained}");
        // Won: the first; lost: the second and the deleted one. The absorbed one was cold.
        assert_eq!((&trained["won"], &trained["lost"]), (&json!(1), &json!(2)), "{:?}", world.engine);
        let ran = world.run(["lead", "erase", "2", "--yes"]);
        assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
        world.now = "2026-03-05T12:00:00Z";
        assert_eq!(world.json(["score", "train", "--fields", "source"])["lost"], 1);
    });
}

#[test]
fn what_cannot_be_learned_is_refused_by_name() {
    on_both_engines(|world| {
        let fails = |world: &World, args: &[&str], said: &str| {
            let ran = world.run([&["score", "train"], args].concat());
            assert!(matches!(ran.code, Some(1 | 2)) && ran.stderr.contains(said), "{args:?}: {}", ran.stderr);
            assert_eq!(ran.stderr.matches("error:").count(), 1);
        };
        fails(world, &[], "no lead is closed yet");
        world.import(
            &world.file("a.csv", "Phone,Status,Source\n2125550101,cold,web\n2125550102,cold,web\n"),
            &["--region", "US"],
        );
        fails(world, &[], "all 2 closed leads were lost");
        world.import(
            &world.file("b.csv", "Phone,Status,Source\n2125550103,recruited,web\n2125550104,recruited,fair\n"),
            &["--region", "US"],
        );
        fails(world, &["--fields", "sorce"], "did you mean `source`");
        fails(world, &["--fields", "source,source"], "twice");
        fails(world, &["--fields", "email"], "`email` is no field");
        fails(world, &["--at", "3h"], "3d or 1w");
        fails(world, &["--until", "2025-01-01"], "no lead to learn from was closed before 2025-01-01");
        fails(world, &["--name", "default"], "`default` is the model of rules that is built in");
        fails(world, &["--name", "a@2"], "no name for a model");
        // What everybody gets when they are won tells nothing beforehand.
        world.now = "2026-03-20T12:00:00Z";
        for lead in ["1", "2", "3"] {
            world.ok(["lead", "edit", lead, "--set", "city=Troy"]);
        }
        fails(world, &["--fields", "source,city"], "the field `city` is known only after the outcome");
        world.ok(["score", "train", "--fields", "source,city", "--allow-leak", "--dry-run"]);
        assert_eq!(world.json(["score", "model", "list"]), json!([]));
        // Nor does what no open lead has.
        let open: String = (0..12).map(|place| format!("21255502{place:02},new,web,\n")).collect();
        let closed: String = (31..35).map(|place| format!("21255502{place},cold,web,x\n")).collect();
        let sheet = format!("Phone,Status,Source,Campaign\n{open}{closed}");
        world.import(&world.file("c.csv", sheet), &["--region", "US"]);
        let often = "closed leads have it at least five times as often as open ones";
        fails(world, &["--fields", "source,campaign"], often);
        // One that was opened again makes no difference.
        world.import(&world.file("d.csv", "Phone,Status,Source,Campaign\n2125550212,new,web,x\n"), &["--region", "US"]);
        fails(world, &["--fields", "source,campaign"], often);
        let rules = world.run(["score", "backtest", "default", "--split", "2026-01-01"]);
        assert!(rules.code == Some(1) && rules.stderr.contains("there is no model `default`"), "{}", rules.stderr);
    });
}
