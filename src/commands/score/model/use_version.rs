//! `crmctl score model use`

use super::{COLUMNS, subject};
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::Context;
use crate::domain::access::role::Right;
use crate::domain::lead_work::scores::kind::ModelKind;
use crate::domain::lead_work::scores::model_name::ModelName;
use crate::error::{CommandError, Exit, Result};
use crate::ops::lead_work::scores::models::{InUse, find, put_into_use, take_out_of_use};
use crate::ui::Change;

/// Put a version of a model into use, or none
///
/// The one of its kind that was in use is so no longer, and stays. Scores change with the next `score run`. Without a model of rules the
/// built-in one scores; without one that has learned nothing is predicted, and the next run takes away what was.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl score model use spring@1\n  crmctl score model use learned --dry-run\n  \
    crmctl score model use --none learned")]
pub struct Args {
    /// The model, in its latest version or as NAME@2
    #[arg(required_unless_present = "none", add = complete::score_model_names())]
    name: Option<ModelName>,
    /// Use no model of this kind
    #[arg(long, value_name = "KIND", value_parser = one_of::<ModelKind>(), conflicts_with = "name")]
    none: Option<ModelKind>,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::EditMany)?;
    let (org, stamp) = (session.org.org_id(), session.stamp.clone());
    let (row, told) = session.db.write_as(args.answer.mode(), org, |conn| -> Result<_> {
        let Some(named) = &args.name else {
            let kind = args.none.unwrap_or(ModelKind::Rules);
            let taken = take_out_of_use(conn, kind, &stamp)?;
            return taken.map(|row| (row, vec![is_active(false)])).ok_or_else(|| {
                CommandError::failed(format!("no model of the kind `{kind}` is in use"))
                    .hint("list them: crmctl score model list")
            });
        };
        let model = find(conn, &named.name, named.version, &stamp)?;
        let in_use = put_into_use(conn, &model, &stamp)?;
        let told = told(&in_use);
        Ok((in_use.model, told))
    })?;
    args.answer.answer(context.ui, &subject(&row.name), &told, || Ok(context.ui.record(&row, COLUMNS)?))?;
    Ok(Exit::Done)
}

fn is_active(now: bool) -> Change {
    let word = |yes: bool| Some(if yes { "yes" } else { "no" }.into());
    Change::new("is_active", word(!now), word(now))
}

fn told(in_use: &InUse) -> Vec<Change> {
    let (row, before) = (&in_use.model, in_use.before.as_ref());
    if before.is_some_and(|before| before.id == row.id) {
        return Vec::new();
    }
    let old = before.filter(|before| before.name == row.name).map(|before| before.revision.to_string());
    vec![Change::new("version", old, Some(row.revision.to_string())), is_active(true)]
}
