//! `crmctl org set`

use crate::commands::context::Context;
use crate::commands::funnel::STAGES_KEY;
use crate::db::models::{organizations, system_config};
use crate::domain::duplicates::OnDuplicate;
use crate::domain::flag;
use crate::domain::funnel::Stages;
use crate::domain::role::Right;
use crate::error::{CommandError, Exit};
use crate::import::options::ON_DUPLICATE_KEY;
use crate::ops::dnc::check::RECORD_KEY;

/// How a setting's value is checked and brought into normal form.
type Check = fn(&str) -> Result<String, String>;

/// The settings that an organization can have.
const SETTINGS: &[(&str, Check)] = &[
    ("default_region", super::checked_region),
    ("timezone", super::checked_timezone),
    ("base_currency", crate::domain::currency::parse_code),
    ("name", super::checked_name),
    (RECORD_KEY, |text| match flag::parse(text) {
        Some(yes) => Ok(if yes { "yes" } else { "no" }.into()),
        None => Err(format!("`{text}` is neither yes nor no")),
    }),
    (STAGES_KEY, |text| text.parse::<Stages>().map(|stages| stages.to_string())),
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

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let Some((key, check)) = SETTINGS.iter().find(|(key, _)| *key == args.key) else {
        let known = SETTINGS.iter().map(|(key, _)| *key).collect::<Vec<_>>().join(", ");
        return Err(CommandError::usage(format!("`{}` is no setting", args.key))
            .hint(format!("settings: {known}"))
            .into());
    };
    let value = check(&args.value).map_err(CommandError::usage)?;
    let mut session = context.session(Right::Administer)?;
    let (now, by) = (session.stamp.now, session.stamp.changed_by);
    let mut org = session.org.clone();
    match *key {
        "default_region" => org.default_region = value,
        "timezone" => org.timezone = value,
        "base_currency" => org.base_currency = value,
        "name" => org.name = value,
        key => {
            let id = org.org_id();
            session.db.write(id, |conn| system_config::set(conn, id, key, &value, by, now))?;
            return super::show::print(context, &mut session.db, org);
        }
    }
    session.db.write_global(|conn| organizations::update(conn, &mut org, now))?;
    super::show::print(context, &mut session.db, org)
}
