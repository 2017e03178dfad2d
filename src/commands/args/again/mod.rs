//! The call that would have worked: the one that was given, with the options that an error names.

use std::path::{Path, PathBuf};

use crate::domain::secrets::redacted;
use crate::error::{Again, CommandError};
use crate::import::problems::{UnknownWord, options_for};
use crate::system::shell;
use crate::ui::Ui;

/// The error with the whole line that works, where it names options; without it, only them.
pub fn with_line(error: CommandError) -> CommandError {
    let Some(again) = &error.again else { return error };
    let given: Option<Vec<String>> = std::env::args_os().skip(1).map(|word| word.into_string().ok()).collect();
    let line = given.and_then(|given| line(&given, again));
    let hint = error.hint.clone().unwrap_or_default();
    let stop = if hint.ends_with('?') { "" } else { ":" };
    let told = match line {
        Some(line) => format!("{hint}{stop}\n{line}"),
        None => {
            format!("{hint}{stop} {}", again.with.iter().map(|word| shell::word(word)).collect::<Vec<_>>().join(" "))
        }
    };
    error.hint(told)
}

/// Tells the words of a file that mean nothing, and the line that takes them: the rejected rows anew where they are in a file.
pub fn tell_words(ui: Ui, words: &[UnknownWord], file: &Path, files: &[PathBuf], rejects: Option<&str>) {
    let mut columns: Vec<&str> = words.iter().map(|word| word.column.as_str()).collect();
    columns.dedup();
    for column in columns {
        let of_column = words.iter().filter(|word| word.column == column);
        let told: Vec<String> = of_column.map(|word| format!("`{}` ({})", word.word, word.count)).collect();
        ui.note(&format!("words of `{column}` that mean nothing here: {}", told.join(", ")));
    }
    let (options, is_open) = options_for(words);
    let given: Option<Vec<String>> = std::env::args_os().skip(1).map(|word| word.into_string().ok()).collect();
    let others = files.iter().filter(|other| rejects.is_some() || *other != file);
    let without = others.map(|other| other.display().to_string()).collect();
    let with = rejects.map(str::to_owned).into_iter().chain(options).collect();
    let Some(line) = given.and_then(|given| line(&given, &Again { without, with })) else { return };
    let how = match is_open {
        true => "to import these rows, put a status in place of each STATUS in this line, which does not run as it is:",
        false => "to import these rows:",
    };
    if !words.is_empty() {
        ui.note(how);
        ui.note(&format!("  {line}"));
    }
}

/// The line of this call with these options in place of those of the same names.
pub fn with_options(names: &[&str], with: Vec<String>) -> Option<String> {
    let given: Option<Vec<String>> = std::env::args_os().skip(1).map(|word| word.into_string().ok()).collect();
    let mut kept = Vec::new();
    let mut words = given?.into_iter();
    while let Some(word) = words.next() {
        if names.contains(&word.as_str()) {
            drop(words.next());
        } else if !names.iter().any(|name| word.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))) {
            kept.push(word);
        }
    }
    line(&kept, &Again { without: Vec::new(), with })
}

/// The line of a call with other words; `None` where it would tell a secret, or not be read back.
pub fn line(given: &[String], again: &Again) -> Option<String> {
    let mut words: Vec<&str> = vec!["crmctl"];
    for word in given {
        if again.without.contains(word) {
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
        line(&owned(&given.split(' ').collect::<Vec<_>>()), &Again { without: owned(without), with: owned(with) })
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
    fn other_files_are_left_out() {
        let line = told("import leads --dry-run b.csv a.csv", &["b.csv"], &["--no-header"]);
        assert_eq!(line.as_deref(), Some("crmctl import leads --dry-run a.csv --no-header"));
    }

    #[test]
    fn no_secret_is_repeated() {
        assert_eq!(told("import leads a.csv --database-url postgres://u:p@h/d", &[], &["--no-header"]), None);
    }
}
