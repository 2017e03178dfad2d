//! What a user still has to do.

use crate::db::models::lead_work::next::tasks::{self, TaskFilter};
use crate::db::models::lead_work::pools::holding::open_leads;
use crate::db::{Db, DbError, OrgId};

/// What a user still has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Open leads.
    pub leads: i64,
    /// Open tasks.
    pub tasks: i64,
}

/// What a user still has to do.
///
/// # Errors
/// The database cannot be read.
pub fn held(conn: &mut Db, org: OrgId, user: i64) -> Result<Held, DbError> {
    let leads = open_leads(conn, org, &[user])?.get(&user).copied().unwrap_or(0);
    let wanted = TaskFilter { owner: Some(Some(user)), ..TaskFilter::default() };
    let tasks = i64::try_from(tasks::some(conn, org, &wanted)?.len()).unwrap_or(i64::MAX);
    Ok(Held { leads, tasks })
}
