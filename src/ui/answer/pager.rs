//! The program that shows answers which are longer than the terminal.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::ui::escape::Safe;

/// What shows an answer that is longer than the terminal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Pager {
    /// Nothing: it is printed.
    #[default]
    Off,
    /// `less`, where there is one.
    Less,
    /// A line for the shell.
    Command(String),
}

impl Pager {
    /// The pager that a person names; none by an empty name, by `off` or `false`, and by `cat`, which shows no pages.
    pub fn named(command: &str) -> Pager {
        match command.trim() {
            "" | "off" | "false" | "cat" => Pager::Off,
            "less" => Pager::Less,
            command => Pager::Command(command.to_owned()),
        }
    }
}

impl std::fmt::Display for Pager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Pager::Off => "off",
            Pager::Less => "less",
            Pager::Command(command) => command,
        })
    }
}

/// How a shell tells that there is no such program, or that it cannot be run.
const NOT_RUN: [i32; 2] = [126, 127];

/// Shows a text whose first lines are a header; false when there is no pager or it does not start. Leaving it early is no error.
pub(super) fn show(pager: &Pager, is_paging: &'static AtomicBool, text: &Safe, header: usize) -> bool {
    let mut command = match pager {
        Pager::Off => return false,
        Pager::Less => Command::new("less"),
        Pager::Command(line) => {
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(line);
            shell
        }
    };
    if std::env::var_os("LESS").is_none() {
        command.env("LESS", options_of_less(if *pager == Pager::Less { header } else { 0 }));
    }
    // Ctrl-C is the pager's. Where it is caught already, whoever catches it asks whether there is one.
    let _ = ctrlc::set_handler(|| {
        if !is_paging.load(Ordering::Relaxed) {
            std::process::exit(crate::error::Exit::Interrupted as i32);
        }
    });
    let Ok(mut child) = command.stdin(Stdio::piped()).spawn() else { return false };
    if let Some(mut input) = child.stdin.take() {
        // It ends when the person has seen enough.
        let _ = input.write_all(text.as_str().as_bytes());
    }
    let ended = child.wait();
    ended.is_ok_and(|status| status.code().is_none_or(|code| !NOT_RUN.contains(&code)))
}

/// The first version of `less` that keeps the first lines in view.
const WITH_HEADERS: u32 = 600;

/// Ends by itself when the text fits after all, shows colors, and leaves the text on the screen.
fn options_of_less(header: usize) -> String {
    let version = || {
        let told = Command::new("less").arg("--version").stdin(Stdio::null()).output().ok()?;
        version_of(&String::from_utf8_lossy(&told.stdout))
    };
    match header > 0 && version().is_some_and(|version| version >= WITH_HEADERS) {
        true => format!("-FRX --header={header}"),
        false => "-FRX".to_owned(),
    }
}

/// `less 590 (GNU regular expressions)`
fn version_of(told: &str) -> Option<u32> {
    told.strip_prefix("less ")?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_less() {
        let told = ["less 590 (GNU regular expressions)\n", "less 643 (POSIX)", "less 668x", "BusyBox", "less "];
        assert_eq!(told.map(version_of), [Some(590), Some(643), Some(668), None, None]);
    }

    #[test]
    fn pagers_that_are_none() {
        assert_eq!(["", " ", "cat", "off"].map(Pager::named), [Pager::Off, Pager::Off, Pager::Off, Pager::Off]);
        assert_eq!([Pager::named(" less "), Pager::named("less -S")], [Pager::Less, Pager::Command("less -S".into())]);
    }
}
