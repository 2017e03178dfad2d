//! Applying a plan: the import comes out exactly so, or nothing is changed.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Bound, Counts, MOST_NAMED, RowOutcome, Seal, VERSION, differences};
use crate::domain::imports::kind::ImportKind;
use crate::import::ImportError;
use crate::import::source::hex;

/// The longest line of a plan, in bytes: a row with all its changes and problems.
const LONGEST_LINE: u64 = 64 << 20;

/// A plan that is whole, as it was written.
pub struct Plan {
    path: PathBuf,
    pub bound: Bound,
    lines: BufReader<File>,
    differences: Vec<String>,
}

impl Plan {
    /// Opens a plan, and makes sure that it is as it was written.
    ///
    /// # Errors
    /// It cannot be read, is no plan, or was changed.
    pub fn open(path: &Path) -> Result<Plan, ImportError> {
        let unreadable = |e: std::io::Error| damaged(path, format!("it cannot be read: {e}"));
        let file = File::open(path).map_err(unreadable)?;
        let mut lines = BufReader::new(file);
        let bound = next_line(&mut lines, path)?.ok_or_else(|| damaged(path, "it is empty"))?;
        let bound: Value = serde_json::from_slice(&bound).map_err(|_| damaged(path, "it is no plan of an import"))?;
        match bound.get("crmctl_plan").and_then(Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => {}
            Some(version) => return Err(damaged(path, format!("its form {version} is not known to this program"))),
            None => return Err(damaged(path, "it is no plan of an import")),
        }
        let bound: Bound = serde_json::from_value(bound).map_err(|e| damaged(path, format!("its first line: {e}")))?;
        if bound.kind != ImportKind::Leads {
            return Err(damaged(path, format!("it is of an import of {}", bound.kind)));
        }
        lines.rewind().map_err(unreadable)?;
        let mut sha256 = Sha256::new();
        let mut last = Vec::new();
        while let Some(line) = next_line(&mut lines, path)? {
            sha256.update(&last);
            last = line;
        }
        let seal: Option<Seal> = serde_json::from_slice(&last).ok();
        let seal = seal.ok_or_else(|| damaged(path, "it ends too early"))?;
        if seal.sha256 != hex(sha256) {
            return Err(damaged(path, "it was changed after it was written"));
        }
        lines.rewind().map_err(unreadable)?;
        drop(next_line(&mut lines, path)?);
        Ok(Plan { path: path.to_owned(), bound, lines, differences: Vec::new() })
    }

    pub(super) fn begin(&mut self, now: &Bound) -> Result<(), ImportError> {
        match differences::of_bounds(&self.bound, now) {
            None => Ok(()),
            Some((problem, details)) => Err(self.outdated(problem, details)),
        }
    }

    pub(super) fn row(&mut self, now: &RowOutcome) -> Result<(), ImportError> {
        let planned: RowOutcome = self.next()?;
        if planned != *now {
            self.differences.push(differences::of_rows(&planned, now));
        }
        match self.differences.len() >= MOST_NAMED {
            true => self.refuse(),
            false => Ok(()),
        }
    }

    pub(super) fn finish(&mut self, now: &Value) -> Result<(), ImportError> {
        self.refuse()?;
        let planned: Counts = self.next()?;
        let details = differences::of_values(&planned.counts, now);
        match details.is_empty() {
            true => Ok(()),
            false => Err(self.outdated("the counts would be others".to_owned(), details)),
        }
    }

    fn refuse(&mut self) -> Result<(), ImportError> {
        match std::mem::take(&mut self.differences) {
            none if none.is_empty() => Ok(()),
            some => Err(self.outdated("the import would not come out as planned".to_owned(), some)),
        }
    }

    fn next<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, ImportError> {
        let line = next_line(&mut self.lines, &self.path)?.unwrap_or_default();
        serde_json::from_slice(&line).map_err(|e| damaged(&self.path, format!("a line of it: {e}")))
    }

    fn outdated(&self, problem: String, details: Vec<String>) -> ImportError {
        ImportError::PlanOutdated { plan: self.path.display().to_string(), problem, details: details.into() }
    }
}

/// The next line with its end; none after the last.
fn next_line(lines: &mut BufReader<File>, path: &Path) -> Result<Option<Vec<u8>>, ImportError> {
    let mut line = Vec::new();
    let read = lines.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
    let read = read.map_err(|e| damaged(path, format!("it cannot be read: {e}")))? as u64;
    match (read, line.last()) {
        (0, _) => Ok(None),
        (_, Some(b'\n')) => Ok(Some(line)),
        (LONGEST_LINE.., _) => Err(damaged(path, "a line of it has no end")),
        _ => Err(damaged(path, "it ends too early")),
    }
}

fn damaged(path: &Path, reason: impl Into<String>) -> ImportError {
    ImportError::PlanUnusable { plan: path.display().to_string(), reason: reason.into() }
}
