//! What the program tells about itself, and what it answers to words that are none of its own.

use std::process::Command;

use crate::support::{Engine, World, on_both_engines, program, ran};

fn told(args: &[&str]) -> crate::support::Ran {
    let home = tempfile::tempdir().unwrap();
    // A config file that nobody can read does not take the manual away.
    ran(program(home.path()).args(args))
}

#[test]
fn the_first_screen_answers_a_newcomer() {
    for (args, code) in [(&[][..], 2), (&["--help"], 0), (&["help"], 0), (&["-h"], 0)] {
        let ran = told(args);
        let text = format!("{}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.code, Some(code), "{args:?}");
        for part in ["crmctl import leads leads.csv", "lead ", "crmctl help options", "--database-url URL", "filters"] {
            assert!(text.contains(part), "{args:?} lacks {part}: {text}");
        }
        assert!(!text.contains("--database-url <URL>"), "{text}");
    }
    let ran = told(&["lead"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
    assert!(ran.stderr.contains("crmctl lead show") && ran.stderr.lines().count() < 50, "{}", ran.stderr);
}

#[test]
fn help_of_a_verb_has_examples_first_and_options_of_all_verbs_nowhere() {
    for args in [
        &["lead", "list", "--help"][..],
        &["help", "lead", "list"],
        &["lead", "help", "list"],
        &["help", "leads", "ls"],
    ] {
        let ran = told(args);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{args:?}");
        let place =
            |text: &str| ran.stdout.find(text).unwrap_or_else(|| panic!("{args:?} lacks {text}: {}", ran.stdout));
        assert!(place("Examples:") < place("--where"), "{}", ran.stdout);
        place("crmctl help options");
        assert!(!ran.stdout.contains("--allow-bypass"), "{}", ran.stdout);
    }
    let ran = told(&["help", "options"]);
    for option in ["--database-url <URL>", "--org <SLUG>", "--as <EMAIL>", "--format <FORMAT>", "--allow-bypass"] {
        assert!(ran.stdout.contains(option), "{option}: {}", ran.stdout);
    }
}

#[test]
fn topics_are_pages_in_the_terminals_width() {
    let listed = told(&["help"]);
    let topics = crmctl::commands::manual::topics::TOPICS;
    for topic in topics {
        assert!(listed.stdout.contains(topic.about), "{}: {}", topic.name, listed.stdout);
        for width in ["60", "80", "120"] {
            let home = tempfile::tempdir().unwrap();
            let ran = ran(program(home.path()).env("COLUMNS", width).args(["help", topic.name]));
            assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{}", topic.name);
            let columns: usize = width.parse().unwrap();
            let wide: Vec<&str> =
                ran.stdout.lines().filter(|line| console::measure_text_width(line) > columns).collect();
            // Lines of code are whole, so that they can be copied.
            let wide: Vec<&str> = wide.into_iter().filter(|line| !line.starts_with("    ")).collect();
            assert_eq!(wide, Vec::<&str>::new(), "{} at {width}", topic.name);
            assert!(!ran.stdout.contains("](") && !ran.stdout.contains("\n#"), "{}: {}", topic.name, ran.stdout);
            // No word is lost: what is between blanks in the page's paragraphs is there.
            let title = topic.text.lines().next().unwrap().trim_start_matches("# ");
            assert!(ran.stdout.starts_with(title), "{}: {}", topic.name, ran.stdout);
        }
    }
    let home = tempfile::tempdir().unwrap();
    let narrow = ran(program(home.path()).env("COLUMNS", "1").args(["help", "filters"]));
    assert_eq!(narrow.code, Some(0), "{}", narrow.stderr);
    for (typed, hint) in
        [("filter", "crmctl help filters"), ("exitcodes", "crmctl help exit-codes"), ("xyzzy", "crmctl help")]
    {
        let ran = told(&["help", typed]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
        assert!(ran.stderr.contains(hint), "{}", ran.stderr);
    }
    let broken = told(&["help", "dates", "--config", "none.toml"]);
    assert_eq!(broken.code, Some(0), "{}", broken.stderr);
}

#[test]
fn wrong_verbs_are_answered_with_a_call_and_change_nothing() {
    on_both_engines(|world| {
        world.import(&world.file("a.csv", "Phone\n2125550101\n"), &["--region", "US"]);
        for (typed, call) in [
            (&["lead", "remove", "1", "--yes"][..], "type: crmctl lead delete 1\n"),
            (&["lead", "find", "ada"], "crmctl lead search ada"),
            (&["import", "b.csv"], "crmctl import leads b.csv"),
            (&["dnc", "export"], "crmctl dnc list"),
            (&["org", "delete", "acme"], "crmctl org disable acme"),
            (&["list"], "crmctl lead list"),
            (&["login"], "crmctl config show"),
        ] {
            let ran = world.run(typed);
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{typed:?}");
            assert!(ran.stderr.contains(call), "{typed:?}: {}", ran.stderr);
        }
        for typed in [&["lead", "erace", "1", "--yes"][..], &["lead", "eras", "1", "--yes"], &["lead", "purge", "1"]] {
            let ran = world.run(typed);
            assert_eq!(ran.code, Some(2), "{typed:?}");
            assert!(!ran.stderr.contains("erase"), "{typed:?}: {}", ran.stderr);
        }
        assert_eq!(world.leads().len(), 1);
    });
}

#[test]
fn a_password_in_a_wrong_call_is_not_repeated() {
    let ran = told(&["lead", "remove", "7", "--database-url", "postgres://u:secret77@h/d"]);
    assert_eq!(ran.code, Some(2));
    assert!(!ran.stderr.contains("secret77"), "{}", ran.stderr);
}

#[test]
fn other_words_work_and_are_not_shown() {
    on_both_engines(|world| {
        world.import(&world.file("a.csv", "Phone\n2125550101\n2125550102\n"), &["--region", "US"]);
        world.ok(["segments", "create", "all", "--where", "id > 0"]);
        assert!(world.ok(["segments", "ls"]).contains("all"));
        assert_eq!(world.json(["segment", "view", "all"])["name"], "all");
        world.ok(["segment", "update", "all", "--description", "everyone"]);
        assert_eq!(world.json(["segment", "count", "all"])["count"], 2);
        world.ok(["leads", "rm", "1", "-y"]);
        assert_eq!(world.leads().len(), 1);
        world.ok(["segments", "rm", "all", "-y"]);
        // What verbs were called before.
        world.ok(["roi", "costs", "add", "web", "2026-03", "5"]);
        world.ok(["roi", "cost", "remove", "1", "--yes"]);
        let rates = world.file("r.csv", "Currency,Month,Rate\nEUR,2026-03,1.1\n");
        assert_eq!(world.json(["roi", "rate", "import", rates.to_str().unwrap()])["created"], 1);
        world.ok(["lead", "phone", "add", "2", "+12125550109"]);
        world.ok(["lead", "phones", "remove", "2", "+12125550109"]);
        world.ok(["org", "set", "default_region", "GB"]);
        assert_eq!(world.json(["orgs", "view"])["default_region"], "GB");
        world.ok(["org", "edit", "--region", "US"]);
        assert_eq!(world.json(["org", "show", "acme"])["default_region"], "US");
        world.ok(["budget", "deposit", "50"]);
        world.ok(["budget", "charge", "5", "--source", "web", "--period", "2026-03"]);
    });
    let home = tempfile::tempdir().unwrap();
    let offered = |line: &[&str]| {
        let mut command: Command = program(home.path());
        let output = command.env("COMPLETE", "fish").args(["--", "crmctl"]).args(line).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let nouns = offered(&[""]);
    assert!(nouns.contains("segment\t") && !nouns.contains("segments"), "{nouns}");
    let verbs = offered(&["segments", ""]);
    assert!(verbs.contains("add\t") && !verbs.contains("create") && !verbs.contains("ls\t"), "{verbs}");
    assert!(offered(&["leads", "ls", "--wh"]).contains("--where"));
}

#[test]
fn leads_are_counted() {
    on_both_engines(|world| {
        let file = world.file("a.csv", "Phone,Status,Tags\n2125550101,hot,vip\n2125550102,hot,\n2125550103,new,\n");
        world.import(&file, &["--region", "US"]);
        world.ok(["segment", "add", "vips", "--where", "tag = vip"]);
        assert_eq!(world.json(["lead", "count"]), serde_json::json!({ "count": 3 }));
        for (args, count) in [
            (&["--where", "status = hot"][..], 2),
            (&["--segment", "vips"], 1),
            (&["--segment", "vips", "--where", "status = new"], 0),
        ] {
            let counted = world.json([&["lead", "count"], args].concat());
            assert_eq!(counted["count"], count, "{args:?}");
        }
        world.ok(["lead", "delete", "1", "--yes"]);
        assert_eq!(world.json(["lead", "count"])["count"], 2);
        assert_eq!(world.json(["segment", "count", "vips"])["count"], 0);
        assert!(world.ok(["lead", "count"]).contains('2'));
        let wrong = world.run(["lead", "count", "--where", "status = hott"]);
        assert_eq!(wrong.code, Some(2), "{}", wrong.stderr);
    });
}

#[test]
fn man_pages_are_written_and_replace_nothing_else() {
    let world = World::new(Engine::Sqlite);
    let folder = world.path("man1");
    let written = world.json(["man", "--output", folder.to_str().unwrap()]);
    let names: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(written["pages"].as_u64(), Some(names.len() as u64));
    for name in ["crmctl.1", "crmctl-lead.1", "crmctl-lead-list.1", "crmctl-roi-cost-add.1", "crmctl-import-rates.1"] {
        assert!(names.iter().any(|it| it == name), "{name}: {names:?}");
    }
    let page = std::fs::read_to_string(folder.join("crmctl-lead-list.1")).unwrap();
    for part in [".SH EXAMPLES", "crmctl lead list", ".SH \"EXIT STATUS\"", "\\-\\-where"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("allow\\-bypass"), "{page}");
    let root = std::fs::read_to_string(folder.join("crmctl.1")).unwrap();
    assert!(root.contains("CRM_DATABASE_URL") && root.contains("allow\\-bypass"), "{root}");
    assert_eq!(world.ok(["man", "lead", "list"]), page);
    world.ok(["man", "--output", folder.to_str().unwrap()]);
    // Formatters have nothing to say, where there are any.
    for name in &names {
        let mut groff = Command::new("groff");
        let checked = groff.args(["-Kutf8", "-ww", "-man", "-Tutf8", "-z"]).arg(folder.join(name)).output();
        if let Ok(output) = checked {
            assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{name}");
        }
    }
    std::fs::write(folder.join("crmctl-lead.1"), "a letter").unwrap();
    let refused = world.run(["man", "--output", folder.to_str().unwrap()]);
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert_eq!(std::fs::read_to_string(folder.join("crmctl-lead.1")).unwrap(), "a letter");
    world.finish();
}

#[test]
fn until_is_outside_of_every_window() {
    fn verbs(command: &clap::Command, path: &[&str], found: &mut Vec<Vec<String>>) {
        for sub in command.get_subcommands() {
            let path = [path, &[sub.get_name()]].concat();
            // Of what is put off, it says when it comes again.
            let has = |option: &str| sub.get_arguments().any(|arg| arg.get_long() == Some(option));
            if has("until") && has("since") {
                found.push(path.iter().map(|word| (*word).to_owned()).collect());
            }
            verbs(sub, &path, found);
        }
    }
    let mut found = Vec::new();
    verbs(&crmctl::cli::command(), &[], &mut found);
    assert!(found.len() >= 8, "{found:?}");
    let world = World::new(Engine::Sqlite);
    world.ok(["budget", "deposit", "5"]);
    for verb in found {
        let asked = |until: &str| {
            let window = ["--since", "2026-03-01", "--until", until].map(str::to_owned);
            world.run(verb.iter().cloned().chain(window))
        };
        let empty = asked("2026-03-01");
        assert_eq!(empty.code, Some(2), "{verb:?}: {}", empty.stderr);
        assert!(
            empty.stderr.contains("--until is the first day that does not belong to it"),
            "{verb:?}: {}",
            empty.stderr
        );
        assert_eq!(asked("2026-04-01").code, Some(0), "{verb:?}");
    }
    world.finish();
}

#[test]
fn every_topic_is_reached_by_its_name() {
    let world = World::new(Engine::Sqlite);
    for topic in crmctl::commands::manual::topics::TOPICS {
        let title = topic.text.lines().next().unwrap().trim_start_matches("# ");
        let shown = world.ok(["help", topic.name]);
        assert!(shown.lines().next().unwrap().contains(title), "{}: {shown}", topic.name);
    }
    // The command is found by its own name.
    assert!(world.ok(["help", "backup"]).contains("Usage: crmctl backup"));
    world.finish();
}

#[test]
fn help_is_shown_in_a_terminal_too() {
    let home = tempfile::tempdir().unwrap();
    for (topic, shown) in [
        (&["help", "exit-codes"][..], "130"),
        (&["help"], "exit-codes"),
        (&["help", "lead", "count"], "crmctl lead count"),
    ] {
        let mut command = program(home.path());
        command.args(topic).arg("--no-pager");
        let mut terminal = crate::support::terminal::Terminal::open(&command);
        assert!(terminal.shows_or_ends(shown), "{topic:?}: {}", terminal.shown());
    }
}
