//! The file of an export, which appears under its name only when it is whole.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::ExportError;
use crate::system::new_file::{NewFile, folder_of};

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

/// A file under way, and what it is to be called.
pub(super) struct Target {
    path: PathBuf,
    file: NewFile,
    if_exists: IfExists,
}

impl Target {
    /// Begins a file beside the place that it gets.
    ///
    /// # Errors
    /// The file exists and is not to be overwritten, or its folder cannot be written.
    pub fn begin(path: &Path, if_exists: IfExists) -> Result<Target, ExportError> {
        if if_exists == IfExists::Refuse && path.exists() {
            return Err(ExportError::Exists(path.display().to_string()));
        }
        let folder = folder_of(path);
        if !folder.is_dir() {
            return Err(problem(path, format!("there is no folder `{}`", folder.display())));
        }
        let file = NewFile::begin(path).map_err(|e| problem(path, e.to_string()))?;
        Ok(Target { path: path.to_owned(), file, if_exists })
    }

    /// What the file is written through.
    ///
    /// # Errors
    /// The system gives no further handle.
    pub fn writer(&self) -> Result<File, ExportError> {
        self.file.writer().map_err(|e| problem(&self.path, e.to_string()))
    }

    /// Makes sure that the content is on the disk.
    fn sync(&self) -> Result<(), ExportError> {
        self.file.sync().map_err(|e| problem(&self.path, e.to_string()))
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// The disk is full, or somebody else has made a file of that name.
    pub fn finish(self) -> Result<(), ExportError> {
        self.sync()?;
        let Target { path, file, if_exists } = self;
        let named = match if_exists {
            IfExists::Overwrite => file.name_over(&path),
            IfExists::Refuse => file.name(&path).map_err(|(e, _)| e),
        };
        named.map_err(|e| problem(&path, e.to_string()))
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
        let mut file = Target::begin(path, if_exists)?;
        file.file.write_all(text.as_bytes()).map_err(|e| problem(path, e.to_string()))?;
        files.push(file);
    }
    files.iter().try_for_each(Target::sync)?;
    let mut made: Vec<PathBuf> = Vec::new();
    for file in files {
        let path = file.path.clone();
        if let Err(error) = file.finish() {
            if if_exists == IfExists::Refuse {
                made.iter().for_each(|path| drop(std::fs::remove_file(path)));
            }
            return Err(error);
        }
        made.push(path);
    }
    Ok(())
}

/// Files that get their names together, when all of them are whole.
pub struct Together(Vec<Target>);

impl Together {
    /// Begins files beside the places that they get.
    ///
    /// # Errors
    /// One exists and is not to be overwritten, or its folder cannot be written.
    pub fn begin(paths: &[&Path], if_exists: IfExists) -> Result<Together, ExportError> {
        paths.iter().map(|path| Target::begin(path, if_exists)).collect::<Result<_, _>>().map(Together)
    }

    /// What the file at this place is written through.
    ///
    /// # Errors
    /// The system gives no further handle.
    pub fn writer(&self, path: &Path) -> Result<File, ExportError> {
        let target = self.0.iter().find(|target| target.path == path);
        target.ok_or_else(|| problem(path, "it was not begun".to_owned()))?.writer()
    }

    /// Writes a whole text into the file at this place.
    ///
    /// # Errors
    /// The disk is full.
    pub fn write(&self, path: &Path, text: &str) -> Result<(), ExportError> {
        self.writer(path)?.write_all(text.as_bytes()).map_err(|e| problem(path, e.to_string()))
    }

    /// Gives all files their names; they have to be kept to stay.
    ///
    /// # Errors
    /// The disk is full, or somebody else has made a file of such a name; then none stays.
    pub fn finish(self) -> Result<Named, ExportError> {
        self.0.iter().try_for_each(Target::sync)?;
        let mut named = Named(Vec::new());
        for target in self.0 {
            let path = target.path.clone();
            target.finish()?;
            named.0.push(path);
        }
        Ok(named)
    }
}

/// Files that have their names, and go again unless they are kept.
#[derive(Debug, Default)]
#[must_use = "files that are not kept go again"]
pub struct Named(Vec<PathBuf>);

impl Named {
    /// Lets the files stay.
    pub fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        // One that cannot be removed is told by nobody: it is as whole as the others.
        self.0.iter().for_each(|path| drop(std::fs::remove_file(path)));
    }
}

fn problem(path: &Path, reason: String) -> ExportError {
    ExportError::Write { path: path.display().to_string(), reason }
}
