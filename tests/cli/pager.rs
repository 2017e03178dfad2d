//! Answers that are longer than the terminal, in a pager; and questions that are wider.

use std::process::Command;

use crate::support::terminal::Terminal;
use crate::support::{Engine, World};

/// A pager that says that it was called, and how.
const TOLD: &str = "echo \"paged LESS=$LESS\"; cat";

fn filled(leads: u64) -> World {
    let world = World::new(Engine::Sqlite);
    world.import(&world.file("many.csv", crate::support::files::many_leads(leads, 0)), &[]);
    world
}

/// What a call shows in a terminal of 100 columns and 20 rows.
fn shown(command: &mut Command) -> String {
    Terminal::of_size(command, 100, 20).end()
}

#[test]
fn only_what_is_longer_than_the_terminal_is_paged() {
    let world = filled(40);
    let list = |args: &[&str]| world.command([&["lead", "list"], args].concat());
    let paged = shown(list(&[]).env("CRM_PAGER", TOLD));
    assert!(paged.contains("paged LESS=-FRX") && paged.contains("first name"), "{paged}");
    for args in [
        &["--limit", "5"][..],
        &["--no-pager"],
        &["--no-input"],
        &["--format", "csv"],
        &["--format", "markdown"],
        &["--format", "ndjson"],
    ] {
        let printed = shown(list(args).env("CRM_PAGER", TOLD));
        assert!(!printed.contains("paged") && printed.contains("+1"), "{args:?}: {printed}");
    }
    // A record with its parts is one answer.
    world.ok(["lead", "edit", "1", "--company", "x"]);
    let lead = shown(world.command(["lead", "show", "1"]).env("CRM_PAGER", TOLD));
    assert_eq!(lead.matches("paged").count(), 1, "{lead}");
    assert!(lead.contains("recent changes"), "{lead}");
    // In a pipe nothing is.
    let piped = list(&[]).env("CRM_PAGER", TOLD).output().unwrap();
    assert!(!String::from_utf8(piped.stdout).unwrap().contains("paged"));
    world.finish();
}

#[test]
fn who_names_the_pager() {
    let world = filled(40);
    let config = world.path(".config/crmctl/config.toml");
    std::fs::create_dir_all(config.parent().unwrap()).unwrap();
    let say = |name: &str| format!("echo by-{name}; cat >/dev/null");
    let list = |crm: Option<&str>, file: Option<&str>, pager: Option<&str>| {
        std::fs::write(&config, file.map(|file| format!("pager = {file}\n")).unwrap_or_default()).unwrap();
        let mut command = world.command(["lead", "list"]);
        // The harness turns it off, and a shell takes it away again.
        let mut shell = Command::new("/bin/sh");
        let program = command.get_program().to_owned();
        shell.args(["-c", "unset CRM_PAGER; test -z \"$OWN\" || export CRM_PAGER=\"${OWN%.}\"; exec \"$0\" lead list"]);
        shell.arg(program).current_dir(world.folder.path());
        for (name, value) in command.stdin(std::process::Stdio::null()).get_envs().filter_map(|(n, v)| Some((n, v?))) {
            shell.env(name, value);
        }
        shell.env("OWN", crm.map(|crm| format!("{crm}.")).unwrap_or_default());
        if let Some(pager) = pager {
            shell.env("PAGER", pager);
        }
        shown(&mut shell)
    };
    let (crm, file, pager) = (say("crm"), format!("'{}'", say("file")), say("pager"));
    let said =
        |shown: &str| ["by-crm", "by-file", "by-pager"].into_iter().find(|by| shown.contains(by)).map(str::to_owned);
    assert_eq!(said(&list(Some(&crm), Some(&file), Some(&pager))).as_deref(), Some("by-crm"));
    assert_eq!(said(&list(None, Some(&file), Some(&pager))).as_deref(), Some("by-file"));
    assert_eq!(said(&list(None, None, Some(&pager))).as_deref(), Some("by-pager"));
    assert_eq!(said(&list(None, Some("true"), Some(&pager))).as_deref(), Some("by-pager"));
    for (crm, file, pager) in [
        (Some(""), Some(file.as_str()), Some(pager.as_str())),
        (None, Some("false"), Some(pager.as_str())),
        (None, None, Some("cat")),
        (None, None, Some("")),
    ] {
        let shown = list(crm, file, pager);
        assert!(said(&shown).is_none() && shown.contains("first name"), "{crm:?} {file:?} {pager:?}: {shown}");
    }
    world.finish();
}

#[test]
fn a_pager_that_does_not_start_or_is_left_early_loses_nothing() {
    let world = filled(600);
    let list = |pager: &str| {
        let mut command = world.command(["lead", "list", "--limit", "0"]);
        command.env("CRM_PAGER", pager);
        Terminal::of_size(&command, 100, 20).end()
    };
    for pager in ["no-such-program-here", "/dev/null"] {
        let printed = list(pager);
        assert!(printed.matches("+1").count() >= 600, "{pager}: {printed}");
    }
    for pager in ["head -n 1", "true", "exit 1"] {
        let left = list(pager);
        assert!(!left.contains("error") && left.matches("+1").count() < 2, "{pager}: {left}");
    }
    // A name in the data is no part of the command.
    assert!(!world.path("pwned").exists());
    world.finish();
}

#[test]
fn less_shows_pages_and_ends_quietly() {
    let world = filled(60);
    let mut command = world.command(["lead", "list", "--limit", "0"]);
    command.env("CRM_PAGER", "less");
    let mut terminal = Terminal::of_size(&command, 100, 20);
    terminal.wait_for(":", 1);
    terminal.press("q");
    let shown = terminal.end();
    assert!(shown.contains("first name") && shown.matches("+1").count() < 25, "{shown}");
    world.finish();
}

#[test]
fn a_question_that_is_wider_than_the_terminal_is_asked_once() {
    let world = World::new(Engine::Sqlite);
    let name = "Maximiliane Charlotte 王小明 of the daughters";
    world.ok(["lead", "add", "--phone", "+12125550101", "--name", name]);
    world.ok([
        "segment",
        "create",
        "everyone",
        "--where",
        "status = new and created within 3000 days and not tag = vip",
    ]);
    for args in [
        vec!["lead", "delete", "1"],
        vec!["segment", "delete", "everyone"],
        vec!["lead", "tag", "--where", "id > 0", "a-tag-that-is-long", "another-tag-that-is-long"],
    ] {
        for (columns, keys) in [(40, "n"), (60, "n"), (40, "xn")] {
            let mut terminal = Terminal::of_size(&world.command(&args), columns, 20);
            assert!(terminal.shows_or_ends("[y/N]"), "{args:?}: {}", terminal.shown());
            let asked = terminal.shown();
            let question = asked.split_once("[y/N]").unwrap().0.lines().last().unwrap().trim().to_owned();
            assert!(console::measure_text_width(&question) < usize::from(columns) - 6, "{args:?}: {question}");
            terminal.press(keys);
            let screen = screen(&terminal.end(), columns.into());
            assert_eq!(screen.matches('?').count(), 1, "{args:?} at {columns}:\n{screen}");
            assert!(screen.contains("not confirmed"), "{screen}");
        }
    }
    assert_eq!(world.leads().len(), 1);
    world.finish();
}

/// What is left on a screen of so many columns after all that was written to it: lines that were cleared are gone.
fn screen(written: &str, columns: usize) -> String {
    let mut lines = vec![String::new()];
    let sequence = regex::Regex::new(r"^\x1b\[\??[0-9;]*([A-Za-z])").unwrap();
    let mut rest = written;
    while let Some(c) = rest.chars().next() {
        if let Some(found) = sequence.captures(rest) {
            if found[1].contains(['K', 'J']) {
                lines.last_mut().unwrap().clear();
            }
            rest = &rest[found[0].len()..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '\n' => lines.push(String::new()),
            '\r' => {}
            c => {
                if console::measure_text_width(lines.last().unwrap()) >= columns {
                    lines.push(String::new());
                }
                lines.last_mut().unwrap().push(c);
            }
        }
    }
    lines.join("\n")
}
