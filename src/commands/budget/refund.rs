//! `crmctl budget refund`

use super::booking::{BookingArgs, CostArgs, Target, Work, book};
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::domain::money::ledger::TransactionType;
use crate::error::{Exit, Result};

/// Put money that was spent back on an account
///
/// With --source and --month it is taken off the cost of that source in that month, too, as far as that was charged.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl budget refund 50 --source 'Facebook Ads' --month 2026-03 --reference 'credit note 12'"
)]
pub struct Args {
    #[command(flatten)]
    booking: BookingArgs,
    #[command(flatten)]
    cost: CostArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::ManageCosts)?;
    let cost = args.cost.part(&session)?;
    let target = Target::Account(args.booking.account.find(&mut session)?);
    let (kind, booking) = (TransactionType::Refund, &args.booking);
    book(Work { args: booking, kind, target, cost, allow_negative: false }, &mut session, context)
}
