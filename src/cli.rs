//! The root of the command line: global options, one enum of commands, one dispatch.

mod answers;
mod global;
mod help;
mod words;

use std::ffi::OsString;
use std::time::Instant;

use clap::builder::Styles;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use self::global::Global;
use crate::commands;
use crate::commands::context::{Context, millis};
use crate::commands::manual::help::{self as manual, Subject};
use crate::domain::secrets::redacted;
use crate::error::{CommandError, Exit, Result};
use crate::settings::{Flags, Settings};
use crate::ui::{Manner, Ui, is_unsafe};

/// A command-line CRM administration tool: import leads, keep do-not-call lists, print reports.
///
/// Without a database URL it works on an embedded SQLite file in the user's data folder.
#[derive(Debug, Parser)]
#[command(
    name = "crmctl",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    subcommand_value_name = "NOUN",
    subcommand_help_heading = "Nouns",
    after_help = "Examples:\n  \
        crmctl import leads leads.csv --region US    # a spreadsheet becomes leads\n  \
        crmctl lead list --status new --limit 20     # look at them\n  \
        crmctl dnc check '(212) 555-0142'            # may this number be called?\n  \
        crmctl funnel --month last-month             # where leads are won and lost"
)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(subcommand)]
    Import(commands::import::Command),
    #[command(subcommand)]
    Lead(commands::lead::Command),
    #[command(subcommand)]
    Dnc(commands::dnc::Command),
    #[command(subcommand)]
    Segment(commands::segment::Command),
    #[command(subcommand)]
    Territory(commands::territory::Command),
    #[command(subcommand)]
    Task(commands::task::Command),
    #[command(subcommand)]
    Score(commands::score::Command),
    #[command(subcommand)]
    Pool(commands::pool::Command),
    #[command(subcommand)]
    Funnel(commands::funnel::Command),
    #[command(subcommand)]
    Roi(commands::roi::Command),
    #[command(subcommand)]
    Budget(commands::budget::Command),
    #[command(subcommand)]
    Org(commands::org::Command),
    #[command(subcommand)]
    User(commands::user::Command),
    #[command(subcommand)]
    Audit(commands::audit::Command),
    #[command(subcommand)]
    Migrate(commands::migrate::Command),
    #[command(subcommand)]
    Config(commands::config::Command),
    #[command(subcommand)]
    Backup(commands::backup::Command),
    Restore(commands::restore::Args),
    Doctor(commands::doctor::Args),
    Completions(commands::completions::Args),
    Man(commands::manual::man::Args),
    Help(commands::manual::help::Args),
}

impl Cli {
    /// Reads the command line. A call is first read by its own verb alone: the whole command line, with the global options
    /// at each verb, takes longer to build than a number takes to check. Whatever is not a plain call is read as a whole.
    fn read(args: &[OsString]) -> Result<(Cli, String), clap::Error> {
        match Cli::of_one_verb(args) {
            Some(read) => Ok(read),
            None => {
                let matches = help::laid_out(command(), &globals()).try_get_matches_from(args)?;
                Ok((Cli::from_arg_matches(&matches)?, called(&matches)))
            }
        }
    }

    fn of_one_verb(args: &[OsString]) -> Option<(Cli, String)> {
        let mut typed = args.iter().skip(1).filter_map(|arg| arg.to_str());
        let (noun, verbs) = typed.find_map(verbs_of)?;
        let verbs = words::with_other_words(verbs(clap::Command::new("verbs")));
        let verb = typed.find_map(|word| verbs.find_subcommand(word))?.clone();
        let noun = clap::Command::new(noun).aliases(words::plural(noun)).subcommand_required(true).subcommand(verb);
        let matches = globals().subcommand_required(true).subcommand(noun).try_get_matches_from(args).ok()?;
        Some((Cli::from_arg_matches(&matches).ok()?, called(&matches)))
    }
}

/// The noun and the verb of a call.
fn called(matches: &clap::ArgMatches) -> String {
    let mut words = Vec::new();
    let mut verb = matches.subcommand();
    while let Some((word, matches)) = verb {
        words.push(word);
        verb = matches.subcommand();
    }
    words.join(" ")
}

/// The options of every verb, as those of a command.
fn globals() -> clap::Command {
    <Global as clap::Args>::augment_args(clap::Command::new("crmctl"))
}

/// The call that is meant by what was typed.
fn meant(args: Vec<OsString>) -> Vec<OsString> {
    with_fields(words::meant(args, &globals(), verbs_of))
}

/// The call with `--json FIELDS` as `--json=FIELDS`, where the word behind `--json` may be fields: of lower-case letters, and
/// behind the verb. Whoever means another word by it puts `--json` last.
fn with_fields(args: Vec<OsString>) -> Vec<OsString> {
    if args.iter().all(|arg| arg != "--json") {
        return args;
    }
    let is_field = |name: &str| {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        name.starts_with("custom.")
            || (name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_plain))
    };
    let are_fields = |arg: &OsString| arg.to_str().is_some_and(|text| text.split(',').all(is_field));
    let whole = command();
    let (mut verb, mut is_over) = (&whole, false);
    let mut joined: Vec<OsString> = Vec::with_capacity(args.len());
    for (place, arg) in args.into_iter().enumerate() {
        let is_behind = !is_over && !verb.has_subcommands();
        match joined.last_mut() {
            Some(last) if is_behind && last == "--json" && are_fields(&arg) => {
                last.push("=");
                last.push(&arg);
            }
            _ => {
                is_over |= arg == "--";
                verb = arg.to_str().filter(|_| place > 0).and_then(|word| verb.find_subcommand(word)).unwrap_or(verb);
                joined.push(arg);
            }
        }
    }
    joined
}

/// The noun that a word means, and its verbs.
fn verbs_of(word: &str) -> Option<(&'static str, words::AddVerbs)> {
    let noun = |of: &str| word == of || (word.starts_with(&of[..1]) && words::plural(of).is_some_and(|it| it == word));
    NOUNS.iter().find(|(of, _)| noun(of)).copied()
}

const NOUNS: [(&str, words::AddVerbs); 17] = [
    ("import", commands::import::Command::augment_subcommands),
    ("lead", commands::lead::Command::augment_subcommands),
    ("dnc", commands::dnc::Command::augment_subcommands),
    ("segment", commands::segment::Command::augment_subcommands),
    ("territory", commands::territory::Command::augment_subcommands),
    ("task", commands::task::Command::augment_subcommands),
    ("score", commands::score::Command::augment_subcommands),
    ("pool", commands::pool::Command::augment_subcommands),
    ("funnel", commands::funnel::Command::augment_subcommands),
    ("roi", commands::roi::Command::augment_subcommands),
    ("budget", commands::budget::Command::augment_subcommands),
    ("org", commands::org::Command::augment_subcommands),
    ("user", commands::user::Command::augment_subcommands),
    ("audit", commands::audit::Command::augment_subcommands),
    ("migrate", commands::migrate::Command::augment_subcommands),
    ("config", commands::config::Command::augment_subcommands),
    ("backup", commands::backup::Command::augment_subcommands),
];

/// Prints the help, or what is wrong with the command line.
fn tell(e: clap::Error, args: Vec<OsString>) {
    let is_help = matches!(
        e.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if let Some(error) = answers::instead(&e, &args, &command(), &globals()) {
        let ui = Ui::new(Manner::default());
        return ui.error(&error.message, &error.details, error.hint.as_deref());
    }
    let e = answers::without_dangers(e);
    if is_help || args.iter().all(|arg| !arg.to_string_lossy().contains(is_unsafe)) {
        // Only constants and what was typed are in it. A closed pipe while printing the help is nobody's error.
        let _ = without_secrets(e).print();
        return;
    }
    // In the text without clap's own styles every escape sequence is of an argument.
    let plain = command().styles(Styles::plain()).try_get_matches_from(args).err().map(answers::without_dangers);
    let text = plain.as_ref().unwrap_or(&e).render().ansi().to_string();
    let text = redacted::<&str>(&text, []);
    let mut lines = text.trim_start_matches("error: ").lines().map(str::trim).filter(|line| !line.is_empty());
    let message = lines.next().unwrap_or_default();
    let details: Vec<String> = lines.map(str::to_owned).collect();
    let ui = Ui::new(Manner::default());
    ui.error(message, &details, None);
}

/// An error without the address of a database that stands where none belongs.
fn without_secrets(error: clap::Error) -> clap::Error {
    let text = error.to_string();
    let shown = redacted::<&str>(&text, []);
    match error.use_stderr() && shown != text {
        true => clap::Error::raw(error.kind(), shown.strip_prefix("error: ").unwrap_or(&shown)),
        false => error,
    }
}

/// Tells what `crmctl help` is asked for.
///
/// # Errors
/// It is neither a command nor a topic.
fn tell_help(words: &[String], ui: Ui) -> Result<Exit> {
    let root = command();
    match manual::subject(words, &root)? {
        Subject::Page(page) => manual::print(page, ui)?,
        Subject::Options => print_help(help::options(globals()), &[]),
        Subject::Command(words) => {
            print_help(help::laid_out(root, &globals()), &words);
            if words.is_empty() {
                manual::list_topics(ui)?;
            }
        }
    }
    Ok(Exit::Done)
}

fn print_help(command: clap::Command, words: &[String]) {
    let call = std::iter::once("crmctl").chain(words.iter().map(String::as_str)).chain(["--help"]);
    if let Err(help) = command.try_get_matches_from(call) {
        tell(help, Vec::new());
    }
}

/// Runs the program and returns its exit code.
pub fn main() -> u8 {
    let started = Instant::now();
    // A shell asks what could stand next; this answers and ends the program.
    if let Some(exit) = commands::completions::answer(command) {
        return exit as u8;
    }
    let args = meant(std::env::args_os().collect());
    let (cli, call) = match Cli::read(&args) {
        Ok(read) => read,
        Err(e) => {
            let exit = if e.use_stderr() { Exit::Usage } else { Exit::Done };
            tell(e, args);
            return exit as u8;
        }
    };
    let parsed = started.elapsed();
    let global = cli.global;
    let mut manner = Manner {
        color: global.color.unwrap_or_default(),
        quiet: global.quiet,
        verbose: global.verbose,
        yes: global.yes,
        no_input: global.no_input,
        ..Manner::default()
    };
    let mut spoken = Ui::new(manner.clone());
    let flags = Flags {
        database_url: global.database_url,
        read_url: global.read_url,
        org: global.org,
        user: global.user,
        format: global.format,
        columns: global.columns,
        json: global.json,
        color: global.color,
        no_pager: global.no_pager,
        config: global.config,
        mends_config: matches!(&cli.command, Command::Config(command) if command.mends_config()),
    };
    if let Command::Help(args) = &cli.command {
        // The manual is there whatever the config file holds.
        if let Ok(settings) = Settings::gather(flags) {
            (manner.color, manner.pager) = (settings.color.value, settings.pager.value);
            spoken = Ui::new(manner);
        }
        let told = tell_help(&args.words, spoken).and_then(|exit| Ok(spoken.deliver().map(|()| exit)?));
        return exit_of(told, spoken);
    }
    let result = Settings::gather(flags).map_err(CommandError::from).and_then(|settings| {
        (manner.format, manner.color) = (settings.format.value, settings.color.value);
        (manner.columns, manner.pager) = (settings.columns.clone(), settings.pager.value.clone());
        spoken = Ui::new(manner);
        let exit = run(cli.command, &Context::new(settings, spoken, call, global.allow_bypass))?;
        spoken.deliver()?;
        Ok(exit)
    });
    spoken.detail(&format!("command line read in {}, all done in {}", millis(parsed), millis(started.elapsed())));
    exit_of(result, spoken)
}

/// The exit code of a result, whose error is told.
fn exit_of(result: Result<Exit>, spoken: Ui) -> u8 {
    match result {
        Ok(exit) => exit as u8,
        Err(error) => {
            let error = if spoken.is_committed() { error.after_commit() } else { error };
            if !error.silent {
                let time = error.time.map(|time| format!(" {}", spoken.time(time.into()))).unwrap_or_default();
                spoken.error(&format!("{}{time}", error.message), &error.details, error.hint.as_deref());
            }
            error.exit as u8
        }
    }
}

fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Import(command) => commands::import::run(command, context),
        Command::Lead(command) => commands::lead::run(command, context),
        Command::Dnc(command) => commands::dnc::run(command, context),
        Command::Segment(command) => commands::segment::run(command, context),
        Command::Territory(command) => commands::territory::run(command, context),
        Command::Task(command) => commands::task::run(command, context),
        Command::Score(command) => commands::score::run(command, context),
        Command::Pool(command) => commands::pool::run(command, context),
        Command::Funnel(command) => commands::funnel::run(command, context),
        Command::Roi(command) => commands::roi::run(command, context),
        Command::Budget(command) => commands::budget::run(command, context),
        Command::Org(command) => commands::org::run(command, context),
        Command::User(command) => commands::user::run(command, context),
        Command::Audit(command) => commands::audit::run(command, context),
        Command::Migrate(command) => commands::migrate::run(command, context),
        Command::Config(command) => commands::config::run(command, context),
        Command::Backup(command) => commands::backup::run(command, context),
        Command::Restore(args) => commands::restore::run(args, context),
        Command::Doctor(args) => commands::doctor::run(args, context),
        Command::Completions(args) => commands::completions::run(args, context),
        Command::Man(args) => commands::manual::man::run(args, self::command(), context.ui),
        Command::Help(args) => tell_help(&args.words, context.ui),
    }
}

/// The whole command line, for completions and the reference in docs/.
pub fn command() -> clap::Command {
    with_negative_numbers(words::with_other_words(Cli::command()))
}

/// A command whose options take negative numbers for values: whether one is right, the option says, which else is not asked.
fn with_negative_numbers(command: clap::Command) -> clap::Command {
    let takes = |arg: &clap::Arg| !arg.is_positional() && arg.get_action().takes_values();
    let command = command.mut_args(|arg| if takes(&arg) { arg.allow_negative_numbers(true) } else { arg });
    command.mut_subcommands(with_negative_numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Told = Option<(String, String)>;

    fn read_both(line: &str) -> (Told, Told) {
        let args: Vec<OsString> = std::iter::once("crmctl").chain(line.split(' ')).map(OsString::from).collect();
        let told = |(cli, call): (Cli, String)| (format!("{cli:?}"), call);
        let whole = |args| {
            let matches = command().try_get_matches_from(args).ok()?;
            Some(told((Cli::from_arg_matches(&matches).ok()?, called(&matches))))
        };
        (Cli::of_one_verb(&args).map(told), whole(args))
    }

    #[test]
    fn a_call_reads_the_same_by_its_own_verb_alone() {
        for line in [
            "dnc check +12125550142",
            "--org dnc -q dnc check --file x --channel texts --yes",
            "lead list --org acme --status new",
            "import leads a.csv b.csv --region US --format json",
            "migrate down --all",
            "roi cost add web 2026-03 -5 --add",
            "leads ls --limit 3",
            "segments -q view x",
            "roi costs --org list rm 3 -y",
        ] {
            let (quick, whole) = read_both(line);
            assert!(quick.is_some() && quick == whole, "{line}: {quick:?} {whole:?}");
        }
        // Read as a whole, or refused as a whole.
        for line in
            ["--org lead dnc list", "dnc", "dnc --help", "lead list --help", "--version", "backup x.db", "dnc frob"]
        {
            let (quick, whole) = read_both(line);
            assert!(quick.is_none() || quick == whole, "{line}: {quick:?} {whole:?}");
        }
    }

    #[test]
    fn every_noun_with_verbs_is_known() {
        for noun in command().get_subcommands().filter(|noun| noun.has_subcommands()) {
            assert!(verbs_of(noun.get_name()).is_some(), "{}", noun.get_name());
        }
    }
}
