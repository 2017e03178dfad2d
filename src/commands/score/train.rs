//! `crmctl score train`

use serde::Serialize;

use super::learned::fields;
use crate::commands::args::leads::stages::stages_of;
use crate::commands::args::{complete, times};
use crate::commands::context::Context;
use crate::db::RunMode;
use crate::domain::access::role::Right;
use crate::domain::lead_work::scores::kind::ModelKind;
use crate::domain::lead_work::scores::learned::LearnedModel;
use crate::domain::lead_work::scores::model_name::ModelName;
use crate::domain::time::age::{Age, Unit};
use crate::error::{CommandError, Exit, Result};
use crate::ops::lead_work::scores::learned::train::{Lesson, train};
use crate::ops::lead_work::scores::models::{ScoreModelError, expect_name, keep};
use crate::ui::Column;

/// Learn from closed leads how likely others are to be won
///
/// Won is who was recruited, lost who is cold, on the do-not-call list or deleted. What counts is what was known of a lead some days
/// after it was made. The model is kept as the next version of its name; `score model use` puts it into use, and `score run` then
/// writes the probability of a win to open leads.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl score train\n  crmctl score train --name spring --fields source,campaign,stage --until 2026-01-01"
)]
pub struct Args {
    /// Its name
    #[arg(long, value_name = "NAME", default_value = "learned", value_parser = ModelName::new_name, add = complete::score_model_names())]
    name: String,
    /// The fields to learn from, with commas between them
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    fields: Vec<String>,
    /// Only from leads that were closed before
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// How long after a lead was made its values count: days or weeks
    #[arg(long, value_name = "AGE", default_value = "3d", value_parser = days)]
    at: u32,
    /// Runs of it give the score, too: the probability in per cent
    #[arg(long)]
    sets_score: bool,
    /// Take fields that are known only after the outcome, too
    #[arg(long)]
    allow_leak: bool,
    /// Learn, and keep nothing
    #[arg(long)]
    dry_run: bool,
}

/// The longest time after which values count, in days.
const LONGEST: u32 = 3650;

fn days(text: &str) -> Result<u32, String> {
    let days = Age::parse(text).and_then(|age| match age.unit {
        Unit::Days => Some(u32::from(age.amount)),
        Unit::Weeks => Some(u32::from(age.amount) * 7),
        Unit::Hours | Unit::Months | Unit::Years => None,
    });
    days.filter(|days| *days <= LONGEST).ok_or_else(|| "write it in days or weeks, as 3d or 1w".to_owned())
}

/// What was learned.
#[derive(Serialize)]
struct Answer {
    name: String,
    version: i32,
    won: u64,
    lost: u64,
    fields: Vec<Row>,
    /// Fields of which no lead that was learned from has a value that counts.
    left_out: Vec<String>,
    dry_run: bool,
}

/// What a field says at most.
#[derive(Serialize)]
struct Row {
    field: String,
    kind: &'static str,
    leads: u64,
    values: usize,
}

const COLUMNS: &[Column] = &[
    Column::whole("name", "name"),
    Column::number("version", "version"),
    Column::count("won", "won"),
    Column::count("lost", "lost"),
    Column::hidden("fields"),
    Column::hidden("left_out"),
    Column::hidden("dry_run"),
];

const FIELDS: &[Column] = &[
    Column::whole("field", "field").kept(),
    Column::whole("kind", "kind"),
    Column::count("leads", "leads").kept(),
    Column::count("values", "values").kept(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let (fields, stages) = (fields(&args.fields)?, stages_of(&mut session)?);
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let until = args.until.as_ref().map(|until| times::point(&session, "--until", until)).transpose()?;
    let lesson = Lesson { org, fields: &fields, stages: &stages, at_days: args.at, until, allow_leak: args.allow_leak };
    expect_name(&args.name, ModelKind::Learned)?;
    let learned = session.db.read_much(org, |conn| train(conn, &lesson, |_| Ok(true)))?;
    let model = LearnedModel { sets_score: args.sets_score, ..learned };
    let definition =
        serde_json::to_value(&model).map_err(|e| CommandError::failed(format!("the model cannot be written: {e}")))?;
    let mode = RunMode::of_flag(args.dry_run);
    let kept = session.db.write_as(mode, org, |conn| -> Result<_, ScoreModelError> {
        keep(conn, &args.name, ModelKind::Learned, definition, &stamp)
    })?;
    let rows = model.fields.iter().map(|field| Row {
        field: field.field.clone(),
        kind: field.kind.as_str(),
        leads: field.won + field.lost,
        values: field.cells.len(),
    });
    let is_kept = |name: &str| model.fields.iter().any(|kept| kept.field == name);
    let left_out = fields.iter().map(|asked| asked.field.name.clone()).filter(|name| !is_kept(name));
    let answer = Answer {
        name: args.name,
        version: kept.model.revision,
        won: model.won,
        lost: model.lost,
        fields: rows.collect(),
        left_out: left_out.collect(),
        dry_run: args.dry_run,
    };
    ui.record(&answer, COLUMNS)?;
    ui.part("fields", &answer.fields, FIELDS)?;
    if !answer.left_out.is_empty() {
        let fields = answer.left_out.join(", ");
        ui.note(&format!("no closed lead has a value that counts, so they are left out: {fields}"));
    }
    match (args.dry_run, kept.model.is_active) {
        (true, _) => ui.note("dry run: nothing was kept"),
        (false, true) => {}
        (false, false) => {
            let (name, version) = (&answer.name, answer.version);
            ui.note(&format!("try it: crmctl score backtest {name} --split DATE; put it into use: crmctl score model use {name}@{version}"));
        }
    }
    Ok(Exit::Done)
}
