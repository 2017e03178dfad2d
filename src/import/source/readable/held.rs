//! A file that is held open while it is imported: every pass reads the same one, whatever its name comes to mean, and a change is
//! seen, also one that was taken back.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A file with what it was when the first pass began.
#[derive(Debug)]
pub(super) struct Held {
    file: File,
    was: State,
}

/// What changes with every change of a file. The time of its last change of state, which nobody can set, is where there is one.
#[derive(Debug, PartialEq, Eq)]
struct State {
    size: u64,
    modified: Option<std::time::SystemTime>,
    changed: Option<(i64, i64)>,
}

impl Held {
    /// Opens a file, and returns by which path it can be opened again.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(path: &Path) -> io::Result<(Held, PathBuf)> {
        let file = File::open(path)?;
        let was = State::of(&file)?;
        let again = opened_again(&file).filter(|path| path.exists()).unwrap_or_else(|| path.to_owned());
        Ok((Held { file, was }, again))
    }

    /// Whether nobody has written to the file since.
    pub fn is_unchanged(&self) -> bool {
        State::of(&self.file).is_ok_and(|now| now == self.was)
    }
}

impl State {
    fn of(file: &File) -> io::Result<State> {
        let metadata = file.metadata()?;
        #[cfg(unix)]
        let changed = {
            use std::os::unix::fs::MetadataExt;
            Some((metadata.ctime(), metadata.ctime_nsec()))
        };
        #[cfg(not(unix))]
        let changed = None;
        Ok(State { size: metadata.len(), modified: metadata.modified().ok(), changed })
    }
}

/// The name by which Linux opens an open file again, also one that has lost its own.
#[cfg(target_os = "linux")]
fn opened_again(file: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd;
    Some(PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd())))
}

#[cfg(not(target_os = "linux"))]
fn opened_again(_: &File) -> Option<PathBuf> {
    None
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::import::ImportError;
    use crate::import::source::{Source, SourceOptions};

    /// A change that is taken back before the end, its time included, a new file under the name, and one behind the last row.
    #[test]
    fn a_file_that_changes_meanwhile_is_refused_or_is_not_what_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let forms = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/leads/forms");
        for name in ["people.csv", "people.utf16.tsv", "people.xlsx", "people.ods"] {
            let path = folder.path().join(name);
            let bytes = fs::read(forms.join(name)).unwrap();
            fs::write(&path, &bytes).unwrap();
            let time = fs::metadata(&path).unwrap().modified().unwrap();
            let pause = || std::thread::sleep(std::time::Duration::from_millis(20));
            let open = || Source::open(&path, &SourceOptions::default()).unwrap();
            let source = open();
            source.verify_unchanged().unwrap();
            pause();
            let mut other = bytes.clone();
            *other.last_mut().unwrap() ^= 1;
            fs::write(&path, &other).unwrap();
            fs::write(&path, &bytes).unwrap();
            fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
            assert!(matches!(source.verify_unchanged(), Err(ImportError::FileChanged(_))), "{name}");
            // A new file of the name is another one.
            let source = open();
            let rows = |source: &Source| {
                let mut rows = 0;
                source
                    .read(&mut |_| {
                        rows += 1;
                        Ok(())
                    })
                    .map(|()| rows)
            };
            let before = rows(&source).unwrap();
            if cfg!(target_os = "linux") {
                let (new, old) = (folder.path().join("new"), folder.path().join("old"));
                fs::write(&new, b"Phone\n1\n").unwrap();
                fs::rename(&path, &old).unwrap();
                fs::rename(&new, &path).unwrap();
                assert_eq!(rows(&source).unwrap(), before, "{name}");
            }
            fs::write(&path, &bytes).unwrap();
            let source = open();
            pause();
            fs::File::options().append(true).open(&path).unwrap().set_len(bytes.len() as u64 + 1).unwrap();
            assert!(matches!(source.verify_unchanged(), Err(ImportError::FileChanged(_))), "{name}");
        }
    }
}
