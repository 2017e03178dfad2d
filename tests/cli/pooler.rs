//! Behind PgBouncer in transaction mode, which gives each transaction any connection to the server: `scripts/with-postgres` starts it.

use std::sync::Mutex;

use crate::support::engine::{database_of, psql, url_of};
use crate::support::{Engine, World, ran};

/// The URL of the test's database through the pooler; `None` when there is none on the machine.
fn pooled(url: &str) -> Option<String> {
    let Ok(port) = std::env::var("CRMCTL_TEST_POOLER") else {
        eprintln!("left out: pgbouncer is not on this machine");
        return None;
    };
    let (user, _) = url.trim_start_matches("postgres://").split_once('@').unwrap();
    Some(format!("postgres://{user}@127.0.0.1:{port}/{}", database_of(url)))
}

/// The database of a test, reached through the pooler.
fn behind_pooler() -> Option<World> {
    std::env::var("CRMCTL_TEST_POOLER").ok().or_else(|| pooled(""))?;
    let mut world = World::new(Engine::Postgres);
    world.url = pooled(&world.url)?;
    Some(world)
}

/// What a careless client leaves in sessions that others get after it.
const LEFT: [&str; 6] = [
    "SET app.current_org_id = '2'",
    "SET search_path = pg_temp, pg_catalog",
    "SET timezone = 'Asia/Tokyo'; SET client_min_messages = error",
    "SET row_security = off",
    "PREPARE __diesel_stmt_0 AS SELECT 1",
    "CREATE TEMPORARY TABLE dnc_list AS SELECT * FROM public.dnc_list WITH NO DATA;
     CREATE TEMPORARY TABLE dnc_spellings AS SELECT * FROM public.dnc_spellings WITH NO DATA;
     CREATE TEMPORARY TABLE leads AS SELECT * FROM public.leads WITH NO DATA;
     CREATE TEMPORARY TABLE organizations AS SELECT * FROM public.organizations",
];

/// Leaves that in every session: as many clients at once as there are sessions, each for a moment.
fn leave_things(url: &str) {
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for left in LEFT {
                    // A session may have it already.
                    let _ =
                        crate::support::engine::try_psql(url, &format!("BEGIN; {left}; SELECT pg_sleep(0.1); COMMIT"));
                }
            });
        }
    });
}

/// The area codes of the organizations' numbers: each caller has one.
const AREAS: [&str; 8] = ["212", "646", "213", "310", "312", "415", "617", "702"];

fn slug(caller: usize) -> &'static str {
    if caller.is_multiple_of(2) { "acme" } else { "beta" }
}

/// One call: its arguments, its exit code, and what it must not say.
fn call(caller: usize, place: usize) -> (Vec<String>, i32, Vec<&'static str>) {
    let (verb, round) = (place % 8, place / 8);
    let number = |last: usize| format!("+1{}55501{:02}", AREAS[caller], last % 100);
    let args: Vec<String> = match verb {
        0 => vec!["lead".into(), "add".into(), "--phone".into(), number(round), "--name".into(), "Ada King".into()],
        1 => vec!["dnc".into(), "add".into(), number(40 + round), "--reason".into(), "asked".into()],
        2 | 6 => vec!["dnc".into(), "check".into(), number(40 + round)],
        3 => vec!["lead".into(), "list".into(), "--limit".into(), "500".into()],
        4 => vec!["import".into(), "leads".into(), format!("{caller}-{round}.csv")],
        5 => vec!["lead".into(), "edit".into(), number(round), "--city".into(), "Troy".into()],
        _ => vec!["lead".into(), "erase".into(), number(round), "--yes".into()],
    };
    let code = match verb {
        2 | 6 => 3,
        // Other leads have the name.
        7 => -1,
        _ => 0,
    };
    let of_others = AREAS.iter().enumerate().filter(|(other, _)| slug(*other) != slug(caller)).map(|(_, area)| *area);
    (args, code, of_others.collect())
}

#[test]
fn mixed_verbs_at_once_neither_fail_nor_are_misled() {
    let Some(world) = behind_pooler() else { return };
    let calls: usize = std::env::var("CRMCTL_POOLER_CALLS").ok().and_then(|calls| calls.parse().ok()).unwrap_or(64);
    world.ok(["org", "add", "beta", "--region", "US"]);
    leave_things(&world.url);
    let rounds = calls.div_ceil(AREAS.len() * 8).clamp(1, 40);
    for (caller, area) in AREAS.iter().enumerate() {
        for round in 0..rounds {
            let (first, second) = (80 + (2 * round) % 20, 81 + (2 * round) % 20);
            world.file(
                &format!("{caller}-{round}.csv"),
                format!("Phone,First Name\n+1{area}55501{first},Ben\n+1{area}55501{second},Eve\n"),
            );
        }
    }
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for caller in 0..AREAS.len() {
            let (world, wrong) = (&world, &wrong);
            scope.spawn(move || {
                for place in 0..rounds * 8 {
                    let (args, code, of_others) = call(caller, place);
                    let ran = ran(world.command(&args).args(["--org", slug(caller), "--format", "json"]));
                    let is_as_expected = ran.code == Some(code) || (code < 0 && matches!(ran.code, Some(0 | 3)));
                    let of_others = of_others.iter().any(|area| ran.stdout.contains(&format!("+1{area}")));
                    if !is_as_expected || of_others {
                        wrong.lock().unwrap().push(format!("{args:?}: {:?} {}{}", ran.code, ran.stdout, ran.stderr));
                    }
                }
            });
        }
        scope.spawn(|| leave_things(&world.url));
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {}: {:#?}", wrong.len(), rounds * 64, &wrong[..wrong.len().min(5)]);
    let direct = url_of("postgres", database_of(&world.url));
    let told = psql(
        &direct,
        "SELECT organization_id, (SELECT count(*) FROM dnc_list d WHERE d.organization_id = o.organization_id),
             (SELECT count(*) FROM erasures e WHERE e.organization_id = o.organization_id)
         FROM (VALUES (1), (2)) AS o (organization_id) ORDER BY 1",
    );
    let each = 4 * rounds;
    assert_eq!(told, [format!("1|{each}|{each}"), format!("2|{each}|{each}")]);
    world.finish();
}

/// A schema is made and taken back through the pooler, too.
#[test]
fn migrations_go_through_the_pooler() {
    let Some(world) = behind_pooler() else { return };
    let owner = pooled(&url_of("crmctl_owner", database_of(&world.url))).unwrap();
    leave_things(&owner);
    world.ok(["migrate", "redo", "--yes", "--database-url", &owner]);
    world.ok(["migrate", "status", "--database-url", &owner]);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    world.finish();
}

/// What others left in a session does not show another organization's rows, nor an empty list.
#[test]
fn what_others_left_in_a_session_counts_for_nothing() {
    let Some(world) = behind_pooler() else { return };
    world.ok(["org", "add", "beta", "--region", "US"]);
    world.ok(["dnc", "add", "+12125550103", "--org", "acme"]);
    world.ok(["lead", "add", "--phone", "+16465550101", "--org", "beta"]);
    for left in LEFT {
        let _ = crate::support::engine::try_psql(&world.url, left);
        leave_things(&world.url);
        assert_eq!(world.run(["dnc", "check", "+12125550103", "--org", "acme"]).code, Some(3), "{left}");
        assert_eq!(world.json(["lead", "list", "--org", "acme"]), serde_json::json!([]), "{left}");
        assert_eq!(world.json(["org", "list"]).as_array().unwrap().len(), 2, "{left}");
    }
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

/// Two imports at once into one organization, and two into another, beside readers: each counts its own rows, and no lead is there twice.
#[test]
fn imports_at_once_reconcile() {
    let Some(world) = behind_pooler() else { return };
    let rounds =
        std::env::var("CRMCTL_POOLER_CALLS").ok().and_then(|calls| calls.parse::<u64>().ok()).unwrap_or(100) / 50;
    world.ok(["org", "add", "beta", "--region", "US"]);
    let mut random = Random(20_261_127);
    let mut expected = [std::collections::BTreeSet::new(), std::collections::BTreeSet::new()];
    let mut created = [0, 0];
    for round in 0..rounds.max(1) {
        let mut files = Vec::new();
        for (place, expected) in expected.iter_mut().enumerate() {
            for import in 0..2 {
                // Half of the numbers are in both files, and some twice in one.
                let numbers: Vec<String> = (0..300)
                    .map(|_| {
                        format!("+1{}555{:04}", AREAS[place * 2 + random.below(2) as usize], 100 + random.below(100))
                    })
                    .collect();
                expected.extend(numbers.iter().cloned());
                let rows: String =
                    numbers.iter().map(|number| format!("{number},Name {}\n", random.below(9))).collect();
                let name = format!("at-once-{round}-{place}-{import}.csv");
                world.file(&name, format!("Phone,First Name\n{rows}"));
                files.push((place, name));
            }
        }
        let summaries: Vec<(usize, serde_json::Value)> = std::thread::scope(|scope| {
            let imports: Vec<_> = files
                .iter()
                .map(|(place, name)| {
                    let world = &world;
                    scope.spawn(move || {
                        let args =
                            ["import", "leads", name, "--on-duplicate", "fill", "--org", ["acme", "beta"][*place]];
                        (*place, world.json(args))
                    })
                })
                .collect();
            for org in ["acme", "beta"] {
                let world = &world;
                scope.spawn(move || {
                    for verb in [
                        ["lead", "list"].as_slice(),
                        &["funnel"],
                        &["dnc", "check", "+12125550100"],
                        &["lead", "count"],
                    ] {
                        let ran = ran(world.command(verb).args(["--org", org]));
                        assert_eq!(ran.code, Some(0), "{verb:?}: {}", ran.stderr);
                    }
                });
            }
            imports.into_iter().map(|import| import.join().unwrap()).collect()
        });
        for (place, summary) in &summaries {
            let count = |key: &str| summary[key].as_i64().unwrap_or_else(|| panic!("{summary}"));
            let sum: i64 = ["created", "updated", "unchanged", "skipped", "rejected"].map(count).iter().sum();
            assert_eq!((count("read"), count("rejected")), (300, 0), "{summary}");
            assert_eq!(sum, 300, "{summary}");
            created[*place] += count("created");
        }
    }
    let direct = url_of("postgres", database_of(&world.url));
    for (place, expected) in expected.iter().enumerate() {
        let stored =
            psql(&direct, &format!("SELECT phone_number FROM leads WHERE organization_id = {} ORDER BY 1", place + 1));
        assert_eq!(stored, expected.iter().cloned().collect::<Vec<_>>());
        assert_eq!(created[place], stored.len() as i64);
    }
    let deadlocks = psql(&direct, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
    assert_eq!(deadlocks, ["0"]);
    world.finish();
}
