//! `crmctl budget adjust`

use super::booking::{BookingArgs, Target, Work, book};
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::domain::money::ledger::TransactionType;
use crate::error::{CommandError, Exit, Result};

/// Correct the balance of an account
///
/// The amount has its sign; a description says why. Transactions are never changed: a wrong one is corrected by another
/// one.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl budget adjust -12.50 --description 'bank fees of March'")]
pub struct Args {
    #[command(flatten)]
    booking: BookingArgs,
    /// Let the balance fall below zero
    #[arg(long)]
    allow_negative: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    if args.booking.description.is_none() {
        return Err(CommandError::usage("an adjustment needs a reason").hint("say it with --description TEXT"));
    }
    let mut session = context.session(Right::ManageCosts)?;
    let target = Target::Account(args.booking.account.find(&mut session)?);
    let (kind, booking) = (TransactionType::Adjustment, &args.booking);
    book(Work { args: booking, kind, target, cost: None, allow_negative: args.allow_negative }, &mut session, context)
}
