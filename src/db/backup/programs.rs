//! PostgreSQL's own programs for backups.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;

use super::error::BackupError;
use crate::db::connection::server::Server;
use crate::domain::secrets::redacted;

/// Where packages put the programs of each version, with the version between both parts.
const FOLDERS: [(&str, &str); 2] = [("/usr/lib/postgresql/", "bin"), ("/usr/pgsql-", "bin")];

/// The program of a server of this version, or a later one: `pg_dump` refuses servers later than itself.
///
/// # Errors
/// There is none.
pub(super) fn find(program: &'static str, major: i32) -> Result<PathBuf, BackupError> {
    for (before, after) in FOLDERS {
        let exact = Path::new(&format!("{before}{major}")).join(after).join(program);
        if exact.is_file() {
            return Ok(exact);
        }
    }
    if version_of(Path::new(program)).is_some_and(|version| version >= major) {
        return Ok(program.into());
    }
    let later = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().filter_map(|entry| {
        let version: i32 = entry.file_name().to_str()?.parse().ok()?;
        let path = entry.path().join("bin").join(program);
        (version > major && path.is_file()).then_some((version, path))
    });
    later.min().map(|(_, path)| path).ok_or(BackupError::NoProgram { program, major })
}

/// The version of a program on the path: `pg_dump (PostgreSQL) 15.14 (Debian 15.14-0)`.
fn version_of(program: &Path) -> Option<i32> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    version_in(&String::from_utf8_lossy(&output.stdout))
}

fn version_in(text: &str) -> Option<i32> {
    let (_, rest) = text.split_once("(PostgreSQL) ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// A program that is running. It ends with this value.
pub(super) struct Running {
    name: &'static str,
    child: Child,
    said: Option<JoinHandle<String>>,
    secrets: Vec<String>,
}

impl Running {
    /// Starts a program.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn start(name: &'static str, command: &mut Command, server: Option<&Server>) -> Result<Running, BackupError> {
        let failed = |e: io::Error| BackupError::Program { program: name, reason: e.to_string() };
        let mut child = command.stderr(Stdio::piped()).spawn().map_err(failed)?;
        let said = child.stderr.take().map(|stderr| std::thread::spawn(move || all_of(stderr)));
        let mut secrets = server.map(Server::secrets).unwrap_or_default();
        secrets.extend(std::env::var("PGPASSWORD").ok().filter(|secret| !secret.is_empty()));
        Ok(Running { name, child, said, secrets })
    }

    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// What it writes, up to its end; that it failed is an error of the last read.
    pub fn output(mut self) -> io::Result<Output> {
        let stdout = self.child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Output { stdout, running: Some(self) })
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// It failed; the error says what it said.
    pub fn end(mut self) -> Result<(), BackupError> {
        let status = self.child.wait();
        let said = self.said.take().and_then(|said| said.join().ok()).unwrap_or_default();
        let failed = |reason: String| BackupError::Program { program: self.name, reason };
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => {
                let shown = redacted(said.trim(), self.secrets.iter().map(String::as_str));
                let lines: Vec<&str> = shown.lines().collect();
                let last = lines.get(lines.len().saturating_sub(3)..).unwrap_or_default().join("; ");
                Err(failed(if last.is_empty() { status.to_string() } else { last }))
            }
            Err(e) => Err(failed(e.to_string())),
        }
    }
}

impl Drop for Running {
    /// Whoever has ended is not killed by this.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn all_of(stderr: ChildStderr) -> String {
    let mut text = Vec::new();
    // What a failing program says at length is cut.
    let _ = stderr.take(1 << 20).read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// What a program writes.
pub(super) struct Output {
    stdout: std::process::ChildStdout,
    running: Option<Running>,
}

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stdout.read(buffer)?;
        if count == 0
            && let Some(running) = self.running.take()
        {
            running.end().map_err(io::Error::other)?;
        }
        Ok(count)
    }
}

/// A pipe whose reader may have enough before the end.
pub(super) struct Enough<T>(pub T);

impl<T: Write> Write for Enough<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(version_in("pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(version_in("pg_restore (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(version_in("something else"), None);
    }

    #[test]
    fn a_program_that_fails_is_no_end_of_its_output() {
        let run = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]).stdout(Stdio::piped());
            let mut text = String::new();
            let mut output = Running::start("sh", &mut command, None).unwrap().output().unwrap();
            output.read_to_string(&mut text).map(|_| text).map_err(|e| e.to_string())
        };
        assert_eq!(run("echo done"), Ok("done\n".to_owned()));
        let failed = run("echo half; echo why >&2; exit 3").unwrap_err();
        assert!(failed.contains("why"), "{failed}");
    }
}
