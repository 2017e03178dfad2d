//! The logs refuse every change, whoever asks.

use crate::support::{Engine, on_both_engines};

#[test]
fn logs_refuse_update_delete_truncate_and_replace() {
    on_both_engines(|world| {
        world.ok(["user", "add", "ann@example.com", "--role", "admin"]);
        world.ok(["lead", "add", "--phone", "+12125550101", "--as", "ann@example.com"]);
        world.ok(["lead", "assign", "+12125550101", "--to", "ann@example.com", "--as", "ann@example.com"]);
        world.ok(["roi", "cost", "add", "web", "2026-03", "5", "--as", "ann@example.com"]);
        world.ok(["roi", "rate", "set", "EUR", "2026-03", "1.08", "--as", "ann@example.com"]);
        for table in
            ["lead_audit_log", "lead_status_history", "lead_assignments", "lead_source_cost_log", "exchange_rates"]
        {
            let before = world.engine.sql(&world.url, &format!("SELECT * FROM {table}")).unwrap();
            assert!(!before.is_empty());
            let mut attempts = vec![format!("UPDATE {table} SET id = id"), format!("DELETE FROM {table}")];
            match world.engine {
                Engine::Sqlite => attempts.push(format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}")),
                Engine::Postgres => {
                    attempts.push(format!("TRUNCATE {table}"));
                    attempts.push(format!("INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {table} ON CONFLICT (organization_id, id) DO UPDATE SET id = excluded.id"));
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
fn an_erasure_opens_the_logs_for_what_it_erases_only() {
    on_both_engines(|world| {
        world.ok(["lead", "add", "--phone", "+12125550101", "--name", "Ada"]);
        world.ok(["lead", "add", "--phone", "+12125550102", "--name", "Ben"]);
        world.now = "2026-03-05T12:00:00Z";
        world.ok(["lead", "edit", "1", "--city", "Troy"]);
        world.ok(["lead", "edit", "2", "--city", "Troy"]);
        world.ok(["dnc", "add", "+12125550101", "--reason", "Ada asked"]);
        world.ok(["dnc", "add", "+12125550102", "--reason", "Ben asked"]);
        world.ok(["lead", "erase", "1", "--yes"]);
        let refused = |sql: &str| world.engine.sql(&world.url, sql).unwrap_err().contains("append-only");
        for sql in [
            "UPDATE lead_audit_log SET new_value = NULL WHERE lead_id = 2",
            "UPDATE lead_audit_log SET actor = 'x' WHERE lead_id = 1",
            "UPDATE lead_audit_log SET old_value = 'x' WHERE lead_id = 1 AND action = 'create'",
            "UPDATE lead_status_history SET to_status = 'hot' WHERE lead_id = 1",
            "UPDATE dnc_requests SET text = 'x' WHERE phone_number = '+12125550102'",
            "UPDATE dnc_requests SET decision = 'dismiss' WHERE phone_number = '+12125550101'",
            "UPDATE dnc_requests SET phone_number = '+12125550109' WHERE phone_number = '+12125550101'",
            "DELETE FROM lead_audit_log WHERE lead_id = 1",
        ] {
            assert!(refused(sql), "{:?}: {sql}", world.engine);
        }
        for table in ["erasures", "erasure_hashes", "erasure_keys", "erased_rows"] {
            assert!(refused(&format!("UPDATE {table} SET organization_id = organization_id")), "{table}");
            assert!(refused(&format!("DELETE FROM {table}")), "{table}");
            if world.engine == Engine::Sqlite {
                assert!(refused(&format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table}")), "{table}");
            }
        }
        // A request is decided once, still.
        assert_eq!(world.json(["dnc", "history", "+12125550101"])[0]["detail"], "[erased] asked");
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
