//! Sweeps over all verbs that write: what a database and its folder look like before and after, and seeded chance.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::filled::filled;
use super::{Engine, Ran, World, program};
use crate::migrate::VERBS;

/// Numbers that look random, the same for the same seed (SplitMix64).
pub struct Random {
    seed: u64,
    state: u64,
}

impl Random {
    /// The numbers of a test: `CRMCTL_SWEEP_SEED` asks for others.
    pub fn of_test(name: &str) -> Random {
        let asked = std::env::var("CRMCTL_SWEEP_SEED").ok().map(|seed| seed.parse().unwrap());
        let seed =
            asked.unwrap_or_else(|| name.bytes().fold(1, |seed: u64, byte| seed * 31 % 1_000_003 + u64::from(byte)));
        Random { seed, state: seed }
    }

    /// A number below another one.
    pub fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % end.max(1) as u64) as usize
    }
}

impl fmt::Display for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CRMCTL_SWEEP_SEED={}", self.seed)
    }
}

/// How many calls a sweep makes: `CRMCTL_SWEEP_CALLS` asks for more than the suite does.
pub fn calls(usual: usize) -> usize {
    std::env::var("CRMCTL_SWEEP_CALLS").map_or(usual, |calls| calls.parse().unwrap())
}

/// Verbs that write files besides those of `VERBS`.
const MORE: &[&[&str]] = &[
    &["import", "leads", "bad.csv", "--rejects", "r.csv"],
    &["import", "leads", "bad.csv", "--rejects", "r.xlsx"],
    &["import", "leads", "known.csv", "--on-duplicate", "skip", "--skipped", "s.csv", "--rejects", "r.csv"],
    &["import", "leads", "lenient.csv", "--lenient", "--dropped", "d.xlsx"],
    &["import", "dnc", "bad.csv", "--rejects", "r.csv"],
    &["import", "history", "bad.csv"],
    &["import", "costs", "bad.csv"],
    &["import", "rates", "bad.csv", "--rejects", "r.xlsx"],
    &["import", "leads", "packed.csv.gz"],
    &["lead", "export", "--output", "out.csv"],
    &["lead", "export", "--output", "out.xlsx"],
    &["lead", "export", "--output", "old.json", "--overwrite"],
    &["segment", "export", "vips", "--output", "out.ndjson"],
    &["funnel", "show", "--svg", "out.svg", "--html", "out.html"],
    &["roi", "show", "--html", "out.html"],
    &["lead", "erase", "2125550101", "--yes"],
    &["import", "undo", "1", "--yes", "--force"],
    &["migrate", "down", "--yes"],
    &["migrate", "redo", "--yes"],
    &["backup", "crm.zst"],
    &["restore", "earlier.zst", "--yes"],
];

/// A database whose every verb can be tried again and again.
pub struct Sweep {
    pub world: World,
    /// The files as they are before each call.
    files: BTreeMap<PathBuf, Vec<u8>>,
    before: Vec<String>,
    pub verbs: Vec<Tried>,
}

/// A verb, and what it does when nothing disturbs it.
pub struct Tried {
    pub args: Vec<String>,
    pub ran: Ran,
    pub millis: u64,
    after: Vec<String>,
    /// The files that it makes.
    made: BTreeSet<PathBuf>,
}

impl Sweep {
    /// Tries every verb once, and keeps those that write.
    pub fn new() -> Sweep {
        let world = filled(Engine::Sqlite);
        let rows: String = (0..300)
            .map(|n| format!("+1212{:03}{:04},5,2026-03,web,hot,2026-03-01,EUR,1.1\n", 221 + n / 100, n))
            .collect();
        let head = "Phone,Cost,Month,Source,Status,Date,Currency,Rate\n";
        world.file("a.csv", "Phone,Cost,Month,Source,Status,Date\n2125550188,5,2026-03,web,hot,2026-03-01\n");
        let bad = "12,x,x,,x,x,x,x\n".repeat(200);
        let bad = world.file("bad.csv", format!("{head}{rows}{bad}"));
        world.file("known.csv", "Phone\n2125550101\n2125550189\n12\n");
        world.file("lenient.csv", "Phone,Email\n2125550187,nobody\n");
        let packed = Command::new("gzip").arg("-c").arg(bad).output().unwrap();
        world.file("packed.csv.gz", packed.stdout);
        world.file("old.json", "[]");
        world.ok(["backup", "earlier.zst"]);
        world.ok(["lead", "add", "--phone", "2125550186", "--org", "acme", "--as", "acme@example.com"]);
        rusqlite::Connection::open(&world.url).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        let mut sweep = Sweep { files: files_of(world.folder.path()), before: Vec::new(), verbs: Vec::new(), world };
        sweep.before = sweep.state(sweep.world.folder.path());
        // A load is written in several transactions, of which the last one counts: tests of its own kill it.
        let is_whole = |verb: &&&[&str]| {
            !verb.starts_with(&["dnc", "registry", "load"]) && !verb.starts_with(&["dnc", "registry", "drop"])
        };
        for verb in VERBS.iter().chain(MORE).filter(is_whole) {
            let args: Vec<String> = [*verb, &["--org", "acme", "--as", "acme@example.com"]]
                .concat()
                .iter()
                .map(|arg| (*arg).to_owned())
                .collect();
            sweep.restore(sweep.world.folder.path());
            let began = std::time::Instant::now();
            let ran = sweep.world.run(&args);
            let millis = began.elapsed().as_millis() as u64;
            let after = sweep.state(sweep.world.folder.path());
            let made = sweep.strays(sweep.world.folder.path()).into_iter().collect::<BTreeSet<_>>();
            if after != sweep.before || !made.is_empty() || verb.contains(&"--overwrite") {
                sweep.verbs.push(Tried { args, ran, millis, after, made });
            }
        }
        assert!(sweep.verbs.len() > 40, "{} verbs write", sweep.verbs.len());
        sweep
    }

    /// Makes a folder as it was before each call.
    pub fn restore(&self, folder: &Path) {
        for path in files_of(folder).into_keys().filter(|path| !self.files.contains_key(path)) {
            let _ = std::fs::remove_file(folder.join(&path)).or_else(|_| std::fs::remove_dir_all(folder.join(&path)));
        }
        for (path, bytes) in &self.files {
            let place = folder.join(path);
            if path == Path::new(".local") || std::fs::read(&place).is_ok_and(|there| there == *bytes) {
                continue;
            }
            std::fs::write(place, bytes).unwrap();
        }
    }

    /// A call in a folder.
    pub fn command(&self, folder: &Path, tried: &Tried) -> Command {
        let mut command = program(folder);
        command.args(&tried.args).env("CRM_DATABASE_URL", folder.join("crm.db"));
        // With the key that signs certificates, which the database knows already.
        command.env("XDG_DATA_HOME", self.world.folder.path().join(".local/share"));
        command
    }

    /// What the database holds: of each table how many rows, and how much text.
    fn state(&self, folder: &Path) -> Vec<String> {
        let conn = rusqlite::Connection::open(folder.join("crm.db")).unwrap();
        let mut names = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
        let names = names.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap);
        // What is kept up to date beside the work is in no transaction of it.
        let names: Vec<String> = names.filter(|name| !name.starts_with("lead_search") && name != "backups").collect();
        let told = |name: &String| {
            let columns: Vec<String> = conn
                .prepare(&format!("SELECT name FROM pragma_table_info('{name}')"))
                .unwrap()
                .query_map([], |row| row.get(0))
                .unwrap()
                .map(Result::unwrap)
                .collect();
            // Not how long the work took.
            let length = |column: &String| match name.as_str() {
                "imports" if column == "counts" => "0".to_owned(),
                _ => format!("coalesce(sum(length(quote(\"{column}\"))), 0)"),
            };
            let lengths = columns.iter().map(length).collect::<Vec<_>>().join(" + ");
            // How far the files are cleared after an erasure is its own matter.
            let but = if name == "system_config" { "WHERE config_key <> 'internal.erasure_to_clear'" } else { "" };
            let sql = format!("SELECT count(*) || ' rows, ' || ({lengths}) FROM \"{name}\" {but}");
            format!("{name}: {}", conn.query_row(&sql, [], |row| row.get::<_, String>(0)).unwrap())
        };
        names.iter().map(told).collect()
    }

    /// The files that a call has made.
    fn strays(&self, folder: &Path) -> Vec<PathBuf> {
        // What belongs to the database, or was saved before it changed, as `migrate down` does.
        let is_log = |path: &Path| {
            let name = path.to_string_lossy();
            // The key that signs certificates stays, too.
            ["crm.db-wal", "crm.db-shm", "filler", ".local"].contains(&&*name)
                || ["crm.db.backup-", "crm.db.before-restore-"].iter().any(|begin| name.starts_with(begin))
        };
        files_of(folder).into_keys().filter(|path| !self.files.contains_key(path) && !is_log(path)).collect()
    }

    /// Holds a disturbed call to what it says. `code` is none when a signal has ended it.
    pub fn judge(&self, folder: &Path, tried: &Tried, code: Option<i32>, stderr: &str, what: &str) {
        let what = format!("{what}: {:?}, {code:?}: {stderr}", tried.args);
        assert!(!stderr.contains("panicked"), "{what}");
        let state = self.state(folder);
        let (is_before, is_after) = (state == self.before, state == tried.after);
        let differs = || {
            state
                .iter()
                .zip(&tried.after)
                .filter(|(a, b)| a != b)
                .map(|(a, b)| format!("{a}, not {b}"))
                .collect::<Vec<_>>()
        };
        assert!(is_before || is_after, "between: {:?}: {what}", differs());
        match code {
            Some(1 | 130) if tried.ran.code != Some(1) => assert!(is_before, "a change is made: {what}"),
            Some(0) => assert!(is_after, "no change is made: {:?}: {what}", differs()),
            // Done, and something needs a person; or what follows the change failed.
            Some(3) => assert!(is_after || tried.after == self.before, "no change is made: {what}"),
            _ => {}
        }
        let strays = self.strays(folder);
        let is_hidden = |path: &&PathBuf| path.to_string_lossy().starts_with(".crmctl");
        // Who is killed while it makes or unpacks a backup, as `migrate down` and `restore` do, too, leaves it to the next one.
        let is_killed_backup = code.is_none()
            && tried.args.first().is_some_and(|verb| ["backup", "migrate", "restore"].contains(&verb.as_str()));
        assert!(is_killed_backup || !strays.iter().any(|path| is_hidden(&path)), "{strays:?}: {what}");
        if matches!(code, Some(1 | 130)) && tried.ran.code != Some(1) {
            assert_eq!(strays, Vec::<PathBuf>::new(), "{what}");
        }
        let others: Vec<_> = strays.iter().filter(|path| !is_hidden(path) && !tried.made.contains(*path)).collect();
        assert_eq!(others, Vec::<&PathBuf>::new(), "{what}");
        // What is there is whole.
        for path in strays.iter().filter(|path| !is_hidden(path)) {
            assert!(std::fs::metadata(folder.join(path)).unwrap().len() > 0, "{path:?} is empty: {what}");
        }
    }

    /// Whether a killed call has left the file of rows of an import that is not there.
    pub fn has_rows_of_nothing(&self, folder: &Path) -> bool {
        self.state(folder) == self.before
            && self.strays(folder).iter().any(|path| {
                ["r.csv", "r.xlsx", "s.csv", "d.xlsx"].iter().any(|name| path == Path::new(name))
                    || path.to_string_lossy().contains("rejects")
            })
    }
}

/// The files of a folder, with their bytes.
fn files_of(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| (PathBuf::from(entry.file_name()), std::fs::read(entry.path()).unwrap_or_default())).collect()
}
