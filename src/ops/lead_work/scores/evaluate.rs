//! What the rules of a model say of leads: each lead is looked at once, by one statement for many leads.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::lead_work::scores::learned::INTERCEPT;
use crate::domain::lead_work::scores::parts::{Factors, Facts, Score, score};
use crate::domain::lead_work::scores::rules::RuleModel;
use crate::domain::timestamp::Timestamp;

/// A model with the conditions of its rules as they are asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub model: RuleModel,
    /// The condition of each rule.
    pub conditions: Vec<Statement>,
    /// Of each rule whose points halve with time, the column of that time.
    pub since: Vec<&'static str>,
    /// Which leads are scored.
    pub chosen: Statement,
    pub org: OrgId,
    /// For when.
    pub now: Timestamp,
}

/// What is known of one lead.
#[derive(Debug, Clone)]
pub struct Looked {
    pub lead: i64,
    pub old_score: Option<i64>,
    /// Whether it has another score than this one, or the same one of other parts.
    pub is_changed: bool,
    /// The stored factors of a score that no model gave.
    pub(super) replaced: Option<Value>,
    pub facts: Facts,
    /// The times behind the ages.
    pub(super) since: Vec<Option<Timestamp>>,
    pub score: Score,
}

/// What each rule says of a lead as a bit of one number.
pub fn mask(conditions: &[Statement]) -> Statement {
    let bits = conditions.iter().enumerate().map(|(place, condition)| {
        Statement::new("CASE WHEN ").then(condition.clone()).sql(" THEN ").number(1 << place).sql(" ELSE 0 END")
    });
    Statement::new("(").joined(bits, " + ").sql(")")
}

impl Asked {
    /// Looks at the next leads by id, at most `most` of them.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn look(&self, conn: &mut Db, after: i64, most: i64, take: impl FnMut(Looked)) -> Result<(), DbError> {
        self.look_where(conn, Statement::new("leads.id > ").number(after), most, take)
    }

    /// Looks at these leads again, by id.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn look_again(&self, conn: &mut Db, leads: &[i64]) -> Result<Vec<Looked>, DbError> {
        let ids = leads.iter().map(|id| Statement::default().number(*id));
        let among = Statement::new("leads.id IN (").joined(ids, ", ").sql(")");
        let mut found = Vec::with_capacity(leads.len());
        self.look_where(conn, among, leads.len() as i64, |looked| found.push(looked))?;
        Ok(found)
    }

    fn look_where(
        &self,
        conn: &mut Db,
        leads: Statement,
        most: i64,
        mut take: impl FnMut(Looked),
    ) -> Result<(), DbError> {
        Statement::new("SELECT leads.id, leads.lead_score, leads.lead_score_factors, ")
            .then(mask(&self.conditions))
            .then(self.since.iter().copied().fold(Statement::default(), |all, column| all.sql(", ").sql(column)))
            .sql(" FROM leads WHERE leads.organization_id = ")
            .org(self.org)
            .sql(" AND ")
            .then(leads)
            .sql(" AND ")
            .then(self.chosen.clone())
            .sql(" ORDER BY leads.id LIMIT ")
            .number(most)
            .each_of_about(conn, most, |row: Cells| {
                take(self.read(&row));
                Ok(())
            })
    }

    fn read(&self, row: &Cells) -> Looked {
        let since: Vec<Option<Timestamp>> =
            (0..self.since.len()).map(|place| row.at(4 + place).number().map(Timestamp::from_micros)).collect();
        let facts = Facts { matched: row.at(3).number().unwrap_or_default().cast_unsigned(), ages: self.ages(&since) };
        let (old_score, score) = (row.at(1).number(), score(&self.model, &facts));
        let old_factors = row.at(2).text();
        let old_parts: Option<Factors> = old_factors.and_then(|text| serde_json::from_str(text).ok());
        Looked {
            lead: row.at(0).number().unwrap_or_default(),
            old_score,
            is_changed: old_score != Some(score.total().into()) || old_parts != Some(score.factors()),
            // Whatever is of rules was read already.
            replaced: if old_parts.is_some() { None } else { replaced(old_factors) },
            score,
            facts,
            since,
        }
    }

    fn ages(&self, since: &[Option<Timestamp>]) -> Vec<Option<i64>> {
        let age = |time: &Timestamp| self.now.as_micros().saturating_sub(time.as_micros());
        since.iter().map(|time| time.as_ref().map(age)).collect()
    }

    /// What the score of a lead was computed from: the rules that matched, the times from which on points halve, the values that
    /// the rules read, and what the score was set to before without a model.
    pub fn inputs(&self, looked: &Looked, values: Value) -> Value {
        let rules = self.model.rules.iter().enumerate();
        let matched: Vec<&str> =
            rules.filter(|(place, _)| looked.facts.matches(*place)).map(|(_, rule)| rule.name.as_str()).collect();
        let since: Map<String, Value> = self
            .model
            .decaying()
            .zip(&looked.since)
            .filter_map(|((_, rule, _), time)| Some((rule.name.clone(), time.as_ref()?.to_string().into())))
            .collect();
        with_replaced(json!({ "matched": matched, "since": since, "values": values }), looked.replaced.clone())
    }
}

/// The stored factors of a score, if no model gave it.
pub(super) fn replaced(factors: Option<&str>) -> Option<Value> {
    let factors: Value = serde_json::from_str(factors?).ok()?;
    let is_of_model = Factors::deserialize(&factors).is_ok() || factors.get(INTERCEPT).is_some();
    (!is_of_model).then_some(factors)
}

/// What a score was computed from, with the factors that it replaced.
pub(super) fn with_replaced(mut inputs: Value, replaced: Option<Value>) -> Value {
    if let Some(replaced) = replaced {
        inputs[REPLACED] = replaced;
    }
    inputs
}

/// The key under which inputs have the factors that a score replaced.
pub const REPLACED: &str = "replaced";

/// The score that was given, computed again from what is kept of the lead; `None` where that is no form that is known.
pub fn computed_again(model: &RuleModel, inputs: &Value, at: Timestamp) -> Option<Score> {
    let matched: Vec<&str> = inputs.get("matched")?.as_array()?.iter().filter_map(Value::as_str).collect();
    let since = inputs.get("since")?.as_object()?;
    let bits = model.rules.iter().enumerate().filter(|(_, rule)| matched.contains(&rule.name.as_str()));
    let ages = model.decaying().map(|(_, rule, _)| {
        let time = since.get(&rule.name)?.as_str()?.parse::<jiff::Timestamp>().ok()?;
        Some(at.as_micros().saturating_sub(Timestamp::from(time).as_micros()))
    });
    let facts = Facts { matched: bits.map(|(place, _)| 1_u64 << place).sum(), ages: ages.collect() };
    Some(score(model, &facts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_model_gave_is_kept() {
        let kept = |factors: &str| replaced(Some(factors)).is_some();
        assert!(kept(r#"{"source":"hand"}"#) && kept(r#"{"intent":5}"#));
        assert!(!kept(r#"{"demographic":0,"engagement":0,"intent":5,"qualification":0,"total":5}"#));
        assert!(!kept(r#"{"intercept":-1.5,"source":0.5}"#) && replaced(None).is_none());
    }
}
