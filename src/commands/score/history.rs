//! `crmctl score history`

use serde::Serialize;

use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::context::Context;
use crate::db::models::lead_work::scores::lead_score_history::GivenScore;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::lead_work::scores::history::{Again, given};
use crate::ui::Column;

/// List the scores that a lead was given, and by which model
///
/// Those of leads that were merged into it are among them. --verify computes each score of a model of rules again, from what
/// was kept of the lead then.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl score history 10482\n  crmctl score history 10482 --verify\n\n\
    Exit code 3 when a score comes out otherwise.")]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
    /// Compute each score again from what was kept with it
    #[arg(long)]
    verify: bool,
}

/// A score that was given.
#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    given: GivenScore,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<Again>,
}

const COLUMNS: &[Column] = &[
    Column::time("calculated_at", "scored at").kept(),
    Column::number("lead_id", "lead").optional(),
    Column::number("old_score", "old score").kept(),
    Column::number("score", "score").kept(),
    Column::number("win_probability", "win probability"),
    Column::whole("model", "model"),
    Column::number("version", "version"),
    Column::hidden("kind"),
    Column::text("factors", "factors").optional(),
    Column::hidden("inputs"),
    Column::text("actor", "who").optional(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let lead = args.name.find(&mut session, Among::Any)?;
    let org = session.org.org_id();
    let scores = session.db.read(org, |conn| given(conn, org, lead.id, args.verify))?;
    let mut columns = COLUMNS.to_vec();
    if args.verify {
        columns.push(Column::whole("verified", "verified").kept());
    }
    let mut list = context.ui.list(&columns);
    let mut exit = Exit::Done;
    for (given, verified) in scores {
        if verified == Some(Again::Differs) {
            exit = Exit::NeedsAttention;
        }
        list.push(&Row { given, verified })?;
    }
    list.finish("no model has scored it yet")?;
    Ok(exit)
}
