//! The scores that a lead was given, and whether they come out again.

use std::collections::{HashMap, HashSet};

use super::evaluate::computed_again;
use super::models::rules_of;
use crate::db::models::lead_work::scores::lead_score_history::{self, GivenScore};
use crate::db::models::lead_work::scores::score_models;
use crate::db::models::leads::Lead;
use crate::db::models::leads::lead_merges::absorbed_by;
use crate::db::{Db, DbError, OrgId};
use crate::domain::lead_work::scores::kind::ModelKind;
use crate::domain::lead_work::scores::rules::RuleModel;
use crate::domain::leads::score::is_source;

vocabulary! {
    /// What came out when a score was computed again.
    Again {
        Same = "same",
        Differs = "differs",
        /// What the model read was erased, or the model is none of rules that this program knows.
        Unknown = "unknown",
    }
}

/// The scores of a lead and of those that were merged into it, in the order in which they were given; with `verify`, each of a model of
/// rules computed again.
///
/// # Errors
/// The database cannot be read.
pub fn given(conn: &mut Db, org: OrgId, lead: i64, verify: bool) -> Result<Vec<(GivenScore, Option<Again>)>, DbError> {
    let mut leads = absorbed_by(conn, org, lead)?;
    leads.push(lead);
    let scores = lead_score_history::of_leads(conn, org, &leads)?;
    if !verify {
        return Ok(scores.into_iter().map(|given| (given, None)).collect());
    }
    let models = score_models::all(conn, org)?;
    let rules: HashMap<i64, RuleModel> = models
        .iter()
        .filter(|model| model.kind == ModelKind::Rules)
        .filter_map(|model| Some((model.id, rules_of(model).ok()?)))
        .collect();
    Ok(scores
        .into_iter()
        .map(|given| {
            let again = again(&given, rules.get(&given.model_id));
            (given, Some(again))
        })
        .collect())
}

/// The leads whose score is the one that a run of a model gave.
///
/// # Errors
/// The database cannot be read.
pub fn scored_by_runs(conn: &mut Db, org: OrgId, leads: &[Lead]) -> Result<HashSet<i64>, DbError> {
    let is_said = |lead: &&Lead| lead.lead_score_factors.as_ref().is_some_and(|factors| is_source(&factors.0));
    let scored: Vec<&Lead> = leads.iter().filter(|lead| lead.lead_score.is_some() && !is_said(lead)).collect();
    let ids: Vec<i64> = scored.iter().map(|lead| lead.id).collect();
    let last = lead_score_history::last_scores(conn, org, &ids)?;
    Ok(scored.into_iter().filter(|lead| last.get(&lead.id).copied() == lead.lead_score).map(|lead| lead.id).collect())
}

fn again(given: &GivenScore, rules: Option<&RuleModel>) -> Again {
    let inputs = given.inputs.as_ref().map(|inputs| &inputs.0);
    let computed = rules.zip(inputs).and_then(|(rules, inputs)| computed_again(rules, inputs, given.calculated_at));
    let Some(computed) = computed else { return Again::Unknown };
    let factors = serde_json::to_value(computed.factors()).ok();
    let is_same = given.score == Some(computed.total()) && given.factors.as_ref().map(|it| &it.0) == factors.as_ref();
    if is_same { Again::Same } else { Again::Differs }
}
