//! `crmctl dnc registry`

mod drop;
mod list;
mod load;
mod require;
mod show;
mod unrequire;

use jiff::civil::Date;
use serde::Serialize;

use crate::commands::context::{Context, Session};
use crate::db::models::dnc::registries::dnc_registries::Registry;
use crate::db::models::dnc::registries::dnc_registry_revisions::Revision;
use crate::db::models::dnc::registries::dnc_requirements::Requirement;
use crate::db::models::dnc::registries::{dnc_registries, dnc_requirements};
use crate::domain::dnc::registry::{self, Coverage, RegistryKind, is_too_old};
use crate::domain::phone::Region;
use crate::domain::time::datetime;
use crate::domain::timestamp::Timestamp;
use crate::error::{CommandError, Exit, Result};
use crate::ui::Column;

/// Load the do-not-call lists of countries and states, and say which must be honoured
///
/// There is one copy for all organizations of the database. A number on a registry that an organization requires is blocked; where a
/// required registry is missing, too old or does not cover the number, it is unknown.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_required = true,
    after_help = "Examples:\n  crmctl dnc registry load us-national list.zip --as-of 2026-11-20 --region US\n  \
        crmctl dnc registry require us-national\n  crmctl dnc registry list"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Load(Box<load::Args>),
    List(list::Args),
    Show(show::Args),
    Drop(drop::Args),
    Require(require::Args),
    Unrequire(unrequire::Args),
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    match args.command {
        Command::Load(args) => load::run(*args, context),
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(args, context),
        Command::Drop(args) => drop::run(args, context),
        Command::Require(args) => require::run(args, context),
        Command::Unrequire(args) => unrequire::run(args, context),
    }
}

/// A registry as it is printed.
#[derive(Debug, Serialize)]
struct Line {
    /// The name.
    registry: String,
    country: String,
    kind: Option<RegistryKind>,
    /// Which load of it answers.
    version: Option<i32>,
    as_of: Option<Date>,
    max_age_days: i32,
    number_count: Option<i64>,
    /// The area codes that it covers; none for the whole country.
    area_codes: Option<Vec<u16>>,
    /// The same in words.
    covers: String,
    /// `current`, `too_old` or `missing`.
    state: &'static str,
    is_required: bool,
    subscription: Option<String>,
    digest: Option<String>,
    file_name: Option<String>,
    file_sha256: Option<String>,
    actor: Option<String>,
    loaded_at: Option<Timestamp>,
}

const COLUMNS: &[Column] = &[
    Column::whole("registry", "registry").kept(),
    Column::whole("country", "country").optional(),
    Column::hidden("kind"),
    Column::hidden("version"),
    Column::whole("state", "state").kept(),
    Column::whole("as_of", "as of").kept(),
    Column::count("max_age_days", "days at most").optional(),
    Column::count("number_count", "numbers").optional(),
    Column::hidden("area_codes"),
    Column::text("covers", "covers"),
    Column::whole("is_required", "required").kept(),
    Column::text("subscription", "subscription").optional(),
    Column::hidden("digest"),
    Column::hidden("file_name"),
    Column::hidden("file_sha256"),
    Column::text("actor", "who").optional(),
    Column::ago("loaded_at", "loaded"),
];

impl Line {
    fn new(
        name: &str,
        registry: Option<&Registry>,
        revision: Option<&Revision>,
        requirement: Option<&Requirement>,
        today: Date,
    ) -> Line {
        let country = registry.map(|it| &it.country).or(requirement.map(|it| &it.country)).cloned().unwrap_or_default();
        let max_age_days = registry.map_or_else(|| registry::greatest_age_days(&country), |it| it.max_age_days);
        let state = match revision {
            None => "missing",
            Some(revision) if is_too_old(revision.as_of.0, max_age_days, today) => "too_old",
            Some(_) => "current",
        };
        let coverage = revision.map(Revision::coverage);
        let area_codes = match &coverage {
            Some(Coverage::AreaCodes(codes)) => Some(codes.iter().copied().collect::<Vec<u16>>()),
            Some(Coverage::Country) | None => None,
        };
        Line {
            registry: name.to_owned(),
            country,
            kind: registry.map(|it| it.kind),
            version: revision.map(|it| it.revision),
            as_of: revision.map(|it| it.as_of.0),
            max_age_days,
            number_count: revision.and_then(|it| it.number_count),
            covers: coverage.as_ref().map(covers).unwrap_or_default(),
            area_codes,
            state,
            is_required: requirement.is_some(),
            subscription: requirement.and_then(|it| it.subscription.clone()),
            digest: revision.and_then(|it| it.digest.clone()),
            file_name: revision.map(|it| it.file_name.clone()),
            file_sha256: revision.and_then(|it| it.file_sha256.clone()),
            actor: revision.map(|it| it.actor.clone()),
            loaded_at: revision.and_then(|it| it.completed_at),
        }
    }
}

/// Area codes that are told one by one.
const TOLD: usize = 8;

/// What a list covers, in words.
fn covers(coverage: &Coverage) -> String {
    match coverage {
        Coverage::Country => "the country".to_owned(),
        Coverage::AreaCodes(codes) if codes.len() <= TOLD => {
            codes.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
        }
        Coverage::AreaCodes(codes) => format!("{} area codes", codes.len()),
    }
}

/// All registries that are known or required, by name.
fn lines(session: &mut Session) -> Result<Vec<Line>> {
    let (org, today) = (session.org.org_id(), today(session)?);
    let (known, requirements) = session.db.read(org, |conn| {
        Ok::<_, crate::db::DbError>((dnc_registries::all(conn)?, dnc_requirements::all(conn, org)?))
    })?;
    let required = |name: &str| requirements.iter().find(|it| it.registry == name);
    let mut lines: Vec<Line> = known
        .iter()
        .filter(|(registry, revision)| revision.is_some() || required(&registry.name).is_some())
        .map(|(registry, revision)| {
            Line::new(&registry.name, Some(registry), revision.as_ref(), required(&registry.name), today)
        })
        .collect();
    for requirement in &requirements {
        if known.iter().all(|(registry, _)| registry.name != requirement.registry) {
            lines.push(Line::new(&requirement.registry, None, None, Some(requirement), today));
        }
    }
    lines.sort_by(|a, b| a.registry.cmp(&b.registry));
    Ok(lines)
}

/// Today, where the organization is.
fn today(session: &Session) -> Result<Date> {
    let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
    Ok(session.stamp.now.to_jiff().to_zoned(zone).date())
}

/// The country of a registry: what was said, or that of the registry that is loaded, or the organization's.
fn region_of(said: Option<Region>, known: Option<&Registry>, session: &Session) -> Result<(Region, i32)> {
    let default = &session.org.default_region;
    let region = match (said, known) {
        (Some(region), _) => Some(region),
        (None, Some(registry)) => registry.country.parse().ok(),
        (None, None) => default.parse().ok(),
    };
    let unknown = || {
        CommandError::usage("it is not known of which country the registry is")
            .hint("say so: --region US; or give the organization one: crmctl org edit SLUG --region US")
    };
    let region = region.ok_or_else(unknown)?;
    let code = region.calling_code().ok_or_else(unknown)?;
    Ok((region, code))
}
