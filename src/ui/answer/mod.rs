//! stdout, which carries the answer. Once the change is made that a verb was asked for, an answer that cannot be printed is
//! no failure any more: whoever tried again would make the change twice.

pub mod pager;
mod screen;

use std::io::{self, Stdout, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Ui;

/// How far all copies of a [`Ui`] are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delivery(&'static State);

#[derive(Debug, Default)]
struct State {
    /// A transaction of the verb is committed.
    committed: AtomicBool,
    /// The answer could not be printed, which has been said.
    lost: AtomicBool,
    /// What a terminal is still to be shown.
    screen: Mutex<screen::Screen>,
    /// A pager shows the answer.
    is_paging: AtomicBool,
}

impl Delivery {
    /// A program has one, which lasts as long as it runs.
    pub(super) fn new() -> Delivery {
        Delivery(Box::leak(Box::default()))
    }
}

impl Ui {
    /// Says that a transaction of the verb is committed, or a file written.
    pub fn set_committed(&self) {
        self.delivery.0.committed.store(true, Ordering::Relaxed);
    }

    /// Whether the change is made that the verb was asked for, or a part of it.
    pub fn is_committed(&self) -> bool {
        self.delivery.0.committed.load(Ordering::Relaxed)
    }

    /// Where the answer goes.
    pub(super) fn out(&self) -> Answer {
        Answer { ui: *self, out: io::stdout() }
    }
}

/// stdout until it fails after a commit: the failure is told, and the rest of the answer goes nowhere.
pub(super) struct Answer {
    ui: Ui,
    out: Stdout,
}

impl Answer {
    fn attempt<T>(&mut self, unsaid: T, write: impl FnOnce(&mut Stdout) -> io::Result<T>) -> io::Result<T> {
        let lost = &self.ui.delivery.0.lost;
        if lost.load(Ordering::Relaxed) {
            return Ok(unsaid);
        }
        match write(&mut self.out) {
            Err(e) if self.ui.is_committed() && e.kind() != io::ErrorKind::Interrupted => {
                lost.store(true, Ordering::Relaxed);
                self.ui.warn(&format!("it is done, but the answer could not be printed: {e}"));
                Ok(unsaid)
            }
            written => written,
        }
    }
}

impl Write for Answer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(bytes.len(), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt((), Stdout::flush)
    }
}
