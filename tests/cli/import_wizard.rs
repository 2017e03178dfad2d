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
