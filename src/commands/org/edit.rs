//! `crmctl org edit`

use crate::commands::context::{Context, now};
use crate::db::models::organizations;
use crate::domain::currency;
use crate::error::{CommandError, Exit};

/// Change an organization
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  crmctl org edit default --region GB --timezone Europe/London")]
pub struct Args {
    slug: String,
    /// A new slug
    #[arg(long = "slug", value_name = "SLUG", value_parser = super::checked_slug)]
    new_slug: Option<String>,
    #[arg(long, value_parser = super::checked_name)]
    name: Option<String>,
    /// The region of national phone numbers, such as US
    #[arg(long, value_parser = super::checked_region)]
    region: Option<String>,
    /// The currency of reports, by ISO 4217 code
    #[arg(long, value_parser = currency::parse_code)]
    currency: Option<String>,
    /// The time zone of days and months, by IANA name
    #[arg(long, value_parser = super::checked_timezone)]
    timezone: Option<String>,
    /// Allow writing again after `org disable`
    #[arg(long)]
    enable: bool,
}

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let mut db = context.open()?;
    let mut org = super::administer(context, &mut db, &args.slug)?;
    let before = org.clone();
    org.slug = args.new_slug.unwrap_or(org.slug);
    org.name = args.name.unwrap_or(org.name);
    org.default_region = args.region.unwrap_or(org.default_region);
    org.base_currency = args.currency.unwrap_or(org.base_currency);
    org.timezone = args.timezone.unwrap_or(org.timezone);
    org.is_active |= args.enable;
    if org == before {
        context.ui.note("nothing to change");
    } else {
        let now = now()?;
        match db.write_global(|conn| organizations::update(conn, &mut org, now)) {
            Err(e) if e.is_unique_violation() => {
                return Err(CommandError::failed(format!("the slug `{}` is taken", org.slug)).into());
            }
            other => other?,
        }
    }
    context.ui.record(&org, super::COLUMNS)?;
    Ok(Exit::Done)
}
