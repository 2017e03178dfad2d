//! `crmctl dnc registry require`

use super::{COLUMNS, lines, region_of};
use crate::commands::args::changes::{ChangeArgs, added, changes_of};
use crate::commands::args::complete;
use crate::commands::context::Context;
use crate::db::models::dnc::registries::dnc_registries;
use crate::domain::access::role::Right;
use crate::domain::dnc::registry::name;
use crate::domain::phone::Region;
use crate::domain::text::nearest;
use crate::error::{CommandError, Exit, Result};
use crate::ops::dnc::registries::{RegistryError, require};

/// Say that the organization must honour a registry
///
/// From then on a number of its country is clear only if the registry is loaded, young enough and covers the number, and does not have
/// it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc registry require us-national --subscription 10012345\n  \
    crmctl dnc registry require uk-tps --region GB")]
pub struct Args {
    /// The registry, loaded or not
    #[arg(value_parser = name, add = complete::registry_names())]
    name: String,
    /// The region of the numbers, such as US [default: that of what is loaded, else the organization's]
    #[arg(long)]
    region: Option<Region>,
    /// What the operator of the registry calls the organization's account
    #[arg(long, value_name = "TEXT", value_parser = subscription)]
    subscription: Option<String>,
    #[command(flatten)]
    answer: ChangeArgs,
}

fn subscription(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("it cannot be empty".into()),
        text if text.chars().count() > 200 => Err("it has at most 200 characters".into()),
        text => Ok(text.to_owned()),
    }
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(COLUMNS)?;
    let mut session = context.session(Right::Administer)?;
    let org = session.org.org_id();
    let known = session.db.read(org, |conn| dnc_registries::by_name(conn, &args.name))?;
    // What is not loaded binds nobody to its country.
    let known = known.filter(|known| known.current_revision.is_some());
    let (region, calling_code) = region_of(args.region, known.as_ref(), &session)?;
    let country = region.to_string();
    if let Some(known) = known.as_ref().filter(|known| known.country != country) {
        let (name, country) = (known.name.clone(), known.country.clone());
        return Err(CommandError::from(RegistryError::OtherCountry { name, country }).hint("leave --region out"));
    }
    let all = lines(&mut session)?;
    let was_required = all.iter().any(|line| line.registry == args.name && line.is_required);
    let others: Vec<String> = all.into_iter().filter(|line| line.version.is_some()).map(|line| line.registry).collect();
    let stamp = session.stamp.clone();
    let subscription = args.subscription.as_deref();
    let edited = session.db.write_as(args.answer.mode(), org, |conn| {
        require(conn, &args.name, &country, calling_code, subscription, &stamp)
    })?;
    let is_loaded = known.is_some();
    if !is_loaded {
        let near = nearest(&args.name, others.iter().map(String::as_str));
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        context.ui.warn(&format!(
            "it is not loaded, so that numbers of {country} are unknown: crmctl dnc registry load {} FILE --as-of DATE{near}",
            args.name
        ));
    }
    let changes = if was_required { changes_of(edited.changes) } else { added(edited.changes) };
    args.answer.answer(context.ui, &format!("requirement of {}", args.name), &changes, || {
        let line = lines(&mut session)?.into_iter().find(|line| line.registry == args.name);
        Ok(line.map_or(Ok(()), |line| context.ui.record(&line, COLUMNS))?)
    })?;
    Ok(Exit::Done)
}
