//! The rules of the source layout that a compiler does not check.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        match entry.is_dir() {
            true => found.extend(sources(&entry)),
            false if entry.extension().is_some_and(|e| e == "rs") => found.push(entry),
            false => {}
        }
    }
    found
}

/// Every source file with its layer (the first folder or file name below `src/`) and its text without tests.
fn code() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources(&root)
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(&root).unwrap();
            let layer =
                inside.components().next().unwrap().as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            // Comments may name anything.
            let text: String = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .map(|line| format!("{line}\n"))
                .collect();
            (path, layer, text)
        })
        .collect()
}

/// Which layers each layer may use.
const MAY_USE: [(&str, &[&str]); 9] = [
    ("domain", &[]),
    ("db", &["domain"]),
    ("ops", &["db", "domain"]),
    ("filter", &["db", "domain"]),
    ("reports", &["filter", "db", "domain"]),
    ("export", &["filter", "db", "domain"]),
    ("import", &["ops", "db", "domain"]),
    ("ui", &["domain"]),
    ("settings", &["ui"]),
];

#[test]
fn dependence_runs_inwards() {
    let layers =
        ["domain", "db", "ops", "filter", "reports", "export", "import", "ui", "settings", "commands", "cli", "error"];
    for (path, layer, text) in code() {
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == layer) else { continue };
        for other in layers.iter().filter(|other| **other != layer && !allowed.contains(other)) {
            assert!(!text.contains(&format!("crate::{other}::")), "{} uses {other}", path.display());
        }
    }
}

#[test]
fn each_library_stays_in_its_layer() {
    for (path, layer, text) in code() {
        let may = |layers: &[&str]| layers.contains(&layer.as_str());
        let names = |library: &str| text.contains(&format!("{library}::"));
        assert!(!names("diesel") || may(&["db", "ops"]), "{} names diesel", path.display());
        assert!(!names("rusqlite") || may(&["db"]), "{} names rusqlite", path.display());
        assert!(!names("clap") || may(&["cli", "commands"]), "{} names clap", path.display());
        assert!(
            !(names("comfy_table") || names("indicatif") || names("dialoguer")) || may(&["ui"]),
            "{} draws",
            path.display()
        );
        assert!(!names("calamine") || may(&["import"]), "{} reads workbooks", path.display());
    }
}

#[test]
fn only_ui_writes_to_streams() {
    for (path, layer, text) in code() {
        if layer == "ui" {
            continue;
        }
        for word in ["println!", "eprintln!", "print!(", "eprint!(", "io::stdout", "io::stderr", "dbg!"] {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}

#[test]
fn commands_hold_no_sql() {
    for (path, layer, text) in code() {
        if matches!(layer.as_str(), "commands" | "cli" | "ui" | "import" | "export") {
            for word in ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "sql_query"] {
                assert!(!text.contains(word), "{} has SQL: {word}", path.display());
            }
        }
    }
}

#[test]
fn nothing_that_input_can_reach_panics() {
    for (path, _, text) in code() {
        for word in [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!("] {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}

#[test]
fn files_have_one_subject() {
    for (path, _, _) in code() {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(
            lines <= 450 || path.ends_with("schema.rs"),
            "{} has {lines} lines; is it one subject?",
            path.display()
        );
    }
}
