//! `crmctl roi rate list`

use crate::commands::args::amounts::base_currency;
use crate::commands::context::Context;
use crate::db::models::money::exchange_rates::{self, ExchangeRate};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// List the exchange rates that count, by month
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl roi rate list\n  crmctl roi rate list --all")]
pub struct Args {
    /// Earlier ones, too, that later ones took the place of
    #[arg(long)]
    all: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    session.read_from_replica([], context)?;
    let base = base_currency(&session)?;
    let org = session.org.org_id();
    let rates = session.db.read(org, |conn| exchange_rates::entered(conn, org, base.code()))?;
    let is_last = |place: usize, rate: &ExchangeRate| {
        rates.get(place + 1).is_none_or(|next| (&next.period, &next.currency) != (&rate.period, &rate.currency))
    };
    let mut list = context.ui.list(super::COLUMNS);
    for (place, rate) in rates.iter().enumerate() {
        if args.all || is_last(place, rate) {
            list.push(rate)?;
        }
    }
    list.finish(&format!("no rates to {} are set", base.code()))?;
    Ok(Exit::Done)
}
