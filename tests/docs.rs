//! Documents that are generated from the program. `UPDATE_DOCS=1 cargo test --test docs` writes them anew.

use std::fs;
use std::path::Path;

use crmctl::domain::role;
use crmctl::import::row::ProblemKind;

fn check(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, expected).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "docs/{name} is out of date: UPDATE_DOCS=1 cargo test --test docs");
}

#[test]
fn command_reference() {
    let options = clap_markdown::MarkdownOptions::new().title("Command reference".into()).show_footer(false);
    let body = clap_markdown::help_markdown_command_custom(&crmctl::cli::command(), &options);
    let text: String = body.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    check("cli-reference.md", &text);
}

#[test]
fn import_errors() {
    let mut text = String::from(
        "# Problems of rows\n\nGenerated from `src/import/row.rs`. The kinds that `import leads --format json` lists under `problems`, and \
         whether\n`--lenient` drops the value and keeps the row.\n\n| kind | meaning | `--lenient` |\n|---|---|---|\n",
    );
    for kind in ProblemKind::ALL {
        let lenient = if kind.is_droppable() { "drops the value" } else { "rejects the row" };
        text.push_str(&format!("| `{kind}` | {} | {lenient} |\n", kind.meaning()));
    }
    check("import-errors.md", &text);
}

#[test]
fn the_table_of_roles_is_the_one_in_the_code() {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md")).unwrap();
    assert!(
        document.contains(&role::table_in_markdown()),
        "docs/ARCHITECTURE.md must hold:\n{}",
        role::table_in_markdown()
    );
}
