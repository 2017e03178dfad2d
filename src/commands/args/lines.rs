//! Text files of one thing a line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::error::{CommandError, Result};
use crate::import::source::budget::MAX_RECORD;
use crate::import::source::limits::io_reason;
use crate::system::stream::{NotReadable, Readable, Stream, is_interruption, look_at};

/// Calls `each` with the number and the text of every line that is not blank. `-` is standard input; a pipe is read like that.
///
/// # Errors
/// The file cannot be read, a line is not UTF-8 or longer than any, the person asked to stop, or the error of `each`.
pub fn each_line(
    file: &str,
    interrupted: Arc<AtomicBool>,
    mut each: impl FnMut(u64, &str) -> Result<()>,
) -> Result<()> {
    let path = Path::new(file);
    let input: Box<dyn Read> = match look_at(path).map_err(|e| refused(file, &e))? {
        Readable::StandardInput => Box::new(Stream::of_standard_input(interrupted)),
        Readable::Stream => Box::new(Stream::of_path(path, interrupted)),
        Readable::File => Box::new(File::open(path).map_err(|e| unreadable(file, &e))?),
    };
    let mut input = BufReader::new(input);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let most = MAX_RECORD as u64 + 1;
        let read = input.by_ref().take(most).read_until(b'\n', &mut line).map_err(|e| unreadable(file, &e))?;
        if read == 0 {
            break;
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if read as u64 == most {
            let problem = format!("cannot read `{file}`: line {number} is longer than {} KiB", MAX_RECORD / 1024);
            return Err(
                CommandError::failed(problem).hint("this is no text of one thing a line; check which file it is")
            );
        }
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

fn refused(file: &str, problem: &NotReadable) -> CommandError {
    match problem {
        NotReadable::Missing(e) => unreadable(file, e),
        _ => CommandError::failed(format!("cannot read `{file}`: {problem}")).hint("name a file or a pipe"),
    }
}

fn unreadable(file: &str, error: &std::io::Error) -> CommandError {
    if is_interruption(error) {
        return CommandError::interrupted();
    }
    CommandError::failed(format!("cannot read `{file}`: {}", io_reason(error)))
        .hint("check the name and its permissions")
}
