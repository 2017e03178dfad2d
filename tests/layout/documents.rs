//! The documents about the code name files that exist.

use std::fs;
use std::path::Path;

use regex::Regex;

/// The paths that a document names between backticks, and in its numbered lists: those with a folder, without placeholders.
fn paths(text: &str) -> Vec<String> {
    let path = Regex::new(r"(?:^|[`\s(])([a-z_.]+(?:/[a-z_]+)*/(?:[a-z_-]+(?:\.(?:rs|md|txt|toml))?)?)(?:[`:;,)\s]|$)")
        .unwrap();
    let mut found = Vec::new();
    for part in text.split('`').skip(1).step_by(2) {
        found.extend(path.captures_iter(part).map(|it| it[1].trim_end_matches('/').to_owned()));
    }
    found
}

#[test]
fn named_files_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for document in ["CONTRIBUTING.md", "docs/ARCHITECTURE.md"] {
        let text = fs::read_to_string(root.join(document)).unwrap();
        // Blocks of code stand between three backticks; what is left are pairs.
        let text = text.split("```").enumerate().filter(|(place, _)| place % 2 == 0).map(|(_, part)| part);
        let named = paths(&text.collect::<String>());
        assert!(named.len() > 20, "{document} names {named:?}");
        let missing = named.iter().filter(|path| {
            let path = path.as_str();
            let places = [path.to_owned(), format!("src/{path}"), format!("src/{path}.rs")];
            !places.iter().any(|it| root.join(it).exists())
        });
        let missing: Vec<&String> = missing.collect();
        assert!(missing.is_empty(), "{document} names {missing:?}");
    }
}
