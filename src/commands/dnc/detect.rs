//! `crmctl dnc detect`

use std::fs::File;
use std::io::{BufRead, BufReader};

use serde::Serialize;

use crate::commands::context::Context;
use crate::domain::opt_out_text::{OptOutClass, detect};
use crate::error::{CommandError, Exit};
use crate::import::source::io_reason;
use crate::ui::{Column, ListWriter};

/// Tell which replies ask not to be contacted
///
/// `certain`: the whole message is a word that counts by itself under 47 CFR 64.1200(a)(10), courtesies aside: stop, quit,
/// end, revoke, opt out, cancel, unsubscribe. `likely`: it has a phrase that asks for it. `review`: it has such a word
/// inside other talk, so a person must decide. `none`: nothing of the kind. Nothing is stored.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  crmctl dnc detect 'Please stop' 'we must stop this bill'\n  \
    crmctl dnc detect --file replies.txt --format csv\n\n\
    Exit code 3 when a text is for a person to review.")]
pub struct Args {
    /// The texts, one an argument
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    texts: Vec<String>,
    /// A file with one text a line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    file: Option<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    text: &'a str,
    class: OptOutClass,
    matched: String,
}

const COLUMNS: &[Column] =
    &[Column::whole("class", "class"), Column::text("matched", "matched"), Column::text("text", "text")];

pub fn run(args: Args, context: &Context) -> anyhow::Result<Exit> {
    let mut list = context.ui.list(COLUMNS);
    let mut reviews = 0;
    match &args.file {
        None => {
            for text in &args.texts {
                reviews += tell(&mut list, text)?;
            }
        }
        Some(file) => {
            let input: Box<dyn BufRead> = match file.as_str() {
                "-" => Box::new(std::io::stdin().lock()),
                path => Box::new(BufReader::new(File::open(path).map_err(|e| unreadable(path, &e))?)),
            };
            for (number, line) in input.split(b'\n').enumerate() {
                let line = line.map_err(|e| unreadable(file, &e))?;
                let text = std::str::from_utf8(&line).map_err(|_| {
                    CommandError::failed(format!("cannot read `{file}`: line {} is not UTF-8", number + 1))
                        .hint("save it as UTF-8")
                })?;
                if !text.trim().is_empty() {
                    reviews += tell(&mut list, text.trim_end_matches('\r'))?;
                }
            }
        }
    }
    list.finish("no texts")?;
    Ok(if reviews > 0 { Exit::NeedsAttention } else { Exit::Done })
}

/// Prints what a text is; returns 1 when a person must look at it.
fn tell(list: &mut ListWriter, text: &str) -> anyhow::Result<u64> {
    let detected = detect(text);
    list.push(&Line { text, class: detected.class, matched: detected.matched })?;
    Ok(u64::from(detected.class == OptOutClass::Review))
}

fn unreadable(file: &str, error: &std::io::Error) -> CommandError {
    CommandError::failed(format!("cannot read `{file}`: {}", io_reason(error)))
        .hint("check the name and its permissions")
}
