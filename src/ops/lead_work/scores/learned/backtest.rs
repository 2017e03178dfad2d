//! How good a model would have been: trained on leads that were closed before a day, measured on leads that were made after it.

use std::collections::HashMap;

use serde::Serialize;

use super::fields::AskedField;
use super::past::{AsOf, Asked};
use super::predict::fields_of;
use super::train::{Lesson, TrainError, train};
use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::lead_work::scores::learned::calibrate::Calibration;
use crate::domain::lead_work::scores::learned::figures::{Figures, Predicted, figures};
use crate::domain::lead_work::scores::learned::{LearnedModel, probability};
use crate::domain::reports::funnel::Stages;
use crate::domain::timestamp::Timestamp;

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Of so many leads that are learned from, one is kept for calibrating.
const SLICE: i64 = 5;

/// What is tried.
#[derive(Debug)]
pub struct Trial<'a> {
    pub org: OrgId,
    pub fields: &'a [AskedField],
    pub stages: &'a Stages,
    pub at_days: u32,
    pub split: Timestamp,
    /// Won within so long after they were made, in microseconds.
    pub within: i64,
    pub now: Timestamp,
    /// The learned model that is in use, if one is.
    pub in_use: Option<&'a LearnedModel>,
}

/// What came out.
#[derive(Debug, Serialize)]
pub struct Tried {
    /// Leads that were learned from, and those that probabilities were calibrated on.
    pub trained_on: i64,
    pub calibrated_on: i64,
    /// Leads that were made after the split and cannot be counted: too young, or closed before their values were read.
    pub too_young: i64,
    pub closed_at_once: i64,
    pub calibration: Calibration,
    pub calibrated: Figures,
    /// The same without calibration.
    pub raw: Figures,
    /// The same leads by what is in use: the learned model, else the scores that runs had given them by then.
    pub in_use: Option<Figures>,
}

/// A lead that is measured.
struct Measured {
    lead: i64,
    time: Timestamp,
    is_won: bool,
    log_odds: f64,
    in_use: Option<f64>,
}

/// Tries a model.
///
/// # Errors
/// There is nothing to learn from before the split, or the database cannot be read.
pub fn backtest(conn: &mut Db, trial: &Trial<'_>) -> Result<Tried, TrainError> {
    let is_of_slice = |lead: i64| lead.rem_euclid(SLICE) == 0;
    let lesson = Lesson {
        org: trial.org,
        fields: trial.fields,
        stages: trial.stages,
        at_days: trial.at_days,
        until: trial.split,
        // The fields were looked at when the model was trained.
        allow_leak: true,
    };
    let model = train(conn, &lesson, |lead| Ok(!is_of_slice(lead)))?;
    let known = known(&model, trial.fields);
    let used = trial.in_use.map(|used| fields_of(used).map(|fields| (used, fields))).transpose().ok().flatten();
    let mut tried = Counts::default();
    let (mut slice, mut measured) = (Vec::new(), Vec::new());
    read(conn, trial, trial.fields, |past| {
        let log_odds = model.total(&known.iter().map(|place| past.seen[*place].clone()).collect::<Vec<_>>());
        let closed_before = past.closed.filter(|closed| closed.at < trial.split);
        if let Some(closed) = closed_before {
            match is_of_slice(past.lead) {
                true => slice.push((log_odds, closed.is_won)),
                false => tried.trained_on += 1,
            }
        }
        if past.created < trial.split {
            return;
        }
        let horizon = past.created.as_micros().saturating_add(trial.within);
        let read_at = past.created.as_micros().saturating_add(i64::from(trial.at_days) * MICROS_PER_DAY);
        if horizon > trial.now.as_micros() {
            tried.too_young += 1;
        } else if past.time.as_micros() < read_at {
            tried.closed_at_once += 1;
        } else {
            let is_won = past.first_won.is_some_and(|at| at.as_micros() <= horizon);
            measured.push(Measured { lead: past.lead, time: past.time, is_won, log_odds, in_use: None });
        }
    })?;
    match &used {
        Some((used, fields)) => {
            let mut said = HashMap::new();
            read(conn, trial, fields, |past| {
                said.insert(past.lead, probability(used.total(&past.seen)));
            })?;
            measured.iter_mut().for_each(|it| it.in_use = said.get(&it.lead).copied());
        }
        None => by_scores(conn, trial.org, &mut measured)?,
    }
    let calibration = Calibration::fit(&slice);
    let of = |share: &dyn Fn(&Measured) -> Option<f64>| -> Vec<Predicted> {
        measured.iter().filter_map(|it| Some(Predicted { probability: share(it)?, is_won: it.is_won })).collect()
    };
    let in_use = of(&|it| it.in_use);
    Ok(Tried {
        trained_on: tried.trained_on,
        calibrated_on: slice.len() as i64,
        too_young: tried.too_young,
        closed_at_once: tried.closed_at_once,
        calibration,
        calibrated: figures(&of(&|it| Some(calibration.of(it.log_odds)))),
        raw: figures(&of(&|it| Some(probability(it.log_odds)))),
        in_use: (!in_use.is_empty()).then(|| figures(&in_use)),
    })
}

#[derive(Default)]
struct Counts {
    trained_on: i64,
    too_young: i64,
    closed_at_once: i64,
}

/// Where each field of a model stands among those that are read: fields of which nothing was counted are none of the model's.
fn known(model: &LearnedModel, fields: &[AskedField]) -> Vec<usize> {
    let place = |name: &str| fields.iter().position(|field| field.field.name == name);
    model.fields.iter().filter_map(|field| place(&field.field)).collect()
}

fn read(
    conn: &mut Db,
    trial: &Trial<'_>,
    fields: &[AskedField],
    mut take: impl FnMut(super::past::Past),
) -> Result<(), DbError> {
    let as_of = AsOf::Age(i64::from(trial.at_days) * MICROS_PER_DAY);
    let asked = Asked { org: trial.org, fields, stages: trial.stages, as_of, chosen: Statement::default() };
    asked.each(conn, |past| {
        take(past);
        Ok(())
    })
}

/// The last score that a run had given to each lead by the time as of which it is measured, as hundredths.
fn by_scores(conn: &mut Db, org: OrgId, measured: &mut [Measured]) -> Result<(), DbError> {
    let places: HashMap<i64, usize> = measured.iter().enumerate().map(|(place, it)| (it.lead, place)).collect();
    Statement::new("SELECT h.lead_id, h.score, h.calculated_at FROM lead_score_history h WHERE h.organization_id = ")
        .org(org)
        .sql(" AND h.score IS NOT NULL ORDER BY h.id")
        .each_row(conn, |row: Cells| -> Result<(), DbError> {
            let (lead, score, at) = (row.at(0).number(), row.at(1).number(), row.at(2).number());
            if let (Some(place), Some(score), Some(at)) = (lead.and_then(|lead| places.get(&lead)), score, at)
                && let Some(it) = measured.get_mut(*place).filter(|it| at <= it.time.as_micros())
            {
                it.in_use = Some(score as f64 / 100.0);
            }
            Ok(())
        })
}
