//! Encodings that a text is not of, or that are none: the message holds the line that reads it, and it runs as it is printed.

use serde_json::json;

use crate::support::{Ran, World, on_both_engines};

/// What is told of a call, and the line of its message, once that has run.
fn told(world: &World, args: &[&str], code: i32) -> (Ran, String) {
    let refused = world.run([&["import"], args].concat());
    assert_eq!(refused.code, Some(code), "{args:?}: {}{}", refused.stdout, refused.stderr);
    let (line, ran) = world.as_told(&refused);
    assert_eq!(ran.code, Some(0), "{line}: {}{}", ran.stdout, ran.stderr);
    (refused, line)
}

#[test]
fn texts_of_another_encoding_than_was_said_are_told_with_the_line_that_reads_them() {
    on_both_engines(|world| {
        world.file("a.csv", b"Name;Phone\nZo\xe9 M\xfcller;2125550101\nRen\xe9;2125550102\n");
        let (ran, line) = told(world, &["leads", "a.csv", "--encoding", "utf-8"], 1);
        assert_eq!(line, "crmctl import leads a.csv --encoding windows-1252", "{}", ran.stderr);
        world.file("b.csv", "Name;Phone\nŽofie Müller;2125550103\n");
        let (_, line) = told(world, &["leads", "--encoding=utf-16be", "b.csv"], 1);
        assert_eq!(line, "crmctl import leads b.csv --encoding UTF-8");
        world.file("c.csv", b"Source;Month;Cost\nM\xe4rz\xff;2026-02;12\n");
        let (_, line) = told(world, &["costs", "c.csv", "--encoding", "shift_jis"], 1);
        assert!(line.starts_with("crmctl import costs c.csv --encoding "), "{line}");
        world.file(
            "d.html",
            b"<html><table><tr><th>Phone<th>Reason</tr><tr><td>2125550104<td>caf\xe9</tr></table></html>",
        );
        let (_, line) = told(world, &["dnc", "d.html", "--encoding", "euc-jp"], 1);
        assert_eq!(line, "crmctl import dnc d.html --encoding windows-1252");
        let names: Vec<_> = world.leads().iter().map(|lead| lead["last_name"].clone()).collect();
        assert_eq!(names[..1], [json!("Müller")]);
        assert!(world.leads().iter().any(|lead| lead["first_name"] == "Žofie"));
    });
}

#[test]
fn damaged_utf8_is_told_with_its_place_and_the_line_for_texts_that_are_none() {
    on_both_engines(|world| {
        world.file("a.csv", b"Name,Phone\nZo\xc3\xab M\xc3\xbcller,2125550101\nRen\xe9,2125550102\n");
        let (ran, line) = told(world, &["leads", "a.csv"], 1);
        assert!(ran.stderr.contains("line 3 is not UTF-8: it holds the byte 0xE9"), "{}", ran.stderr);
        assert!(ran.stderr.contains("most of it is UTF-8, so correct that place"), "{}", ran.stderr);
        assert_eq!(line, "crmctl import leads a.csv --encoding windows-1252");
        world.file("b.json", b"[{\"phone\":\"2125550103\",\"city\":\"Z\xc3\xbcrich\"},{\"phone\":\"2125550104\",\"city\":\"Gen\xe8ve, K\xc3\xb6ln\"}]");
        let (_, line) = told(world, &["leads", "b.json"], 1);
        assert_eq!(line, "crmctl import leads b.json --encoding windows-1252");
        world.file("c.csv", b"Phone,Reason\n2125550105,S\xc3\xa3o Jos\xc3\xa9\n2125550106,Jos\xe9\n");
        let (_, line) = told(world, &["dnc", "c.csv"], 1);
        assert_eq!(line, "crmctl import dnc c.csv --encoding windows-1252");
    });
}

#[test]
fn names_that_are_no_encoding_are_told_with_the_line_that_works() {
    on_both_engines(|world| {
        world.file("a.csv", "Name,Phone\nZoë,2125550101\n");
        for (name, wanted) in [
            ("utf-8-sig", "crmctl import leads a.csv --encoding utf-8"),
            ("utf8mb4", "crmctl import leads a.csv --encoding utf-8"),
            ("excel", "crmctl import leads a.csv"),
        ] {
            let (ran, line) = told(world, &["leads", "a.csv", "--encoding", name], 2);
            assert_eq!(line, wanted, "{}", ran.stderr);
            assert!(ran.stderr.contains(&format!("--encoding: `{name}` is not an encoding")), "{}", ran.stderr);
        }
        world.file("b.csv", b"Name,Phone\nZo\xe9,2125550102\n");
        let (_, line) = told(world, &["leads", "--encoding=win1252", "b.csv"], 2);
        assert_eq!(line, "crmctl import leads b.csv --encoding windows-1252");
        assert_eq!(world.leads().len(), 2);
    });
}
