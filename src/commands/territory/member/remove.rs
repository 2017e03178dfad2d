//! `crmctl territory member remove`

use super::subject;
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::args::leads::selection::reading;
use crate::commands::args::leads::territories::find;
use crate::commands::context::Context;
use crate::commands::territory::shown::{COLUMNS, Known};
use crate::db::Lock;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::territories::remove_member;
use crate::ui::Change;

/// Let a user work a territory no longer
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl territory member remove West ann@example.com")]
pub struct Args {
    /// The territory
    #[arg(add = complete::territory_names())]
    name: String,
    /// The user, by email or username
    #[arg(value_name = "EMAIL", add = complete::user_emails())]
    member: String,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let territory = find(&mut session, &args.name)?;
    let user = session.user_named(&args.member)?;
    let stamp = session.stamp.clone();
    let reading = reading(&session, None);
    let known = session.db.write_under(Lock::Territories, stamp.org, args.answer.mode(), |conn| -> Result<_> {
        remove_member(conn, &territory, &user, &stamp)?;
        Ok(Known::within(conn, stamp.org, reading)?)
    })?;
    let changes = [Change::said(format!("{} removed", user.email))];
    args.answer
        .answer(context.ui, &subject(&territory.name), &changes, || known.shown(territory.clone()).print(context.ui))?;
    Ok(Exit::Done)
}
