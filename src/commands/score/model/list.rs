//! `crmctl score model list`

use super::COLUMNS;
use crate::commands::context::Context;
use crate::db::models::lead_work::scores::score_models;
use crate::domain::access::role::Right;
use crate::domain::lead_work::scores::kind::ModelKind;
use crate::error::{Exit, Result};

/// List the versions of all models, and which are in use
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl score model list")]
pub struct Args {}

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let all = session.db.read(org, |conn| score_models::all(conn, org))?;
    let mut list = context.ui.list(COLUMNS);
    all.iter().try_for_each(|row| list.push(row))?;
    list.finish("no models are set; leads are scored by the built-in one")?;
    // What a run by the built-in model keeps is in no use by itself.
    if !all.is_empty() && !all.iter().any(|row| row.kind == ModelKind::Rules && row.is_active) {
        context.ui.note("no model of rules is in use; leads are scored by the built-in one: crmctl score model show");
    }
    Ok(Exit::Done)
}
