//! Addresses of databases: what they may be, and that no secret of theirs is ever printed.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::engine::admin_url;
use crate::support::{Ran, program, ran};

/// What no call may print, whatever stands before and after it in a password.
const SECRET: &str = "s3cr3t";

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn on(home: &Path, address: &str, args: &[&str]) -> Ran {
    ran(program(home).env("CRM_DATABASE_URL", address).args(args))
}

/// Addresses that hold the secret in every place where a password may get to.
fn addresses() -> Vec<String> {
    let mut addresses = Vec::new();
    let passwords = [
        "s3cr3t",
        "s3cr3t/q",
        "s3cr3t?q",
        "s3cr3t%q",
        "s3cr3t@q",
        "s3cr3t:q",
        "s3cr3t[q",
        "s3cr3t]q",
        "s3cr3t#q",
        "s3cr3t&a=b",
        "s3cr3t'q",
        "s3cr3t q",
        "s3cr3t%2Fq",
        "s3cr3t%3Fq",
        "s3cr3t%25q",
        "s3cr3t%40q",
        "s3cr3t%3Aq",
        "s3cr3t%5Bq",
        "s%33cr3t",
        "s3cr3t%00",
        "s3cr3t%FF",
        "/s3cr3t",
        "1/s3cr3t",
    ];
    // The second one is a server that answers, and knows neither the role nor the database.
    let answers = admin_url().split_once('@').unwrap().1.split_once('/').unwrap().0.to_owned();
    for (number, password) in passwords.iter().enumerate() {
        let host = if number % 2 == 0 { "127.0.0.1:1" } else { &answers };
        addresses.push(format!("postgres://nobody:{password}@{host}/none"));
    }
    addresses.extend(passwords.iter().map(|password| format!("postgres://127.0.0.1:1/none?password={password}")));
    addresses.extend(
        [
            "postgres://u:a@127.0.0.1:1/none?password=b&password=s3cr3t",
            "postgres://u:s3cr3t@127.0.0.1:1/none?password=b",
            "postgres://127.0.0.1:1/none?pass%77ord=s3cr3t",
            "postgres://127.0.0.1:1/none?sslpassword=s3cr3t&sslmode=require",
            "postgres://127.0.0.1:1/none?sslmode=s3cr3t",
            "postgres://127.0.0.1:1/none?connect_timeout=s3cr3t",
            "postgres://127.0.0.1:1/none?s3cr3t=1",
            "postgres://127.0.0.1:1/none?s3cr3t",
            "postgres://u:s3cr3t@[::1",
            "postgres://u:s3cr3t@[::1]x/d",
            "postgres://u:s3cr3t",
            "postgres://u%3As3cr3t@127.0.0.1:1",
            "postgres://u:s3cr3t@nowhere.invalid/d",
            "POSTGRESQL://u:s3cr3t@127.0.0.1:1,127.0.0.1:2/d",
            "postgres:u:s3cr3t@h",
            "postgres:/u:s3cr3t@h",
            "postgresql+psycopg://u:s3cr3t@h/d",
            "mysql://u:s3cr3t@h/d",
            "http://u:s3cr3t@h/d",
            "jdbc:postgresql://h/d?password=s3cr3t",
            "s3cr3t://h",
            " postgres://u:s3cr3t@h",
            "'postgres://u:s3cr3t@h'",
            "://u:s3cr3t@h",
            "host=h password=s3cr3t",
            "host = h password = 's3 s3cr3t'",
            "password=s3cr3t",
            "host=/run/pg;password=s3cr3t",
            "u:s3cr3t@h",
            "u:/s3cr3t@h/d",
            "s3cr3t@h/d",
            "sqlite://u:s3cr3t@h/d",
            "sqlite://u:s3/s3cr3t@h/d",
            "sqlite:x?key=s3cr3t",
            "file:x?mode=rwc&key=s3cr3t",
            "file://u:s3cr3t@h/d",
        ]
        .map(str::to_owned),
    );
    addresses
}

#[test]
fn no_error_path_prints_a_secret() {
    let addresses = addresses();
    assert!(addresses.len() > 60);
    let forms = ["table", "json", "ndjson", "csv", "markdown"];
    std::thread::scope(|scope| {
        for part in 0..2 {
            let addresses = &addresses;
            scope.spawn(move || {
                let home = tempfile::tempdir().unwrap();
                let config = home.path().join("own.toml");
                for (number, address) in addresses.iter().enumerate().skip(part).step_by(2) {
                    let try_it = |what: &str, ran: Ran, codes: &[i32]| {
                        let said = format!("{}{}", ran.stdout, ran.stderr);
                        assert!(!said.contains("cr3t") && !said.contains("s%33"), "{what} {address}: {said}");
                        assert!(codes.contains(&ran.code.unwrap()), "{what} {address}: {:?} {said}", ran.code);
                    };
                    let form = forms[number % forms.len()];
                    try_it("show", on(home.path(), address, &["config", "show", "-v", "--format", form]), &[0]);
                    try_it("list", on(home.path(), address, &["lead", "list", "-v", "--format", form]), &[1, 2]);
                    let third = match number % 4 {
                        0 => ran(program(home.path()).args(["migrate", "status", "--database-url", address])),
                        1 => {
                            std::fs::write(&config, format!("database_url = {address:?}\n")).unwrap();
                            let ran =
                                ran(program(home.path()).args(["backup", "--output", "x.db", "--config", "own.toml"]));
                            std::fs::remove_file(&config).unwrap();
                            ran
                        }
                        2 => ran(program(home.path())
                            .env("DATABASE_URL", address)
                            .env("COMPLETE", "fish")
                            .args(["--", "crmctl", "segment", "count", ""])),
                        // Where no address belongs.
                        _ => ran(program(home.path()).args(["config", "show", address])),
                    };
                    let codes: &[i32] = if number % 4 == 2 { &[0] } else { &[1, 2] };
                    // What is no address is only a word of the command line there.
                    if number % 4 != 3 || address.contains("://") {
                        try_it("third", third, codes);
                    }
                    assert_eq!(names(home.path()), Vec::<String>::new(), "{address}");
                }
            });
        }
    });
}

#[test]
fn an_address_is_shown_by_what_was_understood() {
    let home = tempfile::tempdir().unwrap();
    for (address, shown) in [
        ("postgres://u:p%2Fq@127.0.0.1:1/d?sslmode=disable", "`postgres://u:***@127.0.0.1:1/d`"),
        ("postgres://127.0.0.1:1/d?user=u&password=s3cr3t", "`postgres://u:***@127.0.0.1:1/d`"),
        ("postgres://u:s3cr3t@[::1]:1/my%20db", "`postgres://u:***@[::1]:1/my%20db`"),
    ] {
        let ran = on(home.path(), address, &["lead", "list"]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.contains(&format!("cannot open the database {shown}")), "{}", ran.stderr);
        assert!(ran.stderr.contains("Connection refused") || ran.stderr.contains("Cannot assign"), "{}", ran.stderr);
    }
    for (address, form) in [
        ("postgres://u:s3/cr3t@h/d", "/ as %2F"),
        ("postgres:u:s3cr3t@h", "postgres://USER:PASSWORD@HOST:PORT/DATABASE"),
        ("host=h password=s3cr3t", "postgres://USER:PASSWORD@HOST:PORT/DATABASE"),
        ("a=b.db", "./NAME or sqlite:NAME"),
        ("mysql://u:s3cr3t@h", "`mysql` are not supported"),
    ] {
        let ran = on(home.path(), address, &["lead", "list"]);
        assert_eq!(ran.code, Some(2), "{}", ran.stderr);
        assert!(ran.stderr.contains(form) && ran.stderr.contains("environment CRM_DATABASE_URL"), "{}", ran.stderr);
    }
    // The settings say where an address that cannot be read comes from.
    let ran = on(home.path(), "postgres:u:s3cr3t@h", &["config", "show", "--format", "json"]);
    assert!(
        ran.stderr.starts_with("warning: the address of the PostgreSQL server is not written as a URL"),
        "{}",
        ran.stderr
    );
    let lines: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        (&lines[0]["value"], &lines[0]["origin"]),
        (&serde_json::Value::Null, &"environment CRM_DATABASE_URL".into())
    );
}

#[test]
fn what_a_service_file_says_by_mistake_is_not_repeated() {
    let home = tempfile::tempdir().unwrap();
    for line in ["host=h port=1 password=s3cr3t", "port=1 password=s3cr3t", "host=postgres://u:s3cr3t@h"] {
        std::fs::write(home.path().join("services.conf"), format!("[crm]\n{line}\n")).unwrap();
        let ran = ran(program(home.path()).env("PGSERVICEFILE", home.path().join("services.conf")).args([
            "lead",
            "list",
            "-v",
            "--database-url",
            "postgres:///?service=crm",
        ]));
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        assert!(!ran.stderr.contains(SECRET) && ran.stderr.contains("cannot open"), "{line}: {}", ran.stderr);
    }
}

#[test]
fn a_database_that_would_keep_nothing_is_refused() {
    let home = tempfile::tempdir().unwrap();
    for (address, reason) in [
        (":memory:", "in memory keeps nothing"),
        ("sqlite::memory:", "in memory keeps nothing"),
        ("sqlite:///:memory:", "in memory keeps nothing"),
        ("file::memory:?cache=shared", "in memory keeps nothing"),
        ("file:x.db?mode=memory&cache=shared", "in memory keeps nothing"),
        ("file:x.db?mode=ro&cache=shared", "parameters of SQLite's URLs"),
        ("sqlite:x.db?mode=rwc", "parameters of SQLite's URLs"),
        ("sqlite:", "names no file"),
        ("file:", "names no file"),
        ("   ", "names no file"),
        ("folder/", "names no file"),
        ("file://host/x.db", "on another host"),
    ] {
        for flag in [false, true] {
            let add = ["lead", "add", "--phone", "+12125550101"];
            let ran = match flag {
                true => ran(program(home.path()).args(add).args(["--database-url", address])),
                false => on(home.path(), address, &add),
            };
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{address}: {}", ran.stderr);
            assert!(ran.stderr.contains(reason) && ran.stderr.contains("hint: "), "{address}: {}", ran.stderr);
        }
    }
    let ran = ran(program(home.path()).args(["lead", "list", "--database-url", ""]));
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    for (device, code) in [("/dev/null", 1), ("/dev/zero", 1)] {
        let ran = on(home.path(), device, &["lead", "add", "--phone", "+12125550101"]);
        assert_eq!(ran.code, Some(code));
        assert!(ran.stderr.contains("it is no regular file"), "{}", ran.stderr);
    }
    assert_eq!(names(home.path()), Vec::<String>::new());
}

#[test]
fn a_file_may_have_any_name() {
    let home = tempfile::tempdir().unwrap();
    for (address, name) in [
        ("./host=h password=p", "host=h password=p"),
        ("sqlite:a:b=c.db", "a:b=c.db"),
        ("./:memory:", ":memory:"),
        ("./file:x?mode=memory", "file:x?mode=memory"),
        ("sqlite:file:y", "file:y"),
        ("file:x.db", "x.db"),
        ("file:a%20b.db", "a b.db"),
        ("./q?mode=ro#x%41", "q?mode=ro#x%41"),
    ] {
        let added = on(home.path(), address, &["lead", "add", "--phone", "+12125550101"]);
        assert_eq!(added.code, Some(0), "{address}: {}", added.stderr);
        assert_eq!(names(home.path()), [name], "{address}");
        let path = home.path().join(name);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{address}");
        let listed = on(home.path(), address, &["lead", "list", "--format", "ndjson"]);
        assert_eq!(listed.stdout.lines().count(), 1, "{address}: {}", listed.stderr);
        // A backup opens it by another way.
        let copied = on(home.path(), address, &["backup", "--output", "copy.db"]);
        assert_eq!(copied.code, Some(0), "{address}: {}", copied.stderr);
        std::fs::remove_file(home.path().join("copy.db")).unwrap();
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_variable_that_is_no_text_is_not_passed_over() {
    let home = tempfile::tempdir().unwrap();
    let bad = OsStr::from_bytes(b"x\xff.db");
    for variable in ["CRM_DATABASE_URL", "DATABASE_URL", "CRM_ORG", "CRM_USER"] {
        for args in [["lead", "list"], ["config", "show"]] {
            let ran = ran(program(home.path()).env(variable, bad).args(args));
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{variable}: {}", ran.stderr);
            assert!(ran.stderr.contains(&format!("the variable {variable} is not UTF-8")), "{}", ran.stderr);
        }
    }
    // One that does not count does not matter.
    let shown =
        ran(program(home.path()).env("DATABASE_URL", bad).env("CRM_DATABASE_URL", "x.db").args(["config", "show"]));
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    let mut flag = program(home.path());
    flag.args(["lead", "list", "--database-url"]).arg(bad);
    assert_eq!(ran(&mut flag).code, Some(2));
    std::fs::write(home.path().join("own.toml"), b"database_url = 'x\xff.db'\n").unwrap();
    let config = ran(program(home.path()).args(["lead", "list", "--config", "own.toml"]));
    assert_eq!(config.code, Some(1));
    assert!(config.stderr.contains("own.toml") && config.stderr.contains("UTF-8"), "{}", config.stderr);
    // A home that is no text would be another folder.
    let mut lost = program(home.path());
    lost.env("HOME", home.path().join(OsStr::from_bytes(b"h\xff"))).args(["lead", "list"]);
    let lost = ran(&mut lost);
    assert!(lost.code == Some(1) && lost.stderr.contains("--database-url"), "{}", lost.stderr);
    assert_eq!(names(home.path()), ["own.toml"]);
}
