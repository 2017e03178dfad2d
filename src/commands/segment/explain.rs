//! `crmctl segment explain`

use crate::commands::args::complete;
use crate::commands::args::leads::segments::asked;
use crate::commands::args::leads::selection::{Selection, query};
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::filter::explain::{Explained, explain};
use crate::ui::{Column, Format};

/// Show how the leads of a segment or filter are found
///
/// That is its SQL, the engine's plan and how many each condition leaves.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl segment explain fresh\n  \
    crmctl segment explain --where 'status = hot and score >= 70'")]
pub struct Args {
    /// The segment
    #[arg(required_unless_present_any = ["filter", "filter_json", "segment"], add = complete::segment_names())]
    name: Option<String>,
    #[command(flatten)]
    selection: Selection,
}

const CONDITIONS: &[Column] =
    &[Column::text("condition", "condition"), Column::count("alone", "alone"), Column::count("left", "left after it")];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let mut parts: Vec<crate::filter::Filter> = Vec::new();
    if let Some(name) = &args.name {
        parts.push(asked(&mut session, name)?.1);
    }
    parts.extend(args.selection.filter(&mut session)?);
    let filter =
        crate::commands::args::leads::selection::all_of(parts).ok_or_else(|| CommandError::usage("which leads?"))?;
    let query = query(&session, Some(filter))?;
    let org = session.org.org_id();
    let explained: Explained = session.db.read(org, |conn| explain(conn, &query))?;
    let ui = context.ui;
    match ui.format {
        Format::Table | Format::Markdown => {
            let columns = [Column::text("filter", "filter"), Column::count("count", "leads")];
            ui.record(&explained, &columns)?;
            ui.part("conditions", &explained.conditions, CONDITIONS)?;
            ui.paragraph("SQL", &explained.sql)?;
            ui.paragraph("plan", &explained.plan)?;
        }
        _ => ui.record(&explained, &EVERYTHING)?,
    }
    Ok(Exit::Done)
}

const EVERYTHING: [Column; 5] = [
    Column::text("filter", "filter"),
    Column::count("count", "leads"),
    Column::hidden("conditions"),
    Column::hidden("sql"),
    Column::hidden("plan"),
];
