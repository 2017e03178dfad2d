//! `crmctl lead assign`

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::args::leads::selection::Selection;
use crate::commands::args::leads::territories::find;
use crate::commands::context::{Context, Session};
use crate::commands::lead::mass_update::{Wanted, change_one, change_selected, one_or_many};
use crate::db::RunMode;
use crate::domain::access::role::Right;
use crate::error::{CommandError, Exit, Result};
use crate::ops::leads::mass_update::MassUpdate;

/// Give a lead, or many, to a user, or put them into a territory
///
/// Many are all leads of a filter or segment. Several users take turns, in the order of the leads' ids. A lead that was put into a territory
/// so stays there: `territory assign` moves only what its rules have placed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead assign 10482 --to ann@example.com\n  \
    crmctl lead assign --where 'owner is empty' --to ann@example.com --to bob@example.com\n  \
    crmctl lead assign --where 'company = Contoso' --territory 'Key accounts'")]
pub struct Args {
    /// The lead: its id, phone number or email
    #[arg(value_name = "ID|PHONE|EMAIL")]
    lead: Option<String>,
    #[command(flatten)]
    selection: Selection,
    /// The user, by email or username; may be given several times
    #[arg(long, alias = "owner", value_name = "EMAIL", required_unless_present_any = ["nobody", "territory", "no_territory"], add = complete::user_emails())]
    to: Vec<String>,
    /// Take the leads from their owners
    #[arg(long, conflicts_with = "to")]
    nobody: bool,
    /// Put the leads into this territory, where no rule moves them
    #[arg(long, value_name = "NAME", conflicts_with_all = ["to", "nobody"], add = complete::territory_names())]
    territory: Option<String>,
    /// Take the leads out of their territory, for the rules to say where they go
    #[arg(long, conflicts_with_all = ["to", "nobody", "territory"])]
    no_territory: bool,
    #[command(flatten)]
    answer: ChangeArgs,
}

/// The longest context that is kept, in characters.
const MAX_CONTEXT: usize = 2000;

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let name = one_or_many(args.lead.clone(), &args.selection)?;
    let mode = if name.is_some() { args.answer.mode() } else { args.answer.mode_of_many()? };
    let right = if name.is_some() { Right::EditLeads } else { Right::EditMany };
    let mut session = context.session(right)?;
    let wanted = match (&args.territory, args.no_territory) {
        (Some(name), _) => {
            let territory = find(&mut session, name)?;
            let question = format!("Put into the territory {} –", territory.name);
            Wanted { action: MassUpdate::Place(Some(territory.id)), question, mode }
        }
        (None, true) => {
            Wanted { action: MassUpdate::Place(None), question: "Take out of their territories".to_owned(), mode }
        }
        (None, false) => to_users(&args, name.is_none(), mode, &mut session)?,
    };
    match name {
        Some(name) => change_one(context, &mut session, &name, &wanted, args.answer),
        None => change_selected(context, &mut session, &args.selection, &wanted),
    }
}

/// Giving leads to users, or to nobody.
fn to_users(args: &Args, are_many: bool, mode: RunMode, session: &mut Session) -> Result<Wanted> {
    let mut users = Vec::new();
    for email in &args.to {
        let user = session.active_user_named(email)?;
        match users.contains(&user.id) {
            true => return Err(CommandError::usage(format!("`{}` is named twice", user.email))),
            false => users.push(user.id),
        }
    }
    let chosen_by = match are_many {
        false => None,
        true => args.selection.filter(session)?.map(|filter| filter.to_string()),
    };
    let question = match args.nobody {
        true => "Take from their owners".to_owned(),
        false => format!("Assign to {} –", args.to.join(", ")),
    };
    let context = chosen_by.map(|text| text.chars().take(MAX_CONTEXT).collect());
    Ok(Wanted { action: MassUpdate::Assign { users, context }, question, mode })
}
