//! `crmctl dnc key export`

use serde::Serialize;

use super::show::no_key;
use super::store::KeyStore;
use crate::commands::context::Context;
use crate::error::{CommandError, Exit, Result};
use crate::ui::{Column, Format};

/// Print the public key, for whoever verifies certificates
///
/// It is PEM, which other programs read, too; `dnc verify --key FILE` takes it. With --format json it is a field.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc key export > ours.pem")]
pub struct Args {}

#[derive(Serialize)]
struct Exported {
    fingerprint: String,
    public_key: String,
    pem: String,
}

const COLUMNS: &[Column] = &[
    Column::whole("fingerprint", "fingerprint").kept(),
    Column::whole("public_key", "public key"),
    Column::text("pem", "PEM"),
];

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let key = KeyStore::of(context)?.current()?.ok_or_else(no_key)?.public();
    let pem = key.to_pem().map_err(|e| CommandError::failed(format!("the public key {e}")))?;
    match context.ui.format {
        Format::Table | Format::Markdown => context.ui.raw(pem.as_bytes())?,
        _ => {
            let exported = Exported { fingerprint: key.fingerprint(), public_key: key.to_hex(), pem };
            context.ui.record(&exported, COLUMNS)?;
        }
    }
    Ok(Exit::Done)
}
