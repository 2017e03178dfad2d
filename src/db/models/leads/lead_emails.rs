//! Further email addresses of leads.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use super::lead_identities::{OptedOut, opt_out_of};
use crate::db::models::IN_LIST;
use crate::db::schema::{lead_emails, leads};
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::consent::Consent;
use crate::domain::leads::status::Status;
use crate::domain::timestamp::Timestamp;

/// The word by which the log of a lead tells of a further address.
pub const FURTHER_EMAIL: &str = "further_email";

/// One further address of one lead.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = lead_emails, treat_none_as_default_value = false)]
pub struct NewEmail {
    pub organization_id: i32,
    pub lead_id: i64,
    pub email: String,
    pub kind: String,
    pub created_at: Timestamp,
}

/// One further address as printed.
#[derive(Debug, Clone, Serialize)]
pub struct FurtherEmail {
    pub email: String,
    pub kind: String,
}

/// The further addresses of these leads, in the order in which they were added.
///
/// # Errors
/// The database cannot be read.
pub fn of_leads(conn: &mut Db, org: OrgId, leads: &[i64]) -> Result<HashMap<i64, Vec<FurtherEmail>>, DbError> {
    let mut emails: HashMap<i64, Vec<FurtherEmail>> = HashMap::new();
    for ids in leads.chunks(IN_LIST) {
        let rows: Vec<(i64, String, String)> = lead_emails::table
            .filter(lead_emails::organization_id.eq(org.0).and(lead_emails::lead_id.eq_any(ids.to_vec())))
            .order((lead_emails::lead_id, lead_emails::id))
            .select((lead_emails::lead_id, lead_emails::email, lead_emails::kind))
            .load(conn)?;
        for (lead, email, kind) in rows {
            emails.entry(lead).or_default().push(FurtherEmail { email, kind });
        }
    }
    Ok(emails)
}

/// Whether any lead of the organization has a further address.
///
/// # Errors
/// The database cannot be read.
pub fn has_any(conn: &mut Db, org: OrgId) -> Result<bool, DbError> {
    let first: Option<i64> = lead_emails::table
        .filter(lead_emails::organization_id.eq(org.0))
        .select(lead_emails::lead_id)
        .first(conn)
        .optional()?;
    Ok(first.is_some())
}

/// Calls `each` with every further address and its lead, live or deleted.
///
/// # Errors
/// The database cannot be read.
pub fn each(conn: &mut Db, org: OrgId, mut each: impl FnMut(i64, &str)) -> Result<(), DbError> {
    type Row = (i64, String);
    let rows = lead_emails::table
        .filter(lead_emails::organization_id.eq(org.0))
        .select((lead_emails::lead_id, lead_emails::email));
    for row in rows.load_iter::<Row, diesel::connection::DefaultLoadingMode>(conn)? {
        let (lead, email) = row?;
        each(lead, &email);
    }
    Ok(())
}

/// The further addresses of live leads, each with its lead.
///
/// # Errors
/// The database cannot be read.
pub fn of_live_leads(conn: &mut Db, org: OrgId) -> Result<Vec<(i64, String)>, DbError> {
    Ok(lead_emails::table
        .inner_join(leads::table.on(leads::id.eq(lead_emails::lead_id)))
        .filter(lead_emails::organization_id.eq(org.0).and(leads::organization_id.eq(org.0)))
        .filter(leads::deleted_at.is_null())
        .select((lead_emails::lead_id, lead_emails::email))
        .load(conn)?)
}

/// Those of these addresses that live leads have as further ones, each with its lead.
///
/// # Errors
/// The database cannot be read.
pub fn live_among(conn: &mut Db, org: OrgId, emails: &[String]) -> Result<Vec<(i64, String)>, DbError> {
    let mut found = Vec::new();
    for chunk in emails.chunks(IN_LIST) {
        let some = lead_emails::table
            .inner_join(leads::table.on(leads::id.eq(lead_emails::lead_id)))
            .filter(lead_emails::organization_id.eq(org.0).and(leads::organization_id.eq(org.0)))
            .filter(lead_emails::email.eq_any(chunk.to_vec()).and(leads::deleted_at.is_null()))
            .select((lead_emails::lead_id, lead_emails::email));
        found.extend(some.load::<(i64, String)>(conn)?);
    }
    Ok(found)
}

/// The leads, live or deleted, with one of these further addresses, by id.
///
/// # Errors
/// The database cannot be read.
pub fn holders(conn: &mut Db, org: OrgId, emails: &[String]) -> Result<Vec<i64>, DbError> {
    let mut found: Vec<i64> = Vec::new();
    for chunk in emails.chunks(IN_LIST) {
        let some = lead_emails::table
            .filter(lead_emails::organization_id.eq(org.0).and(lead_emails::email.eq_any(chunk.to_vec())))
            .select(lead_emails::lead_id);
        found.extend(some.load::<i64>(conn)?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The further addresses of leads, live or deleted, that opted out of something, each with what.
///
/// # Errors
/// The database cannot be read.
pub fn opted_out(conn: &mut Db, org: OrgId) -> Result<Vec<OptedOut>, DbError> {
    type Row = (i64, String, Status, Consent, Option<Timestamp>);
    let rows: Vec<Row> = lead_emails::table
        .inner_join(leads::table.on(leads::id.eq(lead_emails::lead_id)))
        .filter(lead_emails::organization_id.eq(org.0).and(leads::organization_id.eq(org.0)))
        .filter(
            leads::consent_status
                .eq(Consent::Denied)
                .or(leads::status.eq(Status::Dnc))
                .or(leads::email_opted_out_at.is_not_null()),
        )
        .select((
            lead_emails::lead_id,
            lead_emails::email,
            leads::status,
            leads::consent_status,
            leads::email_opted_out_at,
        ))
        .load(conn)?;
    let told = |(id, email, status, consent, since): Row| OptedOut {
        id,
        phone_number: None,
        email: Some(email),
        opt_out: opt_out_of(status, consent, since),
    };
    Ok(rows.into_iter().map(told).collect())
}
