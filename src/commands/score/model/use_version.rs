//! `crmctl score model use`

use super::{COLUMNS, subject};
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::db::models::lead_work::scores::score_models;
use crate::domain::access::role::Right;
use crate::domain::lead_work::scores::kind::ModelKind;
use crate::error::{CommandError, Exit, Result};
use crate::ops::lead_work::scores::models::{find, put_into_use};
use crate::ui::Change;

/// Put a version of a model into use
///
/// The one that was in use is so no longer, and stays. Scores change with the next `score run`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl score model use 1\n  crmctl score model use 3 --name spring --dry-run")]
pub struct Args {
    /// The version
    #[arg(value_name = "VERSION", value_parser = clap::value_parser!(i32).range(1..))]
    revision: i32,
    /// The model; otherwise the one in use, or the only one
    #[arg(long, value_name = "NAME", add = complete::score_model_names())]
    name: Option<String>,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let in_use = session.db.write_as(args.answer.mode(), org, |conn| -> Result<_> {
        let name = match args.name {
            Some(name) => name,
            None => {
                let active = score_models::active(conn, org, ModelKind::Rules)?.map(|row| row.name);
                let mut names: Vec<String> = score_models::all(conn, org)?.into_iter().map(|row| row.name).collect();
                names.dedup();
                match (active, names.as_slice()) {
                    (Some(name), _) => name,
                    (None, [only]) => only.clone(),
                    (None, []) => {
                        return Err(CommandError::failed("no models are set").hint("crmctl score model set FILE"));
                    }
                    (None, _) => {
                        return Err(CommandError::usage("of which model?").hint(format!("--name {}", names.join(", "))));
                    }
                }
            }
        };
        let model = find(conn, &name, Some(args.revision), &stamp)?;
        Ok(put_into_use(conn, &model, &stamp)?)
    })?;
    let (row, before) = (&in_use.model, in_use.before.as_ref());
    let mut told: Vec<Change> = Vec::new();
    if before.is_none_or(|before| before.id != row.id) {
        let old = before.filter(|before| before.name == row.name).map(|before| before.revision.to_string());
        told.push(Change::new("version", old, Some(row.revision.to_string())));
        told.push(Change::new("is_active", Some("no".into()), Some("yes".into())));
    }
    args.answer.answer(context.ui, &subject(&row.name), &told, || Ok(context.ui.record(row, COLUMNS)?))?;
    Ok(Exit::Done)
}
