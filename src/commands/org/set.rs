//! `crmctl org set`

use crate::commands::args::changes::{ChangeArgs, changes_of};
use crate::commands::context::Context;
use crate::db::models::access::organizations::Organization;
use crate::db::models::access::system_config::CUSTOM;
use crate::domain::access::preference;
use crate::domain::access::role::Right;
use crate::domain::flag;
use crate::domain::imports::duplicates::OnDuplicate;
use crate::domain::leads::custom;
use crate::domain::reports::funnel::Stages;
use crate::error::{CommandError, Exit, Result};
use crate::import::options::ON_DUPLICATE_KEY;
use crate::ops::access::settings;
use crate::ops::dnc::check::RECORD_KEY;

/// How a setting's value is checked and brought into normal form.
type Check = fn(&str) -> Result<String, String>;

/// What `org edit` changes by options, as it could be set before.
const COLUMNS: &[(&str, Check)] = &[
    ("default_region", super::checked_region),
    ("timezone", crate::commands::args::times::checked_timezone),
    ("base_currency", crate::domain::money::currency::parse_code),
    ("name", super::checked_name),
];

/// The settings that an organization can have.
const SETTINGS: &[(&str, Check)] = &[
    (RECORD_KEY, |text| match flag::parse(text) {
        Some(yes) => Ok(if yes { "yes" } else { "no" }.into()),
        None => Err(format!("`{text}` is neither yes nor no")),
    }),
    (Stages::SETTING, |text| text.parse::<Stages>().map(|stages| stages.to_string())),
    (ON_DUPLICATE_KEY, |text| text.parse::<OnDuplicate>().map(|policy| policy.to_string())),
];

/// Set one setting of the organization, or take it away
///
/// Besides the settings that crmctl knows, custom.NAME keeps whatever you like: JSON, or plain text, which is kept as a JSON string.
/// `org show` lists them; `org edit` changes the region, the currency, the time zone and the name.
#[derive(Debug, clap::Args)]
#[command(after_help = "Settings:\n  \
    dnc.record_checks     record every check of numbers: yes or no\n  \
    funnel.stages         order of the funnel's stages, such as new,contacted,hot,recruited\n  \
    import.on_duplicate   policy of imports that name none: skip, fill, update or reject\n  \
    custom.NAME           whatever you like: JSON, or plain text\n\n\
    Examples:\n  crmctl org set dnc.record_checks yes\n  crmctl org set custom.office '{\"city\": \"Springfield\"}'\n  \
    crmctl org set custom.office --unset")]
pub struct Args {
    /// The setting
    key: String,
    /// Its value
    #[arg(required_unless_present = "unset", conflicts_with = "unset", allow_hyphen_values = true)]
    value: Option<String>,
    /// Take the setting away
    #[arg(long, alias = "clear")]
    unset: bool,
    #[command(flatten)]
    answer: ChangeArgs,
}

/// A setting that was asked for, and its value in normal form; none to clear it.
enum Wanted {
    Column(Column, String),
    Stored(String, Option<String>),
}

/// The column of an organization.
type Column = fn(&mut Organization) -> &mut String;

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&super::show::every_column())?;
    let wanted = wanted(&args.key, args.value.as_deref())?;
    let mut session = context.session(Right::Administer)?;
    let (org, stamp, mode) = (session.org.clone(), session.stamp.clone(), args.answer.mode());
    let (organization, changes) = match wanted {
        Wanted::Column(column, value) => {
            let edited = super::change(&mut session.db, &org, &stamp, mode, |org| *column(org) = value)?;
            (edited.row, edited.changes)
        }
        Wanted::Stored(key, value) => {
            let value = value.unwrap_or_default();
            let changes = session.db.write_as(mode, stamp.org, |conn| settings::set(conn, &key, value, &stamp))?;
            (org, changes)
        }
    };
    let subject = super::subject(&organization.slug);
    args.answer.answer(context.ui, &subject, &changes_of(changes), || {
        super::show::print(context, &mut session.db, organization)?;
        Ok(())
    })?;
    Ok(Exit::Done)
}

fn wanted(key: &str, value: Option<&str>) -> Result<Wanted, CommandError> {
    if let Some(name) = custom::key_of(key) {
        let key = format!("{CUSTOM}{}", preference::key(name).map_err(CommandError::usage)?);
        let value = value.map(|text| preference::value(text).map(|value| value.to_string()));
        return Ok(Wanted::Stored(key, value.transpose().map_err(CommandError::usage)?));
    }
    let Some((key, check)) = SETTINGS.iter().chain(COLUMNS).find(|(known, _)| *known == key) else {
        let known = SETTINGS.iter().map(|(key, _)| *key).collect::<Vec<_>>().join(", ");
        return Err(CommandError::usage(format!("`{key}` is no setting")).hint(format!(
            "settings: {known}, and custom.NAME for your own; the region, currency, time zone and name: crmctl org edit"
        )));
    };
    let value = value.map(check).transpose().map_err(CommandError::usage)?;
    let column: Column = match *key {
        "default_region" => |org| &mut org.default_region,
        "timezone" => |org| &mut org.timezone,
        "base_currency" => |org| &mut org.base_currency,
        "name" => |org| &mut org.name,
        key => return Ok(Wanted::Stored(key.to_owned(), value)),
    };
    match value {
        Some(value) => Ok(Wanted::Column(column, value)),
        None if *key == "default_region" => Ok(Wanted::Column(column, String::new())),
        None => Err(CommandError::usage(format!("an organization cannot be without `{key}`"))),
    }
}
