//! Leads: the people and companies that may become customers or recruits.

use diesel::prelude::*;
use serde::Serialize;

use super::IN_LIST;
use crate::db::schema::{lead_tags, leads};
use crate::db::types::{CivilDate, Json, Uid};
use crate::db::{Db, DbError, OrgId};
use crate::domain::consent::{Consent, OptOut, Temperature};
use crate::domain::phone::E164;
use crate::domain::status::Status;
use crate::domain::timestamp::Timestamp;

/// A row of `leads`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = leads, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Lead {
    pub id: i64,
    #[serde(skip)]
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

type IdentityColumns = (
    leads::id,
    leads::phone_number,
    leads::phone_extension,
    leads::email,
    leads::external_source,
    leads::external_id,
);
const IDENTITY: IdentityColumns = (
    leads::id,
    leads::phone_number,
    leads::phone_extension,
    leads::email,
    leads::external_source,
    leads::external_id,
);

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
    let live = leads::table
        .filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_null()))
        .select(IDENTITY);
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

/// The identities of live leads that have one of these phones, emails or external ids of one source system.
///
/// # Errors
/// The database cannot be read.
pub fn identities_of(
    conn: &mut Db,
    org: OrgId,
    phones: &[String],
    emails: &[String],
    external: Option<(&str, &[String])>,
) -> Result<Vec<Identity>, DbError> {
    let live = || {
        leads::table.filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_null())).select(IDENTITY)
    };
    let mut found: Vec<Identity> = Vec::new();
    for chunk in phones.chunks(IN_LIST) {
        found.extend(live().filter(leads::phone_number.eq_any(chunk.to_vec())).load::<Identity>(conn)?);
    }
    for chunk in emails.chunks(IN_LIST) {
        found.extend(live().filter(leads::email.eq_any(chunk.to_vec())).load::<Identity>(conn)?);
    }
    if let Some((system, ids)) = external {
        for chunk in ids.chunks(IN_LIST) {
            let named = live().filter(leads::external_source.eq(system).and(leads::external_id.eq_any(chunk.to_vec())));
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
    pub phone_number: Option<String>,
    pub email: Option<String>,
    pub opt_out: OptOut,
}

/// Calls `each` with every lead, live or deleted, that opted out of something.
///
/// # Errors
/// The database cannot be read.
pub fn each_opted_out(conn: &mut Db, org: OrgId, mut each: impl FnMut(OptedOut)) -> Result<(), DbError> {
    type Row = (Option<String>, Option<String>, Status, Consent, Option<Timestamp>);
    let rows = leads::table
        .filter(leads::organization_id.eq(org.0))
        .filter(
            leads::consent_status
                .eq(Consent::Denied.as_str().into_sql::<diesel::sql_types::Text>())
                .or(leads::status.eq(Status::Dnc.as_str().into_sql::<diesel::sql_types::Text>()))
                .or(leads::email_opted_out_at.is_not_null()),
        )
        .select((leads::phone_number, leads::email, leads::status, leads::consent_status, leads::email_opted_out_at));
    for row in rows.load_iter::<Row, diesel::connection::DefaultLoadingMode>(conn)? {
        let (phone_number, email, status, consent, opted_out) = row?;
        let opt_out = OptOut {
            denied: consent == Consent::Denied || status == Status::Dnc,
            email_opted_out_at: opted_out.map(Timestamp::as_micros),
        };
        each(OptedOut { phone_number, email, opt_out });
    }
    Ok(())
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
            let rows: Vec<Reserved> =
                diesel::sql_query("SELECT nextval(pg_get_serial_sequence('leads', 'id')) AS id FROM generate_series(1, $1) ORDER BY 1")
                    .bind::<diesel::sql_types::BigInt, _>(i64::try_from(count).unwrap_or(0))
                    .load(pg)?;
            Ok(rows.into_iter().map(|row| row.id).collect())
        }
    }
}

/// Adds one lead.
///
/// # Errors
/// Another live lead has its phone or external id, or the database refuses.
pub fn insert(conn: &mut Db, lead: &Lead) -> Result<(), DbError> {
    diesel::insert_into(leads::table).values(lead).execute(conn)?;
    Ok(())
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

/// The live leads with one of these phones.
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
                .order(leads::id)
                .select(Lead::as_select())
                .load(conn)?,
        );
    }
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
    Ok(leads::table
        .filter(leads::organization_id.eq(org.0).and(leads::deleted_at.is_not_null()))
        .filter(leads::phone_number.eq(value).or(leads::email.eq(value)))
        .order((leads::deleted_at.desc(), leads::id.desc()))
        .select(Lead::as_select())
        .load(conn)?)
}

/// Which leads a list shows.
#[derive(Debug, Clone, Default)]
pub struct LeadFilter {
    pub status: Option<Status>,
    pub source: Option<String>,
    pub tag: Option<String>,
    pub owner_id: Option<i64>,
    pub import_id: Option<i64>,
    pub deleted: bool,
}

vocabulary! {
    /// What a list is sorted by; the id makes every order total.
    LeadSort {
        Id = "id",
        CreatedAt = "created_at",
        UpdatedAt = "updated_at",
        LastName = "last_name",
        Company = "company",
        LeadScore = "lead_score",
        Status = "status",
    }
}

/// The ids of the leads that a filter lets through, sorted, at most `limit` of them.
///
/// # Errors
/// The database cannot be read.
pub fn list_ids(
    conn: &mut Db,
    org: OrgId,
    filter: &LeadFilter,
    sort: LeadSort,
    descending: bool,
    limit: Option<i64>,
) -> Result<Vec<i64>, DbError> {
    let mut query = leads::table.filter(leads::organization_id.eq(org.0)).select(leads::id).into_boxed();
    query = match filter.deleted {
        true => query.filter(leads::deleted_at.is_not_null()),
        false => query.filter(leads::deleted_at.is_null()),
    };
    if let Some(status) = filter.status {
        query = query.filter(leads::status.eq(status));
    }
    if let Some(source) = &filter.source {
        query = query.filter(leads::source.eq(source.clone()));
    }
    if let Some(owner) = filter.owner_id {
        query = query.filter(leads::owner_id.eq(owner));
    }
    if let Some(import) = filter.import_id {
        query = query.filter(leads::import_id.eq(import));
    }
    if let Some(tag) = &filter.tag {
        let tagged = lead_tags::table
            .filter(lead_tags::organization_id.eq(org.0).and(lead_tags::tag.eq(tag.clone())))
            .select(lead_tags::lead_id);
        query = query.filter(leads::id.eq_any(tagged));
    }
    // Empty values come last in both directions and on both engines.
    macro_rules! sorted {
        ($column:expr) => {
            match descending {
                true => query.order(($column.is_null().asc(), $column.desc(), leads::id.desc())),
                false => query.order(($column.is_null().asc(), $column.asc(), leads::id.asc())),
            }
        };
    }
    query = match (sort, descending) {
        (LeadSort::Id, true) => query.order(leads::id.desc()),
        (LeadSort::Id, false) => query.order(leads::id.asc()),
        (LeadSort::CreatedAt, true) => query.order((leads::created_at.desc(), leads::id.desc())),
        (LeadSort::CreatedAt, false) => query.order((leads::created_at.asc(), leads::id.asc())),
        (LeadSort::UpdatedAt, true) => query.order((leads::updated_at.desc(), leads::id.desc())),
        (LeadSort::UpdatedAt, false) => query.order((leads::updated_at.asc(), leads::id.asc())),
        (LeadSort::Status, true) => query.order((leads::status.desc(), leads::id.desc())),
        (LeadSort::Status, false) => query.order((leads::status.asc(), leads::id.asc())),
        (LeadSort::LastName, _) => sorted!(leads::last_name),
        (LeadSort::Company, _) => sorted!(leads::company),
        (LeadSort::LeadScore, _) => sorted!(leads::lead_score),
    };
    if let Some(limit) = limit {
        query = query.limit(limit);
    }
    Ok(query.load(conn)?)
}
