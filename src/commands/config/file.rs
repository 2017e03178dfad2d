//! The config file as it is changed: comments and order stay, and it is written whole or not at all.

use std::fs::{File, Permissions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;
use toml_edit::{DocumentMut, Item, Value};

use crate::commands::context::Context;
use crate::db::Location;
use crate::domain::secrets::{REDACTED, redacted};
use crate::domain::text::nearest;
use crate::error::{CommandError, Result};
use crate::settings::{self, ADDRESSES, KEYS};
use crate::system::new_file::{NewFile, folder_of};
use crate::ui::{Change, Column, Format};

/// The mark that some editors write before a text.
const BOM: char = '\u{feff}';

/// The key that takes a word of TOML, too.
const PAGER: &str = "pager";

/// The config file with its changes.
pub(super) struct ConfigFile {
    /// Where it lies; of a link, where that leads.
    place: PathBuf,
    document: DocumentMut,
    /// What was wrong with it before it was changed.
    problem: Option<String>,
    has_bom: bool,
    has_crlf: bool,
    /// Keeps others from changing it meanwhile.
    _lock: Option<File>,
}

/// Where the config file is, or would be.
pub(super) fn place(context: &Context) -> Result<PathBuf, CommandError> {
    let path = &context.settings.config.value;
    match path.as_os_str().is_empty() {
        true => Err(CommandError::failed("no home folder is known, so there is no place for the config file")
            .hint("name one with --config FILE")),
        false => Ok(path.clone()),
    }
}

/// Where the file to be changed lies, or would. What is no regular file is never replaced by one.
pub(super) fn place_to_change(context: &Context) -> Result<PathBuf, CommandError> {
    let path = place(context)?;
    let refused = |why: &str| {
        let message = format!("cannot change the config file `{}`: {why}", path.display());
        CommandError::failed(message).hint("name a file: --config FILE; nothing was changed")
    };
    match std::fs::metadata(&path) {
        Ok(found) if !found.is_file() => Err(refused("it is no regular file")),
        Ok(_) => std::fs::canonicalize(&path).map_err(|e| unread(&path, &e)),
        Err(e) if e.kind() == ErrorKind::NotFound && path.is_symlink() => {
            Err(refused("it is a link that leads nowhere"))
        }
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(path),
        Err(e) => Err(unread(&path, &e)),
    }
}

/// How long another call is waited for that changes the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// Keeps other calls from changing a file in this folder. A system that knows no locks goes without.
pub(super) fn lock(place: &Path) -> Result<Option<File>, CommandError> {
    let Ok(folder) = File::open(folder_of(place)) else { return Ok(None) };
    let start = Instant::now();
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(Some(folder)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(20))
            }
            Err(TryLockError::WouldBlock) => {
                let message = format!("another process keeps the folder of `{}` locked", place.display());
                return Err(CommandError::failed(message).hint("nothing was changed; try again"));
            }
        }
    }
}

/// What the file holds; `None` when there is none.
pub(super) fn read_text(path: &Path) -> Result<Option<String>, CommandError> {
    match settings::read_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(unread(path, &e)),
    }
}

pub(super) fn unread(path: &Path, error: &io::Error) -> CommandError {
    CommandError::failed(format!("cannot read the config file `{}`: {error}", path.display()))
}

pub(super) fn unwritten(path: &Path, error: &io::Error) -> CommandError {
    CommandError::failed(format!("cannot write the config file `{}`: {error}", path.display()))
        .hint("nothing was changed")
}

impl ConfigFile {
    /// The file of a call; a new one when there is none. Others wait until it is written.
    pub(super) fn read(context: &Context, is_dry_run: bool) -> Result<ConfigFile, CommandError> {
        context.ui.expect_columns(COLUMNS)?;
        let place = place_to_change(context)?;
        if !is_dry_run {
            std::fs::create_dir_all(folder_of(&place)).map_err(|e| unwritten(&place, &e))?;
        }
        let lock = if is_dry_run { None } else { lock(&place)? };
        let text = read_text(&place)?.unwrap_or_default();
        Ok(ConfigFile { _lock: lock, ..ConfigFile::of(&place, &text)? })
    }

    /// A file with this text.
    pub(super) fn of(place: &Path, text: &str) -> Result<ConfigFile, CommandError> {
        // The error would repeat the line, which may hold a password.
        let document = text.parse::<DocumentMut>().map_err(|_| {
            let problem = settings::check(text).err().unwrap_or_else(|| "it is no TOML".to_owned());
            CommandError::failed(format!("cannot read the config file `{}`: {problem}", place.display()))
                .hint("mend it: crmctl config edit")
        })?;
        let has_crlf = text.contains("\r\n");
        let problem = settings::check(text).err();
        let has_bom = text.starts_with(BOM);
        Ok(ConfigFile { place: place.to_owned(), document, problem, has_bom, has_crlf, _lock: None })
    }

    /// Sets a key, and returns what it was.
    pub(super) fn set(&mut self, key: &str, text: &str) -> Option<String> {
        let new = match (key, text) {
            (PAGER, "true" | "false") => Value::from(text == "true"),
            _ => Value::from(text),
        };
        let old = self.value(key);
        match self.document.get_mut(key).and_then(Item::as_value_mut) {
            Some(value) => {
                // A comment behind it stays.
                let decor = value.decor().clone();
                *value = new;
                *value.decor_mut() = decor;
            }
            None => drop(self.document.insert(key, Item::Value(new))),
        }
        old
    }

    /// Takes a key away, and returns what it was. The comments before it stay.
    pub(super) fn unset(&mut self, key: &str) -> Option<String> {
        let old = self.value(key)?;
        let table = self.document.as_table();
        let before = table.key(key).and_then(|key| key.leaf_decor().prefix()?.as_str()).unwrap_or_default().to_owned();
        let next = table.iter().map(|(name, _)| name).skip_while(|name| *name != key).nth(1).map(str::to_owned);
        self.document.remove(key);
        if before.contains('#') {
            match next.and_then(|next| self.document.as_table_mut().key_mut(&next).map(|key| (next, key))) {
                Some((_, mut key)) => {
                    let own = key.leaf_decor().prefix().and_then(|own| own.as_str()).unwrap_or_default().to_owned();
                    key.leaf_decor_mut().set_prefix(format!("{before}{own}"));
                }
                None => {
                    let own = self.document.trailing().as_str().unwrap_or_default().to_owned();
                    self.document.set_trailing(format!("{before}{own}"));
                }
            }
        }
        Some(old)
    }

    fn value(&self, key: &str) -> Option<String> {
        let item = self.document.get(key)?;
        if let (PAGER, Some(word @ ("true" | "false"))) = (key, item.as_str()) {
            // A program of this name is another thing than the word of TOML.
            return Some(format!("\"{word}\""));
        }
        Some(item.as_str().map_or_else(|| item.to_string().trim().to_owned(), str::to_owned))
    }

    /// Tells whether the file can be understood, and why not.
    pub(super) fn check(&self) -> Result<(), String> {
        settings::check(&self.text())
    }

    /// What was wrong with the file before it was changed.
    pub(super) fn old_problem(&self) -> Option<CommandError> {
        let problem = self.problem.as_ref()?;
        let message = format!("cannot read the config file `{}`: {problem}", self.place.display());
        Some(CommandError::failed(message).hint(
            "nothing was changed; take the wrong key away: crmctl config unset KEY, or mend it: crmctl config edit",
        ))
    }

    /// The text, with the ends of lines and the mark at the beginning that it had.
    fn text(&self) -> String {
        let text = self.document.to_string();
        let text = text.strip_prefix(BOM).unwrap_or(&text).replace("\r\n", "\n");
        let text = if self.has_crlf { text.replace('\n', "\r\n") } else { text };
        if self.has_bom { format!("{BOM}{text}") } else { text }
    }

    /// Writes the file, whose owner and mode stay. One that holds a password is its owner's alone, and so is a new one.
    pub(super) fn write(self) -> Result<(), CommandError> {
        let place = &self.place;
        self.store().map_err(|e| unwritten(place, &e))
    }

    fn store(&self) -> io::Result<()> {
        std::fs::create_dir_all(folder_of(&self.place))?;
        let mut new = NewFile::begin(&self.place)?;
        new.write_all(self.text().as_bytes())?;
        let is_secret = ADDRESSES.iter().any(|key| self.value(key).is_some_and(|url| has_password(&url)));
        if let Ok(old) = std::fs::metadata(&self.place) {
            let writer = new.writer()?;
            let own = writer.metadata()?;
            if (own.uid(), own.gid()) != (old.uid(), old.gid()) {
                fchown(&writer, Some(old.uid()), Some(old.gid()))?;
            }
            let mode = old.mode() & if is_secret { 0o700 } else { 0o777 };
            writer.set_permissions(Permissions::from_mode(mode))?;
        }
        new.sync()?;
        new.name_over(&self.place)
    }
}

/// Whether an address holds a password; of one that cannot be read it is not known, and then it may.
fn has_password(url: &str) -> bool {
    Location::parse(url).map_or(true, |location| location.has_password())
}

/// A key of the config file.
pub(super) fn checked_key(text: &str) -> Result<String, String> {
    if KEYS.contains(&text) {
        return Ok(text.to_owned());
    }
    let meant = nearest(text, KEYS).map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    Err(format!("no such setting{meant} (they are {})", KEYS.join(", ")))
}

/// A value as it may be printed.
fn shown(key: &str, value: &str) -> String {
    match key {
        key if ADDRESSES.contains(&key) => {
            Location::parse(value).map_or_else(|_| REDACTED.to_owned(), |location| location.to_string())
        }
        _ => redacted::<&str>(value, []),
    }
}

const COLUMNS: &[Column] =
    &[Column::text("setting", "setting"), Column::text("value", "value"), Column::text("file", "file")];

/// What became of a setting.
#[derive(Serialize)]
struct Line<'a> {
    setting: &'a str,
    value: Option<String>,
    file: String,
}

/// Tells what became of a setting.
pub(super) fn answer(
    context: &Context,
    key: &str,
    old: Option<&str>,
    new: Option<&str>,
    is_dry_run: bool,
) -> Result<()> {
    let ui = context.ui;
    let [old_shown, new_shown] = [old, new].map(|value| value.map(|value| shown(key, value)));
    if matches!(ui.format, Format::Table | Format::Markdown) {
        let value = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
        let change = format!("{key} {} → {}", value(old_shown), value(new_shown));
        let changes = if old == new { Vec::new() } else { vec![Change::said(change)] };
        return Ok(ui.changed("config", &changes, is_dry_run)?);
    }
    let line = Line { setting: key, value: new_shown, file: context.settings.config.value.display().to_string() };
    Ok(ui.record(&line, COLUMNS)?)
}
