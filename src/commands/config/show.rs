//! `crmctl config show`

use serde::Serialize;

use crate::commands::context::Context;
use crate::domain::secrets::redacted;
use crate::error::{Exit, Result};
use crate::settings::{Limit, Setting};
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
    let read_url = context.read_location();
    if let Err(problem) = &read_url {
        context.ui.warn(&problem.message);
    }
    let server = &settings.server;
    let text = |setting: &Setting<Option<String>>| setting.value.as_deref().map(without_secrets);
    let limit = |setting: &Setting<Limit>| Some(setting.value.to_string());
    let lines = [
        // A password is never printed.
        ("database_url", location.map(|location| location.to_string()).ok(), &settings.database_url.origin),
        ("org", text(&settings.org), &settings.org.origin),
        ("user", text(&settings.user), &settings.user.origin),
        ("format", word(serde_json::to_value(settings.format.value))?, &settings.format.origin),
        ("color", word(serde_json::to_value(settings.color.value))?, &settings.color.origin),
        ("pager", Some(without_secrets(&settings.pager.value.to_string())), &settings.pager.origin),
        ("read_url", read_url.ok().flatten().map(|location| location.to_string()), &server.read_url.origin),
        ("read_max_lag", limit(&server.read_max_lag), &server.read_max_lag.origin),
        ("statement_timeout", limit(&server.statement_timeout), &server.statement_timeout.origin),
        ("lock_timeout", limit(&server.lock_timeout), &server.lock_timeout.origin),
        ("keepalive", limit(&server.keepalive), &server.keepalive.origin),
        ("application_name", text(&server.application_name), &server.application_name.origin),
        ("config", Some(settings.config.value.display().to_string()), &settings.config.origin),
    ];
    let mut list = context.ui.list(COLUMNS);
    for (setting, value, origin) in lines {
        list.push(&Line { setting, value, origin: origin.clone() })?;
    }
    list.finish("no settings")?;
    Ok(Exit::Done)
}
