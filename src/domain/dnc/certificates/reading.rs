//! Reading a certificate, and whether it is what was signed.

use serde_json::Value;

use super::form::{hash_of, rendered_value, signed_part};
use super::keys::PublicKey;
use super::{Certificate, FORMAT, Finding, Hash, Outcome, Subject, of_hex};

/// A certificate as it was read, whatever is wrong with it.
#[derive(Debug, Clone)]
pub struct Read {
    pub certificate: Certificate,
    /// Of its bytes.
    pub hash: Hash,
    /// The key by which it says that it is signed.
    pub key: Option<PublicKey>,
    /// Whether its bytes and its signature are those of that key.
    fault: Option<&'static str>,
}

/// Reads the bytes of a file.
///
/// # Errors
/// It is no certificate of this form; the sentence goes on after its name.
pub fn read(bytes: &[u8]) -> Result<Read, String> {
    let none = |why: String| format!("is no certificate of a scrub: {why}");
    let value: Value = serde_json::from_slice(bytes).map_err(|e| none(e.to_string()))?;
    match value.get("format").and_then(Value::as_str) {
        Some(FORMAT) => {}
        Some(other) => return Err(format!("has the form `{other}`, which this program does not know")),
        None => return Err(none("it names no form".to_owned())),
    }
    let certificate: Certificate = serde_json::from_value(value.clone()).map_err(|e| none(e.to_string()))?;
    let key = PublicKey::of_hex(&certificate.public_key);
    let signature = of_hex::<64>(&certificate.signature);
    let is_signed = key.zip(signature).is_some_and(|(key, signature)| key.has_signed(&signed_part(&value), &signature));
    let fault = match is_signed {
        false => Some("its signature is not one of what it says: it was changed after it was signed"),
        // What is signed says the same in other bytes.
        true if rendered_value(&value).as_bytes() != bytes => {
            Some("it says what was signed, and its bytes are not those that were written")
        }
        true => None,
    };
    Ok(Read { certificate, hash: hash_of(bytes), key: key.filter(|_| is_signed), fault })
}

impl Read {
    /// What is to be said of the certificate itself, given the keys that are known.
    pub fn finding(&self, subject: Subject, name: &str, known: &[PublicKey]) -> Finding {
        if let Some(fault) = self.fault {
            return Finding::new(subject, name, Outcome::Changed, fault);
        }
        let certificate = &self.certificate;
        let fingerprint = self.key.map(|key| key.fingerprint()).unwrap_or_default();
        if !self.key.is_some_and(|key| known.contains(&key)) {
            let detail = format!("the signature is good, and its key {fingerprint} is none that is known here");
            return Finding::new(subject, name, Outcome::OtherKey, detail);
        }
        let detail = format!("number {} of `{}`", certificate.sequence, certificate.organization.slug);
        Finding::new(subject, name, Outcome::Good, format!("{detail}, signed {} by {fingerprint}", certificate.made_at))
    }
}
