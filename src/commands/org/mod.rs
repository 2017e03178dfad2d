//! `crmctl org`

mod add;
mod disable;
mod edit;
mod list;
mod set;
mod show;

use crate::commands::context::Context;
use crate::db::Database;
use crate::db::models::organizations::{self, Organization};
use crate::error::{CommandError, Exit};
use crate::ui::Column;

/// Manage organizations, the tenants of a database
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Edit(edit::Args),
    Disable(disable::Args),
    Set(set::Args),
}

pub fn run(command: Command, context: &Context) -> anyhow::Result<Exit> {
    match command {
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Edit(args) => edit::run(args, context),
        Command::Disable(args) => disable::run(args, context),
        Command::Set(args) => set::run(args, context),
    }
}

pub(super) const COLUMNS: &[Column] = &[
    Column::number("id", "id"),
    Column::whole("slug", "slug"),
    Column::text("name", "name"),
    Column::text("default_region", "region"),
    Column::text("base_currency", "currency"),
    Column::text("timezone", "timezone"),
    Column::whole("is_active", "active"),
    Column::hidden("uid"),
    Column::hidden("created_at"),
    Column::hidden("updated_at"),
    Column::hidden("version"),
];

/// The organization with this slug.
pub(super) fn by_slug(db: &mut Database, slug: &str) -> anyhow::Result<Organization> {
    db.read_global(|conn| organizations::by_slug(conn, slug))?.ok_or_else(|| {
        CommandError::failed(format!("no organization has the slug `{slug}`")).hint("list them: crmctl org list").into()
    })
}

/// The normal forms of what a person says about an organization.
pub(super) fn checked_region(text: &str) -> Result<String, String> {
    text.parse::<crate::domain::phone::Region>().map(|region| region.to_string())
}

pub(super) fn checked_timezone(text: &str) -> Result<String, String> {
    crate::domain::datetime::zone(text).map(|_| text.trim().to_owned())
}

pub(super) fn checked_slug(text: &str) -> Result<String, String> {
    crate::domain::slug::check(text).map(|()| text.to_owned())
}

pub(super) fn checked_name(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("a name cannot be empty".into()),
        name if name.chars().count() > 200 => Err("a name has at most 200 characters".into()),
        name => Ok(name.to_owned()),
    }
}

/// Refuses what only admins may do: acts in the organization named by `slug`.
pub(super) fn administer(context: &Context, db: &mut Database, slug: &str) -> anyhow::Result<Organization> {
    let org = by_slug(db, slug)?;
    context.require_admin(db, &org)?;
    Ok(org)
}
