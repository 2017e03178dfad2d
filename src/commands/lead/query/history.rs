//! `crmctl lead history`

use serde::Serialize;

use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::times;
use crate::commands::context::{Context, Session};
use crate::db::DbError;
use crate::db::models::leads::Lead;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::leads::history::as_of::{LeadState, as_of};
use crate::ops::leads::history::named::Named;
use crate::ops::leads::history::{TracedChange, traced_changes};
use crate::ui::{Column, Format};

/// List every change of a lead, or show it as it was
///
/// `--as-of` says when. Changes of leads that were merged into it are among them. --as-of computes the lead backwards
/// from its log; a date means the end of that day in the organization's time zone.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl lead history 10482\n  crmctl lead history ada@example.com --as-of 2026-03-04"
)]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
    /// Show the lead as it was then: a date, or a date and time
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
}

const COLUMNS: &[Column] = &[
    Column::time("at", "when"),
    Column::number("lead_id", "lead").optional(),
    Column::whole("action", "action"),
    Column::field("field", "field").kept(),
    Column::logged("old", "old", "field").kept(),
    Column::logged("new", "new", "field").kept(),
    Column::text("actor", "who"),
    Column::number("import_id", "import").optional(),
    Column::hidden("by_user_id"),
    Column::text("ip_address", "address").optional(),
    Column::whole("strategy", "assigned").optional(),
    Column::text("context", "context").optional(),
];

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let lead = args.name.find(&mut session, Among::Any)?;
    if let Some(time) = args.as_of {
        return print_as_of(context, &mut session, lead, &time);
    }
    let org = session.org.org_id();
    let is_for_people = matches!(context.ui.format, Format::Table | Format::Markdown);
    let changes = session.db.read(org, |conn| -> Result<_, DbError> {
        let mut changes = traced_changes(conn, org, lead.id)?;
        if is_for_people {
            // An absorbed lead may have had another currency.
            let is_alone = changes.iter().all(|it| it.change.lead_id == lead.id);
            let currency = lead.currency.as_deref().filter(|_| is_alone);
            let values = changes.iter().map(|it| (it.change.field.as_deref(), it.change.old.as_deref()));
            let named = Named::read(conn, org, currency, values)?;
            for TracedChange { change, context, .. } in &mut changes {
                named.name(change.field.as_deref(), &mut change.old);
                named.name(change.field.as_deref(), &mut change.new);
                *context = context.take().map(|context| named.context(&context));
            }
        }
        Ok(changes)
    })?;
    let mut list = context.ui.list(&columns(&changes));
    for change in &changes {
        list.push(change)?;
    }
    list.finish("nothing is known of it")?;
    Ok(Exit::Done)
}

/// The columns; tables have those of addresses and of contexts only where there are any.
fn columns(changes: &[TracedChange]) -> Vec<Column> {
    let has_address = changes.iter().any(|traced| traced.change.ip_address.is_some());
    let has_context = changes.iter().any(|traced| traced.context.is_some());
    let in_tables = |column: &Column| match &*column.key {
        "ip_address" => has_address,
        "strategy" | "context" => has_context,
        _ => column.in_tables,
    };
    COLUMNS.iter().map(|column| Column { in_tables: in_tables(column), ..column.clone() }).collect()
}

/// A lead as it was, with the email of who owned it and the name of its territory.
#[derive(Serialize)]
struct Then<'a> {
    #[serde(flatten)]
    state: &'a LeadState,
    owner: Option<String>,
    territory: Option<String>,
}

fn print_as_of(context: &Context, session: &mut Session, lead: Lead, time: &str) -> Result<Exit> {
    let time = times::end(session, "--as-of", time)?;
    let org = session.org.org_id();
    let (state, named) = session.db.read(org, |conn| -> Result<_> {
        let state = as_of(conn, org, lead, time)?;
        let named = Named::read(conn, org, None, std::iter::empty())?;
        Ok((state, named))
    })?;
    let owner = state.lead.owner_id.and_then(|user| named.email(user)).cloned();
    let territory = state.lead.territory_id.and_then(|territory| named.territory(territory)).cloned();
    let ui = context.ui;
    ui.record(&Then { state: &state, owner, territory }, &super::show::columns())?;
    super::show::print_phones(ui, &state.phones)?;
    super::show::print_emails(ui, &state.emails)?;
    super::show::print_notes(ui, &state.notes)?;
    Ok(Exit::Done)
}
