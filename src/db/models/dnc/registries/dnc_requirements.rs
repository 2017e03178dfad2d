//! Which registries organizations must honour.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::audited::{Addable, Audited, Deletable, Editable, Fields, held, logged};
use crate::db::schema::dnc_requirements;
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::entity::Entity;
use crate::domain::timestamp::Timestamp;

/// A row of `dnc_requirements`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = dnc_requirements, treat_none_as_null = true)]
pub struct Requirement {
    pub id: i64,
    #[serde(skip)]
    #[diesel(skip_update)]
    pub organization_id: i32,
    /// The name of the registry, loaded or not.
    pub registry: String,
    /// ISO 3166-1 code of the country whose numbers it is asked about.
    pub country: String,
    pub calling_code: i32,
    /// What the operator of the registry calls the organization's account.
    pub subscription: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i32,
}

/// What a new requirement is made of.
#[derive(Insertable)]
#[diesel(table_name = dnc_requirements, treat_none_as_default_value = false)]
pub struct NewRequirement<'a> {
    pub organization_id: i32,
    pub registry: &'a str,
    pub country: &'a str,
    pub calling_code: i32,
    pub subscription: Option<&'a str>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Audited for Requirement {
    const ENTITY: Entity = Entity::DncRequirement;

    fn id(&self) -> i64 {
        self.id
    }

    fn fields(&self) -> Fields {
        logged!(self, Requirement { registry, country, calling_code, subscription }
            without { id, organization_id, created_at, updated_at, version })
    }
}

impl Addable for Requirement {
    type New<'a> = NewRequirement<'a>;

    fn insert(conn: &mut Db, new: &NewRequirement<'_>) -> Result<Requirement, DbError> {
        diesel::insert_into(dnc_requirements::table).values(new).execute(conn)?;
        let made = of(conn, OrgId(new.organization_id), new.registry)?;
        made.ok_or(DbError::Query(diesel::result::Error::NotFound))
    }
}

impl Editable for Requirement {
    fn held(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<Requirement>, DbError> {
        let row = dnc_requirements::table
            .filter(dnc_requirements::organization_id.eq(org.0).and(dnc_requirements::id.eq(id)));
        Ok(held!(conn, row, Requirement))
    }

    fn store(&mut self, _before: &Requirement, conn: &mut Db, now: Timestamp) -> Result<(), DbError> {
        self.updated_at = now;
        self.version += 1;
        let row = dnc_requirements::table
            .filter(dnc_requirements::organization_id.eq(self.organization_id).and(dnc_requirements::id.eq(self.id)));
        diesel::update(row).set(&*self).execute(conn)?;
        Ok(())
    }
}

impl Deletable for Requirement {
    fn delete(self, conn: &mut Db) -> Result<(), DbError> {
        let row = dnc_requirements::table
            .filter(dnc_requirements::organization_id.eq(self.organization_id).and(dnc_requirements::id.eq(self.id)));
        diesel::delete(row).execute(conn)?;
        Ok(())
    }
}

/// The organization's requirement of a registry.
///
/// # Errors
/// The database cannot be read.
pub fn of(conn: &mut Db, org: OrgId, registry: &str) -> Result<Option<Requirement>, DbError> {
    Ok(dnc_requirements::table
        .filter(dnc_requirements::organization_id.eq(org.0).and(dnc_requirements::registry.eq(registry)))
        .select(Requirement::as_select())
        .first(conn)
        .optional()?)
}

/// The organization's requirements, by registry.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db, org: OrgId) -> Result<Vec<Requirement>, DbError> {
    let mut all: Vec<Requirement> = dnc_requirements::table
        .filter(dnc_requirements::organization_id.eq(org.0))
        .select(Requirement::as_select())
        .load(conn)?;
    // PostgreSQL sorts by the database's collation; names print in one order everywhere.
    all.sort_by(|a, b| a.registry.cmp(&b.registry));
    Ok(all)
}
