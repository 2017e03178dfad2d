//! `crmctl completions`

use crate::commands::context::Context;
use crate::error::Exit;

/// Write a completion script for a shell to stdout
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  crmctl completions bash > ~/.local/share/bash-completion/completions/crmctl")]
pub struct Args {
    shell: clap_complete::Shell,
}

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut crate::cli::command(), "crmctl", &mut script);
    context.ui.raw(&script)?;
    Ok(Exit::Done)
}
