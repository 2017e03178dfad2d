//! `crmctl dnc key rotate`

use serde::Serialize;

use super::store::KeyStore;
use crate::commands::context::{Context, Session};
use crate::db::DbError;
use crate::db::models::access::organizations;
use crate::domain::access::role::Right;
use crate::domain::dnc::certificates::keys::PublicKey;
use crate::error::{Exit, Result};
use crate::ops::dnc::scrubs::{known_keys, trust};
use crate::ui::Column;

/// Make a new key that signs certificates from now on
///
/// What the old key signed stays good: its public half is kept here, and in the database that holds the scrubs. The old key
/// itself is gone, which is asked about. The organization trusts the new one; others trust it by `dnc key trust`. Do it when somebody may have read the
/// old key, or when whoever knew it has left.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc key rotate\n  crmctl dnc key rotate --yes")]
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
    let mut session = match context.open_if_any()? {
        Some(_) => Some(context.session(Right::Administer)?),
        None => None,
    };
    // One that cannot be read is a reason to rotate.
    let previous = store.current().ok().flatten().map(|key| key.public());
    if store.path().exists() {
        ui.confirm(&format!(
            "Make a new key in place of {}, which is then gone?",
            previous.map_or_else(|| format!("`{}`", store.path().display()), |key| key.fingerprint())
        ))?;
    }
    let others = session.as_mut().zip(previous).map(|(session, key)| trusting(session, key)).transpose()?;
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
    if let Some(others) = others.filter(|others| !others.is_empty()) {
        ui.warn(&format!(
            "organizations that trust the key before and not the new one: {}; an admin of each lets it count, for example: \
             crmctl --org {} dnc key trust",
            others.join(", "),
            others.first().map_or("", String::as_str)
        ));
    }
    Ok(Exit::Done)
}

/// The other organizations of the database that trust a key.
fn trusting(session: &mut Session, key: PublicKey) -> Result<Vec<String>> {
    let mut slugs = Vec::new();
    for org in session.db.read_global(organizations::all)? {
        let id = org.org_id();
        if id != session.org.org_id() && session.db.read(id, |conn| known_keys(conn, id))?.contains(&key) {
            slugs.push(org.slug);
        }
    }
    Ok(slugs)
}
