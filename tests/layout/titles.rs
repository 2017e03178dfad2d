//! A key has one title over the whole program, so that a person who knows it from one list knows it in all.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::Crate;

/// Keys with several titles, and why.
const SEVERAL: [(&str, &str); 24] = [
    // What is counted of an import depends on its kind.
    ("created", "what an import of its kind makes"),
    ("updated", "what an import of its kind changes"),
    ("unchanged", "what an import of its kind leaves"),
    ("read", "the rows of a file, in a summary and in the list of imports"),
    ("costs", "those that a sheet holds, and those of the sample data"),
    ("requests", "those that an import keeps are not all"),
    ("dnc_flagged", "of leads, and of numbers"),
    ("leads", "which of them is counted"),
    ("left", "of a run of a pool, and behind a condition"),
    ("lead_ids", "alone, and beside their count"),
    ("leads_moved", "where they moved to"),
    ("count", "of problems, and of leads"),
    ("entries", "which of the list are meant"),
    ("expired", "before and after they are closed"),
    ("deleted", "in a plan, and in what it did"),
    ("emptied", "in a plan, and in what it did"),
    ("redacted", "in a plan, and in what it did"),
    // Said as a sentence would.
    ("base_currency", "behind a rate: `1.08 in USD`"),
    ("conversion_change", "beside the conversion, or alone"),
    ("phone_number", "the do-not-call list has numbers, also of nobody's phone"),
    ("reason", "of what stays after an undo"),
    ("strategy", "how a pool chooses, and how a lead was assigned"),
    ("sequence", "the number of a transaction, and of an account how many it has"),
    ("what", "which thing was changed, and what is wrong with a ledger"),
];

/// The titles of each key, as columns declare them.
fn titles(of: &Crate) -> BTreeMap<String, BTreeSet<String>> {
    let column = regex::Regex::new(r#"Column::[a-z_]+\(\s*"([a-z_0-9.]+)",\s*"([^"]+)""#).unwrap();
    let mut titles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in of.sources.iter().filter(|it| it.layer() == "commands") {
        for found in column.captures_iter(&source.code) {
            // Parts of a sum stand a little to the right.
            titles.entry(found[1].to_owned()).or_default().insert(found[2].trim().to_owned());
        }
    }
    titles
}

#[test]
fn a_key_has_one_title() {
    let titles = titles(&Crate::of_project());
    assert!(titles.len() > 100, "{} keys", titles.len());
    let several: Vec<_> = titles.iter().filter(|(_, titles)| titles.len() > 1).collect();
    let undeclared: Vec<_> = several.iter().filter(|(key, _)| !SEVERAL.iter().any(|(known, _)| known == key)).collect();
    assert!(undeclared.is_empty(), "one title for each key: {undeclared:?}");
    for (key, _) in SEVERAL {
        assert!(several.iter().any(|(found, _)| *found == key), "`{key}` has one title by now: take it off the list");
    }
}
