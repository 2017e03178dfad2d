//! A committed migration is never edited. `UPDATE_DOCS=1 cargo test --test schema` adds the lines of new ones to
//! migrations/digests.txt, and changes none that is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")
}

/// Path → digest of each file.
fn found() -> BTreeMap<String, String> {
    let mut digests = BTreeMap::new();
    for engine in ["postgres", "sqlite"] {
        for version in fs::read_dir(folder().join(engine)).unwrap().map(|entry| entry.unwrap().path()) {
            for file in fs::read_dir(version).unwrap().map(|entry| entry.unwrap().path()) {
                let digest: String =
                    Sha256::digest(fs::read(&file).unwrap()).iter().map(|b| format!("{b:02x}")).collect();
                digests.insert(file.strip_prefix(folder()).unwrap().to_str().unwrap().to_owned(), digest);
            }
        }
    }
    digests
}

fn listed() -> BTreeMap<String, String> {
    let text = fs::read_to_string(folder().join("digests.txt")).unwrap_or_default();
    text.lines()
        .map(|line| {
            let (digest, path) = line.split_once("  ").unwrap();
            (path.to_owned(), digest.to_owned())
        })
        .collect()
}

#[test]
fn committed_migrations_are_as_they_were() {
    let (found, mut listed) = (found(), listed());
    assert!(!found.is_empty());
    for (path, digest) in &listed {
        assert_eq!(
            found.get(path),
            Some(digest),
            "migrations/{path} changed: a committed migration is never edited: add a new one"
        );
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        found.iter().for_each(|(path, digest)| drop(listed.insert(path.clone(), digest.clone())));
        let text: String = listed.iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect();
        fs::write(folder().join("digests.txt"), text).unwrap();
    }
    let new: Vec<_> = found.keys().filter(|path| !listed.contains_key(*path)).collect();
    assert!(new.is_empty(), "list the new files by UPDATE_DOCS=1 cargo test --test schema: {new:?}");
}

#[test]
fn migrations_are_the_same_pairs_on_both_engines() {
    let files = |engine: &str| -> Vec<String> {
        found().into_keys().filter_map(|path| path.strip_prefix(engine).map(str::to_owned)).collect()
    };
    let sqlite = files("sqlite/");
    assert_eq!(sqlite, files("postgres/"));
    for pair in sqlite.chunks(2) {
        let name = pair[0].strip_suffix("/down.sql").unwrap();
        assert_eq!(pair[1], format!("{name}/up.sql"));
    }
}
