//! An import as people read its record: its options as the command line that says them again, and its counts as a summary.

use serde_json::{Map, Value, json};

use crate::db::models::imports::Import;
use crate::domain::imports::kind::ImportKind;
use crate::system::shell;
use crate::ui::{Column, label};

/// Options whose flag has another name than their key.
const FLAGS: [(&str, &str); 2] = [("tags", "tag"), ("period", "month")];

/// Counts that make up the rows of an import, in the order of its summary.
const ROWS: [(&str, &str); 7] = [
    ("read", "rows read"),
    ("created", "  created"),
    ("updated", "  updated"),
    ("unchanged", "  unchanged"),
    ("skipped", "  skipped"),
    ("not_known", "  not known"),
    ("rejected", "  rejected"),
];

/// What a pool did with the new leads that nobody owned.
const DISTRIBUTED: [(&str, &str); 5] = [
    ("pool", "pool"),
    ("leads", "  leads"),
    ("changed", "  changed"),
    ("left", "  left"),
    ("not_taken", "  not taken"),
];

/// What counts say that the record says already, or that is a list.
const SAID: [&str; 8] =
    ["file_name", "file_sha256", "import_id", "undoes_import_id", "dry_run", "seconds", "rows_per_second", "problems"];

/// The lines of an import's record, as one object with its columns.
///
/// `of_mapping` are the options of the saved mapping that it used.
pub fn lines(import: &Import, of_mapping: Option<&Value>) -> (Value, Vec<Column>) {
    let mut record = Map::new();
    let mut columns = vec![Column::number("id", "id"), Column::whole("kind", "kind")];
    let stored = serde_json::to_value(import).unwrap_or_default();
    record.extend(stored.as_object().cloned().unwrap_or_default());
    columns.extend([
        Column::text("file_name", "file"),
        Column::text("sheet", "sheet"),
        Column::count("file_size", "bytes"),
        Column::text("file_sha256", "SHA-256"),
        Column::text("columns", "columns"),
        Column::text("command", "command"),
        Column::whole("status", "status"),
        Column::number("undoes_import_id", "undoes import"),
        Column::text("actor", "who"),
        Column::ago("started_at", "started"),
        Column::time("finished_at", "finished"),
    ]);
    record.insert("columns".into(), mapping(&import.mapping.0).into());
    let is_of_file = import.kind != ImportKind::Undo;
    record.insert("command".into(), if is_of_file { command(import, of_mapping).into() } else { Value::Null });
    let counts = import.counts.0.as_object().cloned().unwrap_or_default();
    for (key, title) in ROWS {
        if let Some(count) = counts.get(key).filter(|count| count.is_number()) {
            record.insert(format!("counts.{key}"), count.clone());
            columns.push(Column { key: format!("counts.{key}").into(), ..Column::count("", title) });
        }
    }
    let run = counts.get("distributed").and_then(|given| given.get("run")).filter(|run| run.is_number());
    if let Some(run) = run {
        record.insert("distributed.run".into(), run.clone());
        columns.push(Column::number("distributed.run", "run of a pool"));
    }
    for (key, title) in DISTRIBUTED {
        let said = counts.get("distributed").and_then(|given| given.get(key));
        if let Some(said) = said.filter(|said| !said.is_null()) {
            record.insert(format!("distributed.{key}"), said.clone());
            columns.push(Column { key: format!("distributed.{key}").into(), ..Column::count("", title) });
        }
    }
    for (key, value) in &counts {
        if ROWS.iter().any(|(row, _)| row == key) || SAID.contains(&key.as_str()) {
            continue;
        }
        let value = match value {
            Value::Array(values) => json!(values.len()),
            other => other.clone(),
        };
        // What is nothing needs no line.
        let is_told = match &value {
            Value::Number(number) => number.as_f64() != Some(0.0),
            Value::String(text) => !text.is_empty(),
            Value::Bool(flag) => *flag,
            _ => false,
        };
        if is_told {
            record.insert(format!("counts.{key}"), value);
            let title = label(key);
            columns.push(Column { key: format!("counts.{key}").into(), title, ..Column::count("", "") });
        }
    }
    (Value::Object(record), columns)
}

/// The problems of rejected rows that an import's counts tell.
pub fn problems(import: &Import) -> Vec<Value> {
    import.counts.0.get("problems").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The columns of the file with what each was taken for: `Fone → phone, City → city`.
fn mapping(mapping: &Value) -> String {
    let text = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).unwrap_or("–").to_owned();
    let also = |of: &Value| of.get("also").and_then(Value::as_array).cloned().unwrap_or_default();
    let also =
        |of: &Value| also(of).iter().filter_map(Value::as_str).map(|it| format!(" and {it}")).collect::<String>();
    let columns = mapping.as_array().into_iter().flatten();
    columns
        .map(|it| format!("{} → {}{}", text(it, "header"), text(it, "target"), also(it)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The command line that imports with the same options: what the saved mapping says is not said again.
fn command(import: &Import, of_mapping: Option<&Value>) -> String {
    let mut words =
        vec!["crmctl".to_owned(), "import".to_owned(), import.kind.to_string(), shell::word(&import.file_name)];
    if let Some(sheet) = &import.sheet {
        words.extend(["--sheet".to_owned(), shell::word(sheet)]);
    }
    match of_mapping {
        Some(of_mapping) => options(&besides(&import.options.0, of_mapping), &mut words),
        None => options(&import.options.0, &mut words),
    }
    let pool = import.counts.0.get("distributed").and_then(|given| given.get("pool")).and_then(Value::as_str);
    words.extend(pool.into_iter().flat_map(|pool| ["--pool".to_owned(), shell::word(pool)]));
    words.join(" ")
}

/// Options as the command line that says them.
pub fn words(of: &Value) -> String {
    let mut words = Vec::new();
    options(of, &mut words);
    words.join(" ")
}

/// The options that a saved mapping does not say.
fn besides(of: &Value, of_mapping: &Value) -> Value {
    let said = |key: &str| of_mapping.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let besides = of.as_object().into_iter().flatten().filter_map(|(key, value)| {
        let value = match value {
            Value::Array(values) => {
                let by_mapping = [said(key), if key == "map" { said("known") } else { Vec::new() }].concat();
                values.iter().filter(|value| !by_mapping.contains(value)).cloned().collect()
            }
            value if of_mapping.get(key) == Some(value) => return None,
            value => value.clone(),
        };
        Some((key.clone(), value))
    });
    Value::Object(besides.collect())
}

/// The options of an import as the words of a command line, quoted for a shell.
fn options(of: &Value, words: &mut Vec<String>) {
    let mut plain = Vec::new();
    option_words(of, &mut plain);
    words.extend(plain.iter().map(|word| shell::word(word)));
}

/// The options of an import as the words of a command line.
pub fn option_words(of: &Value, words: &mut Vec<String>) {
    for (key, value) in of.as_object().into_iter().flatten() {
        let name = FLAGS.iter().find(|(known, _)| known == key).map_or(key.as_str(), |(_, flag)| flag);
        let flag = format!("--{}", name.replace('_', "-"));
        match (key.as_str(), value) {
            // Its columns are told as those of the file.
            ("known", _) => {}
            ("on_recorded", Value::String(word)) if word == "refuse" => {}
            // What the file said of itself, which no option says.
            ("totals" | "whole_apart", _) => {}
            ("decimal_separator", _) if of.get("whole_apart").is_some() => {}
            ("on_recorded", Value::String(word)) => words.push(format!("--{word}")),
            (_, Value::Bool(true)) => words.push(flag),
            (_, Value::String(text)) => words.extend([flag, text.clone()]),
            (_, Value::Number(number)) => words.extend([flag, number.to_string()]),
            (_, Value::Array(values)) => {
                for value in values {
                    words.extend([flag.clone(), pair(value)]);
                }
            }
            // So many rows, or so many of a hundred.
            (_, Value::Object(limit)) if limit.len() == 1 && limit.values().all(Value::is_number) => {
                let (unit, most) = limit.iter().next().map(|(unit, most)| (unit.to_lowercase(), most)).unzip();
                let sign = if unit.as_deref() == Some("percent") { "%" } else { "" };
                words.extend(most.into_iter().flat_map(|most| [flag.clone(), format!("{most}{sign}")]));
            }
            (_, Value::Object(_)) => option_words(value, words),
            _ => {}
        }
    }
}

/// A value of a list: a text, or two with `=` between them.
fn pair(value: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let parts = [("field", "value"), ("word", "status")];
    let both = parts.iter().find_map(|(name, meant)| Some((value.get(name)?, value.get(meant)?)));
    both.map_or_else(|| text(value), |(name, meant)| format!("{}={}", text(name), text(meant)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(of: &Value) -> String {
        let mut words = Vec::new();
        options(of, &mut words);
        words.join(" ")
    }

    #[test]
    fn options_are_told_as_they_are_given() {
        for (of, line) in [
            (json!({}), ""),
            (json!({"region": null, "lenient": false, "ignore": []}), ""),
            (json!({"drop_extra": true, "on_duplicate": "fill"}), "--drop-extra --on-duplicate fill"),
            (
                json!({"map": [{"field": "phone", "value": "Fo ne"}], "tags": ["vip", "it's"]}),
                r"--map 'phone=Fo ne' --tag vip --tag 'it'\''s'",
            ),
            (json!({"status_map": [{"word": "Won", "status": "hot"}]}), "--status-map Won=hot"),
            (json!({"max_rejects": {"Percent": 2.5}}), "--max-rejects 2.5%"),
            (json!({"max_rejects": {"Rows": 5}}), "--max-rejects 5"),
            (
                json!({"delimiter": "tab", "encoding": "cp850", "header_row": 3}),
                "--delimiter tab --encoding cp850 --header-row 3",
            ),
            (json!({"decimal_separator": "comma", "whole_apart": true}), ""),
            (json!({"delimiter": "^", "no_header": true, "totals": [1250]}), "--delimiter '^' --no-header"),
            (json!({"on_recorded": "replace", "period": "2026-03"}), "--replace --month 2026-03"),
            (json!({"on_recorded": "refuse", "formats": {"date_order": "dmy"}}), "--date-order dmy"),
        ] {
            assert_eq!(told(&of), line, "{of}");
        }
    }
}
