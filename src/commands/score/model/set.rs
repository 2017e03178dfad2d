//! `crmctl score model set`

use std::path::PathBuf;

use super::{COLUMNS, subject};
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::commands::score::asked::ready;
use crate::commands::score::file;
use crate::db::models::lead_work::scores::score_models::ScoreModel;
use crate::domain::access::role::Right;
use crate::domain::lead_work::scores::kind::ModelKind;
use crate::domain::lead_work::scores::model_name::ModelName;
use crate::error::{CommandError, Exit, Result};
use crate::ops::lead_work::scores::models::{ScoreModelError, keep, put_into_use};
use crate::ui::Change;

/// Set a model of rules from a file, and put it into use
///
/// It becomes the next version of its name. Scores change with the next `score run`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl score model set rules.toml\n  crmctl score model set rules.toml --name spring --dry-run"
)]
pub struct Args {
    /// The model, in TOML or JSON
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Its name; otherwise that of the file without its ending
    #[arg(long, value_name = "NAME", value_parser = ModelName::new_name, add = complete::score_model_names())]
    name: Option<String>,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let name = name_of(&args)?;
    let model = file::read(&args.file)?;
    let model = ready(&mut session, model, None)?.asked.model;
    let definition =
        serde_json::to_value(&model).map_err(|e| CommandError::failed(format!("the model cannot be written: {e}")))?;
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let (row, changes) = session.db.write_as(args.answer.mode(), org, |conn| {
        let kept = keep(conn, &name, ModelKind::Rules, definition, &stamp)?;
        let in_use = put_into_use(conn, &kept.model, &stamp)?;
        Ok::<_, ScoreModelError>((in_use.model, changes(&kept.model, kept.is_new)))
    })?;
    args.answer.answer(context.ui, &subject(&name), &changes, || Ok(context.ui.record(&row, COLUMNS)?))?;
    Ok(Exit::Done)
}

/// What setting a version changes, by what it was before.
fn changes(before: &ScoreModel, is_new: bool) -> Vec<Change> {
    let mut changes = Vec::new();
    if is_new {
        changes.push(Change::added());
        changes.push(Change::new("version", None, Some(before.revision.to_string())));
    }
    if !before.is_active {
        changes.push(Change::new("is_active", (!is_new).then(|| "no".into()), Some("yes".into())));
    }
    changes
}

/// The name under which the model is kept.
fn name_of(args: &Args) -> Result<String, CommandError> {
    match &args.name {
        Some(name) => Ok(name.clone()),
        None => ModelName::new_name(&args.file.file_stem().unwrap_or_default().to_string_lossy())
            .map_err(|said| CommandError::usage(said).hint("give one: --name spring")),
    }
}
