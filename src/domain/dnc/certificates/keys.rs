//! Keys of certificates: Ed25519 (RFC 8032), written as PEM (RFC 8410) so that other programs read them.

use std::fmt;

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use ed25519_dalek::{Signature, Signer};
use sha2::{Digest, Sha256};

use super::{hex, of_hex};

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    #[error("is no private Ed25519 key in PEM")]
    NoPrivateKey,
    #[error("is no public Ed25519 key in PEM")]
    NoPublicKey,
    #[error("cannot be written as PEM")]
    NotWritten,
}

/// The key by which an installation signs. It is never printed.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey").field(&self.public()).finish()
    }
}

impl SigningKey {
    /// The key of a secret.
    pub fn of_secret(secret: &[u8; 32]) -> SigningKey {
        SigningKey(ed25519_dalek::SigningKey::from_bytes(secret))
    }

    /// Reads a key.
    ///
    /// # Errors
    /// The text is none.
    pub fn of_pem(text: &str) -> Result<SigningKey, KeyProblem> {
        ed25519_dalek::SigningKey::from_pkcs8_pem(text).map(SigningKey).map_err(|_| KeyProblem::NoPrivateKey)
    }

    /// The text of the file that keeps it.
    ///
    /// # Errors
    /// The library cannot write it.
    pub fn to_pem(&self) -> Result<impl AsRef<str> + use<>, KeyProblem> {
        let pem = self.0.to_pkcs8_pem(LineEnding::LF).map_err(|_| KeyProblem::NotWritten)?;
        Ok(Secret(pem))
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The signature of a text.
    pub fn sign(&self, text: &str) -> [u8; 64] {
        self.0.sign(text.as_bytes()).to_bytes()
    }
}

/// A text that is wiped when it is dropped.
struct Secret<T>(T);

impl<T: AsRef<str>> AsRef<str> for Secret<T> {
    fn as_ref(&self) -> &str {
        self.0.as_ref()
    }
}

/// A key by which certificates are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    pub fn of_bytes(bytes: [u8; 32]) -> PublicKey {
        PublicKey(bytes)
    }

    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads a key as certificates hold it: 64 digits.
    pub fn of_hex(text: &str) -> Option<PublicKey> {
        of_hex(text).map(PublicKey)
    }

    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// Reads a key in PEM.
    ///
    /// # Errors
    /// The text is none.
    pub fn of_pem(text: &str) -> Result<PublicKey, KeyProblem> {
        let key = ed25519_dalek::VerifyingKey::from_public_key_pem(text.trim()).map_err(|_| KeyProblem::NoPublicKey)?;
        Ok(PublicKey(key.to_bytes()))
    }

    /// The text that others read.
    ///
    /// # Errors
    /// The bytes are no key.
    pub fn to_pem(&self) -> Result<String, KeyProblem> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(&self.0).map_err(|_| KeyProblem::NoPublicKey)?;
        key.to_public_key_pem(LineEnding::LF).map_err(|_| KeyProblem::NotWritten)
    }

    /// What people compare: SHA-256 of the 32 bytes of the key.
    pub fn fingerprint(&self) -> String {
        hex(&Sha256::digest(self.0))
    }

    /// Whether a signature of a text is this key's.
    pub fn has_signed(&self, text: &str, signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        ed25519_dalek::VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(text.as_bytes(), &signature).is_ok())
    }
}
