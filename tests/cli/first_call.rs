//! The first call on a machine makes the embedded database, or leaves nothing behind.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::support::{program, ran};

const PLACE: &str = ".local/share/crmctl/crm.db";

/// What is in a home, without the file that is imported.
fn left(home: &Path) -> Vec<String> {
    let entries = fs::read_dir(home).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.filter(|name| name != "a.csv").collect();
    names.sort();
    names
}

#[test]
fn a_first_call_that_fails_leaves_no_database() {
    for (text, args) in [
        ("Phone\n2125550101\n", "import leads a.csv --region US --dry-run"),
        ("Phone\n2125550101\n", "import leads a.csv --region US --columns nothing"),
        ("Shoe\n44\n", "import leads a.csv --region US"),
        ("", "import leads a.csv"),
        ("Phone\n5\n", "import leads a.csv --max-rejects 0 --rejects /dev/null"),
        ("", "import leads nothing.csv"),
        ("", "lead add --phone 5 --region US"),
        ("", "lead add --phone 2125550101 --region US --dry-run"),
        ("", "lead edit 7 --company Acme"),
        ("", "dnc add 2125550101 --region US --dry-run"),
        ("", "dnc remove +12125550101 --reason mistake --yes"),
        ("", "budget deposit 5 --dry-run"),
        ("", "import undo 3 --yes"),
        ("", "org set funnel.stages no,such,stage"),
    ] {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("a.csv"), text).unwrap();
        let ran = ran(program(home.path()).args(args.split(' ')));
        assert!(args.ends_with("--dry-run") == (ran.code == Some(0)), "{args}: {:?} {}", ran.code, ran.stderr);
        assert!(!ran.stderr.contains("created the database"), "{args}: {}", ran.stderr);
        assert_eq!(left(home.path()), Vec::<String>::new(), "{args}: {}", ran.stderr);
    }
}

#[test]
fn what_is_made_is_whole_and_alone() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("a.csv"), "Phone\n2125550101\n").unwrap();
    let folder = home.path().join(PLACE).parent().unwrap().to_owned();
    // A program was killed here.
    fs::create_dir_all(&folder).unwrap();
    for name in [".crmctl-new-crm.db-wal", ".crmctl-new-crm.db-lock"] {
        fs::write(folder.join(name), "half").unwrap();
    }
    fs::write(folder.join(".crmctl-new-crm.db"), "SQLite format 3\0 half").unwrap();
    let made = ran(program(home.path()).args(["import", "leads", "a.csv", "--region", "US"]));
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(made.stderr.contains("created the database") && made.stderr.contains("made the organization"));
    let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["crm.db"]);
    let conn = rusqlite::Connection::open(folder.join("crm.db")).unwrap();
    let mode: String = conn.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[test]
fn many_first_calls_at_once_share_one_database() {
    let home = tempfile::tempdir().unwrap();
    let calls: Vec<_> = (0..8)
        .map(|place| {
            let file = home.path().join(format!("{place}.csv"));
            let rows: String = (0..100).map(|row| format!("+1212555{:04}\n", place * 100 + row)).collect();
            fs::write(&file, format!("Phone\n{rows}")).unwrap();
            let file = file.to_str().unwrap().to_owned();
            let mut call = program(home.path());
            call.args(["import", "leads", &file, "--phone-check", "possible"]);
            call.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut makers = 0;
    for call in calls {
        let ended = call.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(0), "{said}");
        makers += usize::from(said.contains("created the database"));
    }
    assert_eq!(makers, 1);
    let count = ran(program(home.path()).args(["lead", "count", "--format", "csv"]));
    assert_eq!(count.stdout, "count\n800\n");
    let folder = home.path().join(PLACE).parent().unwrap().to_owned();
    let hidden = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(hidden.filter(|name| name.starts_with('.')).collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn a_link_that_leads_nowhere_is_followed() {
    let home = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("real.db", home.path().join("link.db")).unwrap();
    let args = ["lead", "add", "--phone", "+12125550101", "--database-url", "link.db"];
    let added = ran(program(home.path()).args(args));
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert!(home.path().join("real.db").exists());
}

#[test]
fn the_log_of_a_database_that_is_gone_is_not_played_into_a_new_one() {
    let home = tempfile::tempdir().unwrap();
    let run = |args: &str| ran(program(home.path()).args(args.split(' ')).args(["--database-url", "x.db"]));
    assert_eq!(run("dnc add +12125550101").code, Some(0));
    // Another program keeps the log from being emptied.
    let reader = rusqlite::Connection::open(home.path().join("x.db")).unwrap();
    let _: i64 = reader.query_row("SELECT count(*) FROM leads", [], |row| row.get(0)).unwrap();
    assert_eq!(run("dnc add +12125550102").code, Some(0));
    let log = fs::read(home.path().join("x.db-wal")).unwrap();
    assert!(!log.is_empty());
    drop(reader);
    fs::remove_file(home.path().join("x.db")).unwrap();
    fs::write(home.path().join("x.db-wal"), &log).unwrap();
    for args in ["dnc add +12125550103", "migrate up", "lead add --phone +12125550104"] {
        let refused = run(args);
        assert_eq!(refused.code, Some(1), "{args}: {}", refused.stderr);
        assert!(refused.stderr.contains("x.db-wal") && refused.stderr.contains("hint"), "{}", refused.stderr);
    }
    assert_eq!(fs::read(home.path().join("x.db-wal")).unwrap(), log);
    fs::remove_file(home.path().join("x.db-wal")).unwrap();
    assert_eq!(run("dnc add +12125550103").code, Some(0));
    let listed = run("dnc list --columns phone_number --format csv").stdout;
    assert_eq!(listed, "phone_number\n+12125550103\n");
}

#[test]
fn first_calls_of_every_kind_share_one_database() {
    for round in 0..4 {
        let home = tempfile::tempdir().unwrap();
        let calls: Vec<_> = (0..9)
            .map(|place| {
                let number = format!("+121255501{round}{place}");
                let args = match place % 3 {
                    0 => vec!["lead".to_owned(), "add".to_owned(), "--phone".to_owned(), number],
                    1 => vec!["dnc".to_owned(), "add".to_owned(), number],
                    _ => vec!["migrate".to_owned(), "up".to_owned()],
                };
                let mut call = program(home.path());
                call.args(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        for call in calls {
            let ended = call.wait_with_output().unwrap();
            assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
        }
        let count = ran(program(home.path()).args(["lead", "count", "--format", "csv"]));
        assert_eq!(count.stdout, "count\n3\n");
    }
}
