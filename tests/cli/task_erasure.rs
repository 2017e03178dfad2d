//! Nobody writes about a person who is being erased: tasks and what becomes of recommendations beside `lead erase`.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, Command, Stdio};

use crate::support::engine::{database_of, url_of};
use crate::support::{Engine, World, on_both_engines};

const ROOT: &str = "root@example.com";

fn people(world: &World, many: usize) {
    world.ok(["user", "add", ROOT, "--role", "admin"]);
    for n in 0..many {
        world.ok(["lead", "add", "--phone", &format!("21255501{n:02}"), "--name", "Ada", "--as", ROOT]);
    }
}

/// The notes that are stored about leads.
fn notes(world: &World) -> Vec<String> {
    let sql = "SELECT note FROM tasks WHERE note IS NOT NULL UNION ALL SELECT note FROM lead_recommendations WHERE note IS NOT NULL";
    world.engine.sql(&world.url, sql).unwrap()
}

const WRITES: [&[&str]; 2] = [
    &["task", "add", "1", "--due", "tomorrow", "--note", "ask Ada", "--as", ROOT],
    &["lead", "next", "dismiss", "1", "--reason", "ask Ada", "--as", ROOT],
];

/// A call that waits for others, with what it says from then on.
pub struct Waiting {
    child: Child,
    told: BufReader<ChildStderr>,
}

impl Waiting {
    /// Starts a call, and waits until it says that it waits.
    pub fn start(world: &World, args: &[&str]) -> Waiting {
        let mut child = world.start(args);
        let mut waiting = Waiting { told: BufReader::new(child.stderr.take().unwrap()), child };
        let (mut line, mut all) = (String::new(), String::new());
        while !line.contains("waiting for") {
            line.clear();
            assert!(waiting.told.read_line(&mut line).unwrap() > 0, "{args:?} did not wait: {all}");
            all += &line;
        }
        waiting
    }

    /// Its exit code, and what it printed.
    pub fn end_with_output(self) -> (Option<i32>, String) {
        let ended = self.child.wait_with_output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stdout).unwrap())
    }

    /// Its exit code, and what it said.
    pub fn end(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.told.read_to_string(&mut said).unwrap();
        (self.child.wait_with_output().unwrap().status.code(), said)
    }
}

/// The lead goes after the call has found it, and before it writes.
#[test]
fn nothing_is_written_about_a_lead_that_goes_meanwhile() {
    for args in WRITES {
        let world = World::new(Engine::Sqlite);
        people(&world, 1);
        let erasing = rusqlite::Connection::open(&world.url).unwrap();
        erasing.execute_batch("BEGIN IMMEDIATE").unwrap();
        let writes = Waiting::start(&world, args);
        erasing.execute_batch("UPDATE leads SET deleted_at = 1772625600000000 WHERE id = 1; COMMIT").unwrap();
        refused(&world, writes);
        world.finish();

        let world = World::new(Engine::Postgres);
        people(&world, 1);
        let mut erasing = Session::open(&url_of("crmctl_app", database_of(&world.url)));
        // The lock of changes of the list, which an erasure takes.
        erasing.run("BEGIN; SET LOCAL app.current_org_id = '1'; SELECT pg_advisory_xact_lock(72117, 1);");
        erasing.run("UPDATE leads SET deleted_at = now() WHERE id = 1;");
        let writes = Waiting::start(&world, args);
        erasing.run("COMMIT;");
        refused(&world, writes);
        world.finish();
    }
}

/// A session of psql.
struct Session {
    child: Child,
    answers: BufReader<std::process::ChildStdout>,
}

impl Session {
    fn open(url: &str) -> Session {
        let programs = std::env::var("CRMCTL_POSTGRES_BIN").map(std::path::PathBuf::from).unwrap_or_default();
        let mut psql = Command::new(programs.join("psql"));
        psql.args([url, "-qXAt", "-v", "ON_ERROR_STOP=1"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = psql.spawn().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Session { child, answers }
    }

    /// Runs statements, and waits until they are done.
    fn run(&mut self, sql: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{sql}\n\\echo done").unwrap();
        let mut line = String::new();
        while line.trim() != "done" {
            line.clear();
            assert!(self.answers.read_line(&mut line).unwrap() > 0, "{sql}");
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn refused(world: &World, writes: Waiting) {
    let (code, told) = writes.end();
    assert_eq!(code, Some(1), "{:?}: {told}", world.engine);
    assert!(told.contains("the lead 1 is deleted") || told.contains("the lead 1 is not open"), "{told}");
    assert_eq!(notes(world), Vec::<String>::new(), "{:?}", world.engine);
}

#[test]
fn no_note_is_left_of_whoever_is_erased_at_the_same_time() {
    on_both_engines(|world| {
        people(world, 6);
        for id in 1..=6 {
            let id = id.to_string();
            let calls: Vec<_> = WRITES
                .iter()
                .map(|args| args.iter().map(|arg| if *arg == "1" { id.as_str() } else { arg }).collect::<Vec<_>>())
                .chain([vec!["lead", "erase", &id, "--yes", "--as", ROOT]])
                .map(|args| world.start(args))
                .collect();
            let codes: Vec<_> = calls.into_iter().map(|call| call.wait_with_output().unwrap().status.code()).collect();
            // 3: others read the file meanwhile, so its log is emptied later.
            assert!(matches!(codes[2], Some(0 | 3)), "{:?}: {codes:?}", world.engine);
            assert_eq!(notes(world), Vec::<String>::new(), "{:?}: {codes:?}", world.engine);
        }
    });
}
