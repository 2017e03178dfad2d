//! `crmctl budget verify`

use super::AccountName;
use crate::commands::context::{Context, timed};
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::ops::money::budget;
use crate::ui::{Column, Format, grouped, plural};

/// Go through the ledger and name what was tampered with
///
/// That is every transaction that was altered, is missing, was put in or cut off. Each transaction holds the hash of
/// the one before and one over itself; the account holds the last. --contains finds a hash that was written down
/// earlier: as long as it is found, nothing up to it was changed, whoever holds the database.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl budget verify\n  \
    crmctl budget verify --account main\n\n\
    With --contains HASH the chain must hold the head hash of an earlier verify.\n\n\
    Exit code 3 when something is found, or the hash is not.")]
pub struct Args {
    #[command(flatten)]
    account: AccountName,
    /// A hash that the chain must contain, such as the head hash of an earlier verify
    #[arg(long, value_name = "HASH", value_parser = hash)]
    contains: Option<String>,
    #[command(flatten)]
    limit: crate::commands::args::limit::Limit,
}

fn hash(text: &str) -> Result<String, String> {
    let text = text.trim().to_lowercase();
    match text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => Ok(text),
        false => Err("a hash has 64 hexadecimal digits".into()),
    }
}

const ACCOUNTS: &[Column] = &[
    Column::text("account", "account").kept(),
    Column::count("transactions", "transactions"),
    Column::money_in("balance_cents", "balance", "currency"),
    Column::hidden("currency"),
    Column::count("faults", "faults").kept(),
    Column::hidden("head_hash"),
];

/// A head hash is as wide as a terminal, and stands in a line of its own.
const HEADS: &[Column] =
    &[Column::text("account", "account").kept(), Column::whole("head_hash", "hash of its last transaction").kept()];

const FAULTS: &[Column] = &[
    Column::text("account", "account").kept(),
    Column::number("sequence", "number"),
    Column::whole("fault", "fault").kept(),
    Column::text("what", "what was found").kept(),
];

const DOCUMENT: &[Column] = &[Column::hidden("accounts"), Column::hidden("faults"), Column::hidden("contains")];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    verify(args, context).map_err(CommandError::unheard)
}

fn verify(args: Args, context: &Context) -> Result<Exit> {
    context.catch_interrupts();
    let ui = context.ui;
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let account = match args.account.account.is_some() {
        true => Some(args.account.find(&mut session)?),
        false => None,
    };
    let interrupted = session.db.interrupted();
    let mut bar = ui.progress();
    let contains = args.contains.as_deref();
    let verified = timed(ui, "ledger verified", || {
        session.db.read_much(org, |conn| {
            let mut progress = |done, of| bar.set(done, of);
            budget::verify(conn, org, account.as_ref(), contains, &interrupted, &mut progress)
        })
    })?;
    drop(bar);
    match ui.format {
        _ if ui.wants_records() => {
            let mut list = ui.list(ACCOUNTS);
            verified.accounts.iter().try_for_each(|account| list.push(account))?;
            list.finish("there are no budget accounts")?;
            if !verified.faults.is_empty() {
                ui.warn(&format!(
                    "{} found; without --columns they are listed",
                    plural(verified.faults.len() as u64, "fault", "faults")
                ));
            }
        }
        Format::Table | Format::Markdown => {
            let mut list = ui.list(ACCOUNTS);
            verified.accounts.iter().try_for_each(|account| list.push(account))?;
            list.finish("there are no budget accounts")?;
            let most = args.limit.most(ui).map_or(usize::MAX, |most| most as usize);
            let shown: Vec<_> = verified.faults.iter().take(most).collect();
            ui.part("faults", &shown, FAULTS)?;
            let heads: Vec<_> = verified.accounts.iter().filter(|account| account.transactions > 0).collect();
            ui.part("heads", &heads, HEADS)?;
            if verified.faults.len() > most {
                ui.note(&format!("{} more; --limit 0 shows all", grouped((verified.faults.len() - most) as i64)));
            }
        }
        _ => ui.record(&verified, DOCUMENT)?,
    }
    if let (Some(_), Some((account, sequence))) = (contains, &verified.contains) {
        ui.note(&format!("the hash is that of number {sequence} of the account `{account}`"));
    }
    if contains.is_some() && verified.contains.is_none() {
        ui.warn("no transaction has this hash: the ledger is not the one from which it was written down");
    }
    let is_sound = verified.faults.is_empty() && (contains.is_none() || verified.contains.is_some());
    match verified.accounts.is_empty() && contains.is_some() {
        true => Err(CommandError::failed("there is no ledger that could contain the hash")),
        false => Ok(if is_sound { Exit::Done } else { Exit::NeedsAttention }),
    }
}
