//! `crmctl segment add`

use super::{not_written, readable, shown, subject};
use crate::commands::args::changes::{ChangeArgs, added};
use crate::commands::args::leads::selection::Selection;
use crate::commands::args::named::checked_name;
use crate::commands::args::texts;
use crate::commands::context::Context;
use crate::db::models::segments::{NewSegment, Segment};
use crate::db::types::{Json, Uid};
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::ops::audited;

/// Keep a filter under a name
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    crmctl segment add 'Hot in Pharma' --where 'status = hot and custom.Industry = pharma' --public\n  \
    crmctl segment add fresh --where 'created within 7 days and on_dnc = no'")]
pub struct Args {
    /// Its name, unique in the organization
    name: String,
    #[command(flatten)]
    selection: Selection,
    /// What it is for
    #[arg(long, value_name = "TEXT", value_parser = texts::within::<2000>)]
    description: Option<String>,
    /// Everyone in the organization sees it; otherwise only you
    #[arg(long)]
    public: bool,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(super::COLUMNS)?;
    let mut session = context.session(Right::EditLeads)?;
    let name = checked_name("segment", &args.name)?;
    let Some(filter) = args.selection.filter(&mut session)? else {
        return Err(CommandError::usage("which leads?").hint("give a filter: --where 'status = hot'"));
    };
    let (org, now) = (session.org.org_id(), session.stamp.now);
    let new = NewSegment {
        organization_id: org.0,
        uid: Uid::new(),
        owner_id: session.stamp.changed_by,
        name: &name,
        description: args.description.as_deref(),
        filter: Json(filter.to_json()),
        is_public: args.public,
        created_at: now,
        updated_at: now,
    };
    let made = session.db.write_as(args.answer.mode(), org, |conn| audited::add::<Segment>(conn, &new, &session.stamp));
    let made = made.map_err(|e| not_written(e.into(), &name))?;
    let changes = readable(added(audited::described(&made)), &mut session)?;
    args.answer.answer(context.ui, &subject(&made.name), &changes, || {
        let made = shown(&mut session, made.clone())?;
        Ok(context.ui.record(&made, super::COLUMNS)?)
    })?;
    Ok(Exit::Done)
}
