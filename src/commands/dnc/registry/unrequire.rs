//! `crmctl dnc registry unrequire`

use super::{COLUMNS, lines};
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::domain::dnc::registry::name;
use crate::error::{Exit, Result};
use crate::ops::dnc::registries::{RegistryError, unrequire};
use crate::ui::Change;

/// Say that the organization need not honour a registry any more
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc registry unrequire us-national --dry-run")]
pub struct Args {
    /// The registry
    #[arg(value_parser = name, add = complete::registry_names())]
    name: String,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::Administer)?;
    let org = session.org.org_id();
    let line = lines(&mut session)?.into_iter().find(|line| line.registry == args.name && line.is_required);
    let line = line.ok_or_else(|| RegistryError::NotRequired(args.name.clone()))?;
    if !args.answer.mode().is_dry_run() {
        let question = format!("Let numbers of {} be clear whatever the registry `{}` says?", line.country, args.name);
        context.ui.confirm(&question)?;
    }
    let stamp = session.stamp.clone();
    session.db.write_as(args.answer.mode(), org, |conn| unrequire(conn, &args.name, &stamp))?;
    args.answer.answer(context.ui, &format!("registry {}", args.name), &[Change::said("required no more")], || {
        Ok(context.ui.record(&line, COLUMNS)?)
    })?;
    Ok(Exit::Done)
}
