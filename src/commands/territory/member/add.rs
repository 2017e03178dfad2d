//! `crmctl territory member add`

use super::subject;
use crate::commands::args::changes::{ChangeArgs, changes_of};
use crate::commands::args::complete;
use crate::commands::args::leads::selection::reading;
use crate::commands::args::leads::territories::find;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Context;
use crate::commands::territory::shown::{COLUMNS, Known};
use crate::db::Lock;
use crate::domain::access::role::Right;
use crate::domain::lead_work::territories::MemberRole;
use crate::error::{Exit, Result};
use crate::ops::lead_work::territories::add_member;
use crate::ui::Change;

/// Let a user work a territory, or change as what
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl territory member add West ann@example.com\n  \
    crmctl territory member add West ann@example.com --role owner")]
pub struct Args {
    /// The territory
    #[arg(add = complete::territory_names())]
    name: String,
    /// The user, by email or username
    #[arg(value_name = "EMAIL", add = complete::user_emails())]
    member: String,
    /// As what: an owner answers for the territory
    #[arg(long, default_value = "member", value_parser = one_of::<MemberRole>())]
    role: MemberRole,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let territory = find(&mut session, &args.name)?;
    let user = session.active_user_named(&args.member)?;
    let stamp = session.stamp.clone();
    let reading = reading(&session, None);
    let (changed, known) =
        session.db.write_under(Lock::Territories, stamp.org, args.answer.mode(), |conn| -> Result<_> {
            let changed = add_member(conn, &territory, user.id, args.role, &stamp)?;
            Ok((changed, Known::within(conn, stamp.org, reading)?))
        })?;
    // Of a member it is the role that changes.
    let change = |change: Change| Change { key: user.email.clone(), ..change };
    let changes: Vec<Change> = changes_of(changed).into_iter().map(change).collect();
    args.answer
        .answer(context.ui, &subject(&territory.name), &changes, || known.shown(territory.clone()).print(context.ui))?;
    Ok(Exit::Done)
}
