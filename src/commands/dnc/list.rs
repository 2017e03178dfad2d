//! `crmctl dnc list`

use crate::commands::args::limit::Limit;
use crate::commands::args::vocabulary::one_of;
use crate::commands::args::window::WindowArgs;
use crate::commands::context::Context;
use crate::db::models::dnc::dnc_entries::{self, EntryFilter};
use crate::domain::access::role::Right;
use crate::domain::dnc::{DncScope, DncSource};
use crate::error::{Exit, Result};
use crate::ui::Column;

/// List the entries of the do-not-call list, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc list --source opt_out_text --since 2026-03-01\n  \
    crmctl dnc list --format csv > dnc.csv")]
pub struct Args {
    /// Entries from there
    #[arg(long, value_parser = one_of::<DncSource>())]
    source: Option<DncSource>,
    /// Entries that forbid these contacts
    #[arg(long, value_parser = one_of::<DncScope>())]
    scope: Option<DncScope>,
    /// Of the time when the entry was added
    #[command(flatten)]
    added: WindowArgs,
    /// Entries that this import made
    #[arg(long, value_name = "ID")]
    import: Option<i64>,
    /// Closed entries instead of live ones
    #[arg(long)]
    removed: bool,
    #[command(flatten)]
    limit: Limit,
}

/// Entries that are loaded and printed together.
const PAGE: i64 = 5000;

const COLUMNS: &[Column] = &[
    Column::number("id", "id").optional(),
    Column::whole("phone_number", "number").kept(),
    Column::whole("scope", "scope"),
    Column::whole("source", "source").optional(),
    Column::text("reason", "reason"),
    Column::hidden("evidence"),
    Column::time("added_at", "added"),
    Column::hidden("added_by"),
    Column::hidden("added_actor"),
    Column::time("expires_at", "expires"),
    Column::time("calls_expire_at", "calls expire"),
    Column::time("texts_expire_at", "texts expire"),
    Column::time("removed_at", "removed"),
    Column::hidden("removed_by"),
    Column::hidden("removed_actor"),
    Column::hidden("removal_kind"),
    Column::text("removal_reason", "why removed"),
    Column::number("import_id", "import").optional(),
    Column::hidden("origin"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let (org, added) = (session.org.org_id(), args.added.window(&session)?);
    let filter = EntryFilter {
        source: args.source,
        scope: args.scope,
        added_since: added.since(),
        added_until: added.until(),
        import_id: args.import,
        removed: args.removed,
    };
    let limit = args.limit.most(context.ui);
    let mut list = context.ui.list(COLUMNS);
    let more = session.db.read(org, |conn| -> Result<bool> {
        let (mut before, mut left) = (None, limit.map_or(i64::MAX, i64::from));
        loop {
            // One more than asked for tells whether the list is cut.
            let most = PAGE.min(left.saturating_add(1));
            let page = dnc_entries::page(conn, org, &filter, before, most)?;
            let is_last = (page.len() as i64) < most;
            for entry in &page {
                if left == 0 {
                    return Ok(true);
                }
                list.push(entry)?;
                left -= 1;
            }
            before = page.last().map(|entry| entry.id);
            if is_last || before.is_none() {
                return Ok(false);
            }
        }
    })?;
    list.finish("no entries")?;
    if more {
        args.limit.tell_cut(context.ui);
    }
    Ok(Exit::Done)
}
