//! Sample data of lead work: a territory, a score model, a pool.

use serde_json::json;

use crate::db::models::lead_work::pools::assignment_pool_members::{NewPoolMember, PoolMember};
use crate::db::models::lead_work::pools::assignment_pools::{self, NewPool, Pool};
use crate::db::models::lead_work::scores::score_models;
use crate::db::models::lead_work::territories::{self, NewTerritory};
use crate::db::types::{Json, Uid};
use crate::db::{Db, DbError, Stamp, Statement};
use crate::domain::lead_work::pools::PoolStrategy;
use crate::domain::lead_work::scores::kind::ModelKind;
use crate::domain::lead_work::scores::rules::{ModelProblem, RuleModel};
use crate::domain::lead_work::territories::MemberRole;
use crate::ops::audited;
use crate::ops::lead_work::scores::models::{ScoreModelError, keep, put_into_use};
use crate::ops::lead_work::territories::plan::Placement;
use crate::ops::lead_work::territories::{TerritoryError, add, add_member};

/// The source of the leads that lie in the sample territory.
const REFERRED: &str = "referral";

/// Adds a territory with the referred leads, in which the acting user works, when there is none.
pub fn load_territory(conn: &mut Db, stamp: &Stamp) -> Result<usize, TerritoryError> {
    if !territories::all(conn, stamp.org)?.is_empty() {
        return Ok(0);
    }
    let filter = json!({ "version": 1, "filter": { "field": "source", "op": "=", "value": REFERRED } });
    let new = NewTerritory {
        organization_id: stamp.org.0,
        uid: Uid::new(),
        name: "Referrals",
        description: Some("sample data"),
        parent_id: None,
        filter: Json(filter),
        priority: 100,
        is_active: true,
        created_at: stamp.now,
        updated_at: stamp.now,
    };
    let made = add(conn, &new, stamp)?;
    if let Some(user) = stamp.changed_by {
        add_member(conn, &made, user, MemberRole::Owner, stamp)?;
    }
    let referred = Statement::new("CASE WHEN leads.source = ").text(REFERRED).sql(" THEN ").number(made.id).sql(" END");
    let placement = Placement { territories: vec![made], taken_by: referred, only: None };
    placement.make(conn, None, stamp)?;
    Ok(1)
}

/// What the sample of a score model is called.
const MODEL: &str = "sample";

/// Puts a model of rules into use when none is there.
pub fn load_model(conn: &mut Db, stamp: &Stamp) -> Result<usize, ScoreModelError> {
    if !score_models::all(conn, stamp.org)?.is_empty() {
        return Ok(0);
    }
    let rules = RuleModel::standard().map_err(ScoreModelError::BuiltIn)?;
    let rules =
        serde_json::to_value(rules).map_err(|e| ScoreModelError::BuiltIn(ModelProblem::Syntax(e.to_string())))?;
    let kept = keep(conn, MODEL, ModelKind::Rules, rules, stamp)?;
    put_into_use(conn, &kept.model, stamp)?;
    Ok(1)
}

/// Adds a pool when there is none, with the acting user as its member.
pub fn load_pool(conn: &mut Db, stamp: &Stamp) -> Result<usize, DbError> {
    if !assignment_pools::all(conn, stamp.org)?.is_empty() {
        return Ok(0);
    }
    let new = NewPool {
        organization_id: stamp.org.0,
        uid: Uid::new(),
        name: "inbound",
        description: Some("sample data"),
        strategy: PoolStrategy::Weighted,
        filter: None,
        skills: None,
        priority: 100,
        created_at: stamp.now,
        updated_at: stamp.now,
    };
    let pool = audited::add::<Pool>(conn, &new, stamp)?;
    if let Some(user_id) = stamp.changed_by {
        let member = NewPoolMember {
            organization_id: stamp.org.0,
            pool_id: pool.id,
            user_id,
            weight: 1,
            capacity: Some(50),
            daily_limit: Some(20),
            skills: None,
            created_at: stamp.now,
            updated_at: stamp.now,
        };
        audited::add::<PoolMember>(conn, &member, stamp)?;
    }
    Ok(1)
}
