//! Names and files of other people in real shells: what they are completed to is one word, and nothing of it runs.

use std::process::Command;

use crate::support::terminal::Terminal;
use crate::support::{Engine, World};

/// Names of segments, each with what is typed of it, and a word behind which nothing else begins so.
const NAMES: [(&str, &str); 14] = [
    ("a1;touch pwned", "a1"),
    ("$(touch pwned)", "\\$\\("),
    ("`touch pwned`", "\\`t"),
    ("a2|touch pwned&", "a2"),
    ("a3 > pwned", "a3"),
    ("a4'; touch pwned; '", "a4"),
    ("a5\"$(touch pwned)\"", "a5"),
    ("a6\\$(touch pwned)\\", "a6"),
    ("a7 ${x:-$(touch pwned)} $((1))", "a7"),
    ("a8 !! !touch #x ^a^b", "a8"),
    ("a9*?[a-z]{b,c}", "a9"),
    ("~root", "\\~r"),
    ("=ls", "=l"),
    ("%d Zoë 王", "%d"),
];

/// A world whose segments have such names and mean a lead each, and the program in its PATH.
fn world() -> World {
    let world = World::new(Engine::Sqlite);
    for (name, _) in NAMES {
        world.ok(["segment", "create", name, "--where", "status = hot", "--public"]);
    }
    // A pattern among the names would be taken for these files.
    world.file("a9xab", "");
    std::fs::create_dir(world.path("bin")).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_crmctl"), world.path("bin/crmctl")).unwrap();
    world
}

/// A shell in a terminal, which shows `READY>` when it waits for a line.
fn shell(world: &World, program: &str, args: &[&str]) -> Terminal {
    let mut command = Command::new(program);
    let path = format!("{}:/usr/bin:/bin", world.path("bin").display());
    command.args(args).env("PATH", path).env("HOME", world.folder.path()).current_dir(world.folder.path());
    command.env("CRM_DATABASE_URL", &world.url).env("CRM_NOW", world.now).env("CRM_ACTOR", "tester@desk");
    Terminal::open(&command)
}

/// Completes each name in a shell and runs the line; the program must be given that name and nothing else must run.
fn complete_all(world: &World, mut shell: Terminal, names: &[(&str, &str)], begin: &str) {
    for (place, (name, typed)) in names.iter().enumerate() {
        shell.press(&format!("{begin}crmctl segment show {typed}\t"));
        // The shell asks the program; it has answered when it obeys the next key.
        std::thread::sleep(std::time::Duration::from_millis(200));
        shell.press(&format!(" --format json >out{place} 2>err{place}; echo 'fin''ished'{place}.\r"));
        shell.wait_for(&format!("finished{place}."), 1);
        let out = std::fs::read_to_string(world.path(&format!("out{place}"))).unwrap_or_default();
        let shown = serde_json::from_str::<serde_json::Value>(&out).unwrap_or_default();
        let said = std::fs::read_to_string(world.path(&format!("err{place}"))).unwrap_or_default();
        assert_eq!(shown["name"].as_str(), Some(*name), "{said}\n{}", shell.shown());
        assert!(!world.path("pwned").exists(), "{name}: {}", shell.shown());
    }
    shell.press("exit\r");
    shell.end();
}

/// Whether a shell is there; where it is not, a test says what it leaves out.
fn is_installed(shell: &str) -> bool {
    let found = Command::new(shell).arg("--version").output().is_ok();
    if !found {
        eprintln!("NOT TESTED: completions in {shell}, which is not installed (scripts/test installs it)");
    }
    found
}

#[test]
fn nothing_runs_in_bash() {
    let world = world();
    let script = world.file("complete.bash", world.ok(["completions", "bash"]));
    let mut bash = shell(&world, "bash", &["--norc", "--noprofile", "-i"]);
    bash.press(&format!("bind 'set enable-bracketed-paste off'; PS1='READY''> '; source {}\r", script.display()));
    bash.wait_for("READY> ", 1);
    complete_all(&world, bash, &NAMES, "");
    world.finish();
}
