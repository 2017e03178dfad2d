//! `crmctl migrate up`

use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Apply all pending migrations in one transaction
///
/// The embedded database does this by itself; PostgreSQL only when asked, as the role that owns the schema.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut db = context.open_for_migrations()?;
    let done = db.migrate_up()?;
    super::print(context, "applied", done, "nothing is pending")
}
