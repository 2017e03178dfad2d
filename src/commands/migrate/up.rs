//! `crmctl migrate up`

use serde::Serialize;

use crate::commands::context::Context;
use crate::db::migrate::everyday::{RoleError, RoleName};
use crate::db::{Location, Migrated, RunMode};
use crate::error::{CommandError, Exit, Result};
use crate::ui::Column;

/// Apply all pending migrations in one transaction
///
/// The embedded database does this by itself; PostgreSQL only when asked, as the role that owns the schema. With `--app-role` the same
/// transaction makes the role as which people work, or mends it: what it may do too much is revoked, what lacks is granted.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl migrate up --dry-run\n  crmctl migrate up --adopt\n  \
    crmctl migrate up --app-role crm_app --dry-run")]
pub struct Args {
    /// Add the tables to a SQLite file of another program, too, which keeps its own
    #[arg(long)]
    adopt: bool,
    /// Make or mend this role of PostgreSQL, with the rights of everyday work and no others
    #[arg(long, value_name = "NAME", conflicts_with = "adopt")]
    app_role: Option<String>,
    /// Show what would be applied and change nothing
    #[arg(long, conflicts_with = "adopt")]
    dry_run: bool,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    if let Some(role) = &args.app_role {
        return with_role(&RoleName::parse(role)?, RunMode::of_flag(args.dry_run), context);
    }
    context.ui.expect_columns(super::COLUMNS)?;
    if args.adopt && matches!(context.location()?, Location::Postgres(_)) {
        return Err(CommandError::usage("--adopt is for SQLite files").hint("leave it out"));
    }
    let mut db = match (args.dry_run, args.adopt) {
        (true, _) => super::existing(context)?,
        (false, true) => context.open_to_adopt()?,
        (false, false) => context.open_for_migrations()?,
    };
    if args.dry_run {
        let pending = db.known_migrations()?.steps.into_iter().filter(|step| !step.applied).map(|step| step.name);
        return super::print_planned(context, "apply", pending.collect(), "nothing is pending");
    }
    let done = db.migrate_up()?;
    super::print(context, "applied", done, "nothing is pending")
}

/// A migration or a statement of which the call consists.
#[derive(Serialize)]
struct Step {
    version: Option<String>,
    action: &'static str,
    statement: Option<String>,
}

const STEPS: &[Column] = &[
    Column::whole("version", "version"),
    Column::whole("action", "action"),
    Column::text("statement", "statement").kept(),
];

/// Migrates, and makes or mends the everyday role. A dry run is the same work taken back, so that it knows every statement.
fn with_role(role: &RoleName, mode: RunMode, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(STEPS)?;
    if matches!(context.location()?, Location::Sqlite(_)) {
        return Err(RoleError::Embedded.into());
    }
    let mut db = context.open_for_migrations()?;
    let Migrated { applied, role: mended } = db.migrate_up_with_role(role, mode)?;
    let (applies, runs) = if mode.is_dry_run() { ("apply", "run") } else { ("applied", "ran") };
    if mode.is_dry_run() {
        context.ui.note("dry run: nothing was changed; this would be done:");
    }
    let mut list = context.ui.list(STEPS);
    for version in applied {
        list.push(&Step { version: Some(version), action: applies, statement: None })?;
    }
    for statement in mended.statements {
        list.push(&Step { version: None, action: runs, statement: Some(statement) })?;
    }
    list.finish("nothing is pending, and the role has the rights of everyday work and no others")?;
    if mended.is_new && !mode.is_dry_run() {
        let name = role.as_str();
        context.ui.note(&format!(
            "the role `{name}` has no password: set one in psql with \\password, or let the server's pg_hba.conf admit it otherwise"
        ));
    }
    Ok(Exit::Done)
}
