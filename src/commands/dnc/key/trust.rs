//! `crmctl dnc key trust`

use std::path::PathBuf;

use serde::Serialize;

use super::show::no_key;
use super::store::{KeyStore, read_public};
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::dnc::scrubs::trust;
use crate::ui::Column;

/// Let the certificates count that a key signs
///
/// Whoever is no admin scrubs only with a key that an admin has trusted. It is trusted for good: what it signed must stay provable.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc key trust theirs.pem\n  crmctl dnc key trust --org beta")]
pub struct Args {
    /// The public key, as `dnc key export` prints it [default: that of this installation]
    #[arg(value_name = "FILE")]
    key: Option<PathBuf>,
}

#[derive(Serialize)]
struct Trusted {
    fingerprint: String,
    public_key: String,
}

const COLUMNS: &[Column] =
    &[Column::whole("fingerprint", "fingerprint").kept(), Column::whole("public_key", "public key")];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::Administer)?;
    let key = match &args.key {
        Some(path) => read_public(path)?,
        None => KeyStore::of(context)?.current()?.ok_or_else(no_key)?.public(),
    };
    let stamp = session.stamp.clone();
    let is_new = session.db.write(stamp.org, |conn| trust(conn, &key, &stamp))?;
    context.tell_unchanged(is_new);
    ui.record(&Trusted { fingerprint: key.fingerprint(), public_key: key.to_hex() }, COLUMNS)?;
    Ok(Exit::Done)
}
