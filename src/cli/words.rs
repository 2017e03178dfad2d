//! Words that people type for nouns and verbs besides those of the help. They work, and nothing shows them.

use std::ffi::OsString;

use clap::Command;

/// Adds the verbs of a noun to a command.
pub type AddVerbs = fn(Command) -> Command;

/// The noun that a word means, and its verbs.
pub type NounOf = fn(&str) -> Option<(&'static str, AddVerbs)>;

/// Words for verbs, and the verb that each means wherever a noun has it.
const VERBS: [(&str, &str); 6] =
    [("ls", "list"), ("rm", "delete"), ("new", "add"), ("create", "add"), ("view", "show"), ("update", "edit")];

/// Nouns without a plural.
const ABBREVIATIONS: [&str; 2] = ["dnc", "roi"];

/// The verbs that nouns stand for when no verb is said.
const DEFAULT_VERBS: [(&str, &str); 3] = [("funnel", "show"), ("roi", "show"), ("backup", "make")];

/// Those of them whose default verb takes an argument: any word that is no verb is one.
const WITH_ARGUMENT: [&str; 1] = ["backup"];

/// The same of verbs that have verbs of their own.
const DEFAULT_OF_GROUPS: [([&str; 2], &str); 1] = [(["lead", "next"], "list")];

/// Verbs that were another noun's: the old call and the one that it means.
const MOVED: [([&str; 3], [&str; 2]); 1] = [(["roi", "rate", "import"], ["import", "rates"])];

/// The word for several things of a noun.
pub fn plural(noun: &str) -> Option<String> {
    if ABBREVIATIONS.contains(&noun) {
        return None;
    }
    let ends_in_consonant_y = noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']));
    Some(match ends_in_consonant_y {
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    })
}

/// A command whose nouns and verbs are known by their other words, too, unless these are words of their own there.
pub fn with_other_words(command: Command) -> Command {
    let taken: Vec<String> = command.get_subcommands().flat_map(known_as).collect();
    command.mut_subcommands(|sub| {
        let sub = with_other_words(sub);
        let name = sub.get_name().to_owned();
        let plural = sub.has_subcommands().then(|| plural(&name)).flatten();
        let verbs = VERBS.iter().filter(|(_, verb)| *verb == name).map(|(word, _)| (*word).to_owned());
        let words: Vec<String> = plural.into_iter().chain(verbs).filter(|word| !taken.contains(word)).collect();
        sub.aliases(words)
    })
}

fn known_as(command: &Command) -> Vec<String> {
    std::iter::once(command.get_name()).chain(command.get_all_aliases()).map(str::to_owned).collect()
}

/// The call that is meant: with the verb that its noun stands for if it has none, and in today's words.
pub fn meant(mut args: Vec<OsString>, globals: &Command, noun_of: NounOf) -> Vec<OsString> {
    let next_word = |from: usize| next_word(&args, from, globals);
    let Some(at) = next_word(1) else { return args };
    let Some((noun, _)) = word(&args, at).and_then(noun_of) else { return args };
    let next = next_word(at + 1);
    if let Some(next) = next.filter(|next| word(&args, *next) == Some("help")) {
        // `lead help list` is `help lead list`.
        let help = args.remove(next);
        args.insert(at, help);
        return args;
    }
    let places = next.and_then(|next| Some([at, next, next_word(next + 1)?]));
    if let Some((places, new)) = places.and_then(|places| Some((places, moved(&args, noun_of(noun)?, places)?))) {
        let [first, second, third] = places;
        (args[first], args[third]) = (OsString::from(new[0]), OsString::from(new[1]));
        args.remove(second);
        return args;
    }
    if let Some((group, verb)) =
        next.and_then(|next| Some((next, default_of_group(&args, noun_of(noun)?, next, globals)?)))
    {
        args.insert(group + 1, OsString::from(verb));
        return args;
    }
    let asks_for_help = args.iter().skip(at).any(|arg| arg == "--help" || arg == "-h");
    let default = DEFAULT_VERBS.iter().find(|(of, _)| *of == noun);
    let is_word = |arg: &OsString| !arg.to_string_lossy().starts_with('-') && !WITH_ARGUMENT.contains(&noun);
    let has_word =
        args.get(at + 1).is_some_and(is_word) || is_verb(&args, behind_globals(&args, at + 1, globals), noun_of(noun));
    if let Some((_, verb)) = default.filter(|_| !has_word && !asks_for_help) {
        args.insert(at + 1, OsString::from(verb));
    }
    args
}

/// Whether a verb of a noun stands at a place.
fn is_verb(args: &[OsString], at: usize, noun: Option<(&'static str, AddVerbs)>) -> bool {
    let verbs = || noun.map(|(_, of_noun)| with_other_words(of_noun(Command::new("verbs"))));
    word(args, at).is_some_and(|word| verbs().is_some_and(|verbs| verbs.find_subcommand(word).is_some()))
}

/// The verb that a group at a place stands for, if none of its own follows and nobody asks for help.
fn default_of_group(
    args: &[OsString],
    (noun, of_noun): (&'static str, AddVerbs),
    at: usize,
    globals: &Command,
) -> Option<&'static str> {
    let verbs = with_other_words(of_noun(Command::new("verbs")));
    let group = verbs.find_subcommand(word(args, at)?)?;
    let (_, verb) = DEFAULT_OF_GROUPS.iter().find(|(of, _)| *of == [noun, group.get_name()])?;
    let behind = word(args, behind_globals(args, at + 1, globals));
    let has_verb = behind.is_some_and(|word| group.find_subcommand(word).is_some() || !word.starts_with('-'));
    let asks_for_help = args.iter().skip(at).any(|arg| arg == "--help" || arg == "-h");
    (!has_verb && !asks_for_help).then_some(verb)
}

/// The place behind the options of every verb that stand there.
fn behind_globals(args: &[OsString], mut at: usize, globals: &Command) -> usize {
    let option = |arg: &str| {
        let is = |a: &&clap::Arg| {
            let long = arg.strip_prefix("--").map(|name| name.split('=').next().unwrap_or_default());
            let short = arg.strip_prefix('-').filter(|rest| rest.len() == 1).and_then(|rest| rest.chars().next());
            long.is_some_and(|name| a.get_long() == Some(name))
                || short.is_some_and(|name| a.get_short_and_visible_aliases().is_some_and(|all| all.contains(&name)))
        };
        globals.get_arguments().find(is)
    };
    while let Some((arg, it)) = word(args, at).and_then(|arg| Some((arg, option(arg)?))) {
        let is_value_behind = it.get_action().takes_values() && !it.is_require_equals_set() && !arg.contains('=');
        at += if is_value_behind { 2 } else { 1 };
    }
    at
}

/// What a call of these words at these places means by now, if its verb is another noun's.
fn moved(args: &[OsString], noun: (&str, AddVerbs), places: [usize; 3]) -> Option<[&'static str; 2]> {
    let (noun, of_noun) = MOVED.iter().any(|(old, _)| old[0] == noun.0).then_some(noun)?;
    let verbs = with_other_words(of_noun(Command::new("verbs")));
    let group = verbs.find_subcommand(word(args, places[1])?)?.get_name();
    let old = [noun, group, word(args, places[2])?];
    MOVED.iter().find(|(moved, _)| *moved == old).map(|(_, new)| *new)
}

fn word(args: &[OsString], at: usize) -> Option<&str> {
    args.get(at).and_then(|arg| arg.to_str())
}

/// The next word from there on that is neither a global option nor the value of one; none after a call for help.
fn next_word(args: &[OsString], mut at: usize, globals: &Command) -> Option<usize> {
    let takes_value = |arg: &str| {
        let name = arg.strip_prefix("--");
        name.is_some_and(|name| {
            globals.get_arguments().any(|a| {
                // The value of `--json` is a part of its word.
                a.get_long() == Some(name) && a.get_action().takes_values() && !a.is_require_equals_set()
            })
        })
    };
    while let Some(arg) = word(args, at) {
        match arg {
            arg if takes_value(arg) => at += 2,
            "--help" | "-h" => return None,
            arg if arg.starts_with('-') => at += 1,
            _ => return Some(at),
        }
    }
    None
}

/// The words of a call that stand for commands or are arguments, without global options and what follows.
pub fn plain_words(args: &[OsString], globals: &Command) -> Vec<usize> {
    std::iter::successors(next_word(args, 1, globals), |at| next_word(args, at + 1, globals)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{command, meant};
    use super::plural;
    use std::ffi::OsString;

    fn args(line: &str) -> Vec<OsString> {
        std::iter::once("crmctl").chain(line.split(' ')).map(OsString::from).collect()
    }

    #[test]
    fn a_noun_may_stand_for_its_verb() {
        for (line, whole) in [
            ("funnel", "funnel show"),
            ("-q --org funnel funnel --month 2026-03", "-q --org funnel funnel show --month 2026-03"),
            ("funnel --segment stuck --format json", "funnel show --segment stuck --format json"),
            ("funnel stuck --limit 3", "funnel stuck --limit 3"),
            ("funnel -q stuck", "funnel -q stuck"),
            ("roi --org x cost list", "roi --org x cost list"),
            ("funnel --help", "funnel --help"),
            ("funnel frob", "funnel frob"),
            ("roi --by month", "roi show --by month"),
            ("--format json roi cost add x 2026-03 5", "--format json roi cost add x 2026-03 5"),
            ("--org funnel lead list", "--org funnel lead list"),
            ("lead search funnel", "lead search funnel"),
            ("lead next", "lead next list"),
            ("-q leads next --limit 3 --format json", "-q leads next list --limit 3 --format json"),
            ("lead next -q done 7", "lead next -q done 7"),
            ("lead next frob", "lead next frob"),
            ("lead next --help", "lead next --help"),
        ] {
            assert_eq!(meant(args(line)), args(whole), "{line}");
        }
    }

    #[test]
    fn old_calls_mean_new_ones() {
        for (line, whole) in [
            ("roi rate import r.csv --dry-run", "import rates r.csv --dry-run"),
            ("-q roi --org acme rates import r.csv", "-q import --org acme rates r.csv"),
            ("roi rate list", "roi rate list"),
            ("roi rate import -q --help", "import rates -q --help"),
            ("lead help list", "help lead list"),
            ("-q roi help cost add", "-q help roi cost add"),
            ("lead search help", "lead search help"),
            ("help lead", "help lead"),
        ] {
            assert_eq!(meant(args(line)), args(whole), "{line}");
        }
    }

    #[test]
    fn each_noun_has_its_other_words() {
        let command = command();
        let found = |path: &str| {
            let mut found = Some(&command);
            for word in path.split(' ') {
                found = found.and_then(|command| command.find_subcommand(word));
            }
            found.map(|command| command.get_name().to_owned())
        };
        for (path, name) in [
            ("leads ls", "list"),
            ("lead rm", "delete"),
            ("lead new", "add"),
            ("segments create", "add"),
            ("org view", "show"),
            ("users update", "edit"),
            ("roi costs rm", "delete"),
            ("budget accounts new", "add"),
            ("lead phones rm", "delete"),
            ("imports view", "show"),
        ] {
            assert_eq!(found(path).as_deref(), Some(name), "{path}");
        }
        // Where a noun lacks the verb, its other words mean nothing: `rm` never comes to mean `erase` or `disable`.
        for path in ["dnc rm", "user rm", "org rm", "import rm", "dncs", "migrate update"] {
            assert_eq!(found(path), None, "{path}");
        }
        assert_eq!(plural("company").as_deref(), Some("companies"));
        assert_eq!(plural("survey").as_deref(), Some("surveys"));
    }
}
