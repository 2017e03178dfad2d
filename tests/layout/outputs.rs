//! What a person is shown goes through the escaper, by its type: see `ui/escape.rs: Safe`.

use crate::sources::Crate;

/// Ways of text to a stream, a terminal or a page, and the files that may go them. Each of those takes `Safe` there, or a
/// constant; a new output goes through them.
const WAYS: [(&str, &[&str]); 18] = [
    // Streams.
    // The rate of a bar is a number.
    ("write!(", &["commands/completions/shells.rs", "ui/progress.rs", "ui/prompt.rs"]),
    ("writeln!(", &["ui/mod.rs", "commands/completions/shells.rs"]),
    (
        ".write_all(",
        &[
            "ui/mod.rs",
            "ui/answer/pager.rs",
            "ui/list.rs",
            "ui/escape.rs",
            "commands/completions/shells.rs",
            // The config file.
            "commands/config/edit.rs",
            "commands/config/file.rs",
            // Keys.
            "commands/dnc/key/store.rs",
        ],
    ),
    // The last is a public key in PEM, of letters and digits.
    (
        ".raw(",
        &["ui/answer/screen.rs", "commands/completions.rs", "commands/manual/man.rs", "commands/dnc/key/export.rs"],
    ),
    (".print()", &["cli.rs"]),
    ("Term::stderr", &["ui/prompt.rs"]),
    ("write_line(", &[]),
    // What a parser expects, for errors of a programmer.
    ("write_str(", &["ui/json.rs"]),
    // Questions and bars.
    ("dialoguer::", &["ui/prompt.rs"]),
    ("with_template(", &["ui/progress.rs"]),
    ("with_message(", &[]),
    ("set_message(", &[]),
    ("with_prefix(", &[]),
    // Of a comment in the config file.
    ("set_prefix(", &["commands/config/file.rs"]),
    (".println(", &[]),
    // Styles and markup.
    ("console::style(", &[]),
    ("PreEscaped(", &["ui/page/html.rs", "ui/page/svg.rs"]),
    // What is safe without a look at it: made by a library of safe parts.
    ("Safe::rendered(", &["ui/csv.rs", "ui/manual/table.rs", "ui/table/mod.rs"]),
];

/// Files that go a way of text that is not theirs.
pub fn strays(of: &Crate) -> Vec<String> {
    let mut found = Vec::new();
    for source in of.sources.iter().filter(|it| ["ui", "commands", "cli", "settings", "main"].contains(&it.layer())) {
        for (way, files) in WAYS {
            let is_there = source.code.match_indices(way).any(|(at, _)| {
                // Words that only end so are others: `overwrite!(`.
                let before = source.code[..at].chars().next_back().unwrap_or(' ');
                way.starts_with('.') || !(before.is_alphanumeric() || before == '_')
            });
            if is_there && !files.contains(&source.path.as_str()) {
                found.push(format!("{} has {way}", source.path));
            }
        }
    }
    found
}

#[test]
fn only_safe_text_is_shown() {
    assert_eq!(strays(&Crate::of_project()), Vec::<String>::new(), "let it take `ui::Safe`, and say so here");
}

#[test]
fn each_way_is_gone_by_whom_it_lists() {
    let of = Crate::of_project();
    for (way, files) in WAYS {
        for file in files {
            let source = of.sources.iter().find(|it| it.path == *file);
            assert!(source.is_some_and(|it| it.code.contains(way)), "{file} has no {way} any longer");
        }
    }
}

#[test]
fn a_new_output_is_seen() {
    let strays_of = |code: &str| {
        let lib = "pub mod ui;";
        strays(&Crate::of(&[("lib.rs", lib), ("ui/mod.rs", "mod other;"), ("ui/other.rs", code)]))
    };
    for code in [
        "fn f(bar: &ProgressBar, name: String) { bar.set_message(name); }",
        "fn f(name: &str) { dialoguer::Input::new().with_prompt(name); }",
        "fn f(name: &str) { writeln!(std::io::stdout(), \"{name}\"); }",
        "fn f(name: String) -> Safe { Safe::rendered(name) }",
        "fn f(ui: Ui, name: &str) { ui.raw(name.as_bytes()); }",
    ] {
        assert_eq!(strays_of(code).len(), 1, "{code}");
    }
    assert_eq!(strays_of("fn f(ui: Ui, name: &str) { ui.note(name); overwrite!(name); }"), Vec::<String>::new());
}
