//! `crmctl budget account add`

use iso_currency::Currency;

use crate::commands::args::amounts::base_currency;
use crate::commands::args::changes::{ChangeArgs, added};
use crate::commands::args::texts::within;
use crate::commands::context::Context;
use crate::db::Lock;
use crate::domain::access::role::Right;
use crate::domain::money::currency;
use crate::domain::money::ledger::LONGEST_ACCOUNT;
use crate::error::{Exit, Result};
use crate::ops::audited;
use crate::ops::money::budget;

/// Open a budget account
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl budget account add ads-europe --currency EUR")]
pub struct Args {
    /// Its name
    #[arg(value_parser = within::<LONGEST_ACCOUNT>)]
    name: String,
    /// ISO 4217 code [default: the organization's]
    #[arg(long, value_parser = currency::parse)]
    currency: Option<Currency>,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    let mut session = context.session(Right::ManageCosts)?;
    let currency = args.currency.map_or_else(|| base_currency(&session), Ok)?;
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let account = session.db.write_under(Lock::Costs, org, args.answer.mode(), |conn| {
        budget::open(conn, &args.name, currency.code(), &stamp)
    })?;
    args.answer.answer(
        context.ui,
        &format!("budget {}", account.name),
        &added(audited::described(&account)),
        || Ok(context.ui.record(&account, super::COLUMNS)?),
    )?;
    Ok(Exit::Done)
}
