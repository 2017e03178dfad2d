//! The order of stages that an organization has set.

use crate::commands::context::Session;
use crate::db::models::access::system_config;
use crate::domain::reports::funnel::Stages;
use crate::error::{CommandError, Result};

/// The organization's order of stages.
///
/// # Errors
/// The setting that holds them cannot be read.
pub fn stages_of(session: &mut Session) -> Result<Stages> {
    let org = session.org.org_id();
    let settings = session.db.read(org, |conn| system_config::all(conn, org))?;
    match settings.into_iter().find(|setting| setting.config_key == Stages::SETTING) {
        None => Ok(Stages::default()),
        Some(setting) => setting.config_value.parse().map_err(|problem: String| {
            CommandError::failed(format!("the setting {} is `{}`: {problem}", Stages::SETTING, setting.config_value))
                .hint(format!("set it again: crmctl org set {} {}", Stages::SETTING, Stages::default()))
        }),
    }
}
