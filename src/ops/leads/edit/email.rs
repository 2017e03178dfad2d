//! The emails of a lead: further ones, and which is the first.

use super::{EditError, begin, field_audit, store};
use crate::db::lead_changes::{LeadChanges, Shift};
use crate::db::models::leads::Lead;
use crate::db::models::leads::lead_emails::{FURTHER_EMAIL, NewEmail};
use crate::db::{Db, DbError, Stamp};
use crate::ops::leads::edit::phone::OTHER;
use crate::ops::leads::keys;
use crate::ops::leads::parts::{Parts, drop_doubled};
use crate::ops::leads::upsert::apply::{FieldChange, inherit};

/// What became of a lead to which an email was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It had the email already.
    Known,
    New {
        /// It inherits what others with this email opted out of.
        opted_out: bool,
    },
}

/// Adds a further email to a lead, with the opt-outs of others who have it. The caller holds [`crate::db::Lock::Leads`].
///
/// # Errors
/// The lead is deleted, or the database refuses.
pub fn add(conn: &mut Db, id: i64, email: &str, kind: &str, stamp: &Stamp) -> Result<Added, EditError> {
    let mut lead = begin(conn, id, None, stamp)?;
    let parts = Parts::of_lead(conn, stamp.org, id)?;
    if lead.email.as_deref() == Some(email) || parts.emails.iter().any(|known| known == email) {
        return Ok(Added::Known);
    }
    let mut changes = LeadChanges::default();
    changes.audit.push(field_audit(id, further(None, Some(email)), stamp));
    changes.emails.push(row(id, email, kind, stamp));
    let inherited = take_over(conn, &mut lead, email, stamp)?;
    let opted_out = !inherited.is_empty();
    match opted_out {
        true => change(conn, lead, inherited, changes, stamp)?,
        false => {
            changes.shift(id, Shift::Parts);
            store(conn, &changes, stamp)?;
        }
    }
    Ok(Added::New { opted_out })
}

/// Takes a further email from a lead, unless only that knows of an opt-out. The caller holds [`crate::db::Lock::Leads`].
///
/// # Errors
/// The lead is deleted, has no such further email or has opted out by it, or the database refuses.
pub fn remove(conn: &mut Db, id: i64, email: &str, stamp: &Stamp) -> Result<(), EditError> {
    let lead = begin(conn, id, None, stamp)?;
    refuse_unknown(conn, &lead, email, stamp)?;
    refuse_opted_out(conn, &lead, email, stamp)?;
    let mut changes = LeadChanges::default();
    changes.audit.push(field_audit(id, further(Some(email), None), stamp));
    changes.removed.emails.push((id, email.to_owned()));
    changes.shift(id, Shift::Parts);
    store(conn, &changes, stamp)
}

/// Makes a further email of a lead its first, which becomes a further one. The caller holds [`crate::db::Lock::Leads`].
///
/// # Errors
/// The lead is deleted or has no such further email, or the database refuses.
pub fn make_first(conn: &mut Db, id: i64, email: &str, stamp: &Stamp) -> Result<(), EditError> {
    let mut lead = begin(conn, id, None, stamp)?;
    if lead.email.as_deref() == Some(email) {
        return drop_double(conn, &lead, stamp);
    }
    let known = refuse_unknown(conn, &lead, email, stamp)?;
    let old = lead.email.replace(email.to_owned());
    let mut changes = LeadChanges::default();
    let first = FieldChange { field: "email".into(), old: old.clone(), new: Some(email.to_owned()) };
    let mut fields = vec![first, further(Some(email), None)];
    changes.removed.emails.push((id, email.to_owned()));
    if let Some(old) = old.filter(|old| !known.contains(old)) {
        fields.push(further(None, Some(&old)));
        changes.emails.push(row(id, &old, OTHER, stamp));
    }
    fields.extend(take_over(conn, &mut lead, email, stamp)?);
    change(conn, lead, fields, changes, stamp)
}

/// Takes the first email of a lead off its further ones.
fn drop_double(conn: &mut Db, lead: &Lead, stamp: &Stamp) -> Result<(), EditError> {
    let mut changes = LeadChanges::default();
    let mut emails = Parts { emails: Parts::of_lead(conn, stamp.org, lead.id)?.emails, ..Parts::default() };
    let dropped = drop_doubled(lead, &mut emails, &mut changes);
    if dropped.is_empty() {
        return Ok(());
    }
    changes.audit.extend(dropped.into_iter().map(|change| field_audit(lead.id, change, stamp)));
    changes.shift(lead.id, Shift::Parts);
    store(conn, &changes, stamp)
}

/// Refuses to forget what a lead opted out of by an email, when no other lead with it has.
fn refuse_opted_out(conn: &mut Db, lead: &Lead, email: &str, stamp: &Stamp) -> Result<(), EditError> {
    let own = keys::opt_out_of(lead);
    if own.is_none() || lead.email.as_deref() == Some(email) {
        return Ok(());
    }
    let others = keys::opt_out_by(conn, lead.id, None, &[email.to_owned()], stamp.org)?;
    let forgets =
        (own.denied && !others.denied) || (own.email_opted_out_at.is_some() && others.email_opted_out_at.is_none());
    match forgets {
        true => Err(EditError::OptedOutEmail { lead: lead.id, email: email.to_owned() }),
        false => Ok(()),
    }
}

/// Gives a lead the opt-outs of others with this email, and tells what that changed.
fn take_over(conn: &mut Db, lead: &mut Lead, email: &str, stamp: &Stamp) -> Result<Vec<FieldChange>, DbError> {
    let opt_out = keys::opt_out_by(conn, lead.id, None, &[email.to_owned()], stamp.org)?;
    Ok(inherit(lead, opt_out, stamp.now))
}

/// Writes a lead whose own fields have changed, too.
fn change(
    conn: &mut Db,
    mut lead: Lead,
    fields: Vec<FieldChange>,
    mut changes: LeadChanges,
    stamp: &Stamp,
) -> Result<(), EditError> {
    let id = lead.id;
    changes.audit.extend(fields.into_iter().map(|change| field_audit(id, change, stamp)));
    lead.updated_at = stamp.now;
    lead.version += 1;
    changes.updated.push(lead);
    store(conn, &changes, stamp)
}

/// The further emails of a lead, among which this one must be.
fn refuse_unknown(conn: &mut Db, lead: &Lead, email: &str, stamp: &Stamp) -> Result<Vec<String>, EditError> {
    let further = Parts::of_lead(conn, stamp.org, lead.id)?.emails;
    if further.iter().any(|known| known == email) {
        return Ok(further);
    }
    let (lead, is_first, email) = (lead.id, lead.email.as_deref() == Some(email), email.to_owned());
    Err(match is_first {
        true => EditError::FirstEmail { lead, email },
        false => EditError::UnknownEmail { lead, email },
    })
}

fn further(old: Option<&str>, new: Option<&str>) -> FieldChange {
    FieldChange { field: FURTHER_EMAIL.into(), old: old.map(str::to_owned), new: new.map(str::to_owned) }
}

fn row(lead_id: i64, email: &str, kind: &str, stamp: &Stamp) -> NewEmail {
    NewEmail {
        organization_id: stamp.org.0,
        lead_id,
        email: email.to_owned(),
        kind: kind.to_owned(),
        created_at: stamp.now,
    }
}
