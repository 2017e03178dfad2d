//! A file that appears under its name only when it is whole. Where the system can, it has no name before, so that nothing is left
//! behind however the program ends.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

/// A file under way.
#[derive(Debug)]
pub struct NewFile {
    file: File,
    /// The folder in which it is to appear.
    folder: PathBuf,
    /// The name that it has meanwhile, where it needs one.
    hidden: Option<TempPath>,
}

/// How the names of files begin that are under way.
const HIDDEN: &str = ".crmctl-new-";

impl NewFile {
    /// Begins a file, private to its owner, in the folder of the place that it gets.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn begin(place: &Path) -> io::Result<NewFile> {
        let folder = folder_of(place).to_owned();
        if let Some(file) = without_name(&folder) {
            return Ok(NewFile { file, folder, hidden: None });
        }
        let (file, hidden) = tempfile::Builder::new().prefix(HIDDEN).tempfile_in(&folder)?.into_parts();
        Ok(NewFile { file, folder, hidden: Some(hidden) })
    }

    /// What the file is written through.
    ///
    /// # Errors
    /// The system gives no further handle.
    pub fn writer(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// Makes sure that the content is on the disk.
    ///
    /// # Errors
    /// The disk is full or broken.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Gives the file a name that no other has.
    ///
    /// # Errors
    /// There is a file of that name, and this one comes back; or the folder refuses.
    pub fn name(self, place: &Path) -> Result<(), (io::Error, NewFile)> {
        let NewFile { file, folder, hidden } = self;
        let named = match hidden {
            None => match give_name(&file, place) {
                Ok(()) => Ok(()),
                Err(e) => Err((e, None)),
            },
            Some(hidden) => hidden.persist_noclobber(place).map_err(|e| (e.error, Some(e.path))),
        };
        match named {
            Ok(()) => {
                settle(&folder);
                Ok(())
            }
            Err((e, hidden)) => Err((e, NewFile { file, folder, hidden })),
        }
    }

    /// Gives the file a name, also that of a file that it replaces.
    ///
    /// # Errors
    /// The folder refuses.
    pub fn name_over(self, place: &Path) -> io::Result<()> {
        let mut this = match self.hidden {
            Some(hidden) => {
                hidden.persist(place).map_err(|e| e.error)?;
                settle(&self.folder);
                return Ok(());
            }
            None => self,
        };
        // Only a file that has a name replaces another one.
        for _ in 0..ATTEMPTS {
            match this.name(place) {
                Ok(()) => return Ok(()),
                Err((e, back)) if e.kind() == io::ErrorKind::AlreadyExists => this = back,
                Err((e, _)) => return Err(e),
            }
            let hidden = this.folder.join(format!("{HIDDEN}{:016x}", fastrand()));
            match give_name(&this.file, &hidden) {
                Ok(()) => {
                    TempPath::try_from_path(hidden)?.persist(place).map_err(|e| e.error)?;
                    settle(&this.folder);
                    return Ok(());
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(e),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// How often a free name is sought.
const ATTEMPTS: usize = 16;

fn fastrand() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

/// The folder of a place.
pub fn folder_of(place: &Path) -> &Path {
    place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes sure that a name is on the disk. A folder that cannot be asked for this keeps it as well as it can.
pub fn settle(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(target_os = "linux")]
fn without_name(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags, open};
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file = File::from(open(folder, flags, Mode::RUSR | Mode::WUSR).ok()?);
    // By this it gets its name.
    own_path(&file).exists().then_some(file)
}

#[cfg(target_os = "linux")]
fn own_path(file: &File) -> PathBuf {
    use std::os::fd::AsRawFd;
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

#[cfg(target_os = "linux")]
fn give_name(file: &File, place: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    Ok(linkat(CWD, own_path(file), CWD, place, AtFlags::SYMLINK_FOLLOW)?)
}

#[cfg(not(target_os = "linux"))]
fn without_name(_: &Path) -> Option<File> {
    None
}

#[cfg(not(target_os = "linux"))]
fn give_name(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn written(place: &Path, text: &str) -> NewFile {
        let mut file = NewFile::begin(place).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    /// As where the system knows files with names only.
    fn with_name(mut file: NewFile) -> NewFile {
        let hidden = file.folder.join(".crmctl-new-test");
        give_name(&file.file, &hidden).unwrap();
        file.hidden = Some(TempPath::try_from_path(hidden).unwrap());
        file
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_appears_when_it_is_whole_and_replaces_only_what_it_may() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.csv");
        let ways: [fn(NewFile) -> NewFile; 2] = [|file| file, with_name];
        for way in ways {
            let file = way(written(&place, "one"));
            assert!(!place.exists());
            file.name(&place).unwrap();
            assert_eq!(fs::read_to_string(&place).unwrap(), "one");
            assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
            let (error, back) = way(written(&place, "two")).name(&place).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
            assert_eq!(fs::read_to_string(&place).unwrap(), "one");
            // It is not lost, and may have another name.
            back.name(&folder.path().join("b.csv")).unwrap();
            assert_eq!(fs::read_to_string(folder.path().join("b.csv")).unwrap(), "two");
            way(written(&place, "three")).name_over(&place).unwrap();
            assert_eq!(fs::read_to_string(&place).unwrap(), "three");
            way(written(&place, "four")).name_over(&folder.path().join("c.csv")).unwrap();
            drop(way(written(&place, "five")));
            assert_eq!(names(folder.path()), ["a.csv", "b.csv", "c.csv"]);
            names(folder.path()).iter().for_each(|name| fs::remove_file(folder.path().join(name)).unwrap());
        }
        // Under way it has no name.
        let file = written(&place, "six");
        assert_eq!(names(folder.path()), Vec::<String>::new());
        drop(file);
        assert!(NewFile::begin(&folder.path().join("none/a.csv")).is_err());
    }
}
