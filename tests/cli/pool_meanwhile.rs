//! Several programs at once distribute as one would: one sequence, and nobody over a capacity or a limit.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::pool::{BOSS, asked, leads, owners, pool, with_people};
use crate::support::engine::{database_of, psql, url_of};
use crate::support::{Engine, World, on_both_engines};

/// How many leads each of the two programs adds and distributes.
const EACH: usize = 9;

/// Weights, capacities and daily limits of ann, ben and cleo.
const WEIGHTS: [i64; 3] = [5, 2, 1];
const LIMITS: [i64; 3] = [8, 3, 4];

/// Who gets one lead after the other: nginx's algorithm, of which who is full is left out.
fn expected(leads: usize) -> Vec<Option<usize>> {
    let (mut current, mut held) = ([0; 3], [0; 3]);
    let mut turns = Vec::new();
    for _ in 0..leads {
        let takes: Vec<usize> = (0..3).filter(|place| held[*place] < LIMITS[*place]).collect();
        (0..3).filter(|place| !takes.contains(place)).for_each(|place| current[place] = 0);
        takes.iter().for_each(|place| current[*place] += WEIGHTS[*place]);
        let best = takes.iter().copied().rev().max_by_key(|place| current[*place]);
        if let Some(best) = best {
            current[best] -= takes.iter().map(|place| WEIGHTS[*place]).sum::<i64>();
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
        let expected: Vec<Option<usize>> = expected(2 * EACH).into_iter().filter(Option::is_some).collect();
        assert_eq!(given, expected, "{:?}: one sequence", world.engine);
        let all = asked(world, &["pool", "member", "list", "p"]);
        let held: Vec<i64> = all.as_array().unwrap().iter().map(|member| member["open"].as_i64().unwrap()).collect();
        assert_eq!(held, LIMITS, "{:?}: nobody has more", world.engine);
        let left = 2 * EACH as i64 - LIMITS.iter().sum::<i64>();
        assert_eq!(asked(world, &["lead", "count", "--where", "owner is empty"])["count"], json!(left));
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
    assert_eq!((&run[0]["leads"], &run[0]["assigned"]), (&json!(2), &json!(2)), "{run}");
    assert_eq!(owners(&world), ["ann", "-", "ann"]);
    world.finish();
}
