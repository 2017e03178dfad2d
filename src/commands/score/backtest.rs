//! `crmctl score backtest`

use serde::Serialize;

use super::learned::learned;
use crate::commands::args::leads::stages::stages_of;
use crate::commands::args::{complete, times};
use crate::commands::context::Context;
use crate::db::models::lead_work::scores::score_models;
use crate::domain::access::role::Right;
use crate::domain::lead_work::scores::kind::ModelKind;
use crate::domain::lead_work::scores::learned::figures::{FEWEST, Figures};
use crate::domain::lead_work::scores::model_name::ModelName;
use crate::domain::rounding::decimals;
use crate::domain::time::age::Age;
use crate::error::{CommandError, Exit, Result};
use crate::ops::lead_work::scores::learned::backtest::{Trial, Tried, UsedModel, backtest};
use crate::ops::lead_work::scores::models::find;
use crate::ui::{Column, Ui, grouped};

/// Measure how well a learned model would have told who is won
///
/// Learns anew from leads that were closed before a day, and predicts for those that were made after it, by what was known of them some days
/// later. A lead that is still open at the end of the time is not won. Probabilities are calibrated on a slice of the earlier leads that is
/// not learned from.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl score backtest learned --split 2026-01-01\n  crmctl score backtest learned@2 --split 2026-01-01 --within 60d\n\n\
    Exit code 3 when there are too few leads to rely on it."
)]
pub struct Args {
    /// The model, in its latest version or as NAME@2
    #[arg(add = complete::score_model_names())]
    name: ModelName,
    /// Learn from leads closed before this day, measure those made from then on
    #[arg(long, value_name = "WHEN")]
    split: String,
    /// Won within so long after they were made
    #[arg(long, value_name = "AGE", default_value = "90d")]
    within: String,
}

/// What came out.
#[derive(Serialize)]
struct Answer {
    model: String,
    version: i32,
    #[serde(flatten)]
    tried: Tried,
    /// `enough`, or `too few`.
    verdict: &'static str,
}

/// The figures of one way of predicting.
#[derive(Serialize)]
struct Row {
    of: &'static str,
    leads: usize,
    won: usize,
    auc: Option<f64>,
    brier: Option<f64>,
    lift: Option<f64>,
}

const COLUMNS: &[Column] = &[
    Column::whole("model", "model"),
    Column::number("version", "version"),
    Column::count("trained_on", "trained on"),
    Column::hidden("trained_won"),
    Column::count("calibrated_on", "calibrated on"),
    Column::hidden("calibrated_won"),
    Column::count("too_young", "too young"),
    Column::count("closed_at_once", "closed at once"),
    Column::hidden("calibration"),
    Column::hidden("calibrated"),
    Column::hidden("raw"),
    Column::hidden("learned_from"),
    Column::hidden("in_use"),
    Column::whole("verdict", "verdict"),
];

const ROWS: &[Column] = &[
    Column::whole("of", "of").kept(),
    Column::count("leads", "leads").kept(),
    Column::count("won", "won").kept(),
    Column::number("auc", "AUC").kept(),
    Column::number("brier", "Brier score"),
    Column::number("lift", "lift of the top tenth"),
];

const TENTHS: &[Column] = &[
    Column::percent("from", "from").kept(),
    Column::percent("to", "to").kept(),
    Column::count("leads", "leads"),
    Column::percent("predicted", "predicted").kept(),
    Column::percent("share", "share").kept(),
    Column::percent("low", "at least"),
    Column::percent("high", "at most"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::Read)?;
    let split = times::point(&session, "--split", &args.split)?;
    let (org, stamp, stages) = (session.org.org_id(), session.stamp.clone(), stages_of(&mut session)?);
    let zone = crate::domain::time::datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    let age = Age::parse(&args.within).ok_or_else(|| {
        CommandError::usage(format!("--within: `{}` is no length of time", args.within)).hint("write it as 90d or 12w")
    })?;
    let within = stamp.now.as_micros() - age.before(stamp.now, &zone).as_micros();
    let (row, active) = session.db.read(org, |conn| -> Result<_> {
        let row = find(conn, &args.name.name, args.name.version, &stamp)?;
        Ok((row, score_models::active(conn, org, ModelKind::Learned)?))
    })?;
    if row.kind != ModelKind::Learned {
        return Err(CommandError::failed(format!("the model `{}` is one of rules, which learns nothing", row.name))
            .hint("make one that has learned: crmctl score train"));
    }
    let (model, fields) = learned(&row)?;
    let in_use = active.as_ref().map(|row| learned(row).map(|(model, fields)| (row, model, fields))).transpose()?;
    let trial = Trial {
        org,
        fields: &fields,
        stages: &stages,
        at_days: model.at_days,
        split,
        within,
        now: stamp.now,
        in_use: in_use.as_ref().map(|(row, model, fields)| UsedModel {
            model,
            fields,
            // What an earlier crmctl made does not say.
            until: model.until.unwrap_or(row.created_at),
        }),
    };
    let tried = session.db.read_much(org, |conn| backtest(conn, &trial))?;
    let is_enough = tried.is_enough();
    let verdict = if is_enough { "enough" } else { "too few" };
    tell(ui, &Answer { model: row.name, version: row.revision, tried, verdict })?;
    Ok(if is_enough { Exit::Done } else { Exit::NeedsAttention })
}

fn tell(ui: Ui, answer: &Answer) -> Result<()> {
    ui.record(answer, COLUMNS)?;
    let rounded = |figure: Option<f64>| figure.map(|it| decimals(it, 4));
    let row = |of, figures: &Figures| Row {
        of,
        leads: figures.leads,
        won: figures.won,
        auc: rounded(figures.auc),
        brier: rounded(figures.brier),
        lift: rounded(figures.lift),
    };
    let tried = &answer.tried;
    let mut rows = vec![row("calibrated", &tried.calibrated), row("raw", &tried.raw)];
    if let Some(in_use) = &tried.in_use {
        rows.push(row(if in_use.kind == ModelKind::Rules { "scores in use" } else { "in use" }, &in_use.figures));
        if in_use.untold > 0 || tried.learned_from > 0 {
            rows.push(row("calibrated, the same leads", &in_use.calibrated));
        }
    }
    ui.part("figures", &rows, ROWS)?;
    let tenths: Vec<_> = tried.calibrated.tenths.iter().map(|tenth| tenth.rounded()).collect();
    ui.part("how often what was predicted came true", &tenths, TENTHS)?;
    if tried.learned_from > 0 {
        let leads = grouped(tried.learned_from as i64);
        ui.note(&format!("the model in use is not measured on {leads} leads from which it may have learned"));
    }
    if !tried.is_enough() {
        ui.note(&format!(
            "too few to rely on it: at least {FEWEST} that were won and {FEWEST} that were not are needed to learn from, to calibrate on, and to measure"
        ));
    }
    Ok(())
}
