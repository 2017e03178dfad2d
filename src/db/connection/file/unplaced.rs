//! A new database, which has its name only once something is in it: a first call that fails leaves none behind.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::super::open::create_private;
use crate::system::new_file::{folder_of, settle};

/// A database that is being made, in a file of its own beside its place. One program at a time makes one.
#[derive(Debug)]
pub struct Unplaced {
    place: PathBuf,
    /// Where it is meanwhile; deleted unless it gets its place.
    file: PathBuf,
    /// Held while it is made, and deleted at the end.
    lock: Held,
    /// Folders that were made for it, the innermost first; those are deleted that stay empty.
    folders: Vec<PathBuf>,
}

/// What became of beginning.
pub enum Begun {
    /// There is a file at the place.
    Taken,
    /// Another program makes the database.
    Busy,
    /// This log or journal is of a database that is gone: SQLite would play it into a new one.
    Orphan(PathBuf),
    Here(Unplaced),
}

#[derive(Debug)]
struct Held {
    _file: File,
    path: PathBuf,
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Unplaced {
    /// Begins a database for a place where none is.
    ///
    /// # Errors
    /// The folder cannot be made or written.
    pub fn begin(place: &Path) -> io::Result<Begun> {
        match Unplaced::begin_once(place) {
            // Another call that ends takes the folder away that it made.
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Begun::Busy),
            begun => begun,
        }
    }

    fn begin_once(place: &Path) -> io::Result<Begun> {
        let Some(name) = place.file_name() else { return Err(io::ErrorKind::InvalidInput.into()) };
        let folder = folder_of(place);
        let folders = make_folders(folder)?;
        let hidden = |end: &str| {
            let mut hidden = std::ffi::OsString::from(".crmctl-new-");
            hidden.push(name);
            hidden.push(end);
            folder.join(hidden)
        };
        let Some(lock) = hold(hidden("-lock"))? else { return Ok(Begun::Busy) };
        if fs::symlink_metadata(place).is_ok() {
            return Ok(Begun::Taken);
        }
        if let Some(orphan) = orphan(place) {
            return Ok(Begun::Orphan(orphan));
        }
        let file = hidden("");
        if !may_be_left_by_us(&file)? {
            return Err(io::Error::other(format!("`{}` is in the way; move it elsewhere", file.display())));
        }
        for left in Unplaced::files(&file) {
            match fs::remove_file(left) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => {}
            }
        }
        create_private(&file)?;
        Ok(Begun::Here(Unplaced { place: place.to_owned(), file, lock, folders }))
    }

    /// Where the database is meanwhile.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Gives the database its place. Its content must be in the one file, and on the disk.
    ///
    /// # Errors
    /// There is a file by now, or the folder refuses; then the database is gone.
    pub fn place(self) -> io::Result<()> {
        if let Some(orphan) = orphan(&self.place) {
            return Err(io::Error::other(format!("`{}` came beside it", orphan.display())));
        }
        TempPath::try_from_path(&self.file)?.persist_noclobber(&self.place).map_err(|e| e.error)?;
        settle(folder_of(&self.place));
        Ok(())
    }

    /// The file, and those of SQLite beside it.
    fn files(file: &Path) -> impl Iterator<Item = PathBuf> {
        ["", "-wal", "-shm", "-journal"].into_iter().map(|ending| with_ending(file, ending))
    }
}

impl Drop for Unplaced {
    /// Deletes what has no place.
    fn drop(&mut self) {
        for left in Unplaced::files(&self.file) {
            let _ = fs::remove_file(left);
        }
        let _ = fs::remove_file(&self.lock.path);
        for folder in &self.folders {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// What a database that is gone left in its log or its journal. Empty ones, and the index of a log, say nothing and go.
fn orphan(place: &Path) -> Option<PathBuf> {
    let is_filled = |file: &PathBuf| fs::symlink_metadata(file).is_ok_and(|file| !file.is_file() || file.len() > 0);
    let found = ["-wal", "-journal"].map(|ending| with_ending(place, ending)).into_iter().find(is_filled);
    if found.is_none() {
        ["-wal", "-journal", "-shm"].iter().for_each(|ending| drop(fs::remove_file(with_ending(place, ending))));
    }
    found
}

/// Whether a file under our hidden name may be one that a killed call left: no file, an empty one or one of SQLite.
fn may_be_left_by_us(file: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(file) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(e) => return Err(e),
        Ok(found) if !found.is_file() => return Ok(false),
        Ok(_) => {}
    }
    let mut head = Vec::new();
    File::open(file)?.take(16).read_to_end(&mut head)?;
    Ok(head.is_empty() || head == b"SQLite format 3\0")
}

/// Makes a folder with those above it, and tells which were made, the innermost first.
fn make_folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let missing = folder.ancestors().take_while(|it| !it.as_os_str().is_empty() && !it.exists());
    let missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
    fs::create_dir_all(folder)?;
    Ok(missing)
}

/// Locks a file, made if need be; nothing when another program holds it. Where a file system knows no locks, it is held by its name
/// alone: the place is taken without replacing all the same.
fn hold(path: PathBuf) -> io::Result<Option<Held>> {
    create_private(&path)?;
    let file = File::open(&path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Unsupported => {}
        Err(TryLockError::Error(e)) => return Err(e),
    }
    // Whoever held it may have deleted it meanwhile.
    match is_of_name(&file, &path)? {
        true => Ok(Some(Held { _file: file, path })),
        false => Ok(None),
    }
}

#[cfg(unix)]
fn is_of_name(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let here = file.metadata()?;
    Ok(fs::metadata(path).is_ok_and(|named| (named.dev(), named.ino()) == (here.dev(), here.ino())))
}

#[cfg(not(unix))]
fn is_of_name(_: &File, path: &Path) -> io::Result<bool> {
    Ok(path.exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(place: &Path) -> Unplaced {
        match Unplaced::begin(place).unwrap() {
            Begun::Here(unplaced) => unplaced,
            Begun::Taken => panic!("taken"),
            Begun::Busy => panic!("busy"),
            Begun::Orphan(file) => panic!("{}", file.display()),
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn what_gets_no_place_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("a/b/crm.db");
        let unplaced = begun(&place);
        assert!(unplaced.file().exists() && !place.exists());
        assert!(matches!(Unplaced::begin(&place).unwrap(), Begun::Busy));
        drop(unplaced);
        assert_eq!(names(home.path()), Vec::<String>::new());
    }

    #[test]
    fn what_is_placed_replaces_nothing_and_is_alone() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("crm.db");
        let unplaced = begun(&place);
        fs::write(unplaced.file(), "whole").unwrap();
        unplaced.place().unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "whole");
        assert_eq!(names(home.path()), ["crm.db"]);
        assert!(matches!(Unplaced::begin(&place).unwrap(), Begun::Taken));
        let other = home.path().join("other.db");
        let unplaced = begun(&other);
        fs::write(&other, "of another").unwrap();
        assert!(unplaced.place().is_err());
        assert_eq!(fs::read_to_string(&other).unwrap(), "of another");
        assert_eq!(names(home.path()).len(), 2);
    }

    #[test]
    fn what_a_killed_program_left_is_taken_over() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("crm.db");
        for left in [".crmctl-new-crm.db-wal", ".crmctl-new-crm.db-lock"] {
            fs::write(home.path().join(left), "half").unwrap();
        }
        fs::write(home.path().join(".crmctl-new-crm.db"), "SQLite format 3\0 half").unwrap();
        let unplaced = begun(&place);
        assert_eq!(fs::read(unplaced.file()).unwrap(), b"");
        drop(unplaced);
        assert_eq!(names(home.path()), Vec::<String>::new());
    }

    #[test]
    fn what_others_left_is_not_touched() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("crm.db");
        for ending in ["-wal", "-journal"] {
            let file = with_ending(&place, ending);
            fs::write(&file, "of another database").unwrap();
            assert!(matches!(Unplaced::begin(&place).unwrap(), Begun::Orphan(found) if found == file));
            fs::remove_file(file).unwrap();
        }
        let hidden = home.path().join(".crmctl-new-crm.db");
        fs::write(&hidden, "my text").unwrap();
        assert!(Unplaced::begin(&place).is_err());
        assert_eq!(fs::read_to_string(&hidden).unwrap(), "my text");
        fs::remove_file(&hidden).unwrap();
        fs::write(home.path().join("precious"), "").unwrap();
        std::os::unix::fs::symlink("precious", &hidden).unwrap();
        assert!(Unplaced::begin(&place).is_err());
        fs::remove_file(&hidden).unwrap();
        // Empty ones say nothing.
        fs::write(with_ending(&place, "-wal"), "").unwrap();
        fs::write(with_ending(&place, "-shm"), "index").unwrap();
        begun(&place).place().unwrap();
        assert!(!with_ending(&place, "-shm").exists());
    }
}
