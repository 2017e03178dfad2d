//! What README and the tutorial show is what the program prints. `UPDATE_DOCS=1 cargo test --test cli transcripts` writes it anew.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{program, ran};

/// The clock of the pages: after the month whose leads they look at.
const NOW: &str = "2026-04-01T13:30:00Z";
const END_OF_ANSWER: char = '\u{1}';

#[test]
fn the_tour_of_the_readme() {
    check("README.md");
    let lines = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap().lines().count();
    assert!(lines <= 120, "README is for the first minutes, and has {lines} lines");
}

#[test]
fn the_tutorial() {
    check("docs/tutorial.md");
}

/// Runs the commands of a page's `console` blocks, one after the other in one shell, and compares what they print.
fn check(name: &str) {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let written = fs::read_to_string(&page).unwrap();
    let commands: Vec<&str> = blocks(&written).flat_map(commands_of).collect();
    assert!(commands.len() > 5, "{name} shows little: {commands:?}");
    let mut answers = answers(&commands).into_iter();
    let mut shown = String::new();
    let mut rest = written.as_str();
    while let Some((before, block, after)) = next_block(rest) {
        shown.push_str(before);
        for command in commands_of(block) {
            shown.push_str(&format!("$ {command}\n{}", answers.next().unwrap_or_default()));
        }
        rest = after;
    }
    shown.push_str(rest);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&page, &shown).unwrap();
        return;
    }
    for (number, (written, shown)) in written.lines().zip(shown.lines()).enumerate() {
        assert_eq!(written, shown, "{name}, line {}: UPDATE_DOCS=1 cargo test --test cli transcripts", number + 1);
    }
    assert_eq!(written.len(), shown.len(), "{name} is out of date: UPDATE_DOCS=1 cargo test --test cli transcripts");
}

fn blocks(page: &str) -> impl Iterator<Item = &str> {
    let mut rest = page;
    std::iter::from_fn(move || {
        let (_, block, after) = next_block(rest)?;
        rest = after;
        Some(block)
    })
}

/// The text up to the next block with its fence, the block, and the text from its closing fence.
fn next_block(text: &str) -> Option<(&str, &str, &str)> {
    const FENCE: &str = "```console\n";
    let begin = text.find(FENCE)? + FENCE.len();
    let end = begin + text[begin..].find("```")?;
    Some((&text[..begin], &text[begin..end], &text[end..]))
}

fn commands_of(block: &str) -> impl Iterator<Item = &str> {
    block.lines().filter_map(|line| line.strip_prefix("$ "))
}

/// What a shell shows for each command, in a folder of its own beside the fixtures.
fn answers(commands: &[&str]) -> Vec<String> {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("crmctl");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tour");
    copied(&fixtures, &folder.join("fixtures/tour"));
    let script: String = commands.iter().map(|command| format!("{{ {command}\n}} 2>&1; printf '\\001'\n")).collect();
    let crmctl = program(home.path());
    let binaries = PathBuf::from(crmctl.get_program()).parent().unwrap().display().to_string();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script]).env_clear().current_dir(&folder);
    shell.env("HOME", home.path()).env("PATH", format!("{binaries}:/usr/bin:/bin"));
    shell.env("CRM_NOW", NOW).env("CRM_ACTOR", "ann@desk").env("LC_ALL", "C.UTF-8");
    let shown = ran(&mut shell).stdout.replace(&home.path().display().to_string(), "~");
    let shown =
        regex::Regex::new(r" in [0-9]+\.[0-9] s( \([0-9,]+ rows/s\))?").unwrap().replace_all(&shown, " in 0.0 s");
    shown.split_terminator(END_OF_ANSWER).map(str::to_owned).collect()
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
