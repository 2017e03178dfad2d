//! `crmctl user edit`

use super::absence::Absence;
use super::profile::{Cleared, Profile};
use crate::commands::args::changes::{ChangeArgs, changes_of};
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Context;
use crate::domain::access::role::{Right, Role};
use crate::error::{Exit, Result};

/// Change a user
///
/// A new email is not known to be the user's until --verified says so. Admins change users; of an absence managers may say, too, and everybody
/// who works leads of their own.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl user edit ada@example.com --role admin\n  \
    crmctl user edit ada --set-preference theme=dark --clear avatar_url\n  \
    crmctl user edit ada --absent-from 2026-12-24 --absent-until 2027-01-02")]
pub struct Args {
    /// The user, by email or username
    #[arg(value_name = "EMAIL|USERNAME", value_parser = super::checked_name_of_user)]
    who: String,
    /// A new email
    #[arg(long = "email", value_name = "EMAIL", value_parser = super::checked_email)]
    new_email: Option<String>,
    /// What the user may do
    #[arg(long, value_parser = one_of::<Role>())]
    role: Option<Role>,
    /// The first name
    #[arg(long, value_parser = super::checked_name)]
    first_name: Option<String>,
    /// The last name
    #[arg(long, value_parser = super::checked_name)]
    last_name: Option<String>,
    /// IANA name
    #[arg(long, value_parser = crate::commands::args::times::checked_timezone)]
    timezone: Option<String>,
    #[command(flatten)]
    profile: Profile,
    #[command(flatten)]
    absence: Absence,
    /// The email is not known to be the user's
    #[arg(long, conflicts_with = "verified")]
    unverified: bool,
    /// Empty a field: first_name, last_name, username, avatar_url, absence, preferences, or preferences.KEY; may be given several times
    #[arg(long, value_name = "FIELD")]
    clear: Vec<Cleared>,
    /// Let the user act again after `user disable`
    #[arg(long)]
    enable: bool,
    #[command(flatten)]
    answer: ChangeArgs,
}

impl Args {
    /// Whether it is said when the user is away, and nothing else.
    fn is_about_absence(&self) -> bool {
        let Args { new_email, role, first_name, last_name, timezone, profile, .. } = self;
        let is_said = [first_name, last_name, timezone, new_email].into_iter().any(Option::is_some) || role.is_some();
        let says_more = is_said || profile.is_said() || self.unverified || self.enable;
        let clears_more = self.clear.iter().any(|field| *field != Cleared::Absence);
        (self.absence.is_said() || !self.clear.is_empty()) && !says_more && !clears_more
    }
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&super::details())?;
    let said = [
        (Cleared::FirstName, args.first_name.is_some()),
        (Cleared::LastName, args.last_name.is_some()),
        (Cleared::Absence, args.absence.is_said()),
    ];
    args.profile.refuse_cleared(&args.clear, &said)?;
    let is_about_absence = args.is_about_absence();
    let mut session = context.session(if is_about_absence { Right::EditLeads } else { Right::Administer })?;
    if is_about_absence && Some(session.user_named(&args.who)?.id) != session.stamp.changed_by {
        session.require(Right::EditMany)?;
    }
    let absence = args.absence.read(&session)?;
    let edited = super::change(&mut session, &args.who, args.answer.mode(), |user| {
        if let Some(email) = args.new_email.filter(|email| *email != user.email) {
            user.email = email;
            user.is_verified = false;
        }
        user.role = args.role.unwrap_or(user.role);
        user.first_name = args.first_name.or(user.first_name.take());
        user.last_name = args.last_name.or(user.last_name.take());
        user.timezone = args.timezone.unwrap_or(std::mem::take(&mut user.timezone));
        user.is_active |= args.enable;
        user.is_verified &= !args.unverified;
        args.clear.iter().for_each(|field| field.clear(user));
        absence.fill(user)?;
        args.profile.fill(user)
    })?;
    args.answer.answer(context.ui, &super::subject(&edited.row.email), &changes_of(edited.changes), || {
        Ok(context.ui.record(&edited.row, &super::details())?)
    })?;
    Ok(Exit::Done)
}
