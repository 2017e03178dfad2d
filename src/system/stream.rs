//! What can be read only once: standard input, pipes and terminals. Waiting for it ends when the person asks to stop.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

/// What a path stands for, to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readable {
    /// Bytes that can be read as often as needed.
    File,
    /// A pipe or a terminal.
    Stream,
    /// What is also called `-`.
    StandardInput,
}

/// Why something is not read.
#[derive(Debug, thiserror::Error)]
pub enum NotReadable {
    #[error("{0}")]
    Missing(io::Error),
    #[error("it is a directory")]
    Directory,
    #[error("it is a device")]
    Device,
    #[error("it is a socket")]
    Socket,
}

/// The names of standard input besides `-`.
const STANDARD_INPUT: [&str; 3] = ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

/// Whether a path lies where there are no files but only names of what is open.
pub fn is_of_system(path: &Path) -> bool {
    let folder = super::new_file::folder_of(path);
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    folder == Path::new("/dev") || folder.starts_with("/dev/fd") || folder.starts_with("/proc")
}

/// Tells what a path stands for, without opening it.
///
/// # Errors
/// There is nothing, or nothing that can be read to its end.
pub fn look_at(path: &Path) -> Result<Readable, NotReadable> {
    if path == Path::new("-") || STANDARD_INPUT.iter().any(|name| path == Path::new(name)) {
        return Ok(Readable::StandardInput);
    }
    let metadata = std::fs::metadata(path).map_err(NotReadable::Missing)?;
    match (metadata.is_file(), metadata.is_dir()) {
        (true, _) => Ok(Readable::File),
        (_, true) => Err(NotReadable::Directory),
        _ => special(path, &metadata),
    }
}

#[cfg(unix)]
fn special(path: &Path, metadata: &Metadata) -> Result<Readable, NotReadable> {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    // Not by opening it: that has effects on some devices.
    let is_named = |begin: &str| path.canonicalize().is_ok_and(|place| place.to_string_lossy().starts_with(begin));
    match () {
        () if kind.is_fifo() => Ok(Readable::Stream),
        () if kind.is_socket() => Err(NotReadable::Socket),
        () if kind.is_char_device() && path.canonicalize().is_ok_and(|place| place == Path::new("/dev/null")) => {
            Ok(Readable::File)
        }
        () if kind.is_char_device() && (is_named("/dev/tty") || is_named("/dev/pts/")) => Ok(Readable::Stream),
        () => Err(NotReadable::Device),
    }
}

#[cfg(not(unix))]
fn special(_: &Path, _: &Metadata) -> Result<Readable, NotReadable> {
    Err(NotReadable::Device)
}

/// A stream that another thread opens and reads, since neither can be interrupted.
#[derive(Debug)]
pub struct Stream {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    /// How much of the chunk is read.
    at: usize,
    ended: bool,
    interrupted: Arc<AtomicBool>,
}

/// The most of a stream that is read at once, in bytes.
const CHUNK: usize = 1 << 16;

/// How long a person waits who has asked to stop.
const PATIENCE: Duration = Duration::from_millis(50);

impl Stream {
    /// Standard input.
    pub fn of_standard_input(interrupted: Arc<AtomicBool>) -> Stream {
        Stream::begin(|| Ok(Box::new(io::stdin())), interrupted)
    }

    /// A pipe or a terminal by its path.
    pub fn of_path(path: &Path, interrupted: Arc<AtomicBool>) -> Stream {
        let path: PathBuf = path.to_owned();
        Stream::begin(move || Ok(Box::new(File::open(path)?)), interrupted)
    }

    fn begin(
        open: impl FnOnce() -> io::Result<Box<dyn Read>> + Send + 'static,
        interrupted: Arc<AtomicBool>,
    ) -> Stream {
        let (sender, chunks) = sync_channel(2);
        std::thread::spawn(move || {
            let mut input = match open() {
                Ok(input) => input,
                Err(e) => return drop(sender.send(Err(e))),
            };
            loop {
                let mut chunk = vec![0u8; CHUNK];
                match input.read(&mut chunk) {
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    Ok(read) => {
                        chunk.truncate(read);
                        if sender.send(Ok(chunk)).is_err() || read == 0 {
                            return;
                        }
                    }
                    Err(e) => return drop(sender.send(Err(e))),
                }
            }
        });
        Stream { chunks, chunk: Vec::new(), at: 0, ended: false, interrupted }
    }

    fn next_chunk(&mut self) -> io::Result<Vec<u8>> {
        loop {
            let came = self.chunks.recv_timeout(PATIENCE);
            if self.interrupted.load(Ordering::Relaxed) {
                return Err(io::Error::other(Interrupted));
            }
            match came {
                Ok(chunk) => return chunk,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(io::Error::other("the thread that reads has ended")),
            }
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.chunk.len() && !self.ended {
            self.chunk = self.next_chunk()?;
            self.at = 0;
            self.ended = self.chunk.is_empty();
        }
        let mut rest = self.chunk.get(self.at..).unwrap_or_default();
        let read = rest.read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

/// The person asked to stop. It is not the error of a system call that is to be made again.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
struct Interrupted;

/// Whether reading ended because the person asked to stop.
pub fn is_interruption(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Interrupted>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::time::Instant;

    fn fifo(folder: &Path, name: &str) -> PathBuf {
        let path = folder.join(name);
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }

    #[test]
    fn what_a_path_stands_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.csv");
        std::fs::write(&file, "a").unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        let told = |path: &Path| look_at(path).map_err(|e| e.to_string());
        assert_eq!(told(&file), Ok(Readable::File));
        assert_eq!(told(&fifo(folder.path(), "pipe")), Ok(Readable::Stream));
        for name in ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"] {
            assert_eq!(told(Path::new(name)), Ok(Readable::StandardInput));
        }
        assert_eq!(told(Path::new("/dev/null")), Ok(Readable::File));
        assert_eq!(told(folder.path()), Err("it is a directory".into()));
        assert_eq!(told(&folder.path().join("socket")), Err("it is a socket".into()));
        for name in ["/dev/zero", "/dev/urandom", "/dev/full"] {
            assert_eq!(told(Path::new(name)), Err("it is a device".into()));
        }
        assert!(told(&folder.path().join("none")).is_err());
        for (path, of_system) in [("/dev/stdout", true), ("/dev/fd/7", true), ("/proc/self/fd/1", true)] {
            assert_eq!(is_of_system(Path::new(path)), of_system, "{path}");
        }
        assert!(!is_of_system(&file) && !is_of_system(Path::new("dev")) && !is_of_system(Path::new("/dev/shm/a.csv")));
    }

    #[test]
    fn a_stream_is_read_to_its_end_and_ends_when_asked_to() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = fifo(folder.path(), "pipe");
        let text: Vec<u8> = (0..300_000u32).map(|n| (n % 251) as u8).collect();
        let (written, into) = (text.clone(), pipe.clone());
        let writer =
            std::thread::spawn(move || File::options().write(true).open(into).unwrap().write_all(&written).unwrap());
        let mut read = Vec::new();
        Stream::of_path(&pipe, Arc::default()).read_to_end(&mut read).unwrap();
        writer.join().unwrap();
        assert!(read == text);
        // Nobody writes, or somebody who does not end.
        for has_writer in [false, true] {
            let interrupted = Arc::new(AtomicBool::new(false));
            let mut stream = Stream::of_path(&pipe, interrupted.clone());
            let writer = has_writer.then(|| File::options().read(true).write(true).open(&pipe).unwrap());
            let began = Instant::now();
            let asked = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(100));
                interrupted.store(true, Ordering::Relaxed);
            });
            let error = stream.read(&mut [0; 10]).unwrap_err();
            assert!(is_interruption(&error) && began.elapsed() < Duration::from_secs(5), "{error}");
            asked.join().unwrap();
            drop(writer);
        }
        assert!(!is_interruption(&io::Error::from(io::ErrorKind::Interrupted)));
    }
}
