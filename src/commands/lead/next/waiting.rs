//! `crmctl lead next waiting`

use std::collections::HashMap;

use serde::Serialize;

use super::Whose;
use crate::commands::args::limit::Limit;
use crate::commands::context::Context;
use crate::db::models::access::users;
use crate::domain::access::role::Right;
use crate::domain::lead_work::next::{ContactChannel, Outcome};
use crate::domain::timestamp::Timestamp;
use crate::error::{Exit, Result};
use crate::ops::lead_work::next::waiting::{self, Waiting};
use crate::ui::Column;

/// List leads that are put off: by whom, why and until when
///
/// Nobody is recommended them until then. Without --owner and --all it is your own leads, and nobody's in your territories. `lead next
/// snooze ID --until today` brings one back.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead next waiting\n  crmctl lead next waiting --all --limit 0")]
pub struct Args {
    #[command(flatten)]
    whose: Whose,
    #[command(flatten)]
    limit: Limit,
}

/// A lead that is put off, as it is printed.
#[derive(Debug, Serialize)]
struct Line {
    lead_id: i64,
    name: Option<String>,
    /// The email of its owner.
    owner: Option<String>,
    outcome: Option<Outcome>,
    channel: ContactChannel,
    until: Timestamp,
    actor: String,
    recommended_at: Timestamp,
    reason: Option<String>,
}

const COLUMNS: &[Column] = &[
    Column::number("lead_id", "lead").kept(),
    Column::text("name", "name").kept(),
    Column::text("owner", "owner").optional(),
    Column::whole("outcome", "outcome").kept(),
    Column::whole("channel", "channel").optional(),
    Column::time("until", "until").kept(),
    Column::text("actor", "who").kept(),
    Column::hidden_time("recommended_at"),
    Column::text("reason", "reason"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::Read)?;
    let person = args.whose.person(&mut session)?;
    let stamp = session.stamp.clone();
    let (found, users) = session.db.read(stamp.org, |conn| -> Result<_> {
        Ok((waiting::list(conn, person, &stamp)?, users::all(conn, stamp.org)?))
    })?;
    let emails: HashMap<i64, String> = users.into_iter().map(|user| (user.id, user.email)).collect();
    let most = args.limit.most(context.ui).map_or(usize::MAX, |most| most as usize);
    let is_cut = found.len() > most;
    let mut list = context.ui.list(COLUMNS);
    for one in found.into_iter().take(most) {
        list.push(&line(one, &emails))?;
    }
    list.finish("no leads are put off")?;
    if is_cut {
        args.limit.tell_cut(context.ui);
    }
    Ok(Exit::Done)
}

fn line(one: Waiting, emails: &HashMap<i64, String>) -> Line {
    let Waiting { lead, said } = one;
    Line {
        lead_id: lead.id,
        name: lead.full_name().or_else(|| lead.company.clone()),
        owner: lead.owner_id.and_then(|owner| emails.get(&owner).cloned()),
        outcome: said.outcome,
        channel: said.channel,
        until: said.expires_at,
        actor: said.actor,
        recommended_at: said.recommended_at,
        reason: said.note,
    }
}
