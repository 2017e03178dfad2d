//! Segments: filters with a name.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::audited::{Addable, Audited, Deletable, Editable, Fields, held, logged};
use crate::db::schema::segments;
use crate::db::types::{Json, Uid};
use crate::db::{Db, DbError, OrgId};
use crate::domain::audit::entity::Entity;
use crate::domain::timestamp::Timestamp;

/// A row of `segments`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset, Serialize)]
#[diesel(table_name = segments, treat_none_as_null = true)]
pub struct Segment {
    pub id: i64,
    #[serde(skip)]
    #[diesel(skip_update)]
    pub organization_id: i32,
    pub uid: Uid,
    /// Who made it; `None` for the account of an embedded database.
    pub owner_id: Option<i64>,
    pub name: String,
    pub description: Option<String>,
    /// The JSON form of the filter.
    pub filter: Json,
    pub is_public: bool,
    /// How many leads there were when they were counted last for keeping.
    pub lead_count: Option<i64>,
    pub counted_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i32,
}

impl Segment {
    /// Whether somebody sees it: everyone a public one, a user their own, and the account of an embedded database, which
    /// acts as no user, all of them.
    pub fn is_seen_by(&self, user: Option<i64>) -> bool {
        self.is_public || user.is_none() || self.owner_id == user
    }
}

/// What a new segment is made of.
#[derive(Insertable)]
#[diesel(table_name = segments, treat_none_as_default_value = false)]
pub struct NewSegment<'a> {
    pub organization_id: i32,
    pub uid: Uid,
    pub owner_id: Option<i64>,
    pub name: &'a str,
    pub description: Option<&'a str>,
    pub filter: Json,
    pub is_public: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Audited for Segment {
    const ENTITY: Entity = Entity::Segment;

    fn id(&self) -> i64 {
        self.id
    }

    fn fields(&self) -> Fields {
        logged!(self, Segment { owner_id, name, description, filter, is_public }
            without { id, organization_id, uid, lead_count, counted_at, created_at, updated_at, version })
    }
}

impl Addable for Segment {
    type New<'a> = NewSegment<'a>;

    fn insert(conn: &mut Db, new: &NewSegment<'_>) -> Result<Segment, DbError> {
        diesel::insert_into(segments::table).values(new).execute(conn)?;
        let made = by_name(conn, OrgId(new.organization_id), new.name)?;
        made.ok_or(DbError::Query(diesel::result::Error::NotFound))
    }
}

impl Editable for Segment {
    fn held(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<Segment>, DbError> {
        let row = segments::table.filter(segments::organization_id.eq(org.0).and(segments::id.eq(id)));
        Ok(held!(conn, row, Segment))
    }

    fn store(&mut self, _before: &Segment, conn: &mut Db, now: Timestamp) -> Result<(), DbError> {
        self.updated_at = now;
        self.version += 1;
        let row =
            segments::table.filter(segments::organization_id.eq(self.organization_id).and(segments::id.eq(self.id)));
        diesel::update(row).set(&*self).execute(conn)?;
        Ok(())
    }
}

impl Deletable for Segment {
    fn delete(self, conn: &mut Db) -> Result<(), DbError> {
        let row =
            segments::table.filter(segments::organization_id.eq(self.organization_id).and(segments::id.eq(self.id)));
        diesel::delete(row).execute(conn)?;
        Ok(())
    }
}

/// The segment with this name, whoever made it.
///
/// # Errors
/// The database cannot be read.
pub fn by_name(conn: &mut Db, org: OrgId, name: &str) -> Result<Option<Segment>, DbError> {
    Ok(segments::table
        .filter(segments::organization_id.eq(org.0).and(segments::name.eq(name)))
        .select(Segment::as_select())
        .first(conn)
        .optional()?)
}

/// The organization's segments, whoever made them, by name.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db, org: OrgId) -> Result<Vec<Segment>, DbError> {
    let mut all: Vec<Segment> =
        segments::table.filter(segments::organization_id.eq(org.0)).select(Segment::as_select()).load(conn)?;
    // PostgreSQL sorts by the database's collation; names print in one order everywhere.
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// Keeps how many leads a segment has, unless its filter was changed meanwhile. Returns whether it was kept. The version
/// stays: nothing was edited.
///
/// # Errors
/// The database refuses.
pub fn keep_count(
    conn: &mut Db,
    org: OrgId,
    segment: &Segment,
    count: i64,
    counted_at: Timestamp,
) -> Result<bool, DbError> {
    let row = segments::table
        .filter(segments::organization_id.eq(org.0).and(segments::id.eq(segment.id)))
        .filter(segments::version.eq(segment.version));
    let kept = (
        segments::lead_count.eq(Some(count)),
        segments::counted_at.eq(Some(counted_at)),
        segments::updated_at.eq(counted_at),
    );
    Ok(diesel::update(row).set(kept).execute(conn)? == 1)
}
