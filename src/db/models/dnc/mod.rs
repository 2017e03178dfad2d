//! The do-not-call list, its requests and its checks.

pub mod dnc_bans;
pub mod dnc_checks;
pub mod dnc_entries;
pub mod dnc_list;
pub mod dnc_requests;
pub mod dnc_scrubs;
pub mod dnc_spellings;
pub mod registries;
pub mod signing_keys;
