//! What is said of words that are none of the command line: the call that is probably meant, by what people know from other
//! programs, else by spelling. For a slip of the pen nothing is offered that destroys.

mod arguments;
mod table;

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::words;
use crate::domain::secrets::redacted;
use crate::domain::text::nearest;
use crate::error::CommandError;
use crate::system::shell;
use table::{Answer, OF_VERBS, OPTIONS, SAME, WORDS};

/// Verbs that take something away, or are hard to take back.
const DESTRUCTIVE: [&str; 10] =
    ["delete", "disable", "down", "erase", "expire", "merge", "redo", "remove", "undo", "untag"];

/// Options that answer a question before it is asked, or go past a guard.
const UNGUARDED: [&str; 7] =
    ["--yes", "-y", "--allow-bypass", "--allow-negative", "--force", "--include-dnc", "--with-dnc"];

/// A call with more text behind its verb is shown without it.
const LONGEST_REST: usize = 200;

/// What is to be said instead of clap's own words; none where these are right.
pub fn instead(error: &clap::Error, args: &[OsString], root: &Command, globals: &Command) -> Option<CommandError> {
    let by_arguments = || arguments::explained(error, &verb_of(args, root, globals).1);
    match error.kind() {
        ErrorKind::InvalidSubcommand => Some(wrong_word(args, root, globals)?.explained(root)),
        ErrorKind::UnknownArgument => wrong_option(error, args, root, globals).or_else(by_arguments),
        _ => by_arguments(),
    }
}

/// The verb of a call, and its path: `crmctl lead edit`.
fn verb_of<'a>(args: &[OsString], root: &'a Command, globals: &Command) -> (&'a Command, String) {
    let (mut command, mut path) = (root, vec!["crmctl"]);
    for at in words::plain_words(args, globals) {
        let Some(sub) = args.get(at).and_then(|word| command.find_subcommand(word)) else { break };
        command = sub;
        path.push(sub.get_name());
    }
    (command, path.join(" "))
}

/// The error without hints at verbs that destroy.
pub fn without_dangers(mut error: clap::Error) -> clap::Error {
    let is_danger = |text: &str| text.split(['\'', '`', ' ']).any(|word| DESTRUCTIVE.contains(&word));
    if let Some(ContextValue::StyledStrs(hints)) = error.remove(ContextKind::Suggested) {
        let hints: Vec<_> = hints.into_iter().filter(|hint| !is_danger(&hint.to_string())).collect();
        if !hints.is_empty() {
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(hints));
        }
    }
    error.remove(ContextKind::SuggestedSubcommand);
    let is_unguarded =
        matches!(error.get(ContextKind::SuggestedArg), Some(ContextValue::String(arg)) if is_unguarded(arg));
    if is_unguarded {
        error.remove(ContextKind::SuggestedArg);
        // It shows the option.
        error.remove(ContextKind::Usage);
    }
    error
}

/// Whether a word is such an option, with a value or without.
fn is_unguarded(word: &str) -> bool {
    UNGUARDED.contains(&word.split('=').next().unwrap_or_default())
}

/// A word that stands where a noun or a verb should.
struct WrongWord<'a> {
    /// The words before it, as the help has them.
    path: Vec<&'a str>,
    command: &'a Command,
    word: String,
    rest: Vec<String>,
}

fn wrong_word<'a>(args: &[OsString], root: &'a Command, globals: &Command) -> Option<WrongWord<'a>> {
    let (mut command, mut path) = (root, Vec::new());
    for at in words::plain_words(args, globals) {
        let word = args.get(at)?.to_string_lossy();
        match command.find_subcommand(&*word) {
            Some(sub) => {
                path.push(sub.get_name());
                command = sub;
            }
            None => {
                let rest = args[at + 1..].iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
                return Some(WrongWord { path, command, word: word.into_owned(), rest });
            }
        }
    }
    None
}

impl WrongWord<'_> {
    fn explained(&self, root: &Command) -> CommandError {
        let message = match self.path.as_slice() {
            [] => format!("`{}` is no command of crmctl", self.word),
            path => format!("`{}` has no verb `{}`", path.join(" "), self.word),
        };
        CommandError::usage(redacted::<&str>(&message, [])).hint(self.hint(root))
    }

    fn hint(&self, root: &Command) -> String {
        if let Some(answer) = self.answer() {
            let calls = answer.calls.iter().map(|call| self.call(call, root));
            let why = if answer.why.is_empty() { "type" } else { answer.why };
            return format!("{why}: {}", calls.collect::<Vec<_>>().join("\nor: "));
        }
        if let Some(verb) = self.same() {
            return format!("type: {}", self.call(&format!("{verb} {{rest}}"), root));
        }
        let verbs = self.command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(Command::get_name);
        match nearest(&self.word, verbs.filter(|verb| !DESTRUCTIVE.contains(verb))) {
            Some(verb) => format!("did you mean: {}", self.call(&format!("{verb} {{rest}}"), root)),
            None => format!("what there is: {} --help", self.prefix()),
        }
    }

    fn prefix(&self) -> String {
        std::iter::once("crmctl").chain(self.path.iter().copied()).collect::<Vec<_>>().join(" ")
    }

    /// What people mean by the word here.
    fn answer(&self) -> Option<&'static Answer> {
        let (path, word) = (self.path.join(" "), self.word.to_lowercase());
        let exact = WORDS.iter().find(|it| it.path == path && it.words.split(' ').any(|known| known == word));
        exact.or_else(|| WORDS.iter().find(|it| it.path == path && (it.fits)(&word)))
    }

    /// The verb that the word means wherever a noun has it.
    fn same(&self) -> Option<&'static str> {
        let word = self.word.to_lowercase();
        let meant = SAME.iter().filter(|(words, _)| words.split(' ').any(|known| known == word)).map(|(_, verb)| *verb);
        meant.into_iter().find(|verb| self.command.get_subcommands().any(|sub| sub.get_name() == *verb))
    }

    /// A call in full. `{word}` is the wrong word, `{rest}` what was typed behind it, or what stands there behind a bar. A
    /// call below the words before it begins without them; one from the beginning with a `/`.
    fn call(&self, call: &str, root: &Command) -> String {
        let (start, call) = match call.strip_prefix('/') {
            Some(call) => ("crmctl".to_owned(), call),
            None => (self.prefix(), call),
        };
        let call = call.replace("{word}", &redacted::<&str>(&shell::word(&self.word), []));
        let Some((before, behind)) = call.split_once("{rest") else { return format!("{start} {call}") };
        let (default, after) = behind.split_once('}').unwrap_or((behind, ""));
        // What destroys is asked about, whatever was typed behind another word.
        let destroys = before.split_whitespace().any(|word| DESTRUCTIVE.contains(&word));
        let typed: Vec<&String> = self.rest.iter().filter(|word| !(destroys && is_unguarded(word))).collect();
        let rest = redacted::<&str>(&typed.iter().map(|word| shell::word(word)).collect::<Vec<_>>().join(" "), []);
        let default = default.trim_start_matches('|');
        let in_full = |rest: &str| format!("{start} {before}{rest}{after}").trim_end().to_owned();
        if rest.is_empty() || rest.len() > LONGEST_REST {
            return in_full(default);
        }
        let words = start.split(' ').chain(before.split_whitespace()).map(str::to_owned);
        let words =
            words.chain(typed.iter().map(|word| (*word).clone())).chain(after.split_whitespace().map(str::to_owned));
        match root.clone().try_get_matches_from(words) {
            Ok(_) => in_full(&rest),
            Err(_) => in_full(default),
        }
    }
}

/// What is to be said of an option that a verb does not have, if people know it from elsewhere.
fn wrong_option(error: &clap::Error, args: &[OsString], root: &Command, globals: &Command) -> Option<CommandError> {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidArg) else { return None };
    let wrong = typed.split('=').next().unwrap_or_default();
    let (command, path) = verb_of(args, root, globals);
    let of_verb = OF_VERBS.iter().find(|(verb, word, _)| path.strip_prefix("crmctl ") == Some(*verb) && *word == wrong);
    if let Some((_, _, call)) = of_verb {
        return Some(CommandError::usage(format!("`{path}` has no option `{wrong}`")).hint(format!("write {call}")));
    }
    let has = |name: &str| {
        let arguments = command.get_arguments().chain(root.get_arguments().filter(|arg| arg.is_global_set()));
        arguments.filter(|arg| !arg.is_hide_set()).any(|arg| arg.get_long() == Some(name))
    };
    let meant =
        OPTIONS.iter().filter(|(words, _)| words.split(' ').any(|known| known == wrong)).map(|(_, meant)| *meant);
    let meant = meant.into_iter().find(|meant| has(meant.split(' ').next().unwrap_or_default()))?;
    Some(
        CommandError::usage(format!("`{path}` has no option `{wrong}`"))
            .hint(format!("write --{meant}; all of them: {path} --help")),
    )
}

#[cfg(test)]
mod tests {
    use super::super::{command, globals, meant};
    use super::*;

    fn hint(line: &str) -> String {
        let args: Vec<OsString> = std::iter::once("crmctl").chain(line.split(' ')).map(OsString::from).collect();
        let root = command();
        let error = root.clone().try_get_matches_from(&args).err();
        let error = error.unwrap_or_else(|| panic!("`{line}` is a call"));
        instead(&error, &args, &root, &globals())
            .and_then(|error| error.hint)
            .unwrap_or_else(|| without_dangers(error).to_string())
    }

    #[test]
    fn what_people_type_is_answered_with_the_call() {
        for (typed, answer) in [
            ("lead remove 7", "type: crmctl lead delete 7"),
            ("lead find lovelace 'x y", "type: crmctl lead search lovelace ''\\''x' y"),
            ("lead import leads.csv", "type: crmctl import leads leads.csv"),
            ("lead import", "type: crmctl import leads FILE"),
            ("import leads.csv", "type: crmctl import leads leads.csv"),
            ("import csv leads.csv --region US", "type: crmctl import leads leads.csv --region US"),
            ("import fair.xlsx --dry-run", "type: crmctl import leads fair.xlsx --dry-run"),
            ("dnc export", "type: crmctl dnc list --format csv > dnc.csv"),
            ("dnc delete +12125550142", "type: crmctl dnc remove NUMBER --reason TEXT"),
            ("dnc delete +12125550142 --reason x", "type: crmctl dnc remove +12125550142 --reason x"),
            ("user delete ann@example.com", "type: crmctl user disable ann@example.com"),
            ("org remove acme", "type: crmctl org disable acme"),
            // What was not asked of the right verb is not answered for it.
            ("leads destroy 7 -y", "type: crmctl lead delete 7"),
            ("import rm 1 --yes", "type: crmctl import undo 1"),
            ("rm 1 -y", "name what: crmctl lead delete ID\nor: crmctl segment delete NAME\nor: crmctl import undo ID"),
            ("import rm 12", "type: crmctl import undo 12"),
            ("lead modify 7 --city Troy", "type: crmctl lead edit 7 --city Troy"),
            ("list", "type: crmctl lead list"),
            ("export", "type: crmctl lead export --output leads.csv"),
            ("tag 7 vip", "type: crmctl lead tag 7 vip"),
            ("funnel 2026-03", "type: crmctl funnel --month 2026-03"),
            ("roi costs import meta.csv", "type: crmctl import costs meta.csv"),
            ("leads serach ada", "did you mean: crmctl lead search ada"),
            ("segmnet list", "did you mean: crmctl segment list"),
            ("xyzzy", "what there is: crmctl --help"),
        ] {
            assert_eq!(hint(typed), answer, "{typed}");
        }
        assert!(hint("login").contains("crmctl config show"), "{}", hint("login"));
        assert!(hint("init").contains("crmctl migrate up"), "{}", hint("init"));
    }

    #[test]
    fn no_slip_of_the_pen_leads_to_what_destroys() {
        let root = command();
        let mut paths: Vec<(String, &Command)> = vec![(String::new(), &root)];
        let mut place = 0;
        while let Some((path, command)) = paths.get(place).cloned() {
            place += 1;
            paths.extend(command.get_subcommands().map(|sub| (format!("{path}{} ", sub.get_name()), sub)));
        }
        let verbs = paths.iter().map(|(path, _)| path.trim_end()).filter(|path| !path.is_empty());
        for path in verbs {
            let (noun, verb) = path.rsplit_once(' ').unwrap_or(("", path));
            if !DESTRUCTIVE.contains(&verb) {
                continue;
            }
            // A letter left out, doubled, swapped or changed.
            for at in 1..verb.len() {
                let (left, right) = verb.split_at(at);
                let swapped = format!("{}{}{}{}", &left[..at - 1], &right[..1], &left[at - 1..], &right[1..]);
                for slip in [
                    format!("{left}{}", &right[1..]),
                    format!("{left}{}{right}", &left[at - 1..]),
                    swapped,
                    format!("{left}q{}", &right[1..]),
                ] {
                    let line = format!("{noun} {slip} 7");
                    let args: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
                    let args: Vec<OsString> = std::iter::once("crmctl".into()).chain(args).collect();
                    let Err(error) = root.clone().try_get_matches_from(&args) else { continue };
                    let said = instead(&error, &args, &root, &globals()).and_then(|error| error.hint);
                    let said = said.unwrap_or_else(|| without_dangers(error).to_string());
                    let is_danger = said.split(['\'', '`', ' ']).any(|word| DESTRUCTIVE.contains(&word));
                    assert!(!is_danger, "{line}: {said}");
                }
            }
        }
        for line in ["lead --finish", "lead 7 erase", "erase 7", "erace 7", "lead purge 7", "gdpr 7"] {
            assert!(!hint(line).contains("erase"), "{line}: {}", hint(line));
        }
    }

    #[test]
    fn options_from_elsewhere_are_answered() {
        for (typed, answer) in [
            ("dnc list --from 2026-03-01", "write --since"),
            ("funnel --to 2026-03-01", "write --until"),
            ("lead list --filter x", "write --where"),
            ("lead export --out x.csv", "write --output"),
            ("lead list --order-by id", "write --sort"),
            ("lead list --fields id", "write --columns"),
            ("lead list --db x.db", "write --database-url"),
            ("lead delete 7 --force", "write --yes"),
            ("import leads x.csv --simulate", "write --dry-run"),
        ] {
            let args = meant(std::iter::once("crmctl").chain(typed.split(' ')).map(OsString::from).collect());
            let line: Vec<String> = args.iter().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
            assert!(hint(&line.join(" ")).starts_with(answer), "{typed}: {}", hint(&line.join(" ")));
        }
        for (verb, word, call) in OF_VERBS {
            let said = hint(&format!("{verb} {word} x"));
            assert_eq!(said, format!("write {call}"), "{verb} {word}");
        }
        // No option that goes past a guard.
        for line in ["dnc remove 7 --all --reason x", "lead delete --all", "lead list --allow-bypas"] {
            assert!(!hint(line).contains("--allow-bypass"), "{line}: {}", hint(line));
        }
        // Where clap knows better, its own words stay.
        assert!(hint("lead list --limt 3").contains("--limit"), "{}", hint("lead list --limt 3"));
    }

    /// What stands for something that people fill in.
    const PLACES: [(&str, &str); 13] = [
        ("STATUS", "hot"),
        ("ROLE", "admin"),
        ("EMAIL", "a@example.com"),
        ("SLUG", "acme"),
        ("GROUP", "holding"),
        ("FILTER", "id>0"),
        (" ID", " 7"),
        ("NUMBER", "+12125550142"),
        ("AMOUNT", "5"),
        ("MONTH", "2026-03"),
        ("RATE", "1.1"),
        ("CURRENCY", "EUR"),
        ("RUN", "7"),
    ];

    #[test]
    fn each_answer_is_a_call_and_answers_no_word_of_the_help() {
        let root = command();
        for answer in WORDS {
            let mut here = Some(&root);
            for word in answer.path.split_whitespace() {
                here = here.and_then(|command| command.find_subcommand(word));
            }
            let here = here.unwrap_or_else(|| panic!("there is no `{}`", answer.path));
            for word in answer.words.split_whitespace() {
                assert!(here.find_subcommand(word).is_none(), "`{} {word}` is a verb", answer.path);
                let known = answer.path.split_whitespace().map(str::to_owned);
                let line: Vec<OsString> = known.chain([word.to_owned()]).map(OsString::from).collect();
                let line: Vec<OsString> = std::iter::once("crmctl".into()).chain(line).collect();
                let wrong = wrong_word(&line, &root, &globals()).unwrap_or_else(|| panic!("{line:?}"));
                for call in answer.calls {
                    let call =
                        PLACES.iter().fold(wrong.call(call, &root), |call, (place, word)| call.replace(place, word));
                    let call = call.split(" > ").next().unwrap_or_default();
                    let words = meant(call.split_whitespace().map(OsString::from).collect());
                    let parsed = root.clone().try_get_matches_from(words);
                    let is_call = parsed.as_ref().err().is_none_or(|e| !e.use_stderr());
                    assert!(is_call, "{} {word}: {call}: {:?}", answer.path, parsed.err().map(|e| e.to_string()));
                }
            }
        }
    }
}
