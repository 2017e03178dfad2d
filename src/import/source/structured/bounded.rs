//! A reader that gives no more than so many bytes for one thing, so that none outgrows the memory.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// The most that one record, or one run of text between two tags, may hold, in bytes.
pub(super) const MOST: u64 = 4 << 20;

/// How many bytes are left for the thing at hand; [`Allowance::renew`] begins the next one.
#[derive(Debug, Clone, Default)]
pub(super) struct Allowance(Rc<Cell<u64>>);

impl Allowance {
    pub fn renew(&self) {
        self.0.set(0);
    }
}

pub(super) struct Bounded<R> {
    inner: R,
    taken: Allowance,
}

impl<R> Bounded<R> {
    pub fn new(inner: R, taken: &Allowance) -> Bounded<R> {
        Bounded { inner, taken: taken.clone() }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken.0.get() > MOST {
            return Err(io::Error::other(format!("one record, or one cell, holds more than {} MiB", MOST >> 20)));
        }
        let read = self.inner.read(buffer)?;
        self.taken.0.set(self.taken.0.get() + read as u64);
        Ok(read)
    }
}
