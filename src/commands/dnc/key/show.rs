//! `crmctl dnc key show`

use serde::Serialize;

use super::store::KeyStore;
use crate::commands::context::Context;
use crate::domain::dnc::certificates::keys::PublicKey;
use crate::error::{CommandError, Exit, Result};
use crate::ui::Column;

/// Show the key that signs certificates, by its fingerprint
///
/// Of the key only the fingerprint is shown, and where it is kept. Older keys still count for what they signed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc key show")]
pub struct Args {}

#[derive(Serialize)]
struct Shown {
    fingerprint: String,
    public_key: String,
    file: String,
    older_keys: Vec<String>,
}

const COLUMNS: &[Column] = &[
    Column::whole("fingerprint", "fingerprint").kept(),
    Column::whole("public_key", "public key"),
    Column::text("file", "file"),
    Column::text("older_keys", "older keys"),
];

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let store = KeyStore::of(context)?;
    let key = store.current()?.ok_or_else(no_key)?.public();
    let older = store.known()?.iter().filter(|known| **known != key).map(PublicKey::fingerprint).collect();
    let shown = Shown {
        fingerprint: key.fingerprint(),
        public_key: key.to_hex(),
        file: store.path().display().to_string(),
        older_keys: older,
    };
    context.ui.record(&shown, COLUMNS)?;
    Ok(Exit::Done)
}

/// There is none yet.
pub(super) fn no_key() -> CommandError {
    CommandError::failed("there is no key yet that signs certificates")
        .hint("the first scrub makes one; or make it now: crmctl dnc key rotate")
}
