//! How good a model would have been: trained on leads that were closed before a day, measured on leads that were made after it.

use std::collections::HashMap;

use serde::Serialize;

use super::fields::AskedField;
use super::past::{AsOf, Asked};
use super::train::{Lesson, TrainError, train};
use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::lead_work::scores::kind::ModelKind;
use crate::domain::lead_work::scores::learned::calibrate::Calibration;
use crate::domain::lead_work::scores::learned::figures::{Figures, Predicted, figures, is_enough, of_scores};
use crate::domain::lead_work::scores::learned::{LearnedModel, probability};
use crate::domain::reports::funnel::Stages;
use crate::domain::timestamp::{DAY, Timestamp};

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
    pub in_use: Option<UsedModel<'a>>,
}

/// A learned model that is in use.
#[derive(Debug, Clone, Copy)]
pub struct UsedModel<'a> {
    pub model: &'a LearnedModel,
    pub fields: &'a [AskedField],
    /// It may know what became of leads that were not made after this time.
    pub until: Timestamp,
}

/// What came out.
#[derive(Debug, Serialize)]
pub struct Tried {
    /// Leads that were learned from, and those that probabilities were calibrated on; how many of either were won.
    pub trained_on: usize,
    pub trained_won: usize,
    pub calibrated_on: usize,
    pub calibrated_won: usize,
    /// Leads that were made after the split and cannot be counted: too young, or closed before their values were read.
    pub too_young: i64,
    pub closed_at_once: i64,
    pub calibration: Calibration,
    pub calibrated: Figures,
    /// The same without calibration.
    pub raw: Figures,
    /// Leads that were measured and the model in use is not, as it may have learned from them.
    pub learned_from: usize,
    /// What is in use, beside the same leads of this model.
    pub in_use: Option<InUse>,
}

/// How good what is in use was: the learned model, else the scores that runs had given leads by then.
#[derive(Debug, Serialize)]
pub struct InUse {
    pub kind: ModelKind,
    /// Of the leads that it told something of.
    pub figures: Figures,
    /// The same leads by the model that is tried, calibrated.
    pub calibrated: Figures,
    /// Leads on which it could have been measured, and of which it told nothing.
    pub untold: usize,
}

impl Tried {
    /// Whether there are enough leads of either kind to learn from, to calibrate on and to measure.
    pub fn is_enough(&self) -> bool {
        is_enough(self.trained_on, self.trained_won)
            && is_enough(self.calibrated_on, self.calibrated_won)
            && self.calibrated.is_enough
    }
}

/// A lead that is measured.
struct Measured {
    lead: i64,
    /// Whether the model in use may have learned from it.
    is_learned_from: bool,
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
        until: Some(trial.split),
        // The fields were looked at when the model was trained.
        allow_leak: true,
    };
    let model = train(conn, &lesson, |lead| Ok(!is_of_slice(lead)))?;
    let known = known(&model, trial.fields);
    let mut tried = Counts::default();
    let (mut slice, mut measured) = (Vec::new(), Vec::new());
    read(conn, trial, trial.fields, |past| {
        let log_odds = model.total(&known.iter().map(|place| past.seen[*place].clone()).collect::<Vec<_>>());
        let closed_before = past.closed.filter(|closed| closed.at < trial.split);
        if let Some(closed) = closed_before {
            match is_of_slice(past.lead) {
                true => slice.push((log_odds, closed.is_won)),
                false => {
                    tried.trained_on += 1;
                    tried.trained_won += usize::from(closed.is_won);
                }
            }
        }
        if past.created < trial.split {
            return;
        }
        let horizon = past.created.as_micros().saturating_add(trial.within);
        let read_at = past.created.as_micros().saturating_add(i64::from(trial.at_days) * DAY);
        if horizon > trial.now.as_micros() {
            tried.too_young += 1;
        } else if past.time.as_micros() < read_at {
            tried.closed_at_once += 1;
        } else {
            let is_won = past.first_won.is_some_and(|at| at.as_micros() <= horizon);
            let is_learned_from = trial.in_use.is_some_and(|used| past.created <= used.until);
            let (lead, time) = (past.lead, past.time);
            measured.push(Measured { lead, is_learned_from, time, is_won, log_odds, in_use: None });
        }
    })?;
    match trial.in_use {
        Some(used) => {
            let mut said = HashMap::new();
            read(conn, trial, used.fields, |past| {
                said.insert(past.lead, probability(used.model.total(&past.seen)));
            })?;
            measured.iter_mut().for_each(|it| it.in_use = said.get(&it.lead).copied());
        }
        None => by_scores(conn, trial.org, &mut measured)?,
    }
    let calibration = Calibration::fit(&slice);
    let calibrated = |it: &Measured| calibration.of(it.log_odds);
    let by = |share: &dyn Fn(&Measured) -> f64| -> Vec<Predicted> {
        measured.iter().map(|it| Predicted { probability: share(it), is_won: it.is_won }).collect()
    };
    Ok(Tried {
        trained_on: tried.trained_on,
        trained_won: tried.trained_won,
        calibrated_on: slice.len(),
        calibrated_won: slice.iter().filter(|(_, is_won)| *is_won).count(),
        too_young: tried.too_young,
        closed_at_once: tried.closed_at_once,
        calibration,
        calibrated: figures(&by(&calibrated)),
        raw: figures(&by(&|it| probability(it.log_odds))),
        learned_from: measured.iter().filter(|it| it.is_learned_from).count(),
        in_use: in_use(
            if trial.in_use.is_some() { ModelKind::Learned } else { ModelKind::Rules },
            &measured,
            &calibrated,
        ),
    })
}

/// Compares with what is in use on the leads that both tell of, and that neither has learned from; nothing where there are none.
fn in_use(kind: ModelKind, measured: &[Measured], calibrated: &dyn Fn(&Measured) -> f64) -> Option<InUse> {
    let eligible = || measured.iter().filter(|it| !it.is_learned_from);
    let told = eligible().filter_map(|it| Some((it, it.in_use?)));
    let (theirs, ours): (Vec<Predicted>, Vec<Predicted>) = told
        .map(|(it, share)| {
            let of = |probability| Predicted { probability, is_won: it.is_won };
            (of(share), of(calibrated(it)))
        })
        .unzip();
    (!theirs.is_empty()).then(|| InUse {
        kind,
        figures: match kind {
            ModelKind::Learned => figures(&theirs),
            ModelKind::Rules => of_scores(&theirs),
        },
        calibrated: figures(&ours),
        untold: eligible().count() - theirs.len(),
    })
}

#[derive(Default)]
struct Counts {
    trained_on: usize,
    trained_won: usize,
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
    let as_of = AsOf::Age(i64::from(trial.at_days) * DAY);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(count: usize, in_use: impl Fn(usize) -> Option<f64>) -> Vec<Measured> {
        let one = |place: usize| Measured {
            lead: place as i64,
            is_learned_from: false,
            time: Timestamp::from_micros(0),
            is_won: place.is_multiple_of(2),
            log_odds: if place.is_multiple_of(2) { 1.0 } else { -1.0 },
            in_use: in_use(place),
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn both_are_measured_on_the_same_leads() {
        let said = |it: &Measured| probability(it.log_odds);
        let some = measured(100, |place| (place >= 40).then_some(0.5));
        let found = in_use(ModelKind::Rules, &some, &said).unwrap();
        assert_eq!((found.figures.leads, found.calibrated.leads, found.untold), (60, 60, 40));
        assert_eq!((found.figures.auc, found.calibrated.auc), (Some(0.5), Some(1.0)));
        // A score is no probability.
        assert!(found.figures.brier.is_none() && found.figures.tenths.is_empty() && found.calibrated.brier.is_some());
        let learned = in_use(ModelKind::Learned, &measured(10, |_| Some(0.5)), &said).unwrap();
        assert_eq!((learned.figures.brier, learned.untold), (Some(0.25), 0));
        assert!(in_use(ModelKind::Rules, &measured(10, |_| None), &said).is_none());
        // Nobody is measured on what it has learned from.
        let mut known = measured(100, |place| (place < 90).then_some(0.5));
        known.iter_mut().take(70).for_each(|it| it.is_learned_from = true);
        let found = in_use(ModelKind::Learned, &known, &said).unwrap();
        assert_eq!((found.figures.leads, found.calibrated.leads, found.untold), (20, 20, 10));
        known.iter_mut().for_each(|it| it.is_learned_from = true);
        assert!(in_use(ModelKind::Learned, &known, &said).is_none());
    }

    #[test]
    fn too_few_to_learn_from_or_to_calibrate_on_are_too_few() {
        let said: Vec<Predicted> =
            (0..200).map(|place| Predicted { probability: 0.5, is_won: place % 2 == 0 }).collect();
        let tried = |trained_won, calibrated_won| Tried {
            trained_on: 100,
            trained_won,
            calibrated_on: 100,
            calibrated_won,
            too_young: 0,
            closed_at_once: 0,
            calibration: Calibration::default(),
            calibrated: figures(&said),
            raw: figures(&said),
            learned_from: 0,
            in_use: None,
        };
        assert!(tried(50, 50).is_enough());
        assert!(!tried(49, 50).is_enough() && !tried(50, 49).is_enough() && !tried(51, 50).is_enough());
    }
}
