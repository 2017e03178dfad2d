//! Random bits of an embedded database that have flipped: whatever SQLite finds by reading all of it, and every change of what a chain or
//! a digest covers, `doctor --full` finds, or an error names the file.
//!
//! `CRMCTL_DAMAGE_ROUNDS=300` before the test command flips more bits, and the test prints what became of them.

use std::os::unix::fs::PermissionsExt;

use sha2::{Digest, Sha256};

use crate::support::sweep::Random;
use crate::support::{Engine, World};

/// A database with every kind of row that is covered by a chain, a digest or an index, and no log beside it.
fn world() -> World {
    let world = World::new(Engine::Sqlite);
    world.import(&world.file("many.csv", crate::support::files::many_leads(150, 0)), &[]);
    for n in 1..21 {
        world.ok(["budget", "deposit", &n.to_string(), "--description", "a month"]);
    }
    let numbers: Vec<String> = (0..40).map(|n| format!("+1212220{n:04}")).collect();
    world.ok(["dnc", "add"].into_iter().chain(numbers.iter().map(String::as_str)));
    world.file("registry.txt", (0..2000).map(|n| format!("212555{:04}\n", n * 3)).collect::<String>());
    world.ok(["dnc", "registry", "load", "us-national", "registry.txt", "--as-of", "today", "--area-codes", "all"]);
    world.file("people.csv", "Phone\n2125550101\n");
    for _ in 0..6 {
        world.run(["dnc", "scrub", "people.csv", "--clean", "clean.csv", "--blocked", "blocked.csv", "--overwrite"]);
    }
    world.ok(["lead", "search", "lead"]);
    world.engine.sql(&world.url, "PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    world
}

/// What chains and digests cover, read past the program: a digest over it, `None` where it cannot be read.
fn covered(path: &str) -> Option<String> {
    let conn = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    let mut hash = Sha256::new();
    for rows in [
        "SELECT organization_id, account_id, sequence, amount_cents, balance_before_cents, balance_after_cents, recorded_at,
             transaction_type, reference, description, source, campaign, period, actor, previous_hash, hash
         FROM budget_transactions ORDER BY 1, 2, 3",
        "SELECT organization_id, id, currency, sequence, balance_cents, head_hash FROM budget_accounts ORDER BY 1, 2",
        "SELECT organization_id, sequence, certificate, previous_hash, hash FROM dnc_scrubs ORDER BY 1, 2",
        "SELECT revision_id, block, numbers FROM dnc_registry_blocks ORDER BY 1, 2",
    ] {
        let mut statement = conn.prepare(rows).ok()?;
        let columns = statement.column_count();
        let mut rows = statement.query([]).ok()?;
        while let Some(row) = rows.next().ok()? {
            for column in 0..columns {
                hash.update(format!("{:?}|", row.get::<_, rusqlite::types::Value>(column).ok()?));
            }
        }
    }
    Some(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether SQLite finds something wrong by reading all of a file.
fn is_unsound(path: &str) -> bool {
    let ask = || -> rusqlite::Result<bool> {
        let conn = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        // CHECKs and indexes of ours need no function that other programs lack.
        let first: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        let orphans: i64 = conn.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))?;
        Ok(first != "ok" || orphans > 0)
    };
    ask().unwrap_or(true)
}

#[test]
fn whatever_can_be_seen_of_a_flipped_bit_is_found() {
    let rounds: usize = std::env::var("CRMCTL_DAMAGE_ROUNDS").map_or(200, |rounds| rounds.parse().unwrap());
    let world = world();
    let sound = std::fs::read(&world.url).unwrap();
    let whole = covered(&world.url).unwrap();
    assert!(!is_unsound(&world.url));
    let control = world.run(["doctor", "--full"]);
    assert_eq!((control.code, control.stdout.as_str()), (Some(0), ""), "{}", control.stderr);
    let mut random = Random::of_test("whatever_can_be_seen_of_a_flipped_bit_is_found");
    let (mut seen, mut unseen, mut more, mut missed) = (0, 0, 0, Vec::new());
    for round in 0..rounds {
        let (at, bit) = (random.below(sound.len()), random.below(8));
        let mut bytes = sound.clone();
        bytes[at] ^= 1 << bit;
        let damaged = world.file("damaged.db", &bytes);
        // Whoever may read it would be a finding of its own.
        std::fs::set_permissions(&damaged, std::fs::Permissions::from_mode(0o600)).unwrap();
        let damaged = damaged.to_str().unwrap();
        let can_be_seen = is_unsound(damaged) || covered(damaged).as_ref() != Some(&whole);
        let ran = world.run(["doctor", "--full", "--format", "json", "--database-url", damaged]);
        let what = format!("round {round}: bit {bit} of byte {at}");
        assert!(!ran.stderr.contains("panicked"), "{what}: {}", ran.stderr);
        let is_found = match ran.code {
            Some(3) => ran.stdout.contains("\"severity\""),
            Some(1) => ran.stderr.contains("damaged.db"),
            Some(0) => false,
            _ => panic!("{what}: {ran:?}"),
        };
        match (can_be_seen, is_found) {
            (true, true) => seen += 1,
            (true, false) => missed.push(what),
            (false, true) => more += 1,
            (false, false) => unseen += 1,
        }
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{damaged}{ending}"));
        }
    }
    println!(
        "{random}: {seen} found as SQLite or a chain shows them, {more} besides, {unseen} in texts and free space"
    );
    assert_eq!(missed, Vec::<String>::new(), "{random}");
    assert!(seen > rounds / 10, "only {seen} of {rounds} could be seen");
    world.finish();
}
