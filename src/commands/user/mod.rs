//! `crmctl user`

mod add;
mod disable;
mod edit;
mod list;
mod show;

use crate::commands::context::Context;
use crate::domain::email::Email;
use crate::error::Exit;
use crate::ui::Column;

/// Manage the users of an organization
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Edit(edit::Args),
    Disable(disable::Args),
}

pub fn run(command: Command, context: &Context) -> anyhow::Result<Exit> {
    match command {
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Edit(args) => edit::run(args, context),
        Command::Disable(args) => disable::run(args, context),
    }
}

pub(super) const COLUMNS: &[Column] = &[
    Column::number("id", "id"),
    Column::text("email", "email"),
    Column::text("first_name", "first name"),
    Column::text("last_name", "last name"),
    Column::whole("role", "role"),
    Column::text("timezone", "timezone"),
    Column::whole("is_active", "active"),
    Column::hidden("uid"),
    Column::hidden("created_at"),
    Column::hidden("updated_at"),
    Column::hidden("version"),
];

pub(super) fn checked_email(text: &str) -> Result<String, String> {
    Email::parse(text).map(Email::into_string).map_err(|e| format!("`{text}` {e}"))
}

pub(super) fn checked_name(text: &str) -> Result<String, String> {
    match text.trim().chars().count() {
        ..=100 => Ok(text.trim().to_owned()),
        _ => Err("a name has at most 100 characters".into()),
    }
}
