//! `crmctl doctor`

use serde::Serialize;

use crate::commands::args::vocabulary::one_of;
use crate::commands::context::{Context, millis, now};
use crate::db::migrate::everyday::RoleError;
use crate::db::models::access::organizations;
use crate::db::{DbError, Location, RunMode, SchemaUse};
use crate::domain::doctor::{Repair, Severity, Subject};
use crate::error::{CommandError, Exit, Explain, Result};
use crate::ops::doctor::repairs::{Repaired, repair};
use crate::ops::doctor::{Examined, Finding, Scope, examine, unopened};
use crate::system::shell;
use crate::ui::{Column, plural};

/// Look whether the database is sound, and say what mends it
///
/// Nothing is changed without --fix. It looks at the files, the schema, the role, and whether lists, histories, registries,
/// ledgers and certificates agree, of large tables at samples; of all organizations, or of the one that --org names. What is
/// sound is not told, but with -v. `crmctl help health` tells of each check.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl doctor\n  crmctl doctor --full --format json\n  \
    crmctl doctor --fix indexes --dry-run\n  crmctl doctor --app-role crm_app\n\n\
    Exit code 3 when something is found.")]
pub struct Args {
    /// Read everything, and not samples: as long as that takes
    #[arg(long, conflicts_with = "fix")]
    full: bool,
    /// Tell how things are, too: sizes, indexes that are not used, memory, slow statements, settings
    #[arg(long, conflicts_with = "fix")]
    facts: bool,
    /// Mend this, without losing anything
    #[arg(long, value_name = "NAME", value_parser = one_of::<Repair>())]
    fix: Option<Repair>,
    /// The role of PostgreSQL whose rights are looked at, instead of the connected one
    #[arg(long, value_name = "NAME")]
    app_role: Option<String>,
    /// Show what would be mended and change nothing
    #[arg(long, requires = "fix")]
    dry_run: bool,
}

const COLUMNS: &[Column] = &[
    Column::whole("severity", "severity").kept(),
    Column::whole("name", "name").kept(),
    Column::whole("organization", "organization"),
    Column::text("message", "what was found").kept(),
    Column::text("command", "command").kept(),
];

const MENDED: &[Column] =
    &[Column::text("fix", "fix"), Column::count("mended", "mended"), Column::hidden("what"), Column::hidden("dry_run")];

/// A finding as it is printed.
#[derive(Serialize)]
struct Line<'a> {
    severity: Severity,
    name: Subject,
    organization: Option<&'a str>,
    message: &'a str,
    command: Option<String>,
}

#[derive(Serialize)]
struct Mended {
    fix: Repair,
    mended: u64,
    /// What that was, a text for each thing or for all together.
    what: Vec<String>,
    dry_run: bool,
}

/// Things mended that are told by name.
const NAMED: usize = 20;

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.fix {
        Some(what) => fix(what, &args, context),
        None => look(&args, context).map_err(CommandError::unheard),
    }
}

fn scope(args: &Args, context: &Context) -> Result<Scope> {
    let keys = context.settings.keys().map(|folder| vec![folder.join("signing-key.pem"), folder]);
    let location = context.location()?;
    if args.app_role.is_some() && matches!(location, Location::Sqlite(_)) {
        return Err(RoleError::Embedded.explain());
    }
    Ok(Scope {
        location,
        now: now()?,
        full: args.full,
        facts: args.facts,
        role: args.app_role.clone(),
        organization: context.settings.org.value.clone(),
        keys: keys.unwrap_or_default(),
        has_several: false,
    })
}

fn look(args: &Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(COLUMNS)?;
    let mut scope = scope(args, context)?;
    let mut db = match context.opened(scope.location.clone(), SchemaUse::Inspect) {
        Ok(db) => db,
        Err(e) => return unopened(&e).map_or_else(|| Err(e.into()), |examined| tell(&examined, context)),
    };
    context.refuse_unknown_organization(&mut db)?;
    let mut hear = |subject: Subject, found: usize, took| {
        let outcome = if found == 0 { "fine".to_owned() } else { plural(found as u64, "finding", "findings") };
        ui.detail(&format!("{subject}: {outcome}, in {}", millis(took)));
    };
    let examined = examine(&mut db, &mut scope, &mut hear)?;
    tell(&examined, context)
}

/// Prints what was found.
fn tell(examined: &Examined, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    let mut list = ui.list(COLUMNS);
    for finding in &examined.findings {
        list.push(&Line {
            severity: finding.severity,
            name: finding.name,
            organization: finding.organization.as_deref(),
            message: &finding.message,
            command: command(finding, context),
        })?;
    }
    list.finish(&summary(examined))?;
    if !examined.findings.is_empty() {
        ui.note(&summary(examined));
    }
    Ok(if examined.faults() == 0 { Exit::Done } else { Exit::NeedsAttention })
}

fn summary(examined: &Examined) -> String {
    let found = match examined.faults() {
        0 => "nothing is wrong".to_owned(),
        faults => format!("{} found", plural(faults as u64, "fault", "faults")),
    };
    let left_out = if examined.left_out { "; tables were not looked at" } else { "" };
    format!("{}: {found}{left_out}", plural(examined.checks as u64, "check", "checks"))
}

/// The call that mends a finding, on the same database.
fn command(finding: &Finding, context: &Context) -> Option<String> {
    let mut words = finding.mended_by.clone();
    let url = &context.settings.database_url;
    if words.first()? == "crmctl"
        && url.is_from_flag()
        && let Ok(location) = context.location()
    {
        words.push("--database-url".to_owned());
        // Without a password, which it may have.
        words.push(match location {
            Location::Sqlite(_) => url.value.text().to_owned(),
            Location::Postgres(server) => server.to_string(),
        });
    }
    Some(words.iter().map(|word| shell::word(word)).collect::<Vec<_>>().join(" "))
}

fn fix(what: Repair, args: &Args, context: &Context) -> Result<Exit> {
    let ui = context.ui;
    ui.expect_columns(MENDED)?;
    let scope = scope(args, context)?;
    let mut db = match (what.is_of_organizations(), &scope.location) {
        (true, _) => context.open_existing()?,
        (false, Location::Sqlite(path)) if !path.exists() => {
            return Err(DbError::NoDatabase(path.display().to_string()).into());
        }
        // Whatever is wrong with its schema.
        (false, _) => context.open_for_migrations()?,
    };
    // What a newer crmctl has made is none of this one's to mend, nor are tables as they were before it.
    if matches!(what, Repair::Schema | Repair::Indexes | Repair::Log) {
        let pending = db.known_migrations()?.pending();
        if what == Repair::Schema && pending > 0 {
            let pending = plural(pending as u64, "migration is pending", "migrations are pending");
            return Err(CommandError::failed(format!("the schema cannot be mended: {pending}"))
                .hint("apply them with: crmctl migrate up"));
        }
    }
    context.refuse_unknown_organization(&mut db)?;
    let mut stamps = Vec::new();
    if !what.is_of_organizations() {
        context.keeper(&mut db)?;
    }
    if what.is_of_organizations() {
        for org in db.read_global(organizations::all)? {
            // A group is mended in all of its members.
            let is_meant =
                what == Repair::DncGroups || scope.organization.as_ref().is_none_or(|slug| *slug == org.slug);
            if is_meant {
                stamps.push(context.admin(&mut db, &org)?);
            }
        }
    }
    let mode = RunMode::of_flag(args.dry_run);
    let mended = repair(&mut db, what, &scope, &stamps, mode)?;
    let told = if args.dry_run { "would be mended" } else { "mended" };
    mended.names.iter().take(NAMED).for_each(|name| ui.note(&format!("{told}: {name}")));
    if let more @ 1.. = mended.names.len().saturating_sub(NAMED) {
        ui.note(&format!("{told}: {more} more"));
    }
    let Repaired { count: mended, names } = mended;
    ui.record(&Mended { fix: what, mended, what: names, dry_run: args.dry_run }, MENDED)?;
    if args.dry_run {
        ui.note("dry run: nothing was changed");
    } else if mended == 0 {
        ui.note("there was nothing to mend");
    }
    Ok(Exit::Done)
}
