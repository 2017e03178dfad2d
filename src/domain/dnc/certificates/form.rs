//! The form of certificates: the bytes of the file, and the bytes that are signed.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::keys::SigningKey;
use super::{Certificate, Hash, hex};

/// The text that is signed: the certificate without its signature in one line, keys sorted by code point, no blanks, only `"`, `\` and
/// control characters escaped.
pub fn signed_part(certificate: &Value) -> String {
    let mut unsigned = certificate.clone();
    if let Some(object) = unsigned.as_object_mut() {
        object.remove("signature");
    }
    // An object of this library is sorted by its keys, and written so.
    unsigned.to_string()
}

/// The text of the file, which is the same for the same certificate.
pub fn rendered(certificate: &Certificate) -> String {
    let value = serde_json::to_value(certificate).unwrap_or_default();
    rendered_value(&value)
}

pub(super) fn rendered_value(value: &Value) -> String {
    format!("{value:#}\n")
}

/// The hash of the bytes of a certificate, by which the next one holds it.
pub fn hash_of(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

impl Certificate {
    /// The certificate signed by a key, and naming it.
    #[must_use]
    pub fn signed(self, key: &SigningKey) -> Certificate {
        let certificate = Certificate { public_key: key.public().to_hex(), signature: String::new(), ..self };
        let value = serde_json::to_value(&certificate).unwrap_or_default();
        let signature = hex(&key.sign(&signed_part(&value)));
        Certificate { signature, ..certificate }
    }
}
