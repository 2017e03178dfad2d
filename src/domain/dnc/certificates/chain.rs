//! The certificates before one: each holds the hash of the bytes of the one before it.

use super::keys::PublicKey;
use super::reading::{Read, read};
use super::{Certificate, Finding, NO_HASH, Outcome, Subject, hex};

/// A certificate that may be an earlier one.
#[derive(Debug, Clone)]
pub struct Earlier {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What is to be said of the certificates before this one where nobody has them.
pub fn not_walked(of: &Certificate) -> Option<Finding> {
    let name = match of.sequence {
        ..=1 => return None,
        2 => "number 1".to_owned(),
        next => format!("number 1 to {}", next - 1),
    };
    Some(Finding::new(
        Subject::Earlier,
        &name,
        Outcome::NotChecked,
        "whether they are there and unchanged is not known",
    ))
}

/// What is to be said of the certificates before this one, back to the first of its organization.
pub fn walk(of: &Certificate, earlier: &[Earlier], known: &[PublicKey]) -> Vec<Finding> {
    let all: Vec<(&str, Read)> =
        earlier.iter().filter_map(|one| Some((one.name.as_str(), read(&one.bytes).ok()?))).collect();
    let mut findings = Vec::new();
    let mut at = of.clone();
    while at.sequence > 1 {
        let sequence = at.sequence - 1;
        let is_before = |read: &Read| {
            read.certificate.organization.uid == at.organization.uid && read.certificate.sequence == sequence
        };
        let found = all.iter().find(|(_, read)| hex(&read.hash) == at.previous_hash);
        let next = match found {
            Some((name, read)) if is_before(read) => {
                findings.push(read.finding(Subject::Earlier, name, known));
                read.certificate.clone()
            }
            Some((name, _)) => {
                let detail = format!("number {} follows it, and it is not number {sequence}", at.sequence);
                findings.push(Finding::new(Subject::Earlier, name, Outcome::Changed, detail));
                return findings;
            }
            None => {
                let hash = &at.previous_hash;
                // What stands in its place goes on saying what was before.
                let Some((name, read)) = all.iter().find(|(_, read)| is_before(read)) else {
                    let detail = format!("number {sequence}, whose SHA-256 is {hash}, is not there");
                    findings.push(Finding::new(
                        Subject::Earlier,
                        &format!("number {sequence}"),
                        Outcome::Missing,
                        detail,
                    ));
                    return findings;
                };
                let found = hex(&read.hash);
                let detail =
                    format!("number {} was signed after one whose SHA-256 is {hash}; its is {found}", at.sequence);
                findings.push(Finding::new(Subject::Earlier, name, Outcome::Changed, detail));
                read.certificate.clone()
            }
        };
        at = next;
    }
    if at.previous_hash != hex(&NO_HASH) {
        let detail = "it is the first of its organization, and names one before";
        findings.push(Finding::new(Subject::Earlier, &format!("number {}", at.sequence), Outcome::Changed, detail));
    }
    findings
}
