//! Certificates of scrubs: what was checked, against which lists, with which result, signed by the installation's key. Each holds
//! the hash of the one before in its organization, so that none can be taken away. docs/certificates.md tells the form.

mod chain;
mod files;
mod form;
pub mod keys;
mod reading;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Channel;
pub use crate::domain::text::hex;
pub use chain::{Earlier, not_walked, walk};
pub use files::{FileHash, compare, not_compared};
pub use form::{hash_of, rendered, signed_part};
pub use reading::{Read, read};

/// SHA-256.
pub type Hash = [u8; 32];

/// The name of this form of certificates.
pub const FORMAT: &str = "crmctl-dnc-scrub-1";

/// What stands for the hash before in the first certificate of an organization.
pub const NO_HASH: Hash = [0; 32];

/// A certificate of a scrub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    pub format: String,
    pub organization: Organization,
    /// The place in the organization's chain, counted from 1.
    pub sequence: i64,
    /// SHA-256 of the bytes of the certificate before; zeros in the first.
    pub previous_hash: String,
    pub made_at: String,
    pub actor: String,
    pub rules: Rules,
    pub lists: Vec<ListUsed>,
    pub input: FileUsed,
    pub clean: FileUsed,
    pub blocked: FileUsed,
    pub counts: Counts,
    /// How many rows each reason keeps out of the clean file; a row may have several.
    pub by_reason: BTreeMap<String, u64>,
    /// Of a scrub that only checked again what had changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    pub public_key: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signature: String,
}

/// For whom a file was scrubbed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    pub slug: String,
    pub uid: String,
}

/// By which rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub program: String,
    pub program_version: String,
    /// Of the spellings by which a subscriber is reached.
    pub phone_rules_version: i32,
    /// `None` where an entry for either channel blocks.
    pub channel: Option<Channel>,
    /// That of national numbers.
    pub region: Option<String>,
    /// The columns of phones, in which every number was checked.
    pub columns: Vec<String>,
    /// Of a scrub that asked whether it was the hour to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calling_hours: Option<HoursUsed>,
    #[serde(default, skip_serializing_if = "OtherColumns::is_empty")]
    pub other_columns: OtherColumns,
}

/// The calling hours that rows had to be in, by the area codes of their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoursUsed {
    /// The time of the calls.
    pub at: String,
    /// SHA-256 of the rules and the tables of places.
    pub digest: String,
}

/// What was looked at besides the columns of phones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherColumns {
    /// The one that names the country of national numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Those in which what can be a number was checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checked: Vec<String>,
    /// Those that have such cells, and whose headers say that they hold something else: the own list alone was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own_list: Vec<String>,
    /// Those that were left out, as somebody asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_checked: Vec<String>,
}

impl OtherColumns {
    fn is_empty(&self) -> bool {
        *self == OtherColumns::default()
    }
}

/// A list that was asked, or had to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListUsed {
    pub name: String,
    /// `None` of the organization's own list, which has none: its digest says what it was.
    pub version: Option<i64>,
    /// The day or the time of which it is; `None` of a registry of which nothing was loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    pub size: u64,
    /// SHA-256 of what it held; empty where nothing was loaded.
    pub digest: String,
    /// Of a registry: what its answers were worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ListState>,
    /// Of a registry: the ISO 3166-1 code of the country whose numbers it was asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The area codes that it covered; `None` where it covered the country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_codes: Option<Vec<u16>>,
}

vocabulary! {
    /// What the answers of a registry were worth.
    ListState {
        Current = "current",
        /// Nothing of it was loaded.
        Missing = "missing",
        /// It was older than it may be: only what it had was an answer.
        TooOld = "too_old",
    }
}

/// A file that was read or written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileUsed {
    /// Without its folders.
    pub name: String,
    pub sha256: String,
    pub bytes: u64,
    pub rows: u64,
}

/// What became of the rows: `clean + blocked + unknown = read`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    pub read: u64,
    pub clean: u64,
    pub blocked: u64,
    pub unknown: u64,
}

impl Counts {
    /// Whether every row is accounted for.
    pub fn reconcile(&self) -> bool {
        self.read == self.clean + self.blocked + self.unknown
    }
}

/// The scrub of the same file before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// SHA-256 of the bytes of its certificate.
    pub certificate: String,
    /// How many rows are now blocked, clear or unknown that were something else.
    pub newly_blocked: u64,
    pub newly_clear: u64,
    #[serde(default)]
    pub newly_unknown: u64,
    /// The file of these rows, if it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<FileUsed>,
}

vocabulary! {
    /// What a finding of a verification is about.
    Subject {
        Certificate = "certificate",
        Input = "input",
        Clean = "clean",
        Blocked = "blocked",
        /// The rows of which an earlier scrub said something else.
        Changes = "changes",
        /// A file that is none of the certificate's.
        File = "file",
        /// A certificate before.
        Earlier = "earlier",
    }
}

vocabulary! {
    /// What a verification finds.
    Outcome {
        Good = "good",
        /// It is not what was signed.
        Changed = "changed",
        /// It should be there.
        Missing = "missing",
        /// The signature is good, and its key is none that is known.
        OtherKey = "other_key",
        /// It is none of what the certificate speaks of.
        Foreign = "foreign",
        /// Nobody has looked at it.
        NotChecked = "not_checked",
    }
}

/// One thing that a verification says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub subject: Subject,
    pub name: String,
    pub outcome: Outcome,
    pub detail: String,
}

impl Finding {
    pub fn new(subject: Subject, name: &str, outcome: Outcome, detail: impl Into<String>) -> Finding {
        Finding { subject, name: name.to_owned(), outcome, detail: detail.into() }
    }

    pub fn is_good(&self) -> bool {
        self.outcome == Outcome::Good
    }
}

/// The bytes of a text in hexadecimal, if they are so many.
pub fn of_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let [high, low] = pair else { return None };
        let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        *byte = (value(*high)? << 4) | value(*low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
