//! `crmctl lead tag` and `crmctl lead untag`

use crate::commands::args::changes::ChangeArgs;
use crate::commands::args::complete;
use crate::commands::args::leads::selection::Selection;
use crate::commands::args::texts::bad_tags;
use crate::commands::context::Context;
use crate::commands::lead::mass_update::{Wanted, change_one, change_selected, one_or_many};
use crate::domain::access::role::Right;
use crate::domain::leads::tag;
use crate::error::{CommandError, Exit, Result};
use crate::ops::leads::mass_update::MassUpdate;

/// Add tags to a lead, or to many
///
/// Many are all leads of a filter or segment.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead tag 10482 vip partner\n  \
    crmctl lead tag --where 'score >= 90 and not tag = vip' vip")]
pub struct TagArgs {
    #[command(flatten)]
    args: Args,
}

/// Take tags from a lead, or from many
///
/// Many are all leads of a filter or segment.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl lead untag ada@example.com vip\n  \
    crmctl lead untag --segment fresh 'trade show' --dry-run")]
pub struct UntagArgs {
    #[command(flatten)]
    args: Args,
}

#[derive(Debug, clap::Args)]
struct Args {
    /// A lead by id, phone or email, then tags; with --where or --segment only tags
    #[arg(value_name = "LEAD|TAG", required = true, add = complete::tag_names())]
    words: Vec<String>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    answer: ChangeArgs,
}

pub fn tag(args: TagArgs, context: &Context) -> Result<Exit> {
    run(args.args, context, "Tag with", MassUpdate::Tag)
}

pub fn untag(args: UntagArgs, context: &Context) -> Result<Exit> {
    run(args.args, context, "Take away", MassUpdate::Untag)
}

fn run(args: Args, context: &Context, question: &str, action: fn(Vec<String>) -> MassUpdate) -> Result<Exit> {
    let mut words = args.words;
    let lead = (!args.selection.is_given()).then(|| words.remove(0));
    let tags = tags(&words)?;
    let name = one_or_many(lead, &args.selection)?;
    let wanted = Wanted {
        question: format!("{question} {} –", tags.join(", ")),
        action: action(tags),
        mode: if name.is_some() { args.answer.mode() } else { args.answer.mode_of_many()? },
    };
    match name {
        Some(name) => change_one(context, &mut context.session(Right::EditLeads)?, &name, &wanted, args.answer),
        None => change_selected(context, &mut context.session(Right::EditMany)?, &args.selection, &wanted),
    }
}

/// The tags in normal form; a word may hold several with commas between them, as a cell of an import may.
fn tags(words: &[String]) -> Result<Vec<String>, CommandError> {
    let tags = tag::parse_several(&words.join(",")).map_err(bad_tags)?;
    match tags.is_empty() {
        true => Err(CommandError::usage("which tags?").hint("name them: crmctl lead tag 10482 vip")),
        false => Ok(tags),
    }
}
