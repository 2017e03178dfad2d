//! Tasks: adding, doing, putting off and deleting them. Every change is logged.

use super::held_live;
use crate::db::models::lead_work::next::tasks::{NewTask, Task};
use crate::db::{Db, DbError, Stamp};
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
    #[error("the task {0} is done already")]
    Done(i64),
    #[error("the lead {0} is deleted")]
    LeadDeleted(i64),
}

impl Explain for TaskError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            TaskError::Db(e) => return e.explain(),
            TaskError::Unknown(_) => "list them: crmctl task list --limit 0",
            TaskError::OthersTask(_) => "ask its owner or a manager",
            TaskError::Done(_) => "add another one: crmctl task add",
            TaskError::LeadDeleted(lead) => {
                return CommandError::failed(self.to_string())
                    .hint(format!("bring it back: crmctl lead restore {lead}"));
            }
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}

/// Who changes a task: its owner, anybody if nobody owns it, and whoever may change those of others.
#[derive(Debug, Clone, Copy)]
pub struct Editor {
    pub may_change_others: bool,
}

impl Editor {
    fn check(self, task: &Task, stamp: &Stamp) -> Result<(), TaskError> {
        let is_theirs = task.owner_id.is_none() || task.owner_id == stamp.changed_by;
        match is_theirs || self.may_change_others {
            true => Ok(()),
            false => Err(TaskError::OthersTask(task.id)),
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
            return Err(TaskError::Done(id));
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
