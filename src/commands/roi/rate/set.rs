//! `crmctl roi rate set`

use iso_currency::Currency;

use crate::commands::args::amounts::base_currency;
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::times::MonthArg;
use crate::commands::context::Context;
use crate::db::models::money::exchange_rates;
use crate::db::{DbError, Lock};
use crate::domain::access::role::Right;
use crate::domain::money::currency;
use crate::domain::money::rate::Rate;
use crate::error::{CommandError, Exit, Result};
use crate::ops::money::rates;
use crate::ui::Change;

/// Set what a currency was worth in a month
///
/// That is what one unit was worth in the organization's currency. The rate before stays in `roi rate list --all`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl roi rate set EUR 2026-03 1.0843     # a euro was worth 1.0843 dollars")]
pub struct Args {
    /// ISO 4217 code
    #[arg(value_parser = currency::parse)]
    currency: Currency,
    /// Such as 2026-03 or last-month
    month: MonthArg,
    /// Such as 1.0843
    #[arg(allow_negative_numbers = true)]
    rate: Rate,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    let mut session = context.session(Right::ManageCosts)?;
    let base = base_currency(&session)?;
    if base == args.currency {
        return Err(
            CommandError::usage(format!("{} is the organization's own currency", base.code())).hint("it needs no rate")
        );
    }
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let month = args.month.month(&session)?;
    let key = (args.currency.code().to_owned(), month);
    let (before, entered) =
        session.db.write_under(Lock::Costs, org, args.answer.mode(), |conn| -> Result<_, DbError> {
            let before = rates::set(conn, &key, base.code(), args.rate, &stamp)?;
            Ok((before, exchange_rates::entered(conn, org, base.code())?))
        })?;
    let ui = context.ui;
    let mut changes = Vec::new();
    if before != Some(args.rate) {
        changes.push(Change::new("rate", before.map(|rate| rate.to_string()), Some(args.rate.to_string())));
    }
    if let (Some(before), true) = (before.filter(|before| *before != args.rate), args.answer.shows(ui)) {
        ui.note(&format!("it was {before}"));
    }
    let month = month.to_string();
    let set = entered.iter().rev().find(|rate| rate.currency == key.0 && rate.period == month);
    let set = set.ok_or_else(|| CommandError::failed("the rate cannot be read again"))?;
    let subject = format!("roi rate {} {month} in {}", key.0, base.code());
    args.answer.answer(ui, &subject, &changes, || Ok(ui.record(set, super::COLUMNS)?))?;
    Ok(Exit::Done)
}
