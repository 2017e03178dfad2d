//! What is otherwise than planned, in words.

use serde_json::Value;

use super::{Bound, Change, RowOutcome};

/// What an import finds otherwise before it begins, if anything: what it is, and the details.
pub(super) fn of_bounds(planned: &Bound, now: &Bound) -> Option<(String, Vec<String>)> {
    let is_other = planned.organization_uid.is_some() && planned.organization_uid != now.organization_uid;
    if is_other || planned.organization != now.organization {
        let (then, now) = (&planned.organization, &now.organization);
        let of = if then == now { "another database".to_owned() } else { format!("another organization, `{then}`") };
        return Some((format!("it is of {of}"), Vec::new()));
    }
    if planned.file_sha256 != now.file_sha256 {
        let (then, now) = (of_file(planned), of_file(now));
        return Some((
            "the file has changed since".to_owned(),
            vec![format!("planned: {then}"), format!("now: {now}")],
        ));
    }
    for (what, then, now) in [
        ("options are others than planned", &planned.options, &now.options),
        ("settings of the organization are others than planned", &planned.settings, &now.settings),
        ("columns are read in another way than planned", &planned.columns, &now.columns),
    ] {
        let details = of_values(then, now);
        if !details.is_empty() {
            return Some((what.to_owned(), details));
        }
    }
    None
}

fn of_file(bound: &Bound) -> String {
    format!("{}, {} bytes, SHA-256 {}", bound.file_name, bound.file_size, bound.file_sha256)
}

/// The keys, or places, at which two values differ.
pub(super) fn of_values(then: &Value, now: &Value) -> Vec<String> {
    let told = |key: &str, then: &Value, now: &Value| format!("{key}: {} then, {} now", shown(then), shown(now));
    match (then, now) {
        _ if then == now => Vec::new(),
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            let pairs = keys.map(|key| (key, a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null)));
            pairs.filter(|(_, then, now)| then != now).map(|(key, then, now)| told(key, then, now)).collect()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate().filter(|(_, (then, now))| then != now);
            pairs.map(|(at, (then, now))| told(&format!("#{}", at + 1), then, now)).collect()
        }
        _ => vec![told("all", then, now)],
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// How the outcome of a row differs from the planned one.
pub(super) fn of_rows(planned: &RowOutcome, now: &RowOutcome) -> String {
    let row = now.row;
    if planned.outcome != now.outcome || (planned.lead, planned.lead_of_row) != (now.lead, now.lead_of_row) {
        return format!("row {row}: planned {}, now {}", of_outcome(planned), of_outcome(now));
    }
    if planned.version != now.version {
        let version = |of: &RowOutcome| of.version.map_or_else(|| "none".to_owned(), |version| version.to_string());
        let lead = now.lead.map_or_else(|| "its lead".to_owned(), |lead| format!("lead {lead}"));
        return format!("row {row}: {lead} has changed: version {} then, {} now", version(planned), version(now));
    }
    let changed = |of: &[Change]| of.iter().map(of_change).collect::<Vec<_>>();
    for (then, now) in [(&planned.changes, &now.changes), (&planned.others, &now.others)] {
        if then != now {
            let only = |of: &[Change], other: &[Change]| {
                changed(&of.iter().filter(|it| !other.contains(it)).cloned().collect::<Vec<_>>()).join(", ")
            };
            let (then, now) = (only(then, now), only(now, then));
            let or_none = |text: String| if text.is_empty() { "nothing".to_owned() } else { text };
            return format!("row {row}: planned {}, now {}", or_none(then), or_none(now));
        }
    }
    format!("row {row}: it comes out for other reasons than planned")
}

fn of_outcome(of: &RowOutcome) -> String {
    let lead = match (of.lead, of.lead_of_row) {
        (Some(lead), _) => format!(" (lead {lead})"),
        (None, Some(row)) if row != of.row => format!(" (the lead of row {row})"),
        _ => String::new(),
    };
    let why = of.problems.first().map(|problem| format!(": {}", problem.problem)).unwrap_or_default();
    format!("{}{lead}{why}", of.outcome)
}

fn of_change(change: &Change) -> String {
    let lead = change.lead.map(|lead| format!("lead {lead} ")).unwrap_or_default();
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    format!("{lead}{} {} → {}", change.field, value(&change.old), value(&change.new))
}
