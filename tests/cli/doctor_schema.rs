//! What `crmctl doctor` finds of the schema, the file and the role, and what mends it.

use serde_json::Value;

use crate::doctor::{as_printed, found, found_and_mended, harm, is_named, mended};
use crate::support::engine::{database_of, url_of};
use crate::support::{Engine, World, on_both_engines};

#[test]
fn a_schema_that_is_another_is_found_and_put_right() {
    for (sqlite, postgres) in [
        ("DROP INDEX leads_live_email", "DROP INDEX leads_live_email"),
        (
            "DROP INDEX leads_live_email;; CREATE INDEX leads_live_email ON leads (email)",
            "DROP INDEX leads_live_email;; CREATE INDEX leads_live_email ON leads (email)",
        ),
        ("DROP TRIGGER lead_audit_log_no_update", "ALTER TABLE lead_audit_log DISABLE TRIGGER USER"),
        ("DROP TRIGGER leads_touch", "DROP POLICY leads_organization ON leads"),
        ("DROP VIEW lead_summary", "DROP VIEW lead_summary"),
        ("DROP TRIGGER dnc_list_no_delete", "ALTER TABLE leads NO FORCE ROW LEVEL SECURITY"),
        (
            "CREATE TRIGGER own AFTER INSERT ON leads BEGIN SELECT 1; END",
            "CREATE POLICY everybody ON leads USING (true)",
        ),
        (
            "CREATE TRIGGER own BEFORE INSERT ON dnc_list BEGIN SELECT RAISE(IGNORE); END",
            "CREATE RULE own AS ON INSERT TO dnc_list DO INSTEAD NOTHING",
        ),
    ] {
        on_both_engines(|world| {
            world.ok(["lead", "add", "--phone", "+12125550101", "--email", "ada@example.com"]);
            harm(world, sqlite, postgres);
            found_and_mended(world, "schema", &[]);
        });
    }
}

#[test]
fn pending_and_unknown_migrations_are_found() {
    on_both_engines(|world| {
        let owner = match world.engine {
            Engine::Sqlite => world.url.clone(),
            Engine::Postgres => url_of("crmctl_owner", database_of(&world.url)),
        };
        world.ok(["migrate", "down", "--yes", "--database-url", &owner]);
        found_and_mended(world, "migrations", &[]);
        let version = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000001')";
        harm(world, version, version);
        let findings = found(world, &[]);
        assert!(is_named(&findings, "migrations") && findings.len() == 1, "{findings:?}");
        assert!(findings[0]["message"].as_str().unwrap().contains("a newer crmctl"), "{findings:?}");
    });
}

#[test]
fn rows_that_break_rules_are_found() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101", "--tag", "vip"]);
        harm(
            world,
            "PRAGMA ignore_check_constraints = ON",
            "ALTER TABLE leads DROP CONSTRAINT leads_city_check;; UPDATE leads SET city = repeat('x', 10000);; \
             ALTER TABLE leads ADD CONSTRAINT leads_city_check CHECK (char_length(city) <= 200) NOT VALID",
        );
        if world.engine == Engine::Sqlite {
            let conn = rusqlite::Connection::open(&world.url).unwrap();
            conn.execute_batch(
                "PRAGMA ignore_check_constraints = ON; DROP TRIGGER leads_touch; UPDATE leads SET city = hex(zeroblob(10000))",
            )
            .unwrap();
        }
        assert!(is_named(&found(world, &["--full"]), "constraints"), "{:?}", found(world, &["--full"]));
        harm(world, "PRAGMA foreign_keys = OFF", "SET session_replication_role = replica; DELETE FROM leads");
        if world.engine == Engine::Sqlite {
            let conn = rusqlite::Connection::open(&world.url).unwrap();
            conn.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM leads").unwrap();
        }
        assert!(is_named(&found(world, &["--full"]), "references"), "{:?}", found(world, &["--full"]));
    });
}

#[test]
fn indexes_that_lack_rows_are_built_anew() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101", "--email", "ada@example.com"]);
        match world.engine {
            Engine::Sqlite => {
                let conn = rusqlite::Connection::open(&world.url).unwrap();
                conn.execute_batch(
                    "PRAGMA writable_schema = ON;
                     CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'leads_live_email';
                     DELETE FROM sqlite_schema WHERE name = 'leads_live_email'; PRAGMA writable_schema = RESET;
                     UPDATE leads SET email = 'eve@example.com'; PRAGMA writable_schema = ON;
                     INSERT INTO sqlite_schema SELECT * FROM kept; PRAGMA writable_schema = RESET",
                )
                .unwrap();
            }
            Engine::Postgres => {
                harm(
                    world,
                    "",
                    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'leads_live_email'::regclass",
                );
            }
        }
        found_and_mended(world, "indexes", &["--full"]);
    });
}

#[test]
fn roles_that_may_too_much_or_too_little_are_found() {
    let world = World::new(Engine::Postgres);
    let database = database_of(&world.url).to_owned();
    let as_role = |role: &str| -> Vec<Value> {
        let ran = world.run(["doctor", "--format", "json", "--database-url", &url_of(role, &database)]);
        serde_json::from_str(&ran.stdout).unwrap()
    };
    assert_eq!(as_role("crmctl_app"), Vec::<Value>::new());
    let owner = as_role("crmctl_owner");
    assert!(is_named(&owner, "role") && owner[0]["severity"] == "warning", "{owner:?}");
    let superuser = as_role("postgres");
    assert!(is_named(&superuser, "role") && superuser[0]["severity"] == "critical", "{superuser:?}");
    // The owner looks at the role of others.
    let ran = world.run(["doctor", "--app-role", "crmctl_app", "--database-url", &url_of("crmctl_owner", &database)]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let none = found(&world, &["--app-role", "nobody_of_that_name"]);
    assert!(is_named(&none, "role"), "{none:?}");
    for harmful in [
        "REVOKE INSERT ON leads FROM crmctl_app",
        "REVOKE SELECT ON lead_summary FROM crmctl_app",
        "GRANT UPDATE, TRUNCATE ON lead_audit_log TO crmctl_app",
        "GRANT UPDATE (old_value) ON lead_audit_log TO crmctl_app",
        "GRANT CREATE ON SCHEMA public TO crmctl_app",
        "REVOKE USAGE ON SEQUENCE leads_id_seq FROM crmctl_app",
    ] {
        world.engine.sql(&world.url, harmful).unwrap();
        found_and_mended(&world, "rights", &[]);
    }
    world.finish();
}

#[test]
fn a_role_that_bypasses_row_security_is_told() {
    let world = World::new(Engine::Postgres);
    let role = format!("crmctl_bypass_{}", std::process::id());
    let sql = |sql: String| world.engine.sql(&world.url, &sql).unwrap();
    sql(format!("CREATE ROLE {role} LOGIN BYPASSRLS"));
    sql(crmctl::db::catalogue::grants(&role).join(" "));
    let look = || world.run(["doctor", "--format", "json", "--app-role", &role]);
    let findings: Vec<Value> = serde_json::from_str(&look().stdout).unwrap();
    assert!(is_named(&findings, "role") && findings[0]["severity"] == "critical", "{findings:?}");
    let ran = as_printed(&world, findings[0]["command"].as_str().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(look().code, Some(0), "{:?}", look());
    sql(format!("DROP OWNED BY {role}; DROP ROLE {role}"));
    world.finish();
}

#[test]
fn a_file_that_cannot_be_opened_is_a_finding() {
    let world = World::new(Engine::Sqlite);
    world.ok(["lead", "add", "--phone", "+12125550101"]);
    world.engine.sql(&world.url, "PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let whole = std::fs::read(&world.url).unwrap();
    let mut broken = whole.clone();
    broken[..16].fill(0);
    for bytes in [&whole[..5000], &whole[..50], &broken] {
        std::fs::write(&world.url, bytes).unwrap();
        for side in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{side}", world.url));
        }
        let findings = found(&world, &[]);
        assert!(is_named(&findings, "integrity") && findings[0]["severity"] == "critical", "{findings:?}");
        assert!(findings[0]["message"].as_str().unwrap().contains("last backup"), "{findings:?}");
    }
    std::fs::write(&world.url, whole).unwrap();
    assert_eq!(found(&world, &[]), Vec::<Value>::new());
    world.finish();
}

#[test]
fn a_table_that_is_gone_comes_from_a_backup_only() {
    on_both_engines(|world| {
        harm(world, "DROP VIEW lead_summary;; DROP TABLE lead_notes", "DROP TABLE lead_notes CASCADE");
        let findings = found(world, &[]);
        let told = |what: &str| findings.iter().find(|it| it["message"].as_str().unwrap().starts_with(what));
        let table = told("the table lead_notes is missing").unwrap_or_else(|| panic!("{findings:?}"));
        assert!(table["message"].as_str().unwrap().contains("crmctl restore BACKUP") && table["command"].is_null());
        // What stands on it cannot be made without it.
        assert!(findings.iter().all(|it| it["command"] != "crmctl doctor --fix schema"), "{findings:?}");
        let fixed = as_printed(world, "crmctl doctor --fix schema");
        assert!(fixed.code == Some(0) && fixed.stderr.contains("nothing to mend"), "{fixed:?}");
    });
}

#[test]
fn columns_of_others_are_named_with_the_call_that_takes_them_away() {
    let world = World::new(Engine::Sqlite);
    harm(&world, "ALTER TABLE leads ADD COLUMN mine TEXT", "");
    let findings = found(&world, &[]);
    assert!(findings[0]["message"].as_str().unwrap().contains("no migration made: mine"), "{findings:?}");
    mended(&world, "schema", findings, &[]);
    world.finish();
}

#[test]
fn what_a_newer_crmctl_has_made_is_not_mended() {
    on_both_engines(|world| {
        let version = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000001')";
        harm(world, version, version);
        let repairs: &[&str] = match world.engine {
            Engine::Sqlite => &["schema", "indexes", "log"],
            Engine::Postgres => &["schema", "indexes"],
        };
        for repair in repairs {
            let refused = as_printed(world, &format!("crmctl doctor --fix {repair}"));
            assert!(refused.code == Some(1) && refused.stderr.contains("a newer crmctl"), "{refused:?}");
        }
    });
}
