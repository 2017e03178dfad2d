//! A file that appears under its name only when it is whole.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::ExportError;

/// What becomes of a file that has the name of a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfExists {
    /// It stays, and the new one is refused.
    Refuse,
    Overwrite,
}

impl IfExists {
    /// What a flag such as `--overwrite` asks for.
    pub fn of_flag(overwrite: bool) -> IfExists {
        if overwrite { IfExists::Overwrite } else { IfExists::Refuse }
    }
}

/// A file under way.
pub(super) struct NewFile {
    path: PathBuf,
    file: NamedTempFile,
    if_exists: IfExists,
}

impl NewFile {
    /// Begins a file beside the place that it gets.
    ///
    /// # Errors
    /// The file exists and is not to be overwritten, or its folder cannot be written.
    pub fn begin(path: &Path, if_exists: IfExists) -> Result<NewFile, ExportError> {
        if if_exists == IfExists::Refuse && path.exists() {
            return Err(ExportError::Exists(path.display().to_string()));
        }
        let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(problem(path, format!("there is no folder `{}`", folder.display())));
        }
        let file = tempfile::Builder::new().prefix(".crmctl-export-").tempfile_in(folder);
        let file = file.map_err(|e| problem(path, e.to_string()))?;
        Ok(NewFile { path: path.to_owned(), file, if_exists })
    }

    /// What the file is written through.
    ///
    /// # Errors
    /// The file cannot be opened again.
    pub fn writer(&self) -> Result<File, ExportError> {
        self.file.reopen().map_err(|e| problem(&self.path, e.to_string()))
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// The disk is full, or somebody else has made a file of that name.
    pub fn finish(self) -> Result<(), ExportError> {
        let NewFile { path, file, if_exists } = self;
        file.as_file().sync_all().map_err(|e| problem(&path, e.to_string()))?;
        let persisted = match if_exists {
            IfExists::Overwrite => file.persist(&path),
            IfExists::Refuse => file.persist_noclobber(&path),
        };
        persisted.map(|_| ()).map_err(|e| problem(&path, e.error.to_string()))
    }
}

/// Writes whole files at once. None gets its name before all of them are written.
///
/// # Errors
/// A file exists and is not to be overwritten, is named twice, or cannot be written.
pub fn write_whole(texts: &[(&Path, String)], if_exists: IfExists) -> Result<(), ExportError> {
    let mut files = Vec::with_capacity(texts.len());
    for (place, (path, text)) in texts.iter().enumerate() {
        if texts.iter().take(place).any(|(other, _)| other == path) {
            return Err(problem(path, "it is named twice".to_owned()));
        }
        let mut file = NewFile::begin(path, if_exists)?;
        file.file.write_all(text.as_bytes()).map_err(|e| problem(path, e.to_string()))?;
        files.push(file);
    }
    files.into_iter().try_for_each(NewFile::finish)
}

fn problem(path: &Path, reason: String) -> ExportError {
    ExportError::Write { path: path.display().to_string(), reason }
}
