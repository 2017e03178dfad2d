//! What no file says, and how large files and folders become.

use std::collections::BTreeMap;

use crate::sources::Crate;

/// The most files in a folder.
const MOST_FILES: usize = 12;

/// Folders with more files than that.
pub fn crowded(of: &Crate) -> Vec<String> {
    let crowded = folders(of).into_iter().filter(|(_, files)| *files > MOST_FILES);
    crowded.map(|(folder, files)| format!("{folder} has {files} files")).collect()
}

/// How many files each folder has.
pub fn folders(of: &Crate) -> BTreeMap<&str, usize> {
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for source in &of.sources {
        *files.entry(source.path.rsplit_once('/').map_or("", |(folder, _)| folder)).or_default() += 1;
    }
    files
}

/// Words of fields of a lead that mean nothing else.
pub const LEAD_FIELDS: [&str; 5] = ["temperature", "job_title", "linkedin_url", "expected_close_date", "postal_code"];

/// In how many files a field of a lead stands, under its word or as a name of code.
pub fn files_with(of: &Crate, field: &str) -> Vec<String> {
    let camel: String = field.split('_').map(|part| part[..1].to_uppercase() + &part[1..]).collect();
    // The name of a table, which is no field.
    let stands = |text: &str| text.replace("lead_score_history", "").contains(field) || text.contains(&camel);
    of.sources.iter().filter(|it| stands(&it.code)).map(|it| it.path.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails for each file outside these layers that holds one of these words.
    fn refuse(layers: &[&str], words: &[&str]) {
        let of = Crate::of_project();
        for source in of.sources.iter().filter(|it| !layers.contains(&it.layer())) {
            for word in words {
                assert!(!source.code.contains(word), "{} has {word}", source.path);
            }
        }
    }

    #[test]
    fn only_ui_writes_to_streams() {
        refuse(&["ui"], &["println!", "eprintln!", "print!(", "eprint!(", "io::stdout", "io::stderr", "dbg!"]);
    }

    #[test]
    fn commands_hold_no_sql() {
        let may = ["db", "ops", "filter", "reports"];
        refuse(&may, &["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "sql_query"]);
    }

    #[test]
    fn nothing_that_input_can_reach_panics() {
        refuse(&[], &[".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!("]);
    }

    #[test]
    fn errors_explain_themselves() {
        // The words of a panic are had in no other way.
        refuse(&["system"], &["downcast"]);
    }

    #[test]
    fn files_have_one_subject() {
        for source in Crate::of_project().sources {
            let most = if source.path == "db/schema.rs" { usize::MAX } else { 450 };
            assert!(source.lines <= most, "{} has {} lines; is it one subject?", source.path, source.lines);
        }
    }

    #[test]
    fn folders_are_small_rooms() {
        assert_eq!(crowded(&Crate::of_project()), Vec::<String>::new());
    }

    /// The areas that `db/models`, `db/catalogue`, `ops` and `domain` have in common.
    const AREAS: [&str; 11] = [
        "access",
        "audit",
        "backups",
        "dnc",
        "erasure",
        "imports",
        "lead_work",
        "leads",
        "money",
        "reports",
        "segments",
    ];

    #[test]
    fn the_layers_have_the_same_areas() {
        let of = Crate::of_project();
        // What is no area: the machinery by which rows with an audit are written, what looks after all areas, rows of whatever table, the calendar,
        // telephone numbers, and what keys are called.
        let others = ["audited", "canonical", "doctor", "labels", "phone", "time"];
        for layer in ["db/models/", "ops/", "domain/"] {
            for source in &of.sources {
                let Some((area, _)) = source.path.strip_prefix(layer).and_then(|inside| inside.split_once('/')) else {
                    continue;
                };
                assert!(AREAS.contains(&area) || others.contains(&area), "{}: {area} is no area", source.path);
            }
        }
        for source in of.sources.iter().filter(|it| it.path.starts_with("db/catalogue/")) {
            let area = source.path["db/catalogue/".len()..].split('/').next().unwrap().trim_end_matches(".rs");
            assert!(AREAS.contains(&area) || ["mod", "grants", "erasing"].contains(&area), "{}: no area", source.path);
        }
    }

    /// Otherwise Diesel builds another statement for each pattern of empty values.
    #[test]
    fn rows_are_inserted_by_one_statement_whatever_is_empty() {
        let of = Crate::of_project();
        let mut rows = 0;
        for source in &of.sources {
            for (_, after) in
                source.code.match_indices("Insertable").map(|(at, word)| source.code[at..].split_at(word.len()))
            {
                let row = after.split("struct ").next().unwrap();
                assert!(row.contains("treat_none_as_default_value = false"), "{}: {row}", source.path);
                rows += 1;
            }
        }
        assert!(rows > 10, "{rows}");
    }

    #[test]
    fn a_field_of_a_lead_stands_in_few_files() {
        let of = Crate::of_project();
        for field in LEAD_FIELDS {
            let files = files_with(&of, field);
            assert!(files.len() <= 10, "{field} stands in {} files: {files:?}", files.len());
        }
    }
}
