//! `crmctl lead assign`

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::args::leads::selection::Selection;
use crate::commands::context::Context;
use crate::commands::lead::mass_update::{Wanted, change_one, change_selected, one_or_many};
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::ops::leads::mass_update::MassUpdate;

/// Give a lead, or many, to a user
///
/// Many are all leads of a filter or segment. Several users take turns, in the order of the leads' ids.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead assign 10482 --to ann@example.com\n  \
    crmctl lead assign --where 'owner is empty' --to ann@example.com --to bob@example.com")]
pub struct Args {
    /// The lead: its id, phone number or email
    #[arg(value_name = "ID|PHONE|EMAIL")]
    lead: Option<String>,
    #[command(flatten)]
    selection: Selection,
    /// The user, by email or username; may be given several times
    #[arg(long, alias = "owner", value_name = "EMAIL", required_unless_present = "nobody", add = complete::user_emails())]
    to: Vec<String>,
    /// Take the leads from their owners
    #[arg(long, conflicts_with = "to")]
    nobody: bool,
    #[command(flatten)]
    answer: ChangeArgs,
}

/// The longest context that is kept, in characters.
const MAX_CONTEXT: usize = 2000;

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let name = one_or_many(args.lead, &args.selection)?;
    let mode = if name.is_some() { args.answer.mode() } else { args.answer.mode_of_many()? };
    let right = if name.is_some() { Right::EditLeads } else { Right::EditMany };
    let mut session = context.session(right)?;
    let mut users = Vec::new();
    for email in &args.to {
        let user = session.user_named(email)?;
        if !user.is_active {
            return Err(CommandError::failed(format!("the user `{}` is disabled", user.email)));
        }
        match users.contains(&user.id) {
            true => return Err(CommandError::usage(format!("`{}` is named twice", user.email))),
            false => users.push(user.id),
        }
    }
    let chosen_by = match name {
        Some(_) => None,
        None => args.selection.filter(&mut session)?.map(|filter| filter.to_string()),
    };
    let question = match args.nobody {
        true => "Take from their owners".to_owned(),
        false => format!("Assign to {} –", args.to.join(", ")),
    };
    let context_kept = chosen_by.map(|text| text.chars().take(MAX_CONTEXT).collect());
    let wanted = Wanted { action: MassUpdate::Assign { users, context: context_kept }, question, mode };
    match name {
        Some(name) => change_one(context, &mut session, &name, &wanted, args.answer),
        None => change_selected(context, &mut session, &args.selection, &wanted),
    }
}
