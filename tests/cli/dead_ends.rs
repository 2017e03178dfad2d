//! Files at which a person would stand still: the message holds the line that works, and it runs as it is printed.

use serde_json::{Value, json};

use crate::assert_same_story;
use crate::support::{World, on_both_engines};

/// Imports a file that is refused, and then by the line of its message; returns the line.
fn told(world: &World, what: &str, name: &str, text: &str, options: &[&str]) -> String {
    world.file(name, text);
    let refused = world.run([&["import", what, name][..], options].concat());
    assert_eq!(refused.code, Some(1), "{name}: {}{}", refused.stdout, refused.stderr);
    let (line, ran) = world.as_told(&refused);
    assert_eq!(ran.code, Some(0), "{name}: {line}: {}{}", ran.stdout, ran.stderr);
    line
}

/// The phones and emails of all leads.
fn people(world: &World) -> Vec<(Value, Value)> {
    world.leads().iter().map(|lead| (lead["phone_number"].clone(), lead["email"].clone())).collect()
}

#[test]
fn the_column_is_named_that_holds_phones_or_addresses() {
    on_both_engines(|world| {
        // Headers that read like a phone's hold none.
        let line =
            told(world, "leads", "a.csv", "連絡,郵便番号\n212-555-0101,10001-1234\n212-555-0102,10002-1234\n", &[]);
        assert_eq!(line, "crmctl import leads a.csv --map phone=連絡");
        let line =
            told(world, "leads", "b.csv", "Phone amount,Reach at\n120.50,(212) 555-0103\n80,(212) 555-0104\n", &[]);
        assert_eq!(line, "crmctl import leads b.csv --map 'phone=Reach at'");
        let line = told(
            world,
            "leads",
            "c.csv",
            "Who,Inbox,Alt\nAnn,ann@example.com,a2@example.com\nBob,bob@example.com,\n",
            &["--region", "US"],
        );
        assert_eq!(line, "crmctl import leads c.csv --region US --map email=Inbox --map further_email=Alt");
        let all = people(world);
        assert_eq!(all.len(), 6, "{all:?}");
        assert_eq!(
            (&all[0].0, &all[2].0, &all[4].1),
            (&json!("+12125550101"), &json!("+12125550103"), &json!("ann@example.com"))
        );
        // Where no cell shows it nothing is guessed.
        world.file("none.csv", "Fone,Amount\ncall me,12\nlater,30\n");
        let ran = world.run(["import", "leads", "none.csv"]);
        assert!(
            ran.code == Some(1) && !ran.stderr.contains("Fone --") && !ran.stderr.contains("phone=Fone"),
            "{}",
            ran.stderr
        );
        let line = told(world, "dnc", "dnc.csv", "Blocked line\n+1 212 555 0110\n", &[]);
        assert_eq!(line, "crmctl import dnc dnc.csv --map 'phone=Blocked line'");
    });
}

#[test]
fn files_without_a_header_are_known_by_their_first_row() {
    on_both_engines(|world| {
        let line = told(
            world,
            "leads",
            "a.csv",
            "Ann Roe,212-555-0101,ann@example.com\nBob Low,212-555-0102,bob@example.com\n",
            &[],
        );
        assert_eq!(line, "crmctl import leads a.csv --no-header --map 'phone=#2' --map 'email=#3'");
        let line = told(world, "leads", "b.csv", "cy@example.com\ndee@example.com\n", &[]);
        assert_eq!(line, "crmctl import leads b.csv --no-header --map 'email=#1'");
        let line = told(world, "leads", "c.csv", "2125550105;2125550106;Ed Gay\n2125550107;;Fay Hill\n", &[]);
        assert!(line.starts_with("crmctl import leads c.csv --no-header --map 'phone=#1'"), "{line}");
        let all = people(world);
        assert_eq!(all.len(), 6, "{all:?}");
        assert_eq!((&all[0].0, &all[0].1), (&json!("+12125550101"), &json!("ann@example.com")));
        let line = told(world, "dnc", "dnc.csv", "+12125550111\n+12125550112\n", &[]);
        assert_eq!(line, "crmctl import dnc dnc.csv --no-header --map 'phone=#1'");
        assert_eq!(world.json(["dnc", "list"]).as_array().unwrap().len(), 2);
        // Nobody is lost whose row was taken for the header.
        let line = told(world, "leads", "d.csv", "Gil,gil@example.com,Phone\nHal,hal@example.com,212-555-0108\n", &[]);
        assert!(line.contains("--no-header --map"), "{line}");
        assert!(people(world).iter().any(|(_, email)| email == "gil@example.com"));
    });
}

#[test]
fn unusual_delimiters_are_named() {
    on_both_engines(|world| {
        let line = told(world, "leads", "a.csv", "Name^Phone\nRoe, Ann^212-555-0101\nLow, Bob^212-555-0102\n", &[]);
        assert_eq!(line, "crmctl import leads a.csv --delimiter '^'");
        let line = told(world, "leads", "b.csv", "Name~Email~City\nCy~cy@example.com~Rome\n", &[]);
        assert_eq!(line, "crmctl import leads b.csv --delimiter '~'");
        let line = told(world, "leads", "c.csv", "Name\u{1}Phone\nDee\u{1}212-555-0104\n", &[]);
        assert_eq!(line, r"crmctl import leads c.csv --delimiter '\x01'");
        let line = told(world, "leads", "d.csv", "Ed Gay^212-555-0105\nFay Hill^212-555-0106\n", &[]);
        assert_eq!(line, "crmctl import leads d.csv --delimiter '^' --no-header --map 'phone=#2'");
        assert_eq!(people(world).len(), 6);
    });
}

#[test]
fn files_that_have_ids_only_name_their_system() {
    on_both_engines(|world| {
        let line = told(world, "leads", "crm export.csv", "Record ID,Name,City\n17,Ann,Rome\n18,Bob,Rome\n", &[]);
        assert_eq!(
            line,
            "crmctl import leads 'crm export.csv' --map 'external_id=Record ID' --source-system crm_export"
        );
        let line = told(world, "leads", "b.csv", "Kundennummer,Kunden-Nr\nx,K-1\ny,K-2\n", &[]);
        assert!(line.contains("--map external_id=Kunden-Nr --source-system b"), "{line}");
        let line = told(world, "leads", "c.csv", "ID,Name\n5,Cy\n", &["--map", "external_id=ID"]);
        assert_eq!(line, "crmctl import leads c.csv --map external_id=ID --source-system c");
        assert_eq!(
            world.leads().iter().map(|lead| lead["external_id"].clone()).collect::<Vec<_>>(),
            ["17", "18", "K-1", "K-2", "5"]
        );
    });
}

#[test]
fn slips_of_the_pen_are_put_right() {
    on_both_engines(|world| {
        let text = "Name,Fone\nAnn,212-555-0101\n";
        assert_eq!(
            told(world, "leads", "a.csv", text, &["--map", "fone=Fone"]),
            "crmctl import leads a.csv --map phone=Fone"
        );
        let line = told(world, "leads", "a.csv", text, &["--map", "phone=Phone", "--region", "US"]);
        assert_eq!(line, "crmctl import leads a.csv --region US --map phone=Fone");
        let line = told(world, "leads", "a.csv", text, &["--map", "phone=Fone", "--set", "sourc=Fair"]);
        assert_eq!(line, "crmctl import leads a.csv --map phone=Fone --set source=Fair");
        let line = told(world, "leads", "b.csv", "Phone,phone\n2125550102,2125550103\n", &[]);
        assert_eq!(line, "crmctl import leads b.csv --map 'phone=#1' --ignore '#2'");
        // One file of several.
        world.file("c.csv", "Phone\n2125550104\n");
        world.file("d.csv", "Fone\n212-555-0105\n");
        let refused = world.run(["import", "leads", "c.csv", "d.csv"]);
        let (line, ran) = world.as_told(&refused);
        assert_eq!(
            (line.as_str(), ran.code),
            ("crmctl import leads d.csv --map phone=Fone", Some(0)),
            "{}",
            ran.stderr
        );
    });
}

/// The lines of a column that nobody claims.
#[test]
fn columns_that_need_a_decision_are_told_with_the_line_that_takes_them() {
    on_both_engines(|world| {
        let text = "Email,Fone,Alt\nann@example.com,212-555-0101,a2@example.com\n";
        let line = told(world, "leads", "a.csv", text, &[]);
        assert_eq!(line, "crmctl import leads a.csv --map phone=Fone --map further_email=Alt");
        let line = told(world, "leads", "b.csv", "Phone,Opt-out newsletter 2019\n2125550102,yes\n2125550103,no\n", &[]);
        assert!(line.contains("--map 'opt_out=Opt-out newsletter 2019'"), "{line}");
        let line = told(world, "leads", "c.csv", "Phone,\n2125550104,cy@example.com\n", &[]);
        assert_eq!(line, "crmctl import leads c.csv --map 'email=#2'");
    });
}

#[test]
fn what_is_told_of_files_that_cannot_be_read_as_they_are() {
    assert_same_story!(|world| {
        world.file("headerless.csv", "Ann Roe,212-555-0101,ann@example.com\n");
        world.tell(&["import", "leads", "headerless.csv"]);
        world.file("carets.csv", "Name^Phone\nAnn^212-555-0101\n");
        world.tell(&["import", "leads", "carets.csv"]);
        world.file("ids.csv", "ID,Name\n17,Ann\n");
        world.tell(&["import", "leads", "ids.csv"]);
        world.file("nothing.csv", "Fone,Amount\ncall me,12\n");
        world.tell(&["import", "leads", "nothing.csv"]);
        world.file("lost.csv", "Phone,ann@example.com\n212-555-0101,bob@example.com\n");
        world.tell(&["import", "leads", "lost.csv"]);
        world.file("dnc.csv", "Line\n212-555-0101\n");
        world.tell(&["import", "dnc", "dnc.csv"]);
    });
}
