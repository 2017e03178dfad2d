//! `crmctl budget deposit`

use super::booking::{BookingArgs, Target, Work, book};
use crate::commands::args::amounts::base_currency;
use crate::commands::context::Context;
use crate::db::models::money::budget_accounts;
use crate::domain::access::role::Right;
use crate::domain::money::ledger::TransactionType;
use crate::error::{Exit, Result};

/// Put money on an account
///
/// The first deposit opens the account `main`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl budget deposit 50000 --description 'second quarter'")]
pub struct Args {
    #[command(flatten)]
    booking: BookingArgs,
}

/// The account that a first deposit opens.
const FIRST: &str = "main";

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::ManageCosts)?;
    let org = session.org.org_id();
    let is_first = args.booking.account.account.is_none()
        && session.db.read(org, |conn| budget_accounts::all(conn, org))?.is_empty();
    let target = match is_first {
        true => Target::New(FIRST, base_currency(&session)?),
        false => Target::Account(args.booking.account.find(&mut session)?),
    };
    let (kind, args) = (TransactionType::Deposit, &args.booking);
    book(Work { args, kind, target, cost: None, allow_negative: false }, &mut session, context)
}
