//! What pools did: append-only.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::schema::{imports, leads, pool_runs as table};
use crate::db::types::Json;
use crate::db::{Db, DbError, OrgId};
use crate::domain::imports::kind::ImportStatus;
use crate::domain::lead_work::pools::{PoolStrategy, RunKind};
use crate::domain::timestamp::Timestamp;

/// A run to record.
#[derive(Debug, Insertable)]
#[diesel(table_name = table, treat_none_as_default_value = false)]
pub struct NewRun<'a> {
    pub id: i64,
    pub organization_id: i32,
    pub pool_id: i64,
    pub kind: RunKind,
    pub strategy: PoolStrategy,
    pub options: Json,
    pub import_id: Option<i64>,
    pub undoes_run_id: Option<i64>,
    pub lead_count: i64,
    pub changed_count: i64,
    pub left_count: i64,
    pub members: Json,
    pub run_by: Option<i64>,
    pub actor: &'a str,
    pub run_at: Timestamp,
}

/// A run as it is read.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = table)]
pub struct Run {
    pub id: i64,
    pub pool_id: i64,
    pub kind: RunKind,
    pub strategy: PoolStrategy,
    pub options: Json,
    pub import_id: Option<i64>,
    pub undoes_run_id: Option<i64>,
    #[serde(rename = "leads")]
    pub lead_count: i64,
    #[serde(rename = "changed")]
    pub changed_count: i64,
    #[serde(rename = "left")]
    pub left_count: i64,
    pub members: Json,
    pub actor: String,
    pub run_at: Timestamp,
}

/// Reserves the id of a new run.
///
/// # Errors
/// The database refuses.
pub fn reserve_id(conn: &mut Db) -> Result<i64, DbError> {
    #[derive(QueryableByName)]
    struct Reserved {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        id: i64,
    }
    match conn {
        Db::Sqlite(sqlite) => {
            let last: Option<i64> = table::table.select(diesel::dsl::max(table::id)).first(sqlite)?;
            Ok(last.unwrap_or(0) + 1)
        }
        Db::Postgres(pg) => {
            let reserved: Reserved =
                diesel::sql_query("SELECT nextval(pg_get_serial_sequence('pool_runs', 'id')) AS id").get_result(pg)?;
            Ok(reserved.id)
        }
    }
}

/// Writes a run down.
///
/// # Errors
/// The database refuses.
pub fn insert(conn: &mut Db, run: &NewRun<'_>) -> Result<(), DbError> {
    diesel::insert_into(table::table).values(run).execute(conn)?;
    Ok(())
}

/// The run with this id.
///
/// # Errors
/// The database cannot be read.
pub fn by_id(conn: &mut Db, org: OrgId, id: i64) -> Result<Option<Run>, DbError> {
    Ok(table::table
        .filter(table::organization_id.eq(org.0).and(table::id.eq(id)))
        .select(Run::as_select())
        .first(conn)
        .optional()?)
}

/// The runs, of one pool or of all, the latest first.
///
/// # Errors
/// The database cannot be read.
pub fn latest(conn: &mut Db, org: OrgId, pool: Option<i64>, limit: i64) -> Result<Vec<Run>, DbError> {
    let rows = table::table.filter(table::organization_id.eq(org.0)).order(table::id.desc()).limit(limit);
    match pool {
        Some(pool) => Ok(rows.filter(table::pool_id.eq(pool)).select(Run::as_select()).load(conn)?),
        None => Ok(rows.select(Run::as_select()).load(conn)?),
    }
}

/// The latest distribution of a pool, that of an import included.
///
/// # Errors
/// The database cannot be read.
pub fn latest_distribution(conn: &mut Db, org: OrgId, pool: i64) -> Result<Option<Run>, DbError> {
    Ok(table::table
        .filter(table::organization_id.eq(org.0).and(table::pool_id.eq(pool)))
        .filter(table::kind.eq_any([RunKind::Run, RunKind::Import]))
        .order(table::id.desc())
        .select(Run::as_select())
        .first(conn)
        .optional()?)
}

/// A run that left leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Leaving {
    pub id: i64,
    pub pool_id: i64,
    pub run_at: Timestamp,
}

/// The runs that left leads and looked at this one last, the latest first: each pool's latest run, and if that is later the one of the
/// import that made the lead. An import's run looks at no other leads.
///
/// # Errors
/// The database cannot be read.
pub fn latest_for(conn: &mut Db, org: OrgId, pools: &[i64], lead: i64) -> Result<Vec<Leaving>, DbError> {
    let made_by: Option<i64> = leads::table
        .filter(leads::organization_id.eq(org.0).and(leads::id.eq(lead)))
        .select(leads::import_id)
        .first(conn)
        .optional()?
        .flatten();
    let mut found = Vec::new();
    for pool in pools {
        let of_pool = || table::table.filter(table::organization_id.eq(org.0).and(table::pool_id.eq(*pool)));
        let last: Option<(Leaving, i64)> = of_pool()
            .filter(table::kind.eq(RunKind::Run))
            .order(table::id.desc())
            .select(((table::id, table::pool_id, table::run_at), table::left_count))
            .first(conn)
            .optional()?;
        let after = last.map_or(0, |(run, _)| run.id);
        if let Some(import) = made_by {
            let of_import: Option<Leaving> = of_pool()
                .filter(table::kind.eq(RunKind::Import).and(table::import_id.eq(import)))
                .filter(table::id.gt(after).and(table::left_count.gt(0)))
                .select((table::id, table::pool_id, table::run_at))
                .first(conn)
                .optional()?;
            found.extend(of_import);
        }
        found.extend(last.filter(|(_, left)| *left > 0).map(|(run, _)| run));
    }
    found.sort_by_key(|run| std::cmp::Reverse(run.id));
    Ok(found)
}

/// The run that undid another one.
///
/// # Errors
/// The database cannot be read.
pub fn undo_of(conn: &mut Db, org: OrgId, run: i64) -> Result<Option<Run>, DbError> {
    Ok(table::table
        .filter(table::organization_id.eq(org.0).and(table::undoes_run_id.eq(run)))
        .select(Run::as_select())
        .first(conn)
        .optional()?)
}

/// Which of these runs were undone, each with the run that did it.
///
/// # Errors
/// The database cannot be read.
pub fn undone(conn: &mut Db, org: OrgId, runs: &[i64]) -> Result<Vec<(i64, i64)>, DbError> {
    let mut found = Vec::new();
    for some in runs.chunks(crate::db::models::IN_LIST) {
        let rows: Vec<(i64, i64)> = table::table
            .filter(table::organization_id.eq(org.0).and(table::undoes_run_id.eq_any(some.to_vec())))
            .select((table::undoes_run_id.assume_not_null(), table::id))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// The pool of each of these runs.
///
/// # Errors
/// The database cannot be read.
pub fn pools_of(conn: &mut Db, org: OrgId, runs: &[i64]) -> Result<Vec<(i64, i64)>, DbError> {
    let mut found = Vec::new();
    for some in runs.chunks(crate::db::models::IN_LIST) {
        let rows: Vec<(i64, i64)> = table::table
            .filter(table::organization_id.eq(org.0).and(table::id.eq_any(some.to_vec())))
            .select((table::id, table::pool_id))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// The distributions of a pool since a time, but those of imports that were undone.
///
/// # Errors
/// The database cannot be read.
pub fn distributions_since(conn: &mut Db, org: OrgId, pool: i64, since: Timestamp) -> Result<Vec<i64>, DbError> {
    let undone = imports::table
        .filter(imports::organization_id.eq(org.0).and(imports::status.eq(ImportStatus::Undone)))
        .select(imports::id.nullable());
    Ok(table::table
        .filter(table::organization_id.eq(org.0).and(table::pool_id.eq(pool)).and(table::run_at.ge(since)))
        .filter(table::kind.eq_any([RunKind::Run, RunKind::Import]))
        .filter(table::import_id.is_null().or(table::import_id.ne_all(undone)))
        .select(table::id)
        .load(conn)?)
}

/// The undoings of these runs.
///
/// # Errors
/// The database cannot be read.
pub fn undoings_of(conn: &mut Db, org: OrgId, runs: &[i64]) -> Result<Vec<i64>, DbError> {
    Ok(undone(conn, org, runs)?.into_iter().map(|(_, by)| by).collect())
}
