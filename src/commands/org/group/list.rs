//! `crmctl org group list`

use std::collections::BTreeMap;

use serde::Serialize;

use crate::commands::context::Context;
use crate::db::models::access::organizations;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// List the groups of organizations
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl org group list")]
pub struct Args {}

#[derive(Serialize)]
struct Line {
    /// The group
    group: String,
    count: u64,
    organizations: String,
}

const COLUMNS: &[Column] =
    &[Column::whole("group", "group"), Column::count("count", "count"), Column::text("organizations", "organizations")];

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut db = context.open_existing()?;
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for org in db.read_global(organizations::all)? {
        if !org.group_slug.is_empty() {
            groups.entry(org.group_slug).or_default().push(org.slug);
        }
    }
    let mut list = context.ui.list(COLUMNS);
    for (group, members) in groups {
        list.push(&Line { group, count: members.len() as u64, organizations: members.join(", ") })?;
    }
    list.finish("no groups")?;
    Ok(Exit::Done)
}
