//! Who the leads are: what an import matches its rows with, and what their people opted out of.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::lead_emails;
use crate::db::models::IN_LIST;
use crate::db::schema::{lead_phones, leads};
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::consent::{Consent, OptOut};
use crate::domain::leads::status::Status;
use crate::domain::phone::E164;
use crate::domain::timestamp::Timestamp;

/// What tells whether a stored lead is the one of a row.
#[derive(Debug, Clone, Queryable)]
pub struct Identity {
    pub id: i64,
    pub phone_number: Option<String>,
    pub phone_extension: String,
    pub email: Option<String>,
    pub external_source: Option<String>,
    pub external_id: Option<String>,
}

type IdentityColumns =
    (leads::id, leads::phone_number, leads::phone_extension, leads::email, leads::external_source, leads::external_id);
pub(super) const IDENTITY: IdentityColumns =
    (leads::id, leads::phone_number, leads::phone_extension, leads::email, leads::external_source, leads::external_id);

/// Whether the organization has more than `limit` live leads; stops counting there.
///
/// # Errors
/// The database cannot be read.
pub fn more_than(conn: &mut Db, org: OrgId, limit: i64) -> Result<bool, DbError> {
    let beyond: Option<i64> = leads::table
        .filter(leads::organization_id.eq(org.0))
        .order(leads::id)
        .offset(limit)
        .limit(1)
        .select(leads::id)
        .first(conn)
        .optional()?;
    Ok(beyond.is_some())
}

/// Calls `each` with the identity of every live lead.
///
/// # Errors
/// The database cannot be read.
pub fn each_identity(conn: &mut Db, org: OrgId, mut each: impl FnMut(Identity)) -> Result<(), DbError> {
    let live = leads::table.filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_null())).select(IDENTITY);
    match conn {
        // Row by row: libpq would hold the whole result otherwise.
        Db::Postgres(pg) => {
            for row in live.load_iter::<Identity, diesel::pg::PgRowByRowLoadingMode>(pg)? {
                each(row?);
            }
        }
        Db::Sqlite(sqlite) => {
            for row in live.load_iter::<Identity, diesel::connection::DefaultLoadingMode>(sqlite)? {
                each(row?);
            }
        }
    }
    Ok(())
}

/// The identities of live leads that have one of these phones, emails or external ids, which
/// are given by source system.
///
/// # Errors
/// The database cannot be read.
pub fn identities_of(
    conn: &mut Db,
    org: OrgId,
    phones: &[String],
    emails: &[String],
    external: &BTreeMap<String, Vec<String>>,
) -> Result<Vec<Identity>, DbError> {
    let live =
        || leads::table.filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_null())).select(IDENTITY);
    let mut found: Vec<Identity> = Vec::new();
    for chunk in phones.chunks(IN_LIST) {
        found.extend(live().filter(leads::phone_number.eq_any(chunk.to_vec())).load::<Identity>(conn)?);
    }
    for chunk in emails.chunks(IN_LIST) {
        found.extend(live().filter(leads::email.eq_any(chunk.to_vec())).load::<Identity>(conn)?);
    }
    for (system, ids) in external {
        for chunk in ids.chunks(IN_LIST) {
            let named =
                live().filter(leads::external_source.eq(system.clone()).and(leads::external_id.eq_any(chunk.to_vec())));
            found.extend(named.load::<Identity>(conn)?);
        }
    }
    found.sort_by_key(|identity| identity.id);
    found.dedup_by_key(|identity| identity.id);
    Ok(found)
}

/// The phones among these that a soft-deleted lead had.
///
/// # Errors
/// The database cannot be read.
pub fn deleted_phones_among(conn: &mut Db, org: OrgId, phones: &[String]) -> Result<Vec<E164>, DbError> {
    let mut found = Vec::new();
    for chunk in phones.chunks(IN_LIST) {
        let rows: Vec<Option<String>> = leads::table
            .filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_not_null()))
            .filter(leads::phone_number.eq_any(chunk.to_vec()))
            .select(leads::phone_number)
            .load(conn)?;
        found.extend(rows.iter().flatten().filter_map(|number| E164::from_e164(number)));
    }
    Ok(found)
}

/// Calls `each` with every phone that a soft-deleted lead had.
///
/// # Errors
/// The database cannot be read.
pub fn each_deleted_phone(conn: &mut Db, org: OrgId, mut each: impl FnMut(E164)) -> Result<(), DbError> {
    let deleted = leads::table
        .filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_not_null()))
        .select(leads::phone_number);
    for phone in deleted.load_iter::<Option<String>, diesel::connection::DefaultLoadingMode>(conn)? {
        if let Some(number) = phone?.as_deref().and_then(E164::from_e164) {
            each(number);
        }
    }
    Ok(())
}

/// A lead, live or deleted, whose person opted out of something.
pub struct OptedOut {
    pub id: i64,
    pub phone_number: Option<String>,
    pub email: Option<String>,
    pub opt_out: OptOut,
}

/// What tells whether two leads are one person.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: i64,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub company: Option<String>,
    pub phone_number: Option<String>,
    pub email: Option<String>,
    pub is_live: bool,
}

/// Calls `each` with every lead, live or deleted but not merged, by id.
///
/// # Errors
/// The database cannot be read.
pub fn each_person(conn: &mut Db, org: OrgId, mut each: impl FnMut(Person)) -> Result<(), DbError> {
    type Row = (i64, Option<String>, Option<String>, Option<String>, Option<String>, Option<String>, Option<Timestamp>);
    let rows = leads::table
        .filter(leads::organization_id.eq(org.0).and(leads::merged_into_id.is_null()))
        .order(leads::id)
        .select((
            leads::id,
            leads::first_name,
            leads::last_name,
            leads::company,
            leads::phone_number,
            leads::email,
            leads::deleted_at,
        ));
    let mut take = |(id, first_name, last_name, company, phone_number, email, deleted_at): Row| {
        let is_live = deleted_at.is_none();
        each(Person { id, first_name, last_name, company, phone_number, email, is_live });
    };
    match conn {
        // Row by row: libpq would hold the whole result otherwise.
        Db::Postgres(pg) => {
            for row in rows.load_iter::<Row, diesel::pg::PgRowByRowLoadingMode>(pg)? {
                take(row?);
            }
        }
        Db::Sqlite(sqlite) => {
            for row in rows.load_iter::<Row, diesel::connection::DefaultLoadingMode>(sqlite)? {
                take(row?);
            }
        }
    }
    Ok(())
}

/// The leads with one of these further numbers, by id.
///
/// # Errors
/// The database cannot be read.
pub fn with_further_numbers(conn: &mut Db, org: OrgId, numbers: &[String]) -> Result<Vec<i64>, DbError> {
    let mut found: Vec<i64> = Vec::new();
    for chunk in numbers.chunks(IN_LIST) {
        let some = lead_phones::table
            .filter(lead_phones::organization_id.eq(org.0).and(lead_phones::phone_number.eq_any(chunk.to_vec())))
            .select(lead_phones::lead_id);
        found.extend(some.load::<i64>(conn)?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// What the leads with this phone or one of these emails, live or deleted, opted out of.
///
/// # Errors
/// The database cannot be read.
pub fn opted_out_with(
    conn: &mut Db,
    org: OrgId,
    phone: Option<&str>,
    emails: &[String],
) -> Result<Vec<OptedOut>, DbError> {
    let columns =
        (leads::id, leads::phone_number, leads::email, leads::status, leads::consent_status, leads::email_opted_out_at);
    let mut rows: Vec<OptOutRow> = Vec::new();
    // Live and deleted leads have an index each.
    for live in [true, false] {
        let some = || {
            let rows = leads::table.filter(leads::organization_id.eq(org.0)).into_boxed();
            match live {
                true => rows.filter(leads::deleted_at.is_null()),
                false => rows.filter(leads::deleted_at.is_not_null()),
            }
        };
        if let Some(phone) = phone {
            rows.extend(
                some().filter(leads::phone_number.eq(phone.to_owned())).select(columns).load::<OptOutRow>(conn)?,
            );
        }
        if !emails.is_empty() {
            rows.extend(some().filter(leads::email.eq_any(emails.to_vec())).select(columns).load::<OptOutRow>(conn)?);
        }
    }
    let further = lead_emails::holders(conn, org, emails)?;
    if !further.is_empty() {
        let some = leads::table.filter(leads::organization_id.eq(org.0).and(leads::id.eq_any(further)));
        rows.extend(some.select(columns).load::<OptOutRow>(conn)?);
    }
    Ok(rows.into_iter().map(opted_out).filter(|lead| !lead.opt_out.is_none()).collect())
}

type OptOutRow = (i64, Option<String>, Option<String>, Status, Consent, Option<Timestamp>);

fn opted_out((id, phone_number, email, status, consent, since): OptOutRow) -> OptedOut {
    OptedOut { id, phone_number, email, opt_out: opt_out_of(status, consent, since) }
}

/// What a lead with this status, this consent and this opt-out of email opted out of.
pub(super) fn opt_out_of(status: Status, consent: Consent, email_opted_out_at: Option<Timestamp>) -> OptOut {
    OptOut {
        denied: consent == Consent::Denied || status == Status::Dnc,
        email_opted_out_at: email_opted_out_at.map(Timestamp::as_micros),
    }
}

/// Calls `each` with every lead, live or deleted, that opted out of something.
///
/// # Errors
/// The database cannot be read.
pub fn each_opted_out(conn: &mut Db, org: OrgId, mut each: impl FnMut(OptedOut)) -> Result<(), DbError> {
    let rows = leads::table
        .filter(leads::organization_id.eq(org.0))
        .filter(
            leads::consent_status
                .eq(Consent::Denied.as_str().into_sql::<diesel::sql_types::Text>())
                .or(leads::status.eq(Status::Dnc.as_str().into_sql::<diesel::sql_types::Text>()))
                .or(leads::email_opted_out_at.is_not_null()),
        )
        .select((
            leads::id,
            leads::phone_number,
            leads::email,
            leads::status,
            leads::consent_status,
            leads::email_opted_out_at,
        ));
    for row in rows.load_iter::<OptOutRow, diesel::connection::DefaultLoadingMode>(conn)? {
        each(opted_out(row?));
    }
    Ok(())
}
