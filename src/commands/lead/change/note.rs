//! `crmctl lead note`

use std::io::Read;

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::texts::within;
use crate::commands::args::times;
use crate::commands::context::{Context, Session};
use crate::commands::lead::answer::change;
use crate::db::Lock;
use crate::domain::access::role::Right;
use crate::domain::leads::contact::Reach;
use crate::error::{CommandError, Exit, Result};
use crate::ops::leads::edit::note::{LONGEST_NOTE, Told, add_note};
use crate::system::stream::{Stream, is_interruption};

/// Write a note about a lead, and what it tells of a contact
///
/// --attempted and --contacted set when somebody first and last tried to reach the lead, and reached it: now, or --at.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl lead note 10482 'asked for a call back in May' --contacted --next-contact 2026-05-04\n  \
    crmctl lead note 10482 'no answer' --attempted\n  \
    crmctl lead note ada@example.com - < minutes.txt"
)]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
    /// The note; `-` reads it from standard input
    #[arg(value_parser = within::<LONGEST_NOTE>)]
    text: String,
    /// Somebody tried to reach the lead and did not
    #[arg(long, conflicts_with = "contacted")]
    attempted: bool,
    /// The lead was reached
    #[arg(long)]
    contacted: bool,
    /// When that was: 2026-03-04, 2026-03-04T15:00, yesterday, 2h; now if left out
    #[arg(long, value_name = "WHEN")]
    at: Option<String>,
    /// When the lead is to be contacted next: 2026-03-04, 2026-03-04T15:00, tomorrow, next-week, 7d
    #[arg(long, value_name = "WHEN")]
    next_contact: Option<String>,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    context.ui.expect_columns(&crate::commands::lead::query::show::every_column())?;
    let mut session = context.session(Right::EditLeads)?;
    let told = args.told(&session)?;
    let lead = args.name.find(&mut session, Among::Live)?;
    let text = match args.text.as_str() {
        "-" => read_note(Stream::of_standard_input(context.interrupted()))?,
        _ => args.text,
    };
    let body = text.trim();
    if body.is_empty() {
        return Err(CommandError::usage("the note is empty"));
    }
    let (stamp, id) = (session.stamp.clone(), lead.id);
    let ((), changed) =
        change(&mut session, args.answer, Lock::Leads, &lead, |conn| add_note(conn, id, body, told, &stamp))?;
    changed.print(context.ui)?;
    Ok(Exit::Done)
}

impl Args {
    /// What the note tells besides its text.
    fn told(&self, session: &Session) -> Result<Told> {
        let reach = match (self.attempted, self.contacted) {
            (false, false) => None,
            (_, is_contacted) => Some(if is_contacted { Reach::Contacted } else { Reach::Attempted }),
        };
        let at = self.at.as_deref().map(|text| times::point(session, "--at", text)).transpose()?;
        if at.is_some_and(|at| at > session.stamp.now) {
            return Err(CommandError::usage(format!(
                "--at: `{}` lies in the future",
                self.at.as_deref().unwrap_or_default()
            ))
            .hint("say when the lead is to be contacted next: --next-contact WHEN"));
        }
        if at.is_some() && reach.is_none() {
            return Err(CommandError::usage("--at says when, and not what").hint("add --contacted or --attempted"));
        }
        let next = self.next_contact.as_deref();
        let next = next.map(|text| times::coming(session, "--next-contact", text)).transpose()?;
        next.map(|at| times::tell_if_past(session, "--next-contact", at)).transpose()?;
        Ok(Told { reach: reach.map(|reach| (reach, at.unwrap_or(session.stamp.now))), next_contact: next })
    }
}

/// Reads a note from standard input, no more than one may be long.
fn read_note(input: Stream) -> Result<String> {
    let mut bytes = Vec::new();
    // No character takes more than four bytes.
    let most = LONGEST_NOTE as u64 * 4 + 1;
    input.take(most).read_to_end(&mut bytes).map_err(|e| match is_interruption(&e) {
        true => CommandError::interrupted(),
        false => CommandError::failed(format!("standard input cannot be read: {e}")),
    })?;
    let text = String::from_utf8(bytes).map_err(|_| CommandError::failed("the note is not UTF-8"))?;
    if text.contains('\0') {
        return Err(CommandError::failed("the note holds a character U+0000, which no database keeps"));
    }
    match text.chars().count() {
        count if count > LONGEST_NOTE => {
            Err(CommandError::failed(format!("the note is longer than {LONGEST_NOTE} characters")))
        }
        _ => Ok(text),
    }
}
