//! The files of a certificate, and whether given ones are these.

use super::{Certificate, FileUsed, Finding, Outcome, Subject};

/// A file that somebody has, by its name without folders and what it holds.
#[derive(Debug, Clone)]
pub struct FileHash {
    pub shown: String,
    pub name: String,
    pub sha256: String,
}

/// The files of which a certificate speaks.
fn used(certificate: &Certificate) -> Vec<(Subject, &FileUsed)> {
    let mut used: Vec<(Subject, &FileUsed)> = vec![
        (Subject::Input, &certificate.input),
        (Subject::Clean, &certificate.clean),
        (Subject::Blocked, &certificate.blocked),
    ];
    let changes = certificate.since.as_ref().and_then(|since| since.changes.as_ref());
    used.extend(changes.map(|file| (Subject::Changes, file)));
    used
}

/// What is to be said where no file was given.
pub fn not_compared(certificate: &Certificate) -> Vec<Finding> {
    let finding = |(subject, used): (Subject, &FileUsed)| {
        Finding::new(subject, &used.name, Outcome::NotChecked, "the file was not given")
    };
    used(certificate).into_iter().map(finding).collect()
}

/// What is to be said of files that were given.
pub fn compare(certificate: &Certificate, files: &[FileHash]) -> Vec<Finding> {
    let used = used(certificate);
    let finding = |file: &FileHash| {
        let mut named = used.iter().filter(|(_, used)| used.name == file.name).peekable();
        // One that has the name of another file of the certificate is not that file.
        let is_other = named.peek().is_some() && named.all(|(_, used)| used.sha256 != file.sha256);
        let same = used.iter().find(|(_, used)| used.sha256 == file.sha256);
        if let Some((subject, used)) = same.filter(|_| !is_other) {
            let detail = format!("{} rows, SHA-256 {}", used.rows, used.sha256);
            return Finding::new(*subject, &file.shown, Outcome::Good, detail);
        }
        match used.iter().find(|(_, used)| used.name == file.name) {
            Some((subject, used)) => {
                let detail = format!("its SHA-256 is {}, that of the certificate {}", file.sha256, used.sha256);
                Finding::new(*subject, &file.shown, Outcome::Changed, detail)
            }
            None => {
                let names: Vec<String> =
                    used.iter().map(|(subject, used)| format!("{subject} {}", used.name)).collect();
                let detail = format!("the certificate speaks of other files: {}", names.join(", "));
                Finding::new(Subject::File, &file.shown, Outcome::Foreign, detail)
            }
        }
    };
    files.iter().map(finding).collect()
}
