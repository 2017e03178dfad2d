//! `crmctl config edit`

use std::io::Write;
use std::path::Path;
use std::process::Command;

use super::file::{self, ConfigFile};
use crate::commands::context::Context;
use crate::error::{CommandError, Exit, Result};
use crate::settings;
use crate::ui::Change;

/// Open the config file in your editor: VISUAL, else EDITOR, else vi
///
/// What you wrote takes the place of the file when it can be understood; else it is kept beside it, and the file stays as it is.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl config edit")]
pub struct Args {}

/// What a new file begins with.
const TEMPLATE: &str = "# The settings of crmctl. Flags and the environment go before them.\n\
    # database_url = \"/home/ada/crm.db\"\n# org = \"acme\"\n# user = \"ada@example.com\"\n\
    # format = \"table\"\n# color = \"auto\"\n\
    # lock_timeout = \"30s\"\n";

pub fn run(_args: Args, context: &Context) -> Result<Exit> {
    if context.ui.no_input {
        return Err(CommandError::usage("an editor needs somebody who edits")
            .hint("leave out --no-input, or write one setting: crmctl config set KEY VALUE"));
    }
    let place = file::place_to_change(context)?;
    let before = file::read_text(&place)?;
    let draft = draft_of(&place, before.as_deref().unwrap_or(TEMPLATE)).map_err(|e| file::unwritten(&place, &e))?;
    run_editor(draft.path())?;
    let after = settings::read_text(draft.path());
    let is_changed = after.as_ref().ok().map(String::as_str) != Some(before.as_deref().unwrap_or(TEMPLATE));
    if is_changed {
        let _lock = file::lock(&place)?;
        let problem = match (&after, file::read_text(&place)? == before) {
            (Err(e), _) => Some(e.to_string()),
            (_, false) => Some("somebody else changed the file meanwhile".to_owned()),
            (Ok(after), true) => settings::check(after).err(),
        };
        if let Some(problem) = problem {
            let kept = draft.into_temp_path().keep().map_err(|e| file::unwritten(&place, &e.error))?;
            return Err(CommandError::failed(format!("the config file stays as it is: {problem}"))
                .hint(format!("what you wrote is kept in {}", kept.display())));
        }
        ConfigFile::of(&place, &after.unwrap_or_default())?.write()?;
        context.ui.set_committed();
    }
    let changes = if is_changed { vec![Change::said("changed")] } else { Vec::new() };
    context.ui.changed(&place.display().to_string(), &changes, false)?;
    Ok(Exit::Done)
}

/// A copy of the file to be edited, beside it: it may hold a password, and is its owner's alone.
fn draft_of(place: &Path, text: &str) -> std::io::Result<tempfile::NamedTempFile> {
    let folder = crate::system::new_file::folder_of(place);
    std::fs::create_dir_all(folder)?;
    let mut draft = tempfile::Builder::new().prefix("config-").suffix(".toml").tempfile_in(folder)?;
    draft.write_all(text.as_bytes())?;
    draft.flush()?;
    Ok(draft)
}

/// Opens a file in the person's editor, which may have arguments, and waits for its end.
fn run_editor(path: &Path) -> Result<()> {
    let named =
        ["VISUAL", "EDITOR"].iter().find_map(|name| std::env::var(name).ok().filter(|it| !it.trim().is_empty()));
    let editor = named.unwrap_or_else(|| "vi".to_owned());
    let line = format!("{editor} \"$1\"");
    let status = Command::new("sh").args(["-c", &line, "sh"]).arg(path).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(CommandError::failed(format!("the editor `{editor}` failed; nothing was changed"))
            .hint("name another one: EDITOR=nano crmctl config edit")),
        Err(e) => Err(CommandError::failed(format!("the editor `{editor}` cannot be started: {e}"))
            .hint("name another one: EDITOR=nano crmctl config edit")),
    }
}
