//! `crmctl lead phone`

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::texts::within;
use crate::commands::args::vocabulary::one_of;
use crate::commands::context::{Context, Session};
use crate::commands::lead::answer::{change, tell_waiting};
use crate::db::Lock;
use crate::db::models::leads::Lead;
use crate::domain::access::role::Right;
use crate::domain::phone::reading::Reading;
use crate::domain::phone::{self, E164, PhoneCheck, Region};
use crate::domain::time::datetime;
use crate::error::{CommandError, Exit, Result};
use crate::ops::leads::edit::phone::{self as lead_phone, LONGEST_KIND, OTHER};
use crate::ui::Ui;

/// Add and delete further numbers of a lead, and choose its first
///
/// Searches, do-not-call checks and exports see further numbers, too.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_required = true,
    after_help = "Examples:\n  crmctl lead phone add 7 '(212) 555-0143' --kind mobile\n  crmctl lead phone primary 7 '(212) 555-0143'"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(AddArgs),
    #[command(alias = "remove")]
    Delete(NumberArgs),
    Primary(PrimaryArgs),
}

/// Add a further number
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead phone add 10482 '(212) 555-0143' --kind mobile")]
struct AddArgs {
    #[command(flatten)]
    name: LeadName,
    /// The number, in any form when a region is known
    number: String,
    #[command(flatten)]
    answer: ChangeArgs,
    /// What kind of number it is, in a word: mobile, work, home
    #[arg(long, default_value = OTHER, value_parser = within::<LONGEST_KIND>)]
    kind: String,
    /// What the number must be: in use, or only of possible length
    #[arg(long, default_value = "valid", value_parser = one_of::<PhoneCheck>())]
    phone_check: PhoneCheck,
}

/// Delete a further number
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead phone delete 10482 +12125550143")]
struct NumberArgs {
    #[command(flatten)]
    name: LeadName,
    /// The number, in any form when a region is known
    number: String,
    #[command(flatten)]
    answer: ChangeArgs,
}

/// Make a further number the first
///
/// The lead is known by its first; the one before becomes a further one. The status follows the new number: to dnc when
/// it is on the do-not-call list, back when it is not.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead phone primary 10482 +12125550143")]
struct PrimaryArgs {
    #[command(flatten)]
    args: NumberArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&crate::commands::lead::query::show::every_column())?;
    let mut session = context.session(Right::EditLeads)?;
    let stamp = session.stamp.clone();
    match args.command {
        Command::Add(args) => {
            let (lead, read) = named(&mut session, &args.name, &args.number, args.phone_check)?;
            let kind = args.kind.trim().to_owned();
            let kind = if kind.is_empty() { OTHER.to_owned() } else { kind };
            let zone = datetime::zone(&session.org.timezone).map_err(CommandError::failed)?;
            let (added, changed) = change(&mut session, args.answer, Lock::Leads, &lead, |conn| {
                lead_phone::add(conn, lead.id, read, &kind, &stamp, &zone)
            })?;
            match added.is_new {
                false => context.ui.note(&format!("the lead {} has the number {} already", lead.id, added.number)),
                true => tell_lost_plus(read, added.number, context.ui),
            }
            tell_waiting(context.ui, lead.id, &added.waiting);
            changed.print(context.ui)?;
        }
        Command::Delete(args) => {
            let (lead, read) = named(&mut session, &args.name, &args.number, PhoneCheck::Possible)?;
            let number = read.number.to_string();
            let ((), changed) = change(&mut session, args.answer, Lock::Leads, &lead, |conn| {
                lead_phone::remove(conn, lead.id, &number, &stamp)
            })?;
            changed.print(context.ui)?;
        }
        Command::Primary(PrimaryArgs { args }) => {
            let (lead, read) = named(&mut session, &args.name, &args.number, PhoneCheck::Possible)?;
            let number = read.number.to_string();
            let (extension, changed) = change(&mut session, args.answer, Lock::Leads, &lead, |conn| {
                lead_phone::make_first(conn, lead.id, &number, &stamp)
            })?;
            if !extension.is_empty() {
                context.ui.warn(&format!(
                    "further numbers have no extension: {extension} is kept in the history of the lead only"
                ));
            }
            changed.print(context.ui)?;
        }
    }
    Ok(Exit::Done)
}

/// Says for which number one was taken that may have lost its plus.
fn tell_lost_plus(read: Reading, taken: E164, ui: Ui) {
    if let Some(with_plus) = read.with_plus {
        let other = if taken == with_plus { read.number } else { with_plus };
        ui.note(&format!("the number is taken for {taken}, and may be {other}: its + may be lost"));
    }
}

/// The lead that is meant, and the number.
fn named(session: &mut Session, name: &LeadName, number: &str, check: PhoneCheck) -> Result<(Lead, Reading)> {
    let lead = name.find(session, Among::Live)?;
    let region = name.region.or_else(|| session.org.default_region.parse::<Region>().ok());
    let parsed = phone::parse(number, region, check)
        .map_err(|problem| CommandError::failed(format!("`{number}` {problem}")).hint(problem.remedy()))?;
    match parsed.extension.is_empty() {
        true => Ok((lead, parsed.into())),
        false => Err(CommandError::failed(format!("`{number}` has an extension, and further numbers have none"))
            .hint("leave it out; the first number may have one: crmctl lead edit LEAD --phone NUMBER")),
    }
}
