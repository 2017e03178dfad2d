//! `crmctl import list`

use serde::Serialize;

use crate::commands::args::limit::Limit;
use crate::commands::context::Context;
use crate::db::models::imports::{self, Import};
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};

/// List imports, the latest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl import list\n  crmctl import list --limit 10")]
pub struct Args {
    #[command(flatten)]
    limit: Limit,
}

/// A record with the counts that a list shows beside it.
#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    import: Import,
    read: Option<i64>,
    created: Option<i64>,
    updated: Option<i64>,
    skipped: Option<i64>,
    rejected: Option<i64>,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    session.read_from_replica([], context)?;
    let org = session.org.org_id();
    let most = args.limit.most(context.ui);
    // One more than is shown, to know whether there are more.
    let asked = most.map_or(i64::MAX, |most| i64::from(most) + 1);
    let mut all = session.db.read(org, |conn| imports::latest(conn, org, asked))?;
    let most = most.map_or(usize::MAX, |most| most as usize);
    let is_cut = all.len() > most;
    all.truncate(most);
    let mut list = context.ui.list(super::COLUMNS);
    for import in all {
        let count = |key: &str| import.counts.0.get(key).and_then(serde_json::Value::as_i64);
        let line = Line {
            read: count("read"),
            created: count("created"),
            updated: count("updated"),
            skipped: count("skipped"),
            rejected: count("rejected"),
            import,
        };
        list.push(&line)?;
    }
    list.finish("no imports")?;
    if is_cut {
        args.limit.tell_latest(context.ui);
    }
    Ok(Exit::Done)
}
