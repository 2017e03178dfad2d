//! `crmctl pool run`

use super::shown::watched;
use crate::commands::args::complete;
use crate::commands::args::leads::pools::{self, find, wanted};
use crate::commands::args::leads::selection::moment;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::{Context, Session};
use crate::db::models::lead_work::pools::assignment_pools::{self, Pool};
use crate::db::{Db, Lock, RunMode};
use crate::domain::access::role::Right;
use crate::domain::lead_work::pools::LeadOrder;
use crate::error::{CommandError, Exit, Result};
use crate::ops::lead_work::pools::PoolError;
use crate::ops::lead_work::pools::distribute::{How, Outcome, Wanted, distribute};
use crate::ops::lead_work::pools::told::Distributed;
use crate::ui::{Column, Format, Ui, grouped};

/// Give the open leads without an owner to the members of pools
///
/// Pools run one after the other, by their priority. A lead goes to the owner of an earlier lead of the same person, else to whom the
/// pool's strategy chooses. Who is inactive, absent, a viewer, full or over the limit of a day is passed over.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl pool run --dry-run\n  crmctl pool run inbound --not-back\n\n\
    Exit code 3 when leads stay without an owner.")]
pub struct Args {
    /// The pools; all active ones when none is named
    #[arg(value_name = "NAME", add = complete::pool_names())]
    names: Vec<String>,
    /// Which leads come first [default: newest, of the strategy score: score]
    #[arg(long, value_parser = one_of::<LeadOrder>())]
    order: Option<LeadOrder>,
    /// Give no lead back to whose it was last
    #[arg(long)]
    not_back: bool,
    /// Take no notice of who has earlier leads of the same person
    #[arg(long)]
    ignore_account: bool,
    /// Show what would be given to whom and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::whole("pool", "pool").kept(),
    Column::number("run", "run"),
    Column::whole("strategy", "strategy"),
    Column::whole("order", "order"),
    Column::count("leads", "leads"),
    Column::count("changed", "  changed"),
    Column::count("left", "  left"),
    Column::count("to_earlier_owners", "to owners of earlier leads"),
    Column::count("consent_denied", "consent denied"),
    Column::count("spread_before", "spread before"),
    Column::count("spread_after", "spread after"),
    Column::hidden("kind"),
    Column::hidden("members"),
    Column::hidden("reasons"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let wanted = chosen(&args, &mut session)?;
    let how = How { not_back: args.not_back, ignore_account: args.ignore_account, import: None };
    let (stamp, zone) = (session.stamp.clone(), moment(&session)?.zone);
    let (mode, interrupted) = (RunMode::of_flag(args.dry_run), session.db.interrupted());
    let mut progress = ui.progress();
    let work = |conn: &mut Db| -> Result<Outcome, PoolError> {
        let mut step = |done, of| watched(&interrupted, &mut progress, done, of);
        distribute(conn, &wanted, how, &stamp, &zone, &mut step)
    };
    let Outcome { mut runs, left } = session.db.write_under(Lock::Distributing, stamp.org, mode, work)?;
    drop(progress);
    if args.dry_run {
        runs.iter_mut().for_each(|run| run.run = None);
    }
    print(&runs, ui)?;
    if args.dry_run {
        ui.note("dry run: nothing was changed");
    }
    if left > 0 {
        ui.note(&format!("leads that stay without an owner: {}", grouped(left as i64)));
    }
    Ok(if left > 0 { Exit::NeedsAttention } else { Exit::Done })
}

/// The pools that are named, or all active ones, in the order in which they take leads.
fn chosen(args: &Args, session: &mut Session) -> Result<Vec<Wanted>> {
    let org = session.org.org_id();
    let mut pools = Vec::new();
    for name in &args.names {
        let pool = find(session, name)?;
        if pools.iter().any(|known: &Pool| known.id == pool.id) {
            return Err(CommandError::usage(format!("`{}` is named twice", pool.name)));
        }
        pools.push(pool);
    }
    if args.names.is_empty() {
        pools = session.db.read(org, |conn| assignment_pools::all(conn, org))?;
        pools.retain(|pool| pool.is_active);
    }
    if pools.is_empty() {
        return Err(CommandError::failed("there are no active pools")
            .hint("add one: crmctl pool add NAME, and its members: crmctl pool member add NAME EMAIL"));
    }
    pools.sort_by(|one, other| (one.priority, &one.name).cmp(&(other.priority, &other.name)));
    pools.into_iter().map(|pool| wanted(session, pool, args.order)).collect()
}

/// Prints what each pool distributed.
fn print(runs: &[Distributed], ui: Ui) -> Result<()> {
    match ui.format {
        Format::Table | Format::Markdown if !ui.wants_records() => {
            for run in runs {
                ui.record(run, COLUMNS)?;
                pools::print_parts(run, ui)?;
            }
        }
        _ => {
            let mut list = ui.list(COLUMNS);
            runs.iter().try_for_each(|run| list.push(run))?;
            list.finish("no pools")?;
        }
    }
    Ok(())
}
