//! Texts that would steer a terminal, in every field that takes texts and through every verb that prints or asks: what is
//! shown has them as escapes. `CRMCTL_HOSTILE_ROUNDS=50` tries random mixtures of them for longer.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::import_random::Random;
use crate::support::terminal::Terminal;
use crate::support::{Engine, World};

/// Texts of which each does something to a terminal, a shell, a spreadsheet or a page that shows it as it is.
const HOSTILE: [&str; 29] = [
    "\u{1b}]0;owned\u{7}",
    "\u{1b}]8;;http://example.com\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "\u{1b}]52;c;b3duZWQ=\u{7}",
    "\u{1b}[38;5;213m",
    "\u{1b}[2;7Hx",
    "\u{1b}[?1049h",
    "\u{1b}c",
    "\u{1b}P1$q\u{1b}\\",
    "\u{7}\u{8}\u{b}\u{c}",
    "\u{7f}",
    "\u{9b}38;5;213m",
    "\u{9d}0;c1\u{9c}",
    "x\ry",
    "\u{202e}gnp.exe",
    "\u{2066}x\u{2069}\u{202a}\u{202c}",
    "\u{200e}\u{200f}\u{61c}",
    "\u{2028}\u{2029}",
    "\u{206a}\u{206f}",
    "\u{fff9}a\u{fffa}b\u{fffb}",
    "\u{e0001}\u{e0041}\u{e007f}",
    "$(touch pwned)",
    "`touch pwned`;|&<>",
    "=HYPERLINK(\"http://x\")",
    "@SUM(1)",
    "it's \"so\" \\",
    "<script>&amp;|",
    "%s %n {} {0}",
    "long long long long",
    "Zoë 王 👩\u{200d}💻",
];

/// What a round writes into its fields.
struct Texts {
    random: Option<Random>,
    next: usize,
}

impl Texts {
    /// A text of a few hostile ones; over a few fields, each of them comes.
    fn any(&mut self) -> String {
        self.of(&HOSTILE)
    }

    /// The same of one line without controls, for names that take none.
    fn name(&mut self) -> String {
        let quiet: Vec<&str> = HOSTILE.into_iter().filter(|text| !text.contains(char::is_control)).collect();
        self.of(&quiet)
    }

    fn of(&mut self, from: &[&str]) -> String {
        let mut text = format!("x{}", self.next);
        for _ in 0..3 {
            let place = self.random.as_mut().map_or(self.next, |random| random.below(from.len()));
            text.push_str(from[place % from.len()]);
            self.next += 1;
        }
        text
    }
}

/// The part of what was shown that a terminal would not take as text, if there is one. Our own colors and what questions
/// and bars need are no such part.
fn raw(shown: &str) -> Option<String> {
    let own = regex::Regex::new(r"\x1b\[(\?25[hl]|[0-2]?[JK]|[0-9]*[ABCDG]|(0|1|2|3[0-7]|9[0-7])?m)").unwrap();
    let is_raw = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(u32::from(c), 0x61c | 0x200e | 0x200f | 0x2028..=0x202e | 0x2066..=0x206f | 0xfff9..=0xfffb)
            || matches!(u32::from(c), 0xe0001..=0xe007f)
    };
    let text = own.replace_all(shown, "");
    let place = text.find(is_raw)?;
    Some(text[place..].chars().take(40).collect())
}

/// A return that no line break follows writes over the line.
fn writes_over(printed: &str) -> bool {
    printed.replace("\r\n", "").contains('\r')
}

/// A cell of a CSV file.
fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn words(line: &str, texts: &mut Texts) -> Vec<String> {
    let word = |word: &str| match word {
        "NAME" => texts.name(),
        "WHERE" => format!("company != \"{}\"", texts.any().replace('\\', "\\\\").replace('"', "\\\"")),
        word => {
            let mut word = word.to_owned();
            while word.contains("ANY") {
                word = word.replacen("ANY", &texts.any(), 1);
            }
            word
        }
    };
    line.split(' ').map(word).collect()
}

/// What fills the database. Some texts are refused, which must be said as safely.
const FILL: [&str; 43] = [
    "user add ann@example.com --role admin --first-name ANY --last-name ANY",
    "user edit ann@example.com --first-name ANY",
    "org edit acme --name ANY",
    "org add ANY",
    "org set name ANY",
    "org set custom.note ANY",
    "org edit acme --description ANY --industry ANY --size ANY",
    "org group add ANY acme",
    "org group add holding acme --dry-run",
    "org group list",
    "org group show ANY",
    "org group remove ANY acme",
    "lead add --phone +12125550191 --name ANY --company ANY --source ANY --campaign ANY --job-title ANY --city ANY --tag NAME --note ANY",
    "lead add --phone +12125550192 --name ANY --company ANY --tag ANY --set custom.ANY=ANY",
    "lead add --phone +12125550193 --name ANY --company ANY --email ada@example.com",
    "lead add --phone +12125550194 --name ANY --company ANY",
    "lead edit 2125550191 --company ANY --city ANY",
    "lead status 2125550191 contacted --reason ANY",
    "lead tag 2125550191 NAME",
    "lead note 2125550191 ANY",
    "task add 2125550191 --due today --note ANY",
    "segment add NAME --where WHERE --description ANY --public",
    "segment add plain --where WHERE --description ANY --public",
    "segment add ANY --where WHERE",
    "territory add NAME --where WHERE --description ANY",
    "territory add plain --where WHERE --description ANY",
    "territory add ANY --where WHERE --parent plain",
    "territory member add plain ann@example.com",
    "lead assign 2125550191 --territory plain",
    "territory assign --yes",
    "pool add NAME --where WHERE --description ANY --skill ANY",
    "pool add swimming --where WHERE --description ANY --skill NAME",
    "pool add ANY",
    "pool member add swimming ann@example.com --skill ANY --capacity 1",
    "pool run swimming --as ann@example.com",
    "dnc add +12125550103 --reason ANY --evidence ANY",
    "dnc detect --number +12125550191 stop ANY --apply",
    "budget account add NAME",
    "budget deposit 1000 --description ANY --reference ANY",
    "budget charge 5 --description ANY --reference ANY",
    "roi cost add web 2026-03 5 --campaign ANY --note ANY",
    "roi cost add ANY 2026-03 5",
    "lead merge 2125550193 2125550194 --yes",
];

/// Every verb, most of them with what goes wrong, too.
const VERBS: [&str; 221] = [
    "import list",
    "import show 1",
    "import leads FILE --dry-run",
    "import leads FILE --region US --dry-run --lenient",
    "import leads ANY",
    "import leads FILE --explain 2",
    "import leads FILE --plan ANY",
    "import apply FILE",
    "import apply ANY",
    "import leads FILE --map phone=ANY",
    "import leads FILE --source ANY --tag ANY --dry-run",
    "import dnc FILE --dry-run",
    "import history FILE --dry-run",
    "import costs FILE --dry-run",
    "import rates FILE --dry-run",
    "import leads FILE --save-mapping NAME",
    "import leads FILE --mapping ANY --dry-run",
    "import template --output ANY",
    "import mappings list",
    "import mappings show ANY",
    "import mappings delete ANY",
    "import undo 1",
    "import presets list",
    "import presets show meta-ads",
    "import presets show ANY",
    "import leads FILE --preset ANY",
    "lead show 2125550191",
    "lead show ANY",
    "lead list",
    "lead list --where WHERE --columns id,name,company,tags,source",
    "lead list --where ANY",
    "lead count --where ANY",
    "help ANY",
    "man ANY",
    "lead list --columns ANY",
    "lead list --tag ANY --source ANY",
    "lead export",
    "lead search x0",
    "lead search ANY",
    "lead add --phone ANY",
    "lead edit 2125550191 --set ANY=ANY",
    "lead edit 2125550191 --email ANY",
    "lead tag --where WHERE NAME",
    "lead untag --where WHERE NAME",
    "lead assign --where WHERE --to ann@example.com",
    "lead assign 2125550191 --to ANY",
    "lead status --where WHERE hot --reason ANY",
    "lead status 2125550191 ANY",
    "lead note 2125550192 ANY",
    "lead history 2125550191",
    "lead timeline 2125550191",
    "lead phone add 2125550191 ANY",
    "lead phone add 2125550191 +12125550195",
    "lead phone delete 2125550191 +12125550195",
    "lead phone primary 2125550191 +12125550191",
    "lead email add 2125550191 ANY",
    "lead email add 2125550191 second@example.com --kind ANY",
    "lead email primary 2125550191 second@example.com",
    "lead email delete 2125550191 ANY",
    "lead merge 2125550191 2125550192",
    "lead duplicates",
    "lead delete 2125550191",
    "lead delete --where WHERE",
    "lead delete --segment plain",
    "lead restore 2125550191",
    "lead erase 2125550191 --reason ANY",
    "dnc add ANY",
    "dnc remove +12125550103 --reason ANY",
    "dnc check ANY",
    "dnc check +12125550103",
    "dnc callable ANY",
    "dnc callable +12125550103 --at ANY",
    "dnc history +12125550103",
    "dnc list",
    "dnc stats",
    "dnc expire",
    "dnc due",
    "dnc detect ANY",
    "dnc decide 1 ANY",
    "dnc registry load us FILE --as-of today",
    "dnc registry load us FILE --as-of today --column ANY",
    "dnc registry load ANY FILE --as-of ANY",
    "dnc registry require us --subscription ANY",
    "dnc registry list",
    "dnc registry show us",
    "dnc registry drop ANY",
    "dnc registry unrequire us",
    "dnc scrub FILE --region US --clean clean.csv --blocked blocked.csv --ignore NAME",
    "dnc scrub FILE --region US --clean clean.csv --blocked blocked.csv --overwrite",
    "dnc scrub ANY --clean ANY --blocked ANY --map phone=ANY",
    "dnc verify clean.csv.cert.json FILE clean.csv ANY",
    "dnc verify FILE",
    "dnc verify clean.csv.cert.json --key FILE --chain ANY",
    "dnc key show",
    "dnc key export",
    "dnc key rotate",
    "dnc key trust",
    "dnc key trust FILE",
    "dnc key list",
    "dnc certificate list",
    "dnc certificate show 1",
    "lead next list --all --any-hour",
    "lead next list --owner ANY",
    "lead next stats",
    "lead next done ANY",
    "lead next snooze 2125550191 --until ANY",
    "lead next dismiss 2125550191 --reason ANY",
    "lead next waiting --all",
    "task list",
    "task list --lead ANY",
    "task add 2125550191 --due ANY",
    "task add ANY --due today",
    "task snooze 1 --until ANY",
    "task done 1",
    "task list --done",
    "task delete 1",
    "segment list",
    "segment show plain",
    "segment show ANY",
    "segment edit plain --description ANY",
    "segment count plain",
    "segment refresh plain",
    "segment export plain",
    "segment explain plain",
    "segment explain --where ANY",
    "score model check rules.toml",
    "score model set rules.toml --name ANY",
    "score model set ANY",
    "score model list",
    "score model show",
    "score model show ANY",
    "score model use ANY",
    "score run --where WHERE",
    "score explain 1",
    "score distribution",
    "score history 1 --verify",
    "score train --name ANY --fields ANY",
    "score train --fields company,city,custom.ANY",
    "score backtest ANY --split 2026-01-01",
    "segment delete plain",
    "territory list",
    "territory show plain",
    "territory show ANY",
    "territory edit plain --description ANY --name NAME --dry-run",
    "territory edit plain --parent ANY",
    "territory member list plain",
    "territory member add plain ANY",
    "territory member remove plain ann@example.com --dry-run",
    "territory assign",
    "territory assign --only ANY",
    "territory delete plain",
    "territory delete plain --to ANY",
    "lead list --where ANY=ANY --columns id,territory",
    "lead assign 2125550191 --territory ANY",
    "pool list",
    "pool show swimming",
    "pool show ANY",
    "pool edit swimming --description ANY --skill ANY",
    "pool member add swimming ANY",
    "pool member edit swimming ann@example.com --skill ANY",
    "pool member list swimming",
    "pool member remove swimming ANY",
    "pool run --dry-run",
    "pool run ANY",
    "pool runs",
    "pool runs 1",
    "pool runs --pool ANY",
    "pool undo 1 --dry-run",
    "pool reclaim swimming --untouched ANY",
    "pool reclaim --untouched 1h --dry-run",
    "import leads FILE --pool ANY --dry-run",
    "pool delete swimming",
    "funnel show --segment plain",
    "funnel show --by source",
    "funnel stages",
    "funnel stuck",
    "roi show",
    "roi show --by campaign",
    "roi cost list",
    "roi cost history",
    "roi cost delete 1",
    "roi rate set ANY 2026-03 1.1",
    "roi rate list",
    "budget account list",
    "budget balance",
    "budget list",
    "budget verify",
    "budget refund 5 --description ANY",
    "budget adjust 5 --description ANY",
    "budget charge 5 --account ANY",
    "org list",
    "org show acme",
    "org show ANY",
    "org disable acme",
    "user list",
    "user show ann@example.com",
    "user add ANY",
    "user disable ANY",
    "audit list",
    "audit list --who ANY --entity ANY",
    "config show --config ANY",
    "config set user ANY --config own.toml",
    "config set ANY ANY --config own.toml",
    "config unset user --config own.toml",
    "config path --config ANY",
    "config edit --no-input",
    "backup make ANY/x",
    "backup make copy.zst",
    "backup list",
    "backup verify ANY",
    "backup prune --keep ANY",
    "restore ANY --yes",
    "doctor --facts",
    "doctor --org ANY",
    "migrate status",
    "migrate copy --to ANY/x.db",
    "migrate copy --to copy.db --dry-run",
    "migrate down",
    "migrate redo",
    "org add beta --name ANY --region US",
    "lead list",
];

/// Verbs that are in neither list, for they say nothing of what is stored.
const NOT_SHOWN: [&str; 3] = ["migrate up", "migrate seed", "completions"];

fn filled(texts: &mut Texts) -> (World, String) {
    let world = World::new(Engine::Sqlite);
    let name = format!("{}.csv", texts.any().replace('/', "_"));
    let header = ["Phone", "First Name", "Last Name", "Company", "Source", "Tags", "Note", "Status", "Lead Score"];
    let mut table = header.map(str::to_owned).to_vec().join(",") + &format!(",{}\n", cell(&texts.any()));
    for row in 0..6 {
        // A row whose values are all wrong, too.
        let phone = if row < 4 { format!("21255501{row:02}") } else { texts.any() };
        let status = if row < 5 { "new".to_owned() } else { texts.any() };
        let score = if row < 5 { "5".to_owned() } else { texts.any() };
        let written = std::array::from_fn::<String, 5, _>(|_| texts.any());
        let cells = [[phone].as_slice(), &written, &["a\r\nb".to_owned(), status, score, texts.any()]].concat();
        table.push_str(&(cells.iter().map(|text| cell(text)).collect::<Vec<_>>().join(",") + "\n"));
    }
    let rule = serde_json::json!({ "name": texts.name(), "group": "intent", "points": 5, "when": "id > 0" });
    world.file("rules.toml", serde_json::json!({ "rules": [rule] }).to_string());
    let file = world.file(&name, table);
    check(&["import", "leads", file.to_str().unwrap(), "--region", "US"].map(str::to_owned), &world);
    for line in FILL {
        check(&words(line, texts), &world);
    }
    (world, name)
}

/// Runs a call with its output in a pipe. An export is whole there, as it is in a file.
fn check(args: &[String], world: &World) {
    let ran = world.run(args);
    let is_export = args.get(1).is_some_and(|verb| verb == "export");
    let printed = [&ran.stderr, &ran.stdout];
    for printed in &printed[..if is_export { 1 } else { 2 }] {
        assert_eq!(raw(printed), None, "{args:?}: {printed}");
        assert!(!writes_over(printed), "{args:?}: {printed:?}");
    }
}

/// Runs a call in a terminal, where it may ask; the answer is no.
fn check_in_terminal(args: &[String], world: &World) -> bool {
    let mut terminal = Terminal::open(&world.command(args));
    // What unclear columns of a file are is asked first, or whether a saved mapping reads it.
    if args.starts_with(&["import".into(), "leads".into()]) {
        let mut asked = 0;
        while terminal.shows_one_or_ends(&["\n> ", "[y/N]"], asked + 1) && asked < 9 {
            asked += 1;
            let is_offer = terminal.shown().trim_end_matches("\u{1b}[?25l").ends_with("[y/N] ");
            terminal.press(if is_offer { "n" } else { "\r" });
        }
    }
    let asks = terminal.shows_or_ends("[y/N]");
    if asks {
        terminal.press("n");
    }
    let shown = terminal.end();
    assert_eq!(raw(&shown), None, "{args:?}: {shown:?}");
    asks
}

fn round(mut texts: Texts) {
    let (world, file) = filled(&mut texts);
    let list = world.leads();
    assert!(list.len() > 4, "{list:?}");
    assert!(list.iter().any(|lead| lead["first_name"].as_str().is_some_and(|name| name.contains(char::is_control))));
    let mut asked = 0;
    let is_long = texts.random.is_some();
    for (place, line) in VERBS.into_iter().enumerate() {
        let args: Vec<String> =
            words(line, &mut texts).into_iter().map(|word| if word == "FILE" { file.clone() } else { word }).collect();
        asked += usize::from(check_in_terminal(&args, &world));
        // In the test command each verb prints one other form.
        let forms = ["csv", "markdown", "json"].into_iter().cycle().skip(place).take(if is_long { 3 } else { 1 });
        for format in forms {
            let form = ["--format", format, "--no-input"].map(str::to_owned);
            check(&[args.clone(), form.to_vec()].concat(), &world);
        }
    }
    // Deletion by name, filter and segment, erasure, a merge, an undo, the list, a segment, a cost, changes of many, an
    // organization, the schema.
    assert!(asked >= 14, "only {asked} verbs asked");
    assert!(!world.path("pwned").exists());
    world.finish();
}

#[test]
fn no_text_steers_a_terminal() {
    round(Texts { random: None, next: 0 });
    let rounds = std::env::var("CRMCTL_HOSTILE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(0);
    let begin = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    for seed in (begin..).take(rounds) {
        eprintln!("seed {seed}");
        round(Texts { random: Some(Random(seed)), next: 0 });
    }
}

#[test]
fn every_verb_is_tried() {
    fn leaves(command: &clap::Command, before: &str, found: &mut BTreeSet<String>) {
        let verbs: Vec<_> = command.get_subcommands().filter(|verb| verb.get_name() != "help").collect();
        for verb in &verbs {
            leaves(verb, format!("{before} {}", verb.get_name()).trim(), found);
        }
        if verbs.is_empty() {
            found.insert(before.to_owned());
        }
    }
    let mut found = BTreeSet::new();
    leaves(&crmctl::cli::command(), "", &mut found);
    for verb in found.iter().filter(|verb| !NOT_SHOWN.contains(&verb.as_str())) {
        let tried = FILL.iter().chain(&VERBS).any(|line| format!("{line} ").starts_with(&format!("{verb} ")));
        assert!(tried, "VERBS lacks `{verb}`");
    }
}

#[test]
fn wrong_command_lines_are_said_safely() {
    let world = World::new(Engine::Sqlite);
    for hostile in HOSTILE {
        for args in [
            vec![hostile],
            vec!["lead", hostile],
            vec!["lead", "list", hostile],
            vec!["lead", "list", "--limit", hostile],
            vec!["lead", "list", "--format", hostile],
            vec!["--color", "always", "lead", "list", "--limit", hostile],
            vec!["roi", "cost", "add", "web", hostile, hostile],
            vec!["completions", hostile],
        ] {
            check(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>(), &world);
        }
        let option = format!("--{hostile}");
        check(&["lead".to_owned(), "list".to_owned(), option], &world);
    }
    let said = world.run(["lead", "list", "--limit", "\u{1b}[31mx"]).stderr;
    assert!(said.starts_with("error: --limit: `\\u{1b}[31mx`"), "{said}");
    // What has nothing to escape is said by clap in its style.
    let mut terminal = Terminal::open(&world.command(["lead", "list", "--limit", "x"]));
    terminal.shows_or_ends("For more information");
    assert!(terminal.end().contains("\u{1b}[1m"));
    let shown = Terminal::open(&world.command(["lead", "list", "--limit", "\u{1b}]0;x\u{7}"])).end();
    assert!(raw(&shown).is_none() && shown.contains("\\u{1b}]0;x\\u{7}"), "{shown:?}");
    // What a shell is called that asks for completions is a text, too.
    let asked = world.command(["--"]).env("COMPLETE", "\u{1b}]0;x\u{7}").output().unwrap();
    assert_eq!((asked.status.code(), raw(&String::from_utf8(asked.stderr).unwrap())), (Some(2), None));
    world.finish();
}

#[test]
fn questions_show_names_as_escapes() {
    let world = World::new(Engine::Sqlite);
    let name = "Ada\u{1b}]0;owned\u{7}\u{202e}\u{2028}!";
    let file = world.file("a\u{1b}[2J\u{61c}.csv", format!("Phone,First Name\n2125550101,{name}\n2125550102,{name}\n"));
    world.import(&file, &[]);
    let filter = "first_name != \"\u{202e}x\u{61c}\"";
    world.ok(["segment", "add", "strange", "--where", filter]);
    for (args, asked) in [
        (vec!["lead", "delete", "2125550101"], "Ada\\u{1b}]0;owned\\u{7}\\u{202e}"),
        (vec!["import", "undo", "1"], "a\\u{1b}[2J\\u{61c}.csv"),
        (vec!["segment", "delete", "strange"], "\\u{202e}x\\u{61c}"),
        (vec!["lead", "tag", "--where", filter, "\u{202e}y"], "\\u{202e}y"),
        (vec!["lead", "merge", "2125550101", "2125550102"], "Ada\\u{1b}]0;owned\\u{7}"),
    ] {
        let mut terminal = Terminal::open(&world.command(&args));
        assert!(terminal.shows_or_ends("[y/N]"), "{args:?}: {:?}", terminal.shown());
        terminal.press("n");
        let shown = terminal.end();
        assert!(raw(&shown).is_none() && shown.contains(asked), "{args:?}: {shown:?}");
    }
    assert_eq!(world.leads().len(), 2);
    world.finish();
}
