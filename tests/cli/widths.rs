//! Tables in terminals of 60, 80 and 120 columns, of a database with long names, wide characters, names from the right to the
//! left and combining marks: no line is wider, no short word is broken, and what is left out is said.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use crate::migrate::VERBS;
use crate::support::terminal::{Terminal, quoted};
use crate::support::{Engine, Ran, World};

const WIDTHS: [u16; 3] = [60, 80, 120];

/// Reads that VERBS has not, in forms whose tables are wide.
const READS: [&str; 25] = [
    "lead list --columns id,name,owner,campaign,job_title,city,custom.Anmerkung",
    "lead list --columns +owner,campaign",
    "lead show 2",
    "lead history 2",
    "lead timeline 2",
    "lead search 株式会社",
    "task list --columns id,lead_name,kind,due_at,note,owner,done_by_email",
    "lead duplicates --columns group,score,reason,id,email",
    "dnc detect stop please-remove-me-from-your-list-of-numbers ALTO",
    "dnc detect --number +12125550107 stop",
    "segment explain --where status=new",
    "funnel show --by source",
    "funnel show --month 2026-03 --compare previous",
    "funnel show --mode activity --by campaign",
    "roi show --by campaign --month 2026-03 --compare previous",
    "roi show --by source",
    "config show --no-pager",
    "migrate status",
    "migrate status --tables",
    "migrate copy --to copy.db --dry-run",
    "audit list --limit 0",
    "audit list --columns id,changed_at,who,entity,entity_id,what,action,field_name,change,actor,ip_address",
    "user list --columns email,username,last_seen_at,preferences",
    "org list --columns +description,website,industry,billing_email",
    "doctor --full --facts",
];

/// Columns that are the answer, which no width leaves out.
const ANSWERS: [(&str, &[&str]); 4] = [
    ("dnc callable", &["callable", "from", "until"]),
    ("dnc registry list", &["is_required"]),
    ("dnc key list", &["actor", "recorded_at"]),
    ("backup prune", &["outcome", "problem"]),
];

/// The first column of an answer that a call left out, as it says.
fn lacks_answer(args: &[String], said: &str) -> Option<String> {
    let line = args.join(" ");
    let (_, columns) = ANSWERS.iter().find(|(verb, _)| line.starts_with(verb))?;
    let gone = left_out(said)?.split(',').map(str::trim).find(|name| columns.contains(name))?;
    Some(format!("{args:?} left out {gone}"))
}

/// Verbs that change something: they come last, and are tried for the width of what they answer alone.
const CHANGES: [&str; 79] = [
    "import leads",
    "import apply",
    "import dnc",
    "import history",
    "import costs",
    "import undo",
    "import mappings delete",
    "import rates",
    "lead add",
    "lead email add",
    "lead email delete",
    "lead email primary",
    "lead phone add",
    "lead phone delete",
    "lead phone primary",
    "lead tag",
    "lead untag",
    "lead assign",
    "lead next done",
    "lead next snooze",
    "lead next dismiss",
    "task add",
    "task snooze",
    "task done",
    "task delete",
    "lead edit",
    "lead status",
    "lead note",
    "lead merge",
    "lead delete",
    "lead restore",
    "lead erase",
    "segment add",
    "segment edit",
    "segment delete",
    "segment refresh",
    "territory add",
    "territory edit",
    "territory delete",
    "territory assign",
    "territory member add",
    "territory member remove",
    "score model set",
    "score model use",
    "score run",
    "score train",
    "pool add",
    "pool edit",
    "pool delete",
    "pool member add",
    "pool member edit",
    "pool member remove",
    "pool run",
    "pool undo",
    "pool reclaim",
    "roi cost add",
    "roi cost delete",
    "roi rate set",
    "budget account add",
    "budget deposit",
    "budget charge",
    "budget refund",
    "budget adjust",
    "dnc add",
    "dnc remove",
    "dnc expire",
    "dnc decide",
    "dnc registry require",
    "dnc registry load",
    "dnc registry unrequire",
    "dnc registry drop",
    "dnc scrub",
    "dnc key trust",
    "dnc detect --number +12125550101 stop --apply",
    "migrate seed",
    "backup make",
    "backup verify",
    "backup prune",
    "restore",
];
const CHANGES_OF_ORGANIZATIONS: [&str; 9] = [
    "org add",
    "org edit",
    "org set",
    "org disable",
    "org group add",
    "org group remove",
    "user add",
    "user edit",
    "user disable",
];

/// Verbs that print no table.
const NO_TABLES: [&str; 4] = ["lead export", "segment export", "dnc certificate show", "score backtest"];

/// Names that take room: long, of wide characters, from the right to the left, with combining marks, of one long word.
const NAMES: [&str; 6] = [
    "Maximiliane Charlotte",
    "株式会社トウキョウ電力ホールディングス",
    "محمد عبد الرحمن الراشد",
    "Zoe\u{301} Ngu\u{302}\u{303}n A\u{30a}ngstro\u{308}m",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "👩\u{200d}💻 王小明 Ödön-József",
];

fn filled() -> World {
    let mut world = World::new(Engine::Sqlite);
    let mut table =
        "Phone,First Name,Last Name,Email,Company,Source,Campaign,Job Title,City,Status,Anmerkung,Created\n".to_owned();
    for (place, name) in NAMES.iter().enumerate() {
        let other = NAMES[(place + 1) % NAMES.len()];
        let status = ["new", "contacted", "qualified", "hot", "recruited", "new"][place];
        table.push_str(&format!(
            "212555010{place},{name},{other},\"a.long.address.of.number.{place}@department.example.com\",{other} & {name},\
             {name} fair,{other} campaign {place},Head of {other},{name},{status},\"{name}, who asked to be called again\",\
             2026-03-0{}\n",
            place % 4 + 1
        ));
    }
    table.push_str("12,x,y,not an address,z,,,,,unheard-of status,,2026-99-99\n");
    world.file("leads.csv", table);
    world.file(
        "a.csv",
        "Phone,Month,Source,Cost,Status,At\n2125550108,2026-03,x,1250.00,new,2026-03-03T10:00:00Z\n12,x,y,z,q,w\n",
    );
    world.file("registry.txt", "2125550188\n");
    world.file(
        "rules.toml",
        "[[rules]]\nname = \"an interested party that was met at the 株式会社 fair in march\"\ngroup = \"qualification\"\npoints = 30\nwhen = \"status in (new, contacted, qualified, hot)\"\nhalf_life_days = 30\nsince = \"created\"\n[[rules]]\nname = \"somebody who has a company\"\ngroup = \"qualification\"\npoints = 15\nwhen = \"company is not empty\"\n",
    );
    for line in [
        "org edit acme|--name|株式会社トウキョウ電力ホールディングス and its daughters in every country|--description|A company that does a little of everything",
        "user|add|a@example.com|--role|admin|--first-name|Maximiliane Charlotte|--last-name|Donaudampfschifffahrtsgesellschaft",
        "user|add|a.very.long.address.of.a.person@department.example.com|--role|sales_rep|--username|maximiliane",
        "import|leads|leads.csv|--region|US|--save-mapping|monthly",
        "lead|add|--phone|+12125550107|--name|Maximiliane Charlotte 株式会社トウキョウ電力ホールディングス|--company|株式会社 and daughters|--email|twin@example.com",
        "lead|add|--phone|+12125550117|--name|Maximiliane Charlotte 株式会社トウキョウ電力ホールディングス|--company|株式会社 and daughters|--email|twin2@example.com",
        "lead|assign|2|--to|a.very.long.address.of.a.person@department.example.com",
        "lead|status|2|cold|--reason|did not answer for months, and nobody knows whether the number is the right one",
        "lead|note|2|a note that is as long as notes are: who called, what was said, and what is to be done until when",
        "task|add|2|--kind|meeting|--due|2026-03-02|--owner|maximiliane|--note|who comes, what is shown, and what 株式会社 wants to see of it",
        "lead|next|snooze|8|--until|2026-07-01",
        "lead|tag|2|an-interested-party|trade-fair-of-march|call-again",
        "lead|phone|add|2|+12125550122|--kind|mobile",
        "lead|email|add|2|x@example.com",
        "segment|add|x|--where|status in (new, contacted, qualified, hot) and not tag = vip and created within 3000 days|--description|Everyone who is still to be called|--public",
        "territory|add|north|--where|status in (new, contacted, qualified, hot) and not tag = vip|--description|株式会社トウキョウ電力ホールディングス and its daughters",
        "territory|add|株式会社トウキョウ電力ホールディングス|--where|city != Nowhere|--parent|north",
        "territory|member|add|north|a.very.long.address.of.a.person@department.example.com|--role|owner",
        "lead|assign|2|--territory|株式会社トウキョウ電力ホールディングス",
        "territory|assign|--yes",
        "pool|add|x|--where|status in (new, contacted, qualified, hot) and not tag = vip|--description|株式会社トウキョウ電力ホールディングス and its daughters|--skill|an-interested-party",
        "pool|member|add|x|a@example.com|--weight|1000000|--capacity|1000|--daily-limit|1|--skill|an-interested-party",
        "pool|member|add|x|a.very.long.address.of.a.person@department.example.com|--capacity|0",
        "pool|run",
        "dnc|registry|load|us-national|registry.txt|--as-of|2026-03-01|--area-codes|all",
        "dnc|registry|require|us-national|--subscription|株式会社トウキョウ電力ホールディングス 10012345",
        "dnc|scrub|registry.txt|--no-header|--map|phone=#1|--region|US|--clean|a clean file with a long name.csv|--blocked|blocked.csv",
        "dnc|add|+12125550101|--reason|عبد الرحمن asked to be left alone, in a letter that is kept with the others",
        "dnc|add|+12125550103|--reason|asked on the phone, twice, and by letter, not to be called at any time of the day",
        "dnc|add|+12125550104|--scope|texts|--reason|محمد عبد الرحمن الراشد does not want texts",
        "dnc|detect|--number|+12125550105|we must stop this bill before it gets any further, said the 株式会社|--apply",
        "roi|cost|add|a trade fair with a very long name|2026-03|1250000.00|--campaign|株式会社トウキョウ電力ホールディングス|--note|three stands, two evenings",
        "roi|cost|add|radio|2026-03|800|--campaign|the one that nobody remembers but the bookkeeper",
        "roi|rate|set|EUR|2026-03|1.0843",
        "budget|deposit|9000000|--description|for the year, as it was agreed in the meeting of the board",
        "backup|a backup of the database on a day in spring 株式会社.zst",
        "budget|charge|1250|--source|a trade fair with a very long name|--month|2026-03|--description|株式会社トウキョウ電力ホールディングス",
        "org|group|add|x|acme",
        "score|model|set|rules.toml",
        "score|run",
    ] {
        let args: Vec<&str> = line
            .split('|')
            .flat_map(|part| if part.starts_with("org edit") { part.split(' ').collect() } else { vec![part] })
            .collect();
        let ran = world.run(&args);
        assert!(matches!(ran.code, Some(0 | 3)), "{args:?}: {}{}", ran.stdout, ran.stderr);
    }
    // Some leads are stuck by then.
    world.now = "2026-06-01T12:00:00Z";
    world
}

/// What a call shows on a terminal, and what it says on stderr.
struct Shown {
    screen: String,
    said: String,
}

/// Runs calls one after the other in a terminal of so many columns.
fn shown(world: &World, calls: &[Vec<String>], columns: u16) -> Vec<Shown> {
    const END: &str = "== end of a call ==";
    let words = |command: &Command| {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words.map(|word| quoted(word.to_str().unwrap())).collect::<Vec<_>>().join(" ")
    };
    let lines = calls.iter().enumerate().map(|(place, args)| {
        format!("{} 2>said.{columns}.{place} </dev/null\necho '{END}'\n", words(&world.command(args)))
    });
    world.file(&format!("calls.{columns}.sh"), lines.collect::<String>());
    let mut shell = world.command([] as [&str; 0]);
    let mut run = Command::new("/bin/sh");
    run.arg(format!("calls.{columns}.sh")).current_dir(shell.get_current_dir().unwrap());
    for (name, value) in shell.stdin(Stdio::null()).get_envs().filter_map(|(name, value)| Some((name, value?))) {
        run.env(name, value);
    }
    let screen = Terminal::of_size(&run, columns, 50).end().replace("\r\n", "\n");
    let style = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    let screen = style.replace_all(&screen, "").into_owned();
    let parts: Vec<&str> = screen.split(&format!("{END}\n")).collect();
    assert_eq!(parts.len(), calls.len() + 1, "{screen}");
    let said = |place| std::fs::read_to_string(world.path(&format!("said.{columns}.{place}"))).unwrap();
    parts[..calls.len()]
        .iter()
        .enumerate()
        .map(|(place, screen)| Shown { screen: (*screen).to_owned(), said: said(place) })
        .collect()
}

/// How often each short word stands in a text, and each character of longer ones.
fn words(text: &str) -> BTreeMap<String, i64> {
    // A word of more columns than these may be broken.
    const LONGEST_WORD: usize = 24;
    let mut found = BTreeMap::new();
    let is_bar = |c: char| ('█'..='▏').contains(&c);
    for word in text.split_whitespace().map(|word| word.trim_matches(is_bar)).filter(|word| !word.is_empty()) {
        match console::measure_text_width(word) <= LONGEST_WORD {
            true => *found.entry(word.to_owned()).or_default() += 1,
            false => word.chars().for_each(|c| *found.entry(c.to_string()).or_default() += 1),
        }
    }
    found
}

/// The same of characters.
fn characters(text: &str) -> BTreeMap<char, i64> {
    let mut found = BTreeMap::new();
    text.chars()
        .filter(|c| !c.is_whitespace() && !('█'..='▏').contains(c))
        .for_each(|c| *found.entry(c).or_default() += 1);
    found
}

/// What a text has that others have not.
fn missing<K: Ord + Clone>(of: &BTreeMap<K, i64>, from: &[BTreeMap<K, i64>]) -> Vec<K> {
    let there = |key: &K| from.iter().filter_map(|others| others.get(key)).sum::<i64>();
    of.iter().filter(|(key, count)| there(key) < **count).map(|(key, _)| key.clone()).collect()
}

/// What is wider than the terminal, or cut.
fn too_wide(args: &[String], shown: &str, columns: u16) -> Option<String> {
    let is_wide = |line: &&str| console::measure_text_width(line) > usize::from(columns);
    let fault = shown.lines().find(|line| is_wide(line) || line.contains('…'))?;
    Some(format!("{args:?} at {columns}: {fault}\n{shown}"))
}

/// The columns that a list says it left out.
fn left_out(said: &str) -> Option<&str> {
    let pattern =
        regex::Regex::new(r"(?m)^[0-9]+ columns? (?:does|do) not fit: ([^(]*) \(--columns chooses, ").unwrap();
    pattern.captures(said).map(|found| found.get(1).unwrap().as_str())
}

#[test]
fn every_table_fits_and_says_what_it_leaves_out() {
    let world = filled();
    let is_of = |args: &[&str], verbs: &[&str]| {
        let line = format!("{} ", args.join(" "));
        verbs.iter().any(|verb| line.starts_with(&format!("{verb} ")))
    };
    let changes = [&CHANGES[..], &CHANGES_OF_ORGANIZATIONS].concat();
    let (changing, reading): (Vec<&&[&str]>, _) = VERBS.iter().partition(|args| is_of(args, &changes));
    let split = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let owned = |args: &[&str]| args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
    let mut calls: Vec<Vec<String>> =
        reading.into_iter().filter(|args| !is_of(args, &NO_TABLES)).map(|args| owned(args)).collect();
    calls.extend(READS.iter().map(|line| split(line)));
    // What is there, as a pipe has it.
    let whole: Vec<_> = calls.iter().map(|args| world.run(args)).collect();
    let is_table = |ran: &Ran| matches!(ran.code, Some(0 | 3)) && !ran.stdout.is_empty();
    let none: Vec<_> = calls.iter().zip(&whole).filter(|(_, ran)| !is_table(ran)).collect();
    assert!(none.is_empty(), "{none:#?}");
    let (mut told, mut faults) = (0, Vec::new());
    let screens = std::thread::scope(|scope| {
        let of_width = |columns| {
            scope.spawn({
                let (world, calls) = (&world, &calls);
                move || shown(world, calls, columns)
            })
        };
        WIDTHS.map(of_width).map(|thread| thread.join().unwrap())
    });
    for (columns, screens) in WIDTHS.into_iter().zip(screens) {
        for ((args, whole), shown) in calls.iter().zip(&whole).zip(screens) {
            let context = || format!("{args:?} at {columns}\n{}{}\n{}", shown.screen, shown.said, whole.stdout);
            faults.extend(too_wide(args, &shown.screen, columns));
            faults.extend(lacks_answer(args, &shown.said));
            if shown.said.contains("not fit: ") && left_out(&shown.said).is_none() {
                // Parts of a record and tables of a report, whose columns have no names that a call could ask for.
                told += 1;
                continue;
            }
            let others = left_out(&shown.said).map(|names| {
                told += 1;
                let rest = args.iter().position(|arg| arg == "--columns").map_or(args.len(), |place| place);
                let mut again = args[..rest].to_vec();
                again.extend(["--columns".to_owned(), names.replace(' ', "")]);
                world.run(&again).stdout
            });
            let others = others.unwrap_or_default();
            let lost = missing(&words(&whole.stdout), &[words(&shown.screen), words(&others)]);
            let lost: Vec<_> = lost.into_iter().filter(|word| word.chars().count() > 1).collect();
            if !lost.is_empty() {
                faults.push(format!("{lost:?} of {}", context()));
            }
            let lost = missing(&characters(&whole.stdout), &[characters(&shown.screen), characters(&others)]);
            if !lost.is_empty() {
                faults.push(format!("{lost:?} of {}", context()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(told > 20, "only {told} tables left something out");
    let calls: Vec<_> = changing.iter().map(|args| [owned(args), vec!["--no-input".to_owned()]].concat()).collect();
    for (args, shown) in calls.iter().zip(shown(&world, &calls, 60)) {
        faults.extend(too_wide(args, &shown.screen, 60));
        faults.extend(lacks_answer(args, &shown.said));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    world.finish();
}
