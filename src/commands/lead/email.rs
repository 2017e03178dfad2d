//! `crmctl lead email`

use super::answer::change;
use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::texts::within;
use crate::commands::context::{Context, Session};
use crate::db::models::leads::Lead;
use crate::db::{Db, Lock};
use crate::domain::access::role::Right;
use crate::domain::email::{self, Email};
use crate::domain::invisible;
use crate::error::{CommandError, Exit, Result};
use crate::ops::leads::edit::email::{self as lead_email, Added};
use crate::ops::leads::edit::phone::{LONGEST_KIND, OTHER};

/// Add and delete further emails of a lead, and choose its first
///
/// Searches, filters, exports and opt-outs see further emails, too.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_required = true,
    after_help = "Examples:\n  crmctl lead email add 7 ada@example.org\n  crmctl lead email primary 7 ada@example.org"
)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(AddArgs),
    #[command(alias = "remove")]
    Delete(EmailArgs),
    Primary(PrimaryArgs),
}

/// Add a further email
///
/// When another lead with this email, live, deleted or erased, has opted out, so does this one.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead email add 10482 ada@example.org --kind work")]
struct AddArgs {
    #[command(flatten)]
    name: LeadName,
    /// The email address, or several as in a cell of a sheet
    email: String,
    /// What kind of email it is, in a word: work, home
    #[arg(long, default_value = OTHER, value_parser = within::<LONGEST_KIND>)]
    kind: String,
    #[command(flatten)]
    answer: ChangeArgs,
}

/// Delete a further email
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead email delete 10482 ada@example.org")]
struct EmailArgs {
    #[command(flatten)]
    name: LeadName,
    /// The email address
    email: String,
    #[command(flatten)]
    answer: ChangeArgs,
}

/// Make a further email the first
///
/// The lead is known by its first; the one before becomes a further one.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead email primary 10482 ada@example.org")]
struct PrimaryArgs {
    #[command(flatten)]
    args: EmailArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&crate::commands::lead::query::show::every_column())?;
    let mut session = context.session(Right::EditLeads)?;
    let stamp = session.stamp.clone();
    let changed = match args.command {
        Command::Add(args) => {
            let lead = args.name.find(&mut session, Among::Live)?;
            let emails = emails_in(&args.email)?;
            let kind = args.kind.trim();
            let kind = if kind.is_empty() { OTHER } else { kind };
            let (added, changed) = change(&mut session, args.answer, Lock::Leads, &lead, |conn| {
                let each = emails.iter().map(|email| lead_email::add(conn, lead.id, email.as_str(), kind, &stamp));
                each.collect::<std::result::Result<Vec<Added>, _>>()
            })?;
            for (email, added) in emails.iter().zip(added) {
                match added {
                    Added::Known => context.ui.note(&format!("the lead {} has the email {email} already", lead.id)),
                    Added::New { opted_out: false } => {}
                    Added::New { opted_out: true } => {
                        context.ui.warn(&format!("who has {email} has opted out, and so has the lead {} now", lead.id));
                    }
                }
            }
            changed
        }
        Command::Delete(args) => {
            let (lead, email) = named(&mut session, &args.name, &args.email)?;
            let work = |conn: &mut Db| lead_email::remove(conn, lead.id, email.as_str(), &stamp);
            change(&mut session, args.answer, Lock::Leads, &lead, work)?.1
        }
        Command::Primary(PrimaryArgs { args }) => {
            let (lead, email) = named(&mut session, &args.name, &args.email)?;
            let work = |conn: &mut Db| lead_email::make_first(conn, lead.id, email.as_str(), &stamp);
            change(&mut session, args.answer, Lock::Leads, &lead, work)?.1
        }
    };
    changed.print(context.ui)?;
    Ok(Exit::Done)
}

/// The lead that is meant, and the email.
fn named(session: &mut Session, name: &LeadName, text: &str) -> Result<(Lead, Email)> {
    let lead = name.find(session, Among::Live)?;
    refuse_unseen(text)?;
    let email = Email::parse(text).map_err(|e| no_email(text, e.to_string(), "correct the address"))?;
    Ok((lead, email))
}

/// The emails that a text holds.
fn emails_in(text: &str) -> Result<Vec<Email>> {
    refuse_unseen(text)?;
    let read = email::parse_each(text).into_iter();
    read.map(|(part, email)| email.map_err(|e| no_email(part, e.to_string(), "correct the address"))).collect()
}

fn refuse_unseen(text: &str) -> Result<()> {
    match invisible::first(text) {
        Some(unseen) => Err(no_email(text, invisible::problem(unseen), invisible::REMEDY)),
        None => Ok(()),
    }
}

fn no_email(text: &str, problem: String, hint: &str) -> CommandError {
    CommandError::failed(format!("`{text}` {problem}")).hint(hint)
}
