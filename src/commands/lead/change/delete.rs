//! `crmctl lead delete`

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::leads::rows::{COLUMNS, rows};
use crate::commands::args::leads::selection::Selection;
use crate::commands::context::Context;
use crate::commands::lead::answer::subject;
use crate::commands::lead::mass_update::{Wanted, change_selected, one_or_many};
use crate::db::{DbError, Lock};
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::ops::leads::delete;
use crate::ops::leads::mass_update::MassUpdate;
use crate::ui::Change;

/// Delete a lead, or many; `lead restore` brings one back
///
/// Many are all leads of a filter or segment. Their rows, logs and opt-outs are kept.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead delete 10482\n  \
    crmctl lead delete --where 'import = 12 and status = new' --dry-run")]
pub struct Args {
    /// The lead: its id, phone number or email
    #[arg(value_name = "ID|PHONE|EMAIL")]
    lead: Option<String>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match one_or_many(args.lead, &args.selection)? {
        Some(name) => delete_one(&name, args.answer, context),
        None => {
            let mode = args.answer.mode_of_many()?;
            let mut session = context.session(Right::DeleteLeads)?;
            let wanted = Wanted { action: MassUpdate::Delete, question: "Delete".to_owned(), mode };
            change_selected(context, &mut session, &args.selection, &wanted)
        }
    }
}

fn delete_one(name: &LeadName, answer: ChangeArgs, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&COLUMNS)?;
    let mut session = context.session(Right::DeleteLeads)?;
    let lead = name.find(&mut session, Among::Live)?;
    if lead.deleted_at.is_some() {
        return Err(CommandError::failed(format!("the lead {} is deleted already", lead.id))
            .hint(format!("bring it back: crmctl lead restore {}", lead.id)));
    }
    let (org, stamp, now, id) = (session.org.org_id(), session.stamp.clone(), session.stamp.now, lead.id);
    let who = [&lead.first_name, &lead.last_name, &lead.phone_number, &lead.email, &lead.external_id];
    let who = who.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    if !answer.mode().is_dry_run() {
        context.ui.confirm(&format!("Delete the lead {id} ({who})?"))?;
    }
    let row = session.db.write_under(Lock::Leads, org, answer.mode(), |conn| -> Result<_, DbError> {
        delete::delete(conn, &mut [lead], &stamp)?;
        Ok(rows(conn, org, &[id], now)?.pop())
    })?;
    let deleted = [Some("deleted".to_owned()), Some(who).filter(|who| !who.is_empty())];
    let deleted: Vec<Change> = deleted.into_iter().flatten().map(Change::said).collect();
    answer.answer(context.ui, &subject(id), &deleted, || match row {
        Some(row) => Ok(context.ui.record(&row, &COLUMNS)?),
        None => Ok(()),
    })?;
    Ok(Exit::Done)
}
