//! `crmctl org add`

use super::profile::Profile;
use crate::commands::args::changes::{ChangeArgs, added};
use crate::commands::context::Context;
use crate::db::models::access::organizations::NewOrganization;
use crate::db::types::Uid;
use crate::domain::access::profile::FREE;
use crate::domain::money::currency;
use crate::error::{Exit, Result};
use crate::ops::access::organizations;
use crate::ops::audited;

/// Add an organization
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl org add acme --name 'Acme Inc.' --region US --timezone America/New_York")]
pub struct Args {
    /// Its short name in commands: lower-case letters, digits and hyphens
    #[arg(value_parser = super::checked_slug)]
    slug: String,
    /// Its full name; the slug when left out
    #[arg(long, value_parser = super::checked_name)]
    name: Option<String>,
    /// The region of national phone numbers, such as US
    #[arg(long, value_parser = super::checked_region)]
    region: Option<String>,
    /// The currency of reports, by ISO 4217 code
    #[arg(long, default_value = "USD", value_parser = currency::parse_code)]
    currency: String,
    /// The time zone of days and months, by IANA name
    #[arg(long, default_value = "UTC", value_parser = crate::commands::args::times::checked_timezone)]
    timezone: String,
    #[command(flatten)]
    profile: Profile,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&super::details())?;
    let mut db = context.open()?;
    let founder = context.founder(&mut db)?;
    let new = NewOrganization {
        uid: Uid::new(),
        name: args.name.as_deref().unwrap_or(&args.slug),
        slug: &args.slug,
        default_region: args.region.as_deref().unwrap_or(""),
        base_currency: &args.currency,
        timezone: &args.timezone,
        created_at: founder.now,
        updated_at: founder.now,
        description: args.profile.description.as_deref(),
        website: args.profile.website.as_deref(),
        industry: args.profile.industry.as_deref(),
        size: args.profile.size.as_deref(),
        billing_email: args.profile.billing_email.as_deref(),
        subscription_tier: args.profile.subscription_tier.as_deref().unwrap_or(FREE),
    };
    let made = db.write_global_as(args.answer.mode(), |conn| organizations::add(conn, &new, &founder));
    let made = made.map_err(|e| super::slug_taken(e, &args.slug))?;
    args.answer.answer(context.ui, &super::subject(&made.slug), &added(audited::described(&made)), || {
        Ok(context.ui.record(&made, &super::details())?)
    })?;
    Ok(Exit::Done)
}
