//! Who works a territory.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::audited::{Addable, Audited, Deletable, Editable, Fields, held, logged};
use crate::db::schema::territory_members;
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::entity::Entity;
use crate::domain::lead_work::territories::MemberRole;
use crate::domain::timestamp::Timestamp;

/// A row of `territory_members`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = territory_members, treat_none_as_null = true)]
pub struct TerritoryMember {
    #[diesel(skip_update)]
    pub id: i64,
    #[serde(skip)]
    #[diesel(skip_update)]
    pub organization_id: i32,
    #[diesel(skip_update)]
    pub territory_id: i64,
    #[diesel(skip_update)]
    pub user_id: i64,
    pub role: MemberRole,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i32,
}

/// What a new member is made of.
#[derive(Insertable)]
#[diesel(table_name = territory_members, treat_none_as_default_value = false)]
pub struct NewTerritoryMember {
    pub organization_id: i32,
    pub territory_id: i64,
    pub user_id: i64,
    pub role: MemberRole,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Audited for TerritoryMember {
    const ENTITY: Entity = Entity::TerritoryMember;

    fn id(&self) -> i64 {
        self.id
    }

    fn fields(&self) -> Fields {
        let id = |id: i64| Some(id.to_string());
        let mut fields: Fields =
            vec![("territory_id".into(), id(self.territory_id)), ("user_id".into(), id(self.user_id))];
        fields.extend(logged!(self, TerritoryMember { role }
            without { id, organization_id, territory_id, user_id, created_at, updated_at, version }));
        fields
    }
}

impl Addable for TerritoryMember {
    type New<'a> = NewTerritoryMember;

    fn insert(conn: &mut Db, new: &NewTerritoryMember) -> Result<TerritoryMember, DbError> {
        diesel::insert_into(territory_members::table).values(new).execute(conn)?;
        let row = territory_members::table
            .filter(territory_members::organization_id.eq(new.organization_id))
            .filter(territory_members::territory_id.eq(new.territory_id))
            .filter(territory_members::user_id.eq(new.user_id));
        Ok(row.select(TerritoryMember::as_select()).first(conn)?)
    }
}

impl Editable for TerritoryMember {
    fn held(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<TerritoryMember>, DbError> {
        let row = territory_members::table
            .filter(territory_members::organization_id.eq(org.0).and(territory_members::id.eq(id)));
        Ok(held!(conn, row, TerritoryMember))
    }

    fn store(&mut self, _before: &TerritoryMember, conn: &mut Db, now: Timestamp) -> Result<(), DbError> {
        self.updated_at = now;
        self.version += 1;
        let row = territory_members::table
            .filter(territory_members::organization_id.eq(self.organization_id).and(territory_members::id.eq(self.id)));
        diesel::update(row).set(&*self).execute(conn)?;
        Ok(())
    }
}

impl Deletable for TerritoryMember {
    fn delete(self, conn: &mut Db) -> Result<(), DbError> {
        let row = territory_members::table
            .filter(territory_members::organization_id.eq(self.organization_id).and(territory_members::id.eq(self.id)));
        diesel::delete(row).execute(conn)?;
        Ok(())
    }
}

/// All members of all territories, by territory and user.
pub(super) fn all(conn: &mut Db, org: OrgId) -> Result<Vec<TerritoryMember>, DbError> {
    Ok(territory_members::table
        .filter(territory_members::organization_id.eq(org.0))
        .order((territory_members::territory_id, territory_members::user_id))
        .select(TerritoryMember::as_select())
        .load(conn)?)
}
