//! Calls that are made once, however often they are tried: whoever does not know whether a call has succeeded makes it again with
//! the same key.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::db::models::idempotency_keys::{self, KeyedCall};
use crate::db::{Db, DbError, Stamp};
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Explain};

/// The longest key, in characters.
pub const LONGEST_KEY: usize = 200;

/// Why a call with a key was not made.
#[derive(Debug, thiserror::Error)]
pub enum IdempotencyError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the idempotency key `{key}` was given to another call, of `{verb}`, before")]
    OtherCall { key: String, verb: String },
    #[error("the idempotency key `{0}` was given to another call at this moment")]
    Raced(String),
}

impl Explain for IdempotencyError {
    fn explain(&self) -> CommandError {
        let hint = match self {
            IdempotencyError::Db(e) => return e.explain(),
            IdempotencyError::OtherCall { .. } => "nothing was changed; give each call a key of its own",
            IdempotencyError::Raced(_) => "nothing was changed; try again",
        };
        CommandError::failed(self.to_string()).hint(hint)
    }
}

/// A call that has a key.
#[derive(Debug, Clone)]
pub struct Keyed {
    key: String,
    verb: &'static str,
    call_hash: Vec<u8>,
}

/// When a call was made before, and the budget transaction that it booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    pub at: Timestamp,
    pub sequence: Option<i64>,
}

impl Keyed {
    /// A call of a verb that asks for this.
    ///
    /// # Errors
    /// What it asks for has no JSON form.
    pub fn new(key: &str, verb: &'static str, asked: &impl Serialize) -> Result<Keyed, serde_json::Error> {
        let call_hash = Sha256::digest(serde_json::to_vec(&(verb, asked))?).to_vec();
        Ok(Keyed { key: key.to_owned(), verb, call_hash })
    }

    /// Whether the call was made before. The caller holds what others that make the same call wait for.
    ///
    /// # Errors
    /// The key was given to another call, or the database cannot be read.
    pub fn earlier(&self, conn: &mut Db, stamp: &Stamp) -> Result<Option<Earlier>, IdempotencyError> {
        match idempotency_keys::with_key(conn, stamp.org, &self.key)? {
            None => Ok(None),
            Some(call) if call.call_hash == self.call_hash => {
                Ok(Some(Earlier { at: call.called_at, sequence: call.sequence }))
            }
            Some(call) => Err(IdempotencyError::OtherCall { key: self.key.clone(), verb: call.verb }),
        }
    }

    /// Keeps the key of the call, which is being made.
    ///
    /// # Errors
    /// Another call took the key meanwhile, or the database refuses.
    pub fn keep(&self, conn: &mut Db, sequence: Option<i64>, stamp: &Stamp) -> Result<(), IdempotencyError> {
        let call =
            KeyedCall { verb: self.verb.to_owned(), call_hash: self.call_hash.clone(), sequence, called_at: stamp.now };
        match idempotency_keys::insert(conn, &self.key, &call, stamp) {
            Err(e) if e.is_unique_violation() => Err(IdempotencyError::Raced(self.key.clone())),
            kept => Ok(kept?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_tells_calls_apart() {
        let hash = |verb, asked: (i64, Option<&str>)| Keyed::new("k", verb, &asked).unwrap().call_hash;
        let first = hash("budget deposit", (100, None));
        assert_eq!(first, hash("budget deposit", (100, None)));
        assert_eq!(first.len(), 32);
        for other in [
            hash("budget charge", (100, None)),
            hash("budget deposit", (101, None)),
            hash("budget deposit", (100, Some(""))),
        ] {
            assert_ne!(first, other);
        }
    }
}
