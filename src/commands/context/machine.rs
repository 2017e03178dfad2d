//! What the machine says by itself: its clock, its account and its locale.

use crate::domain::timestamp::Timestamp;
use crate::error::Result;

/// The time by the clock, which debug builds let tests hold.
///
/// # Errors
/// `CRM_NOW` is no time.
pub(super) fn read_clock() -> Result<Timestamp> {
    #[cfg(debug_assertions)]
    if let Ok(frozen) = std::env::var("CRM_NOW") {
        let time = frozen.parse::<jiff::Timestamp>();
        return Ok(time.map_err(|e| crate::error::CommandError::failed(format!("CRM_NOW is no time: {e}")))?.into());
    }
    Ok(jiff::Timestamp::now().into())
}

/// The operating system's account and host, as the audit log names an actor. Tests hold it by `CRM_ACTOR`, in debug
/// builds only.
pub(super) fn account_and_host() -> String {
    #[cfg(debug_assertions)]
    if let Ok(held) = std::env::var("CRM_ACTOR") {
        return held;
    }
    let account = whoami::account().unwrap_or_else(|_| "unknown".into());
    let host = whoami::hostname().unwrap_or_else(|_| "unknown".into());
    format!("{account}@{host}").chars().filter(|c| !c.is_control()).take(120).collect()
}

/// The country of the machine's locale: `en_US.UTF-8` is US.
pub(super) fn locale_region() -> Option<String> {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))?;
    let country = locale.split(['.', '@']).next()?.split_once('_')?.1;
    country.parse::<crate::domain::phone::Region>().ok().map(|region| region.to_string())
}
