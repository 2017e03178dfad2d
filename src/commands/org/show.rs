//! `crmctl org show`

use serde::Serialize;

use crate::commands::context::Context;
use crate::db::Database;
use crate::db::models::access::organizations::Organization;
use crate::db::models::access::system_config::{self, Setting};
use crate::error::{Exit, Result};
use crate::ui::Column;

/// Show an organization and its settings
#[derive(Debug, clap::Args)]
pub struct Args {
    slug: String,
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    organization: Organization,
    settings: Vec<Setting>,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut db = context.open_existing()?;
    let organization = super::by_slug(&mut db, &args.slug)?;
    print(context, &mut db, organization)
}

/// Prints an organization with its settings.
pub(super) fn print(context: &Context, db: &mut Database, organization: Organization) -> Result<Exit> {
    let org = organization.org_id();
    let settings = db.read(org, |conn| system_config::all(conn, org))?;
    let shown = Shown { organization, settings };
    context.ui.record(&shown, super::COLUMNS)?;
    let columns = [Column::text("config_key", "setting"), Column::text("config_value", "value")];
    context.ui.part("settings", &shown.settings, &columns)?;
    Ok(Exit::Done)
}
