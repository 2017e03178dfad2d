//! Compressed backups: what they hold, how they are verified, listed and pruned, on both engines.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::backup_sound::everything;
use crate::support::engine::{admin_url, database_of, psql, url_of};
use crate::support::files::many_leads;
use crate::support::sweep::Random;
use crate::support::{Engine, World, on_both_engines};

/// The same database as a role that sees every row.
pub fn admin(world: &World) -> String {
    match world.engine {
        Engine::Sqlite => world.url.clone(),
        Engine::Postgres => url_of("postgres", database_of(&world.url)),
    }
}

/// Makes a backup and returns what is said of it.
pub fn backed_up(world: &World, file: &str) -> serde_json::Value {
    world.json(["backup", file, "--database-url", &admin(world)])
}

#[test]
fn a_backup_holds_every_row_and_other_programs_read_it() {
    on_both_engines(|world| {
        world.import(&world.file("leads.csv", many_leads(300, 0)), &[]);
        let leads = world.engine.sql(&world.url, "SELECT count(*) FROM leads").unwrap();
        let made = backed_up(world, "crm.zst");
        let file = world.path("crm.zst");
        assert_eq!(made["bytes"].as_u64().unwrap(), std::fs::metadata(&file).unwrap().len());
        assert_eq!(made["is_recorded"], true);
        let sum = Command::new("sha256sum").arg(&file).output().unwrap();
        assert!(String::from_utf8(sum.stdout).unwrap().starts_with(made["sha256"].as_str().unwrap()));
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        // zstd alone gives the database back.
        let plain = zstd::stream::decode_all(std::fs::File::open(&file).unwrap()).unwrap();
        let unpacked = world.file("unpacked", &plain);
        match world.engine {
            Engine::Sqlite => {
                let found = Engine::Sqlite.sql(unpacked.to_str().unwrap(), "SELECT count(*) FROM leads").unwrap();
                assert_eq!(found, leads);
            }
            Engine::Postgres => {
                let programs = std::env::var("CRMCTL_POSTGRES_BIN").unwrap_or_default();
                let restore = Path::new(&programs).join("pg_restore");
                let told = Command::new(restore).arg("--list").arg(&unpacked).output().unwrap();
                let told = String::from_utf8(told.stdout).unwrap();
                assert!(told.contains("TABLE DATA public leads"), "{told}");
            }
        }
        let verified = world.json(["backup", "verify", "crm.zst", "--database-url", &admin(world)]);
        assert_eq!((&verified[0]["verdict"], &verified[0]["sha256"]), (&"sound".into(), &made["sha256"]));
        assert_eq!(verified[0]["rows"], made["rows"]);
        // Everybody may see which there are.
        let listed = world.json(["backup", "list"]);
        let path = file.canonicalize().unwrap();
        assert_eq!((listed[0]["file"].as_str(), listed[0]["state"].as_str()), (path.to_str(), Some("present")));
        assert_eq!(listed[0]["sha256"], made["sha256"]);
        let again = world.run(["backup", "crm.zst", "--database-url", &admin(world)]);
        assert_eq!(again.code, Some(1));
        assert!(again.stderr.contains("the file exists"), "{}", again.stderr);
    });
}

#[test]
fn a_role_that_does_not_see_every_row_makes_no_backup() {
    let world = World::new(Engine::Postgres);
    let ran = world.run(["backup", "crm.zst"]);
    assert_eq!((ran.code, world.path("crm.zst").exists()), (Some(1), false), "{}", ran.stderr);
    assert!(ran.stderr.contains("sees only rows that row-level security shows it"), "{}", ran.stderr);
    assert!(ran.stderr.contains("BYPASSRLS"), "{}", ran.stderr);
    let ran = world.run(["backup", "crm.db", "--database-url", &admin(&world)]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    world.finish();
}

#[test]
fn a_password_is_never_an_argument_of_another_program() {
    let world = World::new(Engine::Postgres);
    let folder = world.path("fake");
    std::fs::create_dir(&folder).unwrap();
    // The cluster trusts everybody, so that the password is one of ours.
    let url = admin(&world).replacen("postgres://postgres@", "postgres://postgres:s3cr3t@", 1);
    // By the environment: between its fork and its exec a child shows the arguments of the program that starts it.
    let mut command = world.command(["backup", "crm.zst"]);
    command.env("CRM_DATABASE_URL", &url).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let id = child.id().to_string();
    let mut seen = String::new();
    let waiting = std::thread::spawn(move || child.wait_with_output().unwrap());
    while !waiting.is_finished() {
        let listed = Command::new("ps").args(["-o", "args=", "--ppid", &id]).output().unwrap();
        seen.push_str(&String::from_utf8_lossy(&listed.stdout));
    }
    let output = waiting.join().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!seen.contains("s3cr3t"), "{seen}");
    world.finish();
}

#[test]
fn a_damaged_or_cut_off_backup_is_told_and_never_restored() {
    on_both_engines(|world| {
        world.import(&world.file("leads.csv", many_leads(50, 0)), &[]);
        backed_up(world, "crm.zst");
        let sound = std::fs::read(world.path("crm.zst")).unwrap();
        let before = world.leads();
        let mut random = Random::of_test("a_damaged_or_cut_off_backup_is_told_and_never_restored");
        let target = admin(world);
        for round in 0..30 {
            let (mut bytes, place) = (sound.clone(), random.below(sound.len()));
            let what = match round % 3 {
                0 => {
                    bytes.truncate(place);
                    format!("cut off at {place}")
                }
                _ => {
                    bytes[place] ^= 1 << random.below(8);
                    format!("byte {place}")
                }
            };
            world.file("damaged.zst", &bytes);
            let ran = world.run(["restore", "damaged.zst", "--yes", "--database-url", &target]);
            assert_eq!(ran.code, Some(1), "{random}, {what}: {}", ran.stderr);
            let says = ["damaged", "cut off", "no backup of crmctl"].iter().any(|word| ran.stderr.contains(word));
            assert!(says, "{random}, {what}: {}", ran.stderr);
            if round < 6 {
                let ran = world.run(["backup", "verify", "damaged.zst", "--database-url", &target]);
                assert_eq!(ran.code, Some(3), "{random}, {what}: {}", ran.stdout);
            }
        }
        assert_eq!(world.leads(), before);
        let left: Vec<String> = std::fs::read_dir(world.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.contains("before-restore") || name.starts_with(".crmctl"))
            .collect();
        assert_eq!(left, Vec::<String>::new());
    });
}

/// All rows of a database but those that a backup or its restore writes, as text.
fn state(engine: Engine, url: &str) -> Vec<String> {
    let rows = match engine {
        Engine::Sqlite => everything(Path::new(url)).unwrap(),
        Engine::Postgres => {
            psql(url, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
                .iter()
                .flat_map(|table| psql(url, &format!("SELECT '{table}: ' || t::text FROM {table} t ORDER BY 1")))
                .collect()
        }
    };
    let is_own =
        |row: &String| row.starts_with("backups: ") || (row.starts_with("audit_log: ") && row.contains("restore"));
    let mut rows: Vec<String> = rows.into_iter().filter(|row| !is_own(row)).collect();
    rows.sort();
    rows
}

#[test]
fn a_backup_during_an_import_is_the_state_before_or_after_it() {
    on_both_engines(|world| {
        world.import(&world.file("first.csv", many_leads(500, 0)), &[]);
        let before = state(world.engine, &admin(world));
        let file = world.file("second.csv", many_leads(20_000, 100_000));
        let child = world.start(["import", "leads", file.to_str().unwrap()]);
        let copies = ["copy-0.zst", "copy-1.zst", "copy-2.zst"];
        for copy in copies {
            assert!(backed_up(world, copy)["rows"].as_u64().unwrap() > 0);
        }
        assert!(child.wait_with_output().unwrap().status.success());
        let after = state(world.engine, &admin(world));
        assert!(after.len() > before.len() + 20_000);
        for copy in copies {
            let url = match world.engine {
                Engine::Sqlite => world.path(&format!("{copy}.db")).to_str().unwrap().to_owned(),
                Engine::Postgres => {
                    let name = format!("{}_{}", database_of(&world.url), &copy[..6].replace('-', "_"));
                    psql(&admin_url(), &format!("CREATE DATABASE {name}"));
                    url_of("postgres", &name)
                }
            };
            let ran = world.run(["restore", copy, "--yes", "--allow-bypass", "--database-url", &url]);
            // Nothing tells what people have asked for since.
            assert_eq!(ran.code, Some(3), "{copy}: {}", ran.stderr);
            let restored = state(world.engine, &url);
            if world.engine == Engine::Postgres {
                psql(&admin_url(), &format!("DROP DATABASE {} WITH (FORCE)", database_of(&url)));
            }
            let alike = [&before, &after].iter().any(|state| **state == restored);
            assert!(
                alike,
                "{:?} {copy}: {} rows, {} before, {} after",
                world.engine,
                restored.len(),
                before.len(),
                after.len()
            );
        }
    });
}

#[test]
fn a_killed_or_interrupted_backup_leaves_no_file() {
    let world = World::new(Engine::Sqlite);
    world.import(&world.file("leads.csv", many_leads(20_000, 0)), &[]);
    let mut ended = 0;
    for (round, signal) in ["-KILL", "-INT", "-KILL", "-TERM", "-KILL", "-INT"].into_iter().enumerate() {
        let target = world.path(&format!("copy-{round}.zst"));
        let child = world.start(["backup", target.to_str().unwrap(), "--level", "9"]);
        std::thread::sleep(std::time::Duration::from_millis(150 * round as u64 + 30));
        Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        let status = child.wait_with_output().unwrap().status;
        assert_eq!(target.exists(), status.code() == Some(0), "{signal}");
        ended += u32::from(!status.success());
    }
    assert!(ended > 0);
    world.ok(["backup", "last.zst"]);
    let strays = std::fs::read_dir(world.folder.path()).unwrap().map(|it| it.unwrap().file_name());
    let strays: Vec<_> = strays.filter(|name| name.to_string_lossy().starts_with(".crmctl")).collect();
    assert!(strays.is_empty(), "{strays:?}");
    world.finish();
}

#[test]
fn old_backups_are_pruned_and_nothing_else() {
    let mut world = World::new(Engine::Sqlite);
    for (day, now) in ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"].into_iter().enumerate() {
        let now: &'static str = Box::leak(format!("{now}T12:00:00Z").into_boxed_str());
        world.now = now;
        world.ok(["backup", &format!("day-{day}.zst")]);
    }
    world.file("day-9.zst", "a file of somebody else");
    // One is missing, one is another file by now.
    std::fs::remove_file(world.path("day-1.zst")).unwrap();
    let size = std::fs::metadata(world.path("day-0.zst")).unwrap().len();
    world.file("day-0.zst", vec![b'x'; size as usize]);
    let listed = world.run(["backup", "list", "--format", "json"]);
    assert_eq!(listed.code, Some(3), "{}", listed.stdout);
    let plan = world.run(["backup", "prune", "--keep", "daily:1", "--dry-run", "--format", "json"]);
    assert_eq!(plan.code, Some(3), "{}", plan.stderr);
    let plan: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
    let outcomes = |of: &serde_json::Value| -> Vec<String> {
        of.as_array().unwrap().iter().map(|line| line["outcome"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(outcomes(&plan), ["kept", "would_delete", "left", "left"]);
    assert!(world.path("day-2.zst").exists());
    assert_eq!(world.run(["backup", "prune", "--keep", "daily:1"]).code, Some(1), "it must ask first");
    let ran = world.run(["backup", "prune", "--keep", "daily:1", "--yes", "--format", "json"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let done: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(outcomes(&done), ["kept", "deleted", "left", "left"]);
    let names = ["day-0.zst", "day-2.zst", "day-3.zst", "day-9.zst"].map(|name| world.path(name).exists());
    assert_eq!(names, [true, false, true, true]);
    assert_eq!(Engine::Sqlite.sql(&world.url, "SELECT count(*) FROM backups").unwrap(), ["3"]);
    // The last sound one stays, whatever is asked for.
    world.now = "2027-03-04T12:00:00Z";
    world.run(["backup", "prune", "--keep", "yearly:1", "--yes"]);
    assert!(world.path("day-3.zst").exists());
    for keep in ["daily", "daily:0", "hourly:3", ""] {
        assert_eq!(world.run(["backup", "prune", "--keep", keep]).code, Some(2), "{keep}");
    }
    world.finish();
}

/// What is kept was read: a damaged one keeps nothing, in a dry run as in a real one.
#[test]
fn a_damaged_backup_is_not_what_is_kept() {
    on_both_engines(|world| {
        let url = admin(world);
        for (day, now) in ["2026-03-01", "2026-03-02", "2026-03-03"].into_iter().enumerate() {
            world.now = Box::leak(format!("{now}T12:00:00Z").into_boxed_str());
            backed_up(world, &format!("day-{day}.zst"));
        }
        let mut bytes = std::fs::read(world.path("day-2.zst")).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        world.file("day-2.zst", &bytes);
        for (more, expected) in
            [("--dry-run", ["left", "kept", "would_delete"]), ("--yes", ["left", "kept", "deleted"])]
        {
            let ran =
                world.run(["backup", "prune", "--keep", "last:1", more, "--format", "json", "--database-url", &url]);
            assert_eq!(ran.code, Some(3), "{}", ran.stderr);
            let told: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
            let outcomes: Vec<&str> =
                told.as_array().unwrap().iter().map(|line| line["outcome"].as_str().unwrap()).collect();
            assert_eq!(outcomes, expected, "{told}");
            assert!(told[0]["problem"].as_str().unwrap().contains("not what it was"), "{told}");
        }
        let there = ["day-0.zst", "day-1.zst", "day-2.zst"].map(|name| world.path(name).exists());
        assert_eq!(there, [false, true, true]);
        world.ok(["backup", "verify", "day-1.zst", "--database-url", &url]);
    });
}

/// What was found is known afterwards, and where a file was moved; one that is gone is forgotten when that is asked for.
#[test]
fn what_verifying_finds_is_written_down() {
    on_both_engines(|world| {
        let url = admin(world);
        let states = |world: &World| -> Vec<String> {
            let ran = world.run(["backup", "list", "--format", "json"]);
            let listed: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
            let listed = listed.as_array().unwrap();
            let states: Vec<String> = listed.iter().map(|it| it["state"].as_str().unwrap().to_owned()).collect();
            let all_present = states.iter().all(|state| state == "present");
            assert_eq!(ran.code, Some(if all_present { 0 } else { 3 }), "{}", ran.stderr);
            states
        };
        let verify = |world: &World, file: &str| world.run(["backup", "verify", file, "--database-url", &url]).code;
        backed_up(world, "crm.zst");
        let sound = std::fs::read(world.path("crm.zst")).unwrap();
        let mut bytes = sound.clone();
        bytes[sound.len() / 2] ^= 1;
        world.file("crm.zst", &bytes);
        assert_eq!(states(world), ["present"]);
        assert_eq!((verify(world, "crm.zst"), states(world)), (Some(3), vec!["damaged".to_owned()]));
        let told = world.run(["doctor", "--format", "json", "--database-url", &url]);
        assert!(told.stdout.contains("backups were found damaged"), "{}", told.stdout);
        world.file("crm.zst", &sound);
        assert_eq!((verify(world, "crm.zst"), states(world)), (Some(0), vec!["present".to_owned()]));
        std::fs::rename(world.path("crm.zst"), world.path("moved.zst")).unwrap();
        assert_eq!(states(world), ["missing"]);
        assert_eq!((verify(world, "moved.zst"), states(world)), (Some(0), vec!["present".to_owned()]));
        std::fs::remove_file(world.path("moved.zst")).unwrap();
        let prune = |more: &[&str]| {
            let args = ["backup", "prune", "--missing", "--database-url", &url];
            let told = world.json([&args[..], more].concat());
            told[0]["outcome"].as_str().unwrap().to_owned()
        };
        assert_eq!((prune(&["--dry-run"]).as_str(), states(world).len()), ("would_forget", 1));
        assert_eq!((prune(&[]).as_str(), states(world).len()), ("forgotten", 0));
    });
}

#[test]
fn a_backup_that_cannot_be_recorded_is_a_backup() {
    let world = World::new(Engine::Sqlite);
    let writer = rusqlite::Connection::open(&world.url).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let ran = world.run(["backup", "crm.zst", "--format", "json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("`backup list` does not know of it: others write"), "{}", ran.stderr);
    let made: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(made["is_recorded"], false);
    writer.execute_batch("ROLLBACK").unwrap();
    world.ok(["backup", "verify", "crm.zst"]);
    world.finish();
}
