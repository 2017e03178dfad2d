//! The two engines behind one connection type, transactions of one organization, and the tables.

pub mod audited;
pub mod backup;
pub mod catalogue;
mod connection;
pub mod copy;
mod error;
mod file_errors;
pub mod health;
pub mod lead_changes;
pub mod lead_fields;
pub mod locks;
pub mod migrate;
pub mod models;
mod run_mode;
pub mod schema;
mod stamp;
pub mod statement;
pub mod types;

pub use backup::backup_to;
pub use connection::clearing::overwrite_deleted;
pub use connection::location::{AddressError, Location};
pub use connection::migrating::Migrated;
pub use connection::open::SchemaUse;
pub use connection::server::Server;
pub use connection::{Database, Lag, Notify, OpenOptions, OrgId, ReplicaError, ServerOptions, act_for, client_address};
pub use error::DbError;
pub use locks::Lock;
pub use run_mode::RunMode;
pub use stamp::Stamp;
pub use statement::{Cell, Cells, MOST_VALUES, Statement};

use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;

/// A connection to either engine.
#[derive(diesel::MultiConnection)]
pub enum Db {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}
