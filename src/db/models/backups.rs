//! Backups that were made of the database.

use diesel::prelude::*;

use crate::db::schema::backups;
use crate::db::types::Uid;
use crate::db::{Db, DbError};
use crate::domain::timestamp::Timestamp;

/// A row of `backups`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = backups)]
pub struct Backup {
    pub id: i64,
    pub uid: Uid,
    /// Where the file was put, from the root of the machine.
    pub path: String,
    /// The size of the file.
    pub bytes: i64,
    /// The digest of the file, in hexadecimal.
    pub sha256: String,
    /// The last migration of the database that it holds.
    pub schema_version: String,
    /// The email of whoever made it, where one was told.
    pub made_by: Option<String>,
    pub made_at: Timestamp,
    /// When the file was last read and found sound.
    pub verified_at: Timestamp,
    /// When it was last read and found damaged, if it was not found sound since.
    pub damaged_at: Option<Timestamp>,
}

/// A backup that was made and found sound.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = backups, treat_none_as_default_value = false)]
pub struct NewBackup {
    pub uid: Uid,
    pub path: String,
    pub bytes: i64,
    pub sha256: String,
    pub schema_version: String,
    pub made_by: Option<String>,
    pub made_at: Timestamp,
    pub verified_at: Timestamp,
}

impl Backup {
    /// The same as a row of another database.
    pub fn as_new(&self) -> NewBackup {
        NewBackup {
            uid: self.uid,
            path: self.path.clone(),
            bytes: self.bytes,
            sha256: self.sha256.clone(),
            schema_version: self.schema_version.clone(),
            made_by: self.made_by.clone(),
            made_at: self.made_at,
            verified_at: self.verified_at,
        }
    }
}

/// Adds a backup to those that are known.
///
/// # Errors
/// It is known already, or the database refuses.
pub fn add(conn: &mut Db, new: &NewBackup) -> Result<(), DbError> {
    diesel::insert_into(backups::table).values((new, backups::updated_at.eq(new.made_at))).execute(conn)?;
    Ok(())
}

/// All that are known, the latest first.
///
/// # Errors
/// The database cannot be read.
pub fn all(conn: &mut Db) -> Result<Vec<Backup>, DbError> {
    let latest_first = (backups::made_at.desc(), backups::id.desc());
    Ok(backups::table.order(latest_first).select(Backup::as_select()).load(conn)?)
}

/// When a backup was last found sound that was not found damaged since; `None` when there is none.
///
/// # Errors
/// The database cannot be read.
pub fn last_verified(conn: &mut Db) -> Result<Option<Timestamp>, DbError> {
    let sound = backups::table.filter(backups::damaged_at.is_null());
    let latest = sound.order(backups::verified_at.desc()).select(backups::verified_at);
    Ok(latest.first(conn).optional()?)
}

/// Writes down that the file of a backup was read again at this place, and is sound.
///
/// # Errors
/// The database refuses.
pub fn verified(conn: &mut Db, id: i64, path: &str, now: Timestamp) -> Result<(), DbError> {
    diesel::update(backups::table.filter(backups::id.eq(id)))
        .set((
            backups::path.eq(path),
            backups::verified_at.eq(now),
            backups::damaged_at.eq(None::<Timestamp>),
            backups::updated_at.eq(now),
            backups::version.eq(backups::version + 1),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes down that the file of a backup was read again, and is damaged.
///
/// # Errors
/// The database refuses.
pub fn damaged(conn: &mut Db, id: i64, now: Timestamp) -> Result<(), DbError> {
    diesel::update(backups::table.filter(backups::id.eq(id)))
        .set((backups::damaged_at.eq(now), backups::updated_at.eq(now), backups::version.eq(backups::version + 1)))
        .execute(conn)?;
    Ok(())
}

/// Takes over what another database has found of the file of a backup since: its place, and whether it is sound.
///
/// # Errors
/// The database refuses.
pub fn renew(conn: &mut Db, found: &Backup) -> Result<(), DbError> {
    let older = backups::uid.eq(found.uid).and(backups::verified_at.le(found.verified_at));
    diesel::update(backups::table.filter(older))
        .set((
            backups::path.eq(&found.path),
            backups::verified_at.eq(found.verified_at),
            backups::damaged_at.eq(found.damaged_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets a backup, whose file is gone.
///
/// # Errors
/// The database refuses.
pub fn forget(conn: &mut Db, id: i64) -> Result<(), DbError> {
    diesel::delete(backups::table.filter(backups::id.eq(id))).execute(conn)?;
    Ok(())
}
