//! `crmctl dnc registry show`

use jiff::civil::Date;
use serde::Serialize;

use super::{COLUMNS, Line, lines};
use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::db::DbError;
use crate::db::models::dnc::registries::dnc_registry_revisions::Revision;
use crate::db::models::dnc::registries::{dnc_registries, dnc_registry_revisions};
use crate::domain::access::role::Right;
use crate::domain::dnc::registry::{LoadMode, RevisionState, name};
use crate::domain::timestamp::Timestamp;
use crate::error::{Exit, Result};
use crate::ops::dnc::registries::RegistryError;
use crate::ui::Column;

/// Show a registry, and all that was loaded of it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc registry show us-national")]
pub struct Args {
    /// The registry
    #[arg(value_parser = name, add = complete::registry_names())]
    name: String,
}

/// One load.
#[derive(Debug, Serialize)]
struct Load {
    version: i32,
    state: &'static str,
    mode: LoadMode,
    as_of: Date,
    number_count: Option<i64>,
    rejected_count: i64,
    file_name: String,
    digest: Option<String>,
    actor: String,
    started_at: Timestamp,
}

const LOADS: &[Column] = &[
    Column::number("version", "version").kept(),
    Column::whole("state", "state").kept(),
    Column::whole("mode", "mode"),
    Column::whole("as_of", "as of"),
    Column::count("number_count", "numbers"),
    Column::count("rejected_count", "lines left out"),
    Column::text("file_name", "file"),
    Column::text("actor", "who").optional(),
    Column::ago("started_at", "started"),
];

#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    line: Line,
    loads: Vec<Load>,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let columns = [COLUMNS, &[Column::hidden("loads")]].concat();
    context.ui.expect_columns(&columns)?;
    let mut session = context.session(Right::Read)?;
    let org = session.org.org_id();
    let unknown = || RegistryError::Unknown(args.name.clone());
    let revisions = session.db.read(org, |conn| match dnc_registries::by_name(conn, &args.name)? {
        Some(registry) => dnc_registry_revisions::of_registry(conn, registry.id),
        None => Ok::<_, DbError>(Vec::new()),
    })?;
    let line = lines(&mut session)?.into_iter().find(|line| line.registry == args.name);
    let line = match (line, revisions.is_empty()) {
        (Some(line), _) => line,
        (None, true) => return Err(unknown().into()),
        (None, false) => {
            let registry = session.db.read(org, |conn| dnc_registries::by_name(conn, &args.name))?;
            Line::new(&args.name, registry.as_ref(), None, None, super::today(&session)?)
        }
    };
    let last = revisions.iter().filter(|it| it.completed_at.is_some()).map(|it| it.revision).max();
    // What the state `removed` of a revision means to people, who also have a mode `remove`.
    let state = |it: &Revision| match it.state {
        RevisionState::Removed if Some(it.revision) == last => "dropped",
        RevisionState::Removed => "replaced",
        state => state.as_str(),
    };
    let loads = revisions.into_iter().map(|it| Load {
        version: it.revision,
        state: state(&it),
        mode: it.mode,
        as_of: it.as_of.0,
        number_count: it.number_count,
        rejected_count: it.rejected_count,
        file_name: it.file_name,
        digest: it.digest,
        actor: it.actor,
        started_at: it.started_at,
    });
    let whole = Whole { line, loads: loads.collect() };
    context.ui.record(&whole, &columns)?;
    context.ui.part("loads", &whole.loads, LOADS)?;
    Ok(Exit::Done)
}
