//! `crmctl user add`

use super::profile::Profile;
use crate::commands::args::changes::{ChangeArgs, added};
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Context;
use crate::db::models::access::users::{NewUser, User};
use crate::db::types::{Json, Uid};
use crate::domain::access::role::{Right, Role};
use crate::error::{Exit, Result};
use crate::ops::audited;

/// Add a user to the organization
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl user add ada@example.com --role manager --first-name Ada --last-name Lovelace --username ada"
)]
pub struct Args {
    /// Their email
    #[arg(value_parser = super::checked_email)]
    email: String,
    /// What the user may do
    #[arg(long, default_value = "sales_rep", value_parser = one_of::<Role>())]
    role: Role,
    /// The first name
    #[arg(long, value_parser = super::checked_name)]
    first_name: Option<String>,
    /// The last name
    #[arg(long, value_parser = super::checked_name)]
    last_name: Option<String>,
    /// IANA name; the organization's when left out
    #[arg(long, value_parser = crate::commands::args::times::checked_timezone)]
    timezone: Option<String>,
    #[command(flatten)]
    profile: Profile,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&super::details())?;
    let mut session = context.session(Right::Administer)?;
    let org = session.org.org_id();
    let new = NewUser {
        organization_id: org.0,
        uid: Uid::new(),
        email: &args.email,
        first_name: args.first_name.as_deref(),
        last_name: args.last_name.as_deref(),
        role: args.role,
        timezone: args.timezone.as_deref().unwrap_or(&session.org.timezone),
        created_at: session.stamp.now,
        updated_at: session.stamp.now,
        username: args.profile.username.as_deref(),
        preferences: args.profile.preferences(&Json::default())?,
        avatar_url: args.profile.avatar_url.as_deref(),
        is_verified: args.profile.verified,
    };
    let made = session.db.write_as(args.answer.mode(), org, |conn| audited::add::<User>(conn, &new, &session.stamp));
    let made = made.map_err(|e| super::name_taken(e, &args.email, args.profile.username.as_deref()))?;
    args.answer.answer(context.ui, &super::subject(&made.email), &added(audited::described(&made)), || {
        Ok(context.ui.record(&made, &super::details())?)
    })?;
    Ok(Exit::Done)
}
