//! Reports from a streaming replica, and what is never read from one: `scripts/side-cluster` starts the pair.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::engine::psql;
use crate::support::side_cluster::SideCluster;
use crate::support::{Engine, Ran, World, program, ran};

/// Verbs that read figures, and say of nobody that they may be contacted; and `audit list`.
const REPORTS: [&str; 10] = [
    "import list",
    "roi",
    "roi cost list",
    "roi cost history",
    "roi rate list",
    "budget account list",
    "budget balance",
    "budget list",
    "funnel",
    "funnel stages",
];

struct Pair {
    home: tempfile::TempDir,
    _cluster: SideCluster,
    ports: [String; 2],
}

impl Pair {
    /// A primary with the organization `acme`, and its replica.
    fn start() -> Pair {
        let cluster = SideCluster::start(&["replica"]);
        let ports = [cluster.told[0].clone(), cluster.told[1].clone()];
        let pair = Pair { home: tempfile::tempdir().unwrap(), _cluster: cluster, ports };
        psql(&pair.url(0, "postgres", "postgres"), "CREATE DATABASE crm");
        let owner = pair.url(0, "postgres", "crm");
        pair.ok(&["migrate", "up", "--app-role", "crm_app", "--database-url", &owner]);
        pair.ok(&["org", "add", "acme", "--region", "US"]);
        pair.ok(&["lead", "add", "--phone", "+12125550101"]);
        pair.catch_up();
        pair
    }

    fn url(&self, server: usize, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.ports[server])
    }

    fn on_replica(&self, sql: &str) -> Vec<String> {
        psql(&self.url(1, "postgres", "crm"), sql)
    }

    /// A call that knows the replica.
    fn call(&self, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut call = program(self.home.path());
        call.env("CRM_DATABASE_URL", self.url(0, "crm_app", "crm")).env("CRM_READ_URL", self.url(1, "crm_app", "crm"));
        ran(call.envs(variables.iter().copied()).args(args))
    }

    fn ok(&self, args: &[&str]) -> String {
        let ran = self.call(args, &[]);
        assert_eq!(ran.code, Some(0), "{args:?}: {}", ran.stderr);
        ran.stdout
    }

    /// Waits until the replica has what the primary has.
    fn catch_up(&self) {
        let position = psql(&self.url(0, "postgres", "crm"), "SELECT pg_current_wal_flush_lsn()").concat();
        let began = Instant::now();
        while psql(&self.url(1, "postgres", "postgres"), &format!("SELECT pg_last_wal_replay_lsn() >= '{position}'"))
            != ["t"]
        {
            assert!(began.elapsed() < Duration::from_secs(30));
            std::thread::sleep(Duration::from_millis(30));
        }
    }
}

fn leads(ran: &Ran) -> i64 {
    let report: Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", ran.stdout, ran.stderr));
    report["cohort"].as_i64().unwrap_or_else(|| panic!("{report}"))
}

const FUNNEL: [&str; 3] = ["funnel", "--format", "json"];

#[test]
fn reports_are_read_from_a_replica_and_promises_never() {
    let pair = Pair::start();
    let level = pair.call(&FUNNEL, &[]);
    assert!(
        level.stderr.contains("read from the replica") && level.stderr.contains("level with the primary"),
        "{}",
        level.stderr
    );
    assert_eq!(leads(&level), 1);
    assert!(!pair.call(&["funnel", "--quiet"], &[]).stderr.contains("replica"));
    assert!(pair.call(&["audit", "list"], &[]).stderr.contains("read from the replica"));
    stale(&pair);
    every_verb(&pair);
    no_replicas(&pair);
}

/// Which verbs ask it, while it is as good as the primary.
fn every_verb(pair: &Pair) {
    psql(&pair.url(0, "postgres", "postgres"), "CREATE DATABASE twin TEMPLATE crm");
    pair.catch_up();
    let [primary, replica] = [0, 1].map(|server| pair.url(server, "crm_app", "twin"));
    let twin = [
        ("CRM_DATABASE_URL", primary.as_str()),
        ("CRM_READ_URL", replica.as_str()),
        ("CRM_READ_MAX_LAG", "off"),
        ("CRM_ORG", "acme"),
    ];
    std::fs::write(pair.home.path().join("a.csv"), "Phone\n+12125550102\n").unwrap();
    let mut asked = BTreeSet::new();
    for verb in crate::migrate::VERBS {
        let ran = pair.call(verb, &twin);
        if ran.stderr.contains("read from the replica") {
            asked.insert(verb.join(" "));
        }
    }
    assert_eq!(asked, REPORTS.map(str::to_owned).into());
}

/// From now on the replica knows of nothing new.
fn stale(pair: &Pair) {
    pair.on_replica("SELECT pg_wal_replay_pause()");
    let before = leads(&pair.call(&FUNNEL, &[]));
    pair.ok(&["lead", "add", "--phone", "+12125550142"]);
    pair.ok(&["dnc", "add", "+12125550142", "--reason", "asked"]);
    let behind = pair.call(&FUNNEL, &[("CRM_READ_MAX_LAG", "1h")]);
    assert_eq!(leads(&behind), before, "it is the replica that is read");
    assert!(behind.stderr.contains("behind the primary"), "{}", behind.stderr);
    let too_far = pair.call(&FUNNEL, &[("CRM_READ_MAX_LAG", "1ms")]);
    assert_eq!(leads(&too_far), before + 1, "a replica that lags too far is not read");
    assert!(too_far.stderr.contains("read from the primary: the replica is"), "{}", too_far.stderr);
    assert!(too_far.stderr.contains("`read_max_lag` is 1ms"), "{}", too_far.stderr);
    // A listed number is never clear, whatever the replica knows.
    let check = pair.call(&["dnc", "check", "+12125550142"], &[]);
    assert_eq!(check.code, Some(3), "{}", check.stdout);
    std::fs::write(pair.home.path().join("numbers.csv"), "Phone\n+12125550142\n+12125550177\n").unwrap();
    let scrub =
        ["dnc", "scrub", "numbers.csv", "--clean", "c.csv", "--blocked", "b.csv", "--overwrite", "--format", "json"];
    let scrub: Value = serde_json::from_str(&pair.call(&scrub, &[]).stdout).unwrap();
    assert_eq!((&scrub["clean"], &scrub["blocked"]), (&1.into(), &1.into()), "{scrub}");
    for (args, has) in [
        (["lead", "count", "--where", "on_dnc = yes and phone = '+12125550142'"], "1"),
        (["lead", "count", "--where", "on_dnc = no and phone = '+12125550142'"], "0"),
    ] {
        assert_eq!(pair.ok(&args).split_whitespace().last(), Some(has), "{args:?}");
    }
    let listed = pair.call(&["funnel", "--format", "json", "--where", "on_dnc = yes"], &[("CRM_READ_MAX_LAG", "1h")]);
    let plain = pair.call(&["funnel", "--format", "json", "--where", "on_dnc = yes"], &[("CRM_READ_URL", "")]);
    assert_eq!((leads(&listed), &listed.stdout), (leads(&plain), &plain.stdout));
    assert!(leads(&listed) >= 1 && listed.stderr.contains("read from the primary"), "{}", listed.stderr);
    pair.on_replica("SELECT pg_wal_replay_resume()");
    pair.catch_up();
    assert_eq!(leads(&pair.call(&FUNNEL, &[])), before + 1);
}

/// What is no replica of the database is refused; one that is down is done without.
fn no_replicas(pair: &Pair) {
    let refused = |url: &str, said: &str| {
        let ran = pair.call(&FUNNEL, &[("CRM_READ_URL", url)]);
        assert_eq!(ran.code, Some(1), "{url}: {}", ran.stderr);
        assert!(ran.stderr.contains(said) && ran.stderr.contains("read_url"), "{url}: {}", ran.stderr);
    };
    // Other databases: of the same server, migrated or not, and of another one.
    refused(&pair.url(0, "crm_app", "twin"), "it is another database");
    refused(&pair.url(1, "crm_app", "postgres"), "it is another database");
    let elsewhere = World::new(Engine::Postgres);
    refused(&elsewhere.url, "it is another database");
    elsewhere.finish();
    // The primary itself, by another address.
    let own = pair.call(&FUNNEL, &[("CRM_READ_URL", &pair.url(0, "crm_app", "crm").replace("127.0.0.1", "localhost"))]);
    assert!(own.stderr.contains("level with the primary"), "{}", own.stderr);
    let down = pair.call(&FUNNEL, &[("CRM_READ_URL", "postgres://crm_app@127.0.0.1:1/crm")]);
    assert_eq!(leads(&down), leads(&own));
    assert!(down.stderr.contains("the replica cannot be read, so the primary is"), "{}", down.stderr);
    // One that has become a primary of its own goes its own way.
    pair.on_replica("SELECT pg_promote()");
    refused(&pair.url(1, "crm_app", "crm"), "takes changes of its own");
}

#[test]
fn a_file_has_no_replica() {
    let home = tempfile::tempdir().unwrap();
    let call = |url: &str, args: &[&str]| ran(program(home.path()).env("CRM_DATABASE_URL", url).args(args));
    assert_eq!(call("crm.db", &["org", "add", "acme"]).code, Some(0));
    let refused = call("crm.db", &["funnel", "--read-url", "postgres://crm_app@127.0.0.1:1/crm"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("only a database of PostgreSQL has replicas"), "{}", refused.stderr);
    // Of the config file it belongs to another database.
    std::fs::write(home.path().join("c.toml"), "read_url = 'postgres://u:s3cr3t@127.0.0.1:1/crm'\n").unwrap();
    let config = "c.toml";
    let passed_over = call("crm.db", &["funnel", "--config", config]);
    assert_eq!(passed_over.code, Some(0), "{}", passed_over.stderr);
    let shown = call("crm.db", &["config", "show", "--config", config]);
    assert!(
        shown.stdout.contains("postgres://u:***@127.0.0.1:1/crm") && !shown.stdout.contains("s3cr3t"),
        "{}",
        shown.stdout
    );
    let set = call("crm.db", &["config", "set", "read_url", "crm.db"]);
    assert_eq!(set.code, Some(2), "{}", set.stderr);
    let garbled = call("crm.db", &["config", "show", "--read-url", "postgres:u:s3cr3t@h"]);
    assert!(!format!("{}{}", garbled.stdout, garbled.stderr).contains("s3cr3t"), "{}", garbled.stderr);
    let world = World::new(Engine::Postgres);
    let refused = world.run(["funnel", "--read-url", "crm.db"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    world.finish();
}
