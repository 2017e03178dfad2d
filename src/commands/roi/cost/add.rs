//! `crmctl roi cost add`

use iso_currency::Currency;

use crate::commands::args::amounts::base_currency;
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::texts::normal;
use crate::commands::args::texts::within;
use crate::commands::args::times::MonthArg;
use crate::commands::args::{amounts, complete};
use crate::commands::context::Context;
use crate::db::Lock;
use crate::db::models::money::lead_source_costs;
use crate::domain::access::role::Right;
use crate::domain::leads::source;
use crate::domain::money::amount::with_currency;
use crate::domain::money::cost::{CostKey, LONGEST_CAMPAIGN, LONGEST_NOTE, OnRecorded};
use crate::domain::money::currency;
use crate::error::{CommandError, Exit, Result};
use crate::ops::money::costs::{CostBook, CostEntry, CostError, Settled};
use crate::ui::Change;

/// Record what a source cost in a month
///
/// The same cost entered twice is an error, unless it is said whether it adds to the one before or takes its place.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    crmctl roi cost add 'Facebook Ads' 2026-03 1250.00\n  \
    crmctl roi cost add facebook_ads 2026-03 800 --currency EUR --campaign 'Spring sale' --note 'invoice 4711'\n  \
    crmctl roi cost add facebook_ads 2026-03 99.50 --add")]
pub struct Args {
    /// The source, in any spelling
    #[arg(add = complete::source_names())]
    source: String,
    /// Such as 2026-03 or last-month
    month: MonthArg,
    /// Such as 1250.00
    #[arg(allow_negative_numbers = true)]
    amount: String,
    /// ISO 4217 code [default: the organization's]
    #[arg(long, value_parser = currency::parse)]
    currency: Option<Currency>,
    /// A campaign of the source
    #[arg(long, value_parser = within::<LONGEST_CAMPAIGN>)]
    campaign: Option<String>,
    /// A note that is kept with it
    #[arg(long, value_name = "TEXT", value_parser = within::<LONGEST_NOTE>)]
    note: Option<String>,
    /// Add it to what is recorded
    #[arg(long, conflicts_with = "replace")]
    add: bool,
    /// Put it in place of what is recorded
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    let mut session = context.session(Right::ManageCosts)?;
    let amount = amounts::money(&args.amount, args.currency, base_currency(&session)?)?;
    let (currency, month) = (amount.currency, args.month.month(&session)?);
    let key = CostKey {
        period: month,
        source: normal("source", &args.source, source::MAX_LENGTH)?,
        campaign: match &args.campaign {
            Some(campaign) => normal("campaign", campaign, LONGEST_CAMPAIGN)?,
            None => String::new(),
        },
        currency: currency.code().to_owned(),
    };
    let has_note = args.note.is_some();
    let entry = CostEntry { key, cents: amount.cents, note: args.note };
    let on = match (args.add, args.replace) {
        (true, _) => OnRecorded::Add,
        (_, true) => OnRecorded::Replace,
        _ => OnRecorded::Refuse,
    };
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let (settled, key, cost) =
        session.db.write_under(Lock::Costs, org, args.answer.mode(), |conn| -> Result<_, CostError> {
            let mut book = CostBook::load(conn, org, Some(month))?;
            // In another case it may be recorded already.
            let key = book.key_of(&entry.key);
            let settled = book.enter(&entry, on).map_err(|problem| CostError::Refused { key: key.clone(), problem })?;
            book.write(conn, None, &stamp)?;
            let stored = lead_source_costs::by_key(conn, org, &key)?.into_iter().collect();
            Ok((settled, key, super::rows(conn, org, stored)?.pop()))
        })?;
    let cost = cost.ok_or_else(|| CommandError::failed("the cost cannot be read again"))?;
    let before = match settled {
        Settled::Updated(before) => Some(before),
        Settled::Unchanged | Settled::Created => None,
    };
    let ui = context.ui;
    let mut changes = vec![
        Change::new("cost_cents", before.map(|cents| cents.to_string()), Some(cost.cost.cost_cents.to_string())),
        Change::in_currency(currency.code()),
    ];
    if matches!(settled, Settled::Unchanged) {
        changes.clear();
        changes
            .extend(cost.cost.note.as_ref().filter(|_| has_note).map(|note| Change::said(format!("note \"{note}\""))));
    }
    if let (Settled::Updated(before), true) = (settled, args.answer.shows(ui)) {
        ui.note(&format!("it was {}", with_currency(before, currency.code())));
    }
    args.answer.answer(ui, &format!("roi cost {key}"), &changes, || Ok(ui.record(&cost, super::COLUMNS)?))?;
    Ok(Exit::Done)
}
