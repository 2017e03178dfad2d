//! What can be wrong with a preset, or with asking for one.

use crate::error::{Again, CommandError, Explain};

/// Why a preset cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    #[error("no preset is named `{name}`")]
    Unknown { name: String, near: Option<String>, known: Vec<String> },
    #[error("cannot read the preset `{file}`: {reason}")]
    Unreadable { file: String, reason: String },
    /// The file is no preset; the problem names the key.
    #[error("the preset `{file}`{}: {problem}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
    Broken { file: String, line: Option<usize>, problem: String, remedy: String },
    #[error("`{file}` fits several presets equally: {}", names.join(", "))]
    Several { file: String, names: Vec<String> },
    /// Two files of a person's own, and a name is one preset's.
    #[error("two presets are named `{name}`: {}", files.join(" and "))]
    OneName { name: String, files: Vec<String> },
    #[error("the preset `{name}` reads {kind}, and this import reads {wanted}")]
    OtherKind { name: String, kind: &'static str, wanted: &'static str },
    #[error("`{file}` has none of the columns that the preset `{name}` reads")]
    NoColumn { file: String, name: String },
}

impl Explain for PresetError {
    fn explain(&self) -> CommandError {
        let error = CommandError::failed(self.to_string());
        match self {
            PresetError::Unknown { name, near, known } => {
                let error = error.detail(format!("the presets are {}", known.join(", ")));
                match near {
                    Some(near) => error.hint(format!("did you mean `{near}`?")).again(Some(Again {
                        without: vec![name.clone()],
                        with: vec!["--preset".to_owned(), near.clone()],
                        ..Again::default()
                    })),
                    None => error
                        .hint("list them: crmctl import presets; a file is named with its path: --preset ./NAME.toml"),
                }
            }
            PresetError::Unreadable { .. } => {
                error.hint("name a file that can be read, or a preset: crmctl import presets")
            }
            PresetError::Broken { remedy, .. } => error.hint(remedy),
            PresetError::Several { names, .. } => {
                let with = |name: &String| vec!["--preset".to_owned(), name.clone()];
                let mut names = names.iter();
                let first = names.next().map(with).unwrap_or_default();
                error.detail("nothing was imported").hint("say which").again(Some(Again {
                    with: first,
                    or: names.map(with).collect(),
                    ..Again::default()
                }))
            }
            PresetError::OneName { .. } => error
                .detail("nothing was imported")
                .hint("give one of them another `name`, or name the file that is meant: --preset FILE"),
            PresetError::OtherKind { kind, .. } => {
                error.hint(format!("import the file with crmctl import {kind}, or leave --preset out"))
            }
            PresetError::NoColumn { .. } => error
                .detail("nothing was imported")
                .hint("leave --preset out, or look at what it reads: crmctl import presets show NAME"),
        }
    }
}
