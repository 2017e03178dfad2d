//! `crmctl dnc history`

use crate::commands::context::Context;
use crate::db::{Db, DbError, OrgId, RunMode};
use crate::domain::access::role::Right;
use crate::domain::phone::reading::{Reading, read_for_list};
use crate::domain::phone::{E164, Region};
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Exit, Result};
use crate::ops::dnc::history::history;
use crate::ops::dnc::registries::{Found, Registries};
use crate::ops::dnc::sharing::Group;
use crate::ui::Column;

/// Show all that was said and done about a number
///
/// That is requests, entries, decisions, recorded checks, and scrubs of files that held it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc history '(212) 555-0142'")]
pub struct Args {
    /// The number, written in any way
    number: String,
    /// The region of a national number, such as US [default: the organization's]
    #[arg(long)]
    region: Option<Region>,
}

const COLUMNS: &[Column] = &[
    Column::time("at", "when"),
    Column::whole("event", "event").kept(),
    Column::text("detail", "detail").kept(),
    Column::whole("source", "source").optional(),
    Column::hidden("scope"),
    Column::text("actor", "who"),
    Column::hidden("by_user_id"),
    Column::number("import_id", "import").optional(),
    Column::hidden("number"),
    Column::hidden("dnc_id"),
    Column::hidden("request_id"),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let (org, now) = (session.org.org_id(), session.stamp.now);
    let region = || args.region.or_else(|| session.org.default_region.parse().ok());
    let reading = read_for_list(&args.number, region).map_err(|e| {
        CommandError::failed(format!("`{}` {e}", args.number))
            .hint("write a number, for example +12125550142 or '(212) 555-0142'")
    })?;
    let mut list = context.ui.list(COLUMNS);
    let (events, on_registries, group) = session.db.read(org, |conn| {
        Ok::<_, DbError>((
            history(conn, org, reading)?,
            on_registries(conn, org, reading, now)?,
            Group::listing(conn, org, &reading.all().collect::<Vec<_>>(), now)?,
        ))
    })?;
    events.iter().try_for_each(|event| list.push(event))?;
    list.finish(&format!("nothing was said or done about {}", reading.number))?;
    if !on_registries.is_empty() {
        context.ui.note(&format!("it is on {} now, of which no history is kept", on_registries.join(", ")));
    }
    if let Some(group) = group {
        context.ui.note(&group.told(org, RunMode::Commit));
    }
    Ok(Exit::Done)
}

/// The registries that the organization requires and that have the number now.
fn on_registries(conn: &mut Db, org: OrgId, reading: Reading, now: Timestamp) -> Result<Vec<String>, DbError> {
    let registries = Registries::required(conn, org, now)?;
    let numbers: Vec<E164> = reading.all().collect();
    let answers = registries.ask(conn, &numbers)?;
    let said = numbers.iter().flat_map(|number| registries.said(&answers, *number));
    let mut names: Vec<String> =
        said.filter(|(_, found)| matches!(found, Found::Listed(_))).map(|(list, _)| list.name.clone()).collect();
    names.dedup();
    Ok(names)
}
