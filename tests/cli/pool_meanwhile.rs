//! Several programs at once distribute as one would: one sequence, and nobody over a capacity or a limit.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::pool::{BOSS, asked, boss, leads, owners, pool, with_people};
use crate::support::engine::{database_of, psql, url_of};
use crate::support::{Engine, World, on_both_engines, ran};

/// How many leads each of the two programs adds and distributes.
const EACH: usize = 9;

/// Weights, capacities and daily limits of ann, ben and cleo.
const WEIGHTS: [i64; 3] = [5, 2, 1];
const LIMITS: [i64; 3] = [8, 3, 4];

/// Who gets one lead after the other: nginx's algorithm, of which who is full is left out.
fn turns(leads: usize, weights: [i64; 3], limits: [i64; 3]) -> Vec<Option<usize>> {
    let (mut current, mut held) = ([0; 3], [0; 3]);
    let mut turns = Vec::new();
    for _ in 0..leads {
        let takes: Vec<usize> = (0..3).filter(|place| held[*place] < limits[*place]).collect();
        (0..3).filter(|place| !takes.contains(place)).for_each(|place| current[place] = 0);
        takes.iter().for_each(|place| current[*place] += weights[*place]);
        let best = takes.iter().copied().rev().max_by_key(|place| current[*place]);
        if let Some(best) = best {
            current[best] -= takes.iter().map(|place| weights[*place]).sum::<i64>();
            held[best] += 1;
        }
        turns.push(best);
    }
    turns
}

#[test]
fn two_programs_at_once_continue_one_sequence() {
    on_both_engines(|world| {
        with_people(world);
        let number = |place: usize| LIMITS[place].to_string();
        // ann and ben are limited by what they hold, cleo by the day.
        let members: [(&str, [String; 4]); 3] = [
            ("ann", ["--weight".into(), "5".into(), "--capacity".into(), number(0)]),
            ("ben", ["--weight".into(), "2".into(), "--capacity".into(), number(1)]),
            ("cleo", ["--weight".into(), "1".into(), "--daily-limit".into(), number(2)]),
        ];
        let members: Vec<(&str, Vec<&str>)> =
            members.iter().map(|(user, options)| (*user, options.iter().map(String::as_str).collect())).collect();
        let members: Vec<(&str, &[&str])> = members.iter().map(|(user, options)| (*user, &options[..])).collect();
        pool(world, "p", &[], &members);
        let world = &*world;
        std::thread::scope(|scope| {
            for program in 0..2 {
                scope.spawn(move || {
                    for place in 0..EACH {
                        let phone = format!("21255501{:02}", program * EACH + place);
                        let added = world.run(["lead", "add", "--phone", &phone, "--as", BOSS]);
                        assert_eq!(added.code, Some(0), "{:?}: {}", world.engine, added.stderr);
                        let ran = world.run(["pool", "run", "--as", BOSS]);
                        assert!(matches!(ran.code, Some(0 | 3)), "{:?}: {}", world.engine, ran.stderr);
                    }
                });
            }
        });
        let given = world.engine.sql(&world.url, "SELECT to_user_id FROM lead_assignments ORDER BY id").unwrap();
        let given: Vec<Option<usize>> = given.iter().map(|user| user.parse::<usize>().ok().map(|id| id - 2)).collect();
        let expected: Vec<Option<usize>> =
            turns(2 * EACH, WEIGHTS, LIMITS).into_iter().filter(Option::is_some).collect();
        assert_eq!(given, expected, "{:?}: one sequence", world.engine);
        let all = asked(world, &["pool", "member", "list", "p"]);
        let held: Vec<i64> = all.as_array().unwrap().iter().map(|member| member["open"].as_i64().unwrap()).collect();
        assert_eq!(held, LIMITS, "{:?}: nobody has more", world.engine);
        let left = 2 * EACH as i64 - LIMITS.iter().sum::<i64>();
        assert_eq!(asked(world, &["lead", "count", "--where", "owner is empty"])["count"], json!(left));
    });
}

/// Imports hold leads in another order than pools do: one waits for the other.
#[test]
fn pools_wait_for_imports() {
    let world = World::new(Engine::Postgres);
    with_people(&world);
    pool(&world, "p", &[], &[("ann", &[])]);
    leads(&world, 2);
    boss(&world, &["pool", "run"]);
    let app = url_of("crmctl_app", database_of(&world.url));
    let held = "BEGIN; SELECT pg_advisory_xact_lock(72116, 1); SELECT pg_sleep(4); COMMIT";
    let holder = std::thread::spawn(move || psql(&app, held));
    std::thread::sleep(Duration::from_millis(500));
    let config = world.file("limits.toml", "lock_timeout = '300ms'\n");
    for verb in [&["pool", "run"][..], &["pool", "reclaim", "--untouched", "0h"], &["pool", "undo", "1"]] {
        let ran = ran(world.command(verb).arg("--config").arg(&config).args(["--as", BOSS]));
        assert!(ran.code == Some(1) && ran.stderr.contains("lock_timeout"), "{verb:?}: {}", ran.stderr);
    }
    assert!(!holder.is_finished(), "the import was over before");
    holder.join().unwrap();
    boss(&world, &["pool", "undo", "1"]);
    world.finish();
}

/// A small generator, seeded: SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// Random weights, capacities and limits, several leads a run; one program imports into the pool, the other one imports and runs it.
#[test]
fn random_pools_keep_to_what_is_said() {
    on_both_engines(|world| {
        with_people(world);
        let mut random = Random(29);
        let names = ["ann", "ben", "cleo"];
        for round in 0..3 {
            let name = format!("p{round}");
            let source = format!("source = s{round}");
            let mut number = |end| (1 + random.below(end)) as i64;
            let weights = [number(7), number(7), number(7)];
            // Of each member: the capacity beyond what earlier rounds gave, or the limit of a day.
            let limits = [number(12), number(12), number(12)];
            let by_day = [number(2) == 1, number(2) == 1, number(2) == 1];
            let sizes: Vec<usize> = (0..6).map(|_| number(5) as usize).collect();
            boss(world, &["pool", "add", &name, "--where", &source]);
            for (place, user) in names.iter().enumerate() {
                let option = if by_day[place] { "--daily-limit" } else { "--capacity" };
                let (weight, limit) = (weights[place].to_string(), limits[place].to_string());
                let email = format!("{user}@example.com");
                boss(world, &["pool", "member", "add", &name, &email, "--weight", &weight, option, &limit]);
            }
            let shared = &*world;
            std::thread::scope(|scope| {
                for program in 0..2 {
                    let (name, sizes) = (&name, &sizes);
                    scope.spawn(move || {
                        for (place, size) in sizes.iter().enumerate().skip(program).step_by(2) {
                            let row =
                                |lead: usize| format!("2125{}{:05},s{round}\n", 2 + round, place * 10 + lead + 50_000);
                            let text: String = (0..*size).map(row).collect();
                            let path = shared.file(&format!("{round}-{place}.csv"), format!("Phone,Source\n{text}"));
                            let import = ["import", "leads", path.to_str().unwrap(), "--as", BOSS];
                            let pooled = ["--pool", name.as_str()];
                            let options = if program == 0 { &pooled[..] } else { &[] };
                            let imported = shared.run([&import[..], options].concat());
                            assert!(matches!(imported.code, Some(0 | 3)), "{}", imported.stderr);
                            if program == 1 {
                                let ran = shared.run(["pool", "run", name, "--as", BOSS]);
                                assert!(matches!(ran.code, Some(0 | 3)), "{:?}: {}", shared.engine, ran.stderr);
                            }
                        }
                    });
                }
            });
            let told = format!("{:?}: {weights:?} {limits:?} {by_day:?} {sizes:?}", world.engine);
            let all: usize = sizes.iter().sum();
            let given = format!(
                "SELECT a.to_user_id FROM lead_assignments a JOIN leads l ON l.organization_id = a.organization_id AND l.id = a.lead_id
                 WHERE l.source = 's{round}' ORDER BY a.id"
            );
            let given = world.engine.sql(&world.url, &given).unwrap();
            let given: Vec<Option<usize>> =
                given.iter().map(|user| user.parse::<usize>().ok().map(|id| id - 2)).collect();
            let expected: Vec<Option<usize>> =
                turns(all, weights, limits).into_iter().filter(Option::is_some).collect();
            assert_eq!(given, expected, "{told}");
            let members = asked(world, &["pool", "member", "list", &name]);
            for (member, limit) in members.as_array().unwrap().iter().zip(limits) {
                let (open, today) = (member["open"].as_i64().unwrap(), member["today"].as_i64().unwrap());
                assert!(open <= limit && open == today, "{told}: {member}");
            }
            let (mut moved, mut left_last) = (0, 0);
            let runs = asked(world, &["pool", "runs", "--pool", &name]);
            for run in runs.as_array().unwrap() {
                let count = |key: &str| run[key].as_i64().unwrap();
                assert_eq!(count("leads"), count("changed") + count("left"), "{told}: {run}");
                moved += count("changed");
                left_last = left_last.max(count("left"));
            }
            assert_eq!(moved as usize, expected.len(), "{told}");
            let free = asked(world, &["lead", "count", "--where", &format!("owner is empty and {source}")]);
            assert_eq!(free["count"], all - expected.len(), "{told}");
            assert!(left_last as usize <= all - expected.len(), "{told}");
            // The next round begins with nothing held.
            boss(world, &["lead", "assign", "--where", &source, "--nobody", "--yes"]);
            boss(world, &["pool", "delete", &name, "--yes"]);
        }
    });
}

/// The owner of an earlier lead keeps to the smallest capacity of all pools, member here or not.
#[test]
fn an_earlier_owner_keeps_to_the_capacity_of_other_pools() {
    on_both_engines(|world| {
        with_people(world);
        pool(world, "p", &[], &[("ben", &["--capacity", "9"])]);
        pool(
            world,
            "q",
            &["--where", "source = none"],
            &[("ann", &["--capacity", "2"]), ("ben", &["--capacity", "3"])],
        );
        let owned = ["--email", "ada@x.example", "--owner", "ann@example.com"];
        boss(world, &[&["lead", "add", "--phone", "2125550190"][..], &owned].concat());
        let rows: String = (1..=7).map(|place| format!("212555010{place},ada@x.example\n")).collect();
        let path = world.file("new.csv", format!("Phone,Email\n{rows}"));
        boss(world, &["import", "leads", path.to_str().unwrap()]);
        let ran = world.run(["pool", "run", "p", "--as", BOSS, "--format", "json"]);
        assert_eq!(ran.code, Some(3), "{:?}: {}", world.engine, ran.stderr);
        let held = |who: &str| {
            asked(world, &["lead", "count", "--where", &format!("owner = {who}@example.com")])["count"].clone()
        };
        assert_eq!([held("ann"), held("ben")], [json!(2), json!(3)], "{:?}", world.engine);
        let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let ann = &told[0]["members"][1];
        assert_eq!((&ann["capacity"], &ann["passed_over"]), (&json!(2), &json!("full")), "{told}");
        assert_eq!(told[0]["left"], 3, "{told}");
    });
}

#[test]
fn pools_that_share_a_member_share_the_capacity() {
    on_both_engines(|world| {
        with_people(world);
        for name in ["one", "two"] {
            let filter = format!("source = {name}");
            pool(world, name, &["--where", &filter], &[("ann", &["--capacity", "5"])]);
        }
        let mut file = "Phone,Source\n".to_owned();
        for place in 0..20 {
            file.push_str(&format!("21255501{place:02},{}\n", if place % 2 == 0 { "one" } else { "two" }));
        }
        let path = world.file("a.csv", file);
        let imported = world.run(["import", "leads", path.to_str().unwrap(), "--as", BOSS]);
        assert_eq!(imported.code, Some(0), "{}", imported.stderr);
        let running = ["one", "two"].map(|name| world.start(["pool", "run", name, "--as", BOSS]));
        for child in running {
            let ran = child.wait_with_output().unwrap();
            assert_eq!(ran.status.code(), Some(3), "{}", String::from_utf8_lossy(&ran.stderr));
        }
        assert_eq!(asked(world, &["lead", "count", "--where", "owner = ann@example.com"])["count"], 5);
    });
}

/// A lead that somebody else is changing is waited for, and given only if the pool takes it then.
#[test]
fn a_lead_that_leaves_the_pool_meanwhile_is_not_given() {
    let world = World::new(Engine::Postgres);
    with_people(&world);
    leads(&world, 3);
    pool(&world, "p", &["--where", "source != ads"], &[("ann", &[])]);
    let admin = url_of("postgres", database_of(&world.url));
    let sql = "BEGIN; UPDATE leads SET source = 'ads', updated_at = updated_at + interval '1 second' WHERE id = 2; SELECT pg_sleep(2); COMMIT";
    let writer = std::thread::spawn({
        let admin = admin.clone();
        move || psql(&admin, sql)
    });
    let began = Instant::now();
    while psql(&admin, "SELECT count(*) FROM (SELECT FROM leads WHERE id = 2 FOR UPDATE SKIP LOCKED) l") != ["0"] {
        assert!(began.elapsed() < Duration::from_secs(20), "nobody holds the lead");
    }
    let run = asked(&world, &["pool", "run", "p"]);
    writer.join().unwrap();
    assert_eq!((&run[0]["leads"], &run[0]["changed"]), (&json!(2), &json!(2)), "{run}");
    assert_eq!(owners(&world), ["ann", "-", "ann"]);
    world.finish();
}
