//! `crmctl migrate seed`

use crate::commands::context::Context;
use crate::domain::role::Right;
use crate::error::Exit;
use crate::ops::seed;
use crate::ui::Column;

/// Load sample data: ten leads in various statuses, two do-not-call entries, and two assignments to the acting user
///
/// The people are made up and the numbers are reserved for fiction. Loading it twice adds nothing.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub fn run(_args: Args, context: &Context) -> anyhow::Result<Exit> {
    let mut session = context.session(Right::Administer)?;
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let seeded = session.db.write(org, |conn| seed::load(conn, &stamp))?;
    let columns = [
        Column::count("leads", "leads"),
        Column::count("dnc_entries", "do-not-call entries"),
        Column::count("assignments", "assignments"),
    ];
    context.ui.record(&seeded, &columns)?;
    Ok(Exit::Done)
}
