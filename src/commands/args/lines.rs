//! Text files of one thing a line.

use std::fs::File;
use std::io::{BufRead, BufReader};

use crate::error::{CommandError, Result};
use crate::import::source::limits::io_reason;

/// Calls `each` with the number and the text of every line that is not blank. `-` is standard input.
///
/// # Errors
/// The file cannot be read, a line is not UTF-8, or the error of `each`.
pub fn each_line(file: &str, mut each: impl FnMut(u64, &str) -> Result<()>) -> Result<()> {
    let input: Box<dyn BufRead> = match file {
        "-" => Box::new(std::io::stdin().lock()),
        path => Box::new(BufReader::new(File::open(path).map_err(|e| unreadable(path, &e))?)),
    };
    for (number, line) in (1..).zip(input.split(b'\n')) {
        let line = line.map_err(|e| unreadable(file, &e))?;
        let text = std::str::from_utf8(&line).map_err(|_| {
            CommandError::failed(format!("cannot read `{file}`: line {number} is not UTF-8"))
                .hint("save it as UTF-8 text, one a line; `crmctl import` reads sheets")
        })?;
        let text = text.trim_start_matches('\u{feff}').trim_end_matches('\r');
        if !text.trim().is_empty() {
            each(number, text)?;
        }
    }
    Ok(())
}

fn unreadable(file: &str, error: &std::io::Error) -> CommandError {
    CommandError::failed(format!("cannot read `{file}`: {}", io_reason(error)))
        .hint("check the name and its permissions")
}
