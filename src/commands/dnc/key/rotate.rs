//! `crmctl dnc key rotate`

use serde::Serialize;

use super::store::KeyStore;
use crate::commands::context::Context;
use crate::db::DbError;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::dnc::scrubs::trust;
use crate::ui::Column;

/// Make a new key that signs certificates from now on
///
/// What the old key signed stays good: its public half is kept here, and in the database that holds the scrubs. The old key
/// itself is gone. The organization trusts the new one; others trust it by `dnc key trust`. Do it when somebody may have read the
/// old key, or when whoever knew it has left.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc key rotate")]
pub struct Args {}

#[derive(Serialize)]
struct Rotated {
    fingerprint: String,
    file: String,
    previous: Option<String>,
}

const COLUMNS: &[Column] = &[
    Column::whole("fingerprint", "fingerprint").kept(),
    Column::text("file", "file"),
    Column::whole("previous", "key before"),
];

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(COLUMNS)?;
    let store = KeyStore::of(context)?;
    // Where there is a database, only its admins may.
    let mut session = match context.open_existing() {
        Ok(_) => Some(context.session(Right::Administer)?),
        Err(_) => None,
    };
    // One that cannot be read is a reason to rotate.
    let previous = store.current().ok().flatten().map(|key| key.public());
    let key = store.rotate()?.public();
    if let Some(session) = &mut session {
        let stamp = session.stamp.clone();
        let recorded: Result<bool, DbError> = session.db.write(stamp.org, |conn| trust(conn, &key, &stamp));
        if let Err(e) = recorded {
            ui.warn(&format!(
                "the key is made, and `{}` does not trust it yet (crmctl dnc key trust): {e}",
                session.org.slug
            ));
        }
    }
    let rotated = Rotated {
        fingerprint: key.fingerprint(),
        file: store.path().display().to_string(),
        previous: previous.map(|key| key.fingerprint()),
    };
    ui.record(&rotated, COLUMNS)?;
    Ok(Exit::Done)
}
