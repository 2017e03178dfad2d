//! Tasks: adding, doing, putting off and deleting them. Every change is logged.

use super::held_live;
use crate::db::models::lead_work::next::tasks::{NewTask, Task, TaskFilter, some};
use crate::db::models::leads::lead_merges;
use crate::db::{Db, DbError, OrgId, Stamp};
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};
use crate::ops::audited::{self, Edited};

/// Why a task was not changed.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("there is no task {0}")]
    Unknown(i64),
    #[error("the task {0} is somebody else's")]
    OthersTask(i64),
    #[error("the task {task} is done already")]
    Done { task: i64, lead: i64 },
    #[error("the lead {0} is deleted")]
    LeadDeleted(i64),
}

impl Explain for TaskError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            TaskError::Db(e) => return e.explain(),
            TaskError::Unknown(_) => "list them: crmctl task list --limit 0",
            TaskError::OthersTask(_) => "ask its owner or a manager",
            TaskError::Done { lead, .. } => {
                return CommandError::failed(self.to_string())
                    .hint(format!("add another one: crmctl task add {lead} --due WHEN"));
            }
            TaskError::LeadDeleted(lead) => {
                return CommandError::failed(self.to_string())
                    .hint(format!("bring it back: crmctl lead restore {lead}"));
            }
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}

/// Who changes a task, or says what becomes of a lead: its owner, anybody if nobody owns it, and whoever may change those of others.
#[derive(Debug, Clone, Copy)]
pub struct Editor {
    pub may_change_others: bool,
}

impl Editor {
    /// Whether it may change what somebody owns.
    pub fn may_change(self, owner: Option<i64>, stamp: &Stamp) -> bool {
        owner.is_none() || owner == stamp.changed_by || self.may_change_others
    }

    fn check(self, task: &Task, stamp: &Stamp) -> Result<(), TaskError> {
        match self.may_change(task.owner_id, stamp) {
            true => Ok(()),
            false => Err(TaskError::OthersTask(task.id)),
        }
    }
}

/// The fewest tasks that are read at once.
const TOGETHER: i64 = 200;

/// The tasks that are asked for, but for those of deleted leads, and how many of those were passed over.
///
/// # Errors
/// The database cannot be read.
pub fn of_live_leads(conn: &mut Db, org: OrgId, wanted: &TaskFilter) -> Result<(Vec<Task>, u64), DbError> {
    let (mut found, mut passed_over) = (Vec::new(), 0);
    let most = wanted.most.unwrap_or(i64::MAX);
    let mut page = TaskFilter { most: wanted.most.map(|most| most.max(TOGETHER)), ..wanted.clone() };
    loop {
        let read = some(conn, org, &page)?;
        let is_end = page.most.is_none_or(|most| (read.len() as i64) < most);
        page.after = read.last().cloned();
        let ids: Vec<i64> = read.iter().map(|task| task.lead_id).collect();
        let survivors = lead_merges::survivors(conn, org, &ids)?;
        for task in read {
            match survivors.contains_key(&task.lead_id) {
                _ if found.len() as i64 >= most => break,
                true => found.push(task),
                false => passed_over += 1,
            }
        }
        if is_end || found.len() as i64 >= most {
            return Ok((found, passed_over));
        }
    }
}

/// Adds a task; of a lead that was merged meanwhile to its survivor. The caller holds [`crate::db::Lock::Leads`].
///
/// # Errors
/// The lead is deleted, or the database refuses.
pub fn add(conn: &mut Db, mut new: NewTask, stamp: &Stamp) -> Result<Task, TaskError> {
    let lead = held_live(conn, new.lead_id, stamp)?.ok_or(TaskError::LeadDeleted(new.lead_id))?;
    new.lead_id = lead.id;
    Ok(audited::add::<Task>(conn, &new, stamp)?)
}

/// Does a task.
///
/// # Errors
/// It is gone, done or somebody else's, or the database refuses.
pub fn finish(conn: &mut Db, id: i64, editor: Editor, stamp: &Stamp) -> Result<Edited<Task>, TaskError> {
    change(conn, id, editor, stamp, |task| {
        (task.done_at, task.done_by) = (Some(stamp.now), stamp.changed_by);
    })
}

/// Puts a task off.
///
/// # Errors
/// It is gone, done or somebody else's, or the database refuses.
pub fn snooze(
    conn: &mut Db,
    id: i64,
    until: Timestamp,
    editor: Editor,
    stamp: &Stamp,
) -> Result<Edited<Task>, TaskError> {
    change(conn, id, editor, stamp, |task| task.due_at = until)
}

fn change(
    conn: &mut Db,
    id: i64,
    editor: Editor,
    stamp: &Stamp,
    edit: impl FnOnce(&mut Task),
) -> Result<Edited<Task>, TaskError> {
    let edited = audited::change(conn, id, stamp, |task: &mut Task| {
        editor.check(task, stamp)?;
        if task.done_at.is_some() {
            return Err(TaskError::Done { task: id, lead: task.lead_id });
        }
        edit(task);
        Ok(())
    })?;
    edited.ok_or(TaskError::Unknown(id))
}

/// Deletes a task, done or not. The log keeps what it was, but for its note.
///
/// # Errors
/// It is gone or somebody else's, or the database refuses.
pub fn delete(conn: &mut Db, id: i64, editor: Editor, stamp: &Stamp) -> Result<Task, TaskError> {
    let deleted = audited::delete::<Task>(conn, id, stamp)?.ok_or(TaskError::Unknown(id))?;
    // The transaction is taken back by the error.
    editor.check(&deleted, stamp)?;
    Ok(deleted)
}
