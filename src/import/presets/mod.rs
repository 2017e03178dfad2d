//! What is known of the files of other programs. A preset is data: the headers by which a file is recognised, which column
//! fills which field, and what the program writes around its values. This machinery is the same for every kind of import.

mod applied;
mod embedded;
mod error;
mod file;
mod glob;
mod labels;
mod own;
mod pass_over;
mod skip;
mod unwrap;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::domain::imports::kind::ImportKind;
use crate::domain::leads::status::Status;
use crate::domain::money::DecimalSeparator;
use crate::domain::text::nearest;
use crate::domain::time::datetime::DateOrder;
pub use applied::{Applied, Reading, Said};
pub use error::PresetError;
pub use pass_over::{PassOver, may_be_somebody};
pub use skip::Skip;
pub use unwrap::Unwrap;

/// What a person says who wants no preset.
pub const NONE: &str = "none";

/// Where the presets of the program are from.
pub const BUILT_IN: &str = "built in";

/// What presets must know of a kind of import.
#[derive(Debug, Clone, Copy)]
pub struct PresetKind {
    pub kind: ImportKind,
    /// The words of its fields.
    pub fields: &'static [&'static str],
    /// Whether several columns may fill a field.
    pub repeats: fn(&str) -> bool,
    /// Whether its rows are people: only there cells are unwrapped, and a column fills two fields.
    pub is_of_people: bool,
    /// Whether a header says that its cells refuse contact, or agree to it: no preset of a person's own leaves such a column aside.
    pub is_consent: fn(&str) -> bool,
    /// Whether a field takes such cells.
    pub takes_consent: fn(&str) -> bool,
}

/// What is known of the files of one program.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preset {
    pub name: String,
    pub title: String,
    pub kind: ImportKind,
    /// The system that its external ids are of.
    pub source_system: Option<String>,
    /// Sets of headers: a file that has all of one is of the program. Without any it is only asked for.
    pub signature: Vec<Vec<String>>,
    /// Fields, and the headers of the columns that fill each.
    pub map: BTreeMap<String, Vec<String>>,
    pub set: BTreeMap<String, String>,
    pub ignore: Vec<String>,
    pub keep: Vec<String>,
    /// Words of its status column.
    pub status: BTreeMap<String, Status>,
    pub date_order: Option<DateOrder>,
    pub decimal_separator: Option<DecimalSeparator>,
    pub unwrap: Vec<Unwrap>,
    pub pass_over: Vec<PassOver>,
    /// Rows of people that are skipped, with the reason.
    pub skip: Vec<Skip>,
    /// Columns of values, and those of their labels.
    pub labels: BTreeMap<String, String>,
    /// Where it is from: `built in`, or its file.
    pub from: String,
    /// As it is written.
    #[serde(rename = "toml")]
    pub text: String,
}

impl Preset {
    /// How many columns it knows.
    pub fn columns(&self) -> usize {
        self.map.values().map(Vec::len).sum::<usize>() + self.ignore.len() + self.keep.len()
    }

    /// The headers that fill fields.
    pub fn headers(&self) -> impl Iterator<Item = &String> {
        self.map.values().flatten()
    }

    /// The most headers of a signature that a file has, if it has all of one.
    fn fit(&self, headers: &[String]) -> Option<usize> {
        let has = |name: &String| headers.iter().any(|header| glob::names(name, header));
        self.signature.iter().filter(|names| names.iter().all(has)).map(Vec::len).max()
    }

    /// Whether a file of these headers is of the program.
    pub fn is_of(&self, headers: &[String]) -> bool {
        self.fit(headers).is_some()
    }
}

/// A preset that there is, or what is wrong with its file.
pub struct Listed {
    pub name: String,
    pub from: String,
    pub preset: Result<Preset, PresetError>,
}

/// The presets that there are: those of the program, and a person's own.
#[derive(Debug)]
pub struct Presets {
    /// Where a person's own lie.
    folder: Option<PathBuf>,
    kinds: &'static [PresetKind],
}

impl Presets {
    pub fn new(folder: Option<PathBuf>, kinds: &'static [PresetKind]) -> Presets {
        Presets { folder, kinds }
    }

    /// What presets know of a kind of import; `None` where there are none.
    pub fn kind(&self, kind: ImportKind) -> Option<&PresetKind> {
        self.kinds.iter().find(|known| known.kind == kind)
    }

    /// All of them, those of a person first; one takes the place of the built-in one with its name. Of several of one name each is an
    /// error that names their files.
    ///
    /// # Errors
    /// The folder of the person's own cannot be read.
    pub fn all(&self) -> Result<Vec<Listed>, PresetError> {
        let mut all = self.read()?;
        let twins: Vec<Option<PresetError>> = all.iter().map(|listed| of_one_name(&all, &listed.name)).collect();
        for (listed, twins) in all.iter_mut().zip(twins) {
            if let Some(error) = twins {
                listed.preset = Err(error);
            }
        }
        Ok(all)
    }

    /// All as they stand in their files.
    fn read(&self) -> Result<Vec<Listed>, PresetError> {
        let mut all = self.folder.as_deref().map_or(Ok(Vec::new()), |folder| own::all(folder, self.kinds))?;
        for (name, text) in embedded::ALL {
            if !all.iter().any(|own| own.name == *name) {
                let preset = file::read(text, BUILT_IN, self.kinds);
                all.push(Listed { name: (*name).to_owned(), from: BUILT_IN.to_owned(), preset });
            }
        }
        Ok(all)
    }

    /// The preset of a name, or of a file: a text with `/` in it or `.toml` behind it.
    ///
    /// # Errors
    /// There is none, or its file is broken.
    pub fn named(&self, name: &str) -> Result<Preset, PresetError> {
        if name.contains('/') || name.ends_with(".toml") {
            return own::read(Path::new(name), self.kinds);
        }
        let mut all = self.all()?;
        match all.iter().position(|listed| listed.name == name) {
            Some(at) => all.swap_remove(at).preset,
            None => {
                let known: Vec<String> = all.into_iter().map(|listed| listed.name).collect();
                let near = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
                Err(PresetError::Unknown { name: name.to_owned(), near, known })
            }
        }
    }

    /// The headers that an asked-for preset names, by which the header of a file is found; none of one that cannot be had.
    pub fn headers_of(&self, asked: Option<&str>) -> Vec<String> {
        let preset = asked.filter(|name| *name != NONE).and_then(|name| self.named(name).ok());
        let named = preset.iter().flat_map(Preset::headers).filter(|name| !name.contains('*'));
        named.cloned().collect()
    }

    /// The preset of an import: the one that was asked for, else the one that the headers show. Of several that fit the one
    /// with the longest signature is meant.
    ///
    /// # Errors
    /// It cannot be had or reads another kind of file, or several fit equally.
    pub fn choose(
        &self,
        kind: ImportKind,
        asked: Option<&str>,
        file: &str,
        headers: &[String],
    ) -> Result<Option<Preset>, PresetError> {
        match asked {
            Some(NONE) => Ok(None),
            Some(name) => {
                let preset = self.named(name)?;
                match preset.kind == kind {
                    true => Ok(Some(preset)),
                    false => Err(PresetError::OtherKind {
                        name: preset.name,
                        kind: preset.kind.as_str(),
                        wanted: kind.as_str(),
                    }),
                }
            }
            None if self.kind(kind).is_none() => Ok(None),
            None => {
                // One that is broken is told by the list, and where it is asked for.
                let all = self.read()?;
                let fitting = all.iter().filter_map(|listed| listed.preset.as_ref().ok());
                let fitting = fitting.filter(|preset| preset.kind == kind);
                let mut fitting: Vec<(usize, &Preset)> =
                    fitting.filter_map(|preset| Some((preset.fit(headers)?, preset))).collect();
                let longest = fitting.iter().map(|(length, _)| *length).max().unwrap_or_default();
                fitting.retain(|(length, _)| *length == longest);
                match fitting.len() {
                    // Its name is kept with the import.
                    0 | 1 => match fitting.pop() {
                        Some((_, preset)) => of_one_name(&all, &preset.name).map_or(Ok(Some(preset.clone())), Err),
                        None => Ok(None),
                    },
                    _ => {
                        let names: Vec<String> = fitting.iter().map(|(_, preset)| preset.name.clone()).collect();
                        let twins = names.iter().find_map(|name| of_one_name(&all, name));
                        Err(twins.unwrap_or(PresetError::Several { file: file.to_owned(), names }))
                    }
                }
            }
        }
    }
}

/// What is wrong with a name that several presets have.
fn of_one_name(all: &[Listed], name: &str) -> Option<PresetError> {
    let files: Vec<String> = all.iter().filter(|listed| listed.name == name).map(|it| it.from.clone()).collect();
    (files.len() > 1).then(|| PresetError::OneName { name: name.to_owned(), files })
}
