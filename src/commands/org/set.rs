//! `crmctl org set`

use crate::commands::context::Context;
use crate::db::models::access::organizations::Organization;
use crate::domain::access::role::Right;
use crate::domain::flag;
use crate::domain::imports::duplicates::OnDuplicate;
use crate::domain::reports::funnel::Stages;
use crate::error::{CommandError, Exit, Result};
use crate::import::options::ON_DUPLICATE_KEY;
use crate::ops::access::settings;
use crate::ops::dnc::check::RECORD_KEY;

/// How a setting's value is checked and brought into normal form.
type Check = fn(&str) -> Result<String, String>;

/// The settings that an organization can have.
const SETTINGS: &[(&str, Check)] = &[
    ("default_region", super::checked_region),
    ("timezone", crate::commands::args::times::checked_timezone),
    ("base_currency", crate::domain::money::currency::parse_code),
    ("name", super::checked_name),
    (RECORD_KEY, |text| match flag::parse(text) {
        Some(yes) => Ok(if yes { "yes" } else { "no" }.into()),
        None => Err(format!("`{text}` is neither yes nor no")),
    }),
    (Stages::SETTING, |text| text.parse::<Stages>().map(|stages| stages.to_string())),
    (ON_DUPLICATE_KEY, |text| text.parse::<OnDuplicate>().map(|policy| policy.to_string())),
];

/// Set one setting of the organization
#[derive(Debug, clap::Args)]
#[command(after_help = "Settings:\n  \
    default_region        region of national phone numbers, such as US\n  \
    timezone              IANA name\n  \
    base_currency         ISO 4217 code\n  \
    name                  full name\n  \
    dnc.record_checks     record every check of numbers: yes or no\n  \
    funnel.stages         order of the funnel's stages, such as new,contacted,hot,recruited\n  \
    import.on_duplicate   policy of imports that name none: skip, fill, update or reject\n\n\
    Example:\n  crmctl org set default_region US")]
pub struct Args {
    key: String,
    value: String,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let Some((key, check)) = SETTINGS.iter().find(|(key, _)| *key == args.key) else {
        let known = SETTINGS.iter().map(|(key, _)| *key).collect::<Vec<_>>().join(", ");
        return Err(CommandError::usage(format!("`{}` is no setting", args.key)).hint(format!("settings: {known}")));
    };
    let value = check(&args.value).map_err(CommandError::usage)?;
    let mut session = context.session(Right::Administer)?;
    let (org, stamp) = (session.org.clone(), session.stamp.clone());
    let column: fn(&mut Organization) -> &mut String = match *key {
        "default_region" => |org| &mut org.default_region,
        "timezone" => |org| &mut org.timezone,
        "base_currency" => |org| &mut org.base_currency,
        "name" => |org| &mut org.name,
        key => {
            context.tell_unchanged(session.db.write(stamp.org, |conn| settings::set(conn, key, value, &stamp))?);
            return super::show::print(context, &mut session.db, org);
        }
    };
    let edited = super::change(&mut session.db, &org, &stamp, |org| *column(org) = value)?;
    context.tell_unchanged(edited.is_changed);
    super::show::print(context, &mut session.db, edited.row)
}
