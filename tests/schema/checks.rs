//! CHECKs: those of SQLite, said in PostgreSQL's words, are those of PostgreSQL.

use std::collections::BTreeMap;

use crmctl::db::catalogue::tables;
use regex::{Captures, Regex};

use crate::columns::of_postgres;
use crate::live::{ask_postgres, ask_sqlite, without_comments};

/// Column → its type in `schema.rs`.
type Types = BTreeMap<String, String>;

/// What stands for a whole CHECK of SQLite in PostgreSQL's types: a pattern, the type of its column, and why.
const TYPES: [(&str, &str, &str); 5] = [
    (r"^(\w+) = 0 OR (\w+) = 1$", "Bool", "SQLite has no booleans"),
    (r"^length\((\w+)\) = 16$", "Uuid", "SQLite has no UUIDs"),
    (r"^date\((\w+)\) IS (\w+)$", "Date", "SQLite has no dates"),
    (r"^json_valid\((\w+)\)$", "Jsonb", "SQLite has no type for JSON"),
    (r"^(\w+) IS NULL OR json_valid\((\w+)\)$", "Jsonb", "SQLite has no type for JSON"),
];

/// How a part of a CHECK of SQLite is said on PostgreSQL: a pattern, what it becomes, and why.
const PARTS: [(&str, &str, &str); 6] = [
    (r" AND instr\(\w+, char\(0\)\) = 0", "", "PostgreSQL refuses U+0000 in any text"),
    (
        r"(\w+) GLOB '\[A-Z\]\[A-Z\]\[A-Z\]'",
        "translate($1, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '') = '' AND length($1) = 3",
        "GLOB is SQLite's; this is faster than a regular expression, which the rows of an import feel",
    ),
    (
        r"(\w+) GLOB '\+\[1-9\]\*' AND substr\((\w+), 2\) NOT GLOB '\*\[\^0-9\]\*'",
        "$1 LIKE '+%' AND $1 NOT LIKE '+0%' AND translate($2, '0123456789', '') = '+'",
        "GLOB is SQLite's; this is faster than a regular expression, which the rows of an import feel",
    ),
    (
        r"(\w+) GLOB '\[0-9\]\[0-9\]\[0-9\]\[0-9\]-\[0-1\]\[0-9\]' AND substr\((\w+), 6\) BETWEEN '01' AND '12'",
        "$1 ~ '^[0-9]{4}-(0[1-9]|1[0-2])$$'",
        "GLOB is SQLite's",
    ),
    (r"\b(\w+) IS NOT ('\w+'|[a-z]\w*)", "$1 IS DISTINCT FROM $2", "IS between values is SQLite's"),
    (r"\b(\w+) IS ('\w+'|[a-z]\w*)", "$1 IS NOT DISTINCT FROM $2", "IS between values is SQLite's"),
];

/// SQLite's CHECK in PostgreSQL's words; `None` where PostgreSQL needs none.
fn translated(check: &str, table: &str, types: &Types) -> Option<String> {
    // A log's trigger that stops INSERT OR REPLACE passes over ids below 0: those that the engine is yet to choose.
    if check == "id > 0" && has_no_replace_trigger(table) {
        return None;
    }
    let (nul, no_nul, _) = PARTS[0];
    let mut check = Regex::new(nul).unwrap().replace_all(check, no_nul).into_owned();
    for (pattern, kind, _) in TYPES {
        if let Some(found) = Regex::new(pattern).unwrap().captures(&check) {
            let mut columns = found.iter().flatten().skip(1).map(|column| column.as_str());
            if columns.all(|column| types[column] == kind) {
                return None;
            }
        }
    }
    check = words(&check).unwrap_or(check);
    for (pattern, replacement, _) in &PARTS[1..] {
        check = Regex::new(pattern).unwrap().replace_all(&check, *replacement).into_owned();
    }
    Some(lengths(&check, types))
}

/// `x = 'a' OR x = 'b'` as `x IN ('a', 'b')`: on SQLite IN makes a table for each run of a statement.
fn words(check: &str) -> Option<String> {
    let one = Regex::new(r"^(\w+) = ('\w+')$").unwrap();
    let pairs: Vec<(&str, &str)> = check
        .split(" OR ")
        .map(|part| one.captures(part).map(|c| c.extract()).map(|(_, [x, word])| (x, word)))
        .collect::<Option<_>>()?;
    let column = pairs[0].0;
    if pairs.len() < 2 || pairs.iter().any(|(other, _)| *other != column) {
        return None;
    }
    Some(format!("{column} IN ({})", pairs.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(", ")))
}

/// `length` counts characters of text on both engines; PostgreSQL's is said by the name of the standard.
fn lengths(check: &str, types: &Types) -> String {
    let by_type = |found: &Captures<'_>| match types[&found[1]].as_str() {
        "Text" => format!("char_length({})", &found[1]),
        _ => found[0].to_owned(),
    };
    Regex::new(r"\blength\((\w+)\)").unwrap().replace_all(check, by_type).into_owned()
}

fn has_no_replace_trigger(table: &str) -> bool {
    let count = format!("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name = '{table}_no_replace'");
    ask_sqlite(&count)[0][0] == "1"
}

/// The CHECKs of a CREATE TABLE: what stands in the parentheses after each such word.
fn checks_in(sql: &str) -> Vec<String> {
    let sql = without_comments(sql);
    let mut found = Vec::new();
    let mut rest = sql.as_str();
    while let Some((_, after)) = rest.split_once(" CHECK (") {
        let (mut depth, mut quoted) = (1, false);
        let end = after.char_indices().find(|(_, c)| {
            match c {
                '\'' => quoted = !quoted,
                '(' if !quoted => depth += 1,
                ')' if !quoted => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let (end, _) = end.unwrap();
        found.push(after[..end].to_owned());
        rest = &after[end..];
    }
    assert_eq!(found.len(), sql.matches("CHECK").count(), "{sql}");
    found
}

fn tables_of_sqlite() -> BTreeMap<String, String> {
    ask_sqlite("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'")
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect()
}

#[test]
fn both_engines_check_the_same() {
    let sqlite = tables_of_sqlite();
    let columns = of_postgres();
    let mut script = String::from("BEGIN; CREATE SCHEMA scratch;");
    for (table, sql) in &sqlite {
        let types: Types = columns[table].iter().map(|column| (column.name.clone(), column.kind.clone())).collect();
        script.push_str(&format!("CREATE TABLE scratch.{table} (LIKE public.{table});"));
        for check in checks_in(sql).iter().filter_map(|check| translated(check, table, &types)) {
            script.push_str(&format!("ALTER TABLE scratch.{table} ADD CHECK ({check});"));
        }
    }
    // The server writes both in one form.
    script.push_str(
        "SELECT n.nspname, c.relname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'c' AND n.nspname IN ('scratch', 'public'); ROLLBACK",
    );
    let mut by_table: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in ask_postgres(&script) {
        by_table.entry((row[1].clone(), row[0].clone())).or_default().push(row[2].clone());
    }
    let mut checks = |table: &str, schema: &str| {
        let mut checks = by_table.remove(&(table.to_owned(), schema.to_owned())).unwrap_or_default();
        checks.sort();
        checks
    };
    let mut all = 0;
    for table in sqlite.keys() {
        let (of_sqlite, of_postgres) = (checks(table, "scratch"), checks(table, "public"));
        assert_eq!(of_sqlite, of_postgres, "the CHECKs of `{table}` on SQLite and on PostgreSQL");
        all += of_postgres.len();
    }
    assert!(all > 100, "{all}");
}

/// PostgreSQL refuses U+0000 by itself. On SQLite GLOB and json_valid look no further than it, so that anything may follow.
/// IN makes a table for each run of a statement.
#[test]
fn no_check_of_sqlite_has_a_list() {
    for (table, sql) in tables_of_sqlite() {
        for check in checks_in(&sql) {
            assert!(!check.contains(" IN "), "`{table}`: {check}");
        }
    }
}

#[test]
fn every_text_of_sqlite_refuses_the_character_zero() {
    let sqlite = tables_of_sqlite();
    for table in tables() {
        let checks = checks_in(&sqlite[table.name]);
        for text in table.texts {
            let refused = format!("instr({}, char(0)) = 0", text.name);
            let only_words = |check: &String| words(check).is_some_and(|w| w.starts_with(&format!("{} IN", text.name)));
            assert!(
                checks.iter().any(|check| check.contains(&refused) || only_words(check)),
                "a CHECK of `{}` on SQLite must hold: {refused}",
                table.name
            );
        }
    }
}

#[test]
fn every_text_has_a_longest_length_or_its_words() {
    let sqlite = tables_of_sqlite();
    for table in tables() {
        let checks = checks_in(&sqlite[table.name]);
        for text in table.texts.iter().filter(|text| !text.is_json) {
            let (length, glob) = (format!("length({}) ", text.name), format!("{} GLOB '[", text.name));
            let only_words = |check: &String| words(check).is_some_and(|w| w.starts_with(&format!("{} IN", text.name)));
            assert!(
                checks.iter().any(|check| check.contains(&length) || check.contains(&glob) || only_words(check)),
                "`{}`.{} may be of any length",
                table.name,
                text.name
            );
        }
    }
}
