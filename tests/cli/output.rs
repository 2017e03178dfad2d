//! Forms of the answer, and text that must not reach the terminal or a spreadsheet raw.

use std::process::Stdio;

use crate::assert_same_story;
use crate::support::{Engine, World, on_both_engines};

#[test]
fn escape_sequences_and_formulas_are_harmless() {
    on_both_engines(|world| {
        let name = "\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}evil";
        let file = world.file(
            "a.csv",
            format!(
                "Phone,First Name,Company\n2125550101,{name},\"=HYPERLINK(\"\"http://x\"\")\"\n12,{name},@SUM(1)\n"
            ),
        );
        world.import(&file, &[]);
        for format in ["table", "json", "ndjson", "csv", "markdown"] {
            for args in [vec!["lead", "list"], vec!["lead", "show", "1"], vec!["import", "leads", "a.csv", "--dry-run"]]
            {
                let ran = world.run([args, vec!["--format", format, "--color", "never"]].concat());
                let raw = |c: char| (c.is_control() && !matches!(c, '\n' | '\t' | '\r')) || c == '\u{202e}';
                assert!(!ran.stdout.contains(raw) && !ran.stderr.contains(raw), "{format}: {:?}", ran.stdout);
            }
        }
        let list = world.json(["lead", "list"]);
        assert_eq!(list[0]["first_name"], name);
        let csv = world.ok(["lead", "list", "--format", "csv"]);
        assert!(csv.contains("\"'=HYPERLINK(\"\"http://x\"\")\""), "{csv}");
        assert!(csv.contains(",+12125550101,"), "{csv}");
        let rejects = std::fs::read_to_string(world.path("a.csv.rejects.csv")).unwrap();
        assert!(rejects.contains(",'@SUM(1),"), "{rejects}");
    });
}

#[test]
fn each_form_of_a_list() {
    assert_same_story!(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101", "--name", "Ada Lovelace", "--company", "A | B"]);
        for format in ["table", "json", "ndjson", "csv", "markdown"] {
            world.tell(&["lead", "list", "--format", format]);
        }
        world.tell(&["lead", "list", "--status", "hot"]);
        world.tell(&["lead", "list", "--status", "hot", "--format", "json"]);
        world.tell(&["lead", "list", "--format", "yaml"]);
    });
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let world = World::new(Engine::Sqlite);
    world.import(&world.file("many.csv", crate::support::files::many_leads(3000, 0)), &[]);
    let mut child = world
        .command(["lead", "list", "--format", "ndjson"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    world.finish();
}

#[test]
fn color_is_used_only_when_asked_or_on_a_terminal() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    assert!(!world.ok(["lead", "list"]).contains('\u{1b}'));
    assert!(world.ok(["lead", "list", "--color", "always"]).contains('\u{1b}'));
    assert!(world.run(["lead", "show", "x@example.com", "--color", "always"]).stderr.contains('\u{1b}'));
    world.finish();
}

#[test]
fn help_and_wrong_command_lines() {
    let world = World::new(Engine::Sqlite);
    assert!(world.ok(["import", "leads", "--help"]).contains("Examples:"));
    assert!(world.ok(["--version"]).starts_with("crmctl "));
    assert_eq!(world.run(["lead", "lits"]).code, Some(2));
    assert_eq!(world.run(["import", "leads"]).code, Some(2));
    for shell in ["bash", "zsh", "fish"] {
        assert!(world.ok(["completions", shell]).contains("crmctl"));
    }
    world.finish();
}
