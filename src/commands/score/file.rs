//! Models in files.

use std::fs;
use std::io::Read;
use std::path::Path;

use crate::domain::lead_work::scores::rules::RuleModel;
use crate::error::{CommandError, Result};

/// The longest file of a model, in bytes.
const LONGEST: u64 = 1 << 20;

/// The model of a file.
///
/// # Errors
/// It cannot be read, or is none.
pub fn read(path: &Path) -> Result<RuleModel, CommandError> {
    let shown = path.display();
    let unreadable = |reason: String| CommandError::failed(format!("cannot read `{shown}`: {reason}"));
    // A pipe would be waited for.
    if fs::metadata(path).is_ok_and(|file| !file.is_file()) {
        return Err(unreadable("it is no regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    let opened = fs::File::open(path).map_err(|e| unreadable(e.to_string()))?;
    opened.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|e| unreadable(e.to_string()))?;
    if bytes.len() as u64 > LONGEST {
        return Err(unreadable(format!("it is longer than {} KiB", LONGEST >> 10)));
    }
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".to_owned()))?;
    RuleModel::parse(&text).map_err(|problem| {
        CommandError::failed(format!("`{shown}` is no model: {problem}"))
            .hint("crmctl score model show --format json prints one that is right; nothing was changed")
    })
}
