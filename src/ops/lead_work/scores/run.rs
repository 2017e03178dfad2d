//! A run: every chosen lead is scored, and what changed is written.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::evaluate::{Asked, Looked};
use crate::db::models::lead_work::scores::lead_score_history::{self, NewScore};
use crate::db::{Db, DbError, Stamp};
use crate::domain::lead_work::scores::distribution::Distribution;
use crate::domain::lead_work::scores::kind::Group;

/// So many leads are looked at by one statement.
const LOOKED_AT: i64 = 200_000;
/// So many scores are written by one.
const WRITTEN: usize = 20_000;

/// What a run did: `scored = changed + unchanged`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ran {
    pub scored: i64,
    pub changed: i64,
    pub unchanged: i64,
    /// How many leads had points that the cap of a group took away.
    pub capped: BTreeMap<Group, i64>,
    pub before: Distribution,
    pub after: Distribution,
}

impl Ran {
    /// Whether every lead is accounted for.
    pub fn reconciles(&self) -> bool {
        self.scored == self.changed + self.unchanged
            && self.before.total() == self.scored
            && self.after.total() == self.scored
    }

    fn count(&mut self, looked: &Looked) {
        self.scored += 1;
        match looked.is_changed {
            true => self.changed += 1,
            false => self.unchanged += 1,
        }
        for group in Group::ALL.iter().filter(|group| looked.score.is_capped(**group)) {
            *self.capped.entry(*group).or_default() += 1;
        }
        self.before.add(looked.old_score, 1);
        self.after.add(Some(looked.score.total().into()), 1);
    }
}

/// Reads the values of leads that the rules of a model ask for: an object for each lead by its id. Leads that are no more have none.
pub type ReadValues<'a> = dyn FnMut(&mut Db, &[i64]) -> Result<HashMap<i64, Value>, DbError> + 'a;

/// Scores leads by rules; `step` hears how many are done, and can stop it. The caller holds [`crate::db::Lock::Scores`].
///
/// # Errors
/// Those of `step`, or the database refuses.
pub fn run(
    conn: &mut Db,
    asked: &Asked,
    model: i64,
    values: &mut ReadValues<'_>,
    stamp: &Stamp,
    step: &mut dyn FnMut(i64) -> Result<(), DbError>,
) -> Result<Ran, DbError> {
    let (mut ran, mut after) = (Ran::default(), i64::MIN);
    loop {
        step(ran.scored)?;
        let (mut seen, mut changed) = (0, Vec::new());
        asked.look(conn, after, LOOKED_AT, |looked| {
            (after, seen) = (looked.lead, seen + 1);
            match looked.is_changed {
                true => changed.push(looked),
                false => ran.count(&looked),
            }
        })?;
        let mut changed = changed.into_iter().peekable();
        while changed.peek().is_some() {
            step(ran.scored)?;
            let some = held(conn, asked, changed.by_ref().take(WRITTEN).collect())?;
            some.iter().for_each(|looked| ran.count(looked));
            let some: Vec<Looked> = some.into_iter().filter(|looked| looked.is_changed).collect();
            write(conn, asked, model, &some, values, stamp)?;
        }
        if seen < LOOKED_AT {
            return Ok(ran);
        }
    }
}

/// The same leads as they are once nobody else can change them: on PostgreSQL somebody may have done so since they were looked at.
fn held(conn: &mut Db, asked: &Asked, looked: Vec<Looked>) -> Result<Vec<Looked>, DbError> {
    if matches!(conn, Db::Sqlite(_)) {
        return Ok(looked);
    }
    let ids: Vec<i64> = looked.iter().map(|looked| looked.lead).collect();
    lead_score_history::hold(conn, asked.org, &ids)?;
    asked.look_again(conn, &ids)
}

fn write(
    conn: &mut Db,
    asked: &Asked,
    model: i64,
    changed: &[Looked],
    values: &mut ReadValues<'_>,
    stamp: &Stamp,
) -> Result<(), DbError> {
    let ids: Vec<i64> = changed.iter().map(|looked| looked.lead).collect();
    let values = values(conn, &ids)?;
    lead_score_history::write(conn, model, &scores_of(asked, changed, values), stamp)
}

/// The scores that are written of leads, each with the values of its own.
fn scores_of(asked: &Asked, changed: &[Looked], mut values: HashMap<i64, Value>) -> Vec<NewScore> {
    let one = |looked: &Looked| NewScore {
        lead: looked.lead,
        score: Some(looked.score.total()),
        probability: None,
        factors: serde_json::to_value(looked.score.factors()).unwrap_or_default(),
        inputs: asked.inputs(looked, values.remove(&looked.lead).unwrap_or_else(|| json!({}))),
    };
    changed.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{OrgId, Statement};
    use crate::domain::lead_work::scores::parts::{Facts, Score};
    use crate::domain::lead_work::scores::rules::{Caps, RuleModel};
    use crate::domain::timestamp::Timestamp;

    #[test]
    fn each_lead_is_kept_with_its_own_values() {
        let asked = Asked {
            model: RuleModel { caps: Caps::default(), rules: Vec::new() },
            conditions: Vec::new(),
            since: Vec::new(),
            chosen: Statement::default(),
            org: OrgId(1),
            now: Timestamp::from_micros(0),
        };
        let looked = |lead| Looked {
            lead,
            old_score: None,
            is_changed: true,
            replaced: None,
            facts: Facts::default(),
            since: Vec::new(),
            score: Score::default(),
        };
        // Of the first nothing was read; the others came in another order.
        let values = HashMap::from([3, 2].map(|lead| (lead, json!({ "lead": lead }))));
        let scores = scores_of(&asked, &[1, 2, 3].map(looked), values);
        let kept: Vec<(i64, Value)> = scores.into_iter().map(|it| (it.lead, it.inputs["values"].clone())).collect();
        assert_eq!(kept, [(1, json!({})), (2, json!({ "lead": 2 })), (3, json!({ "lead": 3 }))]);
    }
}
