//! What is still known of the erased: by keyed hash that somebody was, and what they opted out of.

use std::collections::HashMap;

use super::error::EraseError;
use crate::db::models::erasure::erasures;
use crate::db::{Db, DbError, OrgId};
use crate::domain::erasure::{KeyHash, hash_of_email, hash_of_phone};
use crate::domain::leads::consent::OptOut;

/// The opt-outs of the erased, by what they were known by.
#[derive(Default)]
pub struct Tombstones {
    key: Option<KeyHash>,
    by_hash: HashMap<KeyHash, OptOut>,
}

impl Tombstones {
    /// Gathers those of an organization.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn load(conn: &mut Db, org: OrgId) -> Result<Tombstones, DbError> {
        let Some(key) = erasures::hash_key(conn, org)? else { return Ok(Tombstones::default()) };
        Ok(Tombstones { key: Some(key), by_hash: erasures::opt_outs(conn, org, None)? })
    }

    /// Gathers those of the person with this phone or one of these emails.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn of_person(conn: &mut Db, org: OrgId, phone: Option<&str>, emails: &[String]) -> Result<Tombstones, DbError> {
        let Some(key) = erasures::hash_key(conn, org)? else { return Ok(Tombstones::default()) };
        let phone = phone.map(|number| hash_of_phone(&key, number));
        let hashes: Vec<KeyHash> =
            phone.into_iter().chain(emails.iter().map(|email| hash_of_email(&key, email))).collect();
        Ok(Tombstones { key: Some(key), by_hash: erasures::opt_outs(conn, org, Some(&hashes))? })
    }

    pub fn is_empty(&self) -> bool {
        self.by_hash.is_empty()
    }

    /// What the person with this phone or email opted out of before they were erased; `None` when nobody was.
    pub fn find(&self, phone: Option<&str>, email: Option<&str>) -> Option<OptOut> {
        let key = self.key.as_ref()?;
        hashes(key, phone, email).filter_map(|hash| self.by_hash.get(&hash).copied()).reduce(OptOut::or)
    }
}

fn hashes(key: &KeyHash, phone: Option<&str>, email: Option<&str>) -> impl Iterator<Item = KeyHash> {
    let phone = phone.map(|number| hash_of_phone(key, number));
    phone.into_iter().chain(email.map(|email| hash_of_email(key, email)))
}

/// The key of the organization's hashes, and whether it is new and still to be stored.
///
/// # Errors
/// The machine has no random numbers, or the database cannot be read.
pub fn key(conn: &mut Db, org: OrgId) -> Result<(KeyHash, bool), EraseError> {
    if let Some(key) = erasures::hash_key(conn, org)? {
        return Ok((key, false));
    }
    let mut key = KeyHash::default();
    getrandom::fill(&mut key).map_err(|e| EraseError::NoRandom(e.to_string()))?;
    Ok((key, true))
}
