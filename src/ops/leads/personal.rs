//! All that is stored about a person, for the person: GDPR, articles 15 and 20.

use std::collections::BTreeSet;

use serde::Serialize;

use super::history::as_of::LeadState;
use super::history::timeline::numbers;
use super::history::{Change, changes};
use crate::db::models::imports;
use crate::db::models::lead_work::next::recommendations::{self, Recommendation};
use crate::db::models::lead_work::next::tasks::{self, Task};
use crate::db::models::lead_work::scores::lead_score_history::{self, GivenScore};
use crate::db::models::leads::lead_assignments::{self, Assignment};
use crate::db::models::leads::lead_audit_log;
use crate::db::models::leads::lead_status_history::{self, StatusChange};
use crate::db::models::leads::{self, Lead};
use crate::db::{Db, DbError, OrgId};
use crate::domain::imports::kind::{ImportKind, ImportStatus};
use crate::domain::leads::assignment::Strategy;
use crate::domain::timestamp::Timestamp;
use crate::ops::dnc::history as dnc_history;
use crate::ops::dnc::history::Event;
use crate::ops::erasure::twins;

/// All that is stored about a person.
#[derive(Debug, Serialize)]
pub struct Personal {
    pub exported_at: Timestamp,
    pub organization: String,
    /// The lead, and those that were merged into it.
    pub leads: Vec<OneLead>,
    /// Every change of them.
    pub changes: Vec<Change>,
    pub do_not_call: Vec<OneNumber>,
    pub imports: Vec<OneImport>,
}

/// A lead with what belongs to it.
#[derive(Debug, Serialize)]
pub struct OneLead {
    #[serde(flatten)]
    pub state: LeadState,
    pub status_history: Vec<StatusChange>,
    pub assignments: Vec<Given>,
    pub tasks: Vec<Task>,
    /// What became of recommendations to contact the lead.
    pub recommendations: Vec<Recommendation>,
    /// Which scores and probabilities models gave the lead, and from what.
    pub scores: Vec<GivenScore>,
}

/// To whom the lead was given. Not by which filter, for that may name others.
#[derive(Debug, Serialize)]
pub struct Given {
    pub from_user_id: Option<i64>,
    pub to_user_id: Option<i64>,
    pub strategy: Strategy,
    pub actor: String,
    pub assigned_at: Timestamp,
}

impl From<Assignment> for Given {
    fn from(assignment: Assignment) -> Given {
        let Assignment { from_user_id, to_user_id, strategy, context: _, actor, assigned_at } = assignment;
        Given { from_user_id, to_user_id, strategy, actor, assigned_at }
    }
}

/// What concerns a number that the person has or had.
#[derive(Debug, Serialize)]
pub struct OneNumber {
    pub phone_number: String,
    pub events: Vec<Event>,
}

/// An import that wrote about the person.
#[derive(Debug, Serialize)]
pub struct OneImport {
    pub id: i64,
    pub kind: ImportKind,
    pub file_name: String,
    pub file_sha256: String,
    pub started_at: Timestamp,
    pub actor: String,
    pub status: ImportStatus,
}

/// Gathers all that is stored about the person of a lead.
///
/// # Errors
/// The database cannot be read.
pub fn personal(
    conn: &mut Db,
    org: OrgId,
    organization: &str,
    lead: &Lead,
    now: Timestamp,
) -> Result<Personal, DbError> {
    let ids = twins(conn, org, lead)?;
    let mut stored = leads::by_ids(conn, org, &ids)?;
    stored.sort_by_key(|lead| ids.iter().position(|id| *id == lead.id));
    let log = lead_audit_log::of_leads(conn, org, &ids)?;
    let mut personal = Personal {
        exported_at: now,
        organization: organization.to_owned(),
        leads: Vec::new(),
        changes: match ids.first() {
            Some(survivor) => changes(conn, org, *survivor)?,
            None => Vec::new(),
        },
        do_not_call: Vec::new(),
        imports: Vec::new(),
    };
    for lead in stored {
        let id = lead.id;
        personal.leads.push(OneLead {
            state: LeadState::now(conn, org, lead)?,
            status_history: lead_status_history::of_lead(conn, org, id)?,
            assignments: lead_assignments::of_lead(conn, org, id)?.into_iter().map(Given::from).collect(),
            tasks: tasks::of_lead(conn, org, id)?,
            recommendations: recommendations::of_lead(conn, org, id)?,
            scores: lead_score_history::of_leads(conn, org, &[id])?,
        });
    }
    for number in numbers(conn, org, &ids, &log)? {
        let events = dnc_history::history(conn, org, number.into())?;
        if !events.is_empty() {
            personal.do_not_call.push(OneNumber { phone_number: number.to_string(), events });
        }
    }
    for id in log.iter().filter_map(|entry| entry.import_id).collect::<BTreeSet<i64>>() {
        personal.imports.extend(imports::by_id(conn, org, id)?.map(|import| OneImport {
            id,
            kind: import.kind,
            file_name: import.file_name,
            file_sha256: import.file_sha256,
            started_at: import.started_at,
            actor: import.actor,
            status: import.status,
        }));
    }
    Ok(personal)
}
