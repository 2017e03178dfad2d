//! A backup is made of a sound database only, ends beside busy writers, and leaves nothing when it is killed.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::support::files::many_leads;
use crate::support::sweep::Random;
use crate::support::{Engine, World};

const PAGE: usize = 4096;

/// All rows of all tables, as text.
pub fn everything(path: &Path) -> rusqlite::Result<Vec<String>> {
    let conn = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut names = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut lines = Vec::new();
    for name in names {
        let mut rows = conn.prepare(&format!("SELECT * FROM {name}"))?;
        let columns = rows.column_count();
        let read = rows.query_map([], |row| {
            let cells = (0..columns).map(|i| Ok(format!("{:?}", row.get::<_, rusqlite::types::Value>(i)?)));
            Ok(format!("{name}: {}", cells.collect::<rusqlite::Result<Vec<_>>>()?.join("|")))
        })?;
        lines.extend(read.collect::<Result<Vec<_>, _>>()?);
    }
    lines.sort();
    Ok(lines)
}

/// How a page is damaged.
#[derive(Debug, Clone, Copy)]
enum Damage {
    /// A page that was never written.
    Zeroed,
    /// A row less than there is.
    Shorter,
    /// The page of another place.
    Strayed,
    /// The second half is an old one.
    Torn,
    /// One bit.
    Flipped,
}

#[test]
fn a_damaged_database_is_not_backed_up() {
    let world = World::new(Engine::Sqlite);
    world.import(&world.file("leads.csv", many_leads(1500, 0)), &[]);
    world.ok(["dnc", "add", "+12125550101", "+12125550102", "--reason", "asked"]);
    // All of it in the file itself.
    rusqlite::Connection::open(&world.url).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let sound = std::fs::read(&world.url).unwrap();
    let whole = everything(Path::new(&world.url)).unwrap();
    let control = world.file("control.db", &sound);
    world.ok(["backup", "--output", "control-copy.db", "--database-url", control.to_str().unwrap()]);
    assert!(everything(&world.path("control-copy.db")).unwrap() == whole);
    let mut random = Random::of_test("a_damaged_database_is_not_backed_up");
    let rounds: usize = std::env::var("CRMCTL_SWEEP_CALLS").map_or(40, |calls| calls.parse().unwrap());
    let (mut refused, mut harmless, mut silent) = (0, 0, Vec::new());
    for round in 0..rounds {
        let damage = [Damage::Zeroed, Damage::Shorter, Damage::Strayed, Damage::Torn, Damage::Flipped][round % 5];
        let mut bytes = sound.clone();
        // A leaf of a table or of an index; the first page is the schema's.
        let page = loop {
            let page = 1 + random.below(sound.len() / PAGE - 1);
            if matches!(sound[page * PAGE], 0x0D | 0x0A) && sound[page * PAGE + 4] > 1 {
                break page * PAGE;
            }
        };
        match damage {
            Damage::Zeroed => bytes[page..page + PAGE].fill(0),
            Damage::Shorter => {
                let cells = u16::from_be_bytes([sound[page + 3], sound[page + 4]]) - 1;
                bytes[page + 3..page + 5].copy_from_slice(&cells.to_be_bytes());
            }
            Damage::Strayed => {
                let other = (1 + random.below(sound.len() / PAGE - 1)) * PAGE;
                bytes[page..page + PAGE].copy_from_slice(&sound[other..other + PAGE]);
            }
            Damage::Torn => bytes[page + PAGE / 2..page + PAGE].fill(0),
            Damage::Flipped => bytes[page + random.below(PAGE)] ^= 1 << random.below(8),
        }
        if bytes == sound {
            continue;
        }
        let damaged = world.file("damaged.db", &bytes);
        let copy = world.path("copy.db");
        let ran =
            world.run(["backup", "--output", copy.to_str().unwrap(), "--database-url", damaged.to_str().unwrap()]);
        let what = format!("round {round}, {damage:?} at {page}");
        assert!(!ran.stderr.contains("panicked"), "{what}: {}", ran.stderr);
        if ran.code == Some(0) {
            match everything(&copy).is_ok_and(|rows| rows == whole) {
                true => harmless += 1,
                false => silent.push((what, matches!(damage, Damage::Flipped))),
            }
            std::fs::remove_file(&copy).unwrap();
        } else {
            refused += 1;
            assert_eq!((ran.code, copy.exists()), (Some(1), false), "{what}: {}", ran.stderr);
            println!("{what}: {}", ran.stderr.replace('\n', " "));
        }
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(world.path(&format!("damaged.db{ending}")));
        }
    }
    println!("{random}: {refused} refused, {harmless} without harm, {} silent: {silent:?}", silent.len());
    // A letter that is flipped in a text without an index is a text like any other.
    let is_known = |(_, is_letter): &&(String, bool)| !is_letter;
    assert_eq!(silent.iter().filter(is_known).collect::<Vec<_>>(), Vec::<&(String, bool)>::new(), "{random}");
    assert!(refused > rounds / 2, "{refused}");
    world.finish();
}

#[test]
fn what_sqlite_calls_sound_may_lack_rows_that_others_refer_to() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101", "--tag", "vip"]);
    let conn = rusqlite::Connection::open(&world.url).unwrap();
    conn.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM leads").unwrap();
    drop(conn);
    let ran = world.run(["backup", "--output", "copy.db"]);
    assert_eq!((ran.code, world.path("copy.db").exists()), (Some(1), false), "{}", ran.stderr);
    assert!(ran.stderr.contains("is damaged, and no backup of it was made"), "{}", ran.stderr);
    assert!(ran.stderr.contains("refers to a row of leads that is not there"), "{}", ran.stderr);
    assert!(ran.stderr.contains("go back to the last backup"), "{}", ran.stderr);
    world.finish();
}

#[test]
fn a_backup_ends_beside_a_busy_writer() {
    let world = World::new(Engine::Sqlite);
    world.import(&world.file("leads.csv", many_leads(3000, 0)), &[]);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let url = &world.url;
        let stop = &stop;
        let writers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(move || {
                    let conn = rusqlite::Connection::open(url).unwrap();
                    conn.busy_timeout(Duration::from_secs(10)).unwrap();
                    let mut commits = 0;
                    while !stop.load(Ordering::Relaxed) {
                        commits += conn.execute("UPDATE organizations SET name = name || ''", []).map_or(0, |_| 1);
                    }
                    commits
                })
            })
            .collect();
        let began = Instant::now();
        // Whatever comes of them, the writers end.
        let rans: Vec<_> = (0..3).map(|round| world.run(["backup", "--output", &format!("copy-{round}.db")])).collect();
        let took = began.elapsed();
        stop.store(true, Ordering::Relaxed);
        let commits: u64 = writers.into_iter().map(|writer| writer.join().unwrap()).sum();
        assert!(rans.iter().all(|ran| ran.code == Some(0)), "{rans:?}");
        assert!(took < Duration::from_secs(120) && commits > 0, "{took:?}, {commits} commits");
    });
    assert_eq!(
        everything(&world.path("copy-2.db")).unwrap().iter().filter(|row| row.starts_with("leads:")).count(),
        3000
    );
    world.finish();
}

#[test]
fn a_killed_backup_leaves_nothing_after_the_next_one() {
    let world = World::new(Engine::Sqlite);
    world.import(&world.file("leads.csv", many_leads(5000, 0)), &[]);
    let unfinished = || {
        let names = std::fs::read_dir(world.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().starts_with(".crmctl")).count()
    };
    let mut left = 0;
    for (round, signal) in ["-KILL", "-TERM", "-HUP", "-KILL", "-INT", "-KILL"].into_iter().enumerate() {
        let target = world.path(&format!("copy-{round}.db"));
        let child = world.start(["backup", "--output", target.to_str().unwrap()]);
        let began = Instant::now();
        while unfinished() == 0 && began.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(2));
        }
        Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(target.exists(), output.status.code() == Some(0), "{signal}");
        match signal {
            "-KILL" => left += unfinished(),
            _ => assert_eq!(unfinished(), 0, "{signal}"),
        }
        world.ok(["backup", "--output", &format!("next-{round}.db")]);
        assert_eq!(unfinished(), 0, "after {signal}");
    }
    assert!(left > 0, "no call was killed while it made a copy");
    world.finish();
}
