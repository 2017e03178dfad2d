//! `crmctl dnc key list`

use serde::Serialize;

use crate::commands::context::Context;
use crate::db::models::dnc::signing_keys::{self, TrustedKey};
use crate::domain::access::role::Right;
use crate::domain::timestamp::Timestamp;
use crate::error::{Exit, Result};
use crate::ui::Column;

/// List the keys whose certificates count, and who let them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc key list")]
pub struct Args {}

#[derive(Serialize)]
struct Line {
    fingerprint: String,
    actor: String,
    recorded_at: Timestamp,
}

impl From<TrustedKey> for Line {
    fn from(key: TrustedKey) -> Line {
        Line { fingerprint: key.fingerprint, actor: key.actor, recorded_at: key.recorded_at }
    }
}

const COLUMNS: &[Column] = &[
    Column::whole("fingerprint", "fingerprint").kept(),
    Column::text("actor", "who").kept(),
    Column::ago("recorded_at", "when").kept(),
];

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let mut list = context.ui.list(COLUMNS);
    let keys = session.db.read(org, |conn| signing_keys::all(conn, org))?;
    keys.into_iter().try_for_each(|key| list.push(&Line::from(key)))?;
    list.finish("no keys")?;
    Ok(Exit::Done)
}
