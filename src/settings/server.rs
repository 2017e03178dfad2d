//! Settings of how a server is spoken to. The embedded database heeds `lock_timeout` alone.

use super::limit::Limit;
use super::{DatabaseUrl, File, Setting, SettingsError, first, optional};

/// How a server is spoken to.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// A replica from which reports may be read.
    pub read_url: Setting<Option<DatabaseUrl>>,
    /// How far the replica may lag behind.
    pub read_max_lag: Setting<Limit>,
    /// How long one statement may take; `off` leaves that to the server.
    pub statement_timeout: Setting<Limit>,
    /// How long a lock is waited for; `off` leaves that to the server.
    pub lock_timeout: Setting<Limit>,
    /// After how long without an answer a connection counts as broken; `off` leaves that to the system.
    pub keepalive: Setting<Limit>,
    /// What the server calls the program, before the words of the call; `None` where the address may say it.
    pub application_name: Setting<Option<String>>,
}

/// A report that is a minute old is still one.
const MAX_LAG: Limit = Limit::seconds(60);

/// Shorter than the quarter of an hour after which Linux gives a connection up that does not answer.
const KEEPALIVE: Limit = Limit::seconds(60);

impl ServerSettings {
    /// Gathers them.
    ///
    /// # Errors
    /// A variable cannot be understood.
    pub(super) fn gather(
        read_url: Option<DatabaseUrl>,
        file: &File,
        in_file: &str,
    ) -> Result<ServerSettings, SettingsError> {
        Ok(ServerSettings {
            read_url: optional(first(read_url, "--read-url", &["CRM_READ_URL"], file.read_url.clone(), in_file)?),
            read_max_lag: limit("CRM_READ_MAX_LAG", file.read_max_lag, in_file, MAX_LAG)?,
            statement_timeout: limit("CRM_STATEMENT_TIMEOUT", file.statement_timeout, in_file, Limit::OFF)?,
            lock_timeout: limit("CRM_LOCK_TIMEOUT", file.lock_timeout, in_file, Limit::OFF)?,
            keepalive: limit("CRM_KEEPALIVE", file.keepalive, in_file, KEEPALIVE)?,
            application_name: optional(first(
                None,
                "",
                &["CRM_APPLICATION_NAME"],
                file.application_name.clone(),
                in_file,
            )?),
        })
    }
}

fn limit(
    variable: &'static str,
    in_file: Option<Limit>,
    file: &str,
    default: Limit,
) -> Result<Setting<Limit>, SettingsError> {
    if let Some(Setting { value, origin }) = first::<String>(None, "", &[variable], None, "")? {
        let value = Limit::try_from(value).map_err(|reason| SettingsError::Value { variable, reason })?;
        return Ok(Setting { value, origin });
    }
    Ok(match in_file {
        Some(value) => Setting { value, origin: file.to_owned() },
        None => Setting { value: default, origin: "default".to_owned() },
    })
}
