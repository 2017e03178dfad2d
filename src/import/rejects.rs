//! The file of rejected rows: the original cells, then what is wrong. Fixed there, it imports as it is.

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::ImportError;
use super::mapping::OWN_COLUMNS;
use super::row::{Row, RowProblem};
use crate::domain::text::is_formula;

/// Writes rejected rows. The file appears under its name only when the import succeeds or is refused for them.
pub struct RejectsWriter {
    path: PathBuf,
    /// The import whose options the fixed file is to be imported with.
    import_uid: String,
    headers: Vec<String>,
    /// The columns of the file that are our own already, from an earlier round.
    own: Vec<bool>,
    out: Option<csv::Writer<BufWriter<NamedTempFile>>>,
}

impl RejectsWriter {
    pub fn new(path: PathBuf, headers: &[String], import_uid: String) -> RejectsWriter {
        let own = headers.iter().map(|header| OWN_COLUMNS.contains(&header.as_str())).collect();
        RejectsWriter { path, import_uid, headers: headers.to_vec(), own, out: None }
    }

    /// Where rejected rows of a file go when nobody names a place: beside it, and never over an earlier file.
    pub fn default_path(source: &Path) -> PathBuf {
        let name = source.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let named = |suffix: String| source.with_file_name(format!("{name}.rejects{suffix}.csv"));
        let mut path = named(String::new());
        let mut again = 2;
        while path.exists() {
            path = named(format!("-{again}"));
            again += 1;
        }
        path
    }

    /// Writes one row with everything that is wrong with it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, row: &Row, problems: &[RowProblem]) -> Result<(), ImportError> {
        let join = |part: fn(&RowProblem) -> &str| {
            let mut texts: Vec<&str> = problems.iter().map(part).filter(|text| !text.is_empty()).collect();
            texts.dedup();
            texts.join("; ")
        };
        let problem = problems.iter().map(describe).collect::<Vec<_>>().join("; ");
        let tail = [row.number.to_string(), join(|p| &p.column), problem, join(|p| &p.remedy), self.import_uid.clone()];
        let cells: Vec<String> = self.original(|index| row.cell(index).to_owned()).chain(tail).map(safe).collect();
        self.record(&cells)
    }

    fn original<'a>(&'a self, cell: impl Fn(usize) -> String + 'a) -> impl Iterator<Item = String> + 'a {
        (0..self.headers.len()).filter(|&index| !self.own[index]).map(cell)
    }

    fn record(&mut self, cells: &[String]) -> Result<(), ImportError> {
        if self.out.is_none() {
            let folder = self.path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let file =
                tempfile::Builder::new().prefix(".crmctl-rejects-").tempfile_in(folder).map_err(|e| self.failed(e))?;
            let mut out = csv::Writer::from_writer(BufWriter::new(file));
            let headers: Vec<String> =
                self.original(|index| self.headers[index].clone()).chain(OWN_COLUMNS.map(str::to_owned)).collect();
            out.write_record(&headers).map_err(|e| self.failed(e))?;
            self.out = Some(out);
        }
        match &mut self.out {
            Some(out) => out
                .write_record(cells)
                .map_err(|e| ImportError::Rejects { path: self.path.display().to_string(), reason: e.to_string() }),
            None => Ok(()),
        }
    }

    /// Gives the file its name, if any row was written.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(&mut self) -> Result<Option<String>, ImportError> {
        let Some(out) = self.out.take() else { return Ok(None) };
        let buffer = out.into_inner().map_err(|e| self.failed(e.error()))?;
        let file = buffer.into_inner().map_err(|e| self.failed(e.error()))?;
        file.as_file().sync_all().map_err(|e| self.failed(e))?;
        file.persist(&self.path).map_err(|e| self.failed(e.error))?;
        Ok(Some(self.path.display().to_string()))
    }

    fn failed(&self, error: impl std::fmt::Display) -> ImportError {
        ImportError::Rejects { path: self.path.display().to_string(), reason: error.to_string() }
    }
}

/// One problem as a sentence: the value, then what is wrong with it.
pub fn describe(problem: &RowProblem) -> String {
    match problem.value.is_empty() {
        true => problem.problem.clone(),
        false => format!("`{}` {}", problem.value, problem.problem),
    }
}

/// Keeps a spreadsheet from running a cell as a formula; reading the file again undoes it.
fn safe(cell: String) -> String {
    if is_formula(&cell) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over_and_nothing_without_rows() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("leads.csv");
        let first = RejectsWriter::default_path(&source);
        assert_eq!(first, folder.path().join("leads.csv.rejects.csv"));
        std::fs::write(&first, "x").unwrap();
        assert_eq!(RejectsWriter::default_path(&source), folder.path().join("leads.csv.rejects-2.csv"));
        let mut none = RejectsWriter::new(folder.path().join("none.csv"), &["a".into()], String::new());
        assert_eq!(none.finish().unwrap(), None);
    }
}
