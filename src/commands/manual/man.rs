//! `crmctl man`

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Command;
use clap_mangen::Man;
use roff::{Roff, bold, italic, roman};
use serde::Serialize;

use super::facts::{EXIT_CODES, VARIABLES};
use crate::error::{CommandError, Exit, Result};
use crate::export::{self, IfExists};
use crate::ui::{Column, Ui, UiError};

/// Write man pages: that of a command to stdout, or all of them to a folder
///
/// They hold what --help tells, with exit codes and environment variables.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl man lead list | man -l -\n  \
    crmctl man --output ~/.local/share/man/man1     # then: man crmctl-lead-list")]
pub struct Args {
    /// A noun, or a noun and its verb [default: crmctl itself]
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    words: Vec<String>,
    /// The folder for all pages, which is made if need be
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

#[derive(Serialize)]
struct Written {
    folder: String,
    pages: usize,
}

const COLUMNS: &[Column] = &[Column::text("folder", "folder"), Column::count("pages", "pages")];

/// A section of a page that holds no options.
const SECTION: &str = "SH";

pub fn run(args: Args, root: Command, ui: Ui) -> Result<Exit> {
    let mut root = root;
    root.build();
    let Some(folder) = args.output else {
        let page = page(named(&root, &args.words)?).map_err(UiError::from)?;
        ui.raw(&page)?;
        return Ok(Exit::Done);
    };
    ui.expect_columns(COLUMNS)?;
    let pages = pages(&root).map_err(UiError::from)?;
    write(&folder, &pages)?;
    ui.set_committed();
    let written = Written { folder: folder.display().to_string(), pages: pages.len() };
    ui.record(&written, COLUMNS)?;
    Ok(Exit::Done)
}

/// Writes pages where nothing else is replaced but earlier ones.
fn write(folder: &Path, pages: &[(String, Vec<u8>)]) -> Result<()> {
    let failed = |path: &Path, e: &io::Error| {
        CommandError::failed(format!("cannot write `{}`: {e}", path.display()))
            .hint("choose another folder with --output")
    };
    fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
    let paths: Vec<PathBuf> = pages.iter().map(|(name, _)| folder.join(name)).collect();
    for path in &paths {
        let is_ours = |text: &[u8]| text.windows(10).any(|part| part == b".TH crmctl");
        match fs::read(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Ok(text) if is_ours(&text) => {}
            Ok(_) => {
                return Err(CommandError::failed(format!("`{}` is no man page of crmctl", path.display()))
                    .hint("choose another folder with --output"));
            }
            Err(e) => return Err(failed(path, &e)),
        }
    }
    let texts: Vec<(&Path, String)> = paths
        .iter()
        .zip(pages)
        .map(|(path, (_, text))| (path.as_path(), String::from_utf8_lossy(text).into_owned()))
        .collect();
    Ok(export::write_whole(&texts, IfExists::of_flag(true))?)
}

fn named<'a>(root: &'a Command, words: &[String]) -> Result<&'a Command> {
    let mut command = root;
    for word in words {
        command = command.find_subcommand(word).ok_or_else(|| {
            CommandError::usage(format!("there is no command `{}`", words.join(" ")))
                .hint("crmctl help lists the commands")
        })?;
    }
    Ok(command)
}

/// The pages of a command and of all below it, by the names of their files.
fn pages(command: &Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let mut found = vec![(format!("{name}.1"), page(command)?)];
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        found.extend(pages(sub)?);
    }
    Ok(found)
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let is_root = !command.get_bin_name().unwrap_or_default().contains(' ');
    // A verb's page leads to that of the program for the options of every verb.
    let command = command.clone().mut_args(|arg| {
        let is_others = arg.is_global_set() && !is_root;
        let is_hidden = arg.is_hide_set();
        arg.hide(is_hidden || is_others)
    });
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (examples, rest): (Vec<&str>, Vec<&str>) =
        after.split("\n\n").filter(|part| !part.is_empty()).partition(|part| part.starts_with("Example"));
    let has_subcommands = command.has_subcommands();
    let man = Man::new(command).manual("crmctl");
    let mut out = Vec::new();
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    let mut roff = Roff::new();
    for part in rest {
        lines(&mut roff, part);
    }
    if !examples.is_empty() {
        roff.control(SECTION, ["EXAMPLES"]);
        examples.iter().for_each(|part| lines(&mut roff, part.split_once('\n').map_or(part, |(_, lines)| lines)));
    }
    roff.to_writer(&mut out)?;
    man.render_options_section(&mut out)?;
    if has_subcommands {
        man.render_subcommands_section(&mut out)?;
    }
    let mut roff = Roff::new();
    roff.control(SECTION, ["EXIT STATUS"]);
    for (exit, meaning) in EXIT_CODES {
        term(&mut roff, &(exit as u8).to_string(), meaning);
    }
    match is_root {
        true => {
            roff.control(SECTION, ["ENVIRONMENT"]);
            VARIABLES.iter().for_each(|(name, meaning)| term(&mut roff, name, meaning));
        }
        false => {
            roff.control(SECTION, ["SEE ALSO"]);
            roff.text([
                bold("crmctl"),
                roman("(1) has the options of every verb and the environment; "),
                italic("crmctl help"),
                roman(" lists the pages of the manual."),
            ]);
        }
    }
    roff.to_writer(&mut out)?;
    Ok(out)
}

/// Lines as they are.
fn lines(roff: &mut Roff, text: &str) {
    roff.control("PP", []).control("nf", []);
    text.lines().for_each(|line| {
        roff.text([roman(line)]);
    });
    roff.control("fi", []);
}

fn term(roff: &mut Roff, word: &str, meaning: &str) {
    roff.control("TP", []);
    roff.text([bold(word)]);
    roff.text([roman(meaning)]);
}
