//! What a learned model says of open leads.

use serde_json::{Map, Value, json};

use super::fields::AskedField;
use super::past::{AsOf, Asked, Past};
use crate::db::models::lead_work::outcomes::is_open;
use crate::db::models::lead_work::scores::lead_score_history::{self, NewScore};
use crate::db::{Db, DbError, OrgId, Stamp, Statement};
use crate::domain::lead_work::scores::learned::{INTERCEPT, LearnedModel, Seen, probability};
use crate::domain::lead_work::scores::probability::Probability;
use crate::domain::reports::funnel::Stages;
use crate::domain::rounding::decimals;
use crate::ops::lead_work::scores::evaluate::{replaced, with_replaced};

/// What predicting did: `predicted = changed + unchanged`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Predicted {
    pub predicted: i64,
    pub changed: i64,
    pub unchanged: i64,
}

impl Predicted {
    fn add(&mut self, leads: usize, changed: usize) {
        self.predicted += leads as i64;
        self.changed += changed as i64;
        self.unchanged += (leads - changed) as i64;
    }
}

/// The fields that a model reads.
///
/// # Errors
/// A newer program made it: the field that is not known.
pub fn fields_of(model: &LearnedModel) -> Result<Vec<AskedField>, String> {
    model.fields.iter().map(|field| AskedField::named(&field.field).ok_or_else(|| field.field.clone())).collect()
}

/// What each part of a prediction says, with four decimals.
pub fn factors(model: &LearnedModel, seen: &[Seen]) -> Value {
    let rounded = |odds: f64| json!(decimals(odds, 4));
    let each = model.fields.iter().zip(model.log_odds(seen)).map(|(field, odds)| (field.field.clone(), rounded(odds)));
    let all: Map<String, Value> =
        std::iter::once((INTERCEPT.to_owned(), rounded(model.intercept()))).chain(each).collect();
    Value::Object(all)
}

/// Predicts for live leads that are open, and writes what changed. The caller holds [`crate::db::Lock::Scores`].
///
/// # Errors
/// Those of `step`, or the database refuses.
pub fn predict(
    conn: &mut Db,
    (row, model): (i64, &LearnedModel),
    (fields, stages): (&[AskedField], &Stages),
    chosen: Statement,
    stamp: &Stamp,
    step: &mut dyn FnMut(i64) -> Result<(), DbError>,
) -> Result<Predicted, DbError> {
    let open = Statement::new(" AND ").then(is_open()).sql(" AND ");
    let asked = Asked { org: stamp.org, fields, stages, as_of: AsOf::Now, chosen: open.then(chosen) };
    let mut done = Predicted::default();
    asked.pages(conn, |conn, page| {
        step(done.predicted)?;
        let changed: Vec<NewScore> = page.iter().filter_map(|past| score_of(model, past)).collect();
        done.add(page.len(), changed.len());
        // What comes later waits in the database, not in memory.
        drop(page);
        lead_score_history::write(conn, row, &changed, stamp)
    })?;
    Ok(done)
}

/// Holds the leads of which something is predicted, or is to be by a model in use, and takes away what is predicted no more: of leads that
/// are closed, and of all where no model that has learned is in use. Returns of how many.
///
/// # Errors
/// The database refuses.
pub fn take_away(conn: &mut Db, is_in_use: bool, chosen: Statement, stamp: &Stamp) -> Result<i64, DbError> {
    let held = match is_in_use {
        true => chosen.clone(),
        false => Statement::new("leads.win_probability IS NOT NULL AND ").then(chosen.clone()),
    };
    lead_score_history::hold_chosen(conn, stamp.org, held)?;
    let gone = match is_in_use {
        true => Statement::new("NOT (").then(is_open()).sql(") AND ").then(chosen),
        false => chosen,
    };
    let leads = lead_score_history::predicted(conn, stamp.org, gone.clone())?;
    if leads > 0 {
        lead_score_history::take_away(conn, &gone, stamp)?;
    }
    Ok(leads)
}

/// What a model says of a lead now.
///
/// # Errors
/// The database cannot be read.
pub fn of_lead(
    conn: &mut Db,
    org: OrgId,
    model: &LearnedModel,
    (fields, stages): (&[AskedField], &Stages),
    lead: i64,
) -> Result<Option<(Probability, Value)>, DbError> {
    let chosen = Statement::new(" AND leads.id = ").number(lead);
    let asked = Asked { org, fields, stages, as_of: AsOf::Now, chosen };
    let mut said = None;
    asked.each(conn, |past| {
        said = Some((Probability::of(probability(model.total(&past.seen))), factors(model, &past.seen)));
        Ok(())
    })?;
    Ok(said)
}

/// What is to be written of a lead; nothing where it has that already.
fn score_of(model: &LearnedModel, past: &Past) -> Option<NewScore> {
    let share = Probability::of(probability(model.total(&past.seen)));
    let score = model.sets_score.then(|| share.score());
    let factors = factors(model, &past.seen);
    // The same score may be of other parts, or set by hand.
    let has_factors =
        || past.factors.as_deref().and_then(|text| serde_json::from_str(text).ok()).as_ref() == Some(&factors);
    let is_same = past.probability == Some(share.0.into())
        && score.is_none_or(|score| past.score == Some(score.into()) && has_factors());
    (!is_same).then(|| NewScore {
        lead: past.lead,
        score,
        probability: Some(share),
        factors,
        inputs: with_replaced(
            json!({ "seen": inputs(model, &past.seen) }),
            score.and_then(|_| replaced(past.factors.as_deref())),
        ),
    })
}

/// What the model read of a lead.
pub fn inputs(model: &LearnedModel, seen: &[Seen]) -> Value {
    let each = model.fields.iter().zip(seen).filter_map(|(field, seen)| {
        let value = match seen {
            Seen::Nothing => return None,
            Seen::Word(word) => json!(word),
            // The one number is the value, in hundredths.
            Seen::Number(number) => json!(decimals(*number as f64 / 100.0, 2)),
            Seen::Words(words) => json!(words),
            Seen::Stage(place) => json!(field.cells.get(*place)?.value),
        };
        Some((field.field.clone(), value))
    });
    Value::Object(each.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lead_work::scores::learned::{FieldCounts, FieldKind};

    #[test]
    fn values_are_kept_in_units() {
        let field = |name: &str, kind| FieldCounts {
            field: name.into(),
            kind,
            won: 1,
            lost: 0,
            cells: Vec::new(),
            edges: Vec::new(),
        };
        let fields = vec![field("value", FieldKind::Number), field("source", FieldKind::Category)];
        let model = LearnedModel { won: 1, lost: 1, fields, at_days: 3, sets_score: false, until: None };
        let seen = [Seen::Number(9950), Seen::Word("web".into())];
        assert_eq!(inputs(&model, &seen), json!({ "value": 99.5, "source": "web" }));
    }
}
