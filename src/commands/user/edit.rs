//! `crmctl user edit`

use crate::cli::one_of;
use crate::commands::context::Context;
use crate::db::models::users;
use crate::domain::role::{Right, Role};
use crate::error::{CommandError, Exit};

/// Change a user
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  crmctl user edit ada@example.com --role admin")]
pub struct Args {
    #[arg(value_parser = super::checked_email)]
    email: String,
    /// A new email
    #[arg(long = "email", value_name = "EMAIL", value_parser = super::checked_email)]
    new_email: Option<String>,
    #[arg(long, value_parser = one_of::<Role>())]
    role: Option<Role>,
    #[arg(long, value_parser = super::checked_name)]
    first_name: Option<String>,
    #[arg(long, value_parser = super::checked_name)]
    last_name: Option<String>,
    /// IANA name
    #[arg(long, value_parser = crate::commands::org::checked_timezone)]
    timezone: Option<String>,
    /// Let the user act again after `user disable`
    #[arg(long)]
    enable: bool,
}

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let mut session = context.session(Right::Administer)?;
    let mut user = session.user_by_email(&args.email)?;
    let before = user.clone();
    user.email = args.new_email.unwrap_or(user.email);
    user.role = args.role.unwrap_or(user.role);
    user.first_name = args.first_name.or(user.first_name);
    user.last_name = args.last_name.or(user.last_name);
    user.timezone = args.timezone.unwrap_or(user.timezone);
    user.is_active |= args.enable;
    let (org, now) = (session.org.org_id(), session.stamp.now);
    if user == before {
        context.ui.note("nothing to change");
        context.ui.record(&user, super::COLUMNS)?;
        return Ok(Exit::Done);
    }
    match session.db.write(org, |conn| users::update(conn, &mut user, now)) {
        Err(e) if e.is_unique_violation() => {
            return Err(CommandError::failed(format!("`{}` is a user already", user.email)).into());
        }
        other => other?,
    }
    context.ui.record(&user, super::COLUMNS)?;
    Ok(Exit::Done)
}
