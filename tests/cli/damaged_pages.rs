//! Single bits of an embedded database that have flipped: a verb that reads gives the true figures or an error that names the file
//! and the way out. It never panics. SECURITY.md says what stays silent.
//!
//! `CRMCTL_DAMAGE_ROUNDS=300` before the test command flips more bits, and the test prints what became of them.

use std::collections::BTreeMap;
use std::os::unix::fs::FileExt;

use crate::support::{Engine, Ran, World};

const READS: [&[&str]; 7] = [
    &["lead", "list", "--columns", "id,name,phone,email,status,tags", "--format", "csv", "--limit", "0"],
    &["lead", "search", "lead number 17"],
    &["lead", "show", "17", "--format", "json"],
    &["funnel", "--format", "json"],
    &["dnc", "list", "--format", "csv"],
    &["dnc", "check", "+12122200003", "--format", "csv"],
    &["budget", "verify", "--format", "csv"],
];

/// A database with rows on many pages, and no log beside it.
fn world() -> World {
    let world = World::new(Engine::Sqlite);
    world.import(&world.file("many.csv", crate::support::files::many_leads(400, 0)), &[]);
    world.ok(["lead", "note", "17", "a note"]);
    let numbers: Vec<String> = (0..40).map(|n| format!("+1212220{n:04}")).collect();
    let add: Vec<&str> = ["dnc", "add"].into_iter().chain(numbers.iter().map(String::as_str)).collect();
    world.ok(add);
    world.ok(["budget", "deposit", "10"]);
    world.ok(["lead", "search", "lead"]);
    world.engine.sql(&world.url, "PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    world
}

/// What became of a call.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Became {
    Right,
    Told,
    Silent,
}

fn judged(found: &Ran, right: &Ran, url: &str, what: &str) -> Became {
    assert!(!found.stderr.contains("panicked") && matches!(found.code, Some(0..=3)), "{what}: {found:?}");
    if found.stderr.contains("damaged") {
        assert!(found.stderr.contains(url) && found.stderr.contains("backup"), "{what}: {}", found.stderr);
    }
    if found.code == Some(1) && found.stderr.contains(url) {
        return Became::Told;
    }
    if (found.code, &found.stdout) == (right.code, &right.stdout) { Became::Right } else { Became::Silent }
}

/// Runs every verb on the file with one bit flipped, and puts the bit back.
fn flipped(world: &World, right: &[Ran], at: u64, bit: u8) -> Vec<Became> {
    let file = std::fs::File::options().read(true).write(true).open(&world.url).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ (1 << bit)], at).unwrap();
    let bytes = std::fs::read(&world.url).unwrap();
    let mut became = Vec::new();
    for (args, right) in READS.iter().zip(right) {
        became.push(judged(&world.run(*args), right, &world.url, &format!("{args:?} with bit {bit} of byte {at}")));
        // A call may have marked the file, or written its index.
        for ending in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{ending}", world.url));
        }
        std::fs::write(&world.url, &bytes).unwrap();
    }
    file.write_all_at(&byte, at).unwrap();
    became
}

#[test]
fn a_flipped_bit_is_told_or_does_no_harm() {
    let rounds: u64 = std::env::var("CRMCTL_DAMAGE_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(10);
    let world = world();
    let right: Vec<Ran> = READS.iter().map(|args| world.run(*args)).collect();
    assert!(right.iter().all(|ran| matches!(ran.code, Some(0 | 3))), "{right:?}");
    let size = std::fs::metadata(&world.url).unwrap().len();
    // SplitMix64, so that a round can be repeated.
    let mut state = 22u64;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    let mut counts: BTreeMap<Became, u64> = BTreeMap::new();
    for _ in 0..rounds {
        let (at, bit) = (next() % size, (next() % 8) as u8);
        let worst = flipped(&world, &right, at, bit).into_iter().max().unwrap();
        *counts.entry(worst).or_default() += 1;
    }
    if rounds > 10 {
        println!("of {rounds} flipped bits: {counts:?}");
    }
    world.finish();
}

#[test]
fn a_damaged_head_of_a_page_is_told() {
    let world = world();
    let right: Vec<Ran> = READS.iter().map(|args| world.run(*args)).collect();
    let number = |sql: &str| -> u64 { world.engine.sql(&world.url, sql).unwrap()[0].parse().unwrap() };
    let page_size = number("PRAGMA page_size");
    let root = |name: &str| number(&format!("SELECT rootpage FROM sqlite_schema WHERE name = '{name}'"));
    // The kind of a page, how many cells it has, where they begin, and the first of them.
    for table in ["leads", "dnc_list", "organizations"] {
        let begin = (root(table) - 1) * page_size;
        for (at, bit) in [(0, 2), (3, 6), (5, 7), (8, 7), (12, 6)] {
            let became = flipped(&world, &right, begin + at, bit);
            assert!(!became.contains(&Became::Silent), "{table}: bit {bit} of byte {at}: {became:?}");
        }
    }
    world.finish();
}
