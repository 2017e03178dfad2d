//! Settings of a call: flag, environment, config file, default, in this order.

mod limit;
mod server;

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::Deserialize;

use crate::domain::secrets::{REDACTED, redacted};
use crate::error::{CommandError, Explain};
use crate::ui::{Choice, ColorChoice, Format, Pager, UiError};
pub use limit::Limit;
pub use server::ServerSettings;

/// The address of a database as it was written, which may hold a password: it is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The text, to be read and not to be shown.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl From<String> for DatabaseUrl {
    fn from(text: String) -> DatabaseUrl {
        DatabaseUrl(text)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DatabaseUrl").field(&REDACTED).finish()
    }
}

/// What the command line said; `None` for what it left out.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub database_url: Option<DatabaseUrl>,
    pub read_url: Option<DatabaseUrl>,
    pub org: Option<String>,
    pub user: Option<String>,
    pub format: Option<Format>,
    pub columns: Option<String>,
    /// JSON with these fields; with all where it is empty.
    pub json: Option<String>,
    pub color: Option<ColorChoice>,
    pub no_pager: bool,
    pub config: Option<PathBuf>,
    /// The call looks after the config file itself: one that is missing or cannot be understood counts as empty.
    pub mends_config: bool,
}

/// The config file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    database_url: Option<DatabaseUrl>,
    org: Option<String>,
    user: Option<String>,
    format: Option<Format>,
    color: Option<ColorChoice>,
    pager: Option<PagerInFile>,
    read_url: Option<DatabaseUrl>,
    read_max_lag: Option<Limit>,
    statement_timeout: Option<Limit>,
    lock_timeout: Option<Limit>,
    keepalive: Option<Limit>,
    application_name: Option<String>,
}

/// Whether there is a pager, or which.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum PagerInFile {
    Flag(bool),
    Command(String),
}

/// The keys of the config file.
pub const KEYS: [&str; 12] = [
    "database_url",
    "org",
    "user",
    "format",
    "color",
    "pager",
    "read_url",
    "read_max_lag",
    "statement_timeout",
    "lock_timeout",
    "keepalive",
    "application_name",
];

/// Those of them whose values are addresses, which may hold a password.
pub const ADDRESSES: [&str; 2] = ["database_url", "read_url"];

/// Reads the text of a config file, and tells what is wrong with it; no secret is repeated.
///
/// # Errors
/// It is no TOML, or has a key or a value that none knows.
pub fn check(text: &str) -> Result<(), String> {
    parse(text).map(drop)
}

fn parse(text: &str) -> Result<File, String> {
    if text.len() as u64 > MAX_CONFIG {
        return Err(format!("it is longer than {} KiB", MAX_CONFIG >> 10));
    }
    let file: File = toml::from_str(text).map_err(|e| {
        let before = e.span().and_then(|span| text.get(..span.start));
        let line = before.map(|before| format!("line {}: ", before.matches('\n').count() + 1)).unwrap_or_default();
        format!("{line}{}", redacted::<&str>(e.message(), []))
    })?;
    match file.format {
        Some(Format::Ids) => Err("`format` cannot be `ids` there: that is for one call: --format ids".to_owned()),
        _ => Ok(file),
    }
}

/// A value and where it came from.
#[derive(Debug, Clone)]
pub struct Setting<T> {
    pub value: T,
    pub origin: String,
}

impl<T> Setting<T> {
    /// Whether it was said for this very call.
    pub fn is_from_flag(&self) -> bool {
        self.origin.starts_with("flag ")
    }
}

/// The settings of a call.
#[derive(Debug, Clone)]
pub struct Settings {
    pub database_url: Setting<DatabaseUrl>,
    pub org: Setting<Option<String>>,
    pub user: Setting<Option<String>>,
    pub format: Setting<Format>,
    pub color: Setting<ColorChoice>,
    /// The columns that the call asks for.
    pub columns: Option<Choice>,
    pub pager: Setting<Pager>,
    pub config: Setting<PathBuf>,
    pub server: ServerSettings,
}

impl Settings {
    /// Where a person's own presets of imports are: beside the config file. `None` where no place of it is known.
    pub fn presets(&self) -> Option<PathBuf> {
        let config = Some(&self.config.value).filter(|path| !path.as_os_str().is_empty())?;
        Some(config.parent()?.join("presets"))
    }

    /// Where the keys are by which certificates are signed: in the user's data folder. `None` where no place of it is known.
    pub fn keys(&self) -> Option<PathBuf> {
        Some(etcetera::choose_base_strategy().ok()?.data_dir().join("crmctl/keys"))
    }
}

/// Why settings cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("cannot read the config file `{path}`: {reason}")]
    Config { path: String, reason: String },
    #[error("the variable {0} is not UTF-8, and is not passed over")]
    Variable(&'static str),
    #[error("the value of {variable} cannot be taken: {reason}")]
    Value { variable: &'static str, reason: String },
    #[error("the path of the user's data folder is not UTF-8")]
    HomeNotText,
    #[error("no home folder is known, so there is no place for the database")]
    NoHome,
    #[error(transparent)]
    Columns(#[from] UiError),
}

impl Explain for SettingsError {
    fn explain(&self) -> CommandError {
        let message = self.to_string();
        match self {
            SettingsError::Config { .. } => CommandError::failed(message).hint(format!(
                "mend it: crmctl config edit, or take a key away: crmctl config unset KEY; its keys are {}",
                KEYS.join(", ")
            )),
            SettingsError::Value { variable, .. } => {
                CommandError::usage(message).hint(format!("set {variable} anew, or unset it"))
            }
            SettingsError::Variable(name) => CommandError::usage(message).hint(format!("set {name} anew, or unset it")),
            SettingsError::Columns(e) => e.explain(),
            SettingsError::HomeNotText | SettingsError::NoHome => {
                CommandError::failed(message).hint("name the database with --database-url")
            }
        }
    }
}

impl Settings {
    /// Gathers the settings.
    ///
    /// # Errors
    /// The config file is named but missing, or cannot be understood.
    pub fn gather(flags: Flags) -> Result<Settings, SettingsError> {
        let folders = etcetera::choose_base_strategy().ok();
        let config = match flags.config {
            Some(path) => Setting { value: path, origin: "flag --config".into() },
            None => Setting {
                value: folders.as_ref().map(|f| f.config_dir().join("crmctl/config.toml")).unwrap_or_default(),
                origin: "default".into(),
            },
        };
        let file = match if flags.mends_config && !config.value.is_file() {
            Ok(File::default())
        } else {
            read_file(&config)
        } {
            Err(_) if flags.mends_config => File::default(),
            file => file?,
        };
        let in_file = format!("file {}", config.value.display());
        let server = ServerSettings::gather(flags.read_url, &file, &in_file)?;
        let database_url = match first(
            flags.database_url,
            "--database-url",
            &["CRM_DATABASE_URL", "DATABASE_URL"],
            file.database_url,
            &in_file,
        )? {
            Some(setting) => setting,
            None => {
                let folder = folders.ok_or(SettingsError::NoHome)?.data_dir().join("crmctl");
                let file = folder.join("crm.db");
                let file = file.to_str().ok_or(SettingsError::HomeNotText)?;
                Setting { value: DatabaseUrl(file.to_owned()), origin: "default".into() }
            }
        };
        let org = optional(first(flags.org, "--org", &["CRM_ORG"], file.org, &in_file)?);
        let user = optional(first(flags.user, "--as", &["CRM_USER"], file.user, &in_file)?);
        let json = flags.json.as_ref().map(|_| Format::Json);
        let (format, option) = if json.is_some() { (json, "--json") } else { (flags.format, "--format") };
        let format = first(format, option, &[], file.format, &in_file)?
            .unwrap_or(Setting { value: Format::Table, origin: "default".into() });
        let color = first(flags.color, "--color", &[], file.color, &in_file)?
            .unwrap_or(Setting { value: ColorChoice::Auto, origin: "default".into() });
        let pager = pager(flags.no_pager, file.pager, &in_file)?;
        let columns = columns(flags.columns.as_deref(), flags.json.as_deref())?;
        match &columns {
            Some(columns) if format.value == Format::Ids => Err(UiError::IdsAlone(columns.option).into()),
            _ => Ok(Settings { database_url, org, user, format, color, columns, pager, config, server }),
        }
    }
}

/// The columns that a call asks for; `--json` alone asks for none.
fn columns(columns: Option<&str>, json: Option<&str>) -> Result<Option<Choice>, UiError> {
    let json = json.filter(|names| !names.trim().is_empty()).map(|names| (names, "--json"));
    let asked = columns.map(|names| (names, "--columns")).or(json);
    asked.map(|(names, option)| Choice::read(names, option)).transpose()
}

/// The pager: an empty CRM_PAGER turns it off, as a person sets it who wants none.
fn pager(is_off: bool, in_file: Option<PagerInFile>, file: &str) -> Result<Setting<Pager>, SettingsError> {
    if is_off {
        return Ok(Setting { value: Pager::Off, origin: "flag --no-pager".into() });
    }
    let variable = |name: &'static str| -> Result<Option<Setting<Pager>>, SettingsError> {
        let Some(text) = std::env::var_os(name) else { return Ok(None) };
        let text = text.into_string().map_err(|_| SettingsError::Variable(name))?;
        Ok(Some(Setting { value: Pager::named(&text), origin: format!("environment {name}") }))
    };
    if let Some(pager) = variable("CRM_PAGER")? {
        return Ok(pager);
    }
    match in_file {
        Some(PagerInFile::Flag(false)) => return Ok(Setting { value: Pager::Off, origin: file.to_owned() }),
        Some(PagerInFile::Command(command)) => {
            return Ok(Setting { value: Pager::named(&command), origin: file.to_owned() });
        }
        Some(PagerInFile::Flag(true)) | None => {}
    }
    let default = || Setting { value: Pager::Less, origin: "default".into() };
    Ok(variable("PAGER")?.unwrap_or_else(default))
}

/// The longest config file, in bytes.
const MAX_CONFIG: u64 = 1 << 20;

fn read_file(config: &Setting<PathBuf>) -> Result<File, SettingsError> {
    let problem = |reason: String| SettingsError::Config { path: config.value.display().to_string(), reason };
    match read_text(&config.value) {
        Ok(text) => parse(&text).map_err(problem),
        Err(_) if config.origin == "default" && is_missing(&config.value) => Ok(File::default()),
        Err(e) => Err(problem(e.to_string())),
    }
}

/// What a config file holds, which may come through a pipe; it is read as far as one may go.
///
/// # Errors
/// There is none, it is too long, or it cannot be read.
pub fn read_text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(MAX_CONFIG + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_CONFIG {
        return Err(io::Error::other(format!("it is longer than {} KiB", MAX_CONFIG >> 10)));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("stream did not contain valid UTF-8"))
}

fn is_missing(path: &Path) -> bool {
    path.as_os_str().is_empty() || !path.exists()
}

/// The first source that has a value. Only text can come from the environment; an empty variable counts as unset.
fn first<T: FromVariable>(
    flag: Option<T>,
    name: &str,
    variables: &[&'static str],
    file: Option<T>,
    in_file: &str,
) -> Result<Option<Setting<T>>, SettingsError> {
    if let Some(value) = flag {
        return Ok(Some(Setting { value, origin: format!("flag {name}") }));
    }
    for variable in variables {
        let Some(text) = std::env::var_os(variable).filter(|text| !text.is_empty()) else { continue };
        let text = text.to_str().map(str::to_owned).ok_or(SettingsError::Variable(variable))?;
        if let Some(value) = T::from_variable(text) {
            return Ok(Some(Setting { value, origin: format!("environment {variable}") }));
        }
    }
    Ok(file.map(|value| Setting { value, origin: in_file.to_owned() }))
}

trait FromVariable: Sized {
    fn from_variable(text: String) -> Option<Self>;
}

impl FromVariable for String {
    fn from_variable(text: String) -> Option<Self> {
        Some(text)
    }
}

impl FromVariable for DatabaseUrl {
    fn from_variable(text: String) -> Option<Self> {
        Some(DatabaseUrl(text))
    }
}

impl FromVariable for Format {
    fn from_variable(_: String) -> Option<Self> {
        None
    }
}

impl FromVariable for ColorChoice {
    fn from_variable(_: String) -> Option<Self> {
        None
    }
}

fn optional<T>(setting: Option<Setting<T>>) -> Setting<Option<T>> {
    match setting {
        Some(Setting { value, origin }) => Setting { value: Some(value), origin },
        None => Setting { value: None, origin: "default".into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_those_that_are_read() {
        for key in KEYS {
            let problem = check(&format!("{key} = 7")).unwrap_err();
            assert!(!problem.contains("unknown field"), "{key}: {problem}");
        }
        let unknown = check("colour = 'never'").unwrap_err();
        assert!(KEYS.iter().all(|key| unknown.contains(key)), "{unknown}");
        assert_eq!(check("# nothing\n"), Ok(()));
        assert!(check("org = 'a'\ncolour = 'never'").unwrap_err().starts_with("line 2: "));
        assert!(check("format = 'ids'").unwrap_err().contains("--format ids"));
    }
}
