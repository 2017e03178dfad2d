//! `crmctl lead note`

use std::io::Read;

use crate::commands::args::leads::name::{Among, LeadName};
use crate::commands::args::texts::within;
use crate::commands::context::{Context, timed};
use crate::db::{Lock, RunMode};
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::ops::leads::note::{LONGEST_NOTE, add_note};

/// Write a note about a lead
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead note 10482 'asked for a call back in May'\n  \
    crmctl lead note ada@example.com - < minutes.txt")]
pub struct Args {
    #[command(flatten)]
    name: LeadName,
    /// The note; `-` reads it from standard input
    #[arg(value_parser = within::<LONGEST_NOTE>)]
    text: String,
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let mut session = context.session(Right::EditLeads)?;
    let lead = args.name.find(&mut session, Among::Live)?;
    let text = match args.text.as_str() {
        "-" => read_note()?,
        _ => args.text,
    };
    let body = text.trim();
    if body.is_empty() {
        return Err(CommandError::usage("the note is empty"));
    }
    let (org, stamp, id) = (session.org.org_id(), session.stamp.clone(), lead.id);
    let write = || session.db.write_under(Lock::Leads, org, RunMode::Commit, |conn| add_note(conn, id, body, &stamp));
    timed(context.ui, "lead changed", write)?;
    crate::commands::lead::query::show::print_stored(context, &mut session, lead)?;
    Ok(Exit::Done)
}

/// Reads a note from standard input, no more than one may be long.
fn read_note() -> Result<String> {
    let mut bytes = Vec::new();
    // No character takes more than four bytes.
    let most = LONGEST_NOTE as u64 * 4 + 1;
    std::io::stdin()
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|e| CommandError::failed(format!("standard input cannot be read: {e}")))?;
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
