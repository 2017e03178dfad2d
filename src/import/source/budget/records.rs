//! The records of a part of an XLSB workbook (MS-XLSB 2.1.4), followed as their bytes come: a kind and a length as seven-bit
//! groups, the lowest first, then the data.

use super::markup::Fault;
use super::{Held, MAX_RECORD};

/// What a reader keeps of a text besides its bytes.
const KEPT: u64 = 60;

enum State {
    /// The kind, and whether its second byte comes.
    Kind(Option<u16>),
    /// The length so far, and which byte of it comes.
    Length(u64, u32),
    /// So many bytes of data follow.
    Data(u64),
}

/// Follows the records of a part.
pub struct Records {
    state: State,
    kind: u16,
    held: Held,
}

impl Records {
    /// Follows a part besides others that hold so much.
    pub fn besides(held: Held) -> Records {
        Records { state: State::Kind(None), kind: 0, held }
    }

    /// Ends the part; returns what is held with it.
    pub fn finish(self) -> Held {
        self.held
    }

    /// Takes the next bytes.
    pub fn take(&mut self, mut rest: &[u8]) -> Result<(), Fault> {
        while let [byte, behind @ ..] = rest {
            self.state = match self.state {
                State::Kind(None) if byte & 0x80 != 0 => State::Kind(Some(u16::from(byte & 0x7F))),
                State::Kind(low) => {
                    self.kind = low.map_or_else(|| u16::from(*byte), |low| low | u16::from(byte & 0x7F) << 7);
                    State::Length(0, 0)
                }
                State::Length(so_far, place) => {
                    let length = so_far | u64::from(byte & 0x7F) << (7 * place);
                    match byte & 0x80 != 0 && place < 3 {
                        true => State::Length(length, place + 1),
                        false => self.data(length)?,
                    }
                }
                State::Data(left) => {
                    let skipped = left.min(rest.len() as u64);
                    rest = rest.get(skipped as usize..).unwrap_or_default();
                    self.state = self.behind(left - skipped);
                    continue;
                }
            };
            rest = behind;
        }
        Ok(())
    }

    fn data(&mut self, length: u64) -> Result<State, Fault> {
        if length > MAX_RECORD as u64 {
            return Err(Fault::Piece);
        }
        // BrtSSTItem, BrtFmt, BrtXF, BrtBundleSh, BrtName
        if matches!(self.kind, 0x0013 | 0x002C | 0x002F | 0x009C | 0x0027) && !self.held.add(KEPT + length) {
            return Err(Fault::Held);
        }
        Ok(self.behind(length))
    }

    fn behind(&self, left: u64) -> State {
        match left {
            0 => State::Kind(None),
            left => State::Data(left),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: &[u8], length: &[u8], data: usize) -> Vec<u8> {
        [kind, length, &vec![0; data]].concat()
    }

    #[test]
    fn records_are_followed_wherever_they_are_cut() {
        let part =
            [record(&[0x13], &[3], 3), record(&[0x94, 0x01], &[0x80, 0x01], 128), record(&[1], &[0], 0)].concat();
        for cut in 0..part.len() {
            let mut records = Records::besides(Held::default());
            records.take(&part[..cut]).and_then(|()| records.take(&part[cut..])).unwrap();
            assert!(matches!(records.state, State::Kind(None)), "{cut}");
        }
    }

    #[test]
    fn no_length_is_believed() {
        for length in [&[0xFF, 0xFF, 0xFF, 0x7F][..], &[0xFF, 0xFF, 0xFF, 0xFF], &[0x81, 0x80, 0x40]] {
            assert_eq!(
                Records::besides(Held::default()).take(&record(&[7], length, 0)),
                Err(Fault::Piece),
                "{length:?}"
            );
        }
    }

    #[test]
    fn what_is_kept_is_counted() {
        let mut records = Records::besides(Held::within(1 << 20));
        assert_eq!(records.take(&record(&[0x13], &[5], 5).repeat(50_000)), Err(Fault::Held));
        let mut records = Records::besides(Held::within(1 << 20));
        assert_eq!(records.take(&record(&[0x02], &[5], 5).repeat(50_000)), Ok(()));
    }
}
