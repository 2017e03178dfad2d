//! `crmctl user edit`

use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Context;
use crate::domain::access::role::{Right, Role};
use crate::error::{Exit, Result};

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
    #[arg(long, value_parser = crate::commands::args::times::checked_timezone)]
    timezone: Option<String>,
    /// Let the user act again after `user disable`
    #[arg(long)]
    enable: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Administer)?;
    let edited = super::change(&mut session, &args.email, |user| {
        user.email = args.new_email.unwrap_or(std::mem::take(&mut user.email));
        user.role = args.role.unwrap_or(user.role);
        user.first_name = args.first_name.or(user.first_name.take());
        user.last_name = args.last_name.or(user.last_name.take());
        user.timezone = args.timezone.unwrap_or(std::mem::take(&mut user.timezone));
        user.is_active |= args.enable;
    })?;
    context.tell_unchanged(edited.is_changed);
    context.ui.record(&edited.row, super::COLUMNS)?;
    Ok(Exit::Done)
}
