//! The harness: a clean environment, a database of its own for each test, and transcripts that both engines share.

pub mod books;
pub mod copies;
pub mod engine;
pub mod files;
pub mod filled;
pub mod side_cluster;
pub mod sweep;
pub mod terminal;
pub mod xlsb;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub use engine::Engine;

/// The clock of every call that sets no other.
pub const NOW: &str = "2026-03-04T12:00:00Z";

/// One test on one engine.
pub struct World {
    pub engine: Engine,
    pub folder: tempfile::TempDir,
    /// The database as an everyday user reaches it.
    pub url: String,
    /// The clock of the next calls.
    pub now: &'static str,
    transcript: String,
}

/// What a call of the program did.
#[derive(Debug, Clone)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
}

/// Runs a test on both engines.
pub fn on_both_engines(test: impl Fn(&mut World)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mut world = World::new(engine);
        test(&mut world);
        world.finish();
    }
}

/// Runs a test on both engines and compares what it wrote with `$world.tell` with one snapshot.
#[macro_export]
macro_rules! assert_same_story {
    ($test:expr) => {{
        let [sqlite, postgres] = [$crate::support::Engine::Sqlite, $crate::support::Engine::Postgres].map(|engine| {
            let mut world = $crate::support::World::new(engine);
            let test: fn(&mut $crate::support::World) = $test;
            test(&mut world);
            world.finish()
        });
        pretty_eq(&sqlite, &postgres);
        fn pretty_eq(sqlite: &str, postgres: &str) {
            for (line, (a, b)) in sqlite.lines().zip(postgres.lines()).enumerate() {
                assert_eq!(a, b, "SQLite and PostgreSQL differ in line {}", line + 1);
            }
            assert_eq!(sqlite.len(), postgres.len(), "one engine says more");
        }
        insta::assert_snapshot!(sqlite);
    }};
}

impl World {
    /// A migrated database with the organization `acme`, whose region is US.
    pub fn new(engine: Engine) -> World {
        let folder = tempfile::tempdir().unwrap();
        let url = engine.fresh_database(folder.path());
        World { engine, folder, url, now: NOW, transcript: String::new() }
    }

    /// Ends the test and returns its transcript.
    pub fn finish(self) -> String {
        self.engine.drop_database(&self.url);
        self.transcript
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the test's folder.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The program, in a clean environment, on the test's database.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = program(self.folder.path());
        command.env("CRM_DATABASE_URL", &self.url).env("CRM_NOW", self.now).args(args);
        command
    }

    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        ran(&mut self.command(args))
    }

    /// Runs and expects success.
    pub fn ok<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "{:?}: {}{}", self.engine, ran.stdout, ran.stderr);
        ran.stdout
    }

    /// Runs with `--format json` and reads the answer, whatever the exit code.
    pub fn json<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> serde_json::Value {
        let ran = ran(self.command(args).args(["--format", "json"]));
        serde_json::from_str(&ran.stdout)
            .unwrap_or_else(|e| panic!("{:?}: {e}: {}{}", self.engine, ran.stdout, ran.stderr))
    }

    /// Imports a file and returns the summary.
    pub fn import(&self, file: &Path, options: &[&str]) -> serde_json::Value {
        let mut args = vec!["import", "leads", file.to_str().unwrap()];
        args.extend(options);
        self.json(args)
    }

    /// All leads by id, as JSON.
    pub fn leads(&self) -> Vec<serde_json::Value> {
        self.json(["lead", "list", "--sort", "id"]).as_array().unwrap().clone()
    }

    /// All leads by id, without what differs from database to database.
    pub fn essence(&self) -> Vec<serde_json::Value> {
        let mut leads = self.leads();
        for lead in leads.iter_mut().filter_map(serde_json::Value::as_object_mut) {
            ["id", "uid", "import_id"].iter().for_each(|key| drop(lead.remove(*key)));
        }
        leads
    }

    /// Runs a line as a shell reads it.
    pub fn shell(&self, line: &str) -> Ran {
        let program = Path::new(env!("CARGO_BIN_EXE_crmctl")).parent().unwrap().display();
        let mut shell = Command::new("/bin/sh");
        shell.env_clear().env("PATH", format!("{program}:/usr/bin:/bin")).env("HOME", self.folder.path());
        shell.env("CRM_ACTOR", "tester@desk").env("CRM_DATABASE_URL", &self.url).env("CRM_NOW", self.now);
        ran(shell.args(["-c", line]).current_dir(self.folder.path()).stdin(Stdio::null()))
    }

    /// Runs the line that an answer names, and returns it with what it did.
    pub fn as_told(&self, answer: &Ran) -> (String, Ran) {
        let told = |line: &str| line.find("crmctl import ").map(|at| line[at..].to_owned());
        let line = answer.stderr.lines().find_map(told);
        let line = line.unwrap_or_else(|| panic!("no line is told: {}{}", answer.stdout, answer.stderr));
        let ran = self.shell(&line);
        (line, ran)
    }

    /// Starts the program without waiting for it.
    pub fn start<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Child {
        self.command(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs and writes the call with its answer into the transcript.
    pub fn tell(&mut self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        let shown = args
            .iter()
            .map(|arg| if arg.contains(' ') || arg.is_empty() { format!("'{arg}'") } else { (*arg).to_owned() });
        let mut text = format!("$ crmctl {}\n{}", shown.collect::<Vec<_>>().join(" "), ran.stdout);
        for line in ran.stderr.lines() {
            text.push_str(&format!("! {line}\n"));
        }
        if ran.code != Some(0) {
            text.push_str(&format!("[exit {}]\n", ran.code.map_or("by signal".into(), |code| code.to_string())));
        }
        self.transcript.push_str(&self.normalised(&text));
        self.transcript.push('\n');
        ran
    }

    /// Writes a file's content into the transcript.
    pub fn tell_file(&mut self, name: &str) {
        let text = std::fs::read_to_string(self.path(name)).unwrap_or_else(|e| e.to_string());
        self.transcript.push_str(&self.normalised(&format!("$ cat {name}\n{text}\n")));
    }

    /// Replaces what differs from run to run.
    fn normalised(&self, text: &str) -> String {
        let mut text = text.replace(&self.url, "[DATABASE]").replace(&format!("{}/", self.folder.path().display()), "");
        for (pattern, name) in [
            (r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "[UUID]"),
            (r"in [0-9]+\.[0-9] s \([0-9,]+ rows/s\)", "in [TIME]"),
            (r"in [0-9]+\.[0-9] s", "in 0.0 s"),
            (r#""seconds": ?[0-9.]+"#, r#""seconds": [TIME]"#),
            (r#""rows_per_second": ?[0-9]+"#, r#""rows_per_second": [RATE]"#),
        ] {
            text = regex::Regex::new(pattern).unwrap().replace_all(&text, name).into_owned();
        }
        text
    }
}

/// The program without inherited variables, with a home of its own, without color, its clock held.
pub fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crmctl"));
    command
        .env_clear()
        .env("HOME", home)
        .env("CRM_NOW", NOW)
        .env("CRM_ACTOR", "tester@desk")
        .current_dir(home)
        .stdin(Stdio::null());
    command
}

pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}
