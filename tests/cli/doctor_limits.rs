//! What `crmctl doctor` says of limits: of the disk, of the connections to the server, of rows that are dead.

use std::process::{Child, Command, Stdio};

use crate::doctor::{found_and_mended, is_named};
use crate::durability::SmallDisk;
use crate::support::engine::{database_of, psql, url_of};
use crate::support::side_cluster::SideCluster;
use crate::support::{Engine, Ran, World, program, ran};

#[test]
fn a_disk_without_room_is_told() {
    // Where nothing can be mounted, the unit test of the limit has to do.
    let Some(disk) = SmallDisk::mount(80 << 10) else { return };
    let world = World::new(Engine::Sqlite);
    let database = disk.0.path().join("crm.db");
    std::fs::copy(&world.url, &database).unwrap();
    let look = || {
        let looked = world.run(["doctor", "--format", "json", "--database-url", database.to_str().unwrap()]);
        let findings: Vec<serde_json::Value> = serde_json::from_str(&looked.stdout).unwrap();
        (looked.code, is_named(&findings, "disk"))
    };
    assert_eq!(look(), (Some(0), false));
    std::fs::write(disk.0.path().join("films"), vec![1; 20 << 20]).unwrap();
    assert_eq!(look(), (Some(3), true));
    std::fs::remove_file(disk.0.path().join("films")).unwrap();
    assert_eq!(look(), (Some(0), false));
    world.finish();
}

#[test]
fn dead_rows_are_cleared_by_the_statement_that_is_printed() {
    let world = World::new(Engine::Postgres);
    let admin = url_of("postgres", database_of(&world.url));
    // Else the server may clear them before anybody looks.
    psql(&admin, "ALTER TABLE system_config SET (autovacuum_enabled = off)");
    psql(
        &admin,
        "INSERT INTO system_config (organization_id, config_key, config_value)
         SELECT o.id, 'test.' || n, '' FROM organizations o, generate_series(1, 60000) n WHERE o.slug = 'acme'",
    );
    psql(&admin, "DELETE FROM system_config WHERE config_key LIKE 'test.%'");
    found_and_mended(&world, "dead-rows", &[]);
    world.finish();
}

/// A session that stays open.
struct Session(Child);

impl Session {
    fn open(url: &str) -> Session {
        let mut psql = Command::new("psql");
        psql.args(["-X", url]).stdin(Stdio::piped()).stdout(Stdio::null());
        Session(psql.spawn().unwrap())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_server_that_soon_lets_nobody_in_is_told() {
    let cluster = SideCluster::start(&["small"]);
    let url = |database: &str| format!("postgres://{}@127.0.0.1:{}/{database}", cluster.told[1], cluster.told[0]);
    psql(&url("postgres"), "CREATE DATABASE crm");
    let home = tempfile::tempdir().unwrap();
    let call = |role: &str, args: &[&str]| -> Ran {
        let url = url("crm").replace("postgres@", &format!("{role}@"));
        ran(program(home.path()).env("CRM_DATABASE_URL", url).args(args))
    };
    let up = call("postgres", &["migrate", "up", "--app-role", "crm_app"]);
    assert_eq!(up.code, Some(0), "{}", up.stderr);
    let added = call("crm_app", &["org", "add", "acme", "--region", "US"]);
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    let is_told = || {
        let looked = call("crm_app", &["doctor", "--format", "json"]);
        let findings: Vec<serde_json::Value> = serde_json::from_str(&looked.stdout).unwrap();
        is_named(&findings, "connections")
    };
    assert!(!is_told());
    let sessions: Vec<Session> = (0..9).map(|_| Session::open(&url("crm"))).collect();
    let open = || psql(&url("crm"), "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'");
    while open() != ["10"] {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(is_told());
    drop(sessions);
    while open() != ["1"] {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(!is_told());
}
