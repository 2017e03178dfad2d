//! `crmctl org disable`

use crate::commands::context::{Context, now};
use crate::db::models::organizations;
use crate::error::Exit;

/// Refuse all writing to an organization; reading stays possible
#[derive(Debug, clap::Args)]
pub struct Args {
    slug: String,
}

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let mut db = context.open()?;
    let mut org = super::administer(context, &mut db, &args.slug)?;
    context.ui.confirm(&format!("Refuse all writing to `{}`?", org.slug))?;
    org.is_active = false;
    let now = now()?;
    db.write_global(|conn| organizations::update(conn, &mut org, now))?;
    context.ui.record(&org, super::COLUMNS)?;
    Ok(Exit::Done)
}
