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
            match kept_aside(&path)? {
                // Before it has its name: an error brings back what had it.
                Some(before) => {
                    named.0.push((path, Some(before)));
                    target.finish()?;
                }
                None => {
                    target.finish()?;
                    named.0.push((path, None));
                }
            }
        }
        Ok(named)
    }
}

/// Another name of the file that a new one is to replace; `None` where there is none.
fn kept_aside(path: &Path) -> Result<Option<PathBuf>, ExportError> {
    if std::fs::symlink_metadata(path).is_err() {
        return Ok(None);
    }
    for number in 0..NAMES_TRIED {
        let aside = folder_of(path).join(format!(".crmctl-old-{}-{number}", std::process::id()));
        match std::fs::hard_link(path, &aside) {
            Ok(()) => return Ok(Some(aside)),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
            // Some systems have no second names for files.
            Err(_) => {
                std::fs::copy(path, &aside).map_err(|e| problem(path, e.to_string()))?;
                return Ok(Some(aside));
            }
        }
    }
    Err(problem(path, "its folder is full of files of killed calls, `.crmctl-old-…`".to_owned()))
}

/// How many names are tried for a file that is kept aside.
const NAMES_TRIED: u32 = 1000;

/// Files that have their names, each with the file that had it before; unless they are kept, they go again and those come back.
#[derive(Debug, Default)]
#[must_use = "files that are not kept go again"]
pub struct Named(Vec<(PathBuf, Option<PathBuf>)>);

impl Named {
    /// Lets the files stay.
    pub fn keep(mut self) {
        for (_, before) in self.0.drain(..) {
            before.iter().for_each(|before| drop(std::fs::remove_file(before)));
        }
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        // One that cannot be removed is told by nobody: it is as whole as the others.
        for (path, before) in &self.0 {
            match before {
                Some(before) => drop(std::fs::rename(before, path)),
                None => drop(std::fs::remove_file(path)),
            }
        }
    }
}

fn problem(path: &Path, reason: String) -> ExportError {
    ExportError::Write { path: path.display().to_string(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(folder: &Path) -> Together {
        let paths = ["a", "b"].map(|name| folder.join(name));
        let files = Together::begin(&[&paths[0], &paths[1]], IfExists::Overwrite).unwrap();
        paths.iter().for_each(|path| files.write(path, "new").unwrap());
        files
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn files_that_are_replaced_come_back_unless_the_new_ones_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let a = folder.path().join("a");
        std::fs::write(&a, "old").unwrap();
        drop(begun(folder.path()).finish().unwrap());
        assert_eq!(
            (std::fs::read_to_string(&a).unwrap().as_str(), names(folder.path())),
            ("old", vec!["a".to_owned()])
        );
        begun(folder.path()).finish().unwrap().keep();
        assert_eq!(std::fs::read_to_string(&a).unwrap(), "new");
        assert_eq!(names(folder.path()), ["a", "b"]);
    }

    #[test]
    fn what_cannot_get_its_name_brings_back_what_was_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&a, "old").unwrap();
        let files = begun(folder.path());
        // Meanwhile somebody makes a folder of that name.
        std::fs::create_dir(&b).unwrap();
        std::fs::write(b.join("in"), "x").unwrap();
        assert!(files.finish().is_err());
        assert_eq!(std::fs::read_to_string(&a).unwrap(), "old");
        assert_eq!(names(folder.path()), ["a", "b"]);
    }
}
