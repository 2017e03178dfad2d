//! `crmctl org show`

use serde::Serialize;

use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::db::Database;
use crate::db::models::access::organizations::Organization;
use crate::db::models::access::system_config::{self, CUSTOM, Setting};
use crate::domain::time::datetime;
use crate::domain::timestamp::Timestamp;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// Show an organization and its settings
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl org show\n  crmctl org show acme --columns slug,group_slug")]
pub struct Args {
    /// The organization [default: that of the call]
    #[arg(add = complete::organization_slugs())]
    slug: Option<String>,
}

#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    organization: Organization,
    settings: Vec<OneSetting>,
}

/// A setting as programs read it: what people named themselves is JSON.
#[derive(Serialize)]
struct OneSetting {
    config_key: String,
    config_value: serde_json::Value,
    updated_at: Timestamp,
}

impl From<Setting> for OneSetting {
    fn from(setting: Setting) -> OneSetting {
        let Setting { config_key, config_value, updated_at, .. } = setting;
        let read = config_key.starts_with(CUSTOM).then(|| serde_json::from_str(&config_value).ok()).flatten();
        OneSetting { config_value: read.unwrap_or(serde_json::Value::String(config_value)), config_key, updated_at }
    }
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut db = context.open_existing()?;
    let organization = super::named(context, &mut db, args.slug.as_deref())?;
    print(context, &mut db, organization)
}

/// The columns that can be asked for: those of the organization, and its settings.
pub(super) fn every_column() -> Vec<Column> {
    super::details().into_iter().chain([Column::hidden("settings")]).collect()
}

/// Prints an organization with its settings.
pub(super) fn print(context: &Context, db: &mut Database, organization: Organization) -> Result<Exit> {
    let org = organization.org_id();
    if let Ok(zone) = datetime::zone(&organization.timezone) {
        context.ui.read_times_in(zone, crate::commands::context::now()?);
    }
    let stored = db.read(org, |conn| system_config::all(conn, org))?;
    let lines: Vec<Setting> = stored.clone();
    let whole = Whole { organization, settings: stored.into_iter().map(OneSetting::from).collect() };
    context.ui.record(&whole, &super::details())?;
    let columns = [Column::text("config_key", "setting"), Column::text("config_value", "value")];
    context.ui.part("settings", &lines, &columns)?;
    Ok(Exit::Done)
}
