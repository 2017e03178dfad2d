//! `crmctl user`

mod absence;
mod add;
mod disable;
mod edit;
mod list;
mod profile;
mod show;

use crate::commands::context::{Context, Session};
use crate::db::models::access::users::User;
use crate::db::{DbError, RunMode};
use crate::domain::access::profile::username;
use crate::domain::email::Email;
use crate::error::{CommandError, Exit, Result};
use crate::ops::audited::{self, Edited};
use crate::ui::Column;

/// Manage the users of an organization
#[derive(Debug, clap::Subcommand)]
#[command(after_help = "Examples:\n  crmctl user add ada@example.com --role manager\n  crmctl user list")]
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
    Column::number("id", "id").optional(),
    Column::text("email", "email").kept(),
    Column::text("first_name", "first name"),
    Column::text("last_name", "last name"),
    Column::whole("role", "role"),
    Column::text("timezone", "timezone").optional(),
    Column::whole("is_active", "active"),
    Column::hidden("uid"),
    Column::hidden_time("created_at"),
    Column::hidden_time("updated_at"),
    Column::hidden("version"),
    Column::hidden("username"),
    Column::hidden("preferences"),
    Column::hidden("avatar_url"),
    Column::hidden("is_verified"),
    Column::hidden_time("last_seen_at"),
    Column::time("absent_from", "absent from").optional(),
    Column::time("absent_until", "absent until"),
];

/// What of a user only one's own page has room for.
const PROFILE: [&str; 5] = ["username", "preferences", "avatar_url", "is_verified", "last_seen_at"];

/// The columns of one user.
pub(super) fn details() -> Vec<Column> {
    let is_profile = |column: &Column| PROFILE.contains(&&*column.key);
    COLUMNS.iter().map(|column| if is_profile(column) { column.visible() } else { column.clone() }).collect()
}

/// Changes the user with this email or username, whose new ones others may have taken.
fn change(
    session: &mut Session,
    name: &str,
    mode: RunMode,
    change: impl FnOnce(&mut User) -> Result<(), CommandError>,
) -> Result<Edited<User>> {
    let user = session.user_named(name)?;
    let (mut email, mut username) = (user.email, user.username);
    let edited = session.db.write_as(mode, session.stamp.org, |conn| -> Result<_> {
        let edited = audited::change(conn, user.id, &session.stamp, |user: &mut User| -> Result<(), EditProblem> {
            change(user)?;
            (email, username) = (user.email.clone(), user.username.clone());
            Ok(())
        });
        edited.map_err(|problem| match problem {
            EditProblem::Said(error) => error,
            EditProblem::Db(e) => name_taken(e, &email, username.as_deref()),
        })
    })?;
    edited.ok_or_else(|| CommandError::failed(format!("the user `{name}` is gone")))
}

/// What a user is called in answers.
pub(super) fn subject(email: &str) -> String {
    format!("user {email}")
}

/// Why a user was not changed.
enum EditProblem {
    Said(CommandError),
    Db(DbError),
}

impl From<DbError> for EditProblem {
    fn from(error: DbError) -> EditProblem {
        EditProblem::Db(error)
    }
}

impl From<CommandError> for EditProblem {
    fn from(error: CommandError) -> EditProblem {
        EditProblem::Said(error)
    }
}

/// What is to be said when a user was not written.
fn name_taken(error: DbError, email: &str, username: Option<&str>) -> CommandError {
    match (error.is_unique_violation(), username) {
        (false, _) => error.into(),
        (true, Some(username)) if error.to_string().contains("username") => {
            CommandError::failed(format!("the username `{username}` is another user's"))
        }
        (true, _) => CommandError::failed(format!("`{email}` is a user already")),
    }
}

/// The email or username of a user, as an argument.
pub(super) fn checked_name_of_user(text: &str) -> Result<String, String> {
    if text.contains('@') { checked_email(text) } else { username(text) }
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
