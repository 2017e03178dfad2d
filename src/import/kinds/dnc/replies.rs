//! Replies of people in a sheet: who wrote what, and when.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::fields::DncField;
use super::rows::{DncOptions, check};
use crate::db::models::access::organizations::Organization;
use crate::domain::dnc::opt_out_text::detect;
use crate::domain::timestamp::Timestamp;
use crate::import::ImportError;
use crate::import::problems::note_by_column;
use crate::import::sheet::cells::{Findings, RowCells, Setting};
use crate::import::sheet::columns::{Columns, recognise};
use crate::import::sheet::proven;
use crate::import::source::budget::some_names;
use crate::import::source::{Item, Source, SourceOptions};
use crate::ops::dnc::add::Request;

/// A row of a sheet of replies.
#[derive(Debug)]
pub struct Reply {
    /// Where the row stands in the file.
    pub row: u64,
    /// What was written.
    pub text: String,
    /// What it would be a request for, for each number of the row.
    pub requests: Vec<Request>,
    /// What is wrong with the row, as sentences with their remedies.
    pub problems: Vec<String>,
}

/// Reads a sheet that has a column of phones and one of texts. `notice` hears what is passed over.
///
/// # Errors
/// The file cannot be read, or has no such columns.
pub fn read(
    path: &Path,
    options: &DncOptions,
    organization: &Organization,
    now: Timestamp,
    interrupted: Arc<AtomicBool>,
    notice: &mut dyn FnMut(&str),
) -> Result<Vec<Reply>, ImportError> {
    let named = options.map.iter().map(|assignment| assignment.value.clone()).collect();
    let recognise = recognise::<DncField>;
    let source = Source::open(path, &SourceOptions { named, recognise, interrupted, ..SourceOptions::default() })?;
    let columns = Columns::of(source.shown(), &source.headers, &options.map, &options.ignore, &[])?;
    let Some(text) = columns.columns_of(DncField::Evidence).next() else {
        return Err(ImportError::Mapping {
            problem: format!("no column of `{}` holds the texts", source.shown()),
            columns: source.headers.clone(),
            remedy: "name it, for example --map evidence=Message".into(),
            again: None,
        });
    };
    source.passed_over().iter().for_each(|text| notice(text));
    if !columns.left_out().is_empty() {
        notice(&format!("columns left out: {}", some_names(&columns.left_out())));
    }
    source.special(&|index| columns.is_claimed(index)).iter().for_each(|text| notice(text));
    let options = &proven(options.clone(), &columns, &source, organization, notice)?;
    let setting = Setting::of(columns, options, organization, now);
    let mut replies = Vec::new();
    let mut told = Vec::new();
    source.read(&mut |item| {
        match item {
            Item::Row(row) => {
                let mut cells = RowCells::new(&setting, &row);
                let mut requests = check(&mut cells, options).unwrap_or_default();
                let is_scoped = cells.one(DncField::Scope).is_some();
                let Findings { problems, remarks, parts, .. } = cells.end();
                remarks.iter().chain(&parts).for_each(|remark| note_by_column(&mut told, &source, row.number, remark));
                if !problems.is_empty() {
                    requests.clear();
                }
                let text = row.cell(text).trim().to_owned();
                let detected = detect(&text);
                // What could not be read stands below the evidence, and is no part of what was written.
                requests.iter_mut().for_each(|request| request.class = Some(detected.class));
                // A column of scopes says more than the text.
                if let Some(scope) = detected.scope.filter(|_| !is_scoped) {
                    requests.iter_mut().for_each(|request| request.terms.scope = scope);
                }
                let problems = problems.iter().map(|p| format!("{}; {}", p.describe(), p.remedy)).collect();
                replies.push(Reply { row: row.number, text, requests, problems });
            }
            Item::Broken(row, problem) => {
                let problems = vec![format!("{}; {}", problem.describe(), problem.remedy)];
                let text = row.cell(text).trim().to_owned();
                replies.push(Reply { row: row.number, text, requests: Vec::new(), problems });
            }
            Item::Blank(_) => {}
        }
        Ok(())
    })?;
    source.verify_unchanged()?;
    for group in told {
        let rows = if group.count == 1 { "1 row".to_owned() } else { format!("{} rows", group.count) };
        let (value, problem) = (&group.example_value, &group.example_problem);
        notice(&format!("{rows}, for example row {}: `{value}` {problem}", group.example_row));
    }
    Ok(replies)
}
