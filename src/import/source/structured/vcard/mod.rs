//! vCards of the versions 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350), as phones and address books write them.

mod card;
mod property;

use std::io::{BufRead, BufReader};

use super::super::limits::io_reason;
use super::super::readable::Readable;
use super::bounded::{Allowance, Bounded, MOST};
use super::decoded;
use super::records::Take;
use crate::import::ImportError;
use card::Card;
use property::Property;

/// What is no text: it is left out, which is said.
const BINARY: [&str; 4] = ["PHOTO", "LOGO", "SOUND", "KEY"];
/// What is told of the file, and not of a person.
const ABOUT_THE_FILE: [&str; 3] = ["VERSION", "PRODID", "PROFILE"];

/// What of a file is left out.
#[derive(Default)]
struct LeftOut {
    binary: u64,
    cards: u64,
    lines: u64,
    /// The first of these lines.
    line: u64,
}

/// Walks through the people of a file; a card in a card (an agent's) is no person of its own.
///
/// # Errors
/// A card has no end or is longer than one may be, or the error of `take`.
pub(super) fn each(file: &Readable, take: &mut Take<'_>) -> Result<Vec<String>, ImportError> {
    let allowance = Allowance::default();
    let mut lines = Lines {
        file,
        input: BufReader::with_capacity(1 << 16, Bounded::new(decoded::open(file)?, &allowance)),
        allowance,
        number: 0,
        ahead: None,
    };
    let (mut depth, mut card, mut begun, mut size) = (0usize, Card::default(), 0, 0u64);
    let (mut left_out, mut is_in_picture) = (LeftOut::default(), false);
    while let Some((number, line)) = lines.next_property()? {
        let Some(property) = Property::read(&line) else {
            // A picture of 2.1 may go on in lines like these.
            let is_lost = !is_in_picture && !line.trim_ascii().is_empty();
            left_out.line += if is_lost && left_out.lines == 0 { number } else { 0 };
            left_out.lines += u64::from(is_lost);
            continue;
        };
        is_in_picture = BINARY.contains(&property.name.as_str());
        let is_card = property.text().trim().eq_ignore_ascii_case("vcard");
        match property.name.as_str() {
            "BEGIN" if is_card => {
                depth += 1;
                left_out.cards += u64::from(depth == 2);
                if depth == 1 {
                    (card, begun, size) = (Card::default(), number, 0);
                }
            }
            "END" if is_card && depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    take(std::mem::take(&mut card).values())?;
                }
            }
            _ if depth == 1 && is_in_picture => left_out.binary += 1,
            name if depth == 1 && !ABOUT_THE_FILE.contains(&name) => {
                size += line.len() as u64;
                if size > MOST {
                    let reason = format!("the vCard that begins in line {begun} holds more than {} MiB", MOST >> 20);
                    return Err(ImportError::read_with(&file.name, reason, "check which file it is"));
                }
                card.add(property);
            }
            _ if depth == 0 => {
                left_out.line += if left_out.lines == 0 { number } else { 0 };
                left_out.lines += 1;
            }
            _ => {}
        }
    }
    if depth > 0 {
        let reason = format!("the vCard that begins in line {begun} has no end");
        return Err(ImportError::read_with(&file.name, reason, "the file may be cut off; export it again"));
    }
    Ok(left_out.told())
}

impl LeftOut {
    fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        match self.binary {
            0 => {}
            1 => told.push("1 picture, sound or key is left out".to_owned()),
            count => told.push(format!("{count} pictures, sounds and keys are left out")),
        }
        match self.cards {
            0 => {}
            1 => told.push("1 vCard inside another is left out".to_owned()),
            count => told.push(format!("{count} vCards inside others are left out")),
        }
        match self.lines {
            0 => {}
            1 => told.push(format!("line {} belongs to no vCard or is no property of one, and is left out", self.line)),
            count => told.push(format!(
                "{count} lines belong to no vCard or are no properties of one, and are left out: the first is line {}",
                self.line
            )),
        }
        told
    }
}

/// The lines of a file, those that go on put together.
struct Lines<'a, R> {
    file: &'a Readable,
    input: R,
    allowance: Allowance,
    number: u64,
    ahead: Option<Vec<u8>>,
}

impl<R: BufRead> Lines<'_, R> {
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, ImportError> {
        if let Some(line) = self.ahead.take() {
            return Ok(Some(line));
        }
        let mut line = Vec::new();
        let failed = |e: std::io::Error| ImportError::read(&self.file.name, io_reason(&e));
        if self.input.read_until(b'\n', &mut line).map_err(failed)? == 0 {
            return Ok(None);
        }
        self.allowance.renew();
        self.number += 1;
        while line.last().is_some_and(|end| b"\r\n".contains(end)) {
            line.pop();
        }
        Ok(Some(line))
    }

    /// A property with all its lines, and the number of the first.
    fn next_property(&mut self) -> Result<Option<(u64, Vec<u8>)>, ImportError> {
        let Some(mut whole) = self.next_line()? else { return Ok(None) };
        let begun = self.number;
        let is_soft = |line: &[u8]| {
            let params = line.split(|byte| *byte == b':').next().unwrap_or_default();
            params.to_ascii_uppercase().windows(16).any(|part| part == b"QUOTED-PRINTABLE")
        };
        loop {
            if whole.len() as u64 > MOST {
                let reason = format!("the property in line {begun} holds more than {} MiB", MOST >> 20);
                return Err(ImportError::read_with(&self.file.name, reason, "leave pictures out of the export"));
            }
            let goes_on = whole.ends_with(b"=") && is_soft(&whole);
            let Some(next) = self.next_line()? else { return Ok(Some((begun, whole))) };
            match next.first() {
                _ if goes_on => {
                    whole.pop();
                    whole.extend(next);
                }
                Some(b' ' | b'\t') => whole.extend(&next[1..]),
                _ => {
                    self.ahead = Some(next);
                    return Ok(Some((begun, whole)));
                }
            }
        }
    }
}
