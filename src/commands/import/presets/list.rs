//! `crmctl import presets list`

use serde::Serialize;

use crate::commands::context::Context;
use crate::error::{Exit, Explain, Result};
use crate::import::presets::Listed;
use crate::ui::Column;

/// List presets: those of the program, and your own
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Your own are TOML files in the folder presets beside the config file (crmctl config path); one takes the \
    place of the built-in preset with its name.\n\n\
    Examples:\n  crmctl import presets list\n  crmctl import presets list --format json"
)]
pub struct Args {}

#[derive(Serialize)]
struct Line {
    name: String,
    title: Option<String>,
    kind: Option<String>,
    source_system: Option<String>,
    /// How many columns it knows.
    columns: Option<usize>,
    from: String,
    problem: Option<String>,
}

const COLUMNS: &[Column] = &[
    Column::whole("name", "name").kept(),
    Column::text("title", "title"),
    Column::whole("kind", "kind").kept(),
    Column::whole("source_system", "source system").optional(),
    Column::number("columns", "columns"),
    Column::text("from", "from").optional(),
    Column::text("problem", "problem"),
];

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    let mut list = context.ui.list(COLUMNS);
    for listed in super::presets(context).all()? {
        list.push(&line(listed))?;
    }
    list.finish("no presets")?;
    Ok(Exit::Done)
}

fn line(listed: Listed) -> Line {
    let Listed { name, from, preset } = listed;
    match preset {
        Ok(preset) => Line {
            name,
            title: Some(preset.title.clone()),
            kind: Some(preset.kind.to_string()),
            source_system: preset.source_system.clone(),
            columns: Some(preset.columns()),
            from,
            problem: None,
        },
        Err(problem) => {
            let problem = problem.explain();
            let problem = [Some(problem.message), problem.hint].into_iter().flatten().collect::<Vec<_>>().join("; ");
            Line { name, title: None, kind: None, source_system: None, columns: None, from, problem: Some(problem) }
        }
    }
}
