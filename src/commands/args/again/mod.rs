//! The call that would have worked: the one that was given, with the options that an error names.

mod given;

use std::path::{Path, PathBuf};

use crate::domain::imports::duplicates::OnDuplicate;
use crate::domain::secrets::redacted;
use crate::error::{Again, CommandError};
use crate::import::problems::{ProblemGroup, UnknownWord, options_for};
use crate::import::row::ProblemKind;
use crate::import::source::encoding;
use crate::system::shell;
use crate::ui::Ui;
pub use given::{about_where, given, stands_for};

/// The error with the whole line that works, where it names options; without it, only them.
pub fn with_line(error: CommandError) -> CommandError {
    let Some(again) = &error.again else { return error };
    let given = given();
    let choices: Vec<Again> = std::iter::once(&again.with)
        .chain(&again.or)
        .map(|with| Again { with: with.clone(), without: again.without.clone(), or: Vec::new() })
        .collect();
    let lines: Option<Vec<String>> =
        given.and_then(|given| choices.iter().map(|choice| line(&given, choice)).collect());
    let hint = error.hint.clone().unwrap_or_default();
    let stop = if hint.ends_with('?') { "" } else { ":" };
    let words = |again: &Again| again.with.iter().map(|word| shell::word(word)).collect::<Vec<_>>().join(" ");
    let told = match lines {
        Some(lines) => format!("{hint}{stop}\n{}", lines.join("\n")),
        None => format!("{hint}{stop} {}", choices.iter().map(words).collect::<Vec<_>>().join(", or ")),
    };
    error.hint(told)
}

/// The error of an option that cannot take a value, with the call that works where the value shows it.
pub fn of_value(error: CommandError, option: &str, value: &str) -> CommandError {
    let unknown = match option.split(' ').next() {
        Some("--encoding") => encoding::named(value).err(),
        _ => None,
    };
    let Some(unknown) = unknown else { return error };
    let hint = match unknown.near {
        Some(near) => format!("did you mean {near}?"),
        None => "without the option the encoding is found out".to_owned(),
    };
    let with = unknown.near.map(|near| vec!["--encoding".to_owned(), near.to_owned()]).unwrap_or_default();
    with_line(error.hint(hint).again(Some(Again { without: vec!["--encoding".to_owned()], with, or: Vec::new() })))
}

/// Where a line that is told leaves the country of national numbers open.
pub const REGION: &str = "REGION";

/// What remains of a file to be imported, in the words of its import.
pub struct Remains<'a> {
    /// Those of the file that mean nothing.
    pub words: &'a [UnknownWord],
    pub problems: &'a [ProblemGroup],
    /// The preset by which the file was read.
    pub preset: Option<&'a str>,
    /// The file of rejected rows.
    pub rejects: Option<&'a str>,
    /// The file of values that were left out of rows that were taken.
    pub dropped: Option<&'a str>,
}

impl Remains<'_> {
    /// Tells what another option takes, and the line that imports it: the rejected rows anew where they are in a file.
    pub fn tell(&self, ui: Ui, file: &Path, files: &[PathBuf]) {
        let mut columns: Vec<&str> = self.words.iter().map(|word| word.column.as_str()).collect();
        columns.dedup();
        for column in columns {
            let of_column = self.words.iter().filter(|word| word.column == column);
            let told: Vec<String> = of_column.map(|word| format!("`{}` ({})", word.word, word.count)).collect();
            let is_status = self.words.iter().any(|it| it.column == column && it.kind == ProblemKind::StatusUnknown);
            let to_whom = match self.preset.filter(|_| is_status) {
                Some(preset) => format!("that the preset {preset} does not know"),
                None => "that mean nothing here".to_owned(),
            };
            ui.note(&format!("words of `{column}` {to_whom}: {}", told.join(", ")));
        }
        let (mut options, is_open) = options_for(self.words);
        if let Some(precise) = self.problems.iter().find(|group| group.kind == ProblemKind::MoneyTooPrecise) {
            let (count, value, row) = (precise.count, &precise.example_value, precise.example_row);
            ui.note(&format!(
                "amounts with more decimals than their currency has: {count}, for example `{value}` in row {row}; --round \
                 rounds them"
            ));
            options.push("--round".to_owned());
        }
        let national = self.problems.iter().find(|group| group.kind == ProblemKind::PhoneRegionMissing);
        if let Some(group) = national {
            let (value, row) = (&group.example_value, group.example_row);
            ui.note(&format!(
                "national numbers whose country nobody has said: {}, for example `{value}` in row {row}",
                group.count
            ));
            options.extend(["--region".to_owned(), REGION.to_owned()]);
        }
        if options.is_empty() {
            return;
        }
        let others = files.iter().filter(|other| self.rejects.is_some() || *other != file);
        let mut without: Vec<String> = others.map(|other| other.display().to_string()).collect();
        if self.rejects.is_some() {
            // Those files are there.
            without.extend(["--rejects", "--skipped", "--dropped", "--plan"].map(str::to_owned));
        } else if self.dropped.is_some() {
            // The rows are leads already.
            without.extend(["--on-duplicate", "--dropped", "--skipped"].map(str::to_owned));
            options.extend(["--on-duplicate", OnDuplicate::Fill.as_str()].map(str::to_owned));
        }
        let with = self.rejects.map(str::to_owned).into_iter().chain(options).collect();
        let Some(line) = given().and_then(|given| line(&given, &Again { without, with, or: Vec::new() })) else {
            return;
        };
        let open = [
            (is_open, "a status in place of each STATUS"),
            (national.is_some(), "their country, such as US, in place of REGION"),
        ];
        let open: Vec<&str> = open.into_iter().filter(|(is_open, _)| *is_open).map(|(_, what)| what).collect();
        let how = match open.is_empty() {
            true => "to import these rows:".to_owned(),
            false => {
                format!("to import these rows, put {} in this line, which does not run as it is:", open.join(", and "))
            }
        };
        ui.note(&how);
        ui.note(&format!("  {line}"));
    }
}

/// The line of this call with these options in place of those of the same names.
pub fn with_options(names: &[&str], with: Vec<String>) -> Option<String> {
    let mut kept = Vec::new();
    let mut words = given()?.into_iter();
    while let Some(word) = words.next() {
        if names.contains(&word.as_str()) {
            drop(words.next());
        } else if !names.iter().any(|name| word.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))) {
            kept.push(word);
        }
    }
    line(&kept, &Again { with, ..Again::default() })
}

/// Tells the line of this call with an option that does what the import left, once these imports are undone.
pub fn tell_option(ui: Ui, option: &str, undo: &[i64]) {
    let Some(given) = given() else { return };
    let with = Some(option.to_owned()).into_iter().filter(|option| !given.contains(option)).collect();
    let Some(line) = line(&given, &Again { with, ..Again::default() }) else { return };
    let ids: Vec<String> = undo.iter().map(i64::to_string).collect();
    match ids.as_slice() {
        [] => ui.note("to move them all the same:"),
        [id] => ui.note(&format!("to move them all the same, undo import {id}, and then:")),
        ids => ui.note(&format!("to move them all the same, undo the imports {}, and then:", ids.join(", "))),
    }
    ui.note(&format!("  {line}"));
}

/// The line of a call with other words; `None` where it would tell a secret, or not be read back.
pub fn line(given: &[String], again: &Again) -> Option<String> {
    let mut words: Vec<&str> = vec!["crmctl"];
    let mut given = given.iter();
    while let Some(word) = given.next() {
        let option = word.split_once('=').map_or(word.as_str(), |(option, _)| option);
        if option.starts_with("--") && again.without.iter().any(|out| out == option) {
            if option == word {
                given.next();
            }
        } else if again.without.contains(word) {
            // With the option before it.
            words.pop_if(|before| again.with.iter().any(|option| option == before));
        } else if !again
            .without
            .iter()
            .any(|out| word.starts_with("--") && word.split_once('=').is_some_and(|(_, it)| it == out))
        {
            words.push(word);
        }
    }
    // What follows `--` is no option.
    let end = words.iter().position(|word| *word == "--").unwrap_or(words.len());
    let with = again.with.iter().map(String::as_str);
    let words: Vec<&str> = words.iter().take(end).copied().chain(with).chain(words.iter().skip(end).copied()).collect();
    let is_safe = words.iter().all(|word| redacted::<&str>(word, []) == **word && !word.chars().any(char::is_control));
    is_safe.then(|| words.into_iter().map(shell::word).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(given: &str, without: &[&str], with: &[&str]) -> Option<String> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        line(
            &owned(&given.split(' ').collect::<Vec<_>>()),
            &Again { without: owned(without), with: owned(with), or: Vec::new() },
        )
    }

    #[test]
    fn the_call_is_told_with_what_it_lacks() {
        let line = told("import leads a.csv --region US", &[], &["--map", "phone=Fo ne"]);
        assert_eq!(line.as_deref(), Some("crmctl import leads a.csv --region US --map 'phone=Fo ne'"));
        for given in ["import leads --map fone=A a.csv", "import leads --map=fone=A a.csv"] {
            let line = told(given, &["fone=A"], &["--map", "phone=A"]);
            assert_eq!(line.as_deref(), Some("crmctl import leads a.csv --map phone=A"));
        }
        let line = told("import leads -- -a.csv", &[], &["--no-header"]);
        assert_eq!(line.as_deref(), Some("crmctl import leads --no-header -- -a.csv"));
    }

    #[test]
    fn options_are_left_out_with_their_values() {
        for given in ["import leads --rejects r.csv a.csv", "import leads a.csv --rejects=r.csv"] {
            let line = told(given, &["a.csv", "--rejects"], &["r.csv", "--round"]);
            assert_eq!(line.as_deref(), Some("crmctl import leads r.csv --round"), "{given}");
        }
    }

    #[test]
    fn other_files_are_left_out() {
        let line = told("import leads --dry-run b.csv a.csv", &["b.csv"], &["--no-header"]);
        assert_eq!(line.as_deref(), Some("crmctl import leads --dry-run a.csv --no-header"));
    }

    #[test]
    fn no_secret_is_repeated() {
        assert_eq!(told("import leads a.csv --database-url postgres://u:p@h/d", &[], &["--no-header"]), None);
    }
}
