//! What ends a scrub as a whole.

use crate::error::{CommandError, Explain};
use crate::import::ImportError;
use crate::import::error::Words;

/// An error that ends a scrub; no file was written.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ScrubError(#[from] ImportError);

const SCRUB: Words = Words {
    nothing_done: "no file was written",
    again: "scrub it again",
    elsewhere: "name other places with --clean, --blocked and --certificate",
    headerless: "where the header is not the first row, for example --header-row 2; where there is none: --no-header",
};

impl Explain for ScrubError {
    fn explain(&self) -> CommandError {
        self.0.explained(&SCRUB)
    }
}
