//! `crmctl user`

mod add;
mod disable;
mod edit;
mod list;
mod show;

use crate::commands::context::{Context, Session};
use crate::db::DbError;
use crate::db::models::access::users::User;
use crate::domain::email::Email;
use crate::error::{CommandError, Exit, Result};
use crate::ops::audited::{self, Edited};
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

pub fn run(command: Command, context: &Context) -> Result<Exit> {
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

/// Changes the user with this email, whose new email others may have taken.
fn change(session: &mut Session, email: &str, change: impl FnOnce(&mut User)) -> Result<Edited<User>> {
    let user = session.user_by_email(email)?;
    let mut email = user.email;
    let edited = session.db.write(session.stamp.org, |conn| {
        audited::change(conn, user.id, &session.stamp, |user: &mut User| -> Result<(), DbError> {
            change(user);
            email.clone_from(&user.email);
            Ok(())
        })
    });
    let edited = edited.map_err(|e| email_taken(e, &email))?;
    edited.ok_or_else(|| CommandError::failed(format!("the user `{email}` is gone")))
}

/// What is to be said when a user was not written.
fn email_taken(error: DbError, email: &str) -> CommandError {
    match error.is_unique_violation() {
        true => CommandError::failed(format!("`{email}` is a user already")),
        false => error.into(),
    }
}

pub(super) fn checked_email(text: &str) -> Result<String, String> {
    Email::parse(text).map(Email::into_string).map_err(|e| format!("`{text}` {e}"))
}

pub(super) fn checked_name(text: &str) -> Result<String, String> {
    match text.trim().chars().count() {
        ..=100 => Ok(text.trim().to_owned()),
        _ => Err("a name has at most 100 characters".into()),
    }
}
