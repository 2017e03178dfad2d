//! The numbers of revisions of registries, by block.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer};

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

/// Rows that one INSERT takes on PostgreSQL: four megabytes at most.
const TOGETHER: usize = 500;

/// Writes blocks.
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
            for some in new.chunks(TOGETHER) {
                diesel::insert_into(blocks::table).values(some).execute(pg)?;
            }
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

/// Those of these places, each in its block, that a revision has a number at. The server reads no more of a block of bits than one byte; of
/// many places in one block that would be more than the block.
///
/// # Errors
/// The database cannot be read.
pub fn places_among(conn: &mut PgConnection, revision: i64, places: &[(i64, u16)]) -> Result<Vec<(i64, u16)>, DbError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        block: i64,
        #[diesel(sql_type = Integer)]
        place: i32,
    }
    let mut found = Vec::new();
    for some in places.chunks(IN_LIST) {
        let (blocks, lows): (Vec<i64>, Vec<i32>) = some.iter().map(|(block, low)| (*block, i32::from(*low))).unzip();
        let rows: Vec<Found> = diesel::sql_query(
            "SELECT p.block, p.place FROM unnest($2, $3) AS p (block, place) CROSS JOIN LATERAL (
                 SELECT numbers FROM dnc_registry_blocks WHERE revision_id = $1 AND block = p.block LIMIT 1
             ) b
             WHERE CASE WHEN octet_length(b.numbers) = 8192
                        THEN get_bit(substring(b.numbers FROM p.place / 8 + 1 FOR 1), p.place % 8) = 1
                        ELSE dnc_block_has(b.numbers, p.place) END",
        )
        .bind::<BigInt, _>(revision)
        .bind::<Array<BigInt>, _>(blocks)
        .bind::<Array<Integer>, _>(lows)
        .load(conn)?;
        found.extend(rows.into_iter().filter_map(|row| Some((row.block, u16::try_from(row.place).ok()?))));
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
