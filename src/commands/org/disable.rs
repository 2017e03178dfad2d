//! `crmctl org disable`

use crate::commands::args::changes::{ChangeArgs, changes_of};
use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::error::{Exit, Result};

/// Refuse all writing to an organization; reading stays possible
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl org disable acme")]
pub struct Args {
    /// The organization
    #[arg(add = complete::organization_slugs())]
    slug: String,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&super::details())?;
    let mut db = context.open_existing()?;
    let (org, stamp) = super::administer(context, &mut db, Some(&args.slug))?;
    if !args.answer.mode().is_dry_run() {
        context.ui.confirm(&format!("Refuse all writing to `{}`?", org.slug))?;
    }
    let edited = super::change(&mut db, &org, &stamp, args.answer.mode(), |org| org.is_active = false)?;
    args.answer.answer(context.ui, &super::subject(&org.slug), &changes_of(edited.changes), || {
        Ok(context.ui.record(&edited.row, &super::details())?)
    })?;
    Ok(Exit::Done)
}
