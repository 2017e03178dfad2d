//! `crmctl territory add`

use super::shown::{COLUMNS, Known};
use super::{checked_filter, subject};
use crate::commands::args::changes::{ChangeArgs, added};
use crate::commands::args::complete;
use crate::commands::args::leads::selection::{Selection, reading};
use crate::commands::args::leads::territories::find;
use crate::commands::args::named::checked_name;
use crate::commands::args::texts;
use crate::commands::context::Context;
use crate::db::Lock;
use crate::db::models::lead_work::territories::NewTerritory;
use crate::db::types::{Json, Uid};
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::ops::audited;
use crate::ops::lead_work::territories;

/// Add a territory; its leads come with the next `assign`
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl territory add West --where 'state in (CA, OR, WA)'\n  \
    crmctl territory add California --where 'state = CA' --parent West --priority 10")]
pub struct Args {
    /// Its name, unique in the organization
    name: String,
    #[command(flatten)]
    selection: Selection,
    /// The territory that it is a part of: it takes only what that one takes, too
    #[arg(long, value_name = "NAME", add = complete::territory_names())]
    parent: Option<String>,
    /// Of two that take a lead the one with the smaller number
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(i32).range(0..=1_000_000))]
    priority: i32,
    /// What it is for
    #[arg(long, value_name = "TEXT", value_parser = texts::within::<2000>)]
    description: Option<String>,
    /// Keep it from taking leads for now; what is inside it takes some
    #[arg(long)]
    disable: bool,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let name = checked_name("territory", &args.name)?;
    let Some(filter) = args.selection.filter(&mut session)? else {
        return Err(CommandError::usage("which leads lie in it?").hint("give a filter: --where 'state = CA'"));
    };
    let filter = checked_filter(filter)?;
    let parent = args.parent.as_deref().map(|name| find(&mut session, name)).transpose()?;
    let stamp = session.stamp.clone();
    let new = NewTerritory {
        organization_id: stamp.org.0,
        uid: Uid::new(),
        name: &name,
        description: args.description.as_deref(),
        parent_id: parent.map(|parent| parent.id),
        filter: Json(filter.to_json()),
        priority: args.priority,
        is_active: !args.disable,
        created_at: stamp.now,
        updated_at: stamp.now,
    };
    let reading = reading(&session, None);
    let (made, known) =
        session.db.write_under(Lock::Territories, stamp.org, args.answer.mode(), |conn| -> Result<_> {
            let made = territories::add(conn, &new, &stamp)?;
            Ok((made, Known::within(conn, stamp.org, reading)?))
        })?;
    let changes = known.readable(added(audited::described(&made)));
    args.answer.answer(context.ui, &subject(&made.name), &changes, || known.shown(made.clone()).print(context.ui))?;
    Ok(Exit::Done)
}
