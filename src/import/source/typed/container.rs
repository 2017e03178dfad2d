//! The container of an XLS workbook (MS-CFB). What the library does not open is laid into a new one: a workbook without a container, and
//! one in which what nobody reads is damaged.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use crate::import::ImportError;
use crate::import::source::budget::Held;
use crate::import::source::limits::io_reason;
use crate::import::source::readable::Readable;

/// The streams that hold a workbook; the second one is that of before Excel 97.
pub const STREAMS: [&str; 2] = ["Workbook", "Book"];

/// Whether a file begins as a workbook without a container: with a BOF record of Excel 5 or later (MS-XLS 2.4.21).
pub fn is_bare(head: &[u8]) -> bool {
    matches!(head, [0x09, 0x08, _, 0, 0, 5 | 6, 5, 0, ..])
}

/// Who wrote a file and when: a stream that programs which compute formulas write, too.
pub const SUMMARY: &str = "\u{5}SummaryInformation";

/// A copy of the workbook in a new container; `None` when its own is sound and of the usual version, or nothing is found in it.
///
/// # Errors
/// The file cannot be read, or the disk has no room.
pub fn mended(file: &Readable) -> Result<Option<Readable>, ImportError> {
    if is_bare(&file.head()?) {
        return wrapped(file, &mut BufReader::new(file.open()?), true).map(Some);
    }
    let has_room = Held::default().has_room(2 * file.size()?);
    match cfb::CompoundFile::open(file.open()?) {
        Ok(mut container) if container.version() == cfb::Version::V4 => {
            let has_summary = container.is_stream(SUMMARY);
            match STREAMS.iter().find_map(|name| container.open_stream(name).ok()) {
                Some(mut stream) => wrapped(file, &mut stream, has_summary).map(Some),
                None => Ok(None),
            }
        }
        // What is found is held in memory.
        Err(_) if has_room => match Loose::open(file.open()?).and_then(|mut container| container.workbook()) {
            Ok(Some(found)) => wrapped(file, &mut found.stream.as_slice(), found.has_summary).map(Some),
            Ok(None) | Err(_) => Ok(None),
        },
        _ => Ok(None),
    }
}

fn wrapped(file: &Readable, stream: &mut dyn Read, has_summary: bool) -> Result<Readable, ImportError> {
    edited(file, |copy| {
        let mut container = cfb::CompoundFile::create_with_version(cfb::Version::V3, copy)?;
        if has_summary {
            container.create_stream(SUMMARY)?;
        }
        io::copy(stream, &mut container.create_stream(STREAMS[0])?)?;
        container.flush()
    })
}

/// A copy of a workbook in which these places of a stream, each with its length, hold zeros.
///
/// # Errors
/// The disk has no room.
pub fn blanked(file: &Readable, stream: &str, places: &[(u64, usize)]) -> Result<Readable, ImportError> {
    let mut before = file.open()?;
    edited(file, |copy| {
        io::copy(&mut before, copy)?;
        let mut container = cfb::CompoundFile::open(copy)?;
        let mut stream = container.open_stream(stream)?;
        for (at, length) in places {
            stream.seek(SeekFrom::Start(*at))?;
            stream.write_all(&vec![0; *length])?;
        }
        stream.flush()?;
        drop(stream);
        container.flush()
    })
}

fn edited(file: &Readable, edit: impl FnOnce(&mut File) -> io::Result<()>) -> Result<Readable, ImportError> {
    let failed =
        |e: io::Error| ImportError::read_with(&file.name, io_reason(&e), "make room for its copy, or set TMPDIR");
    let mut copy = tempfile::tempfile().map_err(failed)?;
    edit(&mut copy).and_then(|()| copy.rewind()).map_err(failed)?;
    Readable::copied(&file.name, |out| io::copy(&mut copy, out).map(drop).map_err(failed))
}

/// A sector that is the last one of its chain, or none.
const LAST: u32 = 0xFFFF_FFFA;

/// A container of which only what leads to one stream must be sound.
struct Loose<R> {
    input: R,
    header: Vec<u8>,
    sector: usize,
    /// The sector after each.
    next: Vec<u32>,
}

/// What is found in a container.
struct Found {
    stream: Vec<u8>,
    has_summary: bool,
}

fn damaged() -> io::Error {
    io::Error::from(io::ErrorKind::InvalidData)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.chunks_exact(4).filter_map(|four| u32_at(four, 0))
}

impl<R: Read + Seek> Loose<R> {
    fn open(mut input: R) -> io::Result<Loose<R>> {
        let mut header = vec![0; 512];
        input.read_exact(&mut header)?;
        let sector = match header.get(30) {
            Some(9) => 512,
            Some(12) => 4096,
            _ => return Err(damaged()),
        };
        let mut container = Loose { input, sector, next: Vec::new(), header };
        let size = container.input.seek(SeekFrom::End(0))?;
        let most = usize::try_from(size).map_err(|_| damaged())? / sector + 1;
        // Where the sectors of the table are: the first ones in the header, the others in a chain of their own.
        let mut places: Vec<u32> = numbers(&container.header).skip(19).collect();
        let mut further = container.said(68)?;
        for _ in 0..most {
            if further >= LAST {
                break;
            }
            let bytes = container.sector(further)?;
            places.extend(numbers(&bytes));
            further = places.pop().ok_or_else(damaged)?;
        }
        for place in places.into_iter().filter(|place| *place < LAST).take(most) {
            let bytes = container.sector(place)?;
            container.next.extend(numbers(&bytes));
        }
        Ok(container)
    }

    fn said(&self, at: usize) -> io::Result<u32> {
        u32_at(&self.header, at).ok_or_else(damaged)
    }

    /// The bytes of a sector; the last one of a file may be short.
    fn sector(&mut self, number: u32) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.input.seek(SeekFrom::Start((u64::from(number) + 1) * self.sector as u64))?;
        self.input.by_ref().take(self.sector as u64).read_to_end(&mut bytes)?;
        if bytes.is_empty() { Err(damaged()) } else { Ok(bytes) }
    }

    fn chain(&mut self, first: u32) -> io::Result<Vec<u8>> {
        let (mut bytes, mut number) = (Vec::new(), first);
        for _ in 0..=self.next.len() {
            if number >= LAST {
                return Ok(bytes);
            }
            bytes.extend(self.sector(number)?);
            number = *self.next.get(number as usize).ok_or_else(damaged)?;
        }
        Err(damaged())
    }

    /// The stream of the workbook.
    fn workbook(&mut self) -> io::Result<Option<Found>> {
        let folder = self.chain(self.said(48)?)?;
        let entries = || folder.chunks_exact(128);
        let found = STREAMS.iter().find_map(|name| entries().find(|entry| is_stream(entry, name)));
        let Some(entry) = found else { return Ok(None) };
        let place = |entry: &[u8]| u32_at(entry, 116).zip(u32_at(entry, 120)).ok_or_else(damaged);
        let (first, size) = place(entry)?;
        let mut bytes = match size < self.said(56)? {
            false => self.chain(first)?,
            true => {
                let (root, _) = place(entries().next().unwrap_or_default())?;
                let (inner, next) = (self.chain(root)?, self.chain(self.said(60)?)?);
                small(&inner, &numbers(&next).collect::<Vec<u32>>(), first)?
            }
        };
        let size = size as usize;
        match bytes.len() < size {
            true => Err(damaged()),
            false => {
                bytes.truncate(size);
                Ok(Some(Found { stream: bytes, has_summary: entries().any(|entry| is_stream(entry, SUMMARY)) }))
            }
        }
    }
}

/// A stream that is too small for sectors of its own.
fn small(inner: &[u8], next: &[u32], first: u32) -> io::Result<Vec<u8>> {
    const PIECE: usize = 64;
    let (mut bytes, mut number) = (Vec::new(), first);
    for _ in 0..=next.len() {
        if number >= LAST {
            return Ok(bytes);
        }
        let begins = number as usize * PIECE;
        let end = inner.len().min(begins + PIECE);
        bytes.extend(inner.get(begins..end).ok_or_else(damaged)?);
        number = *next.get(number as usize).ok_or_else(damaged)?;
    }
    Err(damaged())
}

fn is_stream(entry: &[u8], name: &str) -> bool {
    let length = entry.get(64..66).map(|two| usize::from(two[0]) + 256 * usize::from(two[1])).unwrap_or_default();
    let units = entry.get(..length.saturating_sub(2)).unwrap_or_default().chunks_exact(2);
    let said: Vec<u16> = units.map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
    entry.get(66) == Some(&2) && String::from_utf16_lossy(&said).eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn container(name: &str, stream: &[u8], version: cfb::Version) -> Vec<u8> {
        let mut container = cfb::CompoundFile::create_with_version(version, Cursor::new(Vec::new())).unwrap();
        container.create_stream(SUMMARY).unwrap().write_all(&[7; 300]).unwrap();
        container.create_stream(name).unwrap().write_all(stream).unwrap();
        container.flush().unwrap();
        container.into_inner().into_inner()
    }

    fn found(bytes: &[u8]) -> Option<Vec<u8>> {
        let found = Loose::open(Cursor::new(bytes)).and_then(|mut container| container.workbook()).ok().flatten()?;
        assert!(found.has_summary || bytes.windows(4).all(|four| four != b"\x05\0S\0"));
        Some(found.stream)
    }

    #[test]
    fn streams_are_found_as_the_library_finds_them() {
        for length in [1, 63, 64, 65, 4095, 4096, 4097, 70_000, 9_000_000] {
            let stream: Vec<u8> = (0..length).map(|at: u32| (at % 251) as u8).collect();
            for (name, version) in STREAMS.into_iter().zip([cfb::Version::V3, cfb::Version::V4]) {
                assert_eq!(found(&container(name, &stream, version)).as_ref(), Some(&stream), "{name} {length}");
            }
        }
        assert_eq!(found(&container("WordDocument", b"x", cfb::Version::V3)), None);
    }

    #[test]
    fn whatever_is_damaged_ends() {
        let good = container("Workbook", &[9; 5000], cfb::Version::V3);
        for at in (0..good.len()).step_by(7) {
            for byte in [0, 0xFF] {
                let mut bad = good.clone();
                bad[at] = byte;
                let _ = Loose::open(Cursor::new(&bad)).and_then(|mut container| container.workbook());
            }
        }
        assert!((0..good.len()).step_by(97).all(|cut| found(&good[..cut]).is_none_or(|it| it.len() == 5000)));
    }

    #[test]
    fn only_workbooks_begin_so() {
        assert!(is_bare(&[9, 8, 16, 0, 0, 6, 5, 0]) && is_bare(&[9, 8, 8, 0, 0, 5, 5, 0]));
        for head in [&b"\t\x08\x10\0\0\x06\x10\0"[..], b"\t\x08\x10\0\0\x02\x05\0", b"\tPhone\tN", b""] {
            assert!(!is_bare(head), "{head:?}");
        }
    }
}
