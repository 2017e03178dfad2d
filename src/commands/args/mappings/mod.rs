//! Saved mappings as imports take them.

use crate::commands::args::again::{given, line};
use crate::commands::args::complete;
use crate::domain::imports::mapping_name::{MappingName, new_name};
use crate::error::Again;
use crate::import::ImportError;
use crate::import::observer::Offer;
use crate::import::saved::{Asked, MappingsTold};
use crate::ui::{Ui, UiError};

/// Which saved mapping reads a file, and under which name what is decided is saved.
#[derive(Debug, Clone, clap::Args)]
pub struct MappingArgs {
    /// Read the file by a saved mapping, or by one version of it as NAME@2; other options go before it
    #[arg(long, value_name = "NAME", add = complete::mapping_names())]
    mapping: Option<MappingName>,
    /// Save how the file is read, for others with the same columns; what is there under the name gets a new version
    #[arg(long, value_name = "NAME", value_parser = new_name)]
    save_mapping: Option<String>,
}

impl MappingArgs {
    pub fn asked(&self) -> Asked {
        Asked { mapping: self.mapping.clone(), save: self.save_mapping.clone() }
    }

    /// Whether something is to be saved.
    pub fn saves(&self) -> bool {
        self.save_mapping.is_some()
    }
}

/// Offers mappings that fit a file: a person at a terminal is asked of each; else the call that uses it is told, and the
/// import goes on without. `--yes` chooses none: it would decide how a file is read, unseen. `others` are files of the call that
/// it is not about.
///
/// # Errors
/// The person interrupts.
pub fn offer(ui: Ui, offers: &[Offer], others: &[String]) -> Result<Option<usize>, ImportError> {
    for (place, Offer { name, version }) in offers.iter().enumerate() {
        let question =
            format!("The mapping `{name}` (version {version}) was saved for these columns. Read the file by it?");
        match ui.ask(&question) {
            Ok(true) => return Ok(Some(place)),
            Ok(false) => {}
            Err(UiError::Interrupted) => return Err(ImportError::Interrupted),
            // There is nobody to ask, of whichever.
            Err(_) => {
                offers.iter().for_each(|offer| tell(ui, &offer.name, others));
                return Ok(None);
            }
        }
    }
    Ok(None)
}

fn tell(ui: Ui, name: &str, others: &[String]) {
    let given = given();
    let with = vec!["--mapping".to_owned(), name.to_owned()];
    ui.note(&format!("the mapping `{name}` was saved for these columns and is not used; to read the file by it:"));
    let words = Again { without: others.to_vec(), with, ..Again::default() };
    match given.and_then(|given| line(&given, &words)) {
        Some(line) => ui.note(&format!("  {line}")),
        None => ui.note(&format!("  --mapping '{name}'")),
    }
}

/// Tells what was saved.
pub fn tell_saved(ui: Ui, told: &MappingsTold, dry_run: bool) {
    let Some((name, version)) = told.saved_mapping.as_deref().and_then(|saved| saved.rsplit_once('@')) else { return };
    let text = match (told.is_new, dry_run) {
        (true, false) => format!("saved the mapping `{name}`, version {version}"),
        (true, true) => format!("would save the mapping `{name}`, version {version}; nothing was saved"),
        (false, _) => format!("the mapping `{name}` says so already, in version {version}; nothing was saved"),
    };
    ui.note(&text);
}
