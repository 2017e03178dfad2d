//! Users and roles.

use crate::assert_same_story;
use crate::support::on_both_engines;

#[test]
fn the_verbs() {
    assert_same_story!(|world| {
        world.tell(&["user", "add", "Ada@Example.com", "--role", "admin", "--first-name", "Ada"]);
        world.tell(&["user", "add", "nobody", "--as", "ada@example.com"]);
        world.tell(&["user", "add", "ben@example.com", "--as", "ada@example.com"]);
        world.tell(&[
            "user",
            "edit",
            "ben@example.com",
            "--role",
            "viewer",
            "--last-name",
            "Two",
            "--as",
            "ada@example.com",
        ]);
        world.tell(&["user", "list", "--as", "ada@example.com"]);
        world.tell(&["user", "show", "cleo@example.com", "--as", "ada@example.com"]);
        world.tell(&["user", "disable", "ben@example.com", "--as", "ada@example.com"]);
        world.tell(&["lead", "list", "--as", "ben@example.com"]);
        world.tell(&["user", "edit", "ben@example.com", "--enable", "--as", "ada@example.com"]);
        world.tell(&["lead", "list", "--as", "cleo@example.com"]);
        world.tell(&["user", "add", "ada@example.com", "--as", "ada@example.com"]);
    });
}

#[test]
fn roles_allow_what_the_table_says() {
    on_both_engines(|world| {
        world.ok(["user", "add", "admin@example.com", "--role", "admin"]);
        for role in ["manager", "sales_rep", "viewer"] {
            world.ok(["user", "add", &format!("{role}@example.com"), "--role", role, "--as", "admin@example.com"]);
        }
        world.file("a.csv", "Phone\n2125550101\n");
        // Which roles may do each, in the order admin, manager, sales_rep, viewer.
        let verbs: [(&[&str], [bool; 4]); 8] = [
            (&["lead", "list"], [true, true, true, true]),
            (&["lead", "add", "--phone"], [true, true, true, false]),
            (&["import", "leads", "a.csv"], [true, true, false, false]),
            (&["lead", "delete", "1", "--dry-run"], [true, true, false, false]),
            (&["user", "edit", "viewer@example.com", "--timezone", "UTC"], [true, false, false, false]),
            (&["user", "edit", "viewer@example.com", "--absent-until", "2026-04-01"], [true, true, false, false]),
            (&["user", "edit", "sales_rep@example.com", "--clear", "absence"], [true, true, true, false]),
            (
                &["user", "edit", "sales_rep@example.com", "--absent-until", "2026-04-01", "--role", "sales_rep"],
                [true, false, false, false],
            ),
        ];
        for (verb, allowed) in verbs {
            for (n, role) in ["admin", "manager", "sales_rep", "viewer"].into_iter().enumerate() {
                let mut args: Vec<String> = verb.iter().map(|arg| (*arg).to_owned()).collect();
                if verb.last() == Some(&"--phone") {
                    args.push(format!("+1212555011{n}"));
                }
                args.extend(["--as".to_owned(), format!("{role}@example.com")]);
                let ran = world.run(&args);
                assert_eq!(ran.code == Some(0), allowed[n], "{args:?}: {}", ran.stderr);
            }
        }
        let admin = |args: &[&str]| world.run([args, &["--as", "admin@example.com"]].concat());
        let both = ["--absent-until", "2026-04-01", "--clear", "absence"];
        let ran = admin(&[&["user", "edit", "viewer@example.com"], &both[..]].concat());
        assert!(ran.code == Some(2) && ran.stderr.contains("`absence` is both given and cleared"), "{}", ran.stderr);
        // What is left behind is told.
        let owner = ["--owner", "sales_rep@example.com"];
        assert_eq!(admin(&[&["lead", "add", "--phone", "+12125550120"], &owner[..]].concat()).code, Some(0));
        assert_eq!(admin(&[&["task", "add", "1", "--due", "2026-04-01"], &owner[..]].concat()).code, Some(0));
        let ran = admin(&["user", "disable", "sales_rep@example.com"]);
        assert!(ran.stderr.contains("1 open lead and 1 open task"), "{}", ran.stderr);
    });
}
