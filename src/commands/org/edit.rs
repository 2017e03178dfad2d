//! `crmctl org edit`

use super::profile::{Profile, ProfileField};
use crate::commands::args::changes::{ChangeArgs, changes_of};
use crate::commands::args::complete;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Context;
use crate::domain::money::currency;
use crate::error::{Exit, Result};

/// Change an organization
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl org edit --region US\n  crmctl org edit default --region GB --timezone Europe/London\n  \
    crmctl org edit acme --industry software --subscription-tier pro --clear website"
)]
pub struct Args {
    /// The organization [default: that of the call]
    #[arg(add = complete::organization_slugs())]
    slug: Option<String>,
    /// A new slug
    #[arg(long = "slug", value_name = "SLUG", value_parser = super::checked_slug)]
    new_slug: Option<String>,
    /// Its full name
    #[arg(long, value_parser = super::checked_name)]
    name: Option<String>,
    /// The region of national phone numbers, such as US
    #[arg(long, value_parser = super::checked_region)]
    region: Option<String>,
    /// The currency of reports, by ISO 4217 code
    #[arg(long, value_parser = currency::parse_code)]
    currency: Option<String>,
    /// The time zone of days and months, by IANA name
    #[arg(long, value_parser = crate::commands::args::times::checked_timezone)]
    timezone: Option<String>,
    #[command(flatten)]
    profile: Profile,
    /// Empty a field; may be given several times
    #[arg(long, value_name = "FIELD", value_parser = one_of::<ProfileField>())]
    clear: Vec<ProfileField>,
    /// Allow writing again after `org disable`
    #[arg(long)]
    enable: bool,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&super::details())?;
    args.profile.refuse_cleared(&args.clear)?;
    let mut db = context.open_existing()?;
    let (org, stamp) = super::administer(context, &mut db, args.slug.as_deref())?;
    let edited = super::change(&mut db, &org, &stamp, args.answer.mode(), |org| {
        org.slug = args.new_slug.unwrap_or(std::mem::take(&mut org.slug));
        org.name = args.name.unwrap_or(std::mem::take(&mut org.name));
        org.default_region = args.region.unwrap_or(std::mem::take(&mut org.default_region));
        org.base_currency = args.currency.unwrap_or(std::mem::take(&mut org.base_currency));
        org.timezone = args.timezone.unwrap_or(std::mem::take(&mut org.timezone));
        org.is_active |= args.enable;
        args.profile.fill(org);
        args.clear.iter().for_each(|field| field.clear(org));
    })?;
    args.answer.answer(context.ui, &super::subject(&org.slug), &changes_of(edited.changes), || {
        Ok(context.ui.record(&edited.row, &super::details())?)
    })?;
    Ok(Exit::Done)
}
