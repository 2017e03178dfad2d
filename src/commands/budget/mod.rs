//! `crmctl budget`

mod account;
mod adjust;
mod balance;
mod booking;
mod charge;
mod deposit;
mod list;
mod refund;
mod verify;

use crate::commands::context::{Context, Session};
use crate::db::models::money::budget_accounts::{self, BudgetAccount};
use crate::domain::text::nearest;
use crate::error::{CommandError, Exit, Result};

/// Keep money on accounts that nobody can change unseen
#[derive(Debug, clap::Subcommand)]
#[command(
    after_help = "Examples:\n  crmctl budget deposit 50000\n  crmctl budget charge 300 --source google_ads --month 2026-03\n  crmctl budget balance"
)]
pub enum Command {
    Account(account::Args),
    Deposit(deposit::Args),
    Charge(charge::Args),
    Refund(refund::Args),
    Adjust(adjust::Args),
    Balance(balance::Args),
    List(list::Args),
    Verify(verify::Args),
}

pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Account(args) => account::run(args, context),
        Command::Deposit(args) => deposit::run(args, context),
        Command::Charge(args) => charge::run(args, context),
        Command::Refund(args) => refund::run(args, context),
        Command::Adjust(args) => adjust::run(args, context),
        Command::Balance(args) => balance::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Verify(args) => verify::run(args, context),
    }
}

/// Which account is meant.
#[derive(Debug, Clone, clap::Args)]
struct AccountName {
    /// The account; may be left out while there is only one
    #[arg(long, value_name = "NAME", add = crate::commands::args::complete::budget_accounts())]
    account: Option<String>,
}

impl AccountName {
    /// The account that is named, or the only one.
    fn find(&self, session: &mut Session) -> Result<BudgetAccount> {
        let org = session.org.org_id();
        let mut all = session.db.read(org, |conn| budget_accounts::all(conn, org))?;
        let names: Vec<String> = all.iter().map(|account| account.name.clone()).collect();
        let place = match &self.account {
            Some(name) => names.iter().position(|known| known == name.trim()),
            None if all.len() == 1 => Some(0),
            None => None,
        };
        if let Some(place) = place {
            return Ok(all.swap_remove(place));
        }
        let error = match (&self.account, names.is_empty()) {
            (_, true) => CommandError::failed("there are no budget accounts yet")
                .hint("open one: crmctl budget account add NAME, or make a deposit, which opens the account `main`"),
            (Some(name), false) => {
                let meant = nearest(name, names.iter().map(String::as_str));
                let hint = meant.map(|meant| format!("did you mean `{meant}`?"));
                CommandError::failed(format!("there is no budget account `{name}`"))
                    .hint(hint.unwrap_or_else(|| format!("the accounts: {}", names.join(", "))))
            }
            (None, false) => CommandError::usage("there are several budget accounts")
                .hint(format!("choose one with --account: {}", names.join(", "))),
        };
        Err(error)
    }
}
