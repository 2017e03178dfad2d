//! Writing many rows at once, on the concrete connection of each engine.

mod in_order;
mod postgres;
mod postgres_copy;
mod postgres_logs;
mod sqlite;
mod stamped;

/// Frees the unique keys of changed leads before others take them: a deleted lead holds none. The update that
/// follows makes them live again, and nobody else sees what lies between.
macro_rules! release_keys {
    ($conn:expr, $changes:expr, $stamp:expr) => {
        for ids in $changes.rekeyed.chunks(crate::db::models::IN_LIST) {
            let rows = leads::table.filter(leads::organization_id.eq($stamp.org.0).and(leads::id.eq_any(ids.to_vec())));
            diesel::update(rows).set(leads::deleted_at.eq($stamp.now)).execute($conn)?;
        }
    };
}
use release_keys;

/// Changes one thing in leads, all those together of which the same thing changes.
macro_rules! shift_leads {
    ($conn:expr, $changes:expr, $stamp:expr) => {
        for (shift, ids) in &$changes.shifted {
            for some in ids.chunks(crate::db::models::IN_LIST) {
                let rows = leads::table
                    .filter(leads::organization_id.eq($stamp.org.0))
                    .filter(leads::id.eq_any(some.to_vec()));
                // What an import has changed before counts once.
                let is_import = $stamp.import_id.is_some().into_sql::<diesel::sql_types::Bool>();
                let version = diesel::dsl::case_when(leads::updated_at.eq($stamp.now).and(is_import), leads::version)
                    .otherwise(leads::version + 1);
                let counted_up = (leads::updated_at.eq($stamp.now), leads::version.eq(version));
                match shift {
                    Shift::Status(status) => diesel::update(rows)
                        .set((leads::status.eq(*status), leads::status_changed_at.eq($stamp.now), counted_up))
                        .execute($conn)?,
                    Shift::Owner(owner) => {
                        diesel::update(rows).set((leads::owner_id.eq(*owner), counted_up)).execute($conn)?
                    }
                    Shift::Territory(territory) => {
                        let source = territory.map(|_| $crate::domain::lead_work::territories::Placing::Manual);
                        let there = (leads::territory_id.eq(*territory), leads::territory_source.eq(source));
                        diesel::update(rows).set((there, counted_up)).execute($conn)?
                    }
                    Shift::Deleted => {
                        diesel::update(rows).set((leads::deleted_at.eq($stamp.now), counted_up)).execute($conn)?
                    }
                    Shift::Parts => diesel::update(rows).set(counted_up).execute($conn)?,
                };
            }
        }
    };
}
use shift_leads;

use std::collections::BTreeMap;

pub use in_order::stamp_for;

use super::models::leads::Lead;
use super::models::leads::lead_assignments::NewAssignment;
use super::models::leads::lead_audit_log::NewAuditEntry;
use super::models::leads::lead_emails::NewEmail;
use super::models::leads::lead_notes::NewNote;
use super::models::leads::lead_phones::NewPhone;
use super::models::leads::lead_status_history::NewStatusChange;
use super::models::leads::lead_tags::NewTag;
use super::{Db, DbError, Stamp};
use crate::domain::leads::status::Status;

/// A batch of changes to leads with everything that must be written together with them.
#[derive(Debug, Default, Clone)]
pub struct LeadChanges {
    /// New leads with ascending ids of their own. Their audit entry is written with them, and their first status
    /// row too, unless the status is `dnc`: such a lead's two rows are in `history`.
    pub created: Vec<Lead>,
    /// Those of the new leads whose first status has a reason: its row is in `history`, too.
    pub explained: Vec<i64>,
    /// Changed leads.
    pub updated: Vec<Lead>,
    /// Leads of which one thing changes, by that thing.
    pub shifted: BTreeMap<Shift, Vec<i64>>,
    /// Those of the changed leads that give up a phone or an external id, which another lead of the batch may take.
    pub rekeyed: Vec<i64>,
    pub audit: Vec<NewAuditEntry>,
    pub history: Vec<NewStatusChange>,
    pub tags: Vec<NewTag>,
    pub phones: Vec<NewPhone>,
    pub emails: Vec<NewEmail>,
    pub notes: Vec<NewNote>,
    pub assignments: Vec<NewAssignment>,
    pub removed: RemovedParts,
}

/// The one thing that changes in a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shift {
    /// Its status, to this one.
    Status(Status),
    /// Its owner, to this user or none.
    Owner(Option<i64>),
    /// Its territory, to this one or none, by a person.
    Territory(Option<i64>),
    /// It is deleted.
    Deleted,
    /// Only what belongs to it, such as its tags.
    Parts,
}

/// What is taken from leads: each part by its lead and its text.
#[derive(Debug, Default, Clone)]
pub struct RemovedParts {
    pub tags: Vec<(i64, String)>,
    pub phones: Vec<(i64, String)>,
    pub emails: Vec<(i64, String)>,
    /// By their bodies.
    pub notes: Vec<(i64, String)>,
}

impl RemovedParts {
    fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.phones.is_empty() && self.emails.is_empty() && self.notes.is_empty()
    }
}

impl LeadChanges {
    /// Changes one thing in a lead.
    pub fn shift(&mut self, lead: i64, shift: Shift) {
        self.shifted.entry(shift).or_default().push(lead);
    }

    pub fn is_empty(&self) -> bool {
        self.created.is_empty()
            && self.updated.is_empty()
            && self.shifted.is_empty()
            && self.audit.is_empty()
            && self.history.is_empty()
            && self.tags.is_empty()
            && self.phones.is_empty()
            && self.emails.is_empty()
            && self.notes.is_empty()
            && self.assignments.is_empty()
            && self.removed.is_empty()
    }
}

/// Whether a batch was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    All,
    /// Another program made a lead with the same phone or external id meanwhile; nothing of the batch was written.
    LostRace,
}

/// Indexes that are built anew at the end of a large import.
#[derive(Default)]
pub struct DeferredIndexes(Vec<String>);

impl DeferredIndexes {
    /// Takes away the indexes that an import of `expected` leads can do without. On PostgreSQL an everyday role does
    /// not own them, so they stay.
    ///
    /// # Errors
    /// The database refuses.
    pub fn defer(conn: &mut Db, expected: usize) -> Result<DeferredIndexes, DbError> {
        match conn {
            Db::Sqlite(sqlite) => sqlite::defer_indexes(sqlite, expected).map(DeferredIndexes),
            Db::Postgres(_) => Ok(DeferredIndexes::default()),
        }
    }

    /// Whether look-ups by phone, external id or email must wait for [`DeferredIndexes::build`].
    pub fn are_missing(&self) -> bool {
        !self.0.is_empty()
    }

    /// Builds the indexes.
    ///
    /// # Errors
    /// Two live leads have the same phone or external id, or the database refuses.
    pub fn build(&mut self, conn: &mut Db) -> Result<(), DbError> {
        for statement in self.0.drain(..) {
            diesel::RunQueryDsl::execute(diesel::sql_query(statement), conn)?;
        }
        Ok(())
    }
}

/// Writes a batch inside the caller's transaction, which holds the leads that change, as of the stamp's time or the last change of
/// these leads, if that is later.
///
/// # Errors
/// The database refuses.
pub fn write(conn: &mut Db, changes: &LeadChanges, stamp: &Stamp) -> Result<Written, DbError> {
    if changes.is_empty() {
        return Ok(Written::All);
    }
    let later = in_order::in_order(conn, changes, stamp)?;
    let (changes, stamp) = later.as_ref().map_or((changes, stamp), |(changes, stamp)| (changes, stamp));
    match conn {
        Db::Sqlite(sqlite) => sqlite::write(sqlite, changes, stamp).map(|()| Written::All),
        Db::Postgres(pg) => postgres::write(pg, changes, stamp),
    }
}
