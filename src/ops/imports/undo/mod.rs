//! Undoing an import: the leads that it made are deleted, the values that it changed return, and what others did since
//! stays. One transaction, itself a record among the imports.

mod error;
mod keys;
mod ranges;
pub mod revert;
mod summary;
mod told;
mod undoing;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

pub use error::UndoError;
use ranges::ranges;
use revert::{Circumstances, Reverted, edit_key, revert};
pub use revert::{KeptField, KeptReason};
pub use summary::{KeptLead, RefusedLead, UndoSummary};
pub use told::{KeptThing, KindCounts, KindLists};
pub use undoing::{Count, Kept, KeptList, TakenBack, Undoing, Undoings};

use crate::db::Stamp;
use crate::db::lead_changes::{self, LeadChanges, Written};
use crate::db::lead_fields::StoredField;
use crate::db::models::erasure::erasures;
use crate::db::models::imports::import_effects::{self, Logged, Made};
use crate::db::models::imports::{self, Import, NewImport};
use crate::db::models::leads::OnLocked;
use crate::db::models::leads::lead_audit_log::NewAuditEntry;
use crate::db::models::leads::lead_emails::NewEmail;
use crate::db::models::leads::lead_phones::NewPhone;
use crate::db::models::leads::lead_status_history;
use crate::db::models::leads::{self, Lead};
use crate::db::types::{Json, Uid};
use crate::db::{Db, DbError, RunMode};
use crate::domain::audit::AuditAction;
use crate::domain::imports::kind::{ImportKind, ImportStatus};
use crate::domain::timestamp::Timestamp;
use crate::ops::dnc;
use crate::ops::lead_work::scores::history::scored_by_runs;
use crate::ops::leads::contact;
use crate::ops::leads::edit::phone::OTHER;
use crate::ops::leads::upsert::apply::FieldChange;

/// What is asked of an undo.
pub struct Request<'a> {
    pub import: i64,
    /// Take back do-not-call entries and opt-outs, too.
    pub with_dnc: bool,
    pub mode: RunMode,
    /// How each kind of import is undone.
    pub undoings: Undoings,
    pub stamp: Stamp,
    pub interrupted: &'a AtomicBool,
    /// Tells when the undo ends.
    pub clock: &'a dyn Fn() -> Timestamp,
    /// Hears how many of how many leads are done.
    pub progress: &'a mut dyn FnMut(u64, u64),
}

/// Changed leads that are put back together.
const BATCH: usize = 4000;

/// Why nothing of a lead is put back whose person is gone.
const ERASED: &str = "erased since";

/// Undoes an import inside the caller's transaction.
///
/// # Errors
/// There is nothing to undo, or the database refuses; then the transaction must be rolled back.
pub fn undo(conn: &mut Db, mut request: Request<'_>) -> Result<UndoSummary, UndoError> {
    let org = request.stamp.org;
    let import = imports::by_id(conn, org, request.import)?.ok_or(UndoError::Unknown(request.import))?;
    let undoing = (request.undoings)(import.kind).ok_or(UndoError::IsUndo(import.id))?;
    refuse_undone(conn, &import, &request)?;
    request.with_dnc |= undoing.takes_dnc();
    let started = std::time::Instant::now();
    let record = begin_record(conn, &import, &request)?;
    request.stamp.import_id = Some(record);
    let mut work = Work {
        edits: import_effects::edits_since(conn, org, import.id)?,
        summary: UndoSummary {
            import_id: (!request.mode.is_dry_run()).then_some(record),
            undoes_import_id: import.id,
            file_name: import.file_name.clone(),
            dry_run: request.mode.is_dry_run(),
            ..UndoSummary::default()
        },
        request,
        import,
        renumbered: Vec::new(),
        stay: Vec::new(),
    };
    let closed = work.close_entries(conn)?;
    work.tell_deleted(conn)?;
    work.delete_made(conn)?;
    work.restore_changed(conn)?;
    work.settle_dnc(conn, &closed)?;
    // What an undone import wrote of statuses counts no more. The leads that it made and that stay have theirs from the
    // undo now.
    lead_status_history::hand_over(conn, work.import.id, &work.stay, &work.request.stamp)?;
    let taken = undoing.take_back(conn, &work.import, &work.request.stamp)?;
    (work.summary.counts, work.summary.lists) =
        told::tell(work.request.undoings, work.import.kind, taken).ok_or(UndoError::DoesNotReconcile)?;
    imports::mark_undone(conn, org, work.import.id, work.request.stamp.now)?;
    work.summary.seconds = (started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    work.finish(conn, record)
}

fn refuse_undone(conn: &mut Db, import: &Import, request: &Request<'_>) -> Result<(), UndoError> {
    if import.status == ImportStatus::Undone {
        let by = imports::undo_of(conn, request.stamp.org, import.id)?;
        let at = by.as_ref().map(|by| by.started_at);
        let by = by.map(|by| format!(": record {}, by {}, on", by.id, by.actor)).unwrap_or_default();
        return Err(UndoError::Undone { import: import.id, by, at });
    }
    Ok(())
}

fn begin_record(conn: &mut Db, import: &Import, request: &Request<'_>) -> Result<i64, DbError> {
    let now = request.stamp.now;
    imports::insert(
        conn,
        &NewImport {
            organization_id: request.stamp.org.0,
            uid: Uid::new(),
            kind: ImportKind::Undo,
            file_name: &import.file_name,
            file_sha256: &import.file_sha256,
            file_size: import.file_size,
            sheet: import.sheet.as_deref(),
            mapping: import.mapping.clone(),
            undoes_import_id: Some(import.id),
            actor: &request.stamp.actor,
            started_at: now,
            finished_at: now,
            created_at: now,
            updated_at: now,
        },
    )
}

struct Work<'a> {
    request: Request<'a>,
    import: Import,
    edits: HashMap<i64, Vec<Logged>>,
    summary: UndoSummary,
    /// Leads whose numbers are others again, which may be on the do-not-call list or not.
    renumbered: Vec<i64>,
    /// Leads that the import made and that stay.
    stay: Vec<i64>,
}

impl Work<'_> {
    fn close_entries(&mut self, conn: &mut Db) -> Result<Vec<String>, UndoError> {
        if !self.request.with_dnc {
            return Ok(Vec::new());
        }
        let closed = dnc::remove::take_back_import(conn, &self.import, &self.request.stamp)?;
        self.summary.dnc_removed = closed.removed;
        Ok(closed.numbers)
    }

    /// Deletes the leads that the import made and nobody has touched since.
    fn delete_made(&mut self, conn: &mut Db) -> Result<(), UndoError> {
        let (org, import) = (self.request.stamp.org, self.import.id);
        let made = import_effects::live_made(conn, org, import)?;
        self.summary.leads += made.len() as u64;
        let total = made.len() as u64;
        let (edited, untouched): (Vec<Made>, Vec<Made>) =
            made.into_iter().partition(|lead| self.edits.contains_key(&lead.id));
        for lead in edited {
            self.summary.kept += 1;
            self.stay.push(lead.id);
            self.keep_edited(lead.id);
        }
        for range in ranges(&untouched) {
            self.check_interrupted()?;
            let deleted = import_effects::delete_made(
                conn,
                import,
                (range.first, range.last),
                range.version,
                &self.request.stamp,
            )?;
            if deleted != range.leads {
                return Err(UndoError::Raced);
            }
            self.summary.deleted += deleted as u64;
            (self.request.progress)(self.summary.deleted, total);
        }
        Ok(())
    }

    /// Tells of the leads that the import made and that are deleted already.
    fn tell_deleted(&mut self, conn: &mut Db) -> Result<(), UndoError> {
        let org = self.request.stamp.org;
        let deleted = import_effects::deleted_made(conn, org, self.import.id)?;
        let ids: Vec<i64> = deleted.iter().map(|(id, _)| *id).collect();
        let erased = erasures::erased_among(conn, org, &ids)?;
        for (lead_id, merged_into) in deleted {
            self.summary.leads += 1;
            match merged_into {
                Some(survivor) => self.refuse(lead_id, format!("merged into the lead {survivor} since")),
                None if erased.contains_key(&lead_id) => self.refuse(lead_id, ERASED.to_owned()),
                None => {
                    self.summary.kept += 1;
                    let field = KeptField { field: "deleted_at".into(), reason: KeptReason::DeletedSince };
                    self.summary.kept_fields.push(KeptLead { lead_id, field });
                }
            }
        }
        Ok(())
    }

    /// Lists the fields for which a lead stays.
    fn keep_edited(&mut self, lead_id: i64) {
        let mut fields: Vec<String> = self.edits.get(&lead_id).into_iter().flatten().map(edited_field).collect();
        fields.sort_unstable();
        fields.dedup();
        let kept = fields.into_iter().map(|field| KeptField { field, reason: KeptReason::EditedSince });
        self.summary.kept_fields.extend(kept.map(|field| KeptLead { lead_id, field }));
    }

    fn refuse(&mut self, lead_id: i64, reason: String) {
        self.summary.refused += 1;
        self.summary.refused_leads.push(RefusedLead { lead_id, reason });
    }

    /// Puts back the values of leads that were there before the import.
    fn restore_changed(&mut self, conn: &mut Db) -> Result<(), UndoError> {
        let (org, import) = (self.request.stamp.org, self.import.id);
        let changed = import_effects::changed(conn, org, import)?;
        self.summary.leads += changed.len() as u64;
        let taken = keys::release(conn, &self.request.stamp, &self.scope(), &changed)?;
        for ids in changed.chunks(BATCH) {
            self.check_interrupted()?;
            let mut entries = import_effects::entries_of(conn, org, import, ids)?;
            let since = import_effects::status_since(conn, org, import, ids)?;
            let erased = erasures::erased_among(conn, org, ids)?;
            let mut stored = leads::by_ids_for_change(conn, org, ids)?;
            stored.sort_unstable_by_key(|lead| lead.id);
            let listed = self.scope().listed(conn, &self.request.stamp, &stored)?;
            let scored = scored_by_runs(conn, org, &stored)?;
            let mut changes = LeadChanges::default();
            for mut lead in stored {
                let log: Vec<FieldChange> =
                    entries.remove(&lead.id).unwrap_or_default().into_iter().filter_map(change_of).collect();
                let was_released = taken.released.contains(&lead.id);
                if was_released {
                    lead.deleted_at = None;
                }
                if let Some(reason) = self.refusal(&lead, &taken.refused) {
                    let is_erased = erased.contains_key(&lead.id) && lead.merged_into_id.is_none();
                    self.refuse(lead.id, if is_erased { ERASED.to_owned() } else { reason });
                    continue;
                }
                let circumstances = Circumstances {
                    is_scored: scored.contains(&lead.id),
                    ..self.scope().circumstances(&lead, &listed, since.get(&lead.id).copied())
                };
                let reverted = revert(&mut lead, &log, &circumstances, self.request.stamp.now);
                self.take(lead, reverted, was_released, &mut changes);
            }
            if lead_changes::write(conn, &changes, &self.request.stamp)? == Written::LostRace {
                return Err(UndoError::Raced);
            }
            let done = self.summary.deleted + self.summary.restored + self.summary.partly_restored;
            (self.request.progress)(done, self.summary.leads);
        }
        Ok(())
    }

    fn scope(&self) -> Scope<'_> {
        Scope { import: self.import.id, with_dnc: self.request.with_dnc, edits: &self.edits }
    }

    fn refusal(&self, lead: &Lead, refused: &HashMap<i64, String>) -> Option<String> {
        match (lead.merged_into_id, lead.deleted_at) {
            (Some(survivor), _) => Some(format!("merged into the lead {survivor} since")),
            (None, Some(_)) => Some("deleted since".into()),
            (None, None) => refused.get(&lead.id).cloned(),
        }
    }

    /// Counts what became of a changed lead and puts it among the changes.
    fn take(&mut self, mut lead: Lead, mut reverted: Reverted, was_released: bool, changes: &mut LeadChanges) {
        let stamp = &self.request.stamp;
        let id = lead.id;
        match (reverted.changes.is_empty(), reverted.kept.is_empty()) {
            (true, false) => self.summary.kept += 1,
            // Where nothing is put back and nothing stays, nothing of the import was left.
            (_, true) => self.summary.restored += 1,
            (false, false) => self.summary.partly_restored += 1,
        }
        self.summary.fields_restored += reverted.changes.len() as u64;
        self.summary.kept_fields.extend(reverted.kept.into_iter().map(|field| KeptLead { lead_id: id, field }));
        if reverted.changes.is_empty() && !was_released {
            return;
        }
        if let Some(from) = reverted.moved_from {
            let mut change = stamp.status_change(id, Some(from), lead.status);
            change.reason = Some(format!("import {} undone", self.import.id));
            changes.history.push(change);
        }
        if reverted.changes.iter().any(|change| matches!(change.field.as_str(), "phone_number" | "phone")) {
            self.renumbered.push(id);
        }
        changes.removed.tags.extend(reverted.tags.into_iter().map(|tag| (id, tag)));
        changes.removed.phones.extend(reverted.phones.into_iter().map(|phone| (id, phone)));
        changes.removed.emails.extend(reverted.emails.into_iter().map(|email| (id, email)));
        let (organization_id, lead_id, created_at) = (stamp.org.0, id, stamp.now);
        changes.phones.extend(reverted.phones_back.into_iter().map(|phone_number| {
            let kind = OTHER.to_owned();
            NewPhone { organization_id, lead_id, phone_number, kind, created_at }
        }));
        changes.emails.extend(reverted.emails_back.into_iter().map(|email| {
            let kind = OTHER.to_owned();
            NewEmail { organization_id, lead_id, email, kind, created_at }
        }));
        changes.removed.notes.extend(reverted.notes.into_iter().map(|note| (id, note)));
        let is_contact =
            |change: &FieldChange| StoredField::of_column(&change.field).is_some_and(|field| field.is_contact_time);
        if reverted.changes.iter().any(is_contact) {
            // What others noted meanwhile is known still: of one contact it is the first and the last time.
            let known = contact::times_of(&lead).settled();
            reverted.changes.extend(contact::put(&mut lead, known));
        }
        if !reverted.changes.is_empty() {
            lead.updated_at = stamp.now;
            lead.version += 1;
        }
        changes.audit.extend(reverted.changes.into_iter().map(|change| NewAuditEntry {
            field_name: Some(change.field),
            old_value: change.old,
            new_value: change.new,
            ..stamp.audit(id, AuditAction::Update)
        }));
        changes.updated.push(lead);
    }

    /// Makes statuses follow the do-not-call list: leads whose entry was closed leave `dnc`, and leads whose numbers are others
    /// again follow those.
    fn settle_dnc(&mut self, conn: &mut Db, closed: &[String]) -> Result<(), UndoError> {
        let stamp = &self.request.stamp;
        let settled = dnc::settle(conn, &self.renumbered, stamp)?;
        let back = dnc::move_leads_back(conn, closed, OnLocked::Wait, stamp)?;
        self.summary.dnc_moved = settled + back.leads;
        Ok(())
    }

    fn check_interrupted(&self) -> Result<(), UndoError> {
        match self.request.interrupted.load(Ordering::Relaxed) {
            true => Err(UndoError::Db(DbError::Interrupted)),
            false => Ok(()),
        }
    }

    fn finish(self, conn: &mut Db, record: i64) -> Result<UndoSummary, UndoError> {
        if !self.summary.reconciles() {
            return Err(UndoError::DoesNotReconcile);
        }
        let mut counts = serde_json::to_value(&self.summary).map_err(|e| UndoError::Record(e.to_string()))?;
        // The record has the counts; which leads and other things they were is in the logs.
        if let serde_json::Value::Object(keys) = &mut counts {
            keys.retain(|_, value| !value.is_array());
        }
        let options = Json(serde_json::json!({ "with_dnc": self.request.with_dnc }));
        imports::finish(conn, self.request.stamp.org, record, &options, &Json(counts), (self.request.clock)())?;
        Ok(self.summary)
    }
}

fn change_of(logged: Logged) -> Option<FieldChange> {
    Some(FieldChange { field: logged.field_name?, old: logged.old_value, new: logged.new_value })
}

/// The field that an edit concerned, or what else was done to the lead.
fn edited_field(logged: &Logged) -> String {
    match change_of(logged.clone()) {
        Some(change) => edit_key(&change),
        None => logged.action.to_string(),
    }
}

/// What decides for every lead alike.
struct Scope<'a> {
    import: i64,
    with_dnc: bool,
    edits: &'a HashMap<i64, Vec<Logged>>,
}

impl Scope<'_> {
    /// Which of these leads have a number on the do-not-call list.
    fn listed(&self, conn: &mut Db, stamp: &Stamp, leads: &[Lead]) -> Result<HashSet<i64>, DbError> {
        let ids: Vec<i64> = leads.iter().map(|lead| lead.id).collect();
        dnc::with_barred_number(conn, stamp, &ids)
    }

    fn circumstances(&self, lead: &Lead, listed: &HashSet<i64>, status_since: Option<Timestamp>) -> Circumstances {
        Circumstances {
            edited: self.edits.get(&lead.id).into_iter().flatten().map(edited_field).collect(),
            with_dnc: self.with_dnc,
            still_listed: listed.contains(&lead.id),
            is_scored: false,
            status_since,
        }
    }
}
