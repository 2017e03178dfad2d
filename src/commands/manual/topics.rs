//! The pages of the manual: those of docs/ that whoever has only the program needs, too.

/// A page of the manual.
#[derive(Debug)]
pub struct Topic {
    pub name: &'static str,
    /// What it tells, in a line.
    pub about: &'static str,
    /// The file in docs/.
    file: &'static str,
    /// The page, in Markdown.
    pub text: &'static str,
}

macro_rules! topics {
    ($($name:literal $file:literal $about:literal)*) => {
        &[$(Topic { name: $name, about: $about, file: $file, text: include_str!(concat!("../../../docs/", $file)) }),*]
    };
}

/// The name of the page that is made of the options themselves.
pub const OPTIONS: &str = "options";

/// All pages. None has the name of a command.
pub const TOPICS: &[Topic] = topics! {
    "filters" "filters.md" "the language of --where: fields, operators, values"
    "scoring" "scoring.md" "models that score leads, with a worked example"
    "dates" "dates.md" "how times are written in options and filters"
    "formats" "formats.md" "the forms of an answer, and what scripts can rely on"
    "exit-codes" "exit-codes.md" "what a call's exit code says"
    "environment" "environment.md" "variables and the config file"
    "addresses" "addresses.md" "what a database URL may be, and whose files are opened"
    "postgresql" "postgresql.md" "a database that a team shares: roles, TLS, limits, replicas"
    "moving" "moving.md" "copying a database to another engine, file or server"
    "files" "files.md" "how imports read what sheets hold"
    "workbooks" "workbooks.md" "what imports read of Excel and OpenDocument cells"
    "presets" "presets.md" "exports of other programs, and how to write a preset"
    "import-errors" "import-errors.md" "the problems of rows, and what --lenient does"
    "opt-outs" "opt-outs.md" "how opt-outs in words are understood"
    "certificates" "certificates.md" "certificates of scrubs, and how other programs verify them"
    "dnc-groups" "dnc-groups.md" "do-not-call lists that organizations share"
    "calling-hours" "calling-hours.md" "when numbers may be called, by the law of the place"
    "next" "next.md" "whom to contact next: the sum, who is left out, tasks"
    "registries" "registries.md" "do-not-call lists of countries and states"
    "territory-rules" "territories.md" "which territory a lead lies in, with an example"
    "backups" "backup.md" "what a backup is, and what comes back with one"
    "funnel-figures" "funnel.md" "the definitions of the funnel, with an example"
    "roi-figures" "roi.md" "the definitions of costs and ROI, with an example"
    "distribution" "distribution.md" "how pools give leads out, with an example of the weights"
    "health" "doctor.md" "what `doctor` looks at, and what mends it"
    "ledger" "budget.md" "how budgets are kept, and what `budget verify` finds"
    "words" "words.md" "nouns, verbs and options, and what each means"
};

/// How the page is called to which a link in docs/ leads.
pub fn call_of(address: &str) -> Option<String> {
    let file = address.split('#').next().unwrap_or_default();
    let topic = TOPICS.iter().find(|topic| topic.file == file)?;
    Some(format!("crmctl help {}", topic.name))
}
