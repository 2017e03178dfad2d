//! Files that can be read only once: pipes, `<(…)` and `/dev/stdin` are read like `-`, waiting for them ends when asked to, and what
//! is no file is refused.

use std::fs::{self, File};
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::files::many_leads;
use crate::support::{Engine, Ran, World, ran};

/// Every verb that reads a file, up to the file's name, with what is read by it.
const READERS: &[(&[&str], &str)] = &[
    (&["import", "leads"], "Phone,City\n2125550101,Troy\n12,Troy\n"),
    (&["import", "dnc"], "Phone\n2125550101\n12\n"),
    (&["import", "history"], "Phone,Status,Date\n2125550199,hot,2026-03-01\n12,hot,2026-03-01\n"),
    (&["import", "costs"], "Source,Month,Cost\nweb,2026-03,5\nweb,x,5\n"),
    (&["import", "rates"], "Currency,Month,Rate\nEUR,2026-03,1.1\nEUR,x,1\n"),
    (&["dnc", "check", "--file"], "2125550101\n12\n"),
    (&["dnc", "add", "--reason", "asked", "--file"], "2125550101\n12\n"),
    (&["dnc", "remove", "--reason", "x", "--yes", "--file"], "2125550198\n12\n"),
    (&["dnc", "detect", "--file"], "stop\nhello\n"),
    (&["dnc", "detect", "--apply", "--replies"], "Phone,Message\n2125550101,stop\n2125550102,hello\n"),
    (&["lead", "list", "--config"], "format = \"json\"\n"),
];

fn prepared() -> World {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550199"]);
    world.ok(["dnc", "add", "+12125550198", "--reason", "asked"]);
    for (at, (_, text)) in READERS.iter().enumerate() {
        world.file(&format!("{at}.txt"), text);
    }
    world
}

/// A script in which `crmctl` is the program, on the test's database.
fn script(world: &World, script: &str) -> Command {
    let plain = world.command::<&str>([]);
    let mut shell = Command::new("bash");
    shell
        .env_clear()
        .envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .env("PATH", "/usr/bin:/bin")
        .current_dir(world.folder.path())
        .stdin(Stdio::null())
        .args(["-c", &format!("crmctl() {{ {} \"$@\"; }}; {script}", env!("CARGO_BIN_EXE_crmctl"))]);
    shell
}

fn words(args: &[&str]) -> String {
    args.iter().map(|arg| format!("'{arg}'")).collect::<Vec<_>>().join(" ")
}

/// What a call answered, without what differs from call to call.
fn essence(ran: &Ran) -> (Option<i32>, Vec<String>) {
    let is_same = |line: &&str| {
        !["\"seconds\"", "rows_per_second", "\"file_name\"", "rejects_file", "evidence", "\"since\""]
            .iter()
            .any(|sign| line.contains(sign))
    };
    (ran.code, ran.stdout.lines().filter(is_same).map(str::to_owned).collect())
}

#[test]
fn pipes_are_read_like_standard_input() {
    let world = prepared();
    let before = fs::read(&world.url).unwrap();
    for (at, (verb, _)) in READERS.iter().enumerate() {
        let verb = format!("crmctl {} ", words(verb));
        // The config file names the form of the answer itself.
        let form = if verb.contains("--config") { "" } else { " --format json" };
        let reference =
            if verb.contains("--config") { format!("{verb}{at}.txt") } else { format!("{verb}-{form} < {at}.txt") };
        let reference = ran(&mut script(&world, &reference));
        assert!(matches!(reference.code, Some(0 | 3)), "{verb}: {}", reference.stderr);
        for (way, call) in [
            ("substitution", format!("{verb} <(cat {at}.txt){form}")),
            ("named pipe", format!("rm -f p; mkfifo p; cat {at}.txt > p & {verb} p{form}")),
            ("/dev/stdin", format!("cat {at}.txt | {verb} /dev/stdin{form}")),
            ("slow", format!("(head -c 5 {at}.txt; sleep 0.1; tail -c +6 {at}.txt) | {verb} /dev/fd/0{form}")),
            ("file as /dev/stdin", format!("{verb} /dev/stdin{form} < {at}.txt")),
        ] {
            fs::write(&world.url, &before).unwrap();
            let ran = ran(&mut script(&world, &call));
            assert_eq!(essence(&ran), essence(&reference), "{way}: {call}: {}", ran.stderr);
        }
        fs::write(&world.url, &before).unwrap();
    }
    world.finish();
}

#[test]
fn what_comes_through_a_pipe_is_read_whole_and_its_rejects_have_a_place() {
    let world = World::new(Engine::Sqlite);
    world.file("many.csv", many_leads(3000, 0) + "a,b,12,x@example.com,new,\n");
    let imported = |call: &str| -> serde_json::Value {
        let ran = ran(&mut script(&world, call));
        serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {}", ran.stderr))
    };
    let first = imported("crmctl import leads --lenient --format json <(cat many.csv)");
    assert_eq!((&first["created"], &first["file_name"]), (&3001.into(), &"pipe".into()), "{first}");
    let again = imported("gzip -c many.csv | crmctl import leads --on-duplicate skip --format json /dev/stdin");
    assert_eq!(
        (&again["skipped"], &again["rejects_file"]),
        (&3000.into(), &"standard-input.rejects.csv".into()),
        "{again}"
    );
    let named = imported("mkfifo leads.pipe; cat many.csv > leads.pipe & crmctl import leads --format json leads.pipe");
    assert_eq!(
        (&named["skipped"], &named["rejects_file"]),
        (&3000.into(), &"leads.pipe.rejects.csv".into()),
        "{named}"
    );
    let piped = imported("crmctl import leads --format json <(cat many.csv)");
    assert_eq!(piped["rejects_file"], "pipe.rejects.csv");
    for file in ["standard-input.rejects.csv", "leads.pipe.rejects.csv", "pipe.rejects.csv"] {
        assert_eq!(fs::read_to_string(world.path(file)).unwrap().lines().count(), 2, "{file}");
    }
    world.finish();
}

/// Waits for the end of a call, which must come soon.
fn end_of(mut child: Child, what: &str) -> Ran {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            panic!("{what} did not end");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { stdout: text(&output.stdout), stderr: text(&output.stderr), code: output.status.code() }
}

#[test]
fn waiting_for_a_pipe_ends_when_asked_to() {
    let world = prepared();
    let pipe = world.path("p");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Nothing but what is kept up to date beside the work.
    let rows = || {
        let tables =
            ["imports", "leads", "lead_notes", "lead_audit_log", "dnc_requests", "lead_source_costs", "exchange_rates"];
        tables.map(|table| world.engine.sql(&world.url, &format!("SELECT count(*) FROM {table}")).unwrap())
    };
    let before = rows();
    let mut told = 0;
    let notes: (&[&str], &str) = (&["lead", "note", "1"], "a note");
    for (at, (verb, text)) in READERS.iter().chain([&notes]).enumerate() {
        let signal = ["-INT", "-TERM", "-HUP"][at % 3];
        // Nobody opens it, or somebody who never closes it; or standard input stays open.
        for (way, file, holds) in
            [("no writer", "p", false), ("an idle writer", "p", true), ("standard input", "-", true)]
        {
            if (file == "-" && verb.contains(&"--config")) || (file == "p" && verb.contains(&"note")) {
                continue;
            }
            let mut command = world.command([*verb, &[file]].concat());
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let held = (holds && file == "p").then(|| {
                let mut held = File::options().read(true).write(true).open(&pipe).unwrap();
                held.write_all(&text.as_bytes()[..4]).unwrap();
                held
            });
            if file == "-" {
                child.stdin.as_mut().unwrap().write_all(&text.as_bytes()[..4]).unwrap();
            }
            let stdin = child.stdin.take();
            std::thread::sleep(Duration::from_millis(400));
            assert!(child.try_wait().unwrap().is_none(), "{verb:?} {way} has ended");
            Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
            let what = format!("{verb:?} {way} {signal}");
            let ran = end_of(child, &what);
            // Who only reads does not catch it.
            assert!(matches!(ran.code, Some(130) | None), "{what}: {ran:?}");
            if ran.code.is_some() {
                told += 1;
                assert!(ran.stderr.contains("interrupted; nothing was changed"), "{what}: {}", ran.stderr);
            }
            assert!(rows() == before, "{what} changed the database");
            drop((held, stdin));
        }
    }
    assert!(told >= 15, "{told} calls told of it");
    world.finish();
}

#[test]
fn what_is_no_file_is_refused_and_says_why() {
    let world = prepared();
    fs::create_dir(world.path("folder")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(world.path("socket")).unwrap();
    for (verb, _) in READERS.iter().filter(|(verb, _)| !verb.contains(&"--config")) {
        for (file, why) in [
            ("folder", "it is a directory"),
            ("socket", "it is a socket"),
            ("/dev/zero", "it is a device"),
            ("/dev/urandom", "it is a device"),
            ("/dev/full", "it is a device"),
        ] {
            let ran = world.run([*verb, &[file]].concat());
            assert_eq!(ran.code, Some(1), "{verb:?} {file}: {}", ran.stderr);
            assert!(ran.stderr.contains(why) && ran.stderr.contains(file), "{verb:?} {file}: {}", ran.stderr);
        }
    }
    for file in ["folder", "socket", "/dev/zero", "/dev/urandom"] {
        let ran = world.run(["lead", "list", "--config", file]);
        assert_eq!((ran.code, ran.stderr.contains("cannot read the config file")), (Some(1), true), "{}", ran.stderr);
    }
    world.finish();
}

#[test]
fn nothing_is_written_to_pipes_and_open_files() {
    let world = prepared();
    world.ok(["segment", "add", "all", "--where", "status = new"]);
    for verb in [
        &["import", "leads", "0.txt", "--rejects"][..],
        &["import", "dnc", "1.txt", "--rejects"],
        &["import", "leads", "0.txt", "--skipped"],
        &["lead", "export", "--overwrite", "--output"],
        &["segment", "export", "all", "--overwrite", "--output"],
        &["funnel", "show", "--overwrite", "--svg"],
        &["roi", "show", "--overwrite", "--html"],
        &["backup", "--output"],
    ] {
        for (target, end) in [
            (">(cat >/dev/null)", ""),
            ("p", ""),
            ("/dev/stdout", " > out.txt"),
            ("/dev/stdout", " | cat"),
            ("/dev/stderr", " > out.txt"),
            ("/dev/fd/1", " > out.txt"),
            ("/proc/self/fd/1", " > out.txt"),
        ] {
            let call = format!("set -o pipefail; rm -f p; mkfifo p; crmctl {} {target}{end}", words(verb));
            let ran = ran(&mut script(&world, &call));
            assert_eq!(ran.code, Some(2), "{call}: {}", ran.stderr);
            assert!(ran.stderr.contains("it is no regular file"), "{call}: {}", ran.stderr);
        }
    }
    assert!(fs::symlink_metadata("/dev/stdout").unwrap().is_symlink());
    world.finish();
}
