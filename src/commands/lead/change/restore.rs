//! `crmctl lead restore`

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::context::Context;
use crate::commands::lead::answer::change;
use crate::db::Lock;
use crate::domain::access::role::Right;
use crate::error::{Exit, Result};
use crate::ops::leads::delete;

/// Bring a deleted lead back, or undo the merge of one
///
/// Refused when another live lead has its phone or external id meanwhile. Opt-outs that its person made meanwhile hold.
/// A merged lead is as it was before the merge, and its survivor gives back what it took over and still has.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead restore 10482")]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&crate::commands::lead::query::show::every_column())?;
    let mut session = context.session(Right::DeleteLeads)?;
    let found = args.name.find(&mut session, Among::Deleted)?;
    let (stamp, mut lead) = (session.stamp.clone(), found.clone());
    let (unmerged, changed) =
        change(&mut session, args.answer, Lock::Leads, &found, |conn| delete::restore(conn, &mut lead, &stamp))?;
    if let Some(unmerged) = unmerged {
        let is = if args.answer.mode().is_dry_run() { "would be" } else { "is" };
        context.ui.note(&format!("the merge into the lead {} {is} undone", unmerged.survivor));
        if !unmerged.kept.is_empty() {
            let (kept, survivor) = (unmerged.kept.join(", "), unmerged.survivor);
            context.ui.warn(&format!("the lead {survivor} keeps what was changed after the merge: {kept}"));
        }
        if lead.deleted_at.is_some() {
            context.ui.note(&format!("the lead {0} is deleted, as before the merge: crmctl lead restore {0}", lead.id));
        }
    }
    changed.print(context.ui)?;
    Ok(Exit::Done)
}
