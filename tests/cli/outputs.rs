//! What a call writes replaces nothing that it was not told to replace, and never the database, an input or another output.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::{Engine, World, on_both_engines};

/// Every verb that writes a file, up to the file's name.
const WRITERS: &[&[&str]] = &[
    &["import", "leads", "a.csv", "--rejects"],
    &["import", "leads", "a.csv", "--skipped"],
    &["import", "leads", "a.csv", "--lenient", "--dropped"],
    &["import", "dnc", "a.csv", "--rejects"],
    &["import", "history", "a.csv", "--rejects"],
    &["import", "costs", "a.csv", "--rejects"],
    &["import", "rates", "a.csv", "--rejects"],
    &["lead", "export", "--overwrite", "--output"],
    &["segment", "export", "all", "--overwrite", "--output"],
    &["funnel", "show", "--overwrite", "--svg"],
    &["funnel", "show", "--overwrite", "--html"],
    &["funnel", "stages", "--overwrite", "--html"],
    &["roi", "show", "--overwrite", "--html"],
    &["backup", "--output"],
    &["dnc", "scrub", "a.csv", "--overwrite", "--blocked", "b.csv", "--clean"],
    &["dnc", "scrub", "a.csv", "--overwrite", "--clean", "b.csv", "--blocked"],
    &["dnc", "scrub", "a.csv", "--overwrite", "--clean", "b.csv", "--blocked", "c.csv", "--certificate"],
];

fn prepared() -> World {
    let world = World::new(Engine::Sqlite);
    world.file("a.csv", "Phone,Cost,Month,Source,Status,Date,Currency,Rate\n12,x,x,,x,x,x,x\n");
    world.file("config.toml", "format = \"table\"\n");
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    world.ok(["segment", "add", "all", "--where", "status = new"]);
    world
}

#[test]
fn nothing_replaces_the_database_the_config_or_an_input() {
    let world = prepared();
    let database = fs::canonicalize(&world.url).unwrap();
    let name = database.file_name().unwrap().to_str().unwrap().to_owned();
    symlink(&database, world.path("link.csv")).unwrap();
    // The log is there while somebody has the database open.
    let open = rusqlite::Connection::open(&database).unwrap();
    open.execute_batch("BEGIN; SELECT count(*) FROM leads;").unwrap();
    let before = fs::read(&database).unwrap();
    let log = format!("{name}-wal");
    let targets = [
        (name.clone(), "the database"),
        (format!("./{name}"), "the database"),
        (format!("../{}/{name}", world.folder.path().file_name().unwrap().to_str().unwrap()), "the database"),
        ("link.csv".into(), "the database"),
        (log.clone(), "the database"),
        (format!("{name}-journal"), "the database"),
        ("config.toml".into(), "the config file"),
    ];
    for writer in WRITERS {
        for (target, what) in &targets {
            let args = [*writer, &[target.as_str(), "--config", "config.toml"]].concat();
            let ran = world.run(&args);
            assert_eq!(ran.code, Some(2), "{args:?}: {}", ran.stderr);
            assert!(ran.stderr.contains(&format!("which is {what}")), "{args:?}: {}", ran.stderr);
        }
    }
    // Named by a link, it is the same database, with its log beside what the link leads to.
    for writer in WRITERS {
        for target in [&name, &log] {
            let args = [*writer, &[target.as_str(), "--database-url", "link.csv"]].concat();
            let ran = world.run(&args);
            assert_eq!(
                (ran.code, ran.stderr.contains("which is the database")),
                (Some(2), true),
                "{args:?}: {}",
                ran.stderr
            );
        }
    }
    drop(open);
    assert_eq!(fs::read(&database).unwrap(), before);
    for writer in WRITERS.iter().filter(|writer| writer.contains(&"import")) {
        let ran = world.run([writer, &["a.csv"][..]].concat());
        assert_eq!((ran.code, ran.stderr.contains("is imported")), (Some(2), true), "{writer:?}: {}", ran.stderr);
    }
    world.finish();
}

#[test]
fn devices_and_folders_are_no_outputs() {
    let world = prepared();
    fs::create_dir(world.path("folder")).unwrap();
    for writer in WRITERS {
        for target in ["/dev/null", "/dev/full", "folder"] {
            let ran = world.run([writer, &[target][..]].concat());
            assert_eq!(ran.code, Some(2), "{writer:?} {target}: {}", ran.stderr);
            assert!(ran.stderr.contains("it is no regular file"), "{writer:?} {target}: {}", ran.stderr);
        }
    }
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    world.finish();
}

#[test]
fn two_outputs_are_two_files() {
    let world = prepared();
    world.file("old.csv", "old\n");
    symlink(world.path("old.csv"), world.path("other.csv")).unwrap();
    for [first, second] in [["r.csv", "r.csv"], ["r.csv", "./r.csv"], ["old.csv", "other.csv"]] {
        let ran = world.run(["import", "leads", "a.csv", "--rejects", first, "--skipped", second]);
        assert_eq!((ran.code, ran.stderr.contains("that of --rejects")), (Some(2), true), "{}", ran.stderr);
        let ran = world.run(["funnel", "show", "--overwrite", "--svg", first, "--html", second]);
        assert_eq!((ran.code, ran.stderr.contains("that of --svg")), (Some(2), true), "{}", ran.stderr);
    }
    assert_eq!(fs::read_to_string(world.path("old.csv")).unwrap(), "old\n");
    world.finish();
}

#[test]
fn files_of_rows_take_the_next_free_name() {
    on_both_engines(|world| {
        world.file("bad.csv", "Phone\n2125550101\n12\n");
        world.file("again.csv", "Phone\n2125550101\n34\n");
        let taken = |world: &World| -> Vec<String> {
            let summary = world.json([
                "import",
                "leads",
                "again.csv",
                "--rejects",
                "r.csv",
                "--skipped",
                "s.tar.csv",
                "--on-duplicate",
                "skip",
            ]);
            ["rejects_file", "skipped_file"].map(|key| summary[key].as_str().unwrap().to_owned()).to_vec()
        };
        world.import(&world.path("bad.csv"), &["--rejects", "r.csv"]);
        let corrected = "Phone\n2125550199\n";
        world.file("r.csv", corrected);
        assert_eq!(taken(world), ["r-2.csv", "s.tar.csv"]);
        assert_eq!(taken(world), ["r-3.csv", "s.tar-2.csv"]);
        let said = world.run(["import", "leads", "again.csv", "--rejects", "r.csv"]);
        assert!(said.stderr.contains("rejected rows are in r-4.csv"), "{}", said.stderr);
        assert_eq!(fs::read_to_string(world.path("r.csv")).unwrap(), corrected);
        assert!(fs::read_to_string(world.path("r-3.csv")).unwrap().contains("34"));
        // A link to nothing is not filled either.
        symlink(world.path("nowhere.csv"), world.path("link.csv")).unwrap();
        let summary = world.json(["import", "leads", "again.csv", "--rejects", "link.csv"]);
        assert_eq!((summary["rejects_file"].as_str(), world.path("nowhere.csv").exists()), (Some("link-2.csv"), false));
    });
}

#[test]
fn a_backup_has_no_log_of_another_database_beside_it() {
    let world = prepared();
    for ending in ["-wal", "-shm", "-journal"] {
        let beside = world.file(&format!("copy.db{ending}"), "of an earlier database");
        let ran = world.run(["backup", "--output", "copy.db"]);
        assert_eq!((ran.code, ran.stderr.contains("lies beside it")), (Some(1), true), "{}", ran.stderr);
        fs::remove_file(beside).unwrap();
        let ran = world.run(["backup", "--output", &format!("copy.db{ending}")]);
        assert_eq!((ran.code, ran.stderr.contains("a database's log")), (Some(1), true), "{}", ran.stderr);
    }
    assert!(!world.path("copy.db").exists());
    world.ok(["backup", "--output", "copy.db"]);
    world.finish();
}
