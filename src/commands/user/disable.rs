//! `crmctl user disable`

use crate::commands::context::Context;
use crate::db::models::users;
use crate::domain::role::Right;
use crate::error::Exit;

/// Keep a user from acting; what the user did stays
#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(value_parser = super::checked_email)]
    email: String,
}

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let mut session = context.session(Right::Administer)?;
    let mut user = session.user_by_email(&args.email)?;
    user.is_active = false;
    let (org, now) = (session.org.org_id(), session.stamp.now);
    session.db.write(org, |conn| users::update(conn, &mut user, now))?;
    context.ui.record(&user, super::COLUMNS)?;
    Ok(Exit::Done)
}
