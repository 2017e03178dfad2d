//! Commands write through `ops` alone.

use crate::sources::Crate;

/// A function of `db::models`: its module, its type when it is a method, its name and its body.
struct Function {
    module: String,
    of: Option<String>,
    name: String,
    body: String,
}

/// The functions of the models, read by the lines of formatted code.
fn functions_of_models(of: &Crate) -> Vec<Function> {
    let mut found = Vec::new();
    for source in of.sources.iter().filter(|it| it.path.starts_with("db/models/")) {
        let text = &source.code;
        let module = source.path.trim_end_matches("/mod.rs").trim_end_matches(".rs");
        let module = module.rsplit('/').next().unwrap().to_owned();
        let mut owner = None;
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let indent = line.len() - line.trim_start().len();
            if indent == 0 && !line.trim().is_empty() {
                let words: Vec<&str> = line.trim_end_matches(" {").split(' ').collect();
                owner = line.starts_with("impl").then(|| words.last().unwrap().split('<').next().unwrap().to_owned());
            }
            let declared = line.trim_start().trim_start_matches("pub(super) ").trim_start_matches("pub ");
            let Some(name) = declared.strip_prefix("fn ") else { continue };
            let name = name.split(['(', '<']).next().unwrap().to_owned();
            let end = format!("{}}}", " ".repeat(indent));
            let body: String = lines.by_ref().take_while(|line| *line != end).map(|line| format!("{line}\n")).collect();
            found.push(Function { module: module.clone(), of: owner.clone(), name, body });
        }
    }
    found
}

/// Whether a text calls a function by a path that ends so.
fn calls(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + path.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || "_.:".contains(c))
            && !after.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

/// The functions of the models that write, by themselves or through others.
fn writers(of: &Crate) -> Vec<Function> {
    let (mut writers, mut others): (Vec<Function>, Vec<Function>) =
        functions_of_models(of).into_iter().partition(|it| {
            let body = it.body.replace("FOR UPDATE", "").replace("FOR NO KEY UPDATE", "");
            ["insert_into(", "diesel::update(", "diesel::delete(", ".execute(", "INSERT ", "UPDATE ", "DELETE "]
                .iter()
                .any(|word| body.contains(word))
        });
    loop {
        let (more, rest): (Vec<Function>, Vec<Function>) = others.into_iter().partition(|it| {
            writers.iter().any(|writer| {
                let near = writer.module == it.module && writer.of.is_none() && calls(&it.body, &writer.name);
                near || calls(&it.body, &format!("{}::{}", writer.module, writer.name))
            })
        });
        if more.is_empty() {
            return writers;
        }
        writers.extend(more);
        others = rest;
    }
}

/// The paths below `db::models` that a file brings in: `users`, `users::NewUser`.
fn models_used(text: &str) -> Vec<String> {
    fn expand(prefix: &str, tree: &str, into: &mut Vec<String>) {
        let Some((path, inner)) = tree.split_once('{') else {
            let path = format!("{prefix}{}", tree.trim());
            into.push(path.trim_end_matches("::self").to_owned());
            return;
        };
        let (mut depth, mut begin) = (0, 0);
        let inner = inner.trim_end();
        let inner = inner.strip_suffix('}').unwrap_or(inner);
        for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    if !inner[begin..at].trim().is_empty() {
                        expand(&format!("{prefix}{}", path.trim()), &inner[begin..at], into);
                    }
                    begin = at + 1;
                }
                _ => {}
            }
        }
    }
    let mut paths = Vec::new();
    for (at, word) in text.match_indices("db::models::") {
        let rest = &text[at + word.len()..];
        let end = rest.find([';', '(']).unwrap_or(rest.len());
        expand("", &rest[..end], &mut paths);
    }
    paths
}

/// How a file calls functions of the models that write.
fn writes_models(text: &str, writers: &[Function]) -> Vec<String> {
    let used = models_used(text);
    let mut found = Vec::new();
    for Function { module, of, name, .. } in writers {
        let path = format!("{module}::{name}");
        let by_module = used.contains(module) && calls(text, &path);
        let by_type = of.as_ref().is_some_and(|of| calls(text, &format!("{of}::{name}")));
        if by_module || by_type || used.contains(&path) || used.contains(&format!("{module}::*")) {
            found.push(path);
        }
    }
    found
}

#[test]
fn commands_write_through_ops_only() {
    let of = Crate::of_project();
    let writers = writers(&of);
    for source in of.sources.iter().filter(|it| it.layer() == "commands") {
        let (path, text) = (&source.path, &source.code);
        let found = writes_models(text, &writers);
        assert!(found.is_empty(), "{} writes by itself: {found:?}", path);
        assert!(!text.contains("db::audited"), "{} writes rows by the traits of ops::audited", path);
        for (at, word) in text.match_indices("db::bulk::") {
            assert!(text[at + word.len()..].starts_with("Stamp;"), "{} writes in bulk", path);
        }
    }
}

#[test]
fn writing_models_are_recognised() {
    let writers = writers(&Crate::of_project());
    let is_writer = |path: &str| {
        writers.iter().any(|it| path == format!("{}::{}", it.of.as_deref().unwrap_or(&it.module), it.name))
    };
    // By themselves, by a statement, through another one, as a method.
    for path in ["segments::keep_count", "lead_search::store", "User::insert", "Segment::delete", "Organization::store"]
    {
        assert!(is_writer(path), "{path}");
    }
    for path in ["users::all", "Segment::held", "Segment::is_seen_by", "imports::by_id", "system_config::held"] {
        assert!(!is_writer(path), "{path}");
    }
    for text in [
        "use crate::db::models::segments;\nsegments::keep_count(conn)",
        "use crate::db::models::{leads, segments::{self, Segment}};\nlet f = segments::keep_count;",
        "use crate::db::models::segments::{Segment, keep_count};",
        "use crate::db::models::users::User;\nUser::insert(conn, &new)",
        "crate::db::models::segments::keep_count(conn)",
    ] {
        assert!(!writes_models(text, &writers).is_empty(), "{text}");
    }
    for text in [
        "use crate::db::models::segments;\nuse crate::ops;\nops::segments::keep_count(conn)",
        "use crate::db::models::users;\nusers::all(conn)",
        "use crate::ops::segments;\nsegments::keep_count(conn)",
    ] {
        assert_eq!(writes_models(text, &writers), Vec::<String>::new(), "{text}");
    }
}
