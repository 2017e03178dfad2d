//! `crmctl roi cost`

mod add;
mod delete;
mod history;
mod list;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::commands::args::complete;
use crate::commands::args::texts::normal;
use crate::commands::args::window::MonthsArgs;
use crate::commands::context::{Context, Session};
use crate::db::models::money::budget_transactions;
use crate::db::models::money::lead_source_costs::{CostFilter, SourceCost};
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::source;
use crate::domain::money::cost::{CostKey, LONGEST_CAMPAIGN};
use crate::domain::time::month::Month;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// Record what a source cost in a month
///
/// A cost is of a source, or of one of its campaigns, in one month and currency. `import costs` reads sheets of them.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_required = true,
    after_help = "Examples:\n  crmctl roi cost add radio 2026-03 800\n  crmctl roi cost list --quarter 2026Q1"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(add::Args),
    List(list::Args),
    #[command(alias = "remove")]
    Delete(delete::Args),
    History(history::Args),
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.command {
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Delete(args) => delete::run(args, context),
        Command::History(args) => history::run(args, context),
    }
}

/// Which costs are meant.
#[derive(Debug, clap::Args)]
struct CostSelection {
    #[command(flatten)]
    window: MonthsArgs,
    /// Of this source, in any spelling
    #[arg(long, add = complete::source_names())]
    source: Option<String>,
    /// Of this campaign, in any spelling
    #[arg(long)]
    campaign: Option<String>,
}

impl CostSelection {
    fn filter(&self, session: &Session) -> Result<CostFilter> {
        let named = |what: &str, text: &Option<String>, most: usize| {
            text.as_deref().map(|text| normal(what, text, most)).transpose()
        };
        let (since, until) = self.window.window(session)?.months().unwrap_or_default();
        Ok(CostFilter {
            since: since.map(|month| month.to_string()),
            until: until.map(|month| month.to_string()),
            source: named("source", &self.source, source::MAX_LENGTH)?,
            campaign: named("campaign", &self.campaign, LONGEST_CAMPAIGN)?,
            deleted: false,
        })
    }
}

/// A cost with what of it is in the budget ledger.
#[derive(Serialize)]
struct CostRow {
    #[serde(flatten)]
    cost: SourceCost,
    /// Minor units; `None` when none of it was charged.
    in_ledger_cents: Option<i64>,
}

/// Costs with what of each is in the budget ledger.
fn rows(conn: &mut Db, org: OrgId, costs: Vec<SourceCost>) -> Result<Vec<CostRow>, DbError> {
    let months = costs.iter().map(|cost| &cost.period);
    let (first, last) = (months.clone().min().cloned(), months.max().cloned());
    let end = last.and_then(|last| last.parse::<Month>().ok()).map(|last| last.next().to_string());
    let charged: BTreeMap<CostKey, i64> = budget_transactions::of_costs(conn, org, first, end)?.into_iter().collect();
    let row = |cost: SourceCost| CostRow {
        in_ledger_cents: cost.key().and_then(|key| charged.get(&key).copied()).filter(|cents| *cents != 0),
        cost,
    };
    Ok(costs.into_iter().map(row).collect())
}

const COLUMNS: &[Column] = &[
    Column::number("id", "id").kept(),
    Column::whole("period", "month").kept(),
    Column::text("source", "source").kept(),
    Column::text("campaign", "campaign"),
    Column::money_in("cost_cents", "cost", "currency").kept(),
    Column::hidden("currency"),
    Column::money("in_ledger_cents", "in the ledger", "currency").optional(),
    Column::text("note", "note").optional(),
    Column::number("import_id", "import").optional(),
    Column::hidden("user_id"),
    Column::hidden("created_at"),
    Column::hidden("updated_at"),
    Column::hidden("version"),
    Column::hidden_time("deleted_at"),
];
