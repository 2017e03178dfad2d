//! Organizations: the tenants of a database.

use diesel::prelude::*;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::db::audited::{Addable, Audited, Editable, Fields, held, logged};
use crate::db::schema::organizations;
use crate::db::types::Uid;
use crate::db::{Cells, Db, DbError, OrgId, Statement};
use crate::domain::audit::entity::Entity;
use crate::domain::time::datetime;
use crate::domain::timestamp::Timestamp;

/// A row of `organizations`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = organizations, treat_none_as_null = true)]
pub struct Organization {
    #[diesel(skip_update)]
    pub id: i32,
    #[diesel(skip_update)]
    pub uid: Uid,
    pub name: String,
    #[diesel(skip_update)]
    pub slug: String,
    /// ISO 3166-1 code, or empty when none is known.
    pub default_region: String,
    /// ISO 4217 code.
    pub base_currency: String,
    /// IANA name.
    pub timezone: String,
    pub is_active: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i32,
    pub description: Option<String>,
    pub website: Option<String>,
    pub industry: Option<String>,
    /// How many people it has, in its own words.
    pub size: Option<String>,
    pub billing_email: Option<String>,
    /// The word for what it pays for.
    pub subscription_tier: String,
    /// The group of organizations whose do-not-call lists it shares; empty when there is none.
    pub group_slug: String,
}

impl Organization {
    pub fn org_id(&self) -> OrgId {
        OrgId(self.id)
    }
}

/// What a new organization is made of.
#[derive(Insertable)]
#[diesel(table_name = organizations, treat_none_as_default_value = false)]
pub struct NewOrganization<'a> {
    pub uid: Uid,
    pub name: &'a str,
    pub slug: &'a str,
    pub default_region: &'a str,
    pub base_currency: &'a str,
    pub timezone: &'a str,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub description: Option<&'a str>,
    pub website: Option<&'a str>,
    pub industry: Option<&'a str>,
    pub size: Option<&'a str>,
    pub billing_email: Option<&'a str>,
    pub subscription_tier: &'a str,
}

impl Audited for Organization {
    const ENTITY: Entity = Entity::Organization;

    fn id(&self) -> i64 {
        self.id.into()
    }

    fn fields(&self) -> Fields {
        logged!(self, Organization {
            name, slug, default_region, base_currency, timezone, is_active, description, website, industry, size,
            billing_email, subscription_tier, group_slug,
        } without { id, uid, created_at, updated_at, version })
    }
}

impl Addable for Organization {
    type New<'a> = NewOrganization<'a>;

    fn insert(conn: &mut Db, new: &NewOrganization<'_>) -> Result<Organization, DbError> {
        diesel::insert_into(organizations::table).values(new).execute(conn)?;
        by_slug(conn, new.slug)?.ok_or(DbError::Query(diesel::result::Error::NotFound))
    }
}

impl Editable for Organization {
    /// An organization is changed by its own people only, so `id` says nothing that `org` does not.
    fn held(conn: &mut Db, org: OrgId, _id: i64) -> Result<Option<Organization>, DbError> {
        let row = organizations::table.filter(organizations::id.eq(org.0));
        Ok(held!(conn, row, Organization))
    }

    fn store(&mut self, before: &Organization, conn: &mut Db, now: Timestamp) -> Result<(), DbError> {
        self.updated_at = now;
        self.version += 1;
        let row = organizations::table.filter(organizations::id.eq(self.id));
        match self.slug == before.slug {
            true => diesel::update(row).set(&*self).execute(conn)?,
            false => diesel::update(row).set((&*self, organizations::slug.eq(&self.slug))).execute(conn)?,
        };
        Ok(())
    }
}

/// Each organization by its slug, whatever version the schema has; none where there are no tables.
///
/// # Errors
/// The database cannot be read.
pub fn slugs(conn: &mut Db) -> Result<Vec<(OrgId, String)>, DbError> {
    let tables = Statement::default().either(
        "SELECT 1 FROM sqlite_schema WHERE name = 'organizations'",
        "SELECT 1 WHERE to_regclass('public.organizations') IS NOT NULL",
    );
    if tables.rows(conn)?.is_empty() {
        return Ok(Vec::new());
    }
    let rows = Statement::new("SELECT id, slug FROM organizations ORDER BY slug").rows(conn)?;
    let org = |row: &Cells| {
        let id = row.at(0).number().and_then(|id| i32::try_from(id).ok())?;
        Some((OrgId(id), row.at(1).text()?.to_owned()))
    };
    Ok(rows.iter().filter_map(org).collect())
}

/// All organizations by slug.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db) -> Result<Vec<Organization>, DbError> {
    Ok(organizations::table.order(organizations::slug).select(Organization::as_select()).load(conn)?)
}

/// The organization with this slug.
///
/// # Errors
/// The database cannot be read.
pub fn by_slug(conn: &mut Db, slug: &str) -> Result<Option<Organization>, DbError> {
    Ok(organizations::table
        .filter(organizations::slug.eq(slug))
        .select(Organization::as_select())
        .first(conn)
        .optional()?)
}

/// The organizations of a group, by id; none when there is no such group.
///
/// # Errors
/// The database cannot be read.
pub fn of_group(conn: &mut Db, group: &str) -> Result<Vec<Organization>, DbError> {
    Ok(organizations::table
        .filter(organizations::group_slug.eq(group).and(organizations::group_slug.ne("")))
        .order(organizations::id)
        .select(Organization::as_select())
        .load(conn)?)
}

/// The group that an organization is in.
///
/// # Errors
/// The database cannot be read.
pub fn group_of(conn: &mut Db, org: OrgId) -> Result<Option<String>, DbError> {
    let group: Option<String> = organizations::table
        .filter(organizations::id.eq(org.0).and(organizations::group_slug.ne("")))
        .select(organizations::group_slug)
        .first(conn)
        .optional()?;
    Ok(group)
}

/// The time zone of an organization; UTC when nobody knows it.
///
/// # Errors
/// The database cannot be read.
pub fn time_zone(conn: &mut Db, org: OrgId) -> Result<TimeZone, DbError> {
    let name: Option<String> = organizations::table
        .filter(organizations::id.eq(org.0))
        .select(organizations::timezone)
        .first(conn)
        .optional()?;
    Ok(name.and_then(|name| datetime::zone(&name).ok()).unwrap_or(TimeZone::UTC))
}
