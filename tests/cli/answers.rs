//! A change that is made is not reported as failed because its answer could not be printed, and is not made twice.

use std::fs::{self, File};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::migrate::VERBS;
use crate::support::filled::filled;
use crate::support::{Engine, Ran, World, on_both_engines};

/// Runs with a stdout that takes nothing.
fn run_unheard(world: &World, args: &[&str], stdout: impl Into<Stdio>) -> Ran {
    let mut command: Command = world.command(args);
    let output = command.stdin(Stdio::null()).stdout(stdout).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { stdout: String::new(), stderr: text(&output.stderr), code: output.status.code() }
}

fn full_disk() -> Stdio {
    File::options().write(true).open("/dev/full").unwrap().into()
}

fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn every_verb_tells_truly_whether_it_changed_anything() {
    let world = filled(Engine::Sqlite);
    world.file("a.csv", "Phone,Cost,Month,Source,Status,Date\n2125550188,5,2026-03,web,hot,2026-03-01\n");
    world.file("rules.toml", crate::score::RULES);
    world.ok(["org", "set", "import.on_duplicate", "fill", "--org", "acme", "--as", "acme@example.com"]);
    let before = fs::read(&world.url).unwrap();
    let mut changed = 0;
    for verb in VERBS {
        for (stdout, name) in [(full_disk(), "full"), (closed_pipe(), "closed")] {
            let args = [*verb, &["--org", "acme", "--as", "acme@example.com"]].concat();
            let ran = run_unheard(&world, &args, stdout);
            let after = fs::read(&world.url).unwrap();
            // The index of searches is brought up to date by whoever searches, which changes nothing that is asked for.
            if after == before || verb.starts_with(&["lead", "search"]) {
                assert!(!ran.stderr.contains("a change is made"), "{name} {verb:?}: {}", ran.stderr);
                continue;
            }
            changed += 1;
            assert!(matches!(ran.code, Some(0 | 3)), "{name} {verb:?}: {:?} {}", ran.code, ran.stderr);
            fs::write(&world.url, &before).unwrap();
        }
    }
    assert!(changed > 40, "{changed} calls changed the database");
    world.finish();
}

#[test]
fn a_lost_answer_is_a_warning_once_the_change_is_made() {
    on_both_engines(|world| {
        for (number, stdout) in [("+12125550101", full_disk()), ("+12125550102", closed_pipe())] {
            let ran = run_unheard(world, &["lead", "add", "--phone", number], stdout);
            assert_eq!(ran.code, Some(0), "{}", ran.stderr);
            let warned = ran.stderr.matches("it is done, but the answer could not be printed").count();
            assert_eq!(warned, 1, "{}", ran.stderr);
        }
        assert_eq!(world.leads().len(), 2);
        // What needs a person still does: exit code 3.
        let ran = run_unheard(world, &["dnc", "add", "+12125550103", "12"], full_disk());
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        // Who only reads has failed, and who has seen enough has not.
        assert_eq!(run_unheard(world, &["lead", "list"], full_disk()).code, Some(1));
        assert_eq!(run_unheard(world, &["lead", "list"], closed_pipe()).code, Some(0));
        // A verb whose exit code is its answer does not say that all is well when nobody heard it.
        for verb in [&["dnc", "check", "+12125550103"][..], &["dnc", "detect", "wrong number"]] {
            assert_eq!(run_unheard(world, verb, closed_pipe()).code, Some(3), "{verb:?}");
        }
        // Nor has who changed nothing in the end made a change.
        assert_eq!(run_unheard(world, &["dnc", "add", "+12125550104", "--dry-run"], full_disk()).code, Some(1));
    });
}

#[test]
fn what_is_kept_up_to_date_beside_the_work_is_no_change() {
    on_both_engines(|world| {
        world.ok(["dnc", "add", "+12125550199", "--expires", "2026-03-10"]);
        world.ok(["lead", "add", "--phone", "+12125550101", "--name", "Ann"]);
        // A search brings its index up to date.
        assert_eq!(run_unheard(world, &["lead", "search", "Ann"], full_disk()).code, Some(1));
        // An import closes entries that have ended, and then fails.
        world.now = "2026-04-04T12:00:00Z";
        world.file("bad.csv", "Phone\n12\n");
        let ran = world.run(["import", "leads", "bad.csv", "--max-rejects", "0"]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(!ran.stderr.contains("change is made"), "{}", ran.stderr);
        // A new database has its organization before it is known that nobody acts in it.
        if world.engine == Engine::Sqlite {
            for args in [["--as", "nobody@example.com"], ["--org", "nowhere"]] {
                let new = world.path(args[0]);
                let call = [&args[..], &["lead", "list", "--database-url", new.to_str().unwrap()]].concat();
                let ran = world.run(call);
                assert_eq!((ran.code, ran.stderr.contains("change is made")), (Some(1), false), "{}", ran.stderr);
            }
        }
        // Of several files one may be in.
        world.file("good.csv", "Phone\n2125550107\n");
        let ran = world.run(["import", "leads", "good.csv", "missing.csv"]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(ran.stderr.contains("a change is made, but what follows it failed"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("nothing was"), "{}", ran.stderr);
    });
}

#[test]
fn a_call_with_a_key_is_made_once() {
    on_both_engines(|world| {
        let deposit = |amount: &str, key: &str| {
            let args = ["budget", "deposit", amount, "--description", "q2", "--idempotency-key", key];
            world.run([&args[..], &["--format", "json"]].concat())
        };
        let first = deposit("100", "a");
        let again = deposit("100.00", "a");
        assert_eq!((first.code, again.code), (Some(0), Some(0)), "{}", again.stderr);
        assert_eq!(first.stdout, again.stdout);
        assert!(again.stderr.contains("already; nothing was changed"), "{}", again.stderr);
        // Another call is another one, and an old answer is that of its own call.
        assert_eq!(deposit("100", "b").code, Some(0));
        assert_eq!(deposit("100", "a").stdout, first.stdout);
        let other = deposit("101", "a");
        assert_eq!((other.code, other.stdout.as_str()), (Some(1), ""));
        assert!(other.stderr.contains("`a` was given to another call, of `budget deposit`"), "{}", other.stderr);
        assert_eq!(world.run(["budget", "charge", "100", "--idempotency-key", "a"]).code, Some(1));
        assert_eq!(world.run(["budget", "charge", "100", "--idempotency-key", " "]).code, Some(2));
        for verb in ["charge", "refund", "adjust"] {
            let args = ["budget", verb, "1", "--description", "x", "--idempotency-key", verb, "--format", "json"];
            assert_eq!(world.ok(args), world.ok(args), "{verb}");
        }
        let balance = world.json(["budget", "balance"]);
        assert_eq!(balance[0]["balance_cents"], json!(20_100), "{balance}");
        let add = |numbers: &[&str], key: &str| -> Value {
            world.json([&["dnc", "add"], numbers, &["--reason", "asked", "--idempotency-key", key]].concat())
        };
        assert_eq!(add(&["+12125550101"], "d")["added"], json!(1));
        let again = add(&["2125550101"], "d");
        assert_eq!((&again["requests"], again["earlier"].is_string()), (&json!(0), true), "{again}");
        // A call that was taken back has not used its key.
        world.ok(["dnc", "add", "+12125550102", "--dry-run", "--idempotency-key", "e"]);
        assert_eq!(add(&["+12125550102"], "e")["added"], json!(1));
        assert_eq!(world.run(["dnc", "add", "+12125550105", "--idempotency-key", "a"]).code, Some(1));
        assert_eq!(world.json(["dnc", "list"]).as_array().unwrap().len(), 2);
    });
}

#[test]
fn two_calls_with_one_key_at_once_are_made_once() {
    on_both_engines(|world| {
        world.ok(["budget", "account", "add", "ads"]);
        for key in ["a", "b", "c"] {
            let call = ["budget", "deposit", "10", "--account", "ads", "--idempotency-key", key, "--format", "json"];
            let running: Vec<_> = (0..3).map(|_| world.start(call)).collect();
            let outputs = running.into_iter().map(|child| child.wait_with_output().unwrap());
            let answers: Vec<_> = outputs.map(|output| (output.status.code(), output.stdout)).collect();
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
            assert_eq!(answers[0].0, Some(0));
        }
        assert_eq!(world.json(["budget", "balance"])[0]["balance_cents"], json!(3000));
    });
}

#[test]
fn a_file_that_is_written_is_written() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    for (args, file) in [
        (&["backup", "--output", "b.db"][..], "b.db"),
        (&["lead", "export", "--output", "x.csv"], "x.csv"),
        (&["funnel", "show", "--html", "f.html"], "f.html"),
        (&["roi", "show", "--svg", "r.svg"], "r.svg"),
    ] {
        let ran = run_unheard(&world, args, full_disk());
        assert_eq!(ran.code, Some(0), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("could not be printed"), "{args:?}: {}", ran.stderr);
        assert!(world.path(file).exists());
    }
    world.finish();
}

#[test]
fn who_is_interrupted_has_changed_nothing() {
    on_both_engines(|world| {
        world.ok(["budget", "deposit", "1"]);
        let mut booked = 1;
        for round in 0..12u64 {
            let child = world.start(["budget", "deposit", "1"]);
            std::thread::sleep(std::time::Duration::from_millis(20 + 12 * round));
            let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).stderr(Stdio::null()).status();
            let output = child.wait_with_output().unwrap();
            booked += i64::from(output.status.code() == Some(0));
            let balance = world.json(["budget", "balance"]);
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(balance[0]["balance_cents"], json!(100 * booked), "{:?} {stderr}", output.status);
        }
    });
}
