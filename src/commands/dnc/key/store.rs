//! The keys of the installation: one that signs, in a file of its owner alone, and the public ones of all that ever signed here.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::commands::context::Context;
use crate::domain::dnc::certificates::keys::{PublicKey, SigningKey};
use crate::error::{CommandError, Result};
use crate::system::new_file::NewFile;

/// The file of the key that signs.
const PRIVATE: &str = "signing-key.pem";
/// How the names of files of public keys end.
const PUBLIC: &str = ".pub.pem";
/// The longest file of a key, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Where the keys are.
pub struct KeyStore {
    folder: PathBuf,
}

impl KeyStore {
    /// The keys of the installation.
    ///
    /// # Errors
    /// No folder of the user's data is known.
    pub fn of(context: &Context) -> Result<KeyStore> {
        let folder = context.settings.keys().ok_or_else(|| {
            CommandError::failed("no home folder is known, so there is no place for the key that signs certificates")
                .hint("set HOME or XDG_DATA_HOME")
        })?;
        Ok(KeyStore { folder })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of the key that signs.
    pub fn path(&self) -> PathBuf {
        self.folder.join(PRIVATE)
    }

    /// The key that signs; `None` before the first.
    ///
    /// # Errors
    /// Its file cannot be read, is no key, or may be read by others.
    pub fn current(&self) -> Result<Option<SigningKey>> {
        let path = self.path();
        if let Some(problem) = open_to_others(&path) {
            return Err(CommandError::failed(format!("the key `{}` {problem}", path.display())).hint(format!(
                "if nobody has read it: chmod 600 '{}'; else make a new one: crmctl dnc key rotate",
                path.display()
            )));
        }
        let Some(text) = read_text(&path)? else { return Ok(None) };
        let key = SigningKey::of_pem(&text).map_err(|problem| {
            CommandError::failed(format!("`{}` {problem}", path.display()))
                .hint("put it back from a backup, or make a new one: crmctl dnc key rotate")
        })?;
        Ok(Some(key))
    }

    /// The key that signs, made if there is none; and whether it was made.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn current_or_new(&self) -> Result<(SigningKey, bool)> {
        if let Some(key) = self.current()? {
            return Ok((key, false));
        }
        let key = self.prepared()?;
        match self.file_of(&key)?.name(&self.path()) {
            Ok(()) => Ok((key, true)),
            // Another call was faster.
            Err((e, _)) if e.kind() == io::ErrorKind::AlreadyExists => {
                let key = self.current()?.ok_or_else(|| self.failed(&e))?;
                Ok((key, false))
            }
            Err((e, _)) => Err(self.failed(&e)),
        }
    }

    /// Makes a new key in place of the one that signs.
    ///
    /// # Errors
    /// It cannot be written; then the old one stays.
    pub fn rotate(&self) -> Result<SigningKey> {
        let key = self.prepared()?;
        self.file_of(&key)?.name_over(&self.path()).map_err(|e| self.failed(&e))?;
        Ok(key)
    }

    /// Every key by which anything was signed here.
    ///
    /// # Errors
    /// A file of one cannot be read.
    pub fn known(&self) -> Result<Vec<PublicKey>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(self.failed(&e)),
        };
        let mut keys = Vec::new();
        for entry in entries {
            let path = entry.map_err(|e| self.failed(&e))?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(PUBLIC)) {
                keys.push(read_public(&path)?);
            }
        }
        keys.sort();
        Ok(keys)
    }

    /// A new key, whose public half is kept already.
    fn prepared(&self) -> Result<SigningKey> {
        make_folder(&self.folder).map_err(|e| self.failed(&e))?;
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)
            .map_err(|e| CommandError::failed(format!("the system gives no random numbers: {e}")))?;
        let key = SigningKey::of_secret(&secret);
        secret.fill(0);
        let public = key.public();
        let place = self.folder.join(format!("{}{PUBLIC}", public.fingerprint()));
        let pem = public.to_pem().map_err(|e| self.failed(&e))?;
        let mut file = NewFile::begin(&place).map_err(|e| self.failed(&e))?;
        file.write_all(pem.as_bytes()).and_then(|()| file.sync()).map_err(|e| self.failed(&e))?;
        file.name(&place).map_err(|(e, _)| self.failed(&e))?;
        Ok(key)
    }

    /// The file of a key, without its name.
    fn file_of(&self, key: &SigningKey) -> Result<NewFile> {
        let pem = key.to_pem().map_err(|e| self.failed(&e))?;
        let mut file = NewFile::begin(&self.path()).map_err(|e| self.failed(&e))?;
        file.write_all(pem.as_ref().as_bytes()).and_then(|()| file.sync()).map_err(|e| self.failed(&e))?;
        Ok(file)
    }

    fn failed(&self, error: &dyn std::fmt::Display) -> CommandError {
        CommandError::failed(format!("the keys in `{}` cannot be read or written: {error}", self.folder.display()))
            .hint("see that the folder is yours, and that its disk has room")
    }
}

/// A public key that somebody has in a file.
///
/// # Errors
/// It cannot be read, or is none.
pub fn read_public(path: &Path) -> Result<PublicKey> {
    let shown = path.display();
    let text = read_text(path)?.ok_or_else(|| CommandError::failed(format!("there is no file `{shown}`")))?;
    PublicKey::of_pem(&text).map_err(|problem| {
        CommandError::failed(format!("`{shown}` {problem}"))
            .hint("whoever signed writes theirs by: crmctl dnc key export")
    })
}

/// The text of a small file; `None` where there is none.
fn read_text(path: &Path) -> Result<Option<String>> {
    let failed = |reason: String| CommandError::failed(format!("cannot read `{}`: {reason}", path.display()));
    match fs::metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(e.to_string())),
        Ok(file) if !file.is_file() || file.len() > LONGEST => return Err(failed("it is no file of a key".to_owned())),
        Ok(_) => {}
    }
    fs::read_to_string(path).map(Some).map_err(|e| failed(e.to_string()))
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// What is wrong with a private file that others may read.
#[cfg(unix)]
fn open_to_others(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| format!("may be read or written by others: its mode is {mode:o}"))
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> Option<String> {
    None
}
