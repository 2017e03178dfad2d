//! Leads: the people and companies that may become customers or recruits.

pub mod lead_assignments;
pub mod lead_audit_log;
pub mod lead_identities;
pub mod lead_merges;
pub mod lead_notes;
pub mod lead_phones;
pub mod lead_search;
pub mod lead_status_history;
pub mod lead_tags;
pub mod status_rows;

use diesel::prelude::*;
use serde::Serialize;

use super::IN_LIST;
use crate::db::schema::leads;
use crate::db::types::{CivilDate, Json, Uid};
use crate::db::{Db, DbError, OrgId};
use crate::domain::leads::consent::{Consent, Temperature};
use crate::domain::leads::status::Status;
use crate::domain::timestamp::Timestamp;

/// A row of `leads`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = leads, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Lead {
    pub id: i64,
    /// Never updated: SQLite would look for every row that refers to the lead, through the whole table for merges.
    #[serde(skip)]
    #[diesel(skip_update)]
    pub organization_id: i32,
    pub uid: Uid,
    pub owner_id: Option<i64>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// E.164.
    pub phone_number: Option<String>,
    /// Digits to dial after the call is answered; empty when there is none.
    pub phone_extension: String,
    /// In normal form: lower case.
    pub email: Option<String>,
    pub company: Option<String>,
    pub job_title: Option<String>,
    pub website: Option<String>,
    pub linkedin_url: Option<String>,
    pub status: Status,
    pub status_changed_at: Timestamp,
    /// 0 to 100.
    pub lead_score: Option<i16>,
    pub lead_score_factors: Option<Json>,
    pub temperature: Option<Temperature>,
    /// In normal form.
    pub source: Option<String>,
    pub source_metadata: Option<Json>,
    pub campaign: Option<String>,
    /// In minor units of `currency`.
    pub value_cents: Option<i64>,
    /// ISO 4217.
    pub currency: Option<String>,
    pub consent_status: Consent,
    pub consent_at: Option<Timestamp>,
    pub email_opted_out_at: Option<Timestamp>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    pub timezone: Option<String>,
    pub custom_fields: Json,
    pub external_source: Option<String>,
    pub external_id: Option<String>,
    pub import_id: Option<i64>,
    pub first_contacted_at: Option<Timestamp>,
    pub last_contacted_at: Option<Timestamp>,
    pub expected_close_date: Option<CivilDate>,
    pub merged_into_id: Option<i64>,
    pub deleted_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i32,
}

impl Lead {
    /// A lead about which nothing is known yet.
    pub fn blank(org: OrgId, now: Timestamp) -> Lead {
        Lead {
            id: 0,
            organization_id: org.0,
            uid: Uid::new(),
            owner_id: None,
            first_name: None,
            last_name: None,
            phone_number: None,
            phone_extension: String::new(),
            email: None,
            company: None,
            job_title: None,
            website: None,
            linkedin_url: None,
            status: Status::New,
            status_changed_at: now,
            lead_score: None,
            lead_score_factors: None,
            temperature: None,
            source: None,
            source_metadata: None,
            campaign: None,
            value_cents: None,
            currency: None,
            consent_status: Consent::Pending,
            consent_at: None,
            email_opted_out_at: None,
            city: None,
            state: None,
            postal_code: None,
            country: None,
            timezone: None,
            custom_fields: Json(serde_json::Value::Object(serde_json::Map::new())),
            external_source: None,
            external_id: None,
            import_id: None,
            first_contacted_at: None,
            last_contacted_at: None,
            expected_close_date: None,
            merged_into_id: None,
            deleted_at: None,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

/// A column of `leads` that holds plain text of one line, for code that treats them alike.
pub struct TextColumn {
    pub name: &'static str,
    /// The longest value, in characters.
    pub max_length: usize,
    pub get: fn(&Lead) -> &Option<String>,
    pub get_mut: fn(&mut Lead) -> &mut Option<String>,
}

macro_rules! text_columns {
    ($($name:ident : $max:literal),+ $(,)?) => {
        /// The text columns that people fill in.
        pub const TEXT_COLUMNS: &[TextColumn] = &[$(TextColumn {
            name: stringify!($name),
            max_length: $max,
            get: |lead| &lead.$name,
            get_mut: |lead| &mut lead.$name,
        }),+];
    };
}

text_columns! {
    first_name: 200, last_name: 200, email: 254, company: 300, job_title: 300, website: 2000, linkedin_url: 2000,
    source: 100, campaign: 200, city: 200, state: 200, postal_code: 20, country: 2, timezone: 64,
    external_source: 100, external_id: 200,
}

/// Reserves ids for `count` new leads, ascending.
///
/// # Errors
/// The database refuses.
pub fn reserve_ids(conn: &mut Db, count: usize) -> Result<Vec<i64>, DbError> {
    #[derive(QueryableByName)]
    struct Reserved {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        id: i64,
    }
    match conn {
        Db::Sqlite(sqlite) => {
            let last: Option<i64> = leads::table.select(diesel::dsl::max(leads::id)).first(sqlite)?;
            let first = last.unwrap_or(0) + 1;
            Ok((first..first + i64::try_from(count).unwrap_or(0)).collect())
        }
        Db::Postgres(pg) => {
            let rows: Vec<Reserved> = diesel::sql_query(
                "SELECT nextval(pg_get_serial_sequence('leads', 'id')) AS id FROM generate_series(1, $1) ORDER BY 1",
            )
            .bind::<diesel::sql_types::BigInt, _>(i64::try_from(count).unwrap_or(0))
            .load(pg)?;
            Ok(rows.into_iter().map(|row| row.id).collect())
        }
    }
}

/// Stores a changed lead; the caller has counted its version up.
///
/// # Errors
/// Another live lead has its phone or external id, or the database refuses.
pub fn update(conn: &mut Db, lead: &Lead) -> Result<(), DbError> {
    let row = leads::table.filter(leads::organization_id.eq(lead.organization_id).and(leads::id.eq(lead.id)));
    diesel::update(row).set(lead).execute(conn)?;
    Ok(())
}

/// These leads, live or deleted, in no order.
///
/// # Errors
/// The database cannot be read.
pub fn by_ids(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Vec<Lead>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(IN_LIST) {
        found.extend(
            leads::table
                .filter(leads::organization_id.eq(org.0).and(leads::id.eq_any(chunk.to_vec())))
                .select(Lead::as_select())
                .load(conn)?,
        );
    }
    Ok(found)
}

/// These leads, live or deleted, in no order, held against changes by others until the transaction ends. On SQLite
/// nobody else writes anyway.
///
/// # Errors
/// The database cannot be read.
pub fn by_ids_for_change(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Vec<Lead>, DbError> {
    let Db::Postgres(pg) = conn else { return by_ids(conn, org, ids) };
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(IN_LIST) {
        found.extend(
            leads::table
                .filter(leads::organization_id.eq(org.0).and(leads::id.eq_any(chunk)))
                // All in one order, so that two who hold several never wait for each other.
                .order(leads::id)
                .select(Lead::as_select())
                .for_update()
                .load(pg)?,
        );
    }
    Ok(found)
}

/// What a change of many leads must know of each.
#[derive(Debug, Clone, Queryable)]
pub struct LeadState {
    pub id: i64,
    pub status: Status,
    pub owner_id: Option<i64>,
    pub phone_number: Option<String>,
}

/// Those of these leads that are live, in no order, held against changes by others until the transaction ends. On SQLite
/// nobody else writes anyway.
///
/// # Errors
/// The database cannot be read.
pub fn states_for_change(conn: &mut Db, org: OrgId, ids: &[i64]) -> Result<Vec<LeadState>, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(IN_LIST) {
        let rows = leads::table.filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_null())).select((
            leads::id,
            leads::status,
            leads::owner_id,
            leads::phone_number,
        ));
        match conn {
            Db::Sqlite(sqlite) => found.extend(rows.filter(leads::id.eq_any(chunk)).load::<LeadState>(sqlite)?),
            // All in one order, so that two who hold several never wait for each other.
            Db::Postgres(pg) => {
                found.extend(rows.filter(leads::id.eq_any(chunk)).order(leads::id).for_update().load::<LeadState>(pg)?)
            }
        }
    }
    Ok(found)
}

/// The live leads with one of these phones, by id.
///
/// # Errors
/// The database cannot be read.
pub fn live_by_phones(conn: &mut Db, org: OrgId, phones: &[String]) -> Result<Vec<Lead>, DbError> {
    let mut found = Vec::new();
    for chunk in phones.chunks(IN_LIST) {
        found.extend(
            leads::table
                .filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_null()))
                .filter(leads::phone_number.eq_any(chunk.to_vec()))
                .select(Lead::as_select())
                .load(conn)?,
        );
    }
    // Sorted here: asked for the order, SQLite walks through the whole organization by id instead of by phone.
    found.sort_unstable_by_key(|lead: &Lead| lead.id);
    Ok(found)
}

/// The live leads with one of these phones and their statuses, by id, held against changes by others until the
/// transaction ends. On SQLite nobody else writes anyway.
///
/// # Errors
/// The database cannot be read.
pub fn statuses_for_change(conn: &mut Db, org: OrgId, phones: &[String]) -> Result<Vec<(i64, Status)>, DbError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        id: i64,
        #[diesel(sql_type = diesel::sql_types::Text)]
        status: Status,
    }
    let mut found: Vec<(i64, Status)> = Vec::new();
    for chunk in phones.chunks(IN_LIST) {
        match conn {
            Db::Sqlite(sqlite) => found.extend(
                leads::table
                    .filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_null()))
                    .filter(leads::phone_number.eq_any(chunk))
                    .select((leads::id, leads::status))
                    .load::<(i64, Status)>(sqlite)?,
            ),
            // Number by number, each by the index: asked for a thousand, PostgreSQL reads all leads.
            Db::Postgres(pg) => found.extend(
                diesel::sql_query(
                    "SELECT l.id, l.status
                     FROM (SELECT DISTINCT number FROM unnest($2) AS u (number)) n CROSS JOIN LATERAL (
                         SELECT id, status FROM leads
                         WHERE organization_id = $1 AND phone_number = n.number AND deleted_at IS NULL FOR UPDATE
                     ) l",
                )
                .bind::<diesel::sql_types::Integer, _>(org.0)
                .bind::<diesel::sql_types::Array<diesel::sql_types::Text>, _>(chunk)
                .load::<Found>(pg)?
                .into_iter()
                .map(|row| (row.id, row.status)),
            ),
        }
    }
    found.sort_unstable_by_key(|(id, _)| *id);
    Ok(found)
}

/// The live leads with this email.
///
/// # Errors
/// The database cannot be read.
pub fn live_by_email(conn: &mut Db, org: OrgId, email: &str) -> Result<Vec<Lead>, DbError> {
    Ok(leads::table
        .filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_null()))
        .filter(leads::email.eq(email))
        .order(leads::id)
        .select(Lead::as_select())
        .load(conn)?)
}

/// The deleted leads with this phone or email, the latest deleted first.
///
/// # Errors
/// The database cannot be read.
pub fn deleted_by_phone_or_email(conn: &mut Db, org: OrgId, value: &str) -> Result<Vec<Lead>, DbError> {
    let deleted = || leads::table.filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_not_null()));
    let mut found: Vec<Lead> = match value.contains('@') {
        true => deleted().filter(leads::email.eq(value)).select(Lead::as_select()).load(conn)?,
        false => deleted().filter(leads::phone_number.eq(value)).select(Lead::as_select()).load(conn)?,
    };
    found.sort_unstable_by_key(|lead| std::cmp::Reverse((lead.deleted_at, lead.id)));
    Ok(found)
}
