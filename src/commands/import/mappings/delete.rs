//! `crmctl import mappings delete`

use super::{COLUMNS, find};
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::domain::imports::mapping_name::MappingName;
use crate::error::{CommandError, Exit, Result};
use crate::ops::imports::mappings;
use crate::ui::Change;

/// Delete a saved mapping in all versions; imports are not touched
///
/// The imports that used it still name it, and `import mappings show NAME@2` still shows its versions. The name is free again.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl import mappings delete monthly --dry-run")]
pub struct Args {
    /// The mapping
    #[arg(add = complete::mapping_names())]
    name: MappingName,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    if args.name.version.is_some() {
        return Err(CommandError::usage("a mapping is deleted in all its versions").hint("name it without a version"));
    }
    let mut session = context.session(Right::Import)?;
    let org = session.org.org_id();
    let row = find(&mut session, &args.name, false)?;
    let name = &row.name;
    if !args.answer.mode().is_dry_run() {
        let question =
            format!("Delete the mapping `{name}` of imports of {} (latest version: {})?", row.kind, row.revision);
        context.ui.confirm(&question)?;
    }
    session.db.write_as(args.answer.mode(), org, |conn| mappings::delete(conn, name, &session.stamp))?;
    args.answer.answer(context.ui, &format!("mapping {name}"), &[Change::said("deleted")], || {
        Ok(context.ui.record(&row, COLUMNS)?)
    })?;
    Ok(Exit::Done)
}
