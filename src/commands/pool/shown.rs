//! Pools as they are printed, and what their verbs share.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::commands::args::leads::selection::reading;
use crate::commands::context::Session;
use crate::db::DbError;
use crate::db::models::lead_work::pools::assignment_pools::Pool;
use crate::db::types::Json;
use crate::domain::leads::tag;
use crate::error::CommandError;
use crate::filter::{Filter, Reading};
use crate::ops::lead_work::pools::words;
use crate::ui::{Change, Column, Progress};

/// A pool as it is printed.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    pool: Pool,
    /// The filter as text.
    filter_text: Option<String>,
    member_count: i64,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::hidden("id"),
    Column::hidden("uid"),
    Column::whole("name", "name").kept(),
    Column::text("description", "description").optional(),
    Column::whole("strategy", "strategy").kept(),
    Column::text("filter_text", "filter"),
    Column::hidden("filter"),
    Column::text("skills", "skills").optional(),
    Column::number("priority", "priority").optional(),
    Column::count("member_count", "members"),
    Column::whole("is_active", "active"),
    Column::hidden("cursor"),
    Column::hidden_time("created_at"),
    Column::hidden_time("updated_at"),
    Column::hidden("version"),
];

pub(super) fn shown(pool: Pool, member_count: i64, reading: &Reading) -> Shown {
    let filter_text = pool.filter.as_ref().map(|json| match Filter::from_json(&json.0, reading) {
        Ok(filter) => filter.to_string(),
        Err(e) => format!("({e})"),
    });
    Shown { pool, filter_text, member_count }
}

/// Skills as they are stored: tags in normal form. None where there are none.
pub(super) fn skills(said: &[String]) -> Result<Option<Json>, CommandError> {
    let skills = tag::parse_several(&said.join(",")).map_err(crate::commands::args::texts::bad_tags)?;
    Ok((!skills.is_empty()).then(|| Json(skills.into())))
}

/// What a pool is called in answers.
pub(super) fn subject(name: &str) -> String {
    format!("pool {name}")
}

/// Changes of a pool as people read them: filters as text, lists with commas.
pub(super) fn readable(mut changes: Vec<Change>, session: &Session) -> Vec<Change> {
    let reading = reading(session, None);
    let told = |key: &str, value: Option<String>| {
        let value = value?;
        let json = || serde_json::from_str(&value).ok();
        let text = match key {
            "filter" => json().and_then(|json| Some(Filter::from_json(&json, &reading).ok()?.to_string())),
            "skills" => json().map(|list| words(Some(&Json(list))).join(", ")),
            _ => None,
        };
        Some(text.unwrap_or(value))
    };
    for change in &mut changes {
        change.old = told(&change.key, change.old.take());
        change.new = told(&change.key, change.new.take());
    }
    changes
}

/// Shows how many of how many leads are done, and stops where the person asks for it.
pub(super) fn watched(
    interrupted: &AtomicBool,
    progress: &mut Progress,
    done: usize,
    of: usize,
) -> Result<(), DbError> {
    if interrupted.load(Ordering::Relaxed) {
        return Err(DbError::Interrupted);
    }
    progress.set(done as u64, of as u64);
    Ok(())
}
