//! Tasks: what somebody is to do about a lead.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use super::Scope;
use super::candidates::within;
use crate::db::audited::{Addable, Audited, Deletable, Editable, Fields, held, logged};
use crate::db::schema::tasks;
use crate::db::types::Uid;
use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::audit::entity::Entity;
use crate::domain::lead_work::next::{TaskKind, TaskOrigin};
use crate::domain::timestamp::Timestamp;

/// A row of `tasks`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = tasks, treat_none_as_null = true)]
pub struct Task {
    pub id: i64,
    #[serde(skip)]
    #[diesel(skip_update)]
    pub organization_id: i32,
    pub uid: Uid,
    pub lead_id: i64,
    pub owner_id: Option<i64>,
    pub kind: TaskKind,
    pub due_at: Timestamp,
    pub note: Option<String>,
    pub origin: TaskOrigin,
    pub done_at: Option<Timestamp>,
    pub done_by: Option<i64>,
    pub created_at: Timestamp,
}

/// What a new task is made of.
#[derive(Insertable)]
#[diesel(table_name = tasks, treat_none_as_default_value = false)]
pub struct NewTask {
    pub organization_id: i32,
    pub uid: Uid,
    pub lead_id: i64,
    pub owner_id: Option<i64>,
    pub kind: TaskKind,
    pub due_at: Timestamp,
    pub note: Option<String>,
    pub origin: TaskOrigin,
    pub created_at: Timestamp,
}

impl Audited for Task {
    const ENTITY: Entity = Entity::Task;

    fn id(&self) -> i64 {
        self.id
    }

    /// The note is left out: it speaks of a person, and goes with the task when that person is erased.
    fn fields(&self) -> Fields {
        logged!(self, Task { lead_id, owner_id, kind, due_at, origin, done_at, done_by }
            without { id, organization_id, uid, note, created_at })
    }
}

impl Addable for Task {
    type New<'a> = NewTask;

    fn insert(conn: &mut Db, new: &NewTask) -> Result<Task, DbError> {
        diesel::insert_into(tasks::table).values(new).execute(conn)?;
        let row = tasks::table.filter(tasks::organization_id.eq(new.organization_id).and(tasks::uid.eq(new.uid)));
        Ok(row.select(Task::as_select()).first(conn)?)
    }
}

impl Editable for Task {
    fn held(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<Task>, DbError> {
        let row = tasks::table.filter(tasks::organization_id.eq(org.0).and(tasks::id.eq(id)));
        Ok(held!(conn, row, Task))
    }

    fn store(&mut self, _before: &Task, conn: &mut Db, _now: Timestamp) -> Result<(), DbError> {
        let row = tasks::table.filter(tasks::organization_id.eq(self.organization_id).and(tasks::id.eq(self.id)));
        diesel::update(row).set(&*self).execute(conn)?;
        Ok(())
    }
}

impl Deletable for Task {
    fn delete(self, conn: &mut Db) -> Result<(), DbError> {
        let row = tasks::table.filter(tasks::organization_id.eq(self.organization_id).and(tasks::id.eq(self.id)));
        diesel::delete(row).execute(conn)?;
        Ok(())
    }
}

/// The task with this id.
///
/// # Errors
/// The database cannot be read.
pub fn by_id(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<Task>, DbError> {
    let row = tasks::table.filter(tasks::organization_id.eq(org.0).and(tasks::id.eq(id)));
    Ok(row.select(Task::as_select()).first(conn).optional()?)
}

/// The tasks about a lead, open and done, in the order in which they were made.
///
/// # Errors
/// The database cannot be read.
pub fn of_lead(conn: &mut Db, org: OrgId, lead: i64) -> Result<Vec<Task>, DbError> {
    let rows = tasks::table.filter(tasks::organization_id.eq(org.0).and(tasks::lead_id.eq(lead)));
    Ok(rows.order(tasks::id).select(Task::as_select()).load(conn)?)
}

/// The tasks about these leads, open and done, in the order in which they were made.
///
/// # Errors
/// The database cannot be read.
pub fn of_leads(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<Vec<Task>, DbError> {
    let rows = tasks::table.filter(tasks::organization_id.eq(org.0).and(tasks::lead_id.eq_any(leads.to_vec())));
    Ok(rows.order(tasks::id).select(Task::as_select()).load(conn)?)
}

/// Which tasks are asked for.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Those of this user; `Some(None)`: those of nobody.
    pub owner: Option<Option<i64>>,
    /// Those of these leads; `None`: of any.
    pub leads: Option<Vec<i64>>,
    pub kind: Option<TaskKind>,
    /// Those that are due before.
    pub due_before: Option<Timestamp>,
    /// But for those that are due at this very time.
    pub not_due_at: Option<Timestamp>,
    /// Done ones instead of open ones.
    pub is_done: bool,
    /// Those behind this one.
    pub after: Option<Task>,
    pub most: Option<i64>,
}

/// The tasks that are asked for: open ones by when they are due, done ones the latest done first.
///
/// # Errors
/// The database cannot be read.
pub fn some(conn: &mut Db, org: OrgId, wanted: &TaskFilter) -> Result<Vec<Task>, DbError> {
    let mut query = tasks::table.filter(tasks::organization_id.eq(org.0)).select(Task::as_select()).into_boxed();
    query = match wanted.is_done {
        true => query.filter(tasks::done_at.is_not_null()).order((tasks::done_at.desc(), tasks::id.desc())),
        false => query.filter(tasks::done_at.is_null()).order((tasks::due_at, tasks::id)),
    };
    query = match wanted.owner {
        None => query,
        Some(None) => query.filter(tasks::owner_id.is_null()),
        Some(Some(owner)) => query.filter(tasks::owner_id.eq(owner)),
    };
    if let Some(leads) = &wanted.leads {
        query = query.filter(tasks::lead_id.eq_any(leads.clone()));
    }
    if let Some(kind) = wanted.kind {
        query = query.filter(tasks::kind.eq(kind));
    }
    if let Some(before) = wanted.due_before {
        query = query.filter(tasks::due_at.lt(before));
    }
    if let Some(but) = wanted.not_due_at {
        query = query.filter(tasks::due_at.ne(but));
    }
    if let Some(Task { id, due_at, done_at, .. }) = wanted.after {
        query = match wanted.is_done {
            true => query.filter(tasks::done_at.lt(done_at).or(tasks::done_at.eq(done_at).and(tasks::id.lt(id)))),
            false => query.filter(tasks::due_at.gt(due_at).or(tasks::due_at.eq(due_at).and(tasks::id.gt(id)))),
        };
    }
    if let Some(most) = wanted.most {
        query = query.limit(most);
    }
    Ok(query.load(conn)?)
}

/// The open tasks that are due, by their leads: of each lead of a scope the first one. The tasks of a merged lead are its survivor's,
/// which the caller finds, whatever its scope; with each comes whether its lead was merged.
///
/// # Errors
/// The database cannot be read.
pub fn due(conn: &mut Db, org: OrgId, scope: &Scope, now: Timestamp) -> Result<HashMap<i64, Due>, DbError> {
    let statement = Statement::new(
        "SELECT t.lead_id, t.due_at, t.kind, leads.merged_into_id FROM tasks t
         JOIN leads ON leads.organization_id = t.organization_id AND leads.id = t.lead_id
         WHERE t.done_at IS NULL AND t.organization_id = ",
    )
    .org(org)
    .sql(" AND t.due_at <= ")
    .time(now)
    .sql(" AND (leads.merged_into_id IS NOT NULL OR leads.deleted_at IS NULL")
    .then(within(scope))
    .sql(") ORDER BY t.due_at, t.id");
    let mut found: HashMap<i64, Due> = HashMap::new();
    statement.each_row(conn, |row: Cells| -> Result<(), DbError> {
        let (lead, at) = (row.at(0).number(), row.at(1).number().map(Timestamp::from_micros));
        let kind = row.at(2).text().and_then(TaskKind::from_word);
        if let (Some(lead), Some(at), Some(kind)) = (lead, at, kind) {
            found.entry(lead).or_insert(Due { at, kind, is_merged: row.at(3).number().is_some() });
        }
        Ok(())
    })?;
    Ok(found)
}

/// The task of a lead that is due first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub at: Timestamp,
    pub kind: TaskKind,
    /// Whether the lead was merged into another one.
    pub is_merged: bool,
}
