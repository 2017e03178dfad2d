//! An embedded database that cannot be written: every verb that reads works, every other one says so and changes nothing.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::support::{Engine, Ran, World, ran};

/// Root may write whatever the modes say: these calls are made as nobody, if this process may become that.
const NOBODY: &str = "65534";

/// A folder that everyone may enter, with a copy of the program, and a database with two leads.
fn world() -> World {
    let world = World::new(Engine::Sqlite);
    world.file("people.csv", "Phone,First Name,Work Phone\n2125550101,Ada,2125550102\n2125550103,Ben,\n");
    world.ok(["import", "leads", "people.csv"]);
    world.ok(["segment", "add", "all", "--where", "id > 0"]);
    world.ok(["dnc", "add", "2125550103"]);
    world.ok(["budget", "deposit", "10"]);
    world
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A call by someone who may not write the database, nor its folder.
fn as_nobody(world: &World, args: &[&str]) -> Ran {
    let me = Command::new("id").arg("-u").output().unwrap().stdout;
    if me != b"0\n" {
        return world.run(args);
    }
    let call = world.command(args);
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"])
        .arg(call.get_program())
        .args(call.get_args());
    command.env_clear().current_dir("/");
    command.envs(call.get_envs().filter_map(|(name, value)| Some((name, value?))));
    ran(&mut command)
}

const READS: [&[&str]; 17] = [
    &["lead", "search", "ada"],
    &["lead", "list", "--columns", "name,phone,status"],
    &["lead", "show", "1"],
    &["lead", "history", "1"],
    &["lead", "timeline", "1"],
    &["lead", "duplicates"],
    &["lead", "export"],
    &["dnc", "list"],
    &["dnc", "stats"],
    &["dnc", "check", "2125550101"],
    &["segment", "list"],
    &["segment", "count", "all"],
    &["funnel"],
    &["roi"],
    &["budget", "verify"],
    &["audit", "list", "--limit", "3"],
    &["import", "list"],
];

const WRITES: [&[&str]; 4] = [
    &["lead", "add", "--phone", "2125550109"],
    &["dnc", "add", "2125550109"],
    &["lead", "note", "1", "hello"],
    &["org", "set", "import.on_duplicate", "fill"],
];

fn bytes(world: &World) -> Vec<u8> {
    std::fs::read(&world.url).unwrap()
}

#[test]
fn a_database_that_cannot_be_written_is_read() {
    let world = world();
    // Completions, the marks of the file and searches have brought it up to date; nothing is left in a log.
    let expected: Vec<Ran> = READS.iter().map(|args| world.run(*args)).collect();
    let (file, folder) = (Path::new(&world.url), world.folder.path());
    let before = bytes(&world);
    // The file alone, the folder alone, and both.
    for (of_file, of_folder) in [(0o444, 0o777), (0o666, 0o555), (0o444, 0o555)] {
        mode(file, of_file);
        mode(folder, of_folder);
        for (args, expected) in READS.iter().zip(&expected) {
            let found = as_nobody(&world, args);
            let told = format!("{args:?} with {of_file:o} in {of_folder:o}: {}", found.stderr);
            assert_eq!((found.code, &found.stdout), (expected.code, &expected.stdout), "{told}");
        }
        for args in WRITES {
            let refused = as_nobody(&world, args);
            assert_eq!((refused.code, refused.stdout.as_str()), (Some(1), ""), "{args:?}");
            let told = refused.stderr;
            assert!(
                told.contains(&format!("`{}` can only be read", world.url)) && told.contains("nothing was changed"),
                "{told}"
            );
        }
        let copies = tempfile::tempdir().unwrap();
        mode(copies.path(), 0o777);
        let copy = copies.path().join("copy.db").display().to_string();
        let backed_up = as_nobody(&world, &["backup", "--output", &copy]);
        assert_eq!(backed_up.code, Some(0), "with {of_file:o} in {of_folder:o}: {}", backed_up.stderr);
        mode(Path::new(&copy), 0o666);
        assert_eq!(world.ok(["lead", "list", "--database-url", &copy]), world.ok(["lead", "list"]));
        mode(folder, 0o777);
        // What SQLite keeps beside a file while it is open is gone, or empty.
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let name = entry.file_name().into_string().unwrap();
            assert!(!name.ends_with("-wal") || entry.metadata().unwrap().len() == 0, "{name}");
        }
        assert!(bytes(&world) == before, "with {of_file:o} in {of_folder:o}");
    }
    mode(file, 0o600);
    world.ok(["lead", "add", "--phone", "2125550109"]);
    world.finish();
}

#[test]
fn a_log_that_cannot_be_read_is_not_passed_over() {
    let world = world();
    // A writer that is gone without bringing its log into the file.
    let copy = world.path("copy");
    std::fs::create_dir(&copy).unwrap();
    let held = rusqlite::Connection::open(&world.url).unwrap();
    held.execute_batch("BEGIN; SELECT count(*) FROM leads").unwrap();
    world.ok(["lead", "add", "--phone", "2125550109", "--name", "Cy"]);
    for ending in ["", "-wal"] {
        let to = copy.join(format!("crm.db{ending}"));
        std::fs::copy(format!("{}{ending}", world.url), &to).unwrap();
        mode(&to, 0o444);
    }
    drop(held);
    // By its own name, and by a link from elsewhere.
    let link = world.path("link.db");
    std::os::unix::fs::symlink(copy.join("crm.db"), &link).unwrap();
    for name in [copy.join("crm.db"), link] {
        let name = name.display().to_string();
        mode(&copy, 0o555);
        let found = as_nobody(&world, &["lead", "list", "--columns", "name", "--database-url", &name]);
        mode(&copy, 0o777);
        let says_all = found.code == Some(0) && found.stdout.contains("Cy");
        let says_why = found.code == Some(1) && found.stderr.contains(&name) && found.stderr.contains("log");
        assert!(says_all || says_why, "{name}: {found:?}");
    }
    world.finish();
}

/// Each name would have a log of its own, and what is in one is not seen by the other.
#[test]
fn a_file_of_two_names_is_refused() {
    let world = world();
    let other = world.path("other.db");
    std::fs::hard_link(&world.url, &other).unwrap();
    for name in [world.url.as_str(), other.to_str().unwrap()] {
        for verb in [&["dnc", "check", "2125550103"][..], &["dnc", "add", "2125550104"], &["lead", "list"]] {
            let ran = world.run([verb, &["--database-url", name]].concat());
            assert_eq!(ran.code, Some(1), "{verb:?}: {}", ran.stderr);
            assert!(ran.stderr.contains("2 names (hard links)"), "{}", ran.stderr);
        }
    }
    std::fs::remove_file(&other).unwrap();
    assert_eq!(world.run(["dnc", "check", "2125550103"]).code, Some(3));
    world.finish();
}

#[test]
fn who_only_looks_makes_no_database_that_answers_that_nothing_is_listed() {
    let world = world();
    let empty = world.file("empty.db", "");
    // A name that is mistyped, a folder that is not there, a file that holds nothing, and the home of somebody else.
    let homeless = world.path("home");
    std::fs::create_dir(&homeless).unwrap();
    let mistyped = world.path("crn.db").display().to_string();
    let (elsewhere, empty) = (world.path("no/such/crm.db").display().to_string(), empty.display().to_string());
    let others = [
        &["org", "list"][..],
        &["org", "group", "list"],
        &["org", "group", "show", "holding"],
        &["user", "list"],
        &["config", "show"],
        &["dnc", "due"],
    ];
    for args in READS.iter().copied().chain(others) {
        for file in [&mistyped, &elsewhere, &empty] {
            let ran = world.run([args, &["--database-url", file]].concat());
            if args == ["config", "show"] {
                assert_eq!(ran.code, Some(0), "{}", ran.stderr);
                continue;
            }
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{args:?} in {file}");
            let told = format!("there is no database in `{file}`");
            assert!(ran.stderr.contains(&told) && ran.stderr.contains("config show"), "{args:?}: {}", ran.stderr);
        }
        assert!(!Path::new(&mistyped).exists() && !world.path("no").exists(), "{args:?}");
        assert_eq!(std::fs::read(&empty).unwrap(), b"", "{args:?}");
        let mut at_home = world.command(args);
        at_home.env_remove("CRM_DATABASE_URL").env("HOME", &homeless);
        let ran = ran(&mut at_home);
        assert!(ran.stdout.is_empty() || args == ["config", "show"], "{args:?}: {}", ran.stdout);
        assert_eq!(std::fs::read_dir(&homeless).unwrap().count(), 0, "{args:?}");
    }
    let status = world.run(["migrate", "status", "--database-url", &mistyped]);
    assert!(status.code == Some(1) && !Path::new(&mistyped).exists(), "{}", status.stderr);
    // Who writes makes one, and says so.
    let ran = world.run(["dnc", "add", "2125550101", "--region", "US", "--database-url", &mistyped]);
    assert!(ran.code == Some(0) && ran.stderr.contains("created the database"), "{}", ran.stderr);
}
