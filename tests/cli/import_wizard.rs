//! What a person at a terminal is asked of an import.

use serde_json::json;

use crate::support::terminal::Terminal;
use crate::support::{World, on_both_engines};

const DOWN: &str = "\u{1b}[B";
const UP: &str = "\u{1b}[A";
const FILE: &str = "Name,Fone,Colour,Vorname\nAnn Roe,212-555-0101,red,\nBo Lee,212-555-0102,blue,\n";

fn begin(world: &World, options: &[&str]) -> Terminal {
    world.file("a.csv", FILE);
    Terminal::open(&world.command([&["import", "leads", "a.csv", "--region", "US"], options].concat()))
}

#[test]
fn unclear_columns_are_asked_about_and_a_wrong_choice_is_corrected() {
    on_both_engines(|world| {
        let mut terminal = begin(world, &[]);
        // Nobody asks about what is clear, or empty.
        terminal.wait_for("What is `Fone` (212-555-0101, 212-555-0102)?", 1);
        // Leave it out: wrong, for then no column says who is meant.
        terminal.press(&format!("{DOWN}{DOWN}\r"));
        terminal.wait_for("no column says who a lead is", 1);
        terminal.wait_for("Is it right so?", 1);
        terminal.press("\r");
        terminal.wait_for("Which column?", 1);
        terminal.press(&format!("{DOWN}\r"));
        terminal.wait_for("What is `Fone`", 2);
        terminal.press("\r");
        // The rows are shown as leads.
        terminal.wait_for("phone_number +12125550102", 1);
        terminal.wait_for("Colour red", 1);
        terminal.press(&format!("{DOWN}{UP}\r"));
        // The answers are saved under a name; one that cannot be is asked for again.
        terminal.wait_for("Save these answers", 1);
        terminal.press(&format!("{DOWN}\r"));
        terminal.wait_for("The name of the mapping", 1);
        terminal.press("a@b\r");
        terminal.wait_for("The name of the mapping", 2);
        terminal.press("fair\r");
        let shown = terminal.end();
        assert!(shown.contains("saved the mapping `fair`, version 1"), "{shown}");
        // A file with these columns is read by it, and nothing is asked.
        world.file("b.csv", FILE.replace("010", "011"));
        let ran = world.run(["import", "leads", "b.csv", "--region", "US", "--mapping", "fair", "--dry-run"]);
        assert!(ran.code == Some(0) && ran.stdout.contains("created    2"), "{}{}", ran.stdout, ran.stderr);
        assert!(shown.contains("crmctl import leads a.csv --region US --map phone=Fone"), "{shown}");
        let leads = world.leads();
        let told: Vec<_> = leads.iter().map(|lead| (&lead["phone_number"], &lead["custom_fields"]["Colour"])).collect();
        assert_eq!(told, [(&json!("+12125550101"), &json!("red")), (&json!("+12125550102"), &json!("blue"))]);
        assert!(!shown.contains("`Name`") && !shown.contains("Vorname` ("), "{shown}");
    });
}

#[test]
fn another_field_is_chosen_from_all() {
    on_both_engines(|world| {
        let mut terminal = begin(world, &["--map", "phone=Fone"]);
        terminal.wait_for("Is it right so?", 1);
        terminal.press(&format!("{DOWN}\r"));
        terminal.wait_for("Which column?", 1);
        terminal.press(&format!("{DOWN}{DOWN}\r"));
        terminal.wait_for("What is `Colour`", 1);
        terminal.press(&format!("{DOWN}{DOWN}\r"));
        terminal.wait_for("Which field is `Colour`?", 1);
        // The company is the eighth field.
        terminal.press(&format!("{}\r", DOWN.repeat(7)));
        terminal.wait_for("company red", 1);
        terminal.press("\r");
        terminal.wait_for("Save these answers", 1);
        // No name: nothing is saved, and the import goes on.
        terminal.press(&format!("{DOWN}\r"));
        terminal.wait_for("The name of the mapping", 1);
        terminal.press("\r");
        let shown = terminal.end();
        assert!(shown.contains("--map phone=Fone --map company=Colour"), "{shown}");
        assert_eq!(world.leads()[1]["company"], "blue");
    });
}

#[test]
fn who_stops_or_interrupts_changes_nothing() {
    on_both_engines(|world| {
        for keys in [format!("{DOWN}{DOWN}\r"), "\u{1b}".to_owned(), "\u{3}".to_owned()] {
            let mut terminal = begin(world, &["--map", "phone=Fone"]);
            terminal.wait_for("Is it right so?", 1);
            terminal.press(&keys);
            let shown = terminal.end();
            // The cursor is there again.
            let (hidden, there) = (shown.rfind("\u{1b}[?25l"), shown.rfind("\u{1b}[?25h"));
            assert!(hidden < there, "{keys:?}: {shown:?}");
            assert!(shown.contains("nothing was changed") || shown.contains("interrupted"), "{keys:?}: {shown}");
            assert!(world.leads().is_empty() && world.json(["import", "list"]).as_array().unwrap().is_empty());
        }
    });
}

#[test]
fn nobody_is_asked_who_says_so_or_whose_file_is_clear() {
    on_both_engines(|world| {
        for option in ["--no-input", "--yes"] {
            let terminal = begin(world, &["--map", "phone=Fone", "--dry-run", option]);
            let shown = terminal.end();
            assert!(!shown.contains('?') && shown.contains("rows read"), "{option}: {shown}");
        }
        let ran = world.run(["import", "leads", "a.csv", "--region", "US", "--no-input"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("--map phone=Fone"), "{}", ran.stderr);
        world.file("b.csv", "Name,Phone,Colour\nAnn Roe,212-555-0101,\n");
        let shown = Terminal::open(&world.command(["import", "leads", "b.csv", "--region", "US"])).end();
        assert!(!shown.contains('?') && shown.contains("rows read"), "{shown}");
    });
}

/// What a file holds cannot move the cursor, and a long cell breaks no question.
#[test]
fn questions_show_cells_as_escapes_on_narrow_terminals_too() {
    on_both_engines(|world| {
        let long = "x".repeat(300);
        world.file("a.csv", format!("Phone,Col\u{1b}[2Jour\n212-555-0101,\"\u{1b}]0;t\u{7}{long}\"\n"));
        let command = world.command(["import", "leads", "a.csv", "--region", "US"]);
        let mut terminal = Terminal::of_size(&command, 40, 20);
        terminal.wait_for("right so?", 1);
        terminal.press(&format!("{DOWN}\r"));
        terminal.wait_for("Which column?", 1);
        terminal.press(&format!("{DOWN}\r"));
        terminal.wait_for("leave it out", 1);
        terminal.press(&format!("{DOWN}\r"));
        terminal.wait_for("right so?", 2);
        terminal.press("\r");
        terminal.wait_for("Save these answers", 1);
        terminal.press("\r");
        let shown = terminal.end();
        assert!(!shown.contains("\u{1b}[2Jour") && !shown.contains("\u{1b}]0;"), "{shown:?}");
        assert_eq!(world.leads()[0]["custom_fields"], json!({}));
    });
}

/// Whoever declines a saved mapping is asked as if there were none, and is offered it once.
#[test]
fn who_declines_a_mapping_is_asked_all_the_same() {
    on_both_engines(|world| {
        world.file("m.csv", FILE.replace("010", "011"));
        world.ok(["import", "leads", "m.csv", "--map", "phone=Fone", "--region", "US", "--save-mapping", "fair"]);
        let mut terminal = begin(world, &[]);
        terminal.wait_for("Read the file by it?", 1);
        terminal.press("n");
        terminal.wait_for("What is `Fone`", 1);
        terminal.press("\r");
        terminal.wait_for("Is it right so?", 1);
        terminal.press("\r");
        terminal.wait_for("Save these answers", 1);
        terminal.press("\r");
        let shown = terminal.end();
        assert_eq!(shown.matches("[y/N]").count(), 1, "{shown}");
        assert_eq!(world.leads().len(), 4);
        let mut terminal = begin(world, &["--dry-run"]);
        terminal.wait_for("Read the file by it?", 1);
        terminal.press("y");
        let shown = terminal.end();
        assert!(shown.contains("read by the mapping `fair`, version 1") && !shown.contains("What is"), "{shown}");
    });
}

#[test]
fn the_country_of_national_numbers_is_asked() {
    on_both_engines(|world| {
        world.ok(["org", "add", "bare"]);
        world.file("a.csv", "Name,Phone,Country\nAnn Roe,+1 212-555-0101,\nBo Lee,,\nCy Fox,020 7946 0101,\n");
        let mut terminal = Terminal::open(&world.command(["import", "leads", "a.csv", "--org", "bare"]));
        terminal.wait_for("Of which country are national numbers such as `020 7946 0101`?", 1);
        terminal.press("Narnia\r");
        terminal.wait_for("is not a region", 1);
        terminal.wait_for("Of which country", 2);
        terminal.press("gb\r");
        terminal.wait_for("phone_number +442079460101", 1);
        terminal.wait_for("Is it right so?", 1);
        terminal.press("\r");
        terminal.wait_for("Save these answers", 1);
        terminal.press("\r");
        let shown = terminal.end();
        assert!(shown.contains("crmctl import leads a.csv --org bare --region GB"), "{shown}");
        let phones = world.json(["lead", "list", "--sort", "id", "--org", "bare"]);
        assert_eq!(phones[1]["phone_number"], "+442079460101");
        // Where a row names its country, and where somebody has said one, nobody is asked.
        for (text, options) in [
            ("Phone,Country\n020 7946 0102,United Kingdom\n", &[][..]),
            ("Phone\n020 7946 0103\n", &["--region", "GB"]),
        ] {
            world.file("b.csv", text);
            let words = [&["import", "leads", "b.csv", "--org", "bare"][..], options].concat();
            let shown = Terminal::open(&world.command(words)).end();
            assert!(!shown.contains('?') && shown.contains("rows read"), "{shown}");
        }
        // Without a terminal the lines that are told have its place.
        world.file("c.csv", "Name,Fone\nDee,020 7946 0104\n");
        let ran = world.run(["import", "leads", "c.csv", "--org", "bare"]);
        let line = "crmctl import leads c.csv --org bare --map phone=Fone --region REGION";
        assert!(
            ran.code == Some(1) && ran.stderr.contains(line) && ran.stderr.contains("in place of REGION"),
            "{}",
            ran.stderr
        );
        let ran = world.run(["import", "leads", "c.csv", "--org", "bare", "--map", "phone=Fone"]);
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("put their country, such as US, in place of REGION in this line"),
            "{}",
            ran.stderr
        );
        let line = ran.stderr.lines().find_map(|line| line.trim().strip_prefix("crmctl import leads ")).unwrap();
        assert!(line.ends_with("c.csv.rejects.csv --region REGION"), "{line}");
        let done = world.shell(&format!("crmctl import leads {}", line.replace("REGION", "GB")));
        assert!(done.code == Some(0) && done.stdout.contains("created    1"), "{line}: {}{}", done.stdout, done.stderr);
    });
}

/// What is right so is what the call is for.
#[test]
fn a_plan_is_called_one() {
    on_both_engines(|world| {
        for (options, goal) in [(&["--plan", "a.plan"][..], "Write the plan so"), (&["--dry-run"], "Try the import so")]
        {
            let mut terminal = begin(world, &[&["--map", "phone=Fone"], options].concat());
            terminal.wait_for("Is it right so?", 1);
            terminal.press("\r");
            let shown = terminal.end();
            assert!(shown.contains(goal) && !shown.contains("Import the file so"), "{shown}");
        }
        assert!(world.path("a.plan").exists() && world.leads().is_empty());
    });
}

/// In twenty columns every question can be read and answered, and no line is wider.
#[test]
fn questions_are_asked_in_twenty_columns() {
    on_both_engines(|world| {
        world.ok(["org", "add", "bare"]);
        world.file("a.csv", "A header that is long,Fone,Ünïcödé 漢字漢字漢字漢字漢字\nAnn Roe,(212) 555-0101,漢字漢字漢字漢字漢字漢字\n");
        let command = world.command(["import", "leads", "a.csv", "--org", "bare"]);
        let mut terminal = Terminal::of_size(&command, 20, 12);
        terminal.wait_for("leave it out", 1);
        terminal.press("\r");
        terminal.wait_for("rejected)", 1);
        terminal.press("US\r");
        terminal.wait_for("right so?", 1);
        terminal.press(&format!("{DOWN}\r"));
        terminal.wait_for("column?", 1);
        terminal.press(&format!("{DOWN}{DOWN}\r"));
        terminal.wait_for("another field", 2);
        terminal.press(&format!("{DOWN}\r"));
        terminal.wait_for("right so?", 2);
        terminal.press("\r");
        terminal.wait_for("columns?", 1);
        terminal.press(&format!("{DOWN}\r"));
        terminal.wait_for("saved):", 1);
        terminal.press("fair\r");
        let shown = terminal.end();
        assert!(!shown.contains("panicked") && shown.contains("rows read"), "{shown}");
        let plain = console::strip_ansi_codes(&shown);
        let asked = plain.split("the same without").next().unwrap();
        for line in asked.split(['\n', '\r']) {
            assert!(console::measure_text_width(line) <= 20, "{line:?}\n{plain}");
        }
        let leads = world.json(["lead", "list", "--org", "bare"]);
        assert_eq!(leads[0]["phone_number"], "+12125550101");
    });
}
