//! The numbers of revisions of registries, by block.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer};

use crate::db::models::IN_LIST;
use crate::db::schema::dnc_registry_blocks as blocks;
use crate::db::{Db, DbError};

/// A row of `dnc_registry_blocks`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = blocks, treat_none_as_default_value = false)]
pub struct Block {
    pub revision_id: i64,
    /// The number without its lowest 16 bits.
    pub block: i64,
    /// As `domain::dnc::registry::block` has it.
    pub numbers: Vec<u8>,
}

/// Writes blocks of a revision that does not answer yet. On PostgreSQL the commit does not wait for the disk: that of the revision's taking
/// its place does, and with it for all before it.
///
/// # Errors
/// The database refuses.
pub fn append(conn: &mut Db, new: &[Block]) -> Result<(), DbError> {
    match conn {
        Db::Sqlite(sqlite) => {
            for block in new {
                diesel::insert_into(blocks::table).values(block).execute(sqlite)?;
            }
        }
        Db::Postgres(pg) => {
            pg.batch_execute("SET LOCAL synchronous_commit = off")?;
            diesel::copy_from(blocks::table).from_insertable(new).execute(pg)?;
        }
    }
    Ok(())
}

/// Those of these blocks that a revision has, in no order.
///
/// # Errors
/// The database cannot be read.
pub fn among(conn: &mut Db, revision: i64, wanted: &[i64]) -> Result<Vec<Block>, DbError> {
    let mut found = Vec::new();
    for some in wanted.chunks(IN_LIST) {
        let row = blocks::table.filter(blocks::revision_id.eq(revision)).filter(blocks::block.eq_any(some.to_vec()));
        found.extend(row.select(Block::as_select()).load::<Block>(conn)?);
    }
    Ok(found)
}

/// What says whether a block has a place.
#[derive(Debug, QueryableByName)]
pub struct Part {
    #[diesel(sql_type = BigInt)]
    pub block: i64,
    /// The lowest 16 bits of a number.
    #[diesel(sql_type = Integer)]
    pub place: i32,
    /// Of a block of bits the byte with that of the place, else the whole array.
    #[diesel(sql_type = Binary)]
    pub bytes: Vec<u8>,
    #[diesel(sql_type = Bool)]
    pub is_bits: bool,
}

/// For each of these places whose block a revision has, the part of it that tells. The server reads no more of a block of bits than one
/// byte; of many places in one block that would be more than the block.
///
/// # Errors
/// The database cannot be read.
pub fn parts_at(conn: &mut PgConnection, revision: i64, places: &[(i64, u16)]) -> Result<Vec<Part>, DbError> {
    let mut found = Vec::new();
    for some in places.chunks(IN_LIST) {
        let (blocks, lows): (Vec<i64>, Vec<i32>) = some.iter().map(|(block, low)| (*block, i32::from(*low))).unzip();
        let parts = diesel::sql_query(
            "SELECT p.block, p.place, octet_length(b.numbers) = 8192 AS is_bits,
                    CASE WHEN octet_length(b.numbers) = 8192 THEN substring(b.numbers FROM p.place / 8 + 1 FOR 1)
                         ELSE b.numbers END AS bytes
             FROM unnest($2, $3) AS p (block, place) CROSS JOIN LATERAL (
                 SELECT numbers FROM dnc_registry_blocks WHERE revision_id = $1 AND block = p.block LIMIT 1
             ) b",
        )
        .bind::<BigInt, _>(revision)
        .bind::<Array<BigInt>, _>(blocks)
        .bind::<Array<Integer>, _>(lows);
        found.extend(parts.load::<Part>(conn)?);
    }
    Ok(found)
}

/// The blocks of a revision after the one of this number, in order.
///
/// # Errors
/// The database cannot be read.
pub fn after(conn: &mut Db, revision: i64, after: i64, limit: i64) -> Result<Vec<Block>, DbError> {
    Ok(blocks::table
        .filter(blocks::revision_id.eq(revision).and(blocks::block.gt(after)))
        .order(blocks::block)
        .limit(limit)
        .select(Block::as_select())
        .load(conn)?)
}

/// Deletes the first blocks of a revision, so many at most, and returns how many.
///
/// # Errors
/// The database refuses.
pub fn delete_some(conn: &mut Db, revision: i64, limit: i64) -> Result<u64, DbError> {
    let of_revision = || blocks::table.filter(blocks::revision_id.eq(revision));
    let last: Option<i64> =
        of_revision().order(blocks::block).offset(limit - 1).limit(1).select(blocks::block).first(conn).optional()?;
    let deleted = match last {
        Some(last) => diesel::delete(of_revision().filter(blocks::block.le(last))).execute(conn)?,
        None => diesel::delete(of_revision()).execute(conn)?,
    };
    Ok(deleted as u64)
}
