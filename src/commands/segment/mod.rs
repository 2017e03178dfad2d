//! `crmctl segment`

mod add;
mod count;
mod delete;
mod edit;
mod explain;
mod export;
mod list;
mod refresh;
mod show;

use serde::Serialize;

use crate::commands::args::leads::segments::find;
use crate::commands::args::leads::selection::reading;
use crate::commands::context::{Context, Session};
use crate::db::models::access::users;
use crate::db::models::segments::Segment;
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::filter::Filter;
use crate::ops::segments::SegmentError;
use crate::ui::{Change, Column};

/// Keep filters under a name, count and export their leads
#[derive(Debug, clap::Subcommand)]
#[command(
    after_help = "Examples:\n  crmctl segment add fresh --where 'created within 7 days'\n  crmctl segment count fresh\n  crmctl segment export fresh --output fresh.xlsx"
)]
pub enum Command {
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Edit(edit::Args),
    Delete(delete::Args),
    Count(count::Args),
    Refresh(refresh::Args),
    Export(export::Args),
    Explain(explain::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Edit(args) => edit::run(args, context),
        Command::Delete(args) => delete::run(args, context),
        Command::Count(args) => count::run(args, context),
        Command::Refresh(args) => refresh::run(args, context),
        Command::Export(args) => export::run(args, context),
        Command::Explain(args) => explain::run(args, context),
    }
}

/// A segment as it is printed.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    segment: Segment,
    /// The email of the user who made it.
    owner: Option<String>,
    /// The filter as text.
    filter_text: String,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::hidden("id"),
    Column::hidden("uid"),
    Column::whole("name", "name").kept(),
    Column::text("description", "description").optional(),
    Column::text("filter_text", "filter"),
    Column::hidden("filter"),
    Column::text("owner", "owner").optional(),
    Column::hidden("owner_id"),
    Column::whole("is_public", "public"),
    Column::count("lead_count", "leads").kept(),
    Column::time("counted_at", "counted").optional(),
    Column::hidden_time("created_at"),
    Column::hidden_time("updated_at"),
    Column::hidden("version"),
];

/// How many leads a segment had, and when.
#[derive(Debug, Serialize)]
pub(super) struct Count {
    pub segment: String,
    pub count: i64,
    pub counted_at: crate::domain::timestamp::Timestamp,
}

pub(super) const COUNT_COLUMNS: &[Column] = &[
    Column::whole("segment", "segment"),
    Column::count("count", "leads"),
    Column::time("counted_at", "counted").optional(),
];

/// The segment, for somebody who may change it: its owner, or an admin.
fn find_to_change(session: &mut Session, name: &str) -> Result<Segment> {
    let (segment, _) = find(session, name)?;
    let is_owner = segment.owner_id == session.stamp.changed_by;
    match is_owner || session.role.may(Right::Administer) {
        true => Ok(segment),
        false => Err(CommandError::failed(format!("the segment `{}` belongs to somebody else", segment.name))
            .hint("ask its owner or an admin, or add one of your own")),
    }
}

/// What is to be said when a segment was not written under this name.
fn not_written(error: SegmentError, name: &str) -> CommandError {
    match error {
        SegmentError::Db(e) if e.is_unique_violation() => {
            CommandError::failed(format!("there is a segment `{name}` already"))
                .hint("names are unique in the organization, private segments of others included; choose another one")
        }
        other => other.into(),
    }
}

/// What a segment is called in answers.
fn subject(name: &str) -> String {
    format!("segment {name}")
}

/// Changes of a segment as people read them: filters as text, owners by their emails.
fn readable(mut changes: Vec<Change>, session: &mut Session) -> Result<Vec<Change>> {
    let org = session.org.org_id();
    let users = match changes.iter().any(|change| change.key == "owner_id") {
        true => session.db.read(org, |conn| users::all(conn, org))?,
        false => Vec::new(),
    };
    let reading = reading(session, None);
    let told = |key: &str, value: Option<String>| {
        let value = value?;
        let user = users.iter().find(|user| key == "owner_id" && user.id.to_string() == value);
        let filter = || Filter::from_json(&serde_json::from_str(&value).ok()?, &reading).ok().map(|it| it.to_string());
        let text = match key {
            "filter" => filter(),
            _ => user.map(|user| user.email.clone()),
        };
        Some(text.unwrap_or(value))
    };
    for change in &mut changes {
        change.old = told(&change.key, change.old.take());
        change.new = told(&change.key, change.new.take());
    }
    Ok(changes)
}

/// A segment with what a person reads of it.
fn shown(session: &mut Session, segment: Segment) -> Result<Shown> {
    let org = session.org.org_id();
    let users = match segment.owner_id {
        None => Vec::new(),
        Some(_) => session.db.read(org, |conn| users::all(conn, org))?,
    };
    let reading = reading(session, None);
    Ok(shown_with(segment, &users, &reading))
}

fn shown_with(segment: Segment, users: &[users::User], reading: &crate::filter::Reading) -> Shown {
    let owner = users.iter().find(|user| Some(user.id) == segment.owner_id).map(|user| user.email.clone());
    let filter_text = match Filter::from_json(&segment.filter.0, reading) {
        Ok(filter) => filter.to_string(),
        Err(e) => format!("({e})"),
    };
    Shown { segment, owner, filter_text }
}
