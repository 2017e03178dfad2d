//! Whether a server is a replica of the database, and how far it lags behind.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use crate::db::{Database, Db, DbError};
use crate::error::{CommandError, Explain};

/// Why a server cannot be read instead of the database.
#[derive(Debug, thiserror::Error)]
pub enum ReplicaError {
    #[error("`{replica}` is no replica of `{primary}`: it is another database")]
    OtherDatabase { replica: String, primary: String },
    #[error("`{0}` is no replica: it takes changes of its own, so it may differ from the database")]
    TakesChanges(String),
    #[error("only a database of PostgreSQL has replicas")]
    Embedded,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for ReplicaError {
    fn from(error: diesel::result::Error) -> ReplicaError {
        ReplicaError::Db(error.into())
    }
}

impl Explain for ReplicaError {
    fn explain(&self) -> CommandError {
        match self {
            ReplicaError::OtherDatabase { .. } | ReplicaError::TakesChanges(_) => CommandError::failed(self.to_string())
                .hint("name a streaming replica of this very database, or leave the setting read_url out: `crmctl config show` tells where it came from"),
            ReplicaError::Embedded => CommandError::usage(self.to_string())
                .hint("leave read_url out, or name one of PostgreSQL: postgres://USER@HOST/DATABASE"),
            ReplicaError::Db(e) => e.explain(),
        }
    }
}

/// How far a replica lags behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lag {
    /// It has all that the primary had when it was asked.
    Level,
    /// So long ago was the last change committed that it has.
    Behind(Duration),
    /// It has had no change since it was started, and lacks some.
    Unknown,
}

/// How long a replica may take to get what is on its way to it, before its lag is told.
const ON_ITS_WAY: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(25);

/// What tells a database from all others, and where it stands.
#[derive(QueryableByName)]
struct Standing {
    #[diesel(sql_type = Text)]
    identity: String,
    /// The server, since it was started.
    #[diesel(sql_type = Text)]
    process: String,
    #[diesel(sql_type = Bool)]
    is_replica: bool,
    /// Up to where its write-ahead log is replayed, or written.
    #[diesel(sql_type = Text)]
    position: String,
}

/// A physical replica has the identifier of its primary's cluster, and its databases have their object ids.
const STANDING: &str = "SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) AS identity,
     pg_postmaster_start_time()::text AS process, pg_is_in_recovery() AS is_replica,
     coalesce(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END, '0/0')::text AS position
 FROM pg_control_system()";

fn standing(db: &mut Database) -> Result<Standing, ReplicaError> {
    db.read_global(|conn| match conn {
        Db::Postgres(conn) => Ok(diesel::sql_query(STANDING).get_result(conn)?),
        Db::Sqlite(_) => Err(ReplicaError::Embedded),
    })
}

impl Database {
    /// How far this database, a replica, lags behind its primary.
    ///
    /// # Errors
    /// It is no replica of that one, or cannot be asked.
    pub fn lag_behind(&mut self, primary: &mut Database) -> Result<Lag, ReplicaError> {
        let (here, there) = (standing(self)?, standing(primary)?);
        if here.identity != there.identity {
            let [replica, primary] = [self.location().to_string(), primary.location().to_string()];
            return Err(ReplicaError::OtherDatabase { replica, primary });
        }
        match (here.is_replica, here.process == there.process) {
            // Two addresses of one server.
            (_, true) => return Ok(Lag::Level),
            (false, false) => return Err(ReplicaError::TakesChanges(self.location().to_string())),
            (true, false) => {}
        }
        let began = Instant::now();
        loop {
            let lag = self.lag_behind_position(&there.position)?;
            if lag == Lag::Level || began.elapsed() >= ON_ITS_WAY {
                return Ok(lag);
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn lag_behind_position(&mut self, position: &str) -> Result<Lag, ReplicaError> {
        #[derive(QueryableByName)]
        struct Replayed {
            #[diesel(sql_type = Bool)]
            is_level: bool,
            #[diesel(sql_type = Nullable<BigInt>)]
            microseconds: Option<i64>,
        }
        let replayed: Replayed = self.read_global(|conn| match conn {
            Db::Postgres(conn) => Ok::<_, ReplicaError>(
                diesel::sql_query(
                    "SELECT coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false) AS is_level,
                         (extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000000)::bigint AS microseconds",
                )
                .bind::<Text, _>(position)
                .get_result(conn)?,
            ),
            Db::Sqlite(_) => Err(ReplicaError::Embedded),
        })?;
        Ok(match (replayed.is_level, replayed.microseconds) {
            (true, _) => Lag::Level,
            // Clocks of two machines may differ by a little.
            (false, Some(behind)) => Lag::Behind(Duration::from_micros(u64::try_from(behind).unwrap_or(0))),
            (false, None) => Lag::Unknown,
        })
    }
}
