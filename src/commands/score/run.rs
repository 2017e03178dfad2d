//! `crmctl score run`

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use serde::Serialize;

use super::asked::{Ready, ready};
use super::learned::learned;
use crate::commands::args::leads::selection::{self, Selection};
use crate::commands::args::leads::stages::stages_of;
use crate::commands::context::Context;
use crate::db::models::lead_work::scores::score_models::{self, ScoreModel};
use crate::db::{Db, DbError, Lock, RunMode, Stamp};
use crate::domain::access::role::Right;
use crate::domain::lead_work::scores::kind::{Group, ModelKind};
use crate::domain::lead_work::scores::rules::RuleModel;
use crate::error::{CommandError, Exit, Result};
use crate::ops::lead_work::scores::learned::predict::{Predicted, predict, take_away};
use crate::ops::lead_work::scores::models::{row_for_run, rules_in_use};
use crate::ops::lead_work::scores::run::{Ran, run as score};
use crate::reports::scores;
use crate::ui::{Column, Format, Ui, grouped};

/// Score leads by the model that is in use
///
/// Writes what changed and nothing else: a score is computed, so neither the version of a lead nor the time of its last change
/// moves. Each score that changed is kept with what it was computed from: `score history`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl score run --dry-run\n  crmctl score run --where 'status in (hot, qualified)'"
)]
pub struct Args {
    #[command(flatten)]
    selection: Selection,
    /// Show what would change and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// What a run did.
#[derive(Serialize)]
struct Answer {
    model: String,
    version: i32,
    scored: i64,
    changed: i64,
    unchanged: i64,
    capped: BTreeMap<Group, i64>,
    /// What the learned model that is in use did, if one is.
    predicted: Option<Predicted>,
    /// Of how many leads nothing is predicted any more.
    taken_away: i64,
    distribution: Vec<Row>,
    dry_run: bool,
}

/// The leads with a score in a range, before and after.
#[derive(Serialize)]
struct Row {
    range: String,
    from: Option<i64>,
    to: Option<i64>,
    leads_before: i64,
    leads_after: i64,
}

const COLUMNS: &[Column] = &[
    Column::whole("model", "model"),
    Column::number("version", "version"),
    Column::count("scored", "scored"),
    Column::count("changed", "changed"),
    Column::count("unchanged", "unchanged"),
    Column::hidden("capped"),
    Column::hidden("predicted"),
    Column::hidden("taken_away"),
    Column::hidden("distribution"),
    Column::hidden("dry_run"),
];

const ROWS: &[Column] = &[
    Column::whole("range", "score").kept(),
    Column::count("leads_before", "before").kept(),
    Column::count("leads_after", "after").kept(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let chosen = args.selection.filter(&mut session)?;
    let query = selection::query(&session, chosen.clone())?;
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let (rules_row, rules, active) = session.db.read(org, |conn| in_use(conn, &stamp))?;
    let versions = ids(rules_row.as_ref(), active.as_ref());
    let learned = active.map(|row| learned(&row).map(|(model, fields)| (row, model, fields))).transpose()?;
    let stages = stages_of(&mut session)?;
    let ready: Ready = ready(&mut session, rules.clone(), chosen)?;
    let of_about = session.db.read(org, |conn| ready.count(conn))?.unsigned_abs();
    let interrupted = session.db.interrupted();
    let mut progress = ui.progress();
    let mode = RunMode::of_flag(args.dry_run);
    let answer = session.db.write_under(Lock::Scores, org, mode, |conn| -> Result<Answer> {
        // The lock may have been waited for.
        let (rules_now, _, learned_now) = in_use(conn, &stamp)?;
        if ids(rules_now.as_ref(), learned_now.as_ref()) != versions {
            return Err(CommandError::failed("another model was put into use meanwhile; nothing was changed")
                .hint("run it again: crmctl score run"));
        }
        let mut step = |done: i64| match interrupted.load(Ordering::Relaxed) {
            true => Err(DbError::Interrupted),
            false => {
                progress.set(done.unsigned_abs(), of_about);
                Ok(())
            }
        };
        let mut predict = |conn: &mut Db| match &learned {
            None => Ok(None),
            Some((row, model, fields)) => {
                let row = (row.id, model);
                predict(conn, row, (fields, &stages), query.condition(), &stamp, &mut step).map(Some)
            }
        };
        // Before scores are written, by which leads may be chosen. Without a model nothing was ever predicted.
        let taken_away = match score_models::has_any(conn, org, ModelKind::Learned)? {
            true => take_away(conn, learned.is_some(), query.condition(), &stamp)?,
            false => 0,
        };
        if let Some((row, ..)) = learned.as_ref().filter(|(_, model, _)| model.sets_score) {
            let before = scores::distribution(conn, &query)?;
            let predicted = predict(conn)?.unwrap_or_default();
            let ran = Ran {
                scored: predicted.predicted,
                changed: predicted.changed,
                unchanged: predicted.unchanged,
                before,
                after: scores::distribution(conn, &query)?,
                ..Ran::default()
            };
            return Ok(answer((row.name.clone(), row.revision), ran, (Some(predicted), taken_away), mode));
        }
        let predicted = predict(conn)?;
        let model = row_for_run(conn, (rules_row, &rules), &stamp)?;
        let ran = score(conn, &ready.asked, model.id, &mut |conn, ids| ready.values(conn, ids), &stamp, &mut step)?;
        match ran.reconciles() {
            true => Ok(answer((model.name, model.revision), ran, (predicted, taken_away), mode)),
            false => Err(CommandError::failed("the counts do not reconcile; nothing was changed")
                .hint("this is a fault of crmctl; please report it")),
        }
    })?;
    drop(progress);
    tell(ui, &answer)
}

/// The models in use: that of rules, built-in where it has no row, and the learned one.
type ModelsInUse = (Option<ScoreModel>, RuleModel, Option<ScoreModel>);

fn in_use(conn: &mut Db, stamp: &Stamp) -> Result<ModelsInUse> {
    let (row, rules) = rules_in_use(conn, stamp)?;
    Ok((row, rules, score_models::active(conn, stamp.org, ModelKind::Learned)?))
}

/// Which versions they are.
fn ids(rules: Option<&ScoreModel>, learned: Option<&ScoreModel>) -> [Option<i64>; 2] {
    [rules, learned].map(|row| row.map(|row| row.id))
}

fn answer(
    (model, version): (String, i32),
    ran: Ran,
    (predicted, taken_away): (Option<Predicted>, i64),
    mode: RunMode,
) -> Answer {
    let after = ran.after.ranges();
    let rows = ran.before.ranges().into_iter().zip(after).map(|(before, after)| Row {
        range: before.label(),
        from: before.from,
        to: before.to,
        leads_before: before.leads,
        leads_after: after.leads,
    });
    Answer {
        model,
        version,
        scored: ran.scored,
        changed: ran.changed,
        unchanged: ran.unchanged,
        capped: ran.capped,
        predicted,
        taken_away,
        distribution: rows.collect(),
        dry_run: mode.is_dry_run(),
    }
}

fn tell(ui: Ui, answer: &Answer) -> Result<Exit> {
    if answer.dry_run {
        ui.note("dry run: nothing was changed");
    }
    ui.record(answer, COLUMNS)?;
    ui.part("leads by score", &answer.distribution, ROWS)?;
    if !matches!(ui.format, Format::Table | Format::Markdown) {
        return Ok(Exit::Done);
    }
    if let Some(predicted) = answer.predicted {
        let (leads, changed) = (grouped(predicted.predicted), grouped(predicted.changed));
        ui.note(&format!("the probability of a win was predicted for {leads} open leads; {changed} changed"));
    }
    if answer.taken_away > 0 {
        let why =
            if answer.predicted.is_some() { "that are closed" } else { "of which no model in use predicts anything" };
        ui.note(&format!("the probability of a win was taken away from {} leads {why}", grouped(answer.taken_away)));
    }
    if !answer.capped.is_empty() {
        let each: Vec<String> = answer.capped.iter().map(|(group, leads)| format!("{group} {leads}")).collect();
        ui.note(&format!("leads that a cap took points from: {}", each.join(", ")));
    }
    Ok(Exit::Done)
}
