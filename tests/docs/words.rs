//! One word for each thing: the nouns, verbs and options of the whole command line, and what each means. A word that is not
//! declared here fails, and so does one that is declared and gone.

use std::collections::{BTreeMap, BTreeSet};

use clap::Command;

use super::check;

/// Verbs and what each does to whatever noun.
const VERBS: &[(&str, &str)] = &[
    ("add", "makes one"),
    ("adjust", "books a correction that is neither deposit, charge nor refund"),
    ("apply", "does what a plan says"),
    ("assign", "gives leads to users, or puts them into territories"),
    ("backtest", "measures a model by leads that came later"),
    ("balance", "shows what is left on accounts"),
    ("callable", "answers whether it is the hour to call numbers"),
    ("charge", "books money that was spent"),
    ("check", "answers whether numbers may be contacted"),
    ("completions", "writes a script for a shell"),
    ("copy", "copies the database into another one"),
    ("costs", "imports what sources cost"),
    ("count", "counts leads now"),
    ("decide", "decides a request"),
    ("delete", "removes for good or until `restore`; logs stay"),
    ("deposit", "books money that came in"),
    ("detect", "looks for opt-outs in texts"),
    ("disable", "switches off; `edit --enable` switches on again"),
    ("dismiss", "says that one should not have been recommended"),
    ("dnc", "imports do-not-call requests"),
    ("distribution", "counts leads by score"),
    ("doctor", "looks whether the database is sound"),
    ("done", "says that one is done"),
    ("down", "takes migrations back"),
    ("drop", "takes a registry's numbers away"),
    ("due", "lists requests that wait for a decision"),
    ("duplicates", "lists leads that may be one person"),
    ("edit", "changes fields of one"),
    ("erase", "takes a person out of everything, for good"),
    ("expire", "closes entries whose time has come"),
    ("explain", "shows how leads are found, or how a score comes about"),
    ("export", "writes leads to a file, as imports read them; of `dnc key`: prints the public key"),
    ("help", "prints the help of a command, or a page of the manual"),
    ("history", "lists every change of one; of `import`: imports status events"),
    ("leads", "imports leads"),
    ("list", "lists them"),
    ("load", "takes in the numbers of a registry"),
    ("make", "makes a backup"),
    ("man", "writes man pages"),
    ("merge", "makes one lead of several"),
    ("note", "writes a note"),
    ("path", "prints where a file is"),
    ("primary", "makes a further one the first"),
    ("prune", "deletes old files that need not be kept"),
    ("rates", "imports exchange rates"),
    ("reclaim", "takes back leads that nobody worked"),
    ("redo", "takes the latest migration back and applies it again"),
    ("refresh", "counts again, and keeps the count"),
    ("refund", "books money that came back"),
    ("remove", "takes off a list, or out of a group or pool; what it was stays"),
    ("require", "makes a registry one that the organization must honour"),
    ("restore", "brings back what was deleted or merged; without a noun: the database of a backup"),
    ("rotate", "makes a new key in place of one"),
    ("run", "does the work now: gives leads out, or scores them"),
    ("runs", "lists what pools did, or shows one of it"),
    ("scrub", "parts a file into rows that may be contacted and others"),
    ("search", "finds by fragments"),
    ("seed", "makes sample data"),
    ("set", "gives a key its value"),
    ("show", "shows one, or a report"),
    ("snooze", "puts one off"),
    ("stages", "shows how long leads stay in each status"),
    ("stats", "counts by kind"),
    ("status", "moves leads to another status; of `migrate`: lists migrations or tables"),
    ("stuck", "lists leads that do not get on"),
    ("tag", "adds tags"),
    ("template", "writes an empty file that an import reads"),
    ("timeline", "shows all that happened in one order"),
    ("train", "learns from what became of leads"),
    ("trust", "lets count what a key signs"),
    ("undo", "takes an import, or a run of a pool, back"),
    ("unrequire", "takes `require` back"),
    ("unset", "takes a key away"),
    ("untag", "takes tags away"),
    ("up", "applies migrations"),
    ("use", "puts a version into use, or none"),
    ("verify", "looks whether anything was changed unseen"),
    ("waiting", "lists leads that are put off"),
];

/// Where alone these verbs are right; elsewhere another word says it.
const ONLY_IN: [(&str, &[&str], &str); 4] = [
    ("drop", &["dnc registry"], "delete"),
    ("remove", &["dnc", "org group", "territory member", "pool member"], "delete"),
    ("set", &["org", "roi rate", "config", "score model"], "edit"),
    ("disable", &["org", "user"], "delete"),
];

/// Words for which there are others, which a noun or option must not have.
const OTHERS: [(&str, &str); 22] = [
    ("create", "add"),
    ("new", "add"),
    ("insert", "add"),
    ("rm", "delete"),
    ("destroy", "delete"),
    ("ls", "list"),
    ("get", "show"),
    ("view", "show"),
    ("describe", "show"),
    ("update", "edit"),
    ("modify", "edit"),
    ("find", "search"),
    ("--period", "--month"),
    ("--to-date", "--until"),
    ("--before", "--until"),
    ("--out", "--output"),
    ("--path", "--output"),
    ("--filter", "--where"),
    ("--max", "--limit"),
    ("--comment", "--note or --reason"),
    ("--force-yes", "--yes"),
    ("--timezone-name", "--timezone"),
];

#[path = "options.rs"]
mod options;
use options::OPTIONS;

/// What is above the verbs.
struct Found<'a> {
    path: String,
    command: &'a Command,
}

/// Every command that is shown, with the words before its own.
fn all<'a>(command: &'a Command, path: &str, found: &mut Vec<Found<'a>>) {
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        let path = format!("{path} {}", sub.get_name()).trim().to_owned();
        all(sub, &path, found);
        found.push(Found { path, command: sub });
    }
}

/// What is wrong with the words of a command line.
fn faults(root: &Command) -> Vec<String> {
    let mut faults = Vec::new();
    let mut found = Vec::new();
    all(root, "", &mut found);
    let mut options: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for it in &found {
        let (noun, verb) = it.path.rsplit_once(' ').unwrap_or(("", &it.path));
        if let Some((_, better)) = OTHERS.iter().find(|(word, _)| *word == verb) {
            faults.push(format!("`{}`: say `{better}`", it.path));
        }
        if !it.command.has_subcommands() && !VERBS.iter().any(|(word, _)| *word == verb) {
            faults.push(format!("`{}`: the verb is not declared", it.path));
        }
        let elsewhere = ONLY_IN.iter().find(|(word, nouns, _)| *word == verb && !nouns.contains(&noun));
        faults.extend(elsewhere.map(|(_, _, better)| format!("`{}`: say `{better}`", it.path)));
    }
    let global = Found { path: String::new(), command: root };
    for it in found.iter().chain([&global]) {
        for arg in it.command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            let Some(long) = arg.get_long() else { continue };
            let values = arg.get_value_names().filter(|_| arg.get_action().takes_values());
            let value = values.map(|names| names.join(" ")).unwrap_or_default();
            let long = format!("--{long}");
            if let Some((_, better)) = OTHERS.iter().find(|(word, _)| *word == long) {
                faults.push(format!("`{} {long}`: say `{better}`", it.path));
            }
            if !OPTIONS.iter().any(|(name, known, _)| *name == long && known.split(" or ").any(|known| known == value))
            {
                faults.push(format!("`{} {long} {value}`: the option, or its value, is not declared", it.path));
            }
            options.entry(long).or_default().insert(value);
        }
    }
    faults
}

#[test]
fn one_word_for_each_thing() {
    let root = crmctl::cli::command();
    assert_eq!(faults(&root), Vec::<String>::new(), "declare new words in tests/docs/words.rs");
    // What is declared is there, once, and means something of its own.
    let mut found = Vec::new();
    all(&root, "", &mut found);
    let verbs: BTreeSet<&str> = found.iter().map(|it| it.command.get_name()).collect();
    let mut meanings = BTreeSet::new();
    for (verb, meaning) in VERBS {
        assert!(verbs.contains(verb), "no noun has the verb {verb} any longer");
        assert!(meanings.insert(meaning), "two verbs are for this: {meaning}");
    }
    let is_option = |command: &Command, name: &str| command.get_arguments().any(|arg| arg.get_long() == Some(name));
    for (option, _, meaning) in OPTIONS {
        let name = &option[2..];
        let is_there = is_option(&root, name) || found.iter().any(|it| is_option(it.command, name));
        assert!(is_there, "no verb has the option {option} any longer");
        assert!(meanings.insert(meaning), "two options are for this: {meaning}");
    }
    let mut names: Vec<&str> = OPTIONS.iter().map(|(name, ..)| *name).collect();
    names.dedup();
    assert_eq!(names.len(), OPTIONS.len(), "an option has two meanings");
}

#[test]
fn a_second_word_is_seen() {
    let arg = |name: &'static str, value: &'static str| clap::Arg::new(name).long(name).value_name(value);
    let with = |verb: Command| Command::new("crmctl").subcommand(Command::new("lead").subcommand(verb));
    for (verb, fault) in [
        (Command::new("create"), "say `add`"),
        (Command::new("remove"), "say `delete`"),
        (Command::new("frobnicate"), "is not declared"),
        (Command::new("list").arg(arg("period", "MONTH")), "say `--month`"),
        (Command::new("list").arg(arg("limit", "COUNT")), "is not declared"),
        (Command::new("list").arg(arg("colour", "NAME")), "is not declared"),
    ] {
        let root = with(verb);
        assert!(faults(&root).iter().any(|it| it.contains(fault)), "{fault}: {:?}", faults(&root));
    }
    assert_eq!(faults(&with(Command::new("list").arg(arg("limit", "N")))), Vec::<String>::new());
}

#[test]
fn words() {
    let root = crmctl::cli::command();
    let mut found = Vec::new();
    all(&root, "", &mut found);
    let mut text = String::from(WORDS);
    for noun in found.iter().filter(|it| it.command.has_subcommands()) {
        let about = noun.command.get_about().map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!("| `{}` | {about} |\n", noun.path));
    }
    text.push_str("\n## Verbs\n\n| verb | what it does | of |\n|---|---|---|\n");
    for (verb, meaning) in VERBS {
        let of = found.iter().filter(|it| it.command.get_name() == *verb && !it.command.has_subcommands());
        let of: Vec<&str> = of.filter_map(|it| it.path.rsplit_once(' ').map(|(noun, _)| noun)).collect();
        let of: BTreeSet<String> = of.iter().map(|noun| format!("`{noun}`")).collect();
        let of = if of.is_empty() { "crmctl itself".to_owned() } else { of.into_iter().collect::<Vec<_>>().join(", ") };
        text.push_str(&format!("| `{verb}` | {meaning} | {of} |\n"));
    }
    text.push_str("\n## Options\n\n| option | what it says |\n|---|---|\n");
    for (option, value, meaning) in OPTIONS {
        text.push_str(&format!("| `{}` | {meaning} |\n", format!("{option} {value}").trim_end().replace('|', "\\|")));
    }
    check("words.md", &text);
}

const WORDS: &str = "# Words\n
<!-- Generated by tests/docs/words.rs. -->

One word for each thing: a verb does the same to every noun, and an option means the same wherever it
stands. Other words that people bring (`ls`, `rm`, `new`, `create`, `view`, `update`, plural nouns, `-y` for `--yes`) work as well and are not
shown.

## Nouns

| noun | what it is about |
|---|---|
";
