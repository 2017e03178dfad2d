//! The shells that ask what could stand next. Names in the database and names of files are other people's texts: each is
//! offered so that its shell reads it back as one word, or not at all.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine::{CompletionCandidate, complete};
use clap_complete::env::{EnvCompleter, Fish, Shells, Zsh};

use super::quoting;
use crate::ui::{Safe, is_unsafe};

/// All shells that there are completions for.
pub fn all() -> Shells<'static> {
    Shells(&[&QuotedBash, &QuotedZsh, &QuotedFish])
}

/// A value that can be offered and what it is.
struct Offer {
    value: String,
    help: Option<String>,
}

/// What could stand at a place of a line. What shells or terminals would take for more than text is left out.
fn offers(command: &mut Command, line: Vec<OsString>, place: usize, here: Option<&Path>) -> io::Result<Vec<Offer>> {
    let found = complete(command, line, place, here)?;
    Ok(found.iter().filter_map(offer).collect())
}

fn offer(candidate: &CompletionCandidate) -> Option<Offer> {
    let value = candidate.get_value().to_str().filter(|value| !value.contains(is_unsafe))?.to_owned();
    let help = candidate.get_help().map(|help| help.to_string());
    let help = help.as_deref().and_then(|help| help.lines().next()).map(|line| Safe::cell(line).as_str().to_owned());
    Some(Offer { value, help })
}

/// A number or text that a script passes on.
fn passed(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What a word means as it was typed.
fn read(word: OsString) -> OsString {
    match word.to_str() {
        Some(text) => quoting::read(text).into(),
        None => word,
    }
}

/// The line as typed words mean it, with an empty word where none was begun, and the place asked about.
fn line(typed: Vec<OsString>) -> (Vec<OsString>, usize) {
    let place: usize = passed("_CLAP_COMPLETE_INDEX").and_then(|place| place.parse().ok()).unwrap_or_default();
    let mut line: Vec<OsString> = typed.into_iter().map(read).collect();
    if line.len() == place {
        line.push(OsString::new());
    }
    (line, place)
}

/// Bash puts what it is offered into the line as it is.
struct QuotedBash;

/// Reads what is offered line by line: a substitution without quotes would take a name for a pattern of files.
const BASH: &str = r#"
_clap_complete_NAME() {
    local words=("${COMP_WORDS[@]}")
    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
        words[COMP_CWORD]="$2"
    fi
    COMPREPLY=()
    local offered
    while IFS= read -r offered; do
        COMPREPLY+=("$offered")
    done < <( \
        _CLAP_IFS=$'\n' \
        _CLAP_COMPLETE_INDEX="${COMP_CWORD}" \
        _CLAP_COMPLETE_WORD="${COMP_WORDS[COMP_CWORD]}" \
        VAR="bash" \
        "COMPLETER" -- "${words[@]}" \
    )
    if [[ "${#COMPREPLY[@]}" -eq 1 ]] && ! [[ "${COMPREPLY[0]}" =~ [=/:]$ ]]; then
        compopt +o nospace 2> /dev/null
    fi
}
if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -o nospace -o bashdefault -o nosort -F _clap_complete_NAME BIN
else
    complete -o nospace -o bashdefault -F _clap_complete_NAME BIN
fi
"#;

impl EnvCompleter for QuotedBash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == "bash"
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let completer = quoting::with_backslashes(completer);
        let script = BASH.replace("NAME", &name.replace('-', "_")).replace("BIN", bin);
        out.write_all(script.replace("\"COMPLETER\"", &completer).replace("VAR", var).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut Command,
        typed: Vec<OsString>,
        here: Option<&Path>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let (line, place) = line(typed);
        let between = passed("_CLAP_IFS").unwrap_or_else(|| "\n".to_owned());
        let begun = quoting::begun(&passed("_CLAP_COMPLETE_WORD").unwrap_or_default());
        for word in offers(command, line, place, here)?.iter().filter_map(|it| quoting::for_bash(&it.value, begun)) {
            write!(out, "{word}{between}")?;
        }
        Ok(())
    }
}

/// Zsh quotes what it puts into the line.
struct QuotedZsh;

impl EnvCompleter for QuotedZsh {
    fn name(&self) -> &'static str {
        "zsh"
    }

    fn is(&self, name: &str) -> bool {
        name == "zsh"
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        Zsh.write_registration(var, name, bin, completer, out)
    }

    fn write_complete(
        &self,
        command: &mut Command,
        typed: Vec<OsString>,
        here: Option<&Path>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let (line, place) = line(typed);
        for offer in offers(command, line, place, here)? {
            let help = offer.help.map(|help| format!(":{}", help.replace('\\', "\\\\"))).unwrap_or_default();
            writeln!(out, "{}{help}", quoting::for_zsh(&offer.value))?;
        }
        Ok(())
    }
}

/// Fish quotes what it puts into the line.
struct QuotedFish;

impl EnvCompleter for QuotedFish {
    fn name(&self) -> &'static str {
        "fish"
    }

    fn is(&self, name: &str) -> bool {
        name == "fish"
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        Fish.write_registration(var, name, bin, completer, out)
    }

    fn write_complete(
        &self,
        command: &mut Command,
        typed: Vec<OsString>,
        here: Option<&Path>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        // Fish has read all words but the one that is being typed.
        let mut typed = typed;
        let place = typed.len().saturating_sub(1);
        if let Some(last) = typed.last_mut() {
            *last = read(std::mem::take(last));
        }
        for offer in offers(command, typed, place, here)? {
            let help = offer.help.map(|help| format!("\t{help}")).unwrap_or_default();
            writeln!(out, "{}{help}", offer.value)?;
        }
        Ok(())
    }
}
