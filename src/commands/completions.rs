//! `crmctl completions`

use clap_complete::env::Shells;

use crate::commands::context::Context;
use crate::error::{CommandError, Exit, Result};
use crate::ui::UiError;

/// Write a completion script for a shell to stdout
///
/// The script asks crmctl itself, so organizations, segments, sources, tags and users are offered from the database.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    crmctl completions bash > ~/.local/share/bash-completion/completions/crmctl\n  \
    crmctl completions zsh > ~/.zfunc/_crmctl\n  \
    crmctl completions fish > ~/.config/fish/completions/crmctl.fish")]
pub struct Args {
    shell: clap_complete::Shell,
}

/// The variable by which a script asks.
pub const ASKED_BY: &str = "COMPLETE";

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let shell = args.shell.to_string();
    let shells = Shells::builtins();
    let completer = shells
        .completer(&shell)
        .ok_or_else(|| CommandError::usage(format!("no completions are known for `{shell}`")))?;
    let mut script = Vec::new();
    completer.write_registration(ASKED_BY, "crmctl", "crmctl", "crmctl", &mut script).map_err(UiError::from)?;
    context.ui.raw(&script)?;
    Ok(Exit::Done)
}
