//! `crmctl completions`

mod quoting;
mod shells;

use clap_complete::env::CompleteEnv;

use crate::commands::context::Context;
use crate::error::{CommandError, Exit, Result};
use crate::ui::{Manner, Ui, UiError};

/// Write a completion script for a shell to stdout
///
/// The script asks crmctl itself, so organizations, segments, sources, tags and users are offered from the database.
/// Names that the shell would not read back as one word of text are left out.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    crmctl completions bash > ~/.local/share/bash-completion/completions/crmctl\n  \
    crmctl completions zsh > ~/.zfunc/_crmctl\n  \
    crmctl completions fish > ~/.config/fish/completions/crmctl.fish")]
pub struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// The variable by which a script asks.
const ASKED_BY: &str = "COMPLETE";

/// Answers a shell that asks what could stand next; None if this is a call as any other.
pub fn answer(command: fn() -> clap::Command) -> Option<Exit> {
    let here = std::env::current_dir().ok();
    let env = CompleteEnv::with_factory(command).var(ASKED_BY).shells(shells::all());
    match env.try_complete(std::env::args_os(), here.as_deref()) {
        Ok(false) => None,
        Ok(true) => Some(Exit::Done),
        Err(e) => {
            let ui = Ui::new(Manner::default());
            ui.error(e.to_string().trim_start_matches("error: ").trim_end(), &[], None);
            Some(Exit::Usage)
        }
    }
}

pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let shell = args.shell.to_string();
    let shells = shells::all();
    let completer = shells
        .completer(&shell)
        .ok_or_else(|| CommandError::usage(format!("no completions are known for `{shell}`")))?;
    let mut script = Vec::new();
    completer.write_registration(ASKED_BY, "crmctl", "crmctl", "crmctl", &mut script).map_err(UiError::from)?;
    context.ui.raw(&script)?;
    Ok(Exit::Done)
}
