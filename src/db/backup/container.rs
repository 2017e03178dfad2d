//! The file of a backup: zstd frames that hold the database, and at its end what it should be, in a frame that every zstd passes over.
//! `zstd -d` alone gives the database back.
//!
//! The last frame holds the manifest as JSON, the SHA-256 of all before it and of the manifest, the length of the manifest (four bytes,
//! the lowest first), and [`MARK`]. So every byte of the file but those of the digest itself is under the digest, and a file that was
//! cut off does not end in the mark. (Skippable frames: RFC 8878, section 3.1.2.)

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::BackupError;
use crate::domain::text::hex;
use crate::domain::timestamp::Timestamp;

/// How the frame of the manifest begins: one of the 16 magic numbers of frames that zstd passes over.
const SKIPPABLE: u32 = 0x184D_2A5C;
/// How the file ends.
const MARK: &[u8; 12] = b"crmctl-bak1\n";
const DIGEST: usize = 32;
/// Digest, length of the manifest, and mark.
const FOOTER: usize = DIGEST + 4 + MARK.len();
/// The longest manifest that is read, in bytes: a name and a number for each of a few dozen tables are some thousand.
const LONGEST_MANIFEST: usize = 1 << 20;
/// What is read at once, in bytes.
const PIECE: usize = 1 << 18;

/// What a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// The file of an embedded database.
    Sqlite,
    /// An archive of `pg_dump` in its custom format.
    PgDump,
}

/// What a backup should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub content: Content,
    /// The version of crmctl that made it.
    pub crmctl: String,
    /// The last migration of the database.
    pub schema_version: String,
    pub made_at: Timestamp,
    /// The size of the database in the file, in bytes, and its digest in hexadecimal.
    pub content_bytes: u64,
    pub content_sha256: String,
    /// The number of rows of each table.
    pub tables: BTreeMap<String, u64>,
}

/// The size of a file and its SHA-256 in hexadecimal, as `sha256sum` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fingerprint {
    pub bytes: u64,
    pub sha256: String,
}

/// Counts and hashes what goes through it, and stops when the person asks for it.
pub(super) struct Counting<'a, T> {
    inner: T,
    hasher: Sha256,
    bytes: u64,
    interrupted: &'a AtomicBool,
}

impl<'a, T> Counting<'a, T> {
    pub fn new(inner: T, interrupted: &'a AtomicBool) -> Counting<'a, T> {
        Counting { inner, hasher: Sha256::new(), bytes: 0, interrupted }
    }

    fn seen(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    fn go_on(&self) -> io::Result<()> {
        match self.interrupted.load(Ordering::Relaxed) {
            // Not `Interrupted`, after which a call is made again.
            true => Err(io::ErrorKind::ConnectionAborted.into()),
            false => Ok(()),
        }
    }

    pub fn fingerprint(self) -> Fingerprint {
        Fingerprint { bytes: self.bytes, sha256: hex(&self.hasher.finalize()) }
    }
}

impl<T: Read> Read for Counting<'_, T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.go_on()?;
        let count = self.inner.read(buffer)?;
        self.seen(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

impl<T: Write> Write for Counting<'_, T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.go_on()?;
        let count = self.inner.write(bytes)?;
        self.seen(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Writes a backup of what is read: `describe` says what it should be once all is read.
///
/// # Errors
/// The content cannot be read, the file cannot be written, or the person asked to stop.
pub(super) fn pack(
    content: impl Read,
    file: impl Write,
    level: i32,
    interrupted: &AtomicBool,
    describe: impl FnOnce(Fingerprint) -> Manifest,
) -> io::Result<(Manifest, Fingerprint)> {
    let mut content = Counting::new(content, interrupted);
    let mut encoder = zstd::stream::write::Encoder::new(Counting::new(file, interrupted), level)?;
    encoder.include_checksum(true)?;
    let mut piece = vec![0; PIECE];
    loop {
        let count = content.read(&mut piece)?;
        if count == 0 {
            break;
        }
        encoder.write_all(piece.get(..count).unwrap_or_default())?;
    }
    let mut file = encoder.finish()?;
    let manifest = describe(content.fingerprint());
    let json = serde_json::to_vec(&manifest)?;
    let too_long = |_| io::Error::other("its manifest is too long");
    let length = u32::try_from(json.len()).map_err(too_long)?;
    let frame = u32::try_from(json.len() + FOOTER).map_err(too_long)?;
    file.write_all(&SKIPPABLE.to_le_bytes())?;
    file.write_all(&frame.to_le_bytes())?;
    file.write_all(&json)?;
    let digest = file.hasher.clone().finalize();
    file.write_all(&digest)?;
    file.write_all(&length.to_le_bytes())?;
    file.write_all(MARK)?;
    file.flush()?;
    Ok((manifest, file.fingerprint()))
}

/// What a file should be, by its end; nothing else of it is read.
///
/// # Errors
/// It is no backup, was cut off, or its end is damaged.
pub fn manifest_of(path: &Path) -> Result<Manifest, BackupError> {
    let mut file = open(path)?;
    Ok(end_of(&mut file, path)?.manifest)
}

/// The end of a file.
struct End {
    manifest: Manifest,
    /// The digest of all before it.
    digest: Vec<u8>,
    /// The frames of the content, in bytes.
    frames: u64,
    /// How many bytes behind the frames are under the digest.
    head: u64,
}

fn end_of(file: &mut File, path: &Path) -> Result<End, BackupError> {
    let failed = |e: io::Error| BackupError::read(path, &e);
    let size = file.metadata().map_err(failed)?.len();
    let shown = || path.display().to_string();
    let begins_as_one = begins_as_zstd(file).map_err(failed)?;
    if size < (FOOTER + 8) as u64 {
        return Err(if begins_as_one { BackupError::CutOff(shown()) } else { BackupError::NoBackup(shown()) });
    }
    let mut footer = [0; FOOTER];
    file.seek(SeekFrom::End(-(FOOTER as i64))).and_then(|_| file.read_exact(&mut footer)).map_err(failed)?;
    let (digest, rest) = footer.split_at(DIGEST);
    let (length, mark) = rest.split_at(4);
    if mark != MARK {
        return Err(if begins_as_one { BackupError::CutOff(shown()) } else { BackupError::NoBackup(shown()) });
    }
    let damaged = |what: &str| BackupError::Damaged { path: shown(), what: what.to_owned() };
    let length = u32::from_le_bytes(length.try_into().unwrap_or_default());
    let fits = usize::try_from(length).is_ok_and(|length| length <= LONGEST_MANIFEST);
    let behind = u64::from(length) + FOOTER as u64;
    let Some(frames) = size.checked_sub(behind + 8).filter(|_| fits) else {
        return Err(damaged("the length of its manifest is none that it could have"));
    };
    let mut head = vec![0; 8 + length as usize];
    file.seek(SeekFrom::Start(frames)).and_then(|_| file.read_exact(&mut head)).map_err(failed)?;
    let (header, json) = head.split_at(8);
    let frame = u32::try_from(behind).unwrap_or_default();
    if header != [SKIPPABLE.to_le_bytes(), frame.to_le_bytes()].concat() {
        return Err(damaged("its last frame does not begin where it should"));
    }
    let manifest = serde_json::from_slice(json).map_err(|_| damaged("its manifest cannot be read"))?;
    Ok(End { manifest, digest: digest.to_vec(), frames, head: head.len() as u64 })
}

/// Opens the file of a backup. A pipe or a device is none: it cannot be read twice, and opening it may wait for ever.
pub(super) fn open(path: &Path) -> Result<File, BackupError> {
    let about = std::fs::metadata(path).map_err(|e| BackupError::read(path, &e))?;
    match about.is_file() {
        true => File::open(path).map_err(|e| BackupError::read(path, &e)),
        false => Err(BackupError::NoBackup(path.display().to_string())),
    }
}

fn begins_as_zstd(file: &mut File) -> io::Result<bool> {
    let mut magic = [0; 4];
    file.seek(SeekFrom::Start(0))?;
    let mut read = 0;
    while read < magic.len() {
        match file.read(magic.get_mut(read..).unwrap_or_default())? {
            0 => break,
            count => read += count,
        }
    }
    Ok(magic == 0xFD2F_B528_u32.to_le_bytes())
}

/// Reads a whole backup, writes the database that it holds, and looks whether every byte is what it was. What was written counts only when
/// this returns.
///
/// # Errors
/// The file is no backup, or is damaged; `to` cannot be written; or the person asked to stop.
pub(super) fn unpack(
    path: &Path,
    to: impl Write,
    interrupted: &AtomicBool,
) -> Result<(Manifest, Fingerprint), BackupError> {
    unpack_file(open(path)?, path, to, interrupted)
}

/// The same of a file that is open, and need have no name yet: `path` is how it is called.
pub(super) fn unpack_file(
    mut file: File,
    path: &Path,
    to: impl Write,
    interrupted: &AtomicBool,
) -> Result<(Manifest, Fingerprint), BackupError> {
    let End { manifest, digest, frames, head } = end_of(&mut file, path)?;
    let damaged = |what: String| BackupError::Damaged { path: path.display().to_string(), what };
    let stopped = |e: BackupError| if interrupted.load(Ordering::Relaxed) { BackupError::Interrupted } else { e };
    let failed = |e: io::Error| stopped(BackupError::read(path, &e));
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    let mut source = Counting::new(file, interrupted);
    let mut to = Counting::new(to, interrupted);
    {
        let frames = BufReader::with_capacity(PIECE, (&mut source).take(frames));
        let mut decoder = zstd::stream::read::Decoder::with_buffer(frames).map_err(failed)?;
        let mut piece = vec![0; PIECE];
        loop {
            let read = decoder.read(&mut piece).map_err(|e| match e.raw_os_error() {
                Some(_) => failed(e),
                None => stopped(damaged(format!("its content cannot be unpacked ({e})"))),
            })?;
            if read == 0 {
                break;
            }
            let bytes = piece.get(..read).unwrap_or_default();
            to.write_all(bytes).map_err(|e| stopped(BackupError::Unpack(e.to_string())))?;
            if to.bytes > manifest.content_bytes {
                return Err(damaged("it holds more than it should".into()));
            }
        }
    }
    to.flush().map_err(|e| stopped(BackupError::Unpack(e.to_string())))?;
    let rest = frames.checked_sub(source.bytes).map(|rest| rest + head);
    let rest = rest.ok_or_else(|| damaged("its frames end behind their end".into()))?;
    io::copy(&mut (&mut source).take(rest), &mut io::sink()).map_err(failed)?;
    let found = source.hasher.clone().finalize();
    io::copy(&mut source, &mut io::sink()).map_err(failed)?;
    let content = to.fingerprint();
    if found.as_slice() != digest {
        return Err(damaged("its digest (SHA-256) is another one".into()));
    }
    if (content.bytes, &content.sha256) != (manifest.content_bytes, &manifest.content_sha256) {
        return Err(damaged("what it holds is not what its manifest says".into()));
    }
    Ok((manifest, source.fingerprint()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn manifest(of: Fingerprint) -> Manifest {
        Manifest {
            content: Content::Sqlite,
            crmctl: "0.1.0".into(),
            schema_version: "20261127000026".into(),
            made_at: Timestamp::from_micros(0),
            content_bytes: of.bytes,
            content_sha256: of.sha256,
            tables: [("leads".to_owned(), 3)].into(),
        }
    }

    fn packed(content: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let (_, print) = pack(content, &mut file, 3, &AtomicBool::new(false), manifest).unwrap();
        assert_eq!(print, Fingerprint { bytes: file.len() as u64, sha256: hex(&Sha256::digest(&file)) });
        file
    }

    fn read(file: &[u8]) -> Result<Vec<u8>, BackupError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.zst");
        fs::write(&path, file).unwrap();
        let mut content = Vec::new();
        let (_, print) = unpack(&path, &mut content, &AtomicBool::new(false))?;
        assert_eq!(print, Fingerprint { bytes: file.len() as u64, sha256: hex(&Sha256::digest(file)) });
        Ok(content)
    }

    fn content() -> Vec<u8> {
        (0..200_000_u32).flat_map(|n| (n / 7).wrapping_mul(2_654_435_761).to_le_bytes()).collect()
    }

    #[test]
    fn what_is_packed_comes_back_here_and_by_zstd_itself() {
        for content in [Vec::new(), b"x".to_vec(), content()] {
            let file = packed(&content);
            assert!(read(&file).unwrap() == content);
            // The library passes over the last frame, as every zstd does.
            assert!(zstd::stream::decode_all(file.as_slice()).unwrap() == content);
        }
    }

    #[test]
    fn no_byte_can_change_unseen() {
        let file = packed(&content()[..4000]);
        for place in 0..file.len() {
            let mut damaged = file.clone();
            damaged[place] ^= 1 << (place % 8);
            assert!(read(&damaged).is_err(), "byte {place} of {}", file.len());
        }
    }

    #[test]
    fn a_file_that_is_cut_off_or_goes_on_is_refused() {
        let file = packed(&content()[..4000]);
        for length in 0..file.len() {
            assert!(read(&file[..length]).is_err(), "{length} of {}", file.len());
        }
        assert!(matches!(read(&file[..file.len() - 1]), Err(BackupError::CutOff(_))));
        assert!(matches!(read(b"SQLite format 3, and more"), Err(BackupError::NoBackup(_))));
        assert!(read(&[file.clone(), b"x".to_vec()].concat()).is_err());
        assert!(read(&[file.clone(), file].concat()).is_err());
    }

    #[test]
    fn it_stops_when_asked() {
        let stop = AtomicBool::new(true);
        assert!(pack(content().as_slice(), Vec::new(), 3, &stop, manifest).is_err());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.zst");
        fs::write(&path, packed(&content())).unwrap();
        assert!(matches!(unpack(&path, io::sink(), &stop), Err(BackupError::Interrupted)));
        assert_eq!(manifest_of(&path).unwrap().tables["leads"], 3);
    }
}
