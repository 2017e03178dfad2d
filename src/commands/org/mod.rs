//! `crmctl org`

mod add;
mod disable;
mod edit;
mod group;
mod list;
mod profile;
mod set;
mod show;

use crate::commands::context::{Context, now};
use crate::db::Stamp;
use crate::db::models::access::organizations::{self, Organization};
use crate::db::{Database, DbError, RunMode};
use crate::error::{CommandError, Exit, Result};
use crate::ops::audited::{self, Edited};
use crate::ui::Column;
use profile::ProfileField;

/// Manage organizations, the tenants of a database
#[derive(Debug, clap::Subcommand)]
#[command(
    after_help = "Examples:\n  crmctl org add acme --name 'Acme Inc.' --region US\n  crmctl org edit acme --currency EUR\n  crmctl org show acme"
)]
pub enum Command {
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Edit(edit::Args),
    Disable(disable::Args),
    Set(set::Args),
    Group(group::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Edit(args) => edit::run(args, context),
        Command::Disable(args) => disable::run(args, context),
        Command::Set(args) => set::run(args, context),
        Command::Group(args) => group::run(args, context),
    }
}

pub(super) const COLUMNS: &[Column] = &[
    Column::number("id", "id").optional(),
    Column::whole("slug", "slug").kept(),
    Column::text("name", "name"),
    Column::text("default_region", "region"),
    Column::text("base_currency", "currency").optional(),
    Column::text("timezone", "timezone").optional(),
    Column::whole("is_active", "active"),
    Column::hidden("uid"),
    Column::hidden_time("created_at"),
    Column::hidden_time("updated_at"),
    Column::hidden("version"),
    Column::hidden("description"),
    Column::hidden("website"),
    Column::hidden("industry"),
    Column::hidden("size"),
    Column::hidden("billing_email"),
    Column::hidden("subscription_tier"),
    Column::hidden("group_slug"),
];

/// The columns of one organization: there is room for what it is.
pub(super) fn details() -> Vec<Column> {
    let is_profile = |column: &Column| ProfileField::WORDS.contains(&&*column.key);
    COLUMNS.iter().map(|column| if is_profile(column) { column.visible() } else { column.clone() }).collect()
}

/// The organization with this slug; without one, the organization of the call.
pub(super) fn named(context: &Context, db: &mut Database, slug: Option<&str>) -> Result<Organization> {
    match slug {
        Some(slug) => by_slug(db, slug),
        None => context.organization(db, now()?, false),
    }
}

/// The organization with this slug.
pub(super) fn by_slug(db: &mut Database, slug: &str) -> Result<Organization> {
    db.read_global(|conn| organizations::by_slug(conn, slug))?.ok_or_else(|| {
        CommandError::failed(format!("no organization has the slug `{slug}`")).hint("list them: crmctl org list")
    })
}

/// The normal forms of what a person says about an organization.
pub(super) fn checked_region(text: &str) -> Result<String, String> {
    text.parse::<crate::domain::phone::Region>().map(|region| region.to_string())
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

/// Acts in the organization named by `slug`, or that of the call; refuses what only admins may do.
pub(super) fn administer(context: &Context, db: &mut Database, slug: Option<&str>) -> Result<(Organization, Stamp)> {
    let org = named(context, db, slug)?;
    let stamp = context.admin(db, &org)?;
    Ok((org, stamp))
}

/// Changes an organization, whose slug others may have taken.
pub(super) fn change(
    db: &mut Database,
    org: &Organization,
    stamp: &Stamp,
    mode: RunMode,
    change: impl FnOnce(&mut Organization),
) -> Result<Edited<Organization>> {
    let mut slug = org.slug.clone();
    let edited = db.write_as(mode, org.org_id(), |conn| {
        audited::change(conn, org.id.into(), stamp, |org: &mut Organization| -> Result<(), DbError> {
            change(org);
            slug.clone_from(&org.slug);
            Ok(())
        })
    });
    let edited = edited.map_err(|e| slug_taken(e, &slug))?;
    edited.ok_or_else(|| CommandError::failed(format!("the organization `{slug}` is gone")))
}

/// What an organization is called in answers.
pub(super) fn subject(slug: &str) -> String {
    format!("org {slug}")
}

/// What is to be said when an organization was not written.
pub(super) fn slug_taken(error: DbError, slug: &str) -> CommandError {
    match error.is_unique_violation() {
        true => CommandError::failed(format!("the slug `{slug}` is taken")),
        false => error.into(),
    }
}
