//! Which rooms may use which.

use std::collections::BTreeMap;

use crate::graph;
use crate::sources::{Crate, Reference, Target, layer_of};

/// Which layers each layer may use besides itself and the libraries.
const MAY_USE: [(&str, &[&str]); 13] = [
    ("error", &[]),
    ("system", &[]),
    ("domain", &[]),
    ("db", &["domain", "error", "system"]),
    ("ops", &["db", "domain", "error", "system"]),
    ("filter", &["db", "domain", "error"]),
    ("reports", &["filter", "db", "domain", "error"]),
    ("export", &["filter", "db", "domain", "error", "system"]),
    ("import", &["ops", "db", "domain", "error", "system"]),
    ("ui", &["domain", "error"]),
    ("settings", &["ui", "domain", "error"]),
    (
        "commands",
        &["import", "export", "reports", "ops", "filter", "ui", "settings", "db", "domain", "error", "system"],
    ),
    ("cli", &["commands", "ui", "settings", "domain", "error", "system"]),
];

/// What each breach of the direction of dependence is.
pub fn upward(of: &Crate) -> Vec<String> {
    let mut found = Vec::new();
    for it in of.references() {
        let from = &of.sources[it.from].path;
        let Some((_, allowed)) = MAY_USE.iter().find(|(layer, _)| *layer == layer_of(from)) else { continue };
        for layer in &it.layers {
            if layer != layer_of(from) && layer != "lib" && !allowed.contains(&layer.as_str()) {
                found.push(format!("{from} uses {layer}: {}", it.path));
            }
        }
    }
    found
}

/// The noun of a file of `commands`.
fn noun(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("commands/")?;
    Some(inside.split('/').next()?.trim_end_matches(".rs"))
}

/// What nouns of `commands` share, which uses no noun itself.
const SHARED: [&str; 4] = ["args", "context", "mod", "outputs"];

/// References from one noun of `commands` to another one, or from what they share to a noun.
pub fn between_nouns(of: &Crate) -> Vec<String> {
    let between = |from: &str, to: &str| {
        let (Some(from), Some(to)) = (noun(from), noun(to)) else { return false };
        from != to && !SHARED.contains(&to)
    };
    described(of, between)
}

/// References from the machinery of imports to a kind of import.
pub fn to_kinds(of: &Crate) -> Vec<String> {
    let is_kind = |path: &str| path.starts_with("import/kinds/");
    described(of, |from, to| from.starts_with("import/") && !is_kind(from) && is_kind(to))
}

fn described(of: &Crate, is_breach: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let path = |file: usize| of.sources[file].path.as_str();
    let breach = |it: &Reference| match it.target {
        Target::File(to) if !it.is_handed_on && is_breach(path(it.from), path(to)) => {
            Some(format!("{} uses {}: {}", path(it.from), path(to), it.path))
        }
        _ => None,
    };
    of.references().iter().filter_map(breach).collect()
}

/// The room of a file: its layer, and in it the noun or area.
fn room(path: &str) -> String {
    match path.split('/').collect::<Vec<_>>().as_slice() {
        // One file a table and one room for all: the models of an area refer to each other.
        ["db", "models", area, _, ..] => format!("db/models/{area}"),
        ["db" | "ui" | "filter" | "export", ..] => layer_of(path).to_owned(),
        [layer, room, _, ..] => format!("{layer}/{room}"),
        [layer, _] => (*layer).to_owned(),
        _ => path.to_owned(),
    }
}

/// The circles of files that leave their room.
pub fn wide_circles(of: &Crate) -> Vec<String> {
    let mut found = Vec::new();
    for circle in graph::circles(of) {
        let mut rooms: BTreeMap<String, Vec<&String>> = BTreeMap::new();
        circle.iter().for_each(|path| rooms.entry(room(path)).or_default().push(path));
        if rooms.len() > 1 {
            found.push(format!("a circle of {} files through {rooms:?}", circle.len()));
        }
    }
    found
}

/// The layers that may name each library.
const LIBRARIES: [(&str, &[&str]); 17] = [
    ("calamine", &["import"]),
    ("clap", &["cli", "commands"]),
    ("clap_complete", &["cli", "commands"]),
    ("clap_mangen", &["commands"]),
    ("comfy_table", &["ui"]),
    ("textwrap", &["ui"]),
    ("dialoguer", &["ui"]),
    ("diesel", &["db", "ops"]),
    ("diesel_migrations", &["db"]),
    ("indicatif", &["ui"]),
    ("console", &["filter", "ui"]),
    ("maud", &["ui"]),
    ("openssl", &["db"]),
    ("pulldown_cmark", &["ui"]),
    ("rlibphonenumber", &["domain"]),
    ("rusqlite", &["db"]),
    ("rust_xlsxwriter", &["export", "import"]),
];

/// Libraries that are named outside their layers.
pub fn stray_libraries(of: &Crate) -> Vec<String> {
    let mut found = Vec::new();
    for it in of.references() {
        let Target::Library(name) = &it.target else { continue };
        let from = &of.sources[it.from].path;
        let stray = LIBRARIES.iter().any(|(library, layers)| library == name && !layers.contains(&layer_of(from)));
        if stray {
            found.push(format!("{from} names {name}: {}", it.path));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Vec<String> = Vec::new();

    #[test]
    fn dependence_runs_inwards() {
        assert_eq!(upward(&Crate::of_project()), NONE);
    }

    #[test]
    fn no_noun_uses_another() {
        assert_eq!(between_nouns(&Crate::of_project()), NONE);
    }

    #[test]
    fn the_machinery_of_imports_knows_no_kind() {
        // The list of kinds is `import::kinds` itself.
        assert_eq!(to_kinds(&Crate::of_project()), NONE);
    }

    #[test]
    fn circles_stay_in_their_room() {
        assert_eq!(wide_circles(&Crate::of_project()), NONE);
    }

    #[test]
    fn each_library_stays_in_its_layer() {
        assert_eq!(stray_libraries(&Crate::of_project()), NONE);
    }

    /// A crate whose file `domain/a.rs` holds this text.
    fn with(path: &str, text: &str) -> Crate {
        let module = path.trim_end_matches("/mod.rs").trim_end_matches(".rs");
        let folders: Vec<&str> = module.split('/').collect();
        let mut files = vec![
            ("lib.rs", "pub mod cli; pub mod commands; pub mod db; pub mod domain; pub mod import;".to_owned()),
            ("cli.rs", "pub fn word() {}".to_owned()),
            ("commands/mod.rs", "pub mod args; pub mod lead; pub mod roi;".to_owned()),
            ("commands/args.rs", String::new()),
            ("commands/lead/mod.rs", "pub mod add; pub fn find() {}".to_owned()),
            ("commands/lead/add.rs", String::new()),
            ("commands/roi/mod.rs", "pub mod show; pub fn base() {}".to_owned()),
            ("commands/roi/show.rs", String::new()),
            ("db/mod.rs", "mod inner; pub use inner::Db; pub fn read() {}".to_owned()),
            ("db/inner.rs", "pub struct Db;".to_owned()),
            ("domain/mod.rs", "pub mod a; pub mod b; pub use b::B;".to_owned()),
            ("domain/a.rs", String::new()),
            ("domain/b.rs", "pub struct B;".to_owned()),
            ("import/mod.rs", "pub mod kinds; pub mod row;".to_owned()),
            ("import/row.rs", String::new()),
            ("import/kinds/mod.rs", "pub mod leads;".to_owned()),
            ("import/kinds/leads.rs", "pub struct Field;".to_owned()),
        ];
        assert!(!folders.is_empty());
        let at = files.iter().position(|(name, _)| *name == path).unwrap();
        files[at].1.push_str(text);
        Crate::of(&files.iter().map(|(path, text)| (*path, text.as_str())).collect::<Vec<_>>())
    }

    #[test]
    fn every_form_of_use_is_seen() {
        for text in [
            "use crate::db::Db;",
            "use crate::{db, domain};",
            "use crate::{db::{self, Db}};",
            "use crate::db as base; fn f() { base::read() }",
            "use super::super::db::read;",
            "use crate as root; fn f() { root::db::read() }",
            "fn f() { crate::db::read() }",
            "fn f() { use crate::db::*; }",
            "fn f() -> Option<crate::db::Db> { None }",
            "pub use crate::db::Db;",
            "fn f() { assert!(crate::db::read() == ()) }",
            "macro_rules! m { () => { $crate::db::read() }; }",
            "#[arg(value_parser = crate::db::read)] struct A;",
            "mod inner { use super::super::super::db::Db; }",
        ] {
            assert!(!upward(&with("domain/a.rs", text)).is_empty(), "{text}");
        }
        for text in [
            "use super::b::B;",
            "use crate::domain::B;",
            "#[cfg(test)] mod tests { use crate::db::Db; }",
            "// use crate::db::Db;\nstruct A;",
            "fn f() { let db = 1; db; }",
        ] {
            assert_eq!(upward(&with("domain/a.rs", text)), NONE, "{text}");
        }
        assert!(!upward(&with("commands/roi/show.rs", "use crate::cli::word;")).is_empty());
        assert!(!upward(&with("commands/roi/show.rs", "use super::super::super::cli as c;")).is_empty());
    }

    #[test]
    fn arrows_between_nouns_are_seen() {
        for text in [
            "use crate::commands::lead;",
            "use crate::commands::{lead::find};",
            "use super::super::lead::find as f;",
            "fn f() { super::super::lead::find() }",
            "use crate::commands::lead::*;",
            "use crate::commands as c; fn f() { c::lead::find() }",
        ] {
            assert!(!between_nouns(&with("commands/roi/show.rs", text)).is_empty(), "{text}");
            assert!(
                !between_nouns(&with("commands/args.rs", &text.replace("super::super", "super"))).is_empty(),
                "{text}"
            );
        }
        assert_eq!(between_nouns(&with("commands/roi/show.rs", "use super::base; use crate::commands::args;")), NONE);
    }

    #[test]
    fn machinery_that_knows_a_kind_is_seen() {
        for text in ["use super::kinds::leads::Field;", "fn f(_: crate::import::kinds::leads::Field) {}"] {
            assert!(!to_kinds(&with("import/row.rs", text)).is_empty(), "{text}");
        }
    }

    #[test]
    fn circles_are_seen() {
        let circle = Crate::of(&[
            ("lib.rs", "pub mod ops;"),
            ("ops/mod.rs", "pub mod a; pub mod b;"),
            ("ops/a/mod.rs", "use super::b::B; pub struct A;"),
            ("ops/b/mod.rs", "use crate::ops::{a::A as Other}; pub struct B;"),
        ]);
        assert_eq!(wide_circles(&circle).len(), 1);
    }

    #[test]
    fn libraries_are_seen_in_every_form() {
        for text in [
            "use diesel::prelude::*;",
            "use ::diesel as d; fn f() { d::insert_into() }",
            "extern crate diesel as d;",
            "#[derive(diesel::Queryable)] struct A;",
            "fn f() { diesel::insert_into(1) }",
            "use {diesel::dsl, std::fmt};",
        ] {
            assert!(!stray_libraries(&with("domain/a.rs", text)).is_empty(), "{text}");
        }
        assert_eq!(stray_libraries(&with("db/inner.rs", "use diesel::prelude::*;")), NONE);
    }
}
