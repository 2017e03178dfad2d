//! Writing a plan: a file that appears under its name when it is whole.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Counts, Seal};
use crate::import::ImportError;
use crate::import::source::hex;
use crate::system::new_file::NewFile;

/// A plan under way.
pub struct PlanWriter {
    path: PathBuf,
    out: Option<BufWriter<NewFile>>,
    sha256: Sha256,
    line: Vec<u8>,
}

impl PlanWriter {
    /// Begins a plan that is to appear at this place.
    ///
    /// # Errors
    /// The folder cannot be written, or a file has the name that is no plan.
    pub fn begin(path: &Path) -> Result<PlanWriter, ImportError> {
        if !is_free(path) {
            let reason = "a file of this name is there already, and is no plan".to_owned();
            return Err(ImportError::RowFile { path: path.display().to_string(), reason });
        }
        let file = NewFile::begin(path).map_err(|e| failed(path, &e))?;
        let out = Some(BufWriter::new(file));
        Ok(PlanWriter { path: path.to_owned(), out, sha256: Sha256::new(), line: Vec::new() })
    }

    /// Writes the next line.
    pub(super) fn line(&mut self, of: &impl Serialize) -> Result<(), ImportError> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, of).map_err(|e| ImportError::Record(e.to_string()))?;
        self.line.push(b'\n');
        self.sha256.update(&self.line);
        match &mut self.out {
            Some(out) => out.write_all(&self.line).map_err(|e| failed(&self.path, &e)),
            None => Ok(()),
        }
    }

    /// Writes the counts and the seal. The plan gets its name with [`PlanWriter::keep`].
    pub(super) fn finish(&mut self, counts: &Value) -> Result<(), ImportError> {
        self.line(&Counts { counts: counts.clone() })?;
        let sha256 = hex(self.sha256.clone());
        self.line(&Seal { sha256 })
    }

    /// Gives the plan its name, also in place of an earlier one.
    ///
    /// # Errors
    /// The disk is full, or the folder refuses.
    pub fn keep(mut self) -> Result<(), ImportError> {
        let Some(out) = self.out.take() else { return Ok(()) };
        let file = out.into_inner().map_err(|e| failed(&self.path, e.error()))?;
        file.sync().and_then(|()| file.name_over(&self.path)).map_err(|e| failed(&self.path, &e))
    }
}

/// Whether no file has the name, or only an earlier plan.
fn is_free(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return path.symlink_metadata().is_err() };
    let mut begin = Vec::new();
    file.take(MARK.len() as u64).read_to_end(&mut begin).is_ok() && begin == MARK
}

/// How a plan begins.
const MARK: &[u8] = b"{\"crmctl_plan\":";

fn failed(path: &Path, error: &std::io::Error) -> ImportError {
    ImportError::RowFile { path: path.display().to_string(), reason: error.to_string() }
}
