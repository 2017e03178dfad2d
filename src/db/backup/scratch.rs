//! The folder in which a backup is made: beside its target, and gone with its call. One that a killed call has left is removed by
//! the next one.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How the names of such folders begin.
const PREFIX: &str = ".crmctl-backup-";

/// What SQLite may make in one.
const FILES: [&str; 8] =
    ["copy", "copy-journal", "copy-wal", "copy-shm", "kept", "kept-journal", "kept-wal", "kept-shm"];

/// A folder for one copy, which is locked as long as somebody works in it.
pub(super) struct Scratch {
    folder: PathBuf,
    _lock: Option<File>,
}

impl Scratch {
    /// Makes one, after those that nobody works in any longer are gone.
    ///
    /// # Errors
    /// The folder around it cannot be written.
    pub fn within(around: &Path) -> io::Result<Scratch> {
        remove_abandoned(around);
        loop {
            let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(around)?.keep();
            let lock = File::open(&folder).ok();
            // Another call may have taken it for abandoned before it was locked.
            let is_taken = lock.as_ref().is_some_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)));
            if !is_taken && folder.is_dir() {
                return Ok(Scratch { folder, _lock: lock });
            }
        }
    }

    /// Where the copy is made.
    pub fn copy(&self) -> PathBuf {
        self.folder.join("copy")
    }

    /// Where the database is kept that the copy replaces, until that is done.
    pub fn kept(&self) -> PathBuf {
        self.folder.join("kept")
    }
}

impl Drop for Scratch {
    /// The thread that copies may be at work still, and make a journal meanwhile.
    fn drop(&mut self) {
        for _ in 0..20 {
            match remove(&self.folder) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => std::thread::sleep(Duration::from_millis(10)),
                _ => return,
            }
        }
    }
}

/// Removes a folder with the files that are ours, and with nothing else.
fn remove(folder: &Path) -> io::Result<()> {
    for name in FILES {
        match fs::remove_file(folder.join(name)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    fs::remove_dir(folder)
}

fn remove_abandoned(around: &Path) {
    for entry in fs::read_dir(around).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if !is_ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let lock = File::open(entry.path());
        if lock.as_ref().is_ok_and(|lock| lock.try_lock().is_ok()) {
            // What cannot be removed is left to whoever may.
            let _ = remove(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_call_has_left_goes_and_what_is_in_use_stays() {
        let around = tempfile::tempdir().unwrap();
        let killed = around.path().join(".crmctl-backup-killed");
        fs::create_dir(&killed).unwrap();
        FILES.iter().for_each(|name| fs::write(killed.join(name), "x").unwrap());
        // With a file that is none of ours it is somebody's.
        let other = around.path().join(".crmctl-backup-other");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("letter"), "x").unwrap();
        fs::write(around.path().join(".crmctl-backup-file"), "x").unwrap();
        let first = Scratch::within(around.path()).unwrap();
        fs::write(first.copy(), "x").unwrap();
        assert!(
            !killed.exists() && other.join("letter").exists() && around.path().join(".crmctl-backup-file").exists()
        );
        let second = Scratch::within(around.path()).unwrap();
        assert!(first.copy().exists() && second.folder.is_dir());
        drop((first, second));
        assert_eq!(fs::read_dir(around.path()).unwrap().count(), 2);
        assert!(Scratch::within(&around.path().join("none")).is_err());
    }
}
