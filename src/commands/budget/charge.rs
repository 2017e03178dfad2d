//! `crmctl budget charge`

use super::booking::{BookingArgs, CostArgs, Target, Work, book};
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::domain::money::ledger::TransactionType;
use crate::error::{Exit, Result};
use crate::ops::money::budget::CostPart;

/// Take money that was spent off an account
///
/// With --source and --month it is recorded as the cost of that source in that month, too, so that `roi` and the ledger agree. A
/// charge beyond the balance is refused.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    crmctl budget charge 1250.00 --source 'Facebook Ads' --month 2026-03 --reference 'invoice 4711'\n  \
    crmctl budget charge 99 --account ads-europe --description 'design of a banner'\n  \
    crmctl budget charge 800 --source radio --month 2026-03 --recorded     # its cost is recorded already")]
pub struct Args {
    #[command(flatten)]
    booking: BookingArgs,
    #[command(flatten)]
    cost: CostArgs,
    /// The cost is recorded already, and the charge does not add to it
    #[arg(long, requires = "source")]
    recorded: bool,
    /// Let the balance fall below zero
    #[arg(long)]
    allow_negative: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::ManageCosts)?;
    let cost = args.cost.part(&session)?.map(|part| CostPart { is_recorded: args.recorded, ..part });
    let target = Target::Account(args.booking.account.find(&mut session)?);
    let (kind, booking) = (TransactionType::Charge, &args.booking);
    book(Work { args: booking, kind, target, cost, allow_negative: args.allow_negative }, &mut session, context)
}
