//! The files that a call writes: none of them replaces the database, the config file, an input or another output, whatever it is
//! asked for.

use std::fs;
use std::path::{Path, PathBuf};

use super::context::Context;
use crate::db::Location;
use crate::error::CommandError;
use crate::system::stream::is_of_system;

/// The files of an embedded database end so, beside its own name.
const DATABASE_FILES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// The files that a call has to do with.
#[derive(Debug)]
pub struct Outputs {
    files: Vec<(FileId, String)>,
    /// Folders into which nothing is written, by their whole paths.
    folders: Vec<(PathBuf, String)>,
}

/// What tells a file from others, also under another name.
#[derive(Debug)]
struct FileId {
    /// Where it lies, or will lie.
    place: PathBuf,
    /// The device and the inode of one that exists.
    inode: Option<(u64, u64)>,
}

impl FileId {
    fn of(path: &Path) -> FileId {
        FileId { place: place_of(path), inode: fs::metadata(path).ok().and_then(|file| inode(&file)) }
    }

    fn is_one_with(&self, other: &FileId) -> bool {
        self.place == other.place || (self.inode.is_some() && self.inode == other.inode)
    }
}

/// The whole path, through links as far as there is anything.
fn place_of(path: &Path) -> PathBuf {
    if let Ok(place) = fs::canonicalize(path) {
        return place;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (fs::canonicalize(folder), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

#[cfg(unix)]
fn inode(file: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    Some((file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}

impl Outputs {
    /// Those of a call: nothing replaces its database and its config file.
    pub fn of(context: &Context) -> Outputs {
        let mut outputs = Outputs { files: Vec::new(), folders: Vec::new() };
        if let Ok(Location::Sqlite(database)) = context.location() {
            // Of a link, the files lie beside what it leads to.
            for name in [place_of(&database), database] {
                for ending in DATABASE_FILES {
                    let mut path = name.clone().into_os_string();
                    path.push(ending);
                    outputs.keep(Path::new(&path), "the database");
                }
            }
        }
        outputs.keep(&context.settings.config.value, "the config file");
        outputs
    }

    /// Nothing replaces this file.
    pub fn keep(&mut self, path: &Path, what: &str) {
        self.files.push((FileId::of(path), what.to_owned()));
    }

    /// Nothing is written into this folder.
    pub fn keep_folder(&mut self, path: &Path, what: &str) {
        self.folders.push((place_of(path), what.to_owned()));
    }

    /// Takes a place for a file that is to be written.
    ///
    /// # Errors
    /// The file is one that stays, or is written already, or is a device or the like.
    pub fn claim(&mut self, option: &str, path: &Path) -> Result<(), CommandError> {
        let id = FileId::of(path);
        let shown = path.display();
        if let Some((_, what)) = self.files.iter().find(|(taken, _)| taken.is_one_with(&id)) {
            return Err(CommandError::usage(format!("{option} would write `{shown}`, which is {what}"))
                .hint("name another file; nothing was changed"));
        }
        if let Some((_, what)) = self.folders.iter().find(|(folder, _)| id.place.starts_with(folder)) {
            return Err(CommandError::usage(format!("{option} would write `{shown}` into {what}"))
                .hint("name a file elsewhere; nothing was changed"));
        }
        // `/dev/stdout` may lead to a file, beside which no other can be made, and whose name is no file's.
        if is_of_system(path) || fs::metadata(path).is_ok_and(|file| !file.is_file()) {
            return Err(CommandError::usage(format!("{option} cannot write `{shown}`: it is no regular file"))
                .hint("name a new file; nothing was changed"));
        }
        self.files.push((id, format!("that of {option}")));
        Ok(())
    }

    /// Takes the places of files that may be asked for.
    ///
    /// # Errors
    /// Those of [`Outputs::claim`].
    pub fn claim_all(&mut self, files: &[(&str, Option<&PathBuf>)]) -> Result<(), CommandError> {
        files.iter().filter_map(|(option, path)| Some((option, (*path)?))).try_for_each(|(o, p)| self.claim(o, p))
    }
}
