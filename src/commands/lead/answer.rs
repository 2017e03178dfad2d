//! What verbs that change one lead answer: a line of what changed, read from the log that they write, or the whole lead.

use super::query::show::{self, Shown};
use crate::commands::args::changes::ChangeArgs;
use crate::commands::context::{Session, timed};
use crate::db::models::leads::lead_audit_log::{self, AuditEntry};
use crate::db::models::leads::{self, Lead};
use crate::db::{Db, DbError, Lock, OrgId};
use crate::domain::audit::AuditAction;
use crate::error::Result;
use crate::ops::leads::history::named::Named;
use crate::ui::{Change, Ui};

/// A lead after a change.
pub struct Changed {
    args: ChangeArgs,
    pub id: i64,
    /// What its log says of the change.
    pub changes: Vec<Change>,
    /// The lead as it is now, where it is printed.
    shown: Option<Shown>,
}

impl Changed {
    /// Answers with a line, or with the lead.
    pub fn print(self, ui: Ui) -> Result<()> {
        let shown = self.shown;
        self.args.answer(ui, &subject(self.id), &self.changes, || match shown {
            Some(shown) => show::print_shown(ui, &shown),
            None => Ok(()),
        })
    }
}

/// Tells of numbers that wait for a decision because their lead has refused to be contacted.
pub fn tell_waiting(ui: Ui, lead: i64, numbers: &[String]) {
    if !numbers.is_empty() {
        ui.warn(&format!(
            "the lead {lead} has refused to be contacted, so {} waits for a decision and is not clear until then: crmctl dnc due",
            numbers.join(", "),
        ));
    }
}

/// What a lead is called in answers.
pub fn subject(id: i64) -> String {
    format!("lead {id}")
}

/// Changes a lead in one transaction, and reads in it what that did.
pub fn change<T, E: From<DbError>>(
    session: &mut Session,
    args: ChangeArgs,
    lock: Lock,
    lead: &Lead,
    work: impl FnOnce(&mut Db) -> Result<T, E>,
) -> Result<(T, Changed), E> {
    let (org, now, ui) = (session.org.org_id(), session.stamp.now, session.ui);
    let id = lead.id;
    timed(ui, "lead changed", || {
        session.db.write_under(lock, org, args.mode(), |conn| {
            let last = lead_audit_log::last_id(conn, org, id)?;
            let told = work(conn)?;
            let changes = changes_after(conn, org, id, last)?;
            let shown = match args.shows(ui) {
                true => {
                    let stored = leads::by_ids(conn, org, &[id])?.pop().unwrap_or_else(|| lead.clone());
                    Some(show::gather(conn, org, stored, now)?)
                }
                false => None,
            };
            Ok((told, Changed { args, id, changes, shown }))
        })
    })
}

/// What the log of a lead says after an entry of it.
pub fn changes_after(conn: &mut Db, org: OrgId, lead: i64, id: i64) -> Result<Vec<Change>, DbError> {
    let entries = lead_audit_log::after(conn, org, lead, id)?;
    let mut changes: Vec<Change> = Vec::new();
    for entry in entries {
        let word = said(&entry).map(Change::said).filter(|word| !changes.contains(word));
        changes.extend(word);
        if let Some(field) = entry.field_name {
            changes.push(Change::new(field, entry.old_value, entry.new_value));
        }
    }
    if changes.iter().any(|change| matches!(&*change.key, "owner_id" | "territory_id")) {
        let named = Named::read(conn, org, None, std::iter::empty())?;
        for change in &mut changes {
            let Change { key, old, new } = change;
            named.name(Some(key), old);
            named.name(Some(key), new);
        }
    }
    let has_code = changes.iter().any(|change| change.key == "currency");
    if changes.iter().any(|change| change.key == "value_cents") && !has_code {
        let code = leads::by_ids(conn, org, &[lead])?.pop().and_then(|lead| lead.currency);
        changes.extend(code.map(|code| Change::in_currency(&code)));
    }
    Ok(changes)
}

/// What an entry says by its action.
fn said(entry: &AuditEntry) -> Option<&'static str> {
    match (entry.action, entry.field_name.as_deref()) {
        (AuditAction::Create, None) => Some("added"),
        (AuditAction::Delete, None) => Some("deleted"),
        (AuditAction::Restore, _) => Some("restored"),
        _ => None,
    }
}
