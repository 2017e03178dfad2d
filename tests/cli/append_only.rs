//! The logs refuse every change, whoever asks.

use crate::support::{Engine, on_both_engines};

#[test]
fn logs_refuse_update_delete_truncate_and_replace() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        world.ok(["lead", "add", "--phone", "+12125550101", "--as", "ann@example.com"]);
        world.ok(["lead", "assign", "+12125550101", "--to", "ann@example.com", "--as", "ann@example.com"]);
        for table in ["lead_audit_log", "lead_status_history", "lead_assignments"] {
            let before = world.engine.sql(&world.url, &format!("SELECT * FROM {table}")).unwrap();
            assert!(!before.is_empty());
            let mut attempts = vec![format!("UPDATE {table} SET lead_id = lead_id"), format!("DELETE FROM {table}")];
            match world.engine {
                Engine::Sqlite => attempts.push(format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}")),
                Engine::Postgres => {
                    attempts.push(format!("TRUNCATE {table}"));
                    attempts.push(format!("INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET lead_id = excluded.lead_id"));
                }
            }
            for attempt in attempts {
                let refused = world.engine.sql(&world.url, &attempt).unwrap_err();
                assert!(refused.contains(&format!("{table} is append-only")), "{attempt}: {refused}");
            }
            if world.engine == Engine::Sqlite {
                // The triggers pass over ids below 0, so there must be none that could be replaced.
                let sql = format!(
                    "CREATE TEMP TABLE copy AS SELECT * FROM {table}; UPDATE copy SET id = -id; INSERT INTO {table} SELECT * FROM copy"
                );
                let refused = rusqlite::Connection::open(&world.url).unwrap().execute_batch(&sql).unwrap_err();
                assert!(refused.to_string().contains("CHECK constraint failed: id > 0"), "{refused}");
            }
            assert_eq!(world.engine.sql(&world.url, &format!("SELECT * FROM {table}")).unwrap(), before);
        }
    });
}

#[test]
fn the_database_checks_what_the_program_checks() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101"]);
        for (column, bad) in [
            ("phone_number", "'2125550101'"),
            ("phone_number", "'+0125550101'"),
            ("status", "'asleep'"),
            ("lead_score", "101"),
            ("consent_status", "'perhaps'"),
            ("phone_extension", "'123456789012345678901'"),
            ("external_id", "'x'"),
            ("custom_fields", "'{'"),
        ] {
            assert!(
                world.engine.sql(&world.url, &format!("UPDATE leads SET {column} = {bad}")).is_err(),
                "{column} = {bad}"
            );
        }
        // A trigger sets updated_at only when an UPDATE leaves it alone.
        let updated_at =
            |world: &crate::support::World| world.json(["lead", "show", "+12125550101"])["updated_at"].clone();
        let before = updated_at(world);
        world.engine.sql(&world.url, "UPDATE leads SET city = 'Albany'").unwrap();
        assert_ne!(updated_at(world), before);
    });
}
