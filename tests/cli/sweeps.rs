//! Every verb that writes, disturbed at random moments by signals and by full disks: all of it or nothing, the exit code says
//! which, and nothing is left over. `scripts/sweep-signals` and `scripts/sweep-disks` do it for longer.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::durability::SmallDisk;
use crate::support::ran;
use crate::support::sweep::{Random, Sweep, calls};

#[test]
fn signals_at_random_moments_leave_all_or_nothing() {
    let sweep = Sweep::new();
    let folder = sweep.world.folder.path();
    let mut random = Random::of_test("signals");
    let (mut killed, mut told, mut done, mut rows_of_nothing) = (0, 0, 0, 0);
    for call in 0..calls(70) {
        let tried = &sweep.verbs[(call + random.below(sweep.verbs.len())) % sweep.verbs.len()];
        let signal = ["INT", "TERM", "HUP", "KILL"][random.below(4)];
        sweep.restore(folder);
        let delay = Duration::from_micros(random.below(tried.millis as usize * 1300 + 1) as u64);
        let mut child = sweep.command(folder, tried).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(delay);
        let _ =
            Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).stderr(Stdio::null()).status();
        let code = child.wait().unwrap().code();
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let what = format!("{random}, call {call}, {signal} after {delay:?}");
        if code.is_none() && sweep.has_rows_of_nothing(folder) {
            // Rejected rows have their name before the commit.
            assert_eq!(signal, "KILL", "{what}");
            rows_of_nothing += 1;
        }
        sweep.judge(folder, tried, code, &stderr, &what);
        match code {
            None => killed += 1,
            Some(130) => told += 1,
            Some(_) => done += 1,
        }
    }
    println!(
        "{random}: {killed} ended by the signal, {told} with 130, {done} done before; rows of no import {rows_of_nothing}"
    );
    assert!(killed > 0 && done > 0);
    sweep.world.finish();
}

/// Fills a disk up to so many KiB.
fn fill(disk: &Path, free_kib: usize) {
    let (_, free) = sizes(disk);
    let size = free.saturating_sub(free_kib as u64 * 1024);
    let file = std::fs::File::create(disk.join("filler")).unwrap();
    let zeros = vec![0u8; 1 << 16];
    let mut left = size as usize;
    while left > 0 {
        let part = left.min(zeros.len());
        if std::io::Write::write_all(&mut &file, &zeros[..part]).is_err() {
            break;
        }
        left -= part;
    }
}

/// The size of a disk and what is free of it, in bytes.
fn sizes(disk: &Path) -> (u64, u64) {
    let output = Command::new("df").args(["-B1", "--output=size,avail"]).arg(disk).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut numbers = text.split_whitespace().filter_map(|word| word.parse().ok());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

#[test]
fn full_disks_leave_all_or_nothing() {
    let sweep = Sweep::new();
    let mut random = Random::of_test("disks");
    let (data, temporary) = (SmallDisk::mount(16_384), SmallDisk::mount(64));
    let folder = data.as_ref().map_or(sweep.world.folder.path(), |disk| disk.0.path());
    let (mut failed, mut done) = ([0; 3], 0);
    for call in 0..calls(60) {
        let tried = &sweep.verbs[(call + random.below(sweep.verbs.len())) % sweep.verbs.len()];
        let _ = std::fs::remove_file(folder.join("filler"));
        sweep.restore(folder);
        let mut command = sweep.command(folder, tried);
        let kinds = if data.is_some() && temporary.is_some() { 3 } else { 1 };
        let (kind, free) = (random.below(kinds), random.below(320));
        match (kind, &temporary) {
            // No file may be longer, wherever it lies.
            (0, _) => {
                let plain = command;
                command = Command::new("bash");
                command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
                command.current_dir(folder).stdin(Stdio::null());
                command.args(["-c", &format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", free * 4), "sh"]);
                command.arg(plain.get_program()).args(plain.get_args());
            }
            (1, _) => fill(folder, free),
            (_, Some(disk)) => {
                let _ = std::fs::remove_file(disk.0.path().join("filler"));
                fill(disk.0.path(), free % 24);
                command.env("TMPDIR", disk.0.path());
            }
            (_, None) => {}
        }
        let ran = ran(&mut command);
        let what = format!("{random}, call {call}, {} of {free} KiB", ["limit", "disk", "TMPDIR"][kind]);
        assert!(ran.code.is_some(), "{what}: {:?} ended by a signal: {}", tried.args, ran.stderr);
        let _ = std::fs::remove_file(folder.join("filler"));
        sweep.judge(folder, tried, ran.code, &ran.stderr, &what);
        match ran.code == tried.ran.code {
            true => done += 1,
            false => {
                failed[kind] += 1;
                assert!(ran.stderr.contains("error:") || ran.stderr.contains("warning:"), "{what}: {}", ran.stderr);
            }
        }
    }
    println!("{random}: failed {failed:?} (limit, disk, TMPDIR), done {done}");
    assert!(failed[0] > 0 && done > 0);
    sweep.world.finish();
}

/// A folder for temporary files that has no room, or is none.
fn without_room(world: &crate::support::World) -> (Option<SmallDisk>, std::path::PathBuf) {
    let disk = SmallDisk::mount(4);
    let place = disk.as_ref().map_or(world.path("none"), |disk| disk.0.path().to_owned());
    if disk.is_some() {
        let _ = std::fs::write(place.join("filler"), [0; 8192]);
    }
    (disk, place)
}

#[test]
fn workbooks_need_room_for_temporary_files_and_say_so() {
    let world = crate::support::World::new(crate::support::Engine::Sqlite);
    world.import(&world.file("many.csv", crate::support::files::many_leads(800, 0)), &[]);
    let bad = format!("Phone,Cost,Month,Source,Status,Date,Currency,Rate\n{}", "12,x,x,,x,x,x,x\n".repeat(800));
    world.file("bad.csv", bad);
    world.file(
        "dropped.csv",
        format!(
            "Phone,Email\n{}",
            crate::support::files::many_leads(800, 5000)
                .lines()
                .skip(1)
                .map(|line| format!("{},nobody\n", line.split(',').nth(2).unwrap()))
                .collect::<String>()
        ),
    );
    world.file("known.csv", crate::support::files::many_leads(800, 0));
    world.ok(["segment", "add", "all", "--where", "status = new"]);
    let (disk, place) = without_room(&world);
    for args in [
        &["lead", "export", "--output", "x.xlsx"][..],
        &["segment", "export", "all", "--output", "x.xlsx"],
        &["import", "leads", "bad.csv", "--rejects", "x.xlsx"],
        &["import", "dnc", "bad.csv", "--rejects", "x.xlsx"],
        &["import", "history", "bad.csv", "--rejects", "x.xlsx"],
        &["import", "costs", "bad.csv", "--rejects", "x.xlsx"],
        &["import", "rates", "bad.csv", "--rejects", "x.xlsx"],
        &["import", "leads", "dropped.csv", "--lenient", "--dropped", "x.xlsx"],
        &["import", "leads", "known.csv", "--on-duplicate", "skip", "--skipped", "x.xlsx"],
    ] {
        let ran = ran(world.command(args).env("TMPDIR", &place));
        assert_eq!((ran.code, world.path("x.xlsx").exists()), (Some(1), false), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(place.to_str().unwrap()), "{args:?}: {}", ran.stderr);
        assert!(
            !ran.stderr.contains("panicked") && ran.stderr.matches("error:").count() == 1,
            "{args:?}: {}",
            ran.stderr
        );
        if disk.is_some() {
            assert!(ran.stderr.contains("set TMPDIR to another folder"), "{args:?}: {}", ran.stderr);
        }
        // A text needs none.
        let in_csv: Vec<&str> = args.iter().map(|arg| if *arg == "x.xlsx" { "x.csv" } else { arg }).collect();
        let ran = crate::support::ran(world.command(&in_csv).env("TMPDIR", &place).arg("--yes"));
        assert!(matches!(ran.code, Some(0 | 3)) && world.path("x.csv").exists(), "{in_csv:?}: {}", ran.stderr);
        std::fs::remove_file(world.path("x.csv")).unwrap();
    }
    world.finish();
}

#[test]
fn what_fails_after_its_files_are_named_leaves_none() {
    let world = crate::support::World::new(crate::support::Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    world.file("a.csv", "Phone,Email\n2125550101,\n2125550102,nobody\n12,\n");
    // The last of the files has no folder.
    for (options, made) in [
        (["--rejects", "r.csv", "--skipped", "none/s.csv"], "r.csv"),
        (["--rejects", "r.xlsx", "--skipped", "none/s.xlsx"], "r.xlsx"),
        (["--skipped", "s.csv", "--rejects", "none/r.csv"], "s.csv"),
    ] {
        let ran = world.run([&["import", "leads", "a.csv", "--on-duplicate", "skip"][..], &options].concat());
        assert_eq!((ran.code, world.path(made).exists()), (Some(1), false), "{options:?}: {}", ran.stderr);
    }
    // Nor is anything left where the record of the import cannot be written.
    let conn = rusqlite::Connection::open(&world.url).unwrap();
    conn.execute_batch("CREATE TRIGGER broken BEFORE UPDATE ON imports BEGIN SELECT raise(ABORT, 'broken'); END")
        .unwrap();
    for (verb, option) in [("leads", "--rejects"), ("dnc", "--rejects"), ("leads", "--skipped")] {
        let ran = world.run(
            ["import", verb, "a.csv", "--on-duplicate", "skip", option, "r.csv"]
                .iter()
                .filter(|arg| verb == "leads" || !["--on-duplicate", "skip"].contains(arg)),
        );
        assert_eq!((ran.code, ran.stderr.contains("broken")), (Some(1), true), "{verb}: {}", ran.stderr);
        let left: Vec<_> = std::fs::read_dir(world.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("r.") || name.contains("rejects") || name.starts_with('.'))
            .collect();
        assert_eq!(left, Vec::<String>::new(), "{verb} {option}");
    }
    world.finish();
}

#[test]
fn a_clock_before_1970_is_wrong_and_nothing_else() {
    let mut world = crate::support::filled::filled(crate::support::Engine::Sqlite);
    world.file("a.csv", "Phone,Cost,Month,Source,Status,Date\n2125550188,5,2026-03,web,hot,2026-03-01\n");
    world.now = "1969-12-31T23:59:59Z";
    for verb in crate::migrate::VERBS {
        let ran = world.run([verb, &["--org", "acme", "--as", "acme@example.com"][..]].concat());
        if matches!(ran.code, Some(0 | 3)) {
            // What needs no time does without.
            assert!(["org", "backup", "migrate"].contains(&verb[0]), "{verb:?}");
            continue;
        }
        if verb.starts_with(&["org", "group"]) && ran.stderr.contains("no group has the name") {
            continue;
        }
        assert_eq!(ran.code, Some(1), "{verb:?}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("the clock of this machine is wrong: it says 1969-12-31T23:59:59Z"),
            "{verb:?}: {}",
            ran.stderr
        );
    }
    world.finish();
}
