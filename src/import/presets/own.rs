//! Presets that a person keeps in files.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::{Listed, Preset, PresetError, PresetKind, file};

/// The longest file of a preset, in bytes.
const LONGEST: u64 = 1 << 20;

/// Those of a folder, by name; none where there is no folder.
pub(super) fn all(folder: &Path, kinds: &[PresetKind]) -> Result<Vec<Listed>, PresetError> {
    let unreadable = |e: std::io::Error| PresetError::Unreadable { file: shown(folder), reason: e.to_string() };
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(unreadable)?,
    };
    let mut all = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let preset = read(&path, kinds);
        let stem = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = preset.as_ref().map_or_else(|_| stem(), |preset| preset.name.clone());
        all.push(Listed { name, from: shown(&path), preset });
    }
    all.sort_by(|a, b| (&a.name, &a.from).cmp(&(&b.name, &b.from)));
    Ok(all)
}

/// The preset of a file.
pub(super) fn read(path: &Path, kinds: &[PresetKind]) -> Result<Preset, PresetError> {
    let unreadable = |reason: String| PresetError::Unreadable { file: shown(path), reason };
    let mut bytes = Vec::new();
    // A pipe would be waited for.
    if fs::metadata(path).is_ok_and(|file| !file.is_file()) {
        return Err(unreadable("it is no regular file".to_owned()));
    }
    let opened = fs::File::open(path).map_err(|e| unreadable(e.to_string()))?;
    opened.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|e| unreadable(e.to_string()))?;
    if bytes.len() as u64 > LONGEST {
        return Err(unreadable(format!("it is longer than {} KiB", LONGEST >> 10)));
    }
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".to_owned()))?;
    file::read(&text, &shown(path), kinds)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
