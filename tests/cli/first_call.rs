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
    for name in [".crmctl-new-crm.db", ".crmctl-new-crm.db-wal", ".crmctl-new-crm.db-lock"] {
        fs::write(folder.join(name), "half").unwrap();
    }
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
