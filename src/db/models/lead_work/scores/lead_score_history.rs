//! The scores that runs of models gave to leads.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use crate::db::models::IN_LIST;
use crate::db::schema::{lead_score_history, score_models};
use crate::db::types::Json;
use crate::db::{Db, DbError, OrgId, Stamp, Statement};
use crate::domain::lead_work::scores::kind::ModelKind;
use crate::domain::lead_work::scores::probability::Probability;
use crate::domain::timestamp::Timestamp;

/// A score as it is read.
#[derive(Debug, Clone, PartialEq, Queryable, Serialize)]
pub struct GivenScore {
    #[serde(skip)]
    pub id: i64,
    pub lead_id: i64,
    pub calculated_at: Timestamp,
    /// What the lead had before.
    pub old_score: Option<i16>,
    pub score: Option<i16>,
    pub win_probability: Option<Probability>,
    pub model: String,
    #[serde(rename = "version")]
    pub revision: i32,
    pub kind: ModelKind,
    pub factors: Option<Json>,
    pub inputs: Option<Json>,
    pub actor: String,
    #[serde(skip)]
    pub model_id: i64,
}

/// The key under which inputs have the probability that was taken away from a lead.
const TAKEN_AWAY: &str = "taken_away";

impl GivenScore {
    /// Whether the probability was taken away from the lead; its score stayed as it was.
    pub fn takes_away(&self) -> bool {
        // An erasure empties inputs, and a learned model gives nothing without a probability.
        let is_said = self.inputs.as_ref().is_some_and(|inputs| inputs.0.get(TAKEN_AWAY).is_some());
        is_said || self.kind == ModelKind::Learned && self.win_probability.is_none()
    }
}

/// The scores that these leads were given, in the order in which they were written.
///
/// # Errors
/// The database cannot be read.
pub fn of_leads(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<Vec<GivenScore>, DbError> {
    let mut all: Vec<GivenScore> = Vec::new();
    for some in leads.chunks(IN_LIST) {
        let of_model = score_models::table.on(score_models::organization_id
            .eq(lead_score_history::organization_id)
            .and(score_models::id.eq(lead_score_history::model_id)));
        all.extend(
            lead_score_history::table
                .inner_join(of_model)
                .filter(
                    lead_score_history::organization_id
                        .eq(org.0)
                        .and(lead_score_history::lead_id.eq_any(some.to_vec())),
                )
                .select((
                    lead_score_history::id,
                    lead_score_history::lead_id,
                    lead_score_history::calculated_at,
                    lead_score_history::old_score,
                    lead_score_history::score,
                    lead_score_history::win_probability,
                    score_models::name,
                    score_models::revision,
                    score_models::kind,
                    lead_score_history::factors,
                    lead_score_history::inputs,
                    lead_score_history::actor,
                    lead_score_history::model_id,
                ))
                .load::<GivenScore>(conn)?,
        );
    }
    all.sort_unstable_by_key(|given| given.id);
    Ok(all)
}

/// The score that a run gave last to each of these leads.
///
/// # Errors
/// The database cannot be read.
pub fn last_scores(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, i16>, DbError> {
    let mut last = HashMap::new();
    for some in leads.chunks(IN_LIST) {
        let rows: Vec<(i64, Option<i16>)> = lead_score_history::table
            .filter(
                lead_score_history::organization_id.eq(org.0).and(lead_score_history::lead_id.eq_any(some.to_vec())),
            )
            .filter(lead_score_history::score.is_not_null())
            .order(lead_score_history::id)
            .select((lead_score_history::lead_id, lead_score_history::score))
            .load(conn)?;
        last.extend(rows.into_iter().filter_map(|(lead, score)| Some((lead, score?))));
    }
    Ok(last)
}

/// How many of the leads that a condition chooses have a probability.
///
/// # Errors
/// The database cannot be read.
pub fn predicted(conn: &mut Db, org: OrgId, chosen: Statement) -> Result<i64, DbError> {
    let rows = Statement::new("SELECT count(*) FROM leads WHERE leads.organization_id = ")
        .org(org)
        .sql(" AND leads.win_probability IS NOT NULL AND ")
        .then(chosen)
        .rows(conn)?;
    Ok(rows.first().and_then(|row| row.at(0).number()).unwrap_or_default())
}

/// Takes the probability away from leads that a condition chooses, which are held; their history says so under the model that gave it. As
/// [`write`], it is no change of a lead.
///
/// # Errors
/// The database refuses.
pub fn take_away(conn: &mut Db, chosen: &Statement, stamp: &Stamp) -> Result<(), DbError> {
    // A row of the history holds a score or a probability: that of a lead without a score holds what is taken away.
    Statement::new(
        "INSERT INTO lead_score_history
             (organization_id, lead_id, model_id, old_score, score, win_probability, factors, inputs, actor, calculated_at)
         SELECT leads.organization_id, leads.id, h.model_id, leads.lead_score, leads.lead_score,
             CASE WHEN leads.lead_score IS NULL THEN leads.win_probability END, leads.lead_score_factors, ",
    )
    .either(
        "json_object('taken_away', leads.win_probability / 10000.0), ",
        "jsonb_build_object('taken_away', CAST(leads.win_probability AS double precision) / 10000), ",
    )
    .text(stamp.actor.clone())
    .sql(", ")
    .time(stamp.now)
    .sql(
        " FROM leads JOIN lead_score_history h ON h.id = (SELECT max(g.id) FROM lead_score_history g
             WHERE g.lead_id = leads.id AND g.win_probability IS NOT NULL AND g.organization_id = ",
    )
    .org(stamp.org)
    .sql(") AND h.organization_id = ")
    .org(stamp.org)
    .sql(" WHERE leads.organization_id = ")
    .org(stamp.org)
    .sql(" AND leads.win_probability IS NOT NULL AND ")
    .then(chosen.clone())
    .sql(" ORDER BY leads.id")
    .run(conn)?;
    Statement::new("UPDATE leads SET win_probability = NULL WHERE leads.organization_id = ")
        .org(stamp.org)
        .sql(" AND leads.win_probability IS NOT NULL AND ")
        .then(chosen.clone())
        .run(conn)
}

/// A score that a run gives. What is `None` stays as it is in the lead.
#[derive(Debug, Clone)]
pub struct NewScore {
    pub lead: i64,
    pub score: Option<i16>,
    pub probability: Option<Probability>,
    pub factors: serde_json::Value,
    pub inputs: serde_json::Value,
}

/// Holds leads against changes by others, in the order of their ids, until the transaction ends. On SQLite nobody else writes.
///
/// # Errors
/// The database refuses.
pub fn hold(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<(), DbError> {
    let Db::Postgres(_) = conn else { return Ok(()) };
    let among = Statement::new("leads.id IN (SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(")
        .text(serde_json::json!(leads).to_string())
        .sql(" AS jsonb)) AS value)");
    hold_chosen(conn, org, among)
}

/// Holds all leads that a condition chooses, as [`hold`] does. Who goes through leads twice holds them all before: on the way through them
/// again it would hold them in another order than others do.
///
/// # Errors
/// The database refuses.
pub fn hold_chosen(conn: &mut Db, org: OrgId, chosen: Statement) -> Result<(), DbError> {
    let Db::Postgres(_) = conn else { return Ok(()) };
    Statement::new("SELECT count(*) FROM (SELECT leads.id FROM leads WHERE leads.organization_id = ")
        .org(org)
        .sql(" AND ")
        .then(chosen)
        .sql(" ORDER BY leads.id FOR NO KEY UPDATE) held")
        .rows(conn)
        .map(drop)
}

/// Writes scores to leads, which are held, and to their history. It is no change of a lead: neither `version` nor `updated_at` are touched.
///
/// # Errors
/// The database refuses.
pub fn write(conn: &mut Db, model: i64, scores: &[NewScore], stamp: &Stamp) -> Result<(), DbError> {
    if scores.is_empty() {
        return Ok(());
    }
    let each = scores
        .iter()
        .map(|it| serde_json::json!([it.lead, it.score, it.probability.map(|share| share.0), it.factors, it.inputs]));
    let rows = serde_json::Value::Array(each.collect()).to_string();
    Statement::new(
        "INSERT INTO lead_score_history
             (organization_id, lead_id, model_id, old_score, score, win_probability, factors, inputs, actor, calculated_at)
         SELECT leads.organization_id, leads.id, ",
    )
    .number(model)
    .sql(", leads.lead_score, r.score, r.probability, r.factors, r.inputs, ")
    .text(stamp.actor.clone())
    .sql(", ")
    .time(stamp.now)
    .sql(" FROM ")
    .then(recordset(&rows))
    // SQLite is to look the leads up.
    .either(" r CROSS JOIN leads ON ", " r JOIN leads ON ")
    .sql("leads.id = r.id AND leads.organization_id = ")
    .org(stamp.org)
    .sql(" ORDER BY leads.id")
    .run(conn)?;
    Statement::new(
        "UPDATE leads SET lead_score = coalesce(r.score, leads.lead_score),
             lead_score_factors = CASE WHEN r.score IS NULL THEN leads.lead_score_factors ELSE r.factors END,
             win_probability = coalesce(r.probability, leads.win_probability) FROM ",
    )
    .then(recordset(&rows))
    // Hidden from SQLite, which would go through all leads for each score otherwise.
    .either(
        " r WHERE leads.id = r.id AND +leads.organization_id = ",
        " r WHERE leads.id = r.id AND leads.organization_id = ",
    )
    .org(stamp.org)
    .run(conn)
}

/// The scores as rows of a statement.
fn recordset(rows: &str) -> Statement {
    Statement::default().either_of(
        Statement::new(
            "(SELECT value ->> 0 AS id, value ->> 1 AS score, value ->> 2 AS probability, value -> 3 AS factors,
                 value -> 4 AS inputs FROM json_each(",
        )
        .text(rows)
        .sql("))"),
        Statement::new(
            "(SELECT (value ->> 0)::bigint AS id, (value ->> 1)::smallint AS score, (value ->> 2)::smallint AS probability,
                 value -> 3 AS factors, value -> 4 AS inputs FROM jsonb_array_elements(CAST(",
        )
        .text(rows)
        .sql(" AS jsonb)) AS value)"),
    )
}
