//! `crmctl help`

use super::topics::{OPTIONS, TOPICS, call_of};
use crate::domain::text::nearest;
use crate::error::{CommandError, Result};
use crate::ui::{Column, Ui};

/// Print the help of a command, or a page of the manual
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  crmctl help lead list\n  crmctl help filters\n  crmctl help options\n  crmctl help"
)]
pub struct Args {
    /// A noun, or a noun and its verb; or a topic, which `crmctl help` lists
    #[arg(value_name = "COMMAND|TOPIC")]
    pub words: Vec<String>,
}

/// What help is about.
#[derive(Debug)]
pub enum Subject {
    /// The command with these words; none is the program.
    Command(Vec<String>),
    /// The options of every verb.
    Options,
    /// This page of the manual, in Markdown.
    Page(&'static str),
}

/// What is asked for.
///
/// # Errors
/// It is neither a command nor a topic.
pub fn subject(words: &[String], root: &clap::Command) -> Result<Subject, CommandError> {
    let topic = words.join("-").to_lowercase();
    let mut command = Some(root);
    for word in words {
        command = command.and_then(|command| command.find_subcommand(word));
    }
    // A topic may be called as another word for a command is, but not as a command is.
    let is_page = TOPICS.iter().any(|known| known.name == topic);
    let is_name = command.is_some_and(|command| command.get_name() == topic);
    if command.is_some() && (is_name || !is_page) {
        return Ok(Subject::Command(words.to_vec()));
    }
    if topic == OPTIONS {
        return Ok(Subject::Options);
    }
    if let Some(topic) = TOPICS.iter().find(|known| known.name == topic) {
        return Ok(Subject::Page(topic.text));
    }
    let commands = root.get_subcommands().map(clap::Command::get_name);
    let known = TOPICS.iter().map(|topic| topic.name).chain([OPTIONS]).chain(commands);
    let hint = match nearest(&topic, known) {
        Some(near) => format!("did you mean: crmctl help {near}"),
        None => "crmctl help lists commands and topics".to_owned(),
    };
    Err(CommandError::usage(format!("there is no command or topic `{}`", words.join(" "))).hint(hint))
}

/// Prints a page of the manual.
///
/// # Errors
/// stdout cannot be written.
pub fn print(page: &str, ui: Ui) -> Result<()> {
    Ok(ui.manual(page, &call_of)?)
}

/// Lists the pages of the manual.
///
/// # Errors
/// stdout cannot be written.
pub fn list_topics(ui: Ui) -> Result<()> {
    #[derive(serde::Serialize)]
    struct Line {
        topic: &'static str,
        about: &'static str,
    }
    let options = Line { topic: OPTIONS, about: "the options of every verb" };
    let pages = TOPICS.iter().map(|topic| Line { topic: topic.name, about: topic.about });
    let mut list = ui.list(&[Column::whole("topic", "topic"), Column::text("about", "about")]);
    for line in std::iter::once(options).chain(pages) {
        list.push(&line)?;
    }
    Ok(list.finish("")?)
}
