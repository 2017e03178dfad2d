//! How help looks: what a command does, examples, arguments and options, and a line that leads to the options of every verb.

use clap::builder::{StyledStr, Styles};
use clap::{Arg, ArgAction, Command};

use crate::commands::manual::topics::TOPICS;
use crate::ui::terminal_width;

/// Examples stand before arguments and options: `after-help` is what they are kept in, `before-help` what comes last.
const LAYOUT: &str = "{about-with-newline}\n{usage-heading} {usage}{after-help}\n\n{all-args}\n\n{before-help}";

/// A command with more options than that has them under titles.
const MANY: usize = 8;

/// Titles of options, and the options below each.
const TITLES: [(&str, &str); 4] = [
    ("Which leads", "where filter-json segment import deleted"),
    ("Window of time", "since until days month quarter"),
    (
        "How the file is read",
        "map ignore keep drop-extra delimiter encoding sheet header-row date-order decimal-separator status-map",
    ),
    ("Files that are written", "output svg html overwrite rejects skipped dropped"),
];

/// The title of options that narrow a list, or that are fields of a lead.
const NARROWING: &str = "status source tag owner";
const FIELDS: &str = "phone email name first-name last-name company job-title source campaign score temperature owner note consent city \
    state postal-code country next-contact expected-close-date tag set status";

/// How wide text is that clap does not wrap, in a terminal of 80 columns.
const WIDTH: usize = 76;

/// The same in this terminal: a narrower one breaks longer lines where a shell would not read on.
fn width() -> usize {
    terminal_width().map_or(WIDTH, |columns| columns.saturating_sub(4).clamp(20, WIDTH))
}

/// The command line with its help laid out.
pub fn laid_out(command: Command, globals: &Command) -> Command {
    let command = command.mut_args(|arg| {
        let is_global = arg.is_global_set();
        arg.hide_short_help(is_global).hide_long_help(is_global)
    });
    let last = last_of_root(globals);
    each_laid_out(command).before_help(last)
}

fn each_laid_out(command: Command) -> Command {
    let parts = |text: Option<&StyledStr>| parts_of(&text.map(ToString::to_string).unwrap_or_default());
    let (examples, mut rest) = parts(command.get_after_help());
    rest.push("Options of every verb, such as --org and --format: crmctl help options".to_owned());
    let command = command.help_template(LAYOUT).before_help(styled(&rest.join("\n\n")));
    let command = match examples.is_empty() {
        true => command,
        false => {
            let width = width();
            let lines: Vec<String> =
                examples.iter().flat_map(|part| part.lines()).flat_map(|line| fitted(line, width)).collect();
            command.after_help(styled(&lines.join("\n")))
        }
    };
    under_titles(command).mut_subcommands(each_laid_out)
}

/// A command with many options has them under titles.
fn under_titles(command: Command) -> Command {
    let options: Vec<&str> =
        command.get_arguments().filter(|arg| !arg.is_hide_set()).filter_map(Arg::get_long).collect();
    let (selects, edits) = (options.contains(&"where"), options.contains(&"job-title"));
    // Without an end it is the beginning of no window.
    let has_end = options.contains(&"until");
    if options.len() <= MANY {
        return command;
    }
    let is_among = |names: &str, name: &str| names.split_whitespace().any(|it| it == name);
    command.mut_args(|arg| {
        let name = arg.get_long().unwrap_or_default().to_owned();
        let title = match () {
            () if name == "since" && !has_end => None,
            () if edits && is_among(FIELDS, &name) => Some("Fields"),
            () if selects && is_among(NARROWING, &name) => Some("Which leads"),
            () => TITLES.iter().find(|(_, names)| is_among(names, &name)).map(|(title, _)| *title),
        };
        match title {
            Some(title) if !arg.is_positional() => arg.help_heading(title),
            _ => arg,
        }
    })
}

/// The paragraphs of a text that are examples, and the others.
fn parts_of(text: &str) -> (Vec<String>, Vec<String>) {
    let paragraphs = text.split("\n\n").filter(|part| !part.is_empty()).map(str::to_owned);
    paragraphs.partition(|part| part.starts_with("Example"))
}

/// A line of an example in lines that are not too wide and can be pasted: a command goes on behind a backslash.
fn fitted(line: &str, width: usize) -> Vec<String> {
    if line.chars().count() <= width + 2 {
        return vec![line.to_owned()];
    }
    if let Some((command, comment)) = line.split_once(" # ") {
        let comment = format!("  # {comment}");
        return std::iter::once(comment).chain(fitted(command.trim_end(), width)).collect();
    }
    let (mut is_quoted, mut length, mut place, mut before_option) = (false, 0, None, None);
    for (at, c) in line.char_indices() {
        is_quoted ^= c == '\'';
        length += 1;
        // A break before the second word of what goes on would go on for ever.
        if c == ' ' && !is_quoted && length <= width && !line[..at].trim().is_empty() {
            place = Some(at);
            if line[at..].starts_with(" --") {
                before_option = place;
            }
        }
    }
    // An option stays with its value.
    match before_option.or(place) {
        Some(at) => {
            let rest = fitted(&format!("      {}", &line[at + 1..]), width);
            std::iter::once(format!("{} \\", &line[..at])).chain(rest).collect()
        }
        None => vec![line.to_owned()],
    }
}

/// A text whose titles look as those of options do.
fn styled(text: &str) -> StyledStr {
    let style = *Styles::styled().get_header();
    let title = |line: &str| line.ends_with(':') && !line.starts_with(' ');
    let line = |line: &str| if title(line) { format!("{style}{line}{style:#}") } else { line.to_owned() };
    StyledStr::from(text.lines().map(line).collect::<Vec<_>>().join("\n"))
}

fn last_of_root(globals: &Command) -> StyledStr {
    let names = globals.get_arguments().filter(|arg| !arg.is_hide_set()).map(named);
    let topics = TOPICS.iter().map(|topic| topic.name.to_owned());
    styled(&format!(
        "Options of every verb:\n{}\n\nMore help:\n{}\n{}\n{}",
        filled(names),
        "  crmctl help options       what each of them means",
        "  crmctl help NOUN VERB     a verb, with examples; or: crmctl NOUN VERB --help",
        format_args!("  crmctl help TOPIC         a page of the manual; topics:\n{}", filled(topics)),
    ))
}

/// An option as it is written.
fn named(arg: &Arg) -> String {
    let values = arg.get_value_names().filter(|_| arg.get_action().takes_values());
    let value = values.and_then(|names| names.first()).map(|name| format!(" {name}")).unwrap_or_default();
    format!("--{}{value}", arg.get_long().unwrap_or_default())
}

/// Words in lines that are not too wide.
fn filled(words: impl Iterator<Item = String>) -> String {
    let mut lines: Vec<String> = Vec::new();
    let words: Vec<String> = words.collect();
    for (place, word) in words.iter().enumerate() {
        let word = if place + 1 < words.len() { format!("{word},") } else { word.clone() };
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= WIDTH => line.extend([" ", &word]),
            _ => lines.push(format!("    {word}")),
        }
    }
    lines.join("\n")
}

/// The options of every verb, as a command whose help lists them.
pub fn options(globals: Command) -> Command {
    let help = Arg::new("help").long("help").action(ArgAction::HelpLong).hide(true);
    globals.disable_help_flag(true).arg(help).help_template(
        "Options of every verb. They may stand anywhere in the call.\n\n{all-args}\n\n\
         A flag goes before the environment, the environment before the config file: crmctl help environment",
    )
}

#[cfg(test)]
mod tests {
    use super::super::{command, globals, meant};
    use super::*;

    /// Every command that is shown, by its words.
    fn all(command: &Command, path: &str) -> Vec<(String, Command)> {
        let subs = command.get_subcommands().filter(|sub| !sub.is_hide_set());
        let below = subs.flat_map(|sub| all(sub, &format!("{path} {}", sub.get_name())));
        std::iter::once((path.to_owned(), command.clone())).chain(below).collect()
    }

    /// The commands of examples: lines that begin with `crmctl`, which go on behind a backslash.
    fn examples(text: &str) -> Vec<String> {
        let joined = text.replace("\\\n", " ");
        joined.lines().map(str::trim).filter(|line| line.starts_with("crmctl ")).map(str::to_owned).collect()
    }

    /// The words of a line as a shell reads them, up to a comment, a pipe or a file.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, false);
        for c in line.chars() {
            match c {
                '\'' => {
                    quote = !quote;
                    word.get_or_insert_default();
                }
                ' ' if !quote => words.extend(word.take()),
                '#' | '|' | '>' | '<' if !quote && word.is_none() => break,
                c => word.get_or_insert_default().push(c),
            }
        }
        assert!(!quote, "a quote is open: {line}");
        words.extend(word);
        words
    }

    #[test]
    fn every_command_has_examples_and_each_is_a_call() {
        let root = command();
        for (path, command) in all(&laid_out(root.clone(), &globals()), "crmctl") {
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let found = examples(&after);
            let calls = |line: &String| meant(words(line).into_iter().map(Into::into).collect());
            let own = |line: &String| {
                let call: Vec<String> = calls(line).iter().map(|word| word.to_string_lossy().into_owned()).collect();
                call.join(" ").starts_with(path.as_str())
            };
            assert!(found.iter().any(own), "`{path}` has no example of its own");
            for line in found {
                let read = root.clone().try_get_matches_from(calls(&line));
                assert!(
                    read.as_ref().err().is_none_or(|e| !e.use_stderr()),
                    "{line}: {:?}",
                    read.err().map(|e| e.to_string())
                );
            }
        }
    }

    #[test]
    fn an_example_goes_on_where_a_shell_reads_on() {
        let line = "  crmctl lead delete --where 'import = 12 and status = new' --dry-run  # what would go";
        for width in [20, 36, 56, 76] {
            let lines = fitted(line, width);
            let pasted = lines.join("\n");
            let calls = examples(&pasted);
            assert_eq!(calls.len(), 1, "{width}: {pasted}");
            assert_eq!(words(&calls[0]), words(line.trim()), "{width}: {pasted}");
            assert!(width < 56 || lines.iter().all(|line| line.chars().count() <= width + 2), "{width}: {pasted}");
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let mut root = laid_out(command(), &globals()).term_width(80);
        root.build();
        for (path, command) in all(&root, "crmctl") {
            let mut command = command;
            for help in [command.render_help(), command.render_long_help()] {
                let wide: Vec<String> =
                    help.to_string().lines().filter(|line| line.chars().count() > 80).map(str::to_owned).collect();
                assert_eq!(wide, Vec::<String>::new(), "{path}");
                assert!(help.to_string().contains("crmctl help options"), "{path}");
                assert!(path == "crmctl" || !help.to_string().contains("--database-url <"), "{path}");
            }
        }
    }

    #[test]
    fn examples_stand_first() {
        let mut root = laid_out(command(), &globals());
        root.build();
        for (path, command) in all(&root, "crmctl") {
            let mut command = command;
            let help = command.render_long_help().to_string();
            let place = |title: &str| help.find(title);
            let examples = place("\nExamples:").unwrap_or_else(|| panic!("{path}: {help}"));
            for title in ["\nArguments:", "\nOptions:", "\nNouns:", "\nCommands:"] {
                assert!(place(title).is_none_or(|at| at > examples), "{path} has {title} first");
            }
        }
    }

    #[test]
    fn no_topic_has_the_name_of_a_command() {
        let root = command();
        for topic in TOPICS {
            // A noun's plural means its topic after `help`.
            assert!(root.get_subcommands().all(|command| command.get_name() != topic.name), "{}", topic.name);
        }
    }
}
