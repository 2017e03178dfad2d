//! Erasing a person: the keyed hashes by which a later import of one can be told.

pub mod cut;
pub mod on_erase;
pub mod redaction;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What an erased person was known by, as HMAC-SHA-256 under a key of the organization.
pub type KeyHash = [u8; 32];

/// The hash of a phone number in E.164.
pub fn hash_of_phone(key: &KeyHash, number: &str) -> KeyHash {
    keyed(key, "phone", number)
}

/// The hash of an email in normal form.
pub fn hash_of_email(key: &KeyHash, email: &str) -> KeyHash {
    keyed(key, "email", email)
}

fn keyed(key: &KeyHash, kind: &str, value: &str) -> KeyHash {
    // A key of any length will do for HMAC, so there is no error to meet.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(kind.as_bytes());
    mac.update(b":");
    mac.update(value.as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_hash_depends_on_key_kind_and_value() {
        let hashes = [
            hash_of_phone(&[1; 32], "+12125550101"),
            hash_of_phone(&[2; 32], "+12125550101"),
            hash_of_email(&[1; 32], "+12125550101"),
            hash_of_phone(&[1; 32], "+12125550102"),
        ];
        assert_eq!(hashes.iter().collect::<HashSet<_>>().len(), 4);
        assert_eq!(hash_of_phone(&[1; 32], "+12125550101"), hashes[0]);
    }
}
