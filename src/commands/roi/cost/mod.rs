//! `crmctl roi cost`

mod add;
mod history;
mod list;
mod remove;

use crate::commands::complete;
use crate::commands::context::{Context, Session};
use crate::commands::window::WindowArgs;
use crate::db::models::lead_source_costs::CostFilter;
use crate::domain::source;
use crate::error::Exit;
use crate::ui::Column;

/// Record what a source cost in a month
///
/// A cost is of a source, or of one of its campaigns, in one month and currency. `import costs` reads sheets of them.
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(add::Args),
    List(list::Args),
    Remove(remove::Args),
    History(history::Args),
}

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    match args.command {
        Command::Add(args) => add::run(args, context),
        Command::List(args) => list::run(args, context),
        Command::Remove(args) => remove::run(args, context),
        Command::History(args) => history::run(args, context),
    }
}

/// Which costs are meant.
#[derive(Debug, clap::Args)]
struct CostSelection {
    #[command(flatten)]
    window: WindowArgs,
    /// Of this source, in any spelling
    #[arg(long, add = complete::source_names())]
    source: Option<String>,
    /// Of this campaign, in any spelling
    #[arg(long)]
    campaign: Option<String>,
}

impl CostSelection {
    fn filter(&self, session: &Session) -> anyhow::Result<CostFilter> {
        let (since, until) = self.window.months(session)?;
        Ok(CostFilter {
            since: since.map(|month| month.to_string()),
            until: until.map(|month| month.to_string()),
            source: self.source.as_deref().map(source::normalize),
            campaign: self.campaign.as_deref().map(source::normalize),
            deleted: false,
        })
    }
}

const COLUMNS: &[Column] = &[
    Column::number("id", "id"),
    Column::whole("period", "month"),
    Column::text("source", "source"),
    Column::text("campaign", "campaign"),
    Column::money("cost_cents", "cost", "currency"),
    Column::whole("currency", "currency"),
    Column::text("note", "note"),
    Column::number("import_id", "import"),
    Column::hidden("user_id"),
    Column::hidden("created_at"),
    Column::hidden_time("updated_at"),
    Column::hidden("version"),
];
