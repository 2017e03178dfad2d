//! `crmctl lead`

pub mod change;
pub mod mass_update;
pub mod query;

use std::sync::LazyLock;

use serde::Serialize;

use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::context::Context;
use crate::db::lead_fields::{FIELDS, Shape};
use crate::db::models::leads::lead_tags;
use crate::db::models::leads::{self, Lead};
use crate::db::{Db, DbError, OrgId};
use crate::domain::timestamp::Timestamp;
use crate::error::{Exit, Result};
use crate::ops::dnc::blocked_numbers;
use crate::ui::Column;

/// Look at leads and mend them
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Add(Box<change::add::Args>),
    Show(query::show::Args),
    List(query::list::Args),
    Search(query::search::Args),
    Edit(Box<change::edit::Args>),
    Status(change::status::Args),
    Tag(change::tag::TagArgs),
    Untag(change::tag::UntagArgs),
    Assign(change::assign::Args),
    Note(change::note::Args),
    History(query::history::Args),
    Timeline(query::timeline::Args),
    Phone(change::phone::Args),
    Delete(change::delete::Args),
    Restore(change::restore::Args),
    Merge(change::merge::Args),
    Duplicates(query::duplicates::Args),
    Erase(change::erase::Args),
    Export(query::export::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Add(args) => change::add::run(*args, context),
        Command::Show(args) => query::show::run(args, context),
        Command::List(args) => query::list::run(args, context),
        Command::Search(args) => query::search::run(args, context),
        Command::Edit(args) => change::edit::run(*args, context),
        Command::Status(args) => change::status::run(args, context),
        Command::Tag(args) => change::tag::tag(args, context),
        Command::Untag(args) => change::tag::untag(args, context),
        Command::Assign(args) => change::assign::run(args, context),
        Command::Note(args) => change::note::run(args, context),
        Command::History(args) => query::history::run(args, context),
        Command::Timeline(args) => query::timeline::run(args, context),
        Command::Phone(args) => change::phone::run(args, context),
        Command::Delete(args) => change::delete::run(args, context),
        Command::Restore(args) => change::restore::run(args, context),
        Command::Merge(args) => change::merge::run(args, context),
        Command::Duplicates(args) => query::duplicates::run(args, context),
        Command::Erase(args) => change::erase::run(args, context),
        Command::Export(args) => query::export::run(args, context),
    }
}

/// A lead as lists print it: its columns and its tags.
#[derive(Debug, Serialize)]
pub(super) struct LeadRow {
    #[serde(flatten)]
    pub lead: Lead,
    pub tags: Vec<String>,
    /// Those of its numbers that may not be contacted, on one channel or on any.
    pub blocked: Vec<String>,
}

/// The columns of the database that tables of leads show; the other ones are in the machine-readable forms alone.
const SHOWN: [Column; 10] = [
    Column::number("id", "id"),
    Column::text("first_name", "first name"),
    Column::text("last_name", "last name"),
    Column::whole("phone_number", "phone"),
    Column::whole("phone_extension", "ext."),
    Column::text("email", "email"),
    Column::text("company", "company"),
    Column::whole("status", "status"),
    Column::number("lead_score", "score"),
    Column::text("source", "source"),
];

pub(super) static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let stored = FIELDS.iter().filter(|field| field.is_listed).map(|field| {
        let shown = SHOWN.iter().find(|column| column.key == field.name).cloned();
        shown.unwrap_or(match field.shape {
            Shape::Time => Column::hidden_time(field.name),
            _ => Column::hidden(field.name),
        })
    });
    stored.chain([Column::text("tags", "tags"), Column::mark("blocked", "blocked")]).collect()
});

/// These leads with their tags and blocked numbers, in the order of `ids`.
pub(super) fn rows(conn: &mut Db, org: OrgId, ids: &[i64], now: Timestamp) -> Result<Vec<LeadRow>, DbError> {
    let mut tags = lead_tags::of_leads(conn, org, ids)?;
    let mut found: std::collections::HashMap<i64, Lead> =
        leads::by_ids(conn, org, ids)?.into_iter().map(|lead| (lead.id, lead)).collect();
    let mut blocked = blocked_numbers(conn, org, found.values(), now)?;
    let ordered = ids.iter().filter_map(|id| found.remove(id));
    Ok(ordered
        .map(|lead| LeadRow {
            tags: tags.remove(&lead.id).unwrap_or_default(),
            blocked: blocked.remove(&lead.id).unwrap_or_default(),
            lead,
        })
        .collect())
}
