//! A database copied into another one, of whichever engines: all of it, or one organization.
//!
//! Which tables there are, whose they are and in which order they are filled is in the catalogue; their columns are read from the
//! schemas of both databases. Rows go over one after the other in a form of neither engine ([`crate::domain::canonical`]), and when
//! all are there they are read back and compared, before anything is committed.

mod compare;
mod error;
mod postgres;
mod read;
mod scope;
mod shape;
mod sqlite;

use super::models::table_sizes;
use super::{Database, Db, RunMode};
use crate::domain::canonical::digest::TableDigest;
use crate::domain::canonical::value::Value;
pub use error::CopyError;
use read::{Reader, each_row};
use scope::Scope;
use shape::Shape;

/// What became of a table.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Copied {
    pub table: &'static str,
    pub rows: u64,
    /// A digest of the rows that is the same on both engines.
    pub digest: String,
}

/// Who is told how far a copy is, and says when it is to stop.
pub trait Observer {
    /// A row was copied, or compared.
    ///
    /// # Errors
    /// The person asked to stop.
    fn row(&mut self) -> Result<(), CopyError>;
}

/// Copies a database, or the organization with this slug, into an empty one, and compares both. The target is as before unless
/// all of it is there.
///
/// # Errors
/// The target is not empty, or a value cannot be stored there, or either database fails; then nothing was changed.
pub fn copy(
    from: &mut Database,
    to: &mut Database,
    organization: Option<&str>,
    mode: RunMode,
    observer: &mut dyn Observer,
) -> Result<Vec<Copied>, CopyError> {
    if from.location() == to.location() {
        return Err(CopyError::SameDatabase);
    }
    expect_current(from)?;
    expect_current(to)?;
    let (source_name, target_name) = (from.location().to_string(), to.location().to_string());
    // The target is committed when the source has been read to its end.
    to.write_whole(mode, |target| {
        from.read_whole(|source| {
            let shapes = shape::of_both(source, target)?;
            let scope = scope::of(source, &shapes, organization)?;
            let mut reader = Reader { conn: source, name: &source_name, shapes: &shapes, scope: &scope };
            match target {
                Db::Sqlite(_) => sqlite::fill(&mut reader, target, &target_name, observer),
                Db::Postgres(_) => postgres::fill(&mut reader, target, &target_name, observer),
            }
        })
    })
}

/// Refuses a database of another version of the schema.
fn expect_current(database: &mut Database) -> Result<(), CopyError> {
    match database.known_migrations()?.pending() {
        0 => Ok(()),
        pending => Err(CopyError::Pending { location: database.location().to_string(), pending }),
    }
}

/// What was read of each table, and put into the target.
struct Filled {
    digests: Vec<TableDigest>,
    /// The highest key that was made by the engine, of tables whose keys are.
    highest: Vec<Option<i64>>,
}

impl Filled {
    fn new() -> Filled {
        Filled { digests: Vec::new(), highest: Vec::new() }
    }
}

/// Reads the source's rows of a table, tells what of them cannot be copied, and hands the others to `put`.
fn transfer(
    reader: &mut Reader<'_>,
    shape: &Shape,
    filled: &mut Filled,
    observer: &mut dyn Observer,
    mut put: impl FnMut(Vec<Value>) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    let mut digest = TableDigest::default();
    let (mut highest, mut problems) = (None, Vec::new());
    each_row(reader, shape, |row| {
        observer.row()?;
        match shape.problem(&row) {
            Some(problem) => {
                problems.push(problem);
                return if problems.len() < error::MOST {
                    Ok(())
                } else {
                    Err(CopyError::Values(problems.split_off(0)))
                };
            }
            None if !problems.is_empty() => return Ok(()),
            None => {}
        }
        digest.add(&row, &shape.kinds(), &shape.key);
        highest = highest.max(shape.serial.and_then(|place| row.get(place)).and_then(|value| value.integer()));
        put(row)
    })?;
    if !problems.is_empty() {
        return Err(CopyError::Values(problems));
    }
    filled.digests.push(digest);
    filled.highest.push(highest);
    Ok(())
}

/// Compares what was read with what is stored now.
fn compared(
    reader: &mut Reader<'_>,
    target: &mut Db,
    target_name: &str,
    filled: &Filled,
    observer: &mut dyn Observer,
) -> Result<Vec<Copied>, CopyError> {
    let (shapes, everything) = (reader.shapes, Scope::everything());
    let mut copied = Vec::new();
    for (shape, read) in shapes.iter().zip(&filled.digests) {
        let mut written = Reader { conn: &mut *target, name: target_name, shapes, scope: &everything };
        let mut digest = TableDigest::default();
        each_row(&mut written, shape, |row| {
            observer.row()?;
            digest.add(&row, &shape.kinds(), &shape.key);
            Ok(())
        })?;
        if let Some(part) = read.differing(&digest) {
            return Err(compare::difference(reader, &mut written, shape, part)?);
        }
        copied.push(Copied { table: shape.name, rows: read.rows(), digest: read.to_string() });
    }
    Ok(copied)
}

/// About how many rows a copy of the whole database has.
///
/// # Errors
/// The database cannot be read.
pub fn expected_rows(database: &mut Database) -> Result<u64, CopyError> {
    let sizes = database.read_whole(|conn| table_sizes::of_tables(conn, false))?;
    Ok(sizes.iter().filter_map(|size| u64::try_from(size.rows?).ok()).sum())
}
