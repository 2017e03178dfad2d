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
    ("=ls", "\\=l"),
    ("%d Zoë 王", "%d"),
];

/// A world whose segments have such names and mean a lead each, and the program in its PATH.
fn world() -> World {
    let world = World::new(Engine::Sqlite);
    for (name, _) in NAMES {
        world.ok(["segment", "add", name, "--where", "status = hot", "--public"]);
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
fn complete_all(world: &World, mut shell: Terminal, names: &[(&str, &str)]) {
    for (place, (name, typed)) in names.iter().enumerate() {
        shell.press(&format!("crmctl segment show {typed}\t"));
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

/// What is typed behind an open quote, which stays.
const QUOTED: [(&str, &str); 4] =
    [("a1;touch pwned", "'a1"), ("a1;touch pwned", "\"a1"), ("a3 > pwned", "'a3 >"), ("a9*?[a-z]{b,c}", "\"a9")];

/// What is typed with a backslash already.
const TYPED: [(&str, &str); 2] = [("a1;touch pwned", "a1\\;t"), ("a3 > pwned", "a3\\ ")];

#[test]
fn nothing_runs_in_bash() {
    let world = world();
    let script = world.file("complete.bash", world.ok(["completions", "bash"]));
    let mut bash = shell(&world, "bash", &["--norc", "--noprofile", "-i"]);
    bash.press(&format!("bind 'set enable-bracketed-paste off'; PS1='READY''> '; source {}\r", script.display()));
    bash.wait_for("READY> ", 1);
    complete_all(&world, bash, &[NAMES.to_vec(), QUOTED.to_vec(), TYPED.to_vec()].concat());
    world.finish();
}

#[test]
fn nothing_runs_in_zsh() {
    if !is_installed("zsh") {
        return;
    }
    let world = world();
    let script = world.file("complete.zsh", world.ok(["completions", "zsh"]));
    let mut zsh = shell(&world, "zsh", &["-f", "-i"]);
    let ready = "unset zle_bracketed_paste; autoload -U compinit; compinit -u -D";
    zsh.press(&format!("{ready}; source {}; PS1='READY''> '\r", script.display()));
    zsh.wait_for("READY> ", 1);
    complete_all(&world, zsh, &[NAMES.to_vec(), QUOTED.to_vec(), TYPED.to_vec()].concat());
    world.finish();
}

#[test]
fn nothing_runs_in_fish() {
    if !is_installed("fish") {
        return;
    }
    let world = world();
    let script = world.file("complete.fish", world.ok(["completions", "fish"]));
    let mut fish = shell(&world, "fish", &["--no-config", "-i"]);
    fish.press(&format!("source {}; function fish_prompt; echo -n 'READY''> '; end\r", script.display()));
    fish.wait_for("READY> ", 1);
    complete_all(&world, fish, &[NAMES.to_vec(), QUOTED.to_vec(), TYPED.to_vec()].concat());
    world.finish();
}

#[test]
fn files_and_tags_run_no_more_than_segments() {
    let world = world();
    world.file("b1;touch pwned.csv", "Phone\n2125550101\n");
    world.file("b2$(touch pwned).csv", "Phone,Tags\n2125550102,\"$(touch pwned)\"\n2125550103,\"`touch pwned`;\"\n");
    world.import(&world.path("b2$(touch pwned).csv"), &[]);
    let script = world.file("complete.bash", world.ok(["completions", "bash"]));
    let mut bash = shell(&world, "bash", &["--norc", "--noprofile", "-i"]);
    bash.press(&format!("bind 'set enable-bracketed-paste off'; PS1='READY''> '; source {}\r", script.display()));
    bash.wait_for("READY> ", 1);
    for (place, line) in
        ["import leads b1\t --dry-run", "import leads b2\t --dry-run", "lead list --tag \\$\t", "lead list --tag \\`\t"]
            .into_iter()
            .enumerate()
    {
        let (typed, rest) = line.split_once('\t').unwrap();
        bash.press(&format!("crmctl {typed}\t"));
        std::thread::sleep(std::time::Duration::from_millis(200));
        bash.press(&format!("{rest} --format json >out{place}; echo 'fin''ished'{place}.\r"));
        bash.wait_for(&format!("finished{place}."), 1);
        let out = std::fs::read_to_string(world.path(&format!("out{place}"))).unwrap();
        let found: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {}", bash.shown()));
        let is_found =
            found["read"].as_u64().is_some_and(|rows| rows > 0) || found.as_array().is_some_and(|it| it.len() == 1);
        assert!(is_found && !world.path("pwned").exists(), "{line}: {out}{}", bash.shown());
    }
    bash.press("exit\r");
    bash.end();
    world.finish();
}

#[test]
fn what_no_shell_takes_as_text_is_not_offered() {
    let world = World::new(Engine::Sqlite);
    for name in ["plain", "a\u{202e}b", "a\u{61c}b", "a\u{206a}b", "--yes", "-rf"] {
        world.run([
            "segment",
            "add",
            "--where",
            "status = hot",
            "--description",
            "two\nlines \u{202e}",
            "--public",
            "--",
            name,
        ]);
    }
    for (shell, offered) in [("bash", "plain\n"), ("zsh", "plain:two\n"), ("fish", "plain\ttwo\n")] {
        let mut command = world.command(["--", "crmctl", "segment", "count", ""]);
        let output = command.env("COMPLETE", shell).env("_CLAP_COMPLETE_INDEX", "3").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let names: String =
            text.lines().filter(|line| !line.starts_with('-')).map(|line| format!("{line}\n")).collect();
        assert_eq!(names, offered, "{shell}");
        assert_eq!(text.lines().filter(|line| line.starts_with("--yes")).count(), 1, "the option alone: {text}");
    }
    world.finish();
}
