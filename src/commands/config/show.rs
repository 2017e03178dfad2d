//! `crmctl config show`

use serde::Serialize;

use crate::commands::context::Context;
use crate::domain::secrets::redacted;
use crate::error::{Exit, Result};
use crate::ui::{Column, UiError};

/// Print each setting and where it came from
///
/// A flag goes before the environment, the environment before the config file, that before the default.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl config show\n  crmctl config show --format json")]
pub struct Args {}

#[derive(Serialize)]
struct Line {
    setting: &'static str,
    value: Option<String>,
    origin: String,
}

const COLUMNS: &[Column] = &[
    Column::text("setting", "setting").kept(),
    Column::text("value", "value").kept(),
    Column::text("origin", "origin"),
];

/// An address may stand at the wrong key.
fn without_secrets(value: &str) -> String {
    redacted::<&str>(value, [])
}

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let settings = &context.settings;
    let word = |value: serde_json::Result<serde_json::Value>| -> Result<Option<String>> {
        Ok(value.map_err(UiError::Json)?.as_str().map(str::to_owned))
    };
    let location = context.location();
    if let Err(problem) = &location {
        context.ui.warn(&problem.message);
    }
    let lines = [
        // A password is never printed.
        ("database_url", location.map(|location| location.to_string()).ok(), &settings.database_url.origin),
        ("org", settings.org.value.as_deref().map(without_secrets), &settings.org.origin),
        ("user", settings.user.value.as_deref().map(without_secrets), &settings.user.origin),
        ("format", word(serde_json::to_value(settings.format.value))?, &settings.format.origin),
        ("color", word(serde_json::to_value(settings.color.value))?, &settings.color.origin),
        ("pager", Some(without_secrets(&settings.pager.value.to_string())), &settings.pager.origin),
        ("config", Some(settings.config.value.display().to_string()), &settings.config.origin),
    ];
    let mut list = context.ui.list(COLUMNS);
    for (setting, value, origin) in lines {
        list.push(&Line { setting, value, origin: origin.clone() })?;
    }
    list.finish("no settings")?;
    Ok(Exit::Done)
}
